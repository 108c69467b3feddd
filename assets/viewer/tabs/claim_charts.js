// The card's two figures: S against position, a sign a word; and AUROCs with their intervals, a line a score.

import { el, svgEl } from "../../shared/dom.js";
import { chartOf, label, lines } from "../draw/chart.js";
import { JUDGEMENT_COLORS } from "../draw/color.js";
import { tokenOf } from "../state/choice.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./claim.js").Dot} Dot */
/** @typedef {import("./claim.js").Told} Told */

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [210, 46, 12, 10, 34];
const [ARM, RADIUS] = [3.6, 3.4]; // px of a cross and a circle
const [LONG, TALL] = [120, 16]; // px of an interval's bar

/** @param {Viewer} viewer @param {Dot[]} dots @param {number} width */
export function claimDots(viewer, dots, width) {
  const high = Math.max(...dots.map((dot) => dot.S)) || 1;
  const last = Math.max(1, ...dots.map((dot) => dot.position));
  const x = (/** @type {Dot} */ dot) => LEFT + (dot.position / last) * (width - LEFT - RIGHT);
  const y = (/** @type {number} */ value) => TOP + (1 - value / high) * (HEIGHT - TOP - BOTTOM);
  const axis = lines(LEFT, width - RIGHT, [0, 0.5, 1].map((share) => [y(share * high), formatNumber(share * high, 2)])); // prettier-ignore
  const ticks = [0, 0.5, 1].map((share) => {
    const place = Math.round(share * last);
    return label(String(place), LEFT + (place / last) * (width - LEFT - RIGHT), HEIGHT - BOTTOM + 14, "middle");
  });
  const below = label(t("outputs before the word"), LEFT + (width - LEFT - RIGHT) / 2, HEIGHT - 4, "middle");
  const ordered = [...dots].sort((a, b) => Number(a.hallucinated) - Number(b.hallucinated)); // hallucinated ones on top
  const signs = ordered.map((dot) => sign(viewer, dot, x(dot), y(dot.S)));
  const name = t("S of every object word, over how many outputs stand before it");
  const chart = chartOf(width, HEIGHT, name, {}, [...axis, ...ticks, below, ...signs]);
  return el("figure", {}, el("figcaption", { class: "sv-unit", text: name }), chart, legend());
}

/** A circle for a right word, a cross for a hallucinated one. @param {Viewer} viewer @param {Dot} dot @param {number} x @param {number} y */
function sign(viewer, dot, x, y) {
  const { run } = viewer;
  const own = Boolean(run) && dot.run === (run && run.id);
  const color = JUDGEMENT_COLORS[dot.hallucinated ? "hallucinated" : "right"];
  const enter = (/** @type {PointerEvent} */ event) => viewer.tip.point(event, [`“${dot.word}”`, ["S", formatNumber(dot.S)], [t("outputs before"), String(dot.position)]]); // prettier-ignore
  const on = { pointerenter: enter, pointerleave: () => viewer.tip.hide(), click: () => own && viewer.set({ token: dot.step }) }; // prettier-ignore
  const mark = dot.hallucinated
    ? svgEl("path", { d: `M${x - ARM} ${y - ARM}L${x + ARM} ${y + ARM}M${x - ARM} ${y + ARM}L${x + ARM} ${y - ARM}`, stroke: color, "stroke-width": 2 }) // prettier-ignore
    : svgEl("circle", { cx: x, cy: y, r: RADIUS, stroke: color, "stroke-width": 1.4, fill: "none" });
  const chosen = own && run && tokenOf(viewer, 0) === dot.step;
  const ring = chosen && svgEl("circle", { cx: x, cy: y, r: RADIUS + 4, class: "sv-claim-chosen" });
  const hit = svgEl("circle", { cx: x, cy: y, r: RADIUS + 3, fill: "transparent" });
  const data = { class: "sv-claim-dot", "data-step": dot.step, "data-hallucinated": String(dot.hallucinated), "data-value": dot.S, on }; // prettier-ignore
  return svgEl("g", data, mark, ring || null, hit);
}

