// Single heads: over the picture (each, one, mean, largest), and how much of each head's row goes to each part.

import { el, setChildren } from "../../shared/dom.js";
import { CellCanvas } from "../draw/cell_canvas.js";
import { cellUnder, overCells } from "../draw/over_cells.js";
import { unpacked } from "../numbers/half.js";
import { headRow, headsRow } from "../numbers/heads.js";
import { once } from "../numbers/once.js";
import { scaleOver } from "../numbers/scale.js";
import { tokenOf } from "../state/choice.js";
import { allSheets, groupOf, sheetsOf } from "../state/pictures.js";
import { unitWords } from "../state/scales.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { OnDemand } from "../views/on_demand.js";
import { RowPanel } from "../views/row_panel.js";
import { choice } from "./choice.js";
import { HeadShares } from "./head_shares.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** @typedef {import("../numbers/heads.js").HeadRows} HeadRows */
/** @typedef {import("../numbers/scale.js").Scale} Scale */

/** @type {Kind[]} */
const KINDS = ["attention", "saliency"];
const WIDE = 130; // px a cell should have

export class Heads {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.asked = new OnDemand(viewer, {
      kind: "heads",
      readings: 3,
      label: t("compute the heads of this step"),
      about: t("Single heads are not part of a trace: they are computed for one step when asked for."),
      read: ({ shape, attention, saliency }) => ({
        shape,
        attention: unpacked(attention, shape[2]),
        saliency: unpacked(saliency, shape[2]),
      }),
    });
    const set = (/** @type {string} */ heads_show) => viewer.set({ heads_show: /** @type {any} */ (heads_show) });
    this.show = choice(t("show"), showNames(), set);
    this.head = choice(t("head"), [], (head) => viewer.set({ head: Number(head), heads_show: "one" }));
    this.about = el("span", { class: "sv-unit" });
    /** @type {Float32Array[][]} of each side: a row a head */
    this.rows = [[], []];
    this.sides = KINDS.map((kind) => this.side(kind));
    this.panels = KINDS.map((kind) => new RowPanel(viewer, kind));
    this.shares = new HeadShares(viewer, () => this.asked.held);
    this.pair = el("div", { class: "sv-pair" }, ...[...this.sides, ...this.panels].map((side) => side.root));
    this.asked.home = el("div", { class: "sv-section-head" }, this.show.root, this.head.root, this.about);
    this.body = el("div", {}, this.asked.home, this.pair, this.shares.root);
    this.root = el("div", {}, this.asked.root, this.body);
  }

  get values() {
    return this.shares.values;
  }
  get plot() {
    return this.shares.plot;
  }

  /** @param {Kind} kind */
  side(kind) {
    const { viewer } = this;
    const name = (/** @type {number} */ n) => t("head {n}", { n });
    const value = (/** @type {number} */ head, /** @type {number} */ key) => this.rows[KINDS.indexOf(kind)][head][key];
    const on = {
      click: (/** @type {MouseEvent} */ event) => {
        const head = cellUnder(side, event);
        if (head !== null) viewer.set({ head, heads_show: "one" });
      },
      pointermove: (/** @type {MouseEvent} */ event) => {
        const sheet = viewer.run ? sheetsOf(viewer.run, groupOf(viewer, 0))[0] : undefined;
        overCells(viewer, side, event, { sheet, name, value });
      },
      pointerleave: () => viewer.hover(null),
    };
    const side = new CellCanvas(viewer, kind, on, { "data-picture": "heads", "data-about": "own" });
    side.canvas.setAttribute("aria-label", t("every head, {k}", { k: t(kind) }));
    return side;
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    /** @type {HeadRows | null} */
    const held = this.asked.draw();
    this.body.hidden = !held;
    if (!held || !run) return;
    const [layers] = held.shape;
    const chosen = run.layerList(state.layer).filter((layer) => layer < layers);
    const grid = state.heads_show === "grid" && allSheets(run).length > 0;
    this.drawChoices(run, held, grid);
    for (const side of this.sides) side.root.hidden = !grid;
    for (const panel of this.panels) panel.root.hidden = grid;
    const alone = !grid && state.layer === "all" ? chosen.map((layer) => [layer]) : [chosen]; // panels show layer by layer then
    KINDS.forEach((kind, at) => {
      const rows = (/** @type {number[]} */ of) =>
        Array.from({ length: held.shape[1] }, (_, head) => headRow(held, kind, of, head, run.keys));
      const over = (/** @type {"imageKeys" | "brightKeys"} */ group) => {
        const name = [kind, group, state.layer, state.transform, grid, run.version].join();
        const of = () => alone.flatMap(rows).map((row) => run[group].map((key) => row[key]));
        return once(held, name, () => scaleOver(of(), state.transform));
      };
      if (grid) this.gridOf(at, run, rows(chosen), over("imageKeys"));
      else this.panelOf(this.panels[at], run, held, chosen, over("imageKeys"), over("brightKeys"));
    });
    this.shares.draw(held, run);
  }

  /** @param {Run} run @param {HeadRows} held @param {boolean} grid */
  drawChoices(run, held, grid) {
    const { viewer } = this;
    const { state } = viewer;
    const [, heads] = held.shape;
    const { select } = this.head;
    this.show.select.value = grid ? "grid" : state.heads_show === "grid" ? "mean" : state.heads_show;
    if (select.childElementCount !== heads) {
      const numbers = Array.from({ length: heads }, (_, head) => el("option", { value: head, text: String(head) }));
      setChildren(select, ...numbers);
    }
    select.value = String(Math.min(state.head, heads - 1));
    this.head.root.hidden = state.heads_show !== "one";
    const word = run.quoted(run.first + tokenOf(viewer, 0));
    this.about.textContent = [word, run.layerWords(state.layer), t("one scale for all heads of this token")].join(
      " · ",
    );
  }

  /** @param {number} at @param {Run} run @param {Float32Array[]} rows @param {Scale} scale */
  gridOf(at, run, rows, scale) {
    const kind = KINDS[at];
    const [sheet] = sheetsOf(run, groupOf(this.viewer, 0));
    this.rows[at] = rows;
    const unit = kind === "attention" ? "" : unitWords(kind, "raw");
    this.sides[at].draw({ run, sheet, scale, unit, layer: (head) => rows[head] }, WIDE, rows.length);
  }

  /**
   * @param {RowPanel} panel
   * @param {Run} run
   * @param {HeadRows} held
   * @param {number[]} chosen layers
   * @param {Scale} scale
   * @param {Scale} wordScale
   */
  panelOf(panel, run, held, chosen, scale, wordScale) {
    const { heads_show: how, head } = this.viewer.state;
    const step = tokenOf(this.viewer, 0);
    const row = (/** @type {Kind} */ kind, /** @type {number[]} */ layers) =>
      headsRow(held, kind, layers, { how, head }, run.keys);
    const values = { attention: row("attention", chosen), saliency: row("saliency", chosen) };
    const shown = how === "one" ? t("head {n}", { n: head }) : this.show.select.selectedOptions[0].text;
    const given = {
      run,
      steps: [step],
      values: values[panel.kind],
      reach: run.reach(step),
      scale,
      wordScale,
      layer: (/** @type {number} */ layer) => row(panel.kind, [layer]),
      lines: (/** @type {number} */ key) => KINDS.map((kind) => /** @type {[string, string]} */ ([t(kind), formatNumber(values[kind][key], 4)])), // prettier-ignore
    };
    panel.show(given, panel.kind === "attention" ? shown : unitWords("saliency", "raw"));
  }

  /** @returns {import("../draw/csv_button.js").Table} */
  table() {
    return this.shares.table();
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    for (const panel of this.panels) panel.hover(key, slot);
  }

  free() {
    this.shares.plot.free();
  }
}

/** @returns {[string, string][]} */
const showNames = () => [
  ["grid", t("every head")],
  ["one", t("one head")],
  ["mean", t("mean of the heads")],
  ["max", t("largest of the heads")],
];
