// A picture's patches as a smooth field: values between the patches' middles, then their colours. For the eye only.

import { pixelTable } from "./thumbnail.js";

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {{columns: number, rows: number, order: number[]}} PatchGrid order: the patch at row * columns + column */

const FINE = 8; // pixels of the field for each patch

/** @type {WeakMap<number[], PatchGrid | null>} by the list of patches of a sheet */
const known = new WeakMap();

/** The patches as rows and columns of one grid that fills the picture; null where they are none. @param {Run} run @param {number[]} patches */
export function gridOf(run, patches) {
  const before = known.get(patches);
  if (before !== undefined) return before;
  const ends = (/** @type {0 | 1} */ axis) => [...new Set(patches.map((patch) => run.boxes[patch][axis]))].sort((a, b) => a - b); // prettier-ignore
  const [lefts, tops] = [ends(0), ends(1)];
  /** @type {number[]} */
  const order = [];
  for (const patch of patches) {
    const [left, top] = run.boxes[patch];
    order[tops.indexOf(top) * lefts.length + lefts.indexOf(left)] = patch;
  }
  const whole = order.length === patches.length && patches.length === lefts.length * tops.length;
  const grid = whole ? { columns: lefts.length, rows: tops.length, order } : null;
  known.set(patches, grid);
  return grid;
}

/** Where a place of the field lies between two middles: [lower, upper, part]. @param {number} at @param {number} count */
function between(at, count) {
  const middle = Math.max(0, Math.min(count - 1, (at + 0.5) / FINE - 0.5));
  const low = Math.floor(middle);
  return [low, Math.min(low + 1, count - 1), middle - low];
}

/**
 * The places on the colour map, 0..1, of a field with FINE x FINE pixels a patch, bilinear between the middles.
 * @param {Float32Array} places [rows * columns]
 * @param {number} columns
 * @param {number} rows
 */
export function fieldOf(places, columns, rows) {
  const [width, height] = [columns * FINE, rows * FINE];
  const field = new Float32Array(width * height);
  const across = Array.from({ length: width }, (_, x) => between(x, columns));
  for (let y = 0; y < height; y++) {
    const [up, down, part] = between(y, rows);
    for (let x = 0; x < width; x++) {
      const [left, right, share] = across[x];
      const above = places[up * columns + left] * (1 - share) + places[up * columns + right] * share;
      const below = places[down * columns + left] * (1 - share) + places[down * columns + right] * share;
      field[y * width + x] = above * (1 - part) + below * part;
    }
  }
  return { field, width, height };
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {import("./patches.js").Area} area
 * @param {PatchGrid} grid
 * @param {import("./patches.js").Paint} paint
 */
export function paintSmooth(pen, area, { columns, rows, order }, { run, values, scale, map, opacity }) {
  const places = Float32Array.from(order, (patch) => scale.at(values[run.imageKeys[patch]] || 0));
  const { field, width, height } = fieldOf(places, columns, rows);
  const table = pixelTable(map, opacity, scale.signed);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const own = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = own.createImageData(width, height);
  new Uint32Array(image.data.buffer).set(Uint32Array.from(field, (place) => table[Math.round(255 * place)]));
  own.putImageData(image, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(canvas, ...area);
}
