// Values over the picture(s): one canvas above each, a rectangle per image token, crisp at every size.

import { el, setChildren } from "../../shared/dom.js";
import { cellAt, drawCells } from "../draw/cells.js";
import { cellUnder, overCells, partsOf } from "../draw/over_cells.js";
import { paintPatches, patchAt } from "../draw/patches.js";
import { walkByKeys } from "../draw/walk.js";
import { togglePin } from "../state/change.js";
import { hiddenKeys, translate } from "../state/compare.js";
import { keyLines } from "../state/lines.js";
import { groupOf, sheetsOf } from "../state/pictures.js";
import { t } from "../texts/t.js";
import { draggedPatches, moveDrag, ringed, startDrag } from "./drag.js";
import { aspectOf, makeFrame } from "./picture_frame.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/run.js").Sheet} Sheet */
/** @typedef {[number, number, number, number]} Box left, top, right, bottom, 0..1 */

/**
 * What an overlay and the words next to it belong to.
 * @typedef {object} Owner
 * @property {() => import("../state/sources.js").Source} source
 * @property {import("../state/defaults.js").Kind} kind
 * @property {0 | 1} slot
 * @property {0 | 1 | "difference"} which
 * @property {boolean} layered the layer "all" shows a grid of them
 */

/** @typedef {import("./picture_frame.js").Frame} Frame */

export class Overlay {
  /** @param {Viewer} viewer @param {Owner} panel */
  constructor(viewer, panel) {
    this.viewer = viewer;
    this.panel = panel;
    this.root = el("div", { class: "sv-pictures" });
    this.frames = /** @type {Frame[]} */ ([]);
    this.run = /** @type {Run | null | undefined} */ (undefined); // nothing is built
    /** @type {import("./drag.js").Drag | null} */
    this.drag = null;
  }

  /** @param {Run | null} run @param {number} group of pictures */
  build(run, group) {
    this.run = run;
    this.group = group;
    this.frames = run ? sheetsOf(run, group).map((sheet) => this.frame(run, sheet)) : [];
    const { frames } = this;
    const hint = t(run ? "no picture" : "the picture, as the model sees it");
    const empty = !frames.length && el("div", { class: "sv-picture sv-empty" }, el("span", { text: hint }));
    this.root.classList.toggle("sv-many", frames.length > 1);
    this.root.classList.toggle("sv-shared", Boolean(run && run.together > 1 && frames.length > 1));
    this.root.style.setProperty("--aspect", String(run && frames.length ? aspectOf(run, frames[0].sheet) : 2));
    setChildren(this.root, ...frames.map((frame) => frame.root), empty);
  }

