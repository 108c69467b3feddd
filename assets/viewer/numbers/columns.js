// The keys of a row as columns: words one by one, the image's tokens as one column, as each, or left out.

import { PARTS } from "./positions.js";

/**
 * @typedef {object} Column
 * @property {number[]} keys
 * @property {"word" | "patch" | "block"} kind block: the image's tokens together
 */

/**
 * From the sequence's start to its end.
 * @param {Uint8Array} parts [keys]: an index in PARTS
 * @param {"max" | "sum" | "each" | "none"} mode of the image's tokens
 * @param {Set<number>} hidden
 * @returns {Column[]}
 */
export function columnsOf(parts, mode, hidden) {
  /** @type {Column[]} */
  const found = [];
  const image = PARTS.indexOf("image");
  for (let key = 0; key < parts.length; key++) {
    if (parts[key] !== image) {
      if (!hidden.has(key)) found.push({ keys: [key], kind: "word" });
    } else if (mode === "each") found.push({ keys: [key], kind: "patch" });
    else if (mode !== "none") {
      const last = found[found.length - 1];
      if (key > 0 && parts[key - 1] === image && last && last.kind === "block") last.keys.push(key);
      else found.push({ keys: [key], kind: "block" });
    }
  }
  return found;
}

/**
 * The number of a column: a block's sum or its largest.
 * @param {Column} column
 * @param {Float32Array} row [keys]
 * @param {boolean} sum
 */
export const columnValue = ({ keys }, row, sum) =>
  keys.reduce((value, key) => (sum ? value + row[key] : Math.max(value, row[key])), 0);
