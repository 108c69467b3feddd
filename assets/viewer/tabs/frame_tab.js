// The tab of several pictures or frames: which one mattered over the caption, and every one with its map at once.

import { el } from "../../shared/dom.js";
import { columnFrame, heatTrace, rowFrame, wordsBelow, wordsLeft } from "../draw/heat_trace.js";
import { Plot, plotlyText, spread } from "../draw/plot.js";
import { stepsOf, tokenOf } from "../state/choice.js";
import { groupName, groupTime, groupWords } from "../state/picture_names.js";
import { groupOf, pictureShares } from "../state/pictures.js";
import { shareScale } from "../state/scales.js";
import { finePercent } from "../texts/format.js";
import { t } from "../texts/t.js";
import { Contact } from "./contact.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** @typedef {import("../numbers/scale.js").Scale} Scale */

/**
 * @typedef {object} Side
 * @property {Kind} kind
 * @property {HTMLElement} root
 * @property {HTMLElement} unit
 * @property {Plot} plot
 * @property {Contact} contact every picture small
 * @property {(number | null)[][]} values [groups][steps]: shares
 */

const MARGIN = { l: 74, r: 52, t: 4, b: 58 };
const NAMES = 10; // of groups, named at most

export class FrameTab {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.hint = el("p", { class: "sv-hint" });
    this.sides = [this.side("attention"), this.side("saliency")];
    this.pair = el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
    this.root = el("div", { class: "sv-which" }, this.hint, this.pair);
  }

  /** @param {Kind} kind @returns {Side} */
  side(kind) {
    const { viewer } = this;
    const plot = new Plot(viewer, {
      height: 200,
      point: (x, y) => this.lines(x, y),
      click: (x, y) => viewer.set({ token: x, also: [], frame: y }),
      hoverKey: (x) => /** @type {Run} */ (viewer.run).first + x,
    });
    const contact = new Contact(viewer, kind, (group) => this.shareLines(group));
    const unit = el("span", { class: "sv-unit" });
    const data = { "data-kind": kind, "data-picture": "frames-over-the-caption", "data-about": "own" };
    const head = el("div", { class: "sv-panel-head" }, el("h3", { text: t(kind) }), unit);
    const root = el("section", { class: "sv-panel", ...data }, head, plot.root, contact.head, contact.canvas);
    return { kind, root, unit, plot, contact, values: [] };
  }

  /** Shown as a tab only where there is something to tell apart. */
  get only() {
    const { run } = this.viewer;
    return Boolean(run && run.several);
  }
  get name() {
    const { run } = this.viewer;
    return t(run && run.isVideo ? "Frames" : "Pictures");
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    const ready = run && this.only && run.steps.length > 0;
    this.pair.hidden = !ready;
    const hint = t("Click a cell to choose its word and frame. Both sides share one scale.");
    this.hint.textContent = ready ? hint : t("This run has one picture.");
    if (!ready) return;
    const scale = shareScale(viewer);
    for (const side of this.sides) {
      side.unit.textContent = t("share of the row, {l}", { l: run.layerWords(state.layer) });
      this.heat(side, run, scale);
      side.contact.draw(run);
    }
  }

  /** @param {Side} side @param {Run} run @param {Scale} scale */
  heat(side, run, scale) {
    const { viewer } = this;
    const { state, theme } = viewer;
    const [groups, steps] = [run.groups.length, run.steps.length];
    const columns = run.steps.map((_, step) => pictureShares(run, side.kind, step, state.layer, state.normalization));
    side.values = run.groups.map((_, group) => columns.map((shares) => (shares ? shares[group] : null)));
    const z = side.values.map((row) => row.map((share) => (share === null ? null : scale.at(share))));
    const ticks = spread(steps, side.plot.width - MARGIN.l - MARGIN.r);
    const every = Math.max(1, Math.ceil(groups / NAMES));
    const names = [...run.groups.keys()].filter((i) => i % every === 0);
    const words = ticks.map((i) => plotlyText(run.shown(run.first + i).trim(), 12));
    const titles = names.map((i) => groupTime(run, i) || groupName(run, i));
    side.plot.draw([heatTrace(scale, state.cmap, z)], {
      margin: MARGIN,
      shapes: [columnFrame(tokenOf(viewer, 0), theme), rowFrame(groupOf(viewer, 0), theme)],
      xaxis: wordsBelow(ticks, words, steps),
      yaxis: wordsLeft(names, titles, groups),
    });
  }

  /** @param {number} x step @param {number} y group @returns {import("../state/lines.js").Lines} */
  lines(x, y) {
    const run = /** @type {Run} */ (this.viewer.run);
    const shares = this.sides.map(({ kind, values }) => /** @type {[string, string]} */ ([t(kind), finePercent(values[y][x])])); // prettier-ignore
    return [`${run.quoted(run.first + x)} · ${groupWords(run, y)}`, ...shares];
  }

  /** What a group got of the chosen tokens' rows. @param {number} group @returns {import("../state/lines.js").Lines} */
  shareLines(group) {
    const { state } = this.viewer;
    const run = /** @type {Run} */ (this.viewer.run);
    const steps = stepsOf(this.viewer, 0);
    const shares = this.sides.map(({ kind }) => {
      const each = pictureShares(run, kind, steps, state.layer, state.normalization, state.reduce);
      return /** @type {[string, string]} */ ([t(kind), finePercent(each && each[group])]);
    });
    return [groupWords(run, group), ...shares];
  }

  free() {
    for (const side of this.sides) side.plot.free();
  }
}
