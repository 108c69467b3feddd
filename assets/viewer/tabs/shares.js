// Over the caption: where each output's attention and saliency went (shares of parts), and how it falls with distance.

import { el, setChildren } from "../../shared/dom.js";
import { PART_COLORS } from "../draw/color.js";
import { tokenOf } from "../state/choice.js";
import { translate } from "../state/compare.js";
import { PART_ORDER, partName } from "../texts/parts.js";
import { t } from "../texts/t.js";
import { drawDistances, drawShares, shareColumnX } from "./share_columns.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */

/**
 * @typedef {object} Side
 * @property {Kind} kind
 * @property {HTMLElement} root
 * @property {HTMLElement} shares where the stacked columns stand
 * @property {HTMLElement} curve where the distances stand
 * @property {HTMLElement} away the title of the distances
 * @property {string} sign how the columns were drawn
 * @property {import("./share_columns.js").Points} points
 * @property {number[]} distance what the token took from 1, 2, ... back
 * @property {SVGElement | null} column on the chosen token
 * @property {SVGElement | null} glimpse on the one under the pointer
 */

export class Shares {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.whole = true; // fills as rows come
    this.sides = [makeSide("attention"), makeSide("saliency")];
    const names = PART_ORDER.map((part) => {
      const swatch = el("i", { style: { background: PART_COLORS[part] }, "aria-hidden": "true" });
      return el("span", { class: "sv-share" }, swatch, partName(part));
    });
    const pair = el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
    this.root = el("div", {}, el("div", { class: "sv-share-legend" }, ...names), pair);
  }

  draw() {
    const { viewer } = this;
    const { run, state, theme } = viewer;
    for (const side of this.sides) {
      if (!run || !run.steps.length) {
        setChildren(side.shares);
        setChildren(side.curve);
        side.sign = "";
        continue;
      }
      const wide = side.shares.clientWidth;
      const sign = [run.id, run.version, run.loaded, state.layer, state.normalization, wide, theme].join("|");
      if (side.sign !== sign) {
        side.sign = sign;
        const shares = (/** @type {number} */ step) =>
          run.shares(run.values(side.kind, step, state.layer, state.normalization));
        side.points = run.steps.map((_, step) => (run.has(step) ? shares(step) : null));
        drawShares(viewer, side, run);
      }
      if (side.column) side.column.setAttribute("x", String(shareColumnX(side, run, tokenOf(viewer, 0))));
      drawDistances(viewer, side, run);
    }
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    const { viewer } = this;
    const { run } = viewer;
    const step = key === null || !run ? -1 : translate(viewer, key, slot, 0) - run.first;
    for (const side of this.sides) {
      if (!side.glimpse || !run) continue;
      side.glimpse.setAttribute("visibility", step >= 0 ? "visible" : "hidden");
      side.glimpse.setAttribute("x", String(shareColumnX(side, run, Math.max(0, step))));
    }
  }
}

/** @param {Kind} kind @returns {Side} */
function makeSide(kind) {
  const [shares, curve] = [el("div", { class: "sv-chart" }), el("div", { class: "sv-chart" })];
  const away = el("h3");
  const unit = (/** @type {string} */ text) => el("span", { class: "sv-unit", text });
  const root = el(
    "section",
    { class: "sv-panel", "data-kind": kind, "data-picture": "over-the-caption" },
    el("div", { class: "sv-panel-head" }, el("h3", { text: t(kind) }), unit(t("share of each part, output by output"))),
    shares,
    el("div", { class: "sv-panel-head" }, away, unit(t("tokens back from the predicted one"))),
    curve,
  );
  return { kind, root, shares, curve, away, sign: "", points: [], distance: [], column: null, glimpse: null };
}
