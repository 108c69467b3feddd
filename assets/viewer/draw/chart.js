// What our small charts share: axis lines with a word each, labels, paths, and a step between labels that leaves room.

import { svgEl } from "../../shared/dom.js";

/** @typedef {[number, number]} Point */

/**
 * Horizontal lines with a word at their left.
 * @param {number} left
 * @param {number} right
 * @param {[number, string][]} ticks y and word
 * @param {number} [gap] px between word and line
 */
export const lines = (left, right, ticks, gap = 5) =>
  ticks.flatMap(([y, text]) => [
    svgEl("line", { x1: left, x2: right, y1: y, y2: y, class: "sv-axis" }),
    label(text, left - gap, y + 4, "end"),
  ]);

/** @param {string} text @param {number} x @param {number} y @param {"start" | "middle" | "end"} anchor */
export const label = (text, x, y, anchor) => svgEl("text", { x, y, class: "sv-tick", "text-anchor": anchor, text });

/** The path through some points. @param {Point[]} points */
export const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Every how manieth column is named, so that names stay `room` px apart. @param {number} wide px of a column @param {number} room */
export const labelEvery = (wide, room) => [1, 2, 5, 10, 20, 50, 100].find((n) => n * wide >= room) || 200;

/**
 * @param {number} width
 * @param {number} height
 * @param {string} name for who hears it
 * @param {Record<string, (event: any) => void>} on
 * @param {(Node | null)[]} parts
 */
export const chartOf = (width, height, name, on, parts) =>
  svgEl("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name, on }, ...parts);
