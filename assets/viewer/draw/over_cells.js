// The pointer over a canvas of cells: which cell and patch lie under it, and what the tip says of them.

import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { cellAt } from "./cells.js";
import { patchAt } from "./patches.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {{canvas: HTMLElement, grid?: import("./cells.js").Grid | null}} Side */

/** @param {Element} node @param {MouseEvent} event @returns {[number, number]} 0..1 of the node */
export function partsOf(node, event) {
  const box = node.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

/** @param {Side} side @param {MouseEvent} event @returns {number | null} index of the cell */
export function cellUnder({ canvas, grid }, event) {
  const place = cellAt(grid, ...partsOf(canvas, event));
  return place && place.index;
}

/**
 * The patch under the pointer lights up everywhere, and its value in that cell is told.
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {MouseEvent} event
 * @param {object} told
 * @param {import("../state/run.js").Sheet | undefined} told.sheet
 * @param {(cell: number, key: number) => number | null} told.value
 * @param {(cell: number) => string} told.name the tip's word for a cell
 */
export function overCells(viewer, { canvas, grid }, event, { sheet, value, name }) {
  const { run } = viewer;
  if (!run) return;
  const place = cellAt(grid, ...partsOf(canvas, event));
  const patch = place && sheet ? patchAt(run, sheet.patches, place.x, place.y) : null;
  const key = patch === null ? null : run.imageKeys[patch];
  viewer.hover(key, 0);
  if (!place) return viewer.tip.hide();
  const number = key === null ? null : value(place.index, key);
  /** @type {import("../state/lines.js").Lines} */
  const lines = [patch === null ? name(place.index) : t("patch {n}", { n: patch })];
  if (number !== null) lines.push([name(place.index), formatNumber(number, 4)]);
  viewer.tip.point(event, lines);
}
