// The table of one picture's decodings, growing as they end; two of its lines can be opened side by side.

import { el } from "../../shared/dom.js";
import { behavior, small, told } from "../page/state.js";
import { t } from "../page/texts.js";
import { decodingName } from "./decodings.js";
import { captionOf, numbersOf, waits } from "./methods_line.js";

/** @typedef {import("../page/state.js").Part} Part */
/** @typedef {import("./methods_line.js").Line} Line */
/** @typedef {import("./methods_line.js").Table} Table */

const PLACES = ["methods_first", "methods_second"];
const NUMBERS = ["methods_changed", "methods_hallucinated", "methods_score", "methods_rejected", "methods_time"];
const COLUMNS = [...PLACES, "methods_method", "methods_caption", ...NUMBERS];

/** A number, and what its column is called where there is no head over it. @param {string} text @param {number} i */
const numberCell = (text, i) => el("td", { class: "app-num", "data-column": t(NUMBERS[i]), text });

class MethodsTable {
  /** @param {Part} part */
  constructor({ element, props, trigger }) {
    this.props = props;
    this.trigger = trigger;
    this.root = /** @type {HTMLElement} */ (element.querySelector(".app-methods"));
    /** @type {(string | null)[]} runs of the two lines that are to be opened */
    this.chosen = [null, null];
    this.dismissed = false;
    this.serial = 0;
  }

  changed() {
    /** @type {Table | null} */
    const table = told(this.props.table);
    const begins = table && table.serial !== this.serial;
    if (begins) {
      this.dismissed = false;
      this.chosen = [null, null];
      this.serial = table.serial;
    }
    this.draw();
    if (begins && small()) this.root.scrollIntoView({ behavior: behavior(), block: "start" });
  }

  /** @param {string} run @param {0 | 1} at */
  choose(run, at) {
    this.chosen[at] = run;
    if (this.chosen[1 - at] === run) this.chosen[1 - at] = null;
    this.draw();
  }

  /** A person's choice stays while its runs are there; else the first two. @param {string[]} runs */
  fillChosen(runs) {
    this.chosen = this.chosen.map((run) => (run && runs.includes(run) ? run : null));
    for (const at of [0, 1]) {
      if (!this.chosen[at]) this.chosen[at] = runs.find((run) => !this.chosen.includes(run)) || null;
    }
  }

  draw() {
    const { root } = this;
    /** @type {Table | null} */
    const table = told(this.props.table);
    root.hidden = !table || this.dismissed;
    if (!table || root.hidden) return root.replaceChildren();
    this.fillChosen(table.lines.filter((line) => line.run).map((line) => line.run));
    const active = document.activeElement;
    const focus = active instanceof HTMLInputElement && root.contains(active) ? { name: active.name, value: active.value } : null; // prettier-ignore
    root.replaceChildren(this.head(table), this.body(table));
    const inputs = [...root.querySelectorAll("input")];
    const again = focus && inputs.find((one) => one.name === focus.name && one.value === focus.value);
    if (again) again.focus();
  }

  /** Both under the header, where one sees them. @param {string | null} first @param {string | null} second */
  open(first, second) {
    this.trigger("show_pair", { first, second });
    const viewer = document.getElementById("app-viewer");
    if (viewer) viewer.scrollIntoView({ behavior: behavior(), block: "start" });
  }

  /** @param {Table} table */
  head(table) {
    const [first, second] = this.chosen;
    const open = el("button", {
      type: "button",
      class: "app-button app-primary",
      "data-methods": "open",
      text: t("methods_open"),
      on: { click: () => this.open(first, second) },
    });
    open.disabled = !(first && second);
    const dismiss = () => {
      this.dismissed = true;
      this.draw();
    };
    const made = table.lines.filter((line) => line.run).length;
    const text = table.done ? t("methods_done", { n: made, m: table.all.length }) : t("methods_running");
    const close = { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×", on: { click: dismiss } };
    const status = el("span", { role: "status", class: "app-methods-said", text });
    const title = el("h2", { text: t("methods_title") });
    return el("div", { class: "app-methods-head" }, title, status, open, el("button", close));
  }

  /** @param {Table} table */
  body(table) {
    const heads = COLUMNS.map((key) => {
      const hint = t(key + "_hint");
      return el("th", { scope: "col", text: t(key), title: hint === key + "_hint" ? null : hint });
    });
    const rows = table.all.map((name) =>
      this.row(
        name,
        table.lines.find((line) => line.name === name),
        table,
      ),
    );
    const inside = el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
    const region = { tabindex: "0", role: "region", "aria-label": t("methods_title") };
    return el("div", { class: "app-methods-scroll", ...region }, inside);
  }

  /** @param {string} name @param {Line | undefined} line @param {Table} table */
  row(name, line, table) {
    const title = decodingName(name, table.titles);
    const head = el("th", { scope: "row", text: title });
    if (!line || line.refused) {
      const kind = "app-methods-wait" + (line ? " app-methods-refused" : "");
      const said = el("td", {
        class: kind,
        colspan: COLUMNS.length - 3,
        text: line ? line.refused : waits(name, table),
      });
      return el("tr", { "data-method": name }, el("td"), el("td"), head, said);
    }
    const words = el("td", { class: "app-methods-caption" }, ...captionOf(line));
    const numbers = numbersOf(line).map(numberCell);
    const radios = /** @type {const} */ ([0, 1]).map((at) => this.radio(title, line, at));
    return el("tr", { "data-method": name }, ...radios, head, words, ...numbers);
  }

  /** @param {string} title @param {Line} line @param {0 | 1} place */
  radio(title, line, place) {
    const side = t(PLACES[place]);
    const label = `${title}: ${side}`;
    const change = () => this.choose(line.run, place);
    const attributes = { type: "radio", name: "app-methods-" + place, value: line.run, "aria-label": label };
    const input = el("input", { ...attributes, on: { change } });
    input.checked = this.chosen[place] === line.run;
    return el("td", { "data-column": side }, input);
  }
}

/** @param {Part} part */
export function mountMethods(part) {
  const table = new MethodsTable(part);
  part.watch("table", () => table.changed());
  table.draw();
}
