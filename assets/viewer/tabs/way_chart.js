// Deletion or insertion: the curve of each ranking, the range of the random ones, and the areas under them.

import { el, setChildren, svgEl } from "../../shared/dom.js";
import { chartOf, label, lines, path } from "../draw/chart.js";
import { formatNumber, formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./faithfulness.js").Held} Held */
/** @typedef {import("./faithfulness.js").Way} Way */
/** @typedef {import("./faithfulness.js").Ranking} Ranking */
/** @typedef {import("./hidden_picture.js").Look} Look */
/** @typedef {import("../draw/chart.js").Point} Point */
/** @typedef {Record<Ranking, number[]>} Curves by fraction; random: the mean of the draws */

/** @type {{name: Ranking, color: string, dash: string}[]} */
export const RANKINGS = [
  { name: "saliency", color: "#0072b2", dash: "" },
  { name: "attention", color: "#d55e00", dash: "6 4" },
  { name: "random", color: "#8c8c8c", dash: "2 3" },
];
const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [230, 40, 10, 8, 34];
const TALL = HEIGHT - TOP - BOTTOM;

export function rankingLegend() {
  const names = RANKINGS.map(({ name, color, dash }) => {
    const line = { x1: 1, x2: 25, y1: 5, y2: 5, stroke: color, "stroke-width": 2.4, "stroke-dasharray": dash };
    const sample = svgEl("svg", { width: 26, height: 10, "aria-hidden": "true" }, svgEl("line", line));
    const text = name === "random" ? t("random: mean and range of draws") : t(name);
    return el("span", { class: "sv-share" }, sample, " " + text);
  });
  return el("div", { class: "sv-share-legend sv-faith-legend" }, ...names);
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export class WayChart {
  /** @param {Viewer} viewer @param {Way} way @param {(look: Look) => void} look a point was looked at */
  constructor(viewer, way, look) {
    this.viewer = viewer;
    this.way = way;
    this.look = look;
    this.chart = el("div", { class: "sv-chart" });
    this.areas = el("tbody");
    const title = way === "deletion" ? t("Deletion") : t("Insertion");
    const hint =
      way === "deletion"
        ? t("places removed, highest first: a faithful map falls early")
        : t("places shown, highest first: a faithful map rises early");
    const columns = [t("ranked by"), t("area under the curve")].map((text) => el("th", { scope: "col", text }));
    const head = el("div", { class: "sv-panel-head" }, el("h3", { text: title }), el("span", { class: "sv-unit", text: hint })); // prettier-ignore
    const table = el("table", { class: "sv-table sv-areas" }, el("thead", {}, el("tr", {}, ...columns)), this.areas);
    const data = { "data-side": way, "data-picture": `faithfulness-${way}`, "data-about": "own" };
    this.root = el("section", { class: "sv-panel", ...data }, head, this.chart, table);
  }

  /** @param {Held} held @param {string} word */
  draw(held, word) {
    this.drawCurves(held, word);
    const rows = RANKINGS.map(({ name }) => {
      const areas = held.areas[this.way][name];
      const range = areas.length > 1 ? ` (${formatNumber(Math.min(...areas))} – ${formatNumber(Math.max(...areas))})` : ""; // prettier-ignore
      const value = mean(areas);
      const cell = el("td", { class: "sv-num", "data-value": value, text: formatNumber(value) + range });
      return el("tr", { "data-ranking": name }, el("td", { text: t(name) }), cell);
    });
    setChildren(this.areas, ...rows);
  }

  /** @param {Held} held @param {string} word */
  drawCurves(held, word) {
    const { viewer, way, chart } = this;
    const width = chart.clientWidth || 420;
    const x = (/** @type {number} */ fraction) => LEFT + fraction * (width - LEFT - RIGHT);
    const y = (/** @type {number} */ p) => TOP + (1 - p) * TALL;
    const { saliency, attention, random: draws } = held.sides[way];
    const at = held.fractions.map((_, i) => draws.map((draw) => draw[i]));
    /** @type {Curves} */
    const curves = { saliency: saliency[0], attention: attention[0], random: at.map(mean) };
    const points = (/** @type {number[]} */ values) =>
      values.map((p, i) => /** @type {Point} */ ([x(held.fractions[i]), y(p)]));
    const [upper, lower] = [at.map((each) => Math.max(...each)), at.map((each) => Math.min(...each))];
    const band = path([...points(upper), ...points(lower).reverse()]) + "Z";
    const drawn = [...RANKINGS].reverse().flatMap(({ name, color, dash }) => {
      const data = { "data-ranking": name };
      const line = { class: "sv-curve-line", d: path(points(curves[name])), stroke: color, "stroke-dasharray": dash };
      const dots = points(curves[name]).map(([cx, cy], i) => {
        const value = { "data-fraction": held.fractions[i], "data-value": curves[name][i] };
        return svgEl("circle", { cx, cy, r: 2.6, fill: color, ...data, ...value });
      });
      return [svgEl("path", { ...line, ...data }), ...dots];
    });
    const parts = [...this.axes(width, x, y), svgEl("path", { class: "sv-band", d: band }), ...drawn];
    const on = {
      pointerleave: () => viewer.tip.hide(),
      pointermove: (/** @type {MouseEvent} */ event) => this.over(event, held, curves, width),
    };
    const name = t("probability of {w}, {k}", { w: word, k: t(way) });
    setChildren(chart, chartOf(width, HEIGHT, name, on, parts));
  }

  /** @param {number} width @param {(fraction: number) => number} x @param {(p: number) => number} y */
  axes(width, x, y) {
    const values = [0, 0.5, 1].map((value) => /** @type {[number, string]} */ ([y(value), String(value)]));
    const parts = /** @type {Node[]} */ (lines(LEFT, width - RIGHT, values, 6));
    for (const value of [0, 0.25, 0.5, 0.75, 1]) {
      parts.push(label(`${100 * value} %`, x(value), HEIGHT - BOTTOM + 14, value === 1 ? "end" : "middle"));
    }
    const title = this.way === "deletion" ? t("of the picture removed") : t("of the picture shown");
    parts.push(label(title, (LEFT + width - RIGHT) / 2, HEIGHT - 4, "middle"));
    return parts;
  }

  /** The nearest fraction, and there the nearest curve. @param {MouseEvent} event @param {Held} held @param {Curves} curves @param {number} width */
  over(event, held, curves, width) {
    const { way } = this;
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const fraction = (event.clientX - box.left - LEFT) / (width - LEFT - RIGHT);
    const p = 1 - (event.clientY - box.top - TOP) / TALL;
    const away = (/** @type {number} */ i) => Math.abs(held.fractions[i] - fraction);
    const at = [...held.fractions.keys()].reduce((best, i) => (away(i) < away(best) ? i : best));
    const off = (/** @type {Ranking} */ name) => Math.abs(curves[name][at] - p);
    const names = RANKINGS.map(({ name }) => name);
    const ranking = names.reduce((best, name) => (off(name) < off(best) ? name : best));
    this.look({ held, way, ranking, at });
    const share = { p: formatPercent(held.fractions[at]) };
    const rows = names.map((name) => /** @type {[string, string]} */ ([t(name), formatNumber(curves[name][at], 4)]));
    this.viewer.tip.point(event, [way === "deletion" ? t("{p} removed", share) : t("{p} shown", share), ...rows]);
  }
}
