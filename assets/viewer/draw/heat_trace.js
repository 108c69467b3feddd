// What our heatmaps share in plotly's words: cells on a scale of ours, and the frame around what is chosen.

import { formatNumber } from "../texts/format.js";
import { plotlyScale } from "./color.js";
import { exceeds } from "./color_bar.js";

/** @typedef {import("../numbers/scale.js").Scale} Scale */
/** @typedef {import("./color.js").Theme} Theme */

/**
 * Values placed on a scale (0..1), with the scale's own numbers on the bar.
 * @param {Scale} scale
 * @param {string} map
 * @param {(number | null)[][]} z
 */
export const heatTrace = (scale, map, z) => ({
  type: "heatmap",
  z,
  zmin: 0,
  zmax: 1,
  colorscale: plotlyScale(map),
  hoverinfo: "none",
  hoverongaps: false,
  colorbar: {
    thickness: 9,
    outlinewidth: 0,
    len: 1,
    y: 0.5,
    x: 1.01,
    xpad: 2,
    tickfont: { size: 10 },
    tickvals: scale.ticks().map(([place]) => place),
    ticktext: scale
      .ticks()
      .map(([place, value]) => (place === 1 && exceeds(scale) ? "≥" : "") + formatNumber(value, 2)),
  },
});

/** NaN, where nothing is known, as null, where nothing is drawn. @param {number[][]} values @param {Scale} scale */
export const placed = (values, scale) =>
  values.map((row) => row.map((value) => (Number.isNaN(value) ? null : scale.at(value))));

/** @param {Theme} theme */
const edge = (theme) => ({ color: theme === "dark" ? "#c7d2fe" : "#4338ca", width: 1.5 });

/** A frame around a whole row. @param {number} at @param {Theme} theme */
export const rowFrame = (at, theme) => ({ type: "rect", xref: "paper", x0: 0, x1: 1, y0: at - 0.5, y1: at + 0.5, line: edge(theme) }); // prettier-ignore

/** A frame around a whole column. @param {number} at @param {Theme} theme */
export const columnFrame = (at, theme) => ({ type: "rect", x0: at - 0.5, x1: at + 0.5, yref: "paper", y0: 0, y1: 1, line: edge(theme) }); // prettier-ignore

/** A frame around one cell. @param {number} x @param {number} y @param {Theme} theme */
export const cellFrame = (x, y, theme) => ({ type: "rect", x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5, line: edge(theme) }); // prettier-ignore

const SLANTED = { tickangle: -60, tickfont: { size: 10 } };

/** An axis of words under a heatmap. @param {number[]} vals @param {string[]} text @param {number} count */
export const wordsBelow = (vals, text, count) => ({
  tickvals: vals,
  ticktext: text,
  ...SLANTED,
  range: [-0.5, count - 0.5],
});

/** An axis of words at its left, the first on top. @param {number[]} vals @param {string[]} text @param {number} count */
export const wordsLeft = (vals, text, count) => ({ tickvals: vals, ticktext: text, tickfont: { size: 10 }, range: [count - 0.5, -0.5] }); // prettier-ignore

/** An axis of whole numbers, about `most` of them written. @param {string} title @param {number} count @param {number} most */
export const numbered = (title, count, most) => ({
  title: { text: title, standoff: 4 },
  dtick: Math.max(1, Math.ceil(count / most)),
  tick0: 0,
  range: [-0.5, count - 0.5],
});
