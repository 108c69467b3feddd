// The row of layers: one button each, tinted by the share of its saliency on the image, and the means of several.

import { el, setChildren } from "../../shared/dom.js";
import { tintOf } from "../draw/color.js";
import { stepsOf } from "../state/choice.js";
import { valuesOf } from "../state/sources.js";
import { formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {number | "target" | "all"} Choice what a button stands for */

const FIRST = 6; // buttons before a run is there

export class Layers {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.count = 0;
    const on = {
      click: (/** @type {MouseEvent} */ event) => this.click(event),
      pointerover: (/** @type {Event} */ event) => viewer.hoverLayer(this.under(event)),
      pointerleave: () => viewer.hoverLayer(null),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
    };
    this.list = el("div", { class: "sv-layers", role: "radiogroup", "aria-label": t("Layer"), on });
    const label = el("span", { class: "sv-label", text: t("layer"), "aria-hidden": "true" });
    this.root = el("div", { class: "sv-layer-row" }, label, this.list);
  }

  /** @returns {HTMLButtonElement[]} */
  get buttons() {
    return [...this.list.querySelectorAll("button")];
  }

  /** @param {Event} event @returns {Choice | null} */
  under({ target }) {
    const button = /** @type {Element} */ (target).closest("button");
    return button && choiceOf(button);
  }

  /** @param {MouseEvent} event */
  click(event) {
    const layer = this.under(event);
    if (layer === null) return;
    const add = (event.ctrlKey || event.metaKey || event.shiftKey) && typeof layer === "number";
    this.viewer.set({ layer: add ? this.joined(layer) : layer });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { buttons } = this;
    const at = buttons.findIndex((button) => button.getAttribute("aria-checked") === "true");
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key]; // prettier-ignore
    if (to === undefined) return;
    event.preventDefault();
    const button = buttons[(to + buttons.length) % buttons.length];
    this.viewer.set({ layer: choiceOf(button) });
    button.focus();
  }

  /** The chosen layers with one more, or one less. @param {number} layer */
  joined(layer) {
    const { run, state } = this.viewer;
    const begun = run && typeof state.layer !== "string"; // from a name of many it begins alone
    const chosen = new Set(begun ? run.layerList(state.layer) : []);
    if (!chosen.delete(layer) || !chosen.size) chosen.add(layer);
    return [...chosen];
  }

  /** @param {Choice | null} layer */
  hover(layer) {
    for (const button of this.buttons) button.classList.toggle("sv-lit", choiceOf(button) === layer);
  }

  draw() {
    const { run, state } = this.viewer;
    this.build(run ? run.layers : FIRST);
    const weights = run && run.steps.length ? this.weights() : [];
    const top = Math.max(1e-30, ...weights);
    const chosen = Array.isArray(state.layer) ? state.layer : [state.layer];
    for (const button of this.buttons) {
      const layer = choiceOf(button);
      const on = /** @type {Choice[]} */ (chosen).includes(layer);
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = layer === chosen[0] ? 0 : -1;
      button.disabled = !run;
      if (typeof layer === "number") this.paint(button, layer, weights[layer], top);
      else button.title = run ? run.layerWords(layer) : "";
    }
  }

  /** @param {number} count */
  build(count) {
    if (this.count === count) return;
    this.count = count;
    const words = { target: t("mean of target"), all: t("all") };
    const numbers = Array.from({ length: count }, (_, layer) => makeButton(layer, String(layer)));
    setChildren(this.list, ...numbers, makeButton("target", words.target), makeButton("all", words.all));
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {number} layer
   * @param {number | undefined} weight its share on the image
   * @param {number} top the largest of them
   */
  paint(button, layer, weight, top) {
    const { run, state, theme } = this.viewer;
    const target = Boolean(run && run.target.includes(layer));
    button.classList.toggle("sv-target", target);
    const tint = weight === undefined ? null : tintOf(state.cmap, weight / top, theme);
    button.style.setProperty("--ground", tint ? tint.background : "transparent");
    button.style.setProperty("--ink", tint ? tint.ink : "var(--sv-ink)");
    const share = t("layer {n}: {v} of its saliency on the image", { n: layer, v: formatPercent(weight) });
    const notes = [share, t("ctrl-click: the mean of several"), target && t("target layer")];
    button.title = weight === undefined ? "" : notes.filter(Boolean).join(" · ");
  }

  /** Share of each layer's saliency that lies on the image. @returns {number[]} */
  weights() {
    const { viewer } = this;
    const { run } = viewer;
    const steps = stepsOf(viewer, 0);
    if (!run || !steps.every((step) => run.has(step))) return [];
    const share = (/** @type {number} */ layer) => run.shares(valuesOf(viewer, run, "saliency", steps, layer));
    return run.layerList("all").map((layer) => (share(layer) || { image: 0 }).image);
  }
}

/** @param {HTMLElement} button @returns {Choice} */
function choiceOf(button) {
  const text = button.dataset.layer;
  return text === "target" || text === "all" ? text : Number(text);
}

/** @param {Choice} layer @param {string} text */
const makeButton = (layer, text) =>
  el("button", {
    type: "button",
    role: "radio",
    class: "sv-layer" + (typeof layer === "number" ? "" : " sv-layer-word"),
    "data-layer": layer,
    text,
  });
