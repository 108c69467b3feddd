// Patches of a picture: a rectangle each, coloured by its value; which one lies under a place.

import { fillsOf } from "./color.js";
import { gridOf, paintSmooth } from "./smooth.js";

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {[number, number, number, number]} Area left, top, width, height in pixels of the canvas */

/**
 * @typedef {object} Paint
 * @property {Run} run
 * @property {Float32Array} values [keys]
 * @property {import("../numbers/scale.js").Scale} scale
 * @property {string} map
 * @property {number} opacity
 * @property {boolean} [smooth] values between the patches too, where they make a grid
 * @property {Set<number>} [hidden] keys that are crossed out instead
 */

/**
 * The grid on which a picture is drawn smoothly; null where patches are drawn: always where some are crossed out.
 * @param {{run: Run, smooth?: boolean, hidden?: Set<number>}} paint
 * @param {number[]} patches
 */
export const smoothGrid = ({ run, smooth, hidden }, patches) =>
  smooth && !(hidden && hidden.size) ? gridOf(run, patches) : null;

/**
 * Rectangles of some patches inside an area of a canvas, edges on whole device pixels.
 * @param {CanvasRenderingContext2D} pen
 * @param {Area} area
 * @param {number[]} patches
 * @param {Paint} paint
 */
export function paintPatches(pen, area, patches, paint) {
  const { run, values, scale, map, opacity, hidden } = paint;
  const [left, top, width, height] = area;
  const grid = smoothGrid(paint, patches);
  if (grid) return paintSmooth(pen, area, grid, paint);
  const fills = fillsOf(map, opacity, scale.signed);
  for (const patch of patches) {
    const box = run.boxes[patch];
    const key = run.imageKeys[patch];
    const [l, r] = [box[0], box[2]].map((part) => left + Math.round(part * width));
    const [tp, b] = [box[1], box[3]].map((part) => top + Math.round(part * height));
    if (hidden && hidden.has(key)) {
      cross(pen, l, tp, r, b);
      continue;
    }
    const value = values[key];
    if (Number.isNaN(value)) continue;
    pen.fillStyle = fills[Math.round(255 * scale.at(value))];
    pen.fillRect(l, tp, r - l, b - tp);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} left
 * @param {number} top
 * @param {number} right
 * @param {number} bottom
 */
function cross(pen, left, top, right, bottom) {
  pen.strokeStyle = "rgb(128 128 128 / .8)";
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(left, bottom);
  pen.lineTo(right, top);
  pen.stroke();
}

/**
 * @param {Run} run
 * @param {number[]} patches
 * @param {number} x 0..1 of the picture
 * @param {number} y
 * @returns {number | null}
 */
export function patchAt(run, patches, x, y) {
  const inside = (/** @type {number} */ patch) => {
    const [left, top, right, bottom] = run.boxes[patch];
    return x >= left && x < right && y >= top && y < bottom;
  };
  return patches.find(inside) ?? null;
}
