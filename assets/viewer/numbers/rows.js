// Rows of attention and saliency: one layer's, the mean of several, several tokens' as one, and how they split in parts.
// As saliency_viz/figures/rows/metrics.py; browser tests compare them number by number.

import { HALF, floats, halves } from "./half.js";

/** @typedef {import("./positions.js").Part} Part */

/**
 * One step's rows: attention and saliency [layers, keys] as codes of float16, norm [layers].
 * @typedef {{keys: number, attention: Uint16Array, saliency: Uint16Array, norm: Float32Array}} Held
 */

/**
 * @param {import("../payload.js").Rows} rows
 * @returns {Held[]} one a step
 */
export function decodeRows(rows) {
  const [count, layers, keys] = rows.shape;
  const [attention, saliency, norm] = [halves(rows.attention), halves(rows.saliency), floats(rows.norm)];
  return Array.from({ length: count }, (_, i) => ({
    keys,
    attention: attention.subarray(i * layers * keys, (i + 1) * layers * keys),
    saliency: saliency.subarray(i * layers * keys, (i + 1) * layers * keys),
    norm: norm.subarray(i * layers, (i + 1) * layers),
  }));
}

/**
 * Float32Array [keys]: one layer's row; zeros from `reach` on.
 * @param {Held} held
 * @param {import("../state/defaults.js").Kind} kind
 * @param {number} layer
 * @param {import("../state/defaults.js").Normalization} normalization
 * @param {number} keys
 * @param {number} reach
 */
export function layerRow(held, kind, layer, normalization, keys, reach) {
  const out = new Float32Array(keys);
  const [codes, from, end] = [held[kind], layer * held.keys, Math.min(reach, held.keys)];
  for (let key = 0; key < end; key++) out[key] = HALF[codes[from + key]];
  let factor = 1;
  if (kind === "saliency" && normalization === "raw") factor = held.norm[layer];
  if (normalization === "share") {
    let total = 0;
    for (let key = 0; key < end; key++) total += out[key];
    factor = total > 0 ? 1 / total : 0;
  }
  if (factor !== 1) for (let key = 0; key < end; key++) out[key] *= factor;
  return out;
}

/**
 * Float32Array [keys]: the mean of rows, summed in float64; zeros for none (the chosen layers are another run's).
 * @param {Float32Array[]} rows
 * @param {number} keys
 */
export function meanRow(rows, keys) {
  if (rows.length === 1) return rows[0];
  const sum = new Float64Array(keys);
  for (const row of rows) for (let key = 0; key < sum.length; key++) sum[key] += row[key];
  return Float32Array.from(sum, (value) => value / (rows.length || 1));
}

/**
 * Float32Array [keys]: several tokens' rows as one.
 * @param {Float32Array[]} rows of numbers from 0 up
 * @param {import("../state/defaults.js").Reduce} reduce
 */
export function reducedRow(rows, reduce) {
  if (reduce !== "max") return meanRow(rows, rows[0].length);
  const out = new Float32Array(rows[0].length);
  for (const row of rows) for (let key = 0; key < out.length; key++) out[key] = Math.max(out[key], row[key]);
  return out;
}

/**
 * Shares of the parts, adding to 1; null when the row is 0.
 * @param {Float32Array} values [keys]
 * @param {Uint8Array} parts [keys]: an index in PARTS
 * @returns {Record<Part, number> | null}
 */
export function partShares(values, parts) {
  const sums = [0, 0, 0, 0];
  for (let key = 0; key < parts.length; key++) sums[parts[key]] += values[key];
  const total = sums[0] + sums[1] + sums[2] + sums[3];
  const [template, image, prompt, outputs] = sums.map((sum) => sum / total);
  return total > 0 ? { template, image, prompt, outputs } : null;
}

/**
 * [first, count] of the missing steps nearest to one, at most so many, in one piece; null when nothing is missing.
 * @param {unknown[]} rows of every step; falsy where it is missing
 * @param {number} from
 * @param {number} most
 * @returns {[number, number] | null}
 */
export function nearestMissing(rows, from, most) {
  for (let away = 0; away < rows.length; away++) {
    for (const step of [from + away, from - away]) {
      if (step < 0 || step >= rows.length || rows[step]) continue;
      let [low, high] = [step, step];
      if (step >= from) while (high + 1 < rows.length && !rows[high + 1] && high - low + 1 < most) high++;
      else while (low > 0 && !rows[low - 1] && high - low + 1 < most) low--;
      return [low, high - low + 1];
    }
  }
  return null;
}
