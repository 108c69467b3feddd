// When what is drawn: light views in the next frame, then plotly where it can be seen, then the rest.

import { setChildren } from "../shared/dom.js";
import { fadeEdge } from "./draw/edge.js";
import { offerPictures } from "./draw/save_buttons.js";
import { tokenOf } from "./state/choice.js";
import { runName } from "./state/compare.js";
import { onScreen } from "./state/rows.js";
import { canShow } from "./state/tabs.js";
import { t } from "./texts/t.js";
import { shareBars } from "./views/bars.js";
import { Panel } from "./views/panel.js";

/** @typedef {import("./viewer.js").Viewer} Viewer */
/** @typedef {import("./layout.js").Views} Views */
/** @typedef {import("./layout.js").Tab} Tab */

const STREAM = 150; // ms
const AWAY = 16; // ms: views out of sight wait this long for another key
const STILL = 100; // ms until what scrolls sideways is looked at

export class Drawing {
  /** @param {Viewer} viewer @param {Views} views */
  constructor(viewer, views) {
    this.viewer = viewer;
    this.views = views;
    this.frame = 0; // an animation frame that will draw
    this.later = 0; // a timer of the rest
    this.fading = 0;
    this.faded = "";
    this.shape = "";
    /** @type {Tab | null} */
    this.shown = null;
    this.rested = -Infinity; // when everything was drawn last
    this.cost = 0; // ms that took
    /** @type {(() => void)[]} who waits until all is drawn */
    this.waiting = [];
  }

  schedule() {
    if (this.frame || this.viewer.gone) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  /** Resolves when everything asked for so far is on the screen. @returns {Promise<void>} */
  done() {
    this.viewer.heat.plots.look();
    if (!this.frame && !this.later) return Promise.resolve();
    return new Promise((drawn) => this.waiting.push(drawn));
  }

  draw() {
    const { viewer, views } = this;
    if (viewer.gone) return;
    this.arrange();
    views.head.draw();
    views.live.tellSoon();
    // While tokens pour in, the strip leads; the rest follows when it can, and wholly once they pause.
    const now = performance.now();
    const growing = now - viewer.grew < STREAM;
    const rest = !growing || now - this.rested > Math.max(STREAM, 4 * this.cost); // at most a fifth of a slow machine's time
    for (const strip of views.strips) strip.draw();
    if (rest) {
      this.drawLight();
      this.rested = performance.now();
      this.cost = this.rested - now;
    }
    this.drawTabs();
    this.after(growing ? STREAM : 0, () => {
      if (!rest) this.drawLight();
      this.drawHeavy();
    });
  }

  drawLight() {
    const { conversation, curve, facts, readings, controls, frames, layers, flip } = this.views;
    const light = [conversation, curve, facts, readings, controls, frames, ...this.viewer.panels, layers, flip];
    for (const view of light) view.draw();
    shareBars(this.views.pair, this.viewer.comparing ? this.viewer.panels.map((panel) => panel.bars) : []);
  }

  /** What takes long: at once where it can be seen, else a moment later. */
  drawHeavy() {
    const { viewer } = this;
    const heavy = [viewer.heat, viewer.shownTab];
    const seen = heavy.filter((view) => onScreen(view.root));
    const away = heavy.filter((view) => !seen.includes(view));
    for (const view of seen) view.draw();
    for (const strip of viewer.strips) strip.keepInView(this.views.fold.form);
    viewer.root.dataset.seen = this.name();
    this.after(away.length ? AWAY : 0, () => {
      for (const view of away) view.draw();
      offerPictures(viewer);
      this.fadeEdges();
      viewer.rows.follow();
      viewer.root.dataset.drawn = this.name();
      if (!this.frame) for (const drawn of this.waiting.splice(0)) drawn();
    });
  }

  drawTabs() {
    const { viewer, views } = this;
    const { ofFirst, tabs } = views;
    ofFirst.hidden = !viewer.comparing;
    if (viewer.holding) ofFirst.textContent = t("Of the selected token, not the held one.");
    else if (viewer.comparing) {
      const name = runName(viewer, 0).replace(/^[^:]*: /, "");
      ofFirst.textContent = t("Of the run in the first place: {name}", { name });
    }
    for (const tab of tabs) this.drawTab(tab, tab.name === viewer.state.view);
  }

  /** @param {Tab} tab @param {boolean} on */
  drawTab(tab, on) {
    const { button, view } = tab;
    button.setAttribute("aria-selected", String(on));
    button.tabIndex = on ? 0 : -1;
    view.root.hidden = !on;
    if (view.only !== undefined) Object.assign(button, { hidden: !on && !view.only, textContent: view.name });
    if (!canShow(this.viewer, view)) button.hidden = !on; // a page without a model offers nothing that needs one
    const missing = view.asked ? view.asked.reason() : null; // grey, yet open: the tab says why
    button.toggleAttribute("data-missing", Boolean(missing));
    button.title = missing || "";
    if (!on || this.shown === tab) return;
    this.shown = tab;
    this.bringIn(button);
  }

  /** On a narrow screen the list of tabs scrolls: the chosen one is brought into it, and the page stays where it is. @param {HTMLElement} button */
  bringIn(button) {
    const { tabList } = this.views;
    const [list, own] = [tabList.getBoundingClientRect(), button.getBoundingClientRect()];
    if (own.left < list.left || own.right > list.right) tabList.scrollLeft += own.left - list.left - 24;
  }

  /** One pending step at a time: a newer draw takes the place of an older one's rest. @param {number} wait ms @param {() => void} call */
  after(wait, call) {
    clearTimeout(this.later);
    this.later = window.setTimeout(() => {
      this.later = 0;
      if (!this.viewer.gone) call();
    }, wait);
  }

  /** What scrolls sideways is looked at once its place became another and all is still: it costs a layout. */
  fadeEdges() {
    const { run, width, state } = this.viewer;
    const { tabList, tabBody } = this.views;
    const sign = [width, state.view, run && run.id].join();
    if (sign === this.faded) return;
    this.faded = sign;
    clearTimeout(this.fading);
    this.fading = window.setTimeout(() => {
      const wide = /** @type {NodeListOf<HTMLElement>} */ (tabBody.querySelectorAll(".sv-scroll"));
      for (const one of [tabList, ...wide]) fadeEdge(one);
    }, STILL);
  }

  /** Which run, token and layers are drawn. */
  name() {
    const { run, state } = this.viewer;
    return `${run ? run.id : ""}/${run ? tokenOf(this.viewer, 0) : ""}/${state.layer}`;
  }

  /** The panels of the pair, made anew only when comparing begins, ends, or changes kind. */
  arrange() {
    const { viewer } = this;
    const { pair, kinds } = this.views;
    const { comparing } = viewer;
    const { compare_kind: kind } = viewer.state;
    const shape = comparing ? `compare ${kind}` : "pair";
    if (this.shape === shape) return;
    this.shape = shape;
    viewer.panels = comparing
      ? [new Panel(viewer, kind, 0), new Panel(viewer, kind, 1), new Panel(viewer, kind, "difference")]
      : [new Panel(viewer, "attention", 0), new Panel(viewer, "saliency", 0)];
    kinds.hidden = !comparing;
    for (const button of kinds.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    }
    pair.classList.toggle("sv-three", comparing);
    setChildren(pair, ...viewer.panels.map((panel) => panel.root), this.views.layers.root);
    this.views.fold.soon();
  }

  free() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.later);
    clearTimeout(this.fading);
    this.views.fold.free();
  }
}