  /** @param {Run} run @param {Sheet} sheet @returns {Frame} */
  frame(run, sheet) {
    const { viewer } = this;
    const frame = makeFrame(run, sheet);
    const { box, image } = frame;
    image.addEventListener("load", () => this.paint(frame));
    this.byKeys(frame);
    box.addEventListener("pointermove", (event) => this.move(frame, event));
    box.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.pointerType !== "touch") this.drag = startDrag(frame, event);
    });
    box.addEventListener("pointerup", (event) => this.up(frame, event));
    box.addEventListener("pointerleave", () => {
      if (this.drag) return;
      viewer.hover(null);
      viewer.hoverLayer(null);
    });
    return frame;
  }

  /** Patches by the keyboard, as by hovering and clicking. @param {Frame} frame */
  byKeys({ box, sheet, run }) {
    const { viewer, panel } = this;
    const name = t("{k} on the picture; arrows go from patch to patch, Enter pins one", { k: t(panel.kind) });
    const places = sheet.patches.map((patch) => {
      const [x, y, right, bottom] = run.boxes[patch];
      return { key: run.imageKeys[patch], x, y, right, bottom };
    });
    places.sort((a, b) => a.y - b.y || a.x - b.x);
    box.setAttribute("aria-label", name);
    box.addEventListener("blur", () => viewer.hover(null));
    walkByKeys(box, {
      places: () => (this.gridded ? [] : places),
      current: () => (viewer.litSlot === panel.slot ? viewer.lit : null),
      pick: ({ key }) => togglePin(viewer, key, panel.kind),
      go: ({ key, right, bottom }) => {
        const at = box.getBoundingClientRect();
        viewer.hover(key, panel.slot);
        viewer.tip.show(keyLines(viewer, panel, key), at.left + right * at.width, at.top + bottom * at.height);
      },
    });
  }

  /** Cells of layers instead of one map. */
  get gridded() {
    return this.viewer.state.layer === "all" && this.panel.layered;
  }

  /** @param {Frame} frame @param {PointerEvent} event */
  move(frame, event) {
    const { viewer, panel, drag } = this;
    if (drag && drag.frame === frame) {
      if (moveDrag(drag, event)) this.paint(frame);
      return;
    }
    if (this.gridded) return this.overCells(frame, event);
    const { run, sheet } = frame;
    const patch = patchAt(run, sheet.patches, ...partsOf(frame.box, event));
    if (patch === null) return viewer.hover(null);
    const key = run.imageKeys[patch];
    viewer.hover(key, panel.slot);
    viewer.tip.point(event, keyLines(viewer, panel, key));
  }

  /** @param {Frame} frame @param {PointerEvent} event */
  overCells({ box, grid, sheet }, event) {
    const { viewer, panel } = this;
    viewer.hoverLayer(cellUnder({ canvas: box, grid }, event));
    const { layer } = panel.source();
    overCells(viewer, { canvas: box, grid }, event, {
      sheet,
      name: (one) => t("layer {n}", { n: one }),
      value: (one, key) => (layer ? layer(one)[key] : null),
    });
  }

  /** @param {Frame} frame @param {PointerEvent} event */
  up(frame, event) {
    const { viewer, panel, drag, gridded } = this;
    const { run, sheet, grid } = frame;
    this.drag = null;
    const at = partsOf(frame.box, event);
    if (drag && drag.moved) {
      const patches = draggedPatches(drag, at, gridded ? grid : null);
      if (!patches) return this.paint(frame); // from one layer's picture into another's
      return viewer.set({ pins: patches.map((patch) => run.imageKeys[patch]), pin_kind: panel.kind });
    }
    if (gridded) {
      const place = cellAt(grid, ...at);
      if (place) viewer.set({ layer: place.index });
      return;
    }
    const patch = patchAt(run, sheet.patches, ...at);
    if (patch !== null) togglePin(viewer, run.imageKeys[patch], panel.kind);
  }

  draw() {
    const { run } = this.panel.source();
    const group = run ? groupOf(this.viewer, this.panel.slot) : 0;
    if (run !== this.run || group !== this.group) this.build(run, group);
    for (const frame of this.frames) this.paint(frame);
  }

  /** @param {Frame} frame */
  paint(frame) {
    const { viewer, panel, drag } = this;
    const { canvas, box, sheet, image, run } = frame;
    const source = panel.source();
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(box.clientWidth * ratio), Math.round(box.clientHeight * ratio)];
    if (!w || !h || source.run !== run) return;
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.clearRect(0, 0, w, h);
    box.classList.toggle("sv-grid-mode", this.gridded);
    if (this.gridded) frame.grid = drawCells(pen, ratio, { viewer, source, run, sheet, image, slot: panel.slot });
    else {
      const { values, scale, map } = source;
      const how = { opacity: viewer.state.opacity, smooth: viewer.state.smooth, hidden: hiddenKeys(viewer, run) };
      const paint = values && scale && map && { run, values, scale, map, ...how };
      if (paint) paintPatches(pen, [0, 0, w, h], sheet.patches, paint);
      for (const patch of this.ringed(frame)) ringed(pen, run.boxes[patch], 3 * ratio, 1.5 * ratio, ".75");
    }
    if (drag && drag.frame === frame && drag.moved) ringed(pen, drag.area, 3 * ratio, 1.5 * ratio, ".8");
  }

  /** Patches pinned, and the one under the pointer, wherever that is. @param {Frame} frame */
  ringed({ run, sheet }) {
    const { viewer, panel } = this;
    const pins = panel.slot === 0 ? viewer.state.pins : [];
    const lit = viewer.lit === null ? -1 : translate(viewer, viewer.lit, viewer.litSlot, panel.slot);
    return [...pins, lit].flatMap((key) => run.patchOf.get(key) ?? []).filter((patch) => sheet.patches.includes(patch));
  }

  hoverLayer() {
    if (this.gridded) this.hover();
  }

  hover() {
    for (const frame of this.frames) this.paint(frame);
  }
}
