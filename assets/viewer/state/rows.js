// Rows a large run came without: those of the chosen token first, the rest in the background, nearest ones first.

import { el } from "../../shared/dom.js";
import { nearestMissing } from "../numbers/rows.js";
import { t } from "../texts/t.js";
import { stepsOf, tokenOf } from "./choice.js";
import { runsCompared } from "./compare.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */

const BYTES = 700e3; // of one answer, before base64
const REST = 20; // ms between two answers
const REDRAW = 350; // ms between two drawings of what they fill
const PATIENCE = 3; // answers that may fail before the rest is left to clicks

export class RowLoader {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Set<string>} single rows that were asked for: run and step */
    this.asked = new Set();
    /** @type {Set<Run>} whose rest is on its way */
    this.running = new Set();
    /** @type {Set<Run>} whose rest is left to clicks */
    this.left = new Set();
    this.drew = -REDRAW;
    this.root = el("span", { class: "sv-rows sv-hint", hidden: true });
  }

  /** One step's rows, because they are to be drawn now. @param {Run} run @param {number} step */
  request(run, step) {
    const { viewer } = this;
    const name = `${run.id}/${step}`;
    if (!run.ranges || run.steps[step].pending || !viewer.options.fetchRows || this.asked.has(name)) return;
    const answer = viewer.options.fetchRows(run.id, step);
    if (!answer) return;
    this.asked.add(name);
    answer.then(
      (rows) => {
        this.asked.delete(name);
        if (!rows || !this.shows(run)) return;
        run.addRows(step, rows);
        viewer.schedule();
      },
      () => this.asked.delete(name),
    );
  }

  /** @param {Run} run */
  shows(run) {
    return !this.viewer.gone && this.viewer.runs.includes(run);
  }

  /** What a run lacks is fetched while it is shown, once the chosen token's own rows are there. */
  follow() {
    const { viewer } = this;
    for (const run of runsCompared(viewer)) {
      const whole = run.ranges && run.payload.ended !== "running";
      const ready = whole && stepsOf(viewer, 0).every((step) => viewer.run && viewer.run.has(step));
      const free = !this.running.has(run) && !this.left.has(run);
      if (ready && !run.complete && viewer.options.fetchRows && free) this.fetch(run);
    }
    this.tell();
  }

  tell() {
    const { run } = this.viewer;
    const lacking = run && run.ranges ? run.rows.filter((row) => !row).length : 0;
    this.root.hidden = !run || !lacking || !this.running.has(run);
    if (run && lacking) {
      this.root.textContent = t("loading rows {n} / {m}", { n: run.rows.length - lacking, m: run.rows.length });
    }
  }

  /** @param {Run} run */
  async fetch(run) {
    const { viewer } = this;
    const most = Math.max(1, Math.floor(BYTES / (4 * run.layers * run.keys)));
    this.running.add(run);
    let failed = 0;
    while (this.shows(run) && failed < PATIENCE) {
      const missing = nearestMissing(run.rows, tokenOf(viewer, viewer.runs.indexOf(run)), most);
      if (!missing || !viewer.options.fetchRows) break;
      try {
        const rows = await viewer.options.fetchRows(run.id, ...missing);
        if (!this.shows(run)) break;
        run.addRows(missing[0], rows);
        this.came(run);
      } catch {
        failed++;
      }
      if (!run.complete) await new Promise((next) => setTimeout(next, REST));
    }
    this.running.delete(run);
    if (failed === PATIENCE) this.left.add(run);
    if (this.shows(run)) viewer.schedule();
  }

  /** Only what shows the whole caption is drawn again, now and then; the chosen token's views stay. @param {Run} run */
  came(run) {
    const { viewer } = this;
    const now = performance.now();
    this.tell();
    if (now - this.drew < REDRAW) return;
    this.drew = now;
    if (viewer.state.pins.length) return viewer.schedule();
    const view = viewer.shownTab;
    if (view.whole && run === viewer.run && onScreen(view.root)) view.draw();
  }
}

/** @param {Element} node */
export function onScreen(node) {
  const box = node.getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}
