// The scales several views share, and what a scale is called.

import { linearScale } from "../numbers/scale.js";
import { t } from "../texts/t.js";
import { runsCompared } from "./compare.js";
import { largestShare } from "./pictures.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./defaults.js").State} State */

/** From 0 to the largest score of the runs on the screen (Eq. 6). @param {Viewer} viewer */
export function scoreScale(viewer) {
  const scores = runsCompared(viewer).flatMap((run) => run.steps.map((step) => (step.pending ? null : step.score)));
  return linearScale(Math.max(0, ...scores.map((score) => score ?? 0)));
}

/** From 0 to the largest share of a picture in the runs on the screen, both kinds. @param {Viewer} viewer */
export function shareScale(viewer) {
  const { layer, normalization } = viewer.state;
  const largest = runsCompared(viewer).flatMap((run) => [
    largestShare(run, "attention", layer, normalization),
    largestShare(run, "saliency", layer, normalization),
  ]);
  return linearScale(Math.max(0, ...largest));
}

/** Over what a colour means the same. @param {Pick<State, "scale">} state */
export function scaleWords({ scale }) {
  if (scale === "run") return t("locked over the run, every layer");
  if (scale === "layer") return t("locked over the run, these layers");
  if (scale === "token") return t("this token only: does not compare between tokens");
  return t("set by hand");
}

/**
 * What a number of a kind is.
 * @param {import("./defaults.js").Kind} kind
 * @param {import("./defaults.js").Normalization} normalization
 */
export function unitWords(kind, normalization) {
  if (normalization === "share") return t("share of the row");
  if (kind === "attention") return t("mean over heads");
  return normalization === "row" ? t("unit l2 norm per row") : t("|A·∂L/∂A|, nats");
}
