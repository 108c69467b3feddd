// Small multiples on one canvas: the picture once for each layer or head, each with its number, on one scale.

import { hiddenKeys, translate } from "../state/compare.js";
import { paintPatches } from "./patches.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/run.js").Sheet} Sheet */
/** @typedef {import("./patches.js").Area} Area */

/** Where the cells lie, in parts of the canvas. gap: in parts of a cell.
 * @typedef {{columns: number, left: number, top: number, width: number, height: number, count: number, gap: [number, number]}} Grid
 */

/**
 * @typedef {object} Cells
 * @property {Viewer} viewer
 * @property {import("../state/sources.js").Source} source
 * @property {Run} run
 * @property {Sheet} sheet
 * @property {HTMLImageElement} image
 * @property {number} slot
 * @property {number} [heads] how many, when the cells are heads and not layers
 */

/**
 * Columns and rows that fill an area best with cells of one aspect.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @param {number} aspect width over height of a cell
 */
export function arrange(count, width, height, aspect) {
  let best = { columns: 1, rows: count, cell: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cell = Math.min(width / columns, (height / rows) * aspect);
    if (cell > best.cell) best = { columns, rows, cell };
  }
  return best;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} ratio device pixels per CSS pixel
 * @param {Cells} cells
 * @returns {Grid}
 */
export function drawCells(pen, ratio, cells) {
  const { width: w, height: h } = pen.canvas;
  const { run, sheet, heads } = cells;
  const count = heads === undefined ? run.layers : heads;
  const picture = run.pictures[sheet.picture];
  const aspect = picture.width / picture.height;
  const { columns, rows, cell } = arrange(count, w, h, aspect);
  const gap = Math.round(2 * ratio);
  const [width, height] = [Math.floor(cell), Math.floor(cell / aspect)];
  const [left, top] = [Math.floor((w - columns * width) / 2), Math.floor((h - rows * height) / 2)];
  const size = Math.round(Math.max(9, Math.min(13, height / ratio / 5)) * ratio);
  pen.clearRect(0, 0, w, h);
  pen.font = `600 ${size}px system-ui, sans-serif`;
  pen.textBaseline = "middle";
  const ringed = ringedPatches(cells);
  for (let index = 0; index < count; index++) {
    const [x, y] = [left + (index % columns) * width, top + Math.floor(index / columns) * height];
    drawCell(pen, ratio, cells, index, [x + gap, y + gap, width - 2 * gap, height - 2 * gap], size, ringed);
  }
  const edges = { left: left / w, top: top / h, width: width / w, height: height / h };
  return { columns, ...edges, count, gap: [gap / width, gap / height] };
}

/** Patches under the pointer and those pinned. @param {Cells} cells */
function ringedPatches({ viewer, run, sheet, slot }) {
  const lit = viewer.lit === null ? -1 : translate(viewer, viewer.lit, viewer.litSlot, slot);
  const keys = [lit, ...(slot === 0 ? viewer.state.pins : [])];
  return keys.flatMap((key) => run.patchOf.get(key) ?? []).filter((patch) => sheet.patches.includes(patch));
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} ratio
 * @param {Cells} cells
 * @param {number} index of the layer or head
 * @param {Area} area
 * @param {number} size of the number, px
 * @param {number[]} ringed
 */
function drawCell(pen, ratio, { viewer, source, run, sheet, image, heads }, index, area, size, ringed) {
  const layers = heads === undefined;
  const { scale, map } = source;
  const { theme } = viewer;
  if (image.complete && image.naturalWidth) pen.drawImage(image, ...area);
  const values = source.layer ? source.layer(index) : null;
  if (values && scale && map) {
    const { opacity } = viewer.state;
    paintPatches(pen, area, sheet.patches, { run, values, scale, map, opacity, hidden: hiddenKeys(viewer, run) });
  }
  const text = String(index);
  const [wide, tall] = [pen.measureText(text).width + 8 * ratio, size + 5 * ratio];
  pen.fillStyle = layers && run.target.includes(index) ? "rgb(67 56 202 / .92)" : "rgb(0 0 0 / .72)";
  pen.fillRect(area[0], area[1], wide, tall);
  pen.fillStyle = "#fff";
  pen.fillText(text, area[0] + 4 * ratio, area[1] + tall / 2 + ratio * 0.5);
  for (const patch of ringed) {
    ring(pen, area, run.boxes[patch], "rgb(0 0 0 / .7)", 2.5 * ratio);
    ring(pen, area, run.boxes[patch], "#fff", 1.2 * ratio);
  }
  const chosen = layers && (index === viewer.state.layer || index === viewer.litLayer);
  const [x, y, width, height] = area;
  const around = /** @type {Area} */ ([x - ratio, y - ratio, width + 2 * ratio, height + 2 * ratio]);
  if (chosen) ring(pen, around, [0, 0, 1, 1], theme === "dark" ? "#a5b4fc" : "#4338ca", 2 * ratio); // at its edges
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Area} area
 * @param {[number, number, number, number]} box parts of the area
 * @param {string} color
 * @param {number} wide px
 */
function ring(pen, [x, y, width, height], [left, top, right, bottom], color, wide) {
  pen.strokeStyle = color;
  pen.lineWidth = wide;
  pen.strokeRect(x + left * width, y + top * height, (right - left) * width, (bottom - top) * height);
}

/**
 * The cell at a place of the canvas, and where in its picture that is (parts of the picture); null between cells.
 * @param {Grid | null | undefined} grid
 * @param {number} x 0..1 of the canvas
 * @param {number} y
 */
export function cellAt(grid, x, y) {
  if (!grid) return null;
  const [across, down] = [(x - grid.left) / grid.width, (y - grid.top) / grid.height];
  const [column, row] = [Math.floor(across), Math.floor(down)];
  const index = row * grid.columns + column;
  if (column < 0 || column >= grid.columns || row < 0 || index >= grid.count) return null;
  const inside = (/** @type {number} */ part, /** @type {number} */ gap) => (part - gap) / (1 - 2 * gap);
  return { index, x: inside(across - column, grid.gap[0]), y: inside(down - row, grid.gap[1]) };
}
