// The button beside Run that decodes one picture in several ways, and the choice of which.

import { el, setChildren } from "../../shared/dom.js";
import { icon } from "../page/icons.js";
import { told } from "../page/state.js";
import { keep, recalled } from "../page/storage.js";
import { t } from "../page/texts.js";

/** @typedef {import("../page/state.js").Part} Part */

export const PAPER = ["plain", "sgrs", "locore", "both"];
const KEPT = "saliency-viz-decodings";

/** @type {string[] | null} what was ticked since the page opened; a private window keeps nothing */
let ticked = null;

/** Names of the decodings that are ticked, also in an earlier visit; the paper's own at first. @returns {string[]} */
export function chosenDecodings() {
  if (ticked) return ticked;
  try {
    const found = JSON.parse(recalled(KEPT) || "null");
    return Array.isArray(found) && found.length ? found.map(String) : PAPER;
  } catch {
    return PAPER; // damaged
  }
}

/** @param {string} name @param {Record<string, string>} titles of the decoders */
export const decodingName = (name, titles) => (PAPER.includes(name) ? t("method_" + name) : titles[name] || name);

class Decodings {
  /** @param {Part} part */
  constructor({ element, props, trigger }) {
    this.props = props;
    this.root = /** @type {HTMLElement} */ (element.querySelector(".app-decodings"));
    /** @type {Record<string, string>} */
    this.titles = props.titles;
    const known = [...PAPER, ...Object.keys(this.titles)];
    this.chosen = new Set(chosenDecodings().filter((name) => known.includes(name)));
    if (!this.chosen.size) this.chosen = new Set(PAPER);
    const run = { click: () => trigger("decode_all", { names: [...this.chosen] }) };
    const attributes = { type: "button", class: "app-button", "data-decodings": "run", title: t("decodings_run_hint") };
    this.button = el("button", { ...attributes, text: t("decodings_run"), on: run });
    this.count = el("span");
    this.boxes = new Map(known.map((name) => [name, this.box(name)]));
    const others = this.group(t("decodings_others"), Object.keys(this.titles), t("decodings_others_note"));
    const id = { id: "app-decodings-choice", hidden: true };
    this.panel = el("div", { class: "app-decodings-choice", ...id }, this.group(t("decodings_paper"), PAPER), others, this.sets(known)); // prettier-ignore
    const toggle = { click: () => this.open(this.panel.hidden) };
    const about = { title: t("decodings_choose_hint"), "aria-expanded": "false", "aria-controls": this.panel.id };
    const choose = { type: "button", class: "app-button app-decodings-choose", "data-decodings": "choose", ...about };
    this.opener = el("button", { ...choose, on: toggle }, this.count, icon("down"));
    setChildren(this.root, this.button, this.opener, this.panel);
    this.tell();
  }

  /** @param {boolean} on the choice is there */
  open(on) {
    this.panel.hidden = !on;
    this.opener.setAttribute("aria-expanded", String(on));
  }

  /** @param {string} name */
  box(name) {
    const change = () => {
      if (box.checked) this.chosen.add(name);
      else this.chosen.delete(name);
      this.changed();
    };
    const box = el("input", { type: "checkbox", value: name, on: { change } });
    return box;
  }

  /** @param {string} title @param {string[]} names @param {string} [note] */
  group(title, names, note) {
    const rows = names.map((name) =>
      el("label", {}, this.boxes.get(name), el("span", { text: decodingName(name, this.titles) })),
    );
    return el(
      "fieldset",
      {},
      el("legend", { text: title }),
      ...rows,
      note && el("p", { class: "app-note", text: note }),
    );
  }

  /** @param {string[]} known */
  sets(known) {
    const take = (/** @type {string} */ key, /** @type {string[]} */ names) => {
      const click = () => {
        this.chosen = new Set(names);
        this.changed();
      };
      return el("button", { type: "button", class: "app-button", "data-set": key, text: t(key), on: { click } });
    };
    return el("div", { class: "app-decodings-sets" }, take("decodings_four", PAPER), take("decodings_all", known));
  }

  changed() {
    ticked = [...this.chosen];
    keep(KEPT, JSON.stringify(ticked));
    this.tell();
  }

  tell() {
    for (const [name, box] of this.boxes) box.checked = this.chosen.has(name);
    this.count.textContent = t("decodings_choose", { n: this.chosen.size });
    this.button.disabled = Boolean(told(this.props.busy)) || !this.chosen.size;
  }
}

/** @param {Part} part */
export function mountDecodings(part) {
  const decodings = new Decodings(part);
  part.watch("busy", () => decodings.tell());
}
