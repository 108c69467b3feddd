// Counts by score bin, and the share of hallucinated in each: as figures.paper draws them.

import { el, svgEl } from "../../shared/dom.js";
import { chartOf, label, lines } from "../draw/chart.js";
import { JUDGEMENT_COLORS } from "../draw/color.js";
import { meanAndSpread } from "../numbers/judgements.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {ReturnType<typeof import("../numbers/judgements.js").byScore>} Found */
/** @typedef {Found["counts"][number]} Bin */
/** @typedef {"right" | "hallucinated"} Kind */

const [HEIGHT, LEFT, BOTTOM, TOP] = [178, 44, 22, 16]; // a number has room over the highest bar
const TALL = HEIGHT - TOP - BOTTOM;
/** @type {Kind[]} */
const KINDS = ["right", "hallucinated"];

/** "0.031 ± 0.01 (n = 4)" @param {number[]} scores */
function spread(scores) {
  const found = meanAndSpread(scores);
  return found ? `${formatNumber(found.mean)} ± ${formatNumber(found.sd)} (n = ${scores.length})` : "–";
}

/** @param {Found} found @param {number} width px of a chart @returns {HTMLElement[]} the two charts, and their legend */
export function judgementCharts(found, width) {
  const { high, counts, scores } = found;
  const wide = (width - LEFT) / counts.length;
  const chart = (
    /** @type {string} */ name,
    /** @type {[number, string][]} */ ticks,
    /** @type {(bin: Bin, x: number) => Node[]} */ draw,
  ) => {
    const axis = ticks.map(([share, text]) => /** @type {[number, string]} */ ([TOP + TALL * (1 - share), text]));
    const below = /** @type {const} */ ([[0, "start"], [0.5, "middle"], [1, "end"]]).map(([place, anchor]) =>
      label(formatNumber(place * high, 2), LEFT + place * (width - LEFT), HEIGHT - 6, anchor),
    ); // prettier-ignore
    const bars = counts.flatMap((bin, i) => draw(bin, LEFT + i * wide + 1));
    const drawing = chartOf(width, HEIGHT, name, {}, [...lines(LEFT, width, axis), ...bars, ...below]);
    return el("figure", {}, el("figcaption", { class: "sv-unit", text: name }), drawing);
  };
  const top = Math.max(1, ...counts.map(({ right, hallucinated }) => right + hallucinated));
  const count = chart(t("marked tokens by score S (Eq. 6)"), [[0, "0"], [1, String(top)]], (bin, x) => stacked(bin, x, wide, top)); // prettier-ignore
  const rate = chart(t("share of hallucinated in each bin"), [[0, "0"], [0.5, "50 %"], [1, "100 %"]], (bin, x) => rateBar(bin, x, wide)); // prettier-ignore
  const names = KINDS.map((kind) => {
    const swatch = el("i", { style: { background: JUDGEMENT_COLORS[kind] } });
    return el("span", { class: "sv-share" }, swatch, t(kind) + " " + spread(scores[kind]));
  });
  const hint = el("span", { class: "sv-hint", text: t("numbers over the bars: tokens in the bin") });
  return [el("div", { class: "sv-marks-pair" }, count, rate), el("div", { class: "sv-share-legend" }, ...names, hint)];
}

/** @param {Bin} bin @param {number} x @param {number} wide @param {number} top tokens in the fullest bin */
function stacked(bin, x, wide, top) {
  let y = TOP + TALL;
  return KINDS.map((kind) => {
    const height = (bin[kind] / top) * TALL;
    y -= height;
    return bar({ x, y, height, "data-chart": "count", "data-value": bin[kind] }, wide, kind);
  });
}

/** @param {Bin} bin @param {number} x @param {number} wide */
function rateBar({ right, hallucinated }, x, wide) {
  const all = right + hallucinated;
  const rate = all ? hallucinated / all : 0;
  const y = TOP + TALL * (1 - rate);
  const value = all ? rate : "";
  const box = bar({ x, y, height: TALL * rate, "data-chart": "rate", "data-value": value }, wide, "hallucinated");
  return all ? [box, label(String(all), x + wide / 2 - 1, y - 3, "middle")] : [box];
}

/** @param {Record<string, number | string>} place @param {number} wide @param {Kind} kind */
const bar = (place, wide, kind) =>
  svgEl("rect", { ...place, width: wide - 2, fill: JUDGEMENT_COLORS[kind], "data-kind": kind });
