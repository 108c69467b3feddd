// Layers by keys of the selected token, attention beside saliency; the image's tokens as one column, or each.

import { el } from "../../shared/dom.js";
import { heatTrace, numbered, placed, rowFrame, wordsBelow } from "../draw/heat_trace.js";
import { Nearby } from "../draw/nearby.js";
import { Plot, everyNth, plotlyText } from "../draw/plot.js";
import { columnValue, columnsOf } from "../numbers/columns.js";
import { stepsOf } from "../state/choice.js";
import { hiddenKeys, runsCompared, slotName, translate } from "../state/compare.js";
import { lockedScale } from "../state/locked.js";
import { scaleWords, unitWords } from "../state/scales.js";
import { valuesOf } from "../state/sources.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** @typedef {import("../numbers/columns.js").Column} Column */
/** @typedef {{kind: Kind, title: HTMLElement, unit: HTMLElement, plot: Plot, root: HTMLElement, values: number[][]}} Side */

const MARGIN = { l: 34, r: 48, t: 4, b: 74 };

export class Heat {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Column[]} */
    this.columns = [];
    /** @type {number | null} */
    this.litColumn = null;
    /** @type {number | null} */
    this.litRow = null;
    this.sides = [this.side("attention"), this.side("saliency")];
    const modes = [
      ["max", t("largest patch")],
      ["sum", t("sum of patches")],
      ["each", t("every patch")],
      ["none", t("left out")],
    ];
    const change = () => viewer.set({ image_columns: /** @type {any} */ (this.choice.value) });
    const options = modes.map(([value, text]) => el("option", { value, text }));
    this.choice = el("select", { class: "sv-select", on: { change } }, ...options);
    const hint = t("click a row to choose its layer; drag to zoom, double-click to return");
    this.root = el(
      "section",
      { class: "sv-heat", "aria-label": t("layers by keys") },
      el(
        "div",
        { class: "sv-section-head" },
        el("h2", { text: t("Layers × keys") }),
        el("label", { class: "sv-choice" }, el("span", { text: t("image as") }), this.choice),
        el("span", { class: "sv-hint", text: hint }),
      ),
      el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root)),
    );
    this.plots = new Nearby(this.root, () => this.drawPlots());
  }

  /** @param {Kind} kind @returns {Side} */
  side(kind) {
    const { viewer } = this;
    const plot = new Plot(viewer, {
      height: 250,
      point: (x, y) => this.lines(side, x, y),
      click: (x, y) => viewer.set({ layer: y }),
      hoverLayer: (x, y) => y,
      hoverKey: (x) => {
        const column = this.columns[x];
        return column && column.keys.length === 1 ? column.keys[0] : null;
      },
    });
    const [title, unit] = [el("h3"), el("span", { class: "sv-unit" })];
    const data = { "data-kind": kind, "data-picture": "layers-by-keys", "data-about": "layers" };
    const head = el("div", { class: "sv-panel-head" }, title, unit);
    const root = el("section", { class: "sv-panel", ...data }, head, plot.root);
    /** @type {Side} */
    const side = { kind, title, unit, plot, root, values: [] };
    return side;
  }

  /** @param {Run} run @param {Column} column */
  label(run, { keys, kind }) {
    if (kind === "word") return run.shown(keys[0]).trim();
    if (kind === "patch") return "";
    return `[${t(this.viewer.state.image_columns === "sum" ? "Σ image" : "image")}]`;
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    this.choice.value = state.image_columns;
    const steps = stepsOf(viewer, 0);
    const ready = run && steps.length && steps.every((step) => run.has(step));
    this.root.classList.toggle("sv-skeleton", !ready);
    if (!run || !ready) {
      for (const side of this.sides) side.title.textContent = t(side.kind);
      return;
    }
    const words = scaleWords(state.scale === "layer" ? { scale: "run" } : state);
    for (const { kind, title, unit } of this.sides) {
      title.textContent = t(kind) + (viewer.comparing ? ` (${slotName(viewer, 0)})` : "");
      unit.textContent = `${unitWords(kind, state.normalization)} · ${words}`;
    }
    this.plots.ask();
  }

  /** plotly takes longer than all the rest of the page: where nobody sees them, they wait. */
  drawPlots() {
    const { viewer } = this;
    const { run, state } = viewer;
    const steps = stepsOf(viewer, 0);
    if (!run || !steps.length || !steps.every((step) => run.has(step))) return;
    this.columns = columnsOf(run.parts, state.image_columns, hiddenKeys(viewer, run));
    for (const side of this.sides) this.drawSide(side, run, steps);
    this.hover(viewer.lit, viewer.litSlot);
  }

  /** @param {Side} side @param {Run} run @param {number[]} steps */
  drawSide(side, run, steps) {
    const { viewer, columns } = this;
    const { state, theme } = viewer;
    const { kind } = side;
    const reach = Math.max(...steps.map((step) => run.reach(step)));
    const scale = lockedScale(runsCompared(viewer), "words", kind, { ...state, layer: "all" }, steps);
    const sum = state.image_columns === "sum";
    side.values = run.layerList("all").map((layer) => {
      const row = valuesOf(viewer, run, kind, steps, layer);
      return columns.map((column) => (column.keys[0] < reach ? columnValue(column, row, sum) : NaN));
    });
    const chosen = typeof state.layer === "number" ? [state.layer] : Array.isArray(state.layer) ? state.layer : [];
    /** @type {object[]} */
    const shapes = chosen.map((layer) => rowFrame(layer, theme));
    const first = columns.findIndex((column) => column.keys[0] >= run.first);
    const dotted = { color: "#8c8c8c", width: 1, dash: "dot" };
    const edge = { type: "line", x0: first - 0.5, x1: first - 0.5, yref: "paper", y0: 0, y1: 1, line: dotted };
    if (first > 0) shapes.push(edge);
    const ticks = this.ticks();
    const names = ticks.map((i) => plotlyText(this.label(run, columns[i]), 14));
    side.plot.draw([heatTrace(scale, state.cmap, placed(side.values, scale))], {
      margin: MARGIN,
      shapes,
      xaxis: wordsBelow(ticks, names, columns.length),
      yaxis: numbered(t("layer"), run.layers, 12),
    });
  }

  /** Columns whose name is written: the image's, and of the words as many as have room. */
  ticks() {
    const { columns } = this;
    const every = everyNth(columns.length, this.sides[0].plot.width - 82);
    const block = columns.findIndex(({ kind }) => kind === "block");
    const clear = (/** @type {number} */ i) => i % every === 0 && (block < 0 || Math.abs(i - block) >= every);
    return [...columns.keys()].filter((i) => i === block || (columns[i].kind !== "patch" && clear(i)));
  }

  /** The column of a position of the first run; a patch stands in the image's. @param {number | null} key @param {number} slot */
  hover(key, slot) {
    const mine = key === null ? -1 : translate(this.viewer, key, slot, 0);
    this.litColumn = mine < 0 ? null : this.columns.findIndex((column) => column.keys.includes(mine));
    this.lightUp();
  }

  /** @param {number | "target" | "all" | null} layer */
  hoverLayer(layer) {
    this.litRow = typeof layer === "number" ? layer : null;
    this.lightUp();
  }

  lightUp() {
    for (const side of this.sides) side.plot.light(this.litColumn, this.litRow);
  }

  /** @param {Side} side @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
  lines(side, x, y) {
    const run = /** @type {Run} */ (this.viewer.run);
    const column = this.columns[x];
    const value = side.values[y][x];
    const { kind, keys } = column;
    const name = kind === "block" ? this.label(run, column) : kind === "patch" ? t("patch {n}", { n: run.patchOf.get(keys[0]) }) : run.quoted(keys[0]); // prettier-ignore
    const shown = Number.isNaN(value) ? t("not reached") : formatNumber(value, 4);
    return [name, [t("layer"), String(y)], [t(side.kind), shown]];
  }

  free() {
    this.plots.free();
    for (const side of this.sides) side.plot.free();
  }
}
