// One row of numbers over the picture and over the words: a head's, or that of any query. The panel's drawing, other values.

import { el } from "../../shared/dom.js";
import { t } from "../texts/t.js";
import { Bars } from "./bars.js";
import { Overlay } from "./overlay.js";
import { wordsHead } from "./panel.js";
import { Words } from "./words.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/defaults.js").Kind} Kind */
/** @typedef {import("../state/sources.js").Source} Source */

export class RowPanel {
  /** @param {Viewer} viewer @param {Kind} kind */
  constructor(viewer, kind) {
    this.viewer = viewer;
    this.kind = kind;
    /** @type {0} */
    this.slot = 0;
    /** @type {0} */
    this.which = 0;
    this.layered = false;
    /** @type {Source} */
    this.given = { run: null, kind };
    this.title = el("h3", { text: t(kind) });
    this.unit = el("span", { class: "sv-unit" });
    this.overlay = new Overlay(viewer, this);
    this.words = new Words(viewer, this);
    this.bars = new Bars(viewer);
    this.picture = el("div", { class: "sv-image-row" }, this.overlay.root, this.bars.image);
    this.root = el(
      "section",
      { class: "sv-panel", "data-kind": kind, "data-picture": "row", "data-about": "own" },
      el("div", { class: "sv-panel-head" }, this.title, this.unit),
      this.picture,
      wordsHead(this.bars.words),
      this.words.root,
    );
  }

  source() {
    return this.given;
  }

  /**
   * @param {Omit<Source, "kind">} given layer(l) where a grid of layers makes sense
   * @param {string} unit
   */
  show(given, unit) {
    const { viewer, kind } = this;
    this.given = { kind, map: viewer.state.cmap, ...given };
    this.layered = Boolean(given.layer);
    this.unit.textContent = unit;
    this.root.setAttribute("aria-label", `${t(kind)}, ${unit}`);
    this.picture.hidden = !given.run || !given.run.imageKeys.length;
    this.overlay.draw();
    this.words.draw();
    this.bars.draw(this.given, unit, () => "");
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    if (!this.given.run || !this.root.offsetParent) return;
    this.overlay.hover();
    this.words.hover(key, slot);
  }
}
