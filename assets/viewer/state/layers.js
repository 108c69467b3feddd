// Which layers a choice means, and what they are called.

import { rangesText } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("./defaults.js").Layers} Layers */

/**
 * @param {Layers} layer
 * @param {number[]} target
 * @param {number} count of the model
 * @returns {number[]}
 */
export function layersOf(layer, target, count) {
  if (layer === "target") return target;
  if (Array.isArray(layer)) return layer.filter((one) => one < count);
  if (layer === "all") return Array.from({ length: count }, (_, i) => i);
  return [Math.max(0, Math.min(count - 1, Number(layer) || 0))];
}

/**
 * @param {Layers} layer
 * @param {number[]} target
 * @param {number} count of the model
 */
export function layerWords(layer, target, count) {
  if (layer === "all") return t("mean of all {n} layers", { n: count });
  if (Array.isArray(layer)) return t("mean of layers {r}", { r: rangesText(layer) });
  if (layer === "target") return t("mean of target layers {r}", { r: rangesText(target) });
  return t("layer {n}", { n: layer });
}
