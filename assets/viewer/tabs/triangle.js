// Words by words: every output's row over the words before it, for the chosen layers; attention, saliency, or their difference.

import { el } from "../../shared/dom.js";
import { DIVERGING } from "../draw/color.js";
import { heatTrace, placed, rowFrame, wordsBelow, wordsLeft } from "../draw/heat_trace.js";
import { Plot, plotlyText, spread } from "../draw/plot.js";
import { signedScale } from "../numbers/scale.js";
import { pickToken } from "../state/change.js";
import { stepsOf, tokenOf } from "../state/choice.js";
import { hiddenKeys, runsCompared, translate } from "../state/compare.js";
import { lockedScale } from "../state/locked.js";
import { unitWords } from "../state/scales.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */

const MARGIN = { l: 96, r: 52, t: 4, b: 84 };
const HEIGHT = 520;

export class Triangle {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.whole = true; // fills as rows come
    this.sign = ""; // what the values are of
    this.placed = ""; // and on which scale
    /** @type {number[]} keys */
    this.columns = [];
    /** @type {number[][]} NaN where a row does not reach, or is not here */
    this.values = [];
    this.kind = this.choice("triangle", [
      ["saliency", t("saliency")],
      ["attention", t("attention")],
      ["difference", t("saliency − attention (shares)")],
    ]);
    this.keys = this.choice("triangle_keys", [
      ["outputs", t("outputs")],
      ["words", t("prompt and outputs")],
    ]);
    this.unit = el("span", { class: "sv-unit" });
    this.plot = new Plot(viewer, {
      height: HEIGHT,
      point: (x, y) => this.lines(x, y),
      click: (x, y) => pickToken(viewer, 0, y),
      hoverKey: (x) => this.columns[x],
    });
    const head = el(
      "div",
      { class: "sv-section-head" },
      el("label", { class: "sv-choice" }, el("span", { text: t("show") }), this.kind),
      el("label", { class: "sv-choice" }, el("span", { text: t("over") }), this.keys),
      this.unit,
    );
    this.root = el("div", { "data-picture": "words-by-words" }, head, this.plot.root);
  }

  /** @param {"triangle" | "triangle_keys"} name @param {[string, string][]} options value and text */
  choice(name, options) {
    const change = () => this.viewer.set({ [name]: select.value });
    const items = options.map(([value, text]) => el("option", { value, text }));
    const select = el("select", { class: "sv-select", on: { change } }, ...items);
    return select;
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    this.kind.value = state.triangle;
    this.keys.value = state.triangle_keys;
    if (!run || !run.steps.length) return;
    const signed = state.triangle === "difference";
    const { layer, normalization, triangle, triangle_keys, hide_sinks } = state;
    const sign = [run.id, run.version, run.loaded, triangle, triangle_keys, layer, normalization, hide_sinks].join("|");
    if (sign !== this.sign) this.measure(run);
    this.sign = sign;
    const scale = this.scale();
    const at = [sign, scale.low, scale.high, scale.transform].join("|");
    if (at !== this.placed) this.z = placed(this.values, scale);
    this.placed = at;
    const unit = signed
      ? t("difference of shares of the row")
      : unitWords(triangle === "attention" ? "attention" : "saliency", normalization);
    this.unit.textContent = [unit, run.layerWords(layer), t("each line has its own loss")].join(" · ");
    this.plot.draw([heatTrace(scale, signed ? DIVERGING : state.cmap, this.z || [])], this.layout(run));
  }

  /** @param {Run} run */
  measure(run) {
    const { state } = this.viewer;
    const { triangle, layer, normalization } = state;
    const hidden = hiddenKeys(this.viewer, run);
    const outputs = run.steps.map((_, step) => run.first + step);
    const words = run.wordKeys.filter((key) => !hidden.has(key));
    this.columns = state.triangle_keys === "outputs" ? outputs : words;
    this.values = run.steps.map((_, step) => {
      if (!run.has(step)) return this.columns.map(() => NaN);
      const reach = run.reach(step);
      const value = (/** @type {number} */ key) => (triangle === "difference" ? a[key] - b[key] : a[key]);
      const [a, b] =
        triangle === "difference"
          ? [run.values("saliency", step, layer, "share"), run.values("attention", step, layer, "share")]
          : [run.values(triangle, step, layer, normalization), new Float32Array()];
      return this.columns.map((key) => (key >= reach ? NaN : value(key)));
    });
  }

  scale() {
    const { viewer } = this;
    const { state } = viewer;
    if (state.triangle === "difference") {
      return signedScale(this.values.map((row) => row.filter((value) => !Number.isNaN(value))));
    }
    const locked = state.scale === "token" ? { ...state, scale: /** @type {const} */ ("layer") } : state;
    return lockedScale(runsCompared(viewer), "words", state.triangle, locked, stepsOf(viewer, 0));
  }

  /** @param {Run} run */
  layout(run) {
    const { viewer, columns } = this;
    const token = tokenOf(viewer, 0);
    const xs = spread(columns.length, this.plot.width - 148, columns.indexOf(run.first + token));
    const ys = spread(run.steps.length, HEIGHT - MARGIN.t - MARGIN.b, token);
    const named = (/** @type {number} */ key) => plotlyText(run.shown(key).trim(), 14);
    const [across, down] = [xs.map((i) => named(columns[i])), ys.map((i) => named(run.first + i))];
    return {
      margin: MARGIN,
      shapes: [rowFrame(token, viewer.theme)],
      xaxis: wordsBelow(xs, across, columns.length),
      yaxis: wordsLeft(ys, down, run.steps.length),
    };
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    const { viewer } = this;
    const mine = key === null || !viewer.run ? -1 : translate(viewer, key, slot, 0);
    if (!viewer.run || mine < 0) return this.plot.light(null, null);
    this.plot.light(this.columns.indexOf(mine), mine - viewer.run.first);
  }

  /** @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
  lines(x, y) {
    const run = /** @type {Run} */ (this.viewer.run);
    const value = this.values[y][x];
    const shown = Number.isNaN(value) ? t("not reached") : formatNumber(value, 4);
    return [`${run.quoted(run.first + y)} ← ${run.quoted(this.columns[x])}`, [t(this.viewer.state.triangle), shown]];
  }

  free() {
    this.plot.free();
  }
}
