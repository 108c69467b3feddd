// The viewer: one state, up to two runs, and the views that are drawn from them. Asks the server for nothing to draw.

import { Images } from "./draw/images.js";
import { Tip } from "./draw/tip.js";
import { Drawing } from "./drawing.js";
import { lightKey, lightLayer } from "./hovering.js";
import { pressKey } from "./keys.js";
import { makeViews } from "./layout.js";
import { Pace } from "./numbers/pace.js";
import { growRun, placeRun } from "./state/arrivals.js";
import { holdToken } from "./state/change.js";
import { checkState } from "./state/check.js";
import { stepsOf, tokenOf } from "./state/choice.js";
import { DEFAULTS } from "./state/defaults.js";
import { RowLoader } from "./state/rows.js";
import { Surroundings } from "./surroundings.js";
import { setLanguage } from "./texts/t.js";

/** @typedef {import("./payload.js").Payload} Payload */
/** @typedef {import("./state/defaults.js").State} State */
/** @typedef {import("./state/run.js").Run} Run */

/** @typedef {import("./options.js").ViewerOptions} ViewerOptions */

export class Viewer {
  /** @param {HTMLElement} root @param {ViewerOptions} [options] */
  constructor(root, options = {}) {
    this.options = options;
    this.Plotly = options.plotly || /** @type {any} */ (window).Plotly;
    setLanguage(options.lang);
    this.root = root;
    /** @type {State} */
    this.state = { ...DEFAULTS };
    /** @type {[Run | null, Run | null]} in the first and second place */
    this.runs = [null, null];
    /** @type {Run | null} the run in the second place; a held token of the first run stands before it */
    this.beside = null;
    /** @type {import("./numbers/align.js").Aligned | null} */
    this.aligned = null;
    /** @type {number | null} where a range begins */
    this.anchor = null;
    /** @type {number | null} a step chosen in the second place itself */
    this.second = null;
    /** @type {number | null} the key under the pointer, and the slot it belongs to */
    this.lit = null;
    this.litSlot = 0;
    this.litLayer = /** @type {number | "target" | "all" | null} */ (null);
    this.asked = false; // a token was asked for before its run came
    this.gone = false;
    this.grew = -Infinity; // when steps came last
    this.images = new Images(() => this.schedule());
    root.classList.add("sv-root");
    this.tip = new Tip(root);
    this.rows = new RowLoader(this);
    this.pace = new Pace(); // of the model's answers
    /** @type {import("./views/panel.js").Panel[]} */
    this.panels = [];
    const views = makeViews(this);
    this.strips = views.strips;
    this.heat = views.heat;
    this.controls = views.controls;
    this.layers = views.layers;
    this.curve = views.curve;
    this.tabs = views.tabs;
    this.live = views.live;
    this.help = views.help;
    this.drawing = new Drawing(this, views);
    root.addEventListener("keydown", (this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event)));
    this.surroundings = new Surroundings(this);
    this.draw();
  }

  get run() {
    return this.runs[0];
  }
  get comparing() {
    return Boolean(this.runs[0] && this.runs[1]);
  }
  get holding() {
    return Boolean(this.runs[0]) && this.runs[0] === this.runs[1];
  }
  /** @returns {"light" | "dark"} */
  get theme() {
    return this.surroundings && this.surroundings.dark ? "dark" : "light";
  }
  get width() {
    return this.surroundings ? this.surroundings.width : 0;
  }
  get shownTab() {
    return /** @type {import("./layout.js").Tab} */ (this.tabs.find((tab) => tab.name === this.state.view)).view;
  }

  /** @param {Payload | null} payload @param {{slot?: 0 | 1, example?: boolean}} [options] */
  setRun(payload, options) {
    placeRun(this, payload, options);
  }
  /** @param {import("./payload.js").Delta} delta news of a growing run */
  appendSteps(delta) {
    growRun(this, delta);
  }

  /** @param {Partial<State>} partial */
  setState(partial) {
    if ("token" in partial) this.asked = !this.run;
    this.change(partial);
  }
  /** @returns {State} */
  getState() {
    return { ...this.state, token: this.run && this.run.steps.length ? this.tokenOf(0) : this.state.token };
  }

  clear() {
    this.beside = null;
    this.runs[1] = null;
    this.asked = false;
    placeRun(this, null);
  }

  destroy() {
    this.gone = true;
    this.drawing.free();
    this.surroundings.free();
    this.live.free();
    this.root.removeEventListener("keydown", this.onKey);
    this.heat.free();
    for (const { view } of this.tabs) if (view.free) view.free();
    this.root.replaceChildren();
    this.root.classList.remove("sv-root", "sv-dark");
  }

  /** Resolves when everything asked for so far is on the screen. */
  drawn() {
    return this.drawing.done();
  }
  draw() {
    this.drawing.draw();
  }
  schedule() {
    this.drawing.schedule();
  }

  /** @param {number} slot */
  tokenOf(slot) {
    return tokenOf(this, slot);
  }
  /** @param {number} slot */
  stepsOf(slot) {
    return stepsOf(this, slot);
  }
  /** @param {number} [step] */
  hold(step) {
    holdToken(this, step);
  }
  /** @param {KeyboardEvent} event */
  key(event) {
    pressKey(this, event);
  }

  /** @param {Partial<State>} partial */
  change(partial) {
    Object.assign(this.state, partial);
    checkState(this);
    this.schedule();
  }
  /** The same by a person's hand: the page is told. @param {Partial<State>} partial */
  set(partial) {
    this.change(partial);
    if (this.options.onState) this.options.onState(this.getState(), partial);
  }

  /** @param {string} action */
  can(action) {
    const { onAction, actions } = this.options;
    return Boolean(onAction) && (!actions || actions.includes(action));
  }
  /**
   * What only the server can do. It may answer with a promise; news({done, total}) tells how far it is.
   * @param {string} name
   * @param {object} detail
   * @param {(news: any) => void} [news]
   */
  act(name, detail, news) {
    const { onAction } = this.options;
    return onAction ? onAction(name, { run: this.run && this.run.id, ...detail }, news) : null;
  }

  /** @param {Run} run @param {number} index */
  image(run, index) {
    return this.images.get(run.pictures[index].src);
  }

  /** A key under the pointer. @param {number | null} key @param {number} [slot] */
  hover(key, slot = 0) {
    lightKey(this, key, slot);
  }
  /** @param {number | "target" | "all" | null} layer under the pointer */
  hoverLayer(layer) {
    lightLayer(this, layer);
  }
}
