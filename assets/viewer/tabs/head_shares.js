// Layers by heads: the share of each head's row that lies on a part, as a heatmap and as a table.

import { el } from "../../shared/dom.js";
import { DIVERGING } from "../draw/color.js";
import { csvButton } from "../draw/csv_button.js";
import { cellFrame, columnFrame, heatTrace, numbered, placed, rowFrame } from "../draw/heat_trace.js";
import { Plot } from "../draw/plot.js";
import { headShares } from "../numbers/heads.js";
import { once } from "../numbers/once.js";
import { PARTS } from "../numbers/positions.js";
import { linearScale, signedScale } from "../numbers/scale.js";
import { tokenOf } from "../state/choice.js";
import { formatPercent } from "../texts/format.js";
import { partName } from "../texts/parts.js";
import { t } from "../texts/t.js";
import { choice } from "./choice.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** @typedef {import("../numbers/heads.js").HeadRows} HeadRows */
/** @typedef {import("../numbers/positions.js").Part} Part */

/** @type {Kind[]} */
const KINDS = ["attention", "saliency"];
/** @type {Part[]} in the order they are offered */
const OFFERED = ["image", "prompt", "outputs", "template"];

export class HeadShares {
  /** @param {Viewer} viewer @param {() => HeadRows | null} held */
  constructor(viewer, held) {
    this.viewer = viewer;
    this.held = held;
    /** @type {number[][]} [layers][heads] */
    this.values = [];
    const set = (/** @type {object} */ change) => viewer.set(change);
    const parts = OFFERED.map((part) => /** @type {[string, string]} */ ([part, partName(part)]));
    this.part = choice(t("share of"), parts, (heads_part) => set({ heads_part }));
    const kinds = [["attention", t("attention")], ["saliency", t("saliency")], ["difference", t("saliency − attention")]]; // prettier-ignore
    this.kind = choice(t("in"), /** @type {[string, string][]} */ (kinds), (heads_kind) => set({ heads_kind }));
    this.plot = new Plot(viewer, {
      height: 300,
      point: (x, y) => this.lines(x, y),
      click: (x, y) => viewer.set({ layer: y, head: x, heads_show: "one" }),
    });
    const save = csvButton(
      () => `heads-${tokenOf(viewer, 0)}`,
      () => this.table(),
    );
    const hint = el("span", { class: "sv-hint", text: t("where each head's row goes; click a cell to see that head") });
    const title = el("h2", { text: t("Layers × heads") });
    const classes = { class: "sv-section-head sv-part-head" };
    const head = el("div", classes, title, this.part.root, this.kind.root, hint, save);
    const data = { "data-picture": "layers-by-heads", "data-about": "own" };
    this.root = el("div", data, head, this.plot.root);
  }

  /** @param {HeadRows} held @param {Kind} kind @param {Part} part @returns {number[][]} [layers][heads] */
  share(held, kind, part) {
    const run = /** @type {Run} */ (this.viewer.run);
    return once(held, `${kind} ${part} ${run.version}`, () => headShares(held, kind, run.parts, PARTS.indexOf(part)));
  }

  /** @param {HeadRows} held @param {Run} run */
  draw(held, run) {
    const { viewer } = this;
    const { state } = viewer;
    const { heads_part: part, heads_kind: kind } = state;
    const [layers, heads] = held.shape;
    this.part.select.value = part;
    this.kind.select.value = kind;
    const [attention, saliency] = KINDS.map((one) => this.share(held, one, part));
    const signed = kind === "difference";
    const minus = () => saliency.map((row, layer) => row.map((value, head) => value - attention[layer][head]));
    this.values = signed ? minus() : kind === "saliency" ? saliency : attention;
    const known = this.values.map((row) => row.filter((value) => !Number.isNaN(value)));
    const scale = signed ? signedScale(known) : linearScale(1);
    this.plot.root.style.height = `${Math.min(520, 70 + 24 * layers)}px`;
    const trace = heatTrace(scale, signed ? DIVERGING : state.cmap, placed(this.values, scale));
    this.plot.draw([{ ...trace, xgap: 1, ygap: 1 }], {
      margin: { l: 40, r: 52, t: 4, b: 40 },
      shapes: this.frames(heads),
      xaxis: numbered(t("head"), heads, 24),
      yaxis: numbered(t("layer"), layers, 12),
    });
    return run;
  }

  /** Around the chosen layer, head, or both. @param {number} heads */
  frames(heads) {
    const { state, theme } = this.viewer;
    const head = Math.min(state.head, heads - 1);
    if (typeof state.layer !== "number") return state.heads_show === "one" ? [columnFrame(head, theme)] : [];
    return [state.heads_show === "one" ? cellFrame(head, state.layer, theme) : rowFrame(state.layer, theme)];
  }

  /** @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
  lines(x, y) {
    const held = this.held();
    const { heads_part: part } = this.viewer.state;
    if (!held) return [];
    const shares = KINDS.map((kind) => /** @type {[string, string]} */ ([t(kind), formatPercent(this.share(held, kind, part)[y][x])])); // prettier-ignore
    const cell = `${t("layer {n}", { n: y })}, ${t("head {n}", { n: x })}`;
    return [cell, t("share of {p}", { p: partName(part) }), ...shares];
  }

  /** Every layer and head with its shares of all parts. @returns {import("../draw/csv_button.js").Table} */
  table() {
    const { viewer } = this;
    const run = /** @type {Run} */ (viewer.run);
    const held = /** @type {HeadRows} */ (this.held());
    const step = tokenOf(viewer, 0);
    const columns = KINDS.flatMap((kind) =>
      OFFERED.map((part) => ({ name: `${kind}_${part}`, values: this.share(held, kind, part) })),
    );
    const [layers, heads] = held.shape;
    const cells = Array.from({ length: layers * heads }, (_, i) => [Math.floor(i / heads), i % heads]);
    const rows = cells.map(([layer, head]) => [layer, head, ...columns.map(({ values }) => values[layer][head])]);
    const names = ["layer", "head", ...columns.map(({ name }) => name)];
    return [[names, ...rows], { model: run.payload.model.name, step, token: run.steps[step].text }];
  }
}
