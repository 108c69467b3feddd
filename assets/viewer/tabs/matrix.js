// The paper's map of one token (Fig. 6): every query under this one token's loss; a row of it over picture and words.

import { el } from "../../shared/dom.js";
import { heatTrace, placed, rowFrame, wordsBelow, wordsLeft } from "../draw/heat_trace.js";
import { Plot, plotlyText, spread } from "../draw/plot.js";
import { unpacked } from "../numbers/half.js";
import { scaleOver } from "../numbers/scale.js";
import { tokenOf } from "../state/choice.js";
import { hiddenKeys } from "../state/compare.js";
import { unitWords } from "../state/scales.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { OnDemand } from "../views/on_demand.js";
import { QueryRow } from "./query_row.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** rows: the queries it has; attention and saliency [rows, keys]
 * @typedef {{keys: number, rows: number[], attention: Float32Array, saliency: Float32Array, memo?: Map<string, any>}} Held
 */

const MARGIN = { l: 96, r: 52, t: 4, b: 84 };
const HEIGHT = 520; // px

export class Matrix {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {number[]} keys drawn, the same as queries */
    this.keys = [];
    /** @type {number[][]} [queries][keys] */
    this.values = [];
    this.asked = new OnDemand(viewer, {
      kind: "matrix",
      readings: 4,
      label: t("compute the map of this token"),
      detail: () => ({ layer: viewer.state.layer }),
      about: t("Every row's saliency for the loss of this one token: one more backward pass over the whole sequence."),
      read: ({ shape, rows, attention, saliency }) => ({
        keys: shape[1],
        rows,
        attention: unpacked(attention, shape[1]),
        saliency: unpacked(saliency, shape[1]),
      }),
    });
    const change = () => viewer.set({ matrix: /** @type {Kind} */ (this.kind.value) });
    const options = [el("option", { value: "saliency", text: t("saliency") }), el("option", { value: "attention", text: t("attention") })]; // prettier-ignore
    this.kind = el("select", { class: "sv-select", "aria-label": t("show"), on: { change } }, ...options);
    this.about = el("span", { class: "sv-unit" });
    this.plot = new Plot(viewer, {
      height: HEIGHT,
      point: (x, y) => this.lines(x, y),
      click: (x, y) => viewer.set({ matrix_row: this.keys[y] }),
      hoverKey: (x) => this.keys[x],
    });
    this.query = new QueryRow(viewer, this);
    this.asked.home = el("div", { class: "sv-section-head" }, this.kind, this.about);
    const data = { "data-picture": "one-tokens-map", "data-about": "own" };
    const map = el("div", data, this.asked.home, this.plot.root);
    this.body = el("div", {}, map, ...this.query.parts);
    this.root = el("div", {}, this.asked.root, this.body);
  }

  /** Float32Array [keys] of a query's row; zeros beyond its reach. @param {Held} held @param {Kind} kind @param {number} query */
  row(held, kind, query) {
    const from = held.rows.indexOf(query) * held.keys;
    const out = new Float32Array(/** @type {Run} */ (this.viewer.run).keys);
    out.set(held[kind].subarray(from, from + held.keys));
    return out;
  }

  draw() {
    const { viewer } = this;
    const { run, state, theme } = viewer;
    /** @type {Held | null} */
    const held = this.asked.draw();
    this.body.hidden = !held;
    if (!held || !run) return;
    this.kind.value = state.matrix;
    const word = run.quoted(run.first + tokenOf(viewer, 0));
    this.about.textContent = [word, run.layerWords(state.layer), unitWords(state.matrix, "raw")].join(" · ");
    const hidden = hiddenKeys(viewer, run);
    this.keys = run.wordKeys.filter((key) => key < held.keys && !hidden.has(key));
    this.values = this.keys.map((query) => {
      const row = this.row(held, state.matrix, query);
      return this.keys.map((key) => (key > query ? NaN : row[key]));
    });
    const known = this.values.map((row) => row.filter((value) => !Number.isNaN(value)));
    const scale = scaleOver(known, state.transform === "log" ? "log" : "linear");
    const count = this.keys.length;
    const below = spread(count, this.plot.width - MARGIN.l - MARGIN.r);
    const left = spread(count, HEIGHT - MARGIN.t - MARGIN.b);
    const names = (/** @type {number[]} */ ticks) => ticks.map((i) => plotlyText(run.shown(this.keys[i]).trim(), 14));
    const query = this.chosen(held);
    const at = this.keys.indexOf(query);
    this.plot.draw([heatTrace(scale, state.cmap, placed(this.values, scale))], {
      margin: MARGIN,
      shapes: at < 0 ? [] : [rowFrame(at, theme)],
      xaxis: wordsBelow(below, names(below), count),
      yaxis: wordsLeft(left, names(left), count),
    });
    this.query.draw(run, held, query);
  }

  /** The query whose row is shown: the one chosen, if this map has it, else the row that predicts the token. @param {Held} held */
  chosen(held) {
    const { matrix_row: row } = this.viewer.state;
    return row !== null && held.rows.includes(row) ? row : held.rows[held.rows.length - 1];
  }

  /** @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
  lines(x, y) {
    const { run: shown, state } = this.viewer;
    const run = /** @type {Run} */ (shown);
    const value = this.values[y][x];
    const words = Number.isNaN(value) ? t("not reached") : formatNumber(value, 4);
    return [`${run.quoted(this.keys[y])} ← ${run.quoted(this.keys[x])}`, [t(state.matrix), words]];
  }

  /** @returns {import("../draw/csv_button.js").Table} the chosen query's row */
  table() {
    return this.query.table(this.asked.held);
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    for (const panel of this.query.panels) panel.hover(key, slot);
  }

  free() {
    this.plot.free();
  }
}
