// One query of the map of a token: what it attended to and what of it mattered, over picture and words.

import { el, setChildren } from "../../shared/dom.js";
import { csvButton } from "../draw/csv_button.js";
import { once } from "../numbers/once.js";
import { scaleOver } from "../numbers/scale.js";
import { tokenOf } from "../state/choice.js";
import { unitWords } from "../state/scales.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { RowPanel } from "../views/row_panel.js";
import { choice } from "./choice.js";
import { positionCells } from "./data.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** @typedef {import("./matrix.js").Held} Held */

/** @type {Kind[]} */
const KINDS = ["attention", "saliency"];
/** @type {Record<string, "template" | "prompt" | "outputs">} a position's kind -> the list it stands in */
const LISTS = { template: "template", system: "template", prompt: "prompt", output: "outputs" };

export class QueryRow {
  /** @param {Viewer} viewer @param {import("./matrix.js").Matrix} matrix */
  constructor(viewer, matrix) {
    this.viewer = viewer;
    this.matrix = matrix;
    this.listed = ""; // the queries that are offered
    this.query = choice(t("query"), [], (value) => viewer.set({ matrix_row: Number(value) }));
    this.loss = el("p", { class: "sv-hint sv-loss" });
    this.panels = KINDS.map((kind) => new RowPanel(viewer, kind));
    const save = csvButton(
      () => `query-${this.query.select.value}-token-${tokenOf(viewer, 0)}`,
      () => this.table(matrix.asked.held),
    );
    const title = el("h2", { text: t("One query of the map") });
    const hint = el("span", { class: "sv-hint", text: t("click a row above, or choose a word") });
    this.parts = [
      el("div", { class: "sv-section-head sv-part-head" }, title, this.query.root, save, hint),
      this.loss,
      el("div", { class: "sv-pair" }, ...this.panels.map((panel) => panel.root)),
    ];
  }

  /** @param {Run} run @param {Held} held @param {number} query */
  draw(run, held, query) {
    const { viewer, matrix } = this;
    const { transform } = viewer.state;
    const step = tokenOf(viewer, 0);
    this.list(run, held);
    this.query.select.value = String(query);
    const words = { q: run.quoted(query), p: query, t: run.quoted(run.first + step), i: step };
    this.loss.textContent = t("Attention: what {q} (position {p}) attended to. Saliency: how much that attention mattered to one loss, −log p of {t} (token {i}), and not to {q} itself.", words); // prettier-ignore
    const rows = { attention: matrix.row(held, "attention", query), saliency: matrix.row(held, "saliency", query) };
    const over = (/** @type {Kind} */ kind, /** @type {"imageKeys" | "brightKeys"} */ group) => {
      const seen = (/** @type {number} */ one) => {
        const row = matrix.row(held, kind, one);
        return run[group].filter((key) => key <= one).map((key) => row[key]);
      };
      const name = [kind, group, transform, run.version].join();
      return once(held, name, () => scaleOver(held.rows.map(seen), transform));
    };
    for (const panel of this.panels) {
      const { kind } = panel;
      const given = {
        run,
        steps: [],
        values: rows[kind],
        reach: query + 1,
        scale: over(kind, "imageKeys"),
        wordScale: over(kind, "brightKeys"),
        lines: (/** @type {number} */ key) => KINDS.map((one) => /** @type {[string, string]} */ ([t(one), formatNumber(rows[one][key], 4)])), // prettier-ignore
      };
      panel.show(given, `${unitWords(kind, "raw")} · ${t("one scale for every query of this map")}`);
    }
  }

  /** The queries there are, by part. @param {Run} run @param {Held} held */
  list(run, held) {
    const sign = JSON.stringify([run.id, run.version, held.rows]);
    if (this.listed === sign) return;
    this.listed = sign;
    const lists = ["prompt", "outputs", "template"].map((name) => {
      const keys = held.rows.filter((key) => (LISTS[run.kinds[key]] || "template") === name);
      const options = keys.map((key) => el("option", { value: key, text: `${key}: ${run.shown(key)}` }));
      return keys.length > 0 && el("optgroup", { label: t(name) }, ...options);
    });
    setChildren(this.query.select, ...lists);
  }

  /** @param {Held} held @returns {import("../draw/csv_button.js").Table} */
  table(held) {
    const { viewer, matrix } = this;
    const run = /** @type {Run} */ (viewer.run);
    const query = matrix.chosen(held);
    const step = tokenOf(viewer, 0);
    const [attention, saliency] = KINDS.map((kind) => matrix.row(held, kind, query));
    const keys = Array.from({ length: query + 1 }, (_, key) => key);
    const rows = keys.map((key) => [...positionCells(run, key), attention[key], saliency[key]]);
    const about = {
      model: run.payload.model.name,
      "loss of token": step,
      "its text": run.steps[step].text,
      "query position": query,
      query: run.texts[query],
      layers: run.layerWords(viewer.state.layer),
    };
    return [[["position", "part", "token", "patch", ...KINDS], ...rows], about];
  }
}
