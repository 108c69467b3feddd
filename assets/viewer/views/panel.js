// One side of the pair: a kind (attention or saliency) of one run, or the signed difference of two runs.

import { el } from "../../shared/dom.js";
import { smoothGrid } from "../draw/patches.js";
import { quotedSteps } from "../state/choice.js";
import { hiddenKeys, slotName } from "../state/compare.js";
import { groupOf, sheetsOf } from "../state/pictures.js";
import { scaleWords, unitWords } from "../state/scales.js";
import { panelSource } from "../state/sources.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { panelInWords } from "./aria.js";
import { Bars } from "./bars.js";
import { Overlay } from "./overlay.js";
import { RangeFields } from "./range.js";
import { ShareLine } from "./share_line.js";
import { Words } from "./words.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/defaults.js").Kind} Kind */

export class Panel {
  /** @param {Viewer} viewer @param {Kind} kind @param {0 | 1 | "difference"} which */
  constructor(viewer, kind, which) {
    this.viewer = viewer;
    this.kind = kind;
    this.which = which;
    /** @type {0 | 1} */
    this.slot = which === "difference" ? 0 : which;
    this.layered = true; // the layer "all" shows a grid of them
    this.title = el("h3");
    this.unit = el("span", { class: "sv-unit" });
    this.smooth = el("span", { class: "sv-unit sv-smoothed", hidden: true, text: t("smoothed") }); // also where no unit has room
    this.smooth.title = t("values between the patches' middles, for the eye only: the numbers are the patches'");
    this.range = which === "difference" ? null : new RangeFields(viewer, kind);
    this.overlay = new Overlay(viewer, this);
    this.words = new Words(viewer, this);
    this.shares = which === "difference" ? null : new ShareLine();
    this.heard = el("p", { class: "sv-heard" });
    this.bars = new Bars(viewer);
    this.root = el(
      "section",
      { class: "sv-panel sv-twin", "data-kind": kind, "data-slot": which },
      el("div", { class: "sv-panel-head" }, this.title, this.unit, this.smooth, this.range && this.range.root),
      this.shares && this.shares.root,
      this.heard,
      el("div", { class: "sv-image-row" }, this.overlay.root, this.bars.image),
      wordsHead(this.bars.words),
      this.words.root,
    );
  }

  source() {
    return panelSource(this.viewer, this.which, this.kind);
  }

  /** Whether values between the patches can be drawn as asked for. @param {import("../state/run.js").Run} run */
  smoothed(run) {
    const { viewer, slot } = this;
    const paint = { run, smooth: true, hidden: hiddenKeys(viewer, run) };
    return sheetsOf(run, groupOf(viewer, slot)).some((sheet) => smoothGrid(paint, sheet.patches));
  }

  draw() {
    const { viewer, kind } = this;
    const { state } = viewer;
    const source = this.source();
    const { run, steps } = source;
    const chosen = run && steps && steps.length && this.which !== "difference";
    const word = chosen ? " " + quotedSteps(run, steps) : "";
    this.title.textContent = viewer.comparing ? slotName(viewer, this.which) + word : t(kind);
    const every = run && state.layer === "all" && t("every layer; words: mean of all {n}", { n: run.layers });
    const unit = (viewer.comparing ? t(kind) + ", " : "") + unitWords(kind, state.normalization);
    this.unit.textContent = run ? `${unit} · ${every || run.layerWords(state.layer)}` : unit;
    this.smooth.hidden = !run || !state.smooth || Boolean(every) || !this.smoothed(run);
    this.root.setAttribute("aria-label", `${this.title.textContent} ${this.unit.textContent}`);
    if (this.range) this.range.draw();
    this.heard.textContent = panelInWords(source);
    if (this.shares) this.shares.draw(source, run ? run.layerWords(state.layer) : "");
    this.overlay.draw();
    this.words.draw();
    this.bars.draw(source, this.unit.textContent, (scale) => {
      if (scale.signed) return t("difference, centred at 0");
      const largest = scale.largest > scale.high && t("largest {v}", { v: formatNumber(scale.largest) });
      return [scaleWords(state), largest].filter(Boolean).join(" · ");
    });
  }

  hoverLayer() {
    this.overlay.hoverLayer();
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    this.overlay.hover();
    this.words.hover(key, slot);
  }
}

/** @param {HTMLElement} bar */
export const wordsHead = (bar) =>
  el("div", { class: "sv-words-head" }, el("span", { class: "sv-label", text: t("words before") }), bar);
