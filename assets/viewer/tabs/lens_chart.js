// A curve up the lens's table: one dot next to each layer's row.

import { svgEl } from "../../shared/dom.js";
import { label, path } from "../draw/chart.js";
import { colorAt, cssColor } from "../draw/color.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./lens.js").Layer} Layer */

/**
 * @typedef {object} Column
 * @property {"probability" | "rank"} name
 * @property {string} title
 * @property {(layer: Layer) => number} at place, 0..1
 * @property {[number, string][]} ticks place and word
 */

const ROW = 30; // px of a line of the table
const WIDE = 160; // px

/** @param {Layer[]} layers @param {string} word @returns {Column[]} */
export function chartColumns(layers, word) {
  const most = Math.max(...layers.map((layer) => layer.rank));
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(2, most))));
  return [
    {
      name: "probability",
      title: t("p of {w}", { w: word }),
      at: (layer) => layer.probability,
      ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]], // prettier-ignore
    },
    {
      name: "rank",
      title: t("rank of {w}", { w: word }),
      at: (layer) => 1 - Math.log10(layer.rank) / decades,
      ticks: [[0, formatNumber(10 ** decades)], [1, "1"]], // prettier-ignore
    },
  ];
}

/** @param {Viewer} viewer @param {Column} column @param {Layer[]} layers */
export function lensChart(viewer, { title, at, ticks, name }, layers) {
  const height = ROW * layers.length;
  const x = (/** @type {number} */ place) => 10 + place * (WIDE - 24);
  const y = (/** @type {number} */ layer) => height - ROW * (layer + 0.5);
  const axis = ticks.flatMap(([place, text]) => [
    svgEl("line", { x1: x(place), x2: x(place), y1: 0, y2: height, class: "sv-axis" }),
    label(text, x(place), height + 11, place === 0 ? "start" : place === 1 ? "end" : "middle"),
  ]);
  const points = layers.map((layer, i) => /** @type {[number, number]} */ ([x(at(layer)), y(i)]));
  const dots = layers.map((layer, i) => {
    const fill = cssColor(colorAt(viewer.state.cmap, layer.probability));
    const [cx, cy] = points[i];
    return svgEl("circle", { cx, cy, r: 4, class: "sv-dot", "data-layer": i, "data-value": layer[name], fill });
  });
  const nearest = (/** @type {any} */ event) => {
    const up = height - (event.clientY - event.currentTarget.getBoundingClientRect().top);
    return Math.max(0, Math.min(layers.length - 1, Math.floor(up / ROW)));
  };
  const on = {
    pointermove: (/** @type {MouseEvent} */ event) => {
      const layer = nearest(event);
      const { probability, rank } = layers[layer];
      const p = formatNumber(probability, 5);
      viewer.tip.point(event, [t("layer {n}", { n: layer }), ["p", p], [t("rank"), String(rank)]]);
    },
    pointerleave: () => viewer.tip.hide(),
    click: (/** @type {MouseEvent} */ event) => viewer.set({ layer: nearest(event) }),
  };
  const line = svgEl("path", { class: "sv-score", d: path(points) });
  const attributes = { width: WIDE, height, role: "img", "aria-label": title, "data-curve": name, on };
  return svgEl("svg", attributes, ...axis, line, ...dots);
}
