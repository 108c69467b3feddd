// Attention and saliency over the picture, every layer, larger than in the panels.

import { el } from "../../shared/dom.js";
import { CellCanvas } from "../draw/cell_canvas.js";
import { cellUnder, overCells } from "../draw/over_cells.js";
import { stepsOf } from "../state/choice.js";
import { runsCompared } from "../state/compare.js";
import { lockedScale } from "../state/locked.js";
import { groupOf, sheetsOf } from "../state/pictures.js";
import { unitWords } from "../state/scales.js";
import { valuesOf } from "../state/sources.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Kind} Kind */

const WIDE = 150; // px a cell should have

export class LayersTab {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.soon = 0;
    this.sides = [this.side("attention"), this.side("saliency")];
    this.root = el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
  }

  /** @param {Kind} kind */
  side(kind) {
    const { viewer } = this;
    const on = {
      click: (/** @type {MouseEvent} */ event) => {
        const layer = cellUnder(side, event);
        if (layer !== null) viewer.set({ layer });
      },
      pointermove: (/** @type {MouseEvent} */ event) => {
        viewer.hoverLayer(cellUnder(side, event));
        overCells(viewer, side, event, this.told(kind));
      },
      pointerleave: () => {
        viewer.hover(null);
        viewer.hoverLayer(null);
      },
    };
    const data = { "data-picture": "every-layer", "data-about": "layers" };
    const side = new CellCanvas(viewer, kind, on, data);
    return side;
  }

  /** @param {Kind} kind */
  told(kind) {
    const { viewer } = this;
    const run = /** @type {Run} */ (viewer.run);
    const value = (/** @type {number} */ layer, /** @type {number} */ key) =>
      valuesOf(viewer, run, kind, stepsOf(viewer, 0), layer)[key];
    return {
      sheet: sheetsOf(run, groupOf(viewer, 0))[0],
      name: (/** @type {number} */ n) => t("layer {n}", { n }),
      value,
    };
  }

  hover() {
    cancelAnimationFrame(this.soon);
    this.soon = requestAnimationFrame(() => {
      if (!this.viewer.gone && !this.root.hidden) this.draw();
    });
  }
  hoverLayer() {
    this.hover();
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    const steps = stepsOf(viewer, 0);
    const sheet = run && sheetsOf(run, groupOf(viewer, 0))[0];
    for (const side of this.sides) {
      const { kind } = side;
      side.canvas.setAttribute("aria-label", t("every layer, {k}", { k: t(kind) }));
      if (!run || !sheet || !steps.length) {
        side.clear();
        continue;
      }
      const scale = lockedScale(runsCompared(viewer), "image", kind, { ...state, layer: "all" }, steps);
      const layer = (/** @type {number} */ one) => valuesOf(viewer, run, kind, steps, one);
      side.draw({ run, sheet, layer, scale, unit: unitWords(kind, state.normalization) }, WIDE);
    }
  }
}
