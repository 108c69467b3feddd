// Single heads of one step: rows of one head, of all together, and the share of each that lies on a part.

/** @typedef {import("../state/defaults.js").Kind} Kind */
/** attention and saliency [layers, heads, keys]
 * @typedef {{shape: [number, number, number], attention: Float32Array, saliency: Float32Array, memo?: Map<string, any>}} HeadRows
 */

/**
 * Float32Array [keys]: a head's row, mean over layers; zeros from the held keys on.
 * @param {HeadRows} held
 * @param {Kind} kind
 * @param {number[]} layers
 * @param {number} head
 * @param {number} keys
 */
export function headRow(held, kind, layers, head, keys) {
  const [, heads, width] = held.shape;
  const out = new Float32Array(keys);
  for (const layer of layers) {
    const from = (layer * heads + head) * width;
    for (let key = 0; key < width; key++) out[key] += held[kind][from + key] / layers.length;
  }
  return out;
}

/**
 * Float32Array [keys]: one head, or the mean or largest over all of them.
 * @param {HeadRows} held
 * @param {Kind} kind
 * @param {number[]} layers
 * @param {{how: "grid" | "one" | "mean" | "max", head: number}} choice
 * @param {number} keys
 */
export function headsRow(held, kind, layers, { how, head }, keys) {
  const count = held.shape[1];
  if (how === "one") return headRow(held, kind, layers, Math.min(head, count - 1), keys);
  const rows = Array.from({ length: count }, (_, one) => headRow(held, kind, layers, one, keys));
  const out = new Float32Array(keys);
  for (let key = 0; key < keys; key++) {
    if (how === "mean") for (const row of rows) out[key] += row[key] / count;
    else out[key] = Math.max(...rows.map((row) => row[key]));
  }
  return out;
}

/**
 * [layers][heads]: the share of a row's sum that lies on a part; NaN where the row is 0.
 * @param {HeadRows} held
 * @param {Kind} kind
 * @param {Uint8Array} parts [keys]
 * @param {number} part index in PARTS
 * @returns {number[][]}
 */
export function headShares(held, kind, parts, part) {
  const [layers, heads, keys] = held.shape;
  const share = (/** @type {number} */ from) => {
    let [sum, whole] = [0, 0];
    for (let key = 0; key < keys; key++) {
      whole += held[kind][from + key];
      if (parts[key] === part) sum += held[kind][from + key];
    }
    return whole > 0 ? sum / whole : NaN;
  };
  return Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: heads }, (__, head) => share((layer * heads + head) * keys)),
  );
}
