// A layer's values as a very small picture: a pixel or so per image token, in the colours of the panels, no photograph.

import { colorAt, opacityAt, weightAt } from "./color.js";

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../numbers/scale.js").Scale} Scale */

export const PIXELS = 32; // of a thumbnail's longer side

/** @type {Map<string, Uint32Array>} */
const made = new Map();

/** The 256 colours of a map as the panels draw them, as pixels (little-endian RGBA). @param {string} name @param {number} opacity @param {boolean} signed */
export function pixelTable(name, opacity, signed) {
  const key = `${name} ${opacity} ${signed}`;
  const known = made.get(key);
  if (known) return known;
  if (made.size > 40) made.clear();
  const table = Uint32Array.from({ length: 256 }, (_, i) => {
    const [red, green, blue] = colorAt(name, i / 255);
    return (
      ((Math.round(255 * opacityAt(weightAt(i / 255, signed), opacity)) << 24) | (blue << 16) | (green << 8) | red) >>>
      0
    );
  });
  made.set(key, table);
  return table;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{run: Run, patches: number[], values: Float32Array, scale: Scale, map: string, opacity: number}} shown values [keys]
 */
export function drawThumbnail(canvas, { run, patches, values, scale, map, opacity }) {
  const { width, height } = canvas;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = pen.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const table = pixelTable(map, opacity, scale.signed);
  for (const patch of patches) {
    const [left, top, right, bottom] = run.boxes[patch];
    const color = table[Math.round(255 * scale.at(values[run.imageKeys[patch]]))];
    const [l, r] = [Math.round(left * width), Math.max(Math.round(left * width) + 1, Math.round(right * width))];
    const [from, to] = [Math.round(top * height), Math.max(Math.round(top * height) + 1, Math.round(bottom * height))];
    for (let y = from; y < to; y++) pixels.fill(color, y * width + l, y * width + r);
  }
  pen.putImageData(image, 0, 0);
}