function legend() {
  const one = (/** @type {"right" | "hallucinated"} */ kind, /** @type {string} */ mark) =>
    el("span", {}, el("b", { style: { color: JUDGEMENT_COLORS[kind] }, "aria-hidden": "true", text: mark }), ` ${t(kind)}`); // prettier-ignore
  return el("div", { class: "sv-share-legend sv-claim-legend" }, one("right", "○"), one("hallucinated", "×"));
}

/** @returns {Record<string, [string, string]>} what each score is called, and what it is */
const names = () => ({
  S: [t("support from earlier words, S"), t("Eq. 6; lower is taken for hallucinated")],
  "S beside position": [t("S, adjusted for position"), t("the rank of S less what the position's rank predicts within each class")],
  position: [t("position alone"), t("how many outputs stand before; later is taken for hallucinated")],
  probability: [t("probability"), t("of the word under the model; lower is taken for hallucinated")],
  "saliency on image": [t("share of saliency on the picture"), t("lower is taken for hallucinated")],
  "attention on image": [t("share of attention on the picture"), t("lower is taken for hallucinated")],
  "attention on outputs": [t("share of attention on earlier words"), t("lower is taken for hallucinated")],
}); // prettier-ignore

/** @param {Record<string, Told>} scores */
export function claimTable(scores) {
  const known = names();
  const counts = Object.values(scores).map((told) => `${told.right} + ${told.hallucinated}`);
  const differ = new Set(counts).size > 1; // else the line above the figures says how many
  const rows = Object.entries(scores).map(([name, told], i) => scoreRow(known[name] || [name, ""], name, told, differ ? counts[i] : "")); // prettier-ignore
  const titles = [t("what is looked at"), t("AUROC, 95 % interval"), "", differ && t("right + hallucinated")];
  const head = el(
    "thead",
    {},
    el("tr", {}, ...titles.map((text) => text !== false && el("th", { scope: "col", text }))),
  );
  const hint = t("AUROC: the chance that a hallucinated word looks worse than a right one. 0.5 tells nothing; below it, the other way round."); // prettier-ignore
  const table = el("table", { class: "sv-table sv-claim-table" }, head, el("tbody", {}, ...rows));
  const scroll = { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t("AUROC, 95 % interval") };
  return el("div", {}, el("div", scroll, table), el("p", { class: "sv-hint", text: hint }));
}

/** @param {[string, string]} called @param {string} name @param {Told} told @param {string} count of words, where it differs */
function scoreRow([text, title], name, { auroc }, count) {
  const words = `${auroc.value.toFixed(2)} (${auroc.low.toFixed(2)} – ${auroc.high.toFixed(2)})`;
  return el(
    "tr",
    { "data-score": name },
    el("th", { scope: "row", title, text }),
    el("td", { class: "sv-num", "data-value": auroc.value, text: words }),
    el("td", {}, intervalBar(auroc)),
    count && el("td", { class: "sv-num", text: count }),
  );
}

/** From 0 to 1 with a line at one half. @param {Told["auroc"]} auroc */
function intervalBar({ value, low, high }) {
  const x = (/** @type {number} */ share) => (2 + share * (LONG - 4)).toFixed(1);
  const y = TALL / 2;
  const line = (/** @type {object} */ more) => svgEl("line", more);
  return svgEl(
    "svg",
    { width: LONG, height: TALL, viewBox: `0 0 ${LONG} ${TALL}`, class: "sv-claim-bar", "aria-hidden": "true" },
    line({ x1: x(0), x2: x(1), y1: y, y2: y, class: "sv-axis" }),
    line({ x1: x(0.5), x2: x(0.5), y1: 0, y2: TALL, class: "sv-claim-half" }),
    line({ x1: x(low), x2: x(high), y1: y, y2: y, class: "sv-claim-interval" }),
    svgEl("circle", { cx: x(value), cy: y, r: 3.5, class: "sv-claim-value" }),
  );
}
