// Dragging over a picture: the area drawn, the patches inside it, and the frame that shows it.

import { cellAt } from "../draw/cells.js";
import { partsOf } from "../draw/over_cells.js";

/** @typedef {import("./overlay.js").Frame} Frame */
/** @typedef {import("./overlay.js").Box} Box */
/** @typedef {{frame: Frame, from: [number, number], area: Box, moved: boolean}} Drag from: 0..1 of the picture */

const STILL = 0.02; // parts of the picture that are no drag yet

/** @param {Frame} frame @param {PointerEvent} event @returns {Drag} */
export function startDrag(frame, event) {
  const from = partsOf(frame.box, event);
  frame.box.setPointerCapture(event.pointerId);
  return { frame, from, area: [...from, ...from], moved: false };
}

/** @param {Drag} drag @param {PointerEvent} event @returns {boolean} whether it is more than a click */
export function moveDrag(drag, event) {
  const at = partsOf(drag.frame.box, event);
  drag.moved = drag.moved || Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > STILL;
  drag.area = between(drag.from, at);
  return drag.moved;
}

/** @param {[number, number]} a @param {[number, number]} b @returns {Box} */
const between = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];

/**
 * Patches touched by a drag that ends at a place; null when it went from one layer's picture into another's.
 * @param {Drag} drag
 * @param {[number, number]} to 0..1 of the picture
 * @param {import("../draw/cells.js").Grid | null | undefined} grid of layers, where the picture is drawn once for each
 * @returns {number[] | null}
 */
export function draggedPatches({ frame, from }, to, grid) {
  let area = between(from, to);
  if (grid) {
    const [a, b] = [cellAt(grid, ...from), cellAt(grid, ...to)];
    if (!a || !b || a.index !== b.index) return null;
    area = between([a.x, a.y], [b.x, b.y]);
  }
  const [left, top, right, bottom] = area;
  return frame.sheet.patches.filter((patch) => {
    const [l, tp, r, b] = frame.run.boxes[patch];
    return l < right && r > left && tp < bottom && b > top;
  });
}

/**
 * A white frame in a dark one, on whole device pixels.
 * @param {CanvasRenderingContext2D} pen
 * @param {Box} box
 * @param {number} dark px
 * @param {number} light px
 * @param {string} strength of the dark one
 */
export function ringed(pen, box, dark, light, strength) {
  const { width, height } = pen.canvas;
  const [l, r] = [Math.round(box[0] * width), Math.round(box[2] * width)];
  const [tp, b] = [Math.round(box[1] * height), Math.round(box[3] * height)];
  const edge = (/** @type {string} */ color, /** @type {number} */ wide) => {
    pen.lineWidth = wide;
    pen.strokeStyle = color;
    pen.strokeRect(l + pen.lineWidth / 2, tp + pen.lineWidth / 2, r - l - pen.lineWidth, b - tp - pen.lineWidth);
  };
  edge(`rgb(0 0 0 / ${strength})`, dark);
  edge("#fff", light);
}
