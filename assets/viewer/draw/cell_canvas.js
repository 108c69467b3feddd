// A canvas of cells with its head: as wide as there is room, as many columns as are not too small.

import { el, setChildren } from "../../shared/dom.js";
import { t } from "../texts/t.js";
import { drawCells } from "./cells.js";
import { colorBar } from "./color_bar.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/run.js").Sheet} Sheet */

const TALLEST = 720; // px
const FEWEST = 3; // columns

export class CellCanvas {
  /**
   * @param {Viewer} viewer
   * @param {import("../state/defaults.js").Kind} kind
   * @param {Record<string, (event: any) => void>} on
   * @param {Record<string, string>} data of its panel
   */
  constructor(viewer, kind, on, data) {
    this.viewer = viewer;
    this.kind = kind;
    this.canvas = el("canvas", { class: "sv-grid-canvas", role: "img", on });
    this.head = el("div", { class: "sv-panel-head" });
    this.root = el("div", { class: "sv-panel", "data-kind": kind, ...data }, this.head, this.canvas);
    /** @type {import("./cells.js").Grid | null} */
    this.grid = null;
  }

  clear() {
    setChildren(this.head);
    this.canvas.height = 1;
    this.grid = null;
  }

  /**
   * @param {{run: Run, sheet: Sheet, layer: (index: number) => Float32Array, scale: import("../numbers/scale.js").Scale, unit: string}} shown
   * @param {number} wide px a cell should have
   * @param {number} [heads] how many, when the cells are no layers
   */
  draw({ run, sheet, layer, scale, unit }, wide, heads) {
    const { viewer, kind, canvas } = this;
    const { state, theme } = viewer;
    const ratio = window.devicePixelRatio || 1;
    const { width: across, height: down } = run.pictures[sheet.picture];
    const width = canvas.clientWidth;
    const count = heads === undefined ? run.layers : heads;
    const columns = Math.min(count, Math.max(FEWEST, Math.round(width / wide)));
    const height = Math.min(TALLEST, Math.ceil((Math.ceil(count / columns) * width * down) / columns / across));
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    setChildren(
      this.head,
      el("h3", { text: t(kind) }),
      el("span", { class: "sv-unit", text: unit }),
      colorBar(scale, { name: state.cmap, opacity: state.opacity, theme, label: t(kind) }),
    );
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const source = { run, kind, scale, map: state.cmap, layer };
    const image = viewer.image(run, sheet.picture);
    this.grid = drawCells(pen, ratio, { viewer, source, run, sheet, image, slot: 0, heads });
  }
}
