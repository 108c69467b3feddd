// What the keys do and what the numbers mean, over the page when asked for.

import { el, setChildren } from "../../shared/dom.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {[string[], string, string]} Key names as the browser gives them (none: the mouse), as shown, what they do */
/** @typedef {[string, Key[]]} Group where they work */

/** @type {Group[]} every key there is */
export const KEYS = [
  [
    "On the caption",
    [
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "← → ↑ ↓", "previous, next token; the line above, below"],
      [["Home", "End"], "Home End", "first, last token"],
      [[], "Shift / Ctrl click", "select a range, add a token"],
      [["r", "h"], "r  h", "mark the token right, hallucinated"],
      [["n"], "n", "write a note on a marked token; Enter keeps it"],
    ],
  ],
  [
    "Anywhere in the view",
    [
      [["[", "]"], "[  ]", "layer down, up"],
      [["t"], "t", "hold this token beside the next ones"],
      [["Escape"], "Esc", "unpin, select one token, let go of the held one"],
      [["?"], "?", "this help"],
    ],
  ],
  [
    "On the layers, frames and tabs",
    [
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"], "← → Home End", "choose the one before, after, first, last"], // prettier-ignore
    ],
  ],
  [
    "On pictures and words",
    [
      [[], "drag", "reverse look-up: which outputs drew on these patches"],
      [[], "click", "pin a patch or word"],
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"], "← → ↑ ↓", "go from one to the next"],
      [["Enter", " "], "Enter", "pin it"],
    ],
  ],
];

/** @type {[string, string][]} */
const MEANINGS = [
  ["attention", "mean over heads of the row that predicts the token, with every edit that acted"],
  ["saliency", "|A · ∂L/∂A| summed over heads (Eq. 4), L = −log p of the token; what mattered to this prediction"],
  ["support from earlier words", "S (Eq. 6): mean row-normalised saliency on the words before, over the target layers"],
  ["τ", "alpha times the mean score at the last W + 1 positions (Eq. 7); SGRS rejects candidates below it"],
];

/** @param {[string, string][]} rows @param {"kbd" | "b"} tag */
const list = (rows, tag) =>
  el(
    "dl",
    { class: "sv-help-list" },
    ...rows.flatMap(([name, text]) => [el("dt", {}, el(tag, { text: name })), el("dd", { text })]),
  );

/** @param {string} where @param {[string, string][]} rows */
const group = (where, rows) => el("div", { class: "sv-help-group" }, el("h3", { text: where }), list(rows, "kbd"));

/** @param {Group[]} groups in words of the page around the viewer */
const shownGroups = (groups) =>
  groups.map(([where, rows]) =>
    group(
      where,
      rows.map(([, shown, text]) => [shown, text]),
    ),
  );

/** @type {() => Group[]} */
const ownGroups = () =>
  KEYS.map(([where, rows]) => [
    t(where),
    rows.map(([names, shown, text]) => [names, names.length ? shown : t(shown), t(text)]),
  ]);

export class Help {
  /** Options of the viewer: keys(), more groups in words of the page around it; tour, what its button calls. @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const { tour } = viewer.options;
    const toTour = () => {
      this.toggle();
      if (tour) tour();
    };
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      el("button", { type: "button", class: "sv-button", text, on: { click } });
    const name = t("Keys and meanings");
    this.theirs = el("div", { class: "sv-help-theirs" });
    this.close = button(t("close"), () => this.toggle());
    const head = el("h2", { text: name });
    const caveat = t("Attention and saliency are measured, not explanations: a large value says where the model's computation went, not why it is right."); // prettier-ignore
    const meanings = MEANINGS.map(([word, text]) => /** @type {[string, string]} */ ([t(word), t(text)]));
    const card = el(
      "div",
      { class: "sv-help-card" },
      el("div", { class: "sv-section-head" }, head, tour && button(t("show the tour"), toTour), this.close),
      el(
        "div",
        { class: "sv-help-groups", tabindex: "0", role: "group", "aria-label": name },
        ...shownGroups(ownGroups()),
        this.theirs,
        list(meanings, "b"),
        el("p", { class: "sv-hint", text: caveat }),
      ),
    );
    const beside = (/** @type {Event} */ event) => event.target === this.root && this.toggle();
    const on = { click: beside, keydown: (/** @type {KeyboardEvent} */ event) => this.around(event) };
    this.root = el("dialog", { class: "sv-help", "aria-label": name, on }, card);
  }

  get open() {
    return this.root.open;
  }

  /** From the last stop to the first and back: a browser would go on to its own buttons. @param {KeyboardEvent} event */
  around(event) {
    if (event.key !== "Tab") return;
    const stops = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("button, [tabindex]")]);
    const [from, to] = event.shiftKey ? [stops[0], stops[stops.length - 1]] : [stops[stops.length - 1], stops[0]];
    if (document.activeElement !== from) return;
    event.preventDefault();
    to.focus();
  }

  toggle() {
    if (this.open) return this.root.close(); // the browser gives the focus back
    const { keys } = this.viewer.options;
    setChildren(this.theirs, ...shownGroups(keys ? keys() : [])); // the page's words may have come after the viewer
    this.root.showModal();
    this.close.focus();
  }
}
