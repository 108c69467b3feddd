// The row of layers: a small picture of each one's saliency for the chosen token, of their mean, and a button for all.

import { el, setChildren } from "../../shared/dom.js";
import { PIXELS, drawThumbnail } from "../draw/thumbnail.js";
import { stepsOf } from "../state/choice.js";
import { hiddenKeys } from "../state/compare.js";
import { lockedScale } from "../state/locked.js";
import { groupOf, sheetsOf } from "../state/pictures.js";
import { valuesOf } from "../state/sources.js";
import { formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
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
    this.root = el("div", { class: "sv-layer-row" }, this.list);
    /** @type {Run | null} */
    this.run = null;
    this.group = -1; // of pictures
    /** @type {number[]} of the picture that is drawn */
    this.patches = [];
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
  hoverLayer(layer) {
    for (const button of this.buttons) button.classList.toggle("sv-lit", choiceOf(button) === layer);
  }

  draw() {
    const { run, state } = this.viewer;
    this.build(run ? run.layers : FIRST);
    const chosen = Array.isArray(state.layer) ? state.layer : [state.layer];
    for (const button of this.buttons) {
      const layer = choiceOf(button);
      const on = /** @type {Choice[]} */ (chosen).includes(layer);
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = layer === chosen[0] ? 0 : -1;
      button.disabled = !run;
      const target = typeof layer === "number" && Boolean(run && run.target.includes(layer));
      button.classList.toggle("sv-target", target);
    }
    this.drawPictures();
  }

  /** @param {number} count */
  build(count) {
    if (this.count === count) return;
    this.count = count;
    const numbers = Array.from({ length: count }, (_, layer) => makeButton(layer, String(layer)));
    setChildren(this.list, ...numbers, makeButton("target", t("mean")), makeButton("all", t("all")));
  }

  /** The picture whose patches are drawn, and its shape, when another run or group of pictures is shown. @param {Run} run */
  look(run) {
    const group = groupOf(this.viewer, 0);
    if (run === this.run && group === this.group) return;
    [this.run, this.group] = [run, group];
    const [sheet] = sheetsOf(run, group);
    this.patches = sheet ? sheet.patches : [];
    const { width, height } = sheet ? run.pictures[sheet.picture] : { width: 1, height: 1 };
    const fit = PIXELS / Math.max(width, height);
    this.root.classList.toggle("sv-no-picture", !sheet);
    this.list.style.setProperty("--shape", `${width} / ${height}`);
    for (const canvas of this.list.querySelectorAll("canvas")) {
      Object.assign(canvas, {
        width: Math.max(1, Math.round(fit * width)),
        height: Math.max(1, Math.round(fit * height)),
      });
    }
  }

  /** Every layer on one scale, so that a faint one looks faint. */
  drawPictures() {
    const { viewer } = this;
    const { run, state } = viewer;
    const steps = stepsOf(viewer, 0);
    if (!run || !steps.length || !steps.every((step) => run.has(step))) return this.clear();
    this.look(run);
    const scale = lockedScale([run], "image", "saliency", { ...state, layer: "all" }, steps);
    const hidden = hiddenKeys(viewer, run);
    const patches = this.patches.filter((patch) => !hidden.has(run.imageKeys[patch]));
    for (const button of this.buttons) {
      const layer = choiceOf(button);
      const values = valuesOf(viewer, run, "saliency", steps, layer);
      button.title = this.titleOf(run, layer, (run.shares(values) || { image: 0 }).image);
      const canvas = button.querySelector("canvas");
      const shown = { run, patches, values, scale, map: state.cmap, opacity: state.opacity };
      if (canvas && patches.length) drawThumbnail(canvas, shown);
    }
  }

  clear() {
    for (const button of this.buttons) {
      button.title = "";
      const canvas = button.querySelector("canvas");
      if (canvas) canvas.width = canvas.width; // eslint-disable-line no-self-assign -- empties it
    }
  }

  /** @param {Run} run @param {Choice} layer @param {number} image its share on the image */
  titleOf(run, layer, image) {
    if (typeof layer !== "number") return run.layerWords(layer);
    const share = t("layer {n}: {v} of its saliency on the image", { n: layer, v: formatPercent(image) });
    const target = run.target.includes(layer) && t("target layer");
    return [share, t("ctrl-click: the mean of several"), target].filter(Boolean).join(" · ");
  }
}

/** @param {HTMLElement} button @returns {Choice} */
function choiceOf(button) {
  const text = button.dataset.layer;
  return text === "target" || text === "all" ? text : Number(text);
}

/** @param {Choice} layer @param {string} text */
function makeButton(layer, text) {
  const classes = "sv-layer" + (typeof layer === "number" ? "" : " sv-layer-word");
  const attributes = { type: "button", role: "radio", class: classes, "data-layer": layer };
  const picture = layer === "all" ? el("i", { "aria-hidden": "true" }) : el("canvas", { "aria-hidden": "true" });
  return el("button", attributes, picture, el("span", { text }));
}
