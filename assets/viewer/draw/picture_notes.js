// What a saved picture says of itself: its file's name, and the line under it.

import { stepsOf, tokenOf } from "../state/choice.js";
import { methodName } from "../state/compare.js";
import { scaleWords } from "../state/scales.js";
import { rangesText, visible } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */

/**
 * What a picture shows, for whoever meets it alone. data-about of the panel: "run", "layers" (every layer), "own" (its
 * scale is its own), or one choice of layers.
 * @param {Viewer} viewer
 * @param {HTMLElement} node
 */
export function aboutPicture(viewer, node) {
  const { state } = viewer;
  const run = /** @type {Run} */ (viewer.run);
  const over = node.dataset.about;
  const steps = stepsOf(viewer, 0);
  const made = methodName(run);
  if (over === "run") return [made, t("{n} tokens", { n: run.steps.length })].join(" · ");
  const joined = t(state.reduce === "max" ? "maximum" : "mean");
  const scale = over === "layers" && state.scale === "layer" ? { scale: /** @type {const} */ ("run") } : state;
  return [
    "“" + visible(steps.map((step) => run.steps[step].text).join("")).trim() + "”",
    steps.length > 1 ? t("{r} of tokens {n}", { r: joined, n: rangesText(steps) }) : t("token {i}", { i: steps[0] }),
    viewer.holding ? t("held: {w}", { w: run.quoted(run.first + /** @type {number} */ (state.held)) }) : "",
    made,
    over === "layers" ? t("every layer") : run.layerWords(state.layer),
    over === "own" ? "" : scaleWords(scale),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Viewer} viewer @param {HTMLElement} node @returns {string} without its ending */
export function pictureFile(viewer, node) {
  const { state } = viewer;
  const run = /** @type {Run} */ (viewer.run);
  const { picture, kind, slot } = node.dataset;
  const which = slot === "1" ? "second" : slot === "difference" ? "difference" : "";
  const what = [picture, kind, which].filter(Boolean).join("-");
  const token = tokenOf(viewer, 0);
  const word = (run.steps[token].text.match(/[A-Za-z0-9]+/) || [""])[0].toLowerCase();
  const layer = typeof state.layer === "number" ? `layer-${state.layer}` : state.layer;
  return ["saliency", what || "panel", `token-${token}`, word, layer].filter(Boolean).join("-");
}
