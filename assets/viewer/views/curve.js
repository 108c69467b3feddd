// Score and threshold over the caption (Eq. 6 and 7), with the candidates SGRS turned down; x is the token's index.

import { el, svgEl } from "../../shared/dom.js";
import { label, labelEvery, lines, path } from "../draw/chart.js";
import { colorAt, cssColor } from "../draw/color.js";
import { pickToken } from "../state/change.js";
import { tokenOf } from "../state/choice.js";
import { runsCompared, translate } from "../state/compare.js";
import { stepLines } from "../state/lines.js";
import { scoreScale } from "../state/scales.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../draw/chart.js").Point} Point */
/** @typedef {{x: (step: number) => number, y: (value: number) => number}} Frame */

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [56, 46, 10, 12, 14];

/** @param {number | null | undefined} value @returns {value is number} */
const known = (value) => value !== null && value !== undefined;

export class Curve {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.step = 0; // px of a token
    const name = t("Score and threshold over the caption");
    this.svg = svgEl("svg", { class: "sv-curve-svg", height: HEIGHT, role: "img", "aria-label": name });
    this.cursor = this.upright("sv-cursor");
    this.glimpse = this.upright("sv-glimpse");
    const on = {
      pointermove: (/** @type {MouseEvent} */ event) => this.move(event),
      pointerleave: () => viewer.hover(null),
      click: (/** @type {MouseEvent} */ event) => {
        const step = this.at(event);
        if (step !== null) pickToken(viewer, 0, step, { range: event.shiftKey });
      },
    };
    this.root = el("div", { class: "sv-curve", on }, this.svg);
  }

  /** @param {string} name */
  upright(name) {
    return svgEl("line", { y1: TOP, y2: HEIGHT - BOTTOM, class: name, visibility: "hidden" });
  }

  /** @param {MouseEvent} event @returns {number | null} */
  at(event) {
    const { run } = this.viewer;
    if (!run || !run.steps.length || !this.step) return null;
    const x = event.clientX - this.svg.getBoundingClientRect().left;
    return Math.max(0, Math.min(run.steps.length - 1, Math.round((x - LEFT) / this.step - 0.5)));
  }

  /** @param {MouseEvent} event */
  move(event) {
    const step = this.at(event);
    const { viewer } = this;
    if (step === null || !viewer.run) return;
    viewer.hover(viewer.run.first + step, 0);
    viewer.tip.point(event, stepLines(viewer, 0, step));
  }

  /** @param {number} step @returns {number} px */
  x(step) {
    return LEFT + (step + 0.5) * this.step;
  }

  draw() {
    const { viewer, svg } = this;
    this.root.dataset.curve = viewer.state.curve;
    const runs = runsCompared(viewer);
    const width = this.root.clientWidth || 600;
    const count = Math.max(1, ...runs.map((run) => run.steps.length));
    svg.setAttribute("width", String(width));
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.step = (width - LEFT - RIGHT) / count;
    const sizes = runs.flatMap((run) => run.steps.flatMap(sizesOf)).filter(known);
    const high = Math.max(1e-12, ...sizes) * 1.06;
    const y = (/** @type {number} */ value) =>
      HEIGHT - BOTTOM - (Math.min(value, high) / high) * (HEIGHT - TOP - BOTTOM);
    const frame = { x: (/** @type {number} */ step) => this.x(step), y };
    const scored = sizes.length > 0;
    const values = [high / 1.06];
    const ticks = values.map(
      (value) => /** @type {[number, string]} */ ([y(value), scored ? formatNumber(value, 2) : ""]),
    );
    /** @type {Node[]} */
    const parts = [...lines(LEFT, width - RIGHT, ticks, 6), label(scored ? t("score S") : "", 0, HEIGHT - 3, "start")];
    const every = labelEvery(this.step, 34);
    for (let step = 0; runs.length && step < count; step += every) {
      parts.push(label(String(step), frame.x(step), HEIGHT - 3, "middle"));
    }
    if (runs.some((run) => fallOf(run).length)) {
      const legend = label(t("grey: S expected from the position alone"), width - RIGHT, TOP - 2, "end");
      legend.append(svgEl("title", { text: t("mean over the caption of S times its divisor (|J| in Eq. 6), over the divisor here: what is below it is low for its position") })); // prettier-ignore
      parts.push(legend);
    }
    parts.push(this.cursor, this.glimpse);
    this.glimpse.setAttribute("visibility", "hidden");
    if (viewer.holding) parts.push(this.standing(this.upright("sv-held-line"), viewer.state.held));
    runs.forEach((run, i) => parts.push(...this.series(run, frame, i === 1)));
    this.standing(this.cursor, viewer.run && viewer.run.steps.length ? tokenOf(viewer, 0) : null);
    svg.replaceChildren(...parts);
  }

  /** A line at a step; none: hidden. @param {SVGLineElement} line @param {number | null} step */
  standing(line, step) {
    line.setAttribute("visibility", step === null ? "hidden" : "visible");
    for (const end of ["x1", "x2"]) line.setAttribute(end, String(this.x(step || 0)));
    return line;
  }

  /**
   * @param {Run} run
   * @param {Frame} frame
   * @param {boolean} second
   * @returns {Node[]}
   */
  series(run, { x, y }, second) {
    const { viewer } = this;
    const also = second ? " sv-second" : "";
    const scored = run.steps.flatMap((step, i) =>
      step.pending || !known(step.score) ? [] : { i, step, score: step.score },
    );
    const tau = run.steps.flatMap(({ threshold }, i) => (known(threshold) ? { i, threshold } : []));
    /** @type {Node[]} */
    const parts = [];
    const fall = fallOf(run).map(([i, value]) => /** @type {Point} */ ([x(i), y(value)]));
    if (fall.length && !second) parts.push(svgEl("path", { d: path(fall), class: "sv-expected" }));
    if (tau.length) {
      const points = tau.flatMap(({ i, threshold }) => [x(i - 0.5), x(i + 0.5)].map((at) => /** @type {Point} */ ([at, y(threshold)]))); // prettier-ignore
      parts.push(svgEl("path", { d: path(points), class: "sv-tau" + also }));
    }
    const points = scored.map(({ i, score }) => /** @type {Point} */ ([x(i), y(score)]));
    parts.push(svgEl("path", { d: path(points), class: "sv-score" + also }));
    const radius = Math.max(1.6, Math.min(4, this.step / 4));
    const scale = scoreScale(viewer);
    for (const { i, step, score } of scored) {
      const fill = second ? "none" : cssColor(colorAt(viewer.state.cmap, scale.at(score)));
      parts.push(svgEl("circle", { cx: x(i), cy: y(score), r: radius, class: "sv-dot" + also, fill }));
      if (second) continue;
      if (step.fallback) parts.push(svgEl("circle", { cx: x(i), cy: y(score), r: radius + 3, class: "sv-fallback" }));
      for (const value of rejectedOf(step)) parts.push(svgEl("path", { class: "sv-cross", d: cross(x(i), y(value)) }));
    }
    return parts;
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    const { viewer } = this;
    const step = key === null || !viewer.run ? -1 : translate(viewer, key, slot, 0) - viewer.run.first;
    this.standing(this.glimpse, step >= 0 ? step : null);
  }
}

/** What position alone makes of the scores, by step; nothing while a run grows. @param {Run} run @returns {[number, number][]} */
function fallOf({ payload, steps }) {
  const { expected = [] } = payload;
  if (expected.length !== steps.length) return [];
  return expected.flatMap((value, i) => (known(value) ? [[i, value]] : []));
}

/** @param {import("../payload.js").Step} step */
const rejectedOf = ({ candidates }) =>
  candidates.flatMap(({ verdict, saliency }) => (verdict === "rejected" && saliency !== null ? saliency : []));

/** @param {import("../payload.js").Step} step */
const sizesOf = (step) => [step.score, step.threshold, ...rejectedOf(step)];

/** @param {number} x @param {number} y */
const cross = (x, y) => `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x - 3} ${y + 3}L${x + 3} ${y - 3}`;
