// Which picture or frame mattered: a cell for each, with its share of the selected token's attention and saliency.
// Bars of all cells end at the largest share of the whole run. A click shows that one in the panels.

import { el, setChildren } from "../../shared/dom.js";
import { stepsOf } from "../state/choice.js";
import { slotName } from "../state/compare.js";
import { groupWords } from "../state/picture_names.js";
import { groupOf, pictureShares } from "../state/pictures.js";
import { shareScale } from "../state/scales.js";
import { finePercent, formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";
import { drawCell, frameCell } from "./frame_cell.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("./frame_cell.js").Row} Row */

export class Frames {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.title = el("h3");
    this.note = el("span", { class: "sv-unit" });
    const follow = () => viewer.set({ frame: viewer.state.frame === null ? groupOf(viewer, 0) : null });
    this.follow = el("button", { type: "button", class: "sv-button sv-follow", on: { click: follow } });
    const on = {
      click: (/** @type {Event} */ event) => this.choose(this.groupAt(event)),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      pointerover: (/** @type {Event} */ event) => this.over(event),
      pointerleave: () => viewer.tip.hide(),
    };
    this.list = el("div", { class: "sv-frame-list", role: "listbox", "aria-orientation": "horizontal", on });
    const head = el("div", { class: "sv-panel-head" }, this.title, this.note, this.follow);
    const data = { "data-picture": "which-frame", "data-about": "own", hidden: true };
    this.root = el("section", { class: "sv-frames", ...data }, head, this.list);
    /** @type {Run | null} */
    this.run = null;
    this.count = 0; // bars in each cell
    /** @type {import("./frame_cell.js").Cell[]} */
    this.cells = [];
    /** @type {Row[]} */
    this.shown = [];
  }

  /** @param {Event} event @returns {number | null} */
  groupAt({ target }) {
    const node = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".sv-frame")) : null;
    return node ? Number(node.dataset.group) : null;
  }

  /** @param {number | null} group */
  choose(group) {
    if (group !== null) this.viewer.set({ frame: group });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = groupOf(this.viewer, 0);
    const last = this.cells.length - 1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const group = Math.max(0, Math.min(last, to));
    this.choose(group);
    this.cells[group].root.focus();
  }

  /** Attention and saliency of the run, or one kind of the two runs compared. @param {Run} run @returns {Row[]} */
  rows(run) {
    const { viewer } = this;
    const { state } = viewer;
    const other = viewer.runs[1];
    const row = (
      /** @type {Row["kind"]} */ kind,
      /** @type {0 | 1} */ slot,
      /** @type {string} */ name,
      /** @type {string} */ letter,
    ) => {
      const of = /** @type {Run} */ (viewer.runs[slot]);
      const steps = stepsOf(viewer, slot);
      const shares = pictureShares(of, kind, steps, state.layer, state.normalization, state.reduce);
      return { name, letter, kind, slot, shares };
    };
    if (!viewer.comparing || !other || other.groups.length !== run.groups.length) {
      return [row("attention", 0, t("attention"), t("A")), row("saliency", 0, t("saliency"), t("S"))];
    }
    const { compare_kind: kind } = state;
    return [row(kind, 0, slotName(viewer, 0), "1"), row(kind, 1, slotName(viewer, 1), "2")];
  }

  /** @param {Event} event */
  over(event) {
    const group = this.groupAt(event);
    const { run, tip } = this.viewer;
    if (group === null || !run) return;
    const shares = this.shown.map(({ name, shares: each }) => {
      return /** @type {[string, string]} */ ([name, finePercent(each && each[group])]);
    });
    const shared = run.groups[group].length > 1 ? [t("these frames share their tokens")] : [];
    tip.at(this.cells[group].root, [groupWords(run, group), ...shares, ...shared]);
  }

  /** @param {Run} run @param {number} count bars in each cell */
  build(run, count) {
    if (run === this.run && count === this.count) return;
    this.run = run;
    this.count = count;
    this.cells = run.groups.map((_, group) => frameCell(run, group, count));
    setChildren(this.list, ...this.cells.map((cell) => cell.root));
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    this.root.hidden = !run || !run.several || !run.steps.length;
    if (!run || this.root.hidden) return;
    this.shown = this.rows(run);
    this.build(run, this.shown.length);
    const scale = shareScale(viewer);
    const chosen = groupOf(viewer, 0);
    run.lastGroup = chosen;
    this.title.textContent = run.isVideo ? t("which frame mattered") : t("which picture mattered");
    const about = { l: run.layerWords(state.layer), v: formatPercent(scale.largest) };
    this.note.textContent = t("share of the row, {l}; bars end at {v}, the run's largest", about);
    this.follow.textContent = t("follow the most salient");
    this.follow.setAttribute("aria-pressed", String(state.frame === null));
    this.list.setAttribute("aria-label", this.title.textContent);
    this.cells.forEach((cell, group) => drawCell(cell, run, group, this.shown, scale, group === chosen));
    bringIn(this.list, this.cells[chosen].root);
  }
}

/** Sideways only: the page must not move. @param {HTMLElement} list @param {HTMLElement} cell */
function bringIn(list, cell) {
  const left = cell.offsetLeft < list.scrollLeft;
  const right = cell.offsetLeft + cell.offsetWidth > list.scrollLeft + list.clientWidth;
  if (left || right) list.scrollLeft = cell.offsetLeft - (list.clientWidth - cell.offsetWidth) / 2;
}
