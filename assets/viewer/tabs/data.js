// The numbers of the selected row as a table one can sort out elsewhere: copy or save as CSV.

import { el } from "../../shared/dom.js";
import { saveFile } from "../draw/save.js";
import { csvText } from "../numbers/csv.js";
import { stepsOf } from "../state/choice.js";
import { translate } from "../state/compare.js";
import { unitWords } from "../state/scales.js";
import { valuesOf } from "../state/sources.js";
import { formatNumber, visible } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {[number, string, string, number | "", number, number]} Row */

const COLUMNS = ["position", "part", "token", "patch", "attention", "saliency"];
const NUMERIC = [0, 3, 4, 5]; // columns set to the right

export class Data {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.copied = el("span", { class: "sv-hint", role: "status" });
    const over = (/** @type {Event} */ event) => {
      const line = /** @type {Element} */ (event.target).closest("tr");
      viewer.hover(line && line.dataset.key !== undefined ? Number(line.dataset.key) : null, 0);
    };
    this.body = el("tbody", { on: { pointerover: over, pointerleave: () => viewer.hover(null) } });
    this.caption = el("span", { class: "sv-unit" });
    const titles = [t("position"), t("part"), t("token"), t("patch"), t("attention"), t("saliency")];
    const head = el("thead", {}, el("tr", {}, ...titles.map((text) => el("th", { scope: "col", text }))));
    const table = el("table", { class: "sv-table" }, head, this.body);
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      el("button", { type: "button", class: "sv-button", text, on: { click } });
    const buttons = [button(t("copy CSV"), () => this.copy()), button(t("save CSV"), () => this.save())];
    this.root = el(
      "div",
      {},
      el("div", { class: "sv-section-head" }, ...buttons, this.caption, this.copied),
      el("div", { class: "sv-scroll sv-data", tabindex: "0", role: "region", "aria-label": t("Data") }, table),
    );
  }

  /** @returns {Row[]} one a position the chosen tokens could see; none while their rows are not here */
  rows() {
    const { viewer } = this;
    const { run, state } = viewer;
    const steps = stepsOf(viewer, 0);
    if (!run || !steps.length || !steps.every((step) => run.has(step))) return [];
    const attention = valuesOf(viewer, run, "attention", steps, state.layer);
    const saliency = valuesOf(viewer, run, "saliency", steps, state.layer);
    const reach = Math.max(...steps.map((step) => run.reach(step)));
    return Array.from({ length: reach }, (_, key) => [...positionCells(run, key), attention[key], saliency[key]]);
  }

  csv() {
    const { run, state } = this.viewer;
    if (!run) return "";
    const steps = stepsOf(this.viewer, 0);
    return csvText([COLUMNS, ...this.rows()], {
      model: run.payload.model.name,
      steps,
      token: steps.map((step) => run.steps[step].text).join(""),
      layers: run.layerWords(state.layer),
      normalization: state.normalization,
      ...(steps.length > 1 && { "over the steps": state.reduce }),
      prompt: run.payload.prompt,
    });
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.csv());
      this.copied.textContent = t("copied");
    } catch {
      this.copied.textContent = t("The browser refused the clipboard; use save instead.");
    }
  }

  save() {
    saveFile(`token-${stepsOf(this.viewer, 0).join("-")}.csv`, this.csv(), "text/csv");
  }

  draw() {
    const { run, state } = this.viewer;
    const rows = this.rows();
    this.copied.textContent = "";
    const unit = `${t("saliency")}: ${unitWords("saliency", state.normalization)}`;
    this.caption.textContent = run && rows.length ? `${run.layerWords(state.layer)} · ${unit}` : "";
    const same = run && run.texts === this.drawn;
    this.drawn = run && run.texts;
    const { children } = this.body;
    while (children.length > rows.length) children[children.length - 1].remove();
    rows.forEach((row, place) => {
      const line = /** @type {HTMLElement} */ (children[place] || this.body.appendChild(makeLine()));
      if (!same || !line.dataset.key) nameLine(line, row);
      for (const i of [4, 5]) {
        const cell = /** @type {HTMLElement} */ (line.children[i]);
        const text = formatNumber(/** @type {number} */ (row[i]), 5);
        if (cell.textContent !== text) cell.textContent = text;
        cell.dataset.value = String(row[i]);
      }
    });
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    const mine = key === null ? -1 : translate(this.viewer, key, slot, 0);
    if (this.lit) this.lit.classList.remove("sv-lit");
    this.lit = this.body.children[mine];
    if (this.lit) this.lit.classList.add("sv-lit");
  }
}

/** What stands at a position: number, part, text, patch. @param {import("../state/run.js").Run} run @param {number} key
 * @returns {[number, string, string, number | ""]}
 */
export const positionCells = (run, key) => [key, run.kinds[key], run.texts[key], run.patchOf.get(key) ?? ""];

const makeLine = () =>
  el("tr", {}, ...COLUMNS.map((_, i) => el("td", { class: NUMERIC.includes(i) ? "sv-num" : null })));

/** The first four cells, which no choice of token changes. @param {HTMLElement} line @param {Row} row */
function nameLine(line, [key, kind, text, patch]) {
  line.dataset.key = String(key);
  [String(key), t(kind), visible(text), String(patch)].forEach((word, i) => {
    line.children[i].textContent = word;
  });
}
