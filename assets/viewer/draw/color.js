// A number's colour: perceptual maps for sizes, a diverging one for differences, and ink that stays readable on it.

import MAPS from "./color_maps.json" with { type: "json" }; // made by saliency_viz.figures.colors.table; a test compares them
import { decodeBytes } from "../numbers/half.js";

/** @typedef {[number, number, number]} Rgb red, green, blue: 0..255 */
/** @typedef {"light" | "dark"} Theme */

/** @type {Map<string, Uint8Array>} */
const decoded = new Map();
export const SEQUENTIAL = ["viridis", "cividis", "magma"];
export const DIVERGING = "RdBu_r";

/** @type {Record<Theme, Rgb>} */
export const PAPER = { light: [255, 255, 255], dark: [22, 24, 31] };
/** @type {Rgb[]} the first two are the page's own */
const INKS = [
  [24, 24, 27],
  [236, 236, 241],
  [0, 0, 0],
  [255, 255, 255],
];
const LEGIBLE = 4.6; // contrast; AA asks for 4.5

// Same as figures/colors.py.
export const VERDICT_COLORS = { accepted: "#0072b2", rejected: "#d55e00", untried: "#8c8c8c", fallback: "#cc79a7" };
export const PART_COLORS = { template: "#8c8c8c", image: "#009e73", prompt: "#e69f00", outputs: "#0072b2" };
export const JUDGEMENT_COLORS = { right: "#0072b2", hallucinated: "#d55e00" };

/** @param {string} name @returns {Uint8Array} 256 colours of three bytes */
function mapTable(name) {
  const table = decoded.get(name) || decodeBytes(/** @type {Record<string, string>} */ (MAPS)[name] || MAPS.viridis);
  decoded.set(name, table);
  return table;
}

/**
 * @param {string} name of the map
 * @param {number} place 0..1
 * @returns {Rgb}
 */
export function colorAt(name, place) {
  const map = mapTable(name);
  const at = 3 * Math.max(0, Math.min(255, Math.round(place * 255)));
  return [map[at], map[at + 1], map[at + 2]];
}

/** @param {number[]} rgb @param {number | string} [alpha] */
export const cssColor = (rgb, alpha) => `rgb(${rgb[0]} ${rgb[1]} ${rgb[2]}${alpha === undefined ? "" : ` / ${alpha}`})`;

/** @param {Rgb} rgb @returns {number} relative luminance, 0..1 */
function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const x = part / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {number} a @param {number} b luminances */
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/**
 * How opaque a patch is: 0 leaves the picture untouched, small values let it through. 1 everywhere at opacity 1.
 * @param {number} place 0..1
 * @param {number} opacity
 */
export const opacityAt = (place, opacity) => Math.min(1, 1.5 * opacity) * place ** (3.3 * (1 - opacity));

/** How far a place lies from zero: of a signed map, zero is in its middle. @param {number} place 0..1 @param {boolean} signed */
export const weightAt = (place, signed) => (signed ? Math.abs(2 * place - 1) : place);

/** The same for a word's ground: 0 is the paper itself. @param {number} weight 0..1 */
export const groundOpacity = (weight) => 0.8 * weight ** 0.7;

/**
 * A colour over paper.
 * @param {Rgb} color
 * @param {number} alpha
 * @param {Theme} theme
 * @returns {Rgb}
 */
export const overPaper = (color, alpha, theme) =>
  /** @type {Rgb} */ (color.map((part, i) => Math.round(part * alpha + PAPER[theme][i] * (1 - alpha))));

/**
 * Ground and ink of a word whose value is at a place of the map.
 * @param {string} name of the map
 * @param {number} place 0..1
 * @param {Theme} theme
 * @param {number} [weight] how strong the ground is; as the place
 */
export function tintOf(name, place, theme, weight = place) {
  const mixed = overPaper(colorAt(name, place), groundOpacity(weight), theme);
  const light = luminance(mixed);
  const legible = INKS.map((ink) => contrast(light, luminance(ink)));
  const own = Math.max(legible[0], legible[1]);
  const best = own >= LEGIBLE ? own : Math.max(...legible);
  return { background: cssColor(mixed), ink: cssColor(INKS[legible.indexOf(best)]) };
}

/** @type {Map<string, string[]>} */
const made = new Map();

/**
 * The 256 fills of a map over a picture at an opacity, made once for each.
 * @param {string} name
 * @param {number} opacity
 * @param {boolean} signed
 */
export function fillsOf(name, opacity, signed) {
  const key = [name, opacity, signed].join();
  if (!made.has(key) && made.size > 40) made.clear(); // an opacity slider makes many
  const known = made.get(key);
  if (known) return known;
  const alpha = (/** @type {number} */ place) => opacityAt(weightAt(place, signed), opacity).toFixed(3);
  const fills = Array.from({ length: 256 }, (_, i) => cssColor(colorAt(name, i / 255), alpha(i / 255)));
  made.set(key, fills);
  return fills;
}

/** plotly's colour scale of a map. @param {string} name @returns {[number, string][]} */
export const plotlyScale = (name) =>
  Array.from({ length: 33 }, (_, i) => [i / 32, cssColor(colorAt(name, i / 32)).replace(/ /g, ",")]);
