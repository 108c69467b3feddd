// The rare choices every view obeys: scale, transform, normalisation, colours, opacity, what a click selects, what is hidden.

import { el } from "../../shared/dom.js";
import { SEQUENTIAL } from "../draw/color.js";
import { DEFAULTS, TASTE } from "../state/defaults.js";
import { t } from "../texts/t.js";
import { ViewButton } from "./view_button.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/defaults.js").State} State */

export class Controls {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Record<string, HTMLSelectElement | HTMLInputElement>} by the state's key */
    this.choices = {};
    this.sizes = el("span", { class: "sv-hint sv-sizes" });
    this.taps = el("span", { class: "sv-hint sv-taps" });
    const back = () => viewer.set(Object.fromEntries(TASTE.map((key) => [key, DEFAULTS[key]])));
    this.reset = el("button", {
      type: "button",
      class: "sv-button sv-reset",
      text: t("reset"),
      title: t("scales, colours and what a click selects as they are at first"),
      on: { click: back },
    });
    const group = (/** @type {HTMLElement[]} */ ...choices) => el("div", { class: "sv-choices" }, ...choices);
    const groups = [group(...this.colourChoices()), group(...this.rowChoices()), group(...this.captionChoices())];
    this.view = new ViewButton(viewer, ...groups, this.reset);
    this.truth = this.check("reveal_truth", t("reveal truth"), t("underline words marked right or hallucinated"));
  }

  colourChoices() {
    return [
      this.select(
        "scale",
        t("scale"),
        [
          ["layer", t("locked: these layers")],
          ["run", t("locked: every layer")],
          ["token", t("this token only")],
          ["manual", t("set by hand")],
        ],
        t("What a colour means the same over. Only a locked scale compares between tokens."),
      ),
      this.select(
        "transform",
        t("transform"),
        [
          ["percentile", t("linear to 99 %")],
          ["linear", t("linear to the top")],
          ["log", t("log")],
        ],
        t("99 %: the largest hundredth of the values shares the last colour; log shows three powers of ten"),
      ),
      this.select(
        "cmap",
        t("colours"),
        SEQUENTIAL.map((name) => [name, name]),
      ),
    ];
  }

  rowChoices() {
    return [
      this.select(
        "normalization",
        t("saliency"),
        [
          ["row", t("row l2 (Eq. 5)")],
          ["raw", t("raw")],
          ["share", t("share")],
        ],
        t("raw is the only one that compares between tokens in size"),
      ),
      this.sizes,
      this.select(
        "granularity",
        t("select"),
        [
          ["token", t("token")],
          ["word", t("word")],
          ["sentence", t("sentence")],
          ["range", t("range")],
          ["several", t("several")],
        ],
        t("what a click selects; shift-click a range, ctrl-click to add; range and several need no keys"),
      ),
      this.taps,
      this.select(
        "reduce",
        t("as"),
        [
          ["mean", t("mean")],
          ["max", t("maximum")],
        ],
        t("how the rows of several tokens (a word, a range) become one map: their mean, or the largest of them for each key"), // prettier-ignore
      ),
      this.opacity(),
      this.check(
        "smooth",
        t("smooth"),
        t("values between the patches' middles, for the eye only: the numbers are the patches'"),
      ),
      this.check(
        "hide_sinks",
        t("hide sinks"),
        t("leave out template tokens and attention sinks; what is left out is always stated"),
      ),
    ];
  }

  captionChoices() {
    return [
      this.select(
        "strip",
        t("caption"),
        [
          ["auto", t("bars, compact where long")],
          ["bars", t("bars")],
          ["compact", t("compact")],
        ],
        t("compact: a word's score is its ground, and more words have room"),
      ),
      this.select("curve", t("score curve"), [
        ["auto", t("where there is room")],
        ["shown", t("shown")],
        ["folded", t("folded away")],
      ]),
    ];
  }

  /** A choice's value in words, for the button. @param {keyof State} key */
  nameOf(key) {
    const input = this.choices[key];
    if (!input || input.type === "checkbox")
      return key === "image_columns" ? t("image columns") : t(key.replace("_", " "));
    if (key === "opacity") return `${t("opacity")} ${Math.round(100 * this.viewer.state.opacity)} %`;
    const [option] = /** @type {HTMLSelectElement} */ (input).selectedOptions;
    return option ? option.text : "";
  }

  /**
   * @param {keyof State} name
   * @param {string} label "": the state's own word, for who hears it
   * @param {[string, string][]} options value and text
   * @param {string} [title]
   */
  select(name, label, options, title) {
    const items = options.map(([value, text]) => el("option", { value, text }));
    const change = () => this.viewer.set({ [name]: select.value });
    const aria = label ? null : t(name);
    const select = el("select", { class: "sv-select", "aria-label": aria, on: { change } }, ...items);
    this.choices[name] = select;
    return el("label", { class: "sv-choice", title }, label && el("span", { text: label }), select);
  }

  /** @param {keyof State} name @param {string} label @param {string} title */
  check(name, label, title) {
    const change = () => this.viewer.set({ [name]: box.checked });
    const box = el("input", { type: "checkbox", on: { change } });
    this.choices[name] = box;
    return el("label", { class: "sv-choice sv-check", title }, box, el("span", { text: label }));
  }

  opacity() {
    const change = () => this.viewer.set({ opacity: Number(input.value) / 100 });
    const input = el("input", { type: "range", min: 0, max: 100, step: 1, on: { input: change } });
    this.choices.opacity = input;
    const title = t("small values are drawn more transparent; at 100 % every patch hides the picture");
    return el("label", { class: "sv-choice", title }, el("span", { text: t("opacity") }), input);
  }

  draw() {
    const { viewer, viewer: { state } } = this; // prettier-ignore
    this.reset.classList.toggle(
      "sv-idle",
      TASTE.every((key) => state[key] === DEFAULTS[key]),
    );
    for (const [name, input] of Object.entries(this.choices)) {
      const value = state[/** @type {keyof State} */ (name)];
      if (input.type === "checkbox") /** @type {HTMLInputElement} */ (input).checked = Boolean(value);
      else input.value = String(name === "opacity" ? Math.round(100 * state.opacity) : value);
    }
    this.choices.reduce.disabled = state.granularity === "token" && !state.also.length;
    const raw = state.normalization === "raw";
    this.sizes.textContent = raw ? t("sizes compare between tokens") : t("only raw compares between tokens");
    this.taps.textContent = tapsHint(state.granularity);
    const judged = viewer.runs.some((run) => run && Object.keys(run.marks).length);
    this.truth.hidden = !judged;
    this.view.draw((key) => this.nameOf(key));
  }
}

/** @param {State["granularity"]} granularity */
function tapsHint(granularity) {
  if (granularity === "range") return t("tap the first, then the last token");
  return granularity === "several" ? t("tap tokens to add or take away") : "";
}
