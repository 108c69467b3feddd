// A contact sheet: every picture small, with the selected token's map over it, on the panels' own scale.

import { el, setChildren } from "../../shared/dom.js";
import { colorBar } from "../draw/color_bar.js";
import { paintPatches } from "../draw/patches.js";
import { hiddenKeys } from "../state/compare.js";
import { pictureName, timeOf } from "../state/picture_names.js";
import { groupOf, sheetsOf } from "../state/pictures.js";
import { panelSource } from "../state/sources.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/sources.js").Source} Source */
/** @typedef {{columns: number, cell: number, tall: number, count: number}} Grid cell and tall: width and height in CSS pixels */

const [GAP, LABEL] = [4, 15]; // CSS pixels

export class Contact {
  /**
   * @param {Viewer} viewer
   * @param {import("../state/defaults.js").Kind} kind
   * @param {(group: number) => import("../state/lines.js").Lines} lines of the tip
   */
  constructor(viewer, kind, lines) {
    this.viewer = viewer;
    this.kind = kind;
    this.lines = lines;
    /** @type {Grid | null} */
    this.grid = null;
    this.title = el("h3");
    this.bar = el("span");
    this.head = el("div", { class: "sv-panel-head sv-part-head" }, this.title, this.bar);
    const on = {
      click: (/** @type {MouseEvent} */ event) => {
        const group = this.groupAt(event);
        if (group !== null) viewer.set({ frame: group });
      },
      pointermove: (/** @type {MouseEvent} */ event) => {
        const group = this.groupAt(event);
        if (group === null) viewer.tip.hide();
        else viewer.tip.point(event, this.lines(group));
      },
      pointerleave: () => viewer.tip.hide(),
    };
    this.canvas = el("canvas", { class: "sv-grid-canvas", role: "img", on });
  }

  /** @param {MouseEvent} event @returns {number | null} */
  groupAt(event) {
    const { grid, canvas } = this;
    const { run } = this.viewer;
    if (!grid || !run) return null;
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / grid.cell);
    const picture = Math.floor((event.clientY - box.top) / grid.tall) * grid.columns + column;
    return column < grid.columns && picture < grid.count ? Math.floor(picture / run.together) : null;
  }

  /** @param {Run} run */
  draw(run) {
    const { viewer, canvas } = this;
    const { state, theme } = viewer;
    const source = panelSource(viewer, 0, this.kind);
    const ratio = window.devicePixelRatio || 1;
    const [width, count] = [canvas.clientWidth, run.pictures.length];
    if (!width) return;
    const aspect = run.pictures[0].width / run.pictures[0].height;
    const wide = Math.max(110, 120 * Math.min(aspect, 1.6)); // px a cell should have
    const columns = Math.min(count, Math.max(2, Math.round(width / wide)));
    const cell = Math.floor(width / columns);
    const tall = Math.round((cell - GAP) / aspect) + LABEL + GAP;
    const height = Math.ceil(count / columns) * tall;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    this.grid = { columns, cell, tall, count };
    this.title.textContent = t(run.isVideo ? "every frame" : "every picture");
    const name = t(this.kind);
    canvas.setAttribute("aria-label", `${this.title.textContent}, ${name}`);
    const options = { name: source.map || "", opacity: state.opacity, theme, label: name };
    setChildren(this.bar, source.scale && colorBar(source.scale, options));
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (let picture = 0; picture < count; picture++) this.drawPicture(pen, ratio, run, source, picture);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} ratio
   * @param {Run} run
   * @param {Source} source
   * @param {number} picture
   */
  drawPicture(pen, ratio, run, { values, scale, map }, picture) {
    const { viewer } = this;
    const { columns, cell, tall } = /** @type {Grid} */ (this.grid);
    const group = Math.floor(picture / run.together);
    const chosen = group === groupOf(viewer, 0);
    const { width, height } = run.pictures[picture];
    const fit = Math.min((cell - GAP) / width, (tall - LABEL - GAP) / height);
    const [left, top] = [(picture % columns) * cell, Math.floor(picture / columns) * tall];
    const [w, h] = [Math.round(width * fit * ratio), Math.round(height * fit * ratio)];
    /** @type {import("../draw/patches.js").Area} */
    const area = [(left + GAP / 2) * ratio, (top + GAP / 2) * ratio, w, h];
    const image = viewer.image(run, picture);
    if (image.complete && image.naturalWidth) pen.drawImage(image, ...area);
    const sheet = sheetsOf(run, group).find((one) => one.picture === picture);
    if (sheet && values && scale && map) {
      const { opacity } = viewer.state;
      paintPatches(pen, area, sheet.patches, { run, values, scale, map, opacity, hidden: hiddenKeys(viewer, run) });
    }
    const ink = getComputedStyle(viewer.root)
      .getPropertyValue(chosen ? "--sv-accent" : "--sv-muted")
      .trim();
    pen.fillStyle = ink;
    pen.font = `${chosen ? 700 : 500} ${11 * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "top";
    const time = timeOf(run, picture);
    const name = time ? `${picture + 1} · ${time} s` : pictureName(run, picture);
    pen.fillText(name, area[0], area[1] + area[3] + 2 * ratio);
    if (!chosen) return;
    pen.strokeStyle = pen.fillStyle;
    pen.lineWidth = 2 * ratio;
    pen.strokeRect(area[0] - ratio, area[1] - ratio, w + 2 * ratio, h + 2 * ratio); // at its edges, not over its data
  }
}
