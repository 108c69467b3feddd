// What only the model can compute, asked of the server for one step: button, wait, refusal; what came is kept.

import { el } from "../../shared/dom.js";
import { madeBy } from "../../shared/model_key.js";
import { tokenOf } from "../state/choice.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {{done?: number, total?: number}} News */

/**
 * @typedef {object} OnDemandOptions
 * @property {string} kind of the question
 * @property {string} label of the button
 * @property {string} about a sentence
 * @property {() => Record<string, unknown>} [detail] what the answer depends on besides run and step
 * @property {(answer: any) => any} read what is kept of an answer
 * @property {number} [most] how many are kept
 * @property {() => string | null} [refuse] why it cannot be asked as it stands, as a sentence
 * @property {boolean} [lasting] long: shows progress and can be stopped
 * @property {number} [readings] of the whole sequence that an answer takes about as long as; what is quick is computed unasked
 */

const PAUSE = 250; // ms a token must stay chosen before it is computed unasked

export class OnDemand {
  /** @param {Viewer} viewer @param {OnDemandOptions} options */
  constructor(viewer, options) {
    this.viewer = viewer;
    this.options = { detail: () => ({}), most: 12, readings: 0, ...options };
    /** @type {Map<string, any>} answers, by `name()` */
    this.known = new Map();
    /** @type {Map<string, News>} questions on their way */
    this.busy = new Map();
    /** @type {Map<string, string>} questions that were refused: the sentence */
    this.failed = new Map();
    const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
      el("button", { type: "button", class: "sv-button", text, on: { click } });
    this.button = button(options.label, () => this.request());
    this.halt = button(t("stop"), () => this.stop());
    this.halt.hidden = true;
    this.bar = el("progress", { class: "sv-progress", "aria-label": t("readings done"), hidden: true });
    const change = () => viewer.set({ follow: this.follow.checked });
    this.follow = el("input", { type: "checkbox", on: { change } });
    this.following = options.lasting ? null : followSwitch(this.follow);
    this.status = el("span", { class: "sv-hint", role: "status" });
    const parts = [this.button, this.halt, this.bar, this.status, this.following];
    this.root = el("div", { class: "sv-section-head" }, ...parts);
    /** @type {HTMLElement | null} where the switch stands once there is something to show */
    this.home = null;
    this.waiting = 0;
  }

  /** Why it cannot be computed here, as a sentence; null when it can. */
  reason() {
    const { viewer, options } = this;
    const { run } = viewer;
    if (!viewer.can(options.kind)) {
      return t("This needs the model, and there is none in this page: open the trace in the app, with the model that made it."); // prettier-ignore
    }
    if (!run || !run.steps.length) return t("This is computed for a token: there is none yet.");
    const { model } = run.payload;
    const chosen = viewer.options.model ? viewer.options.model() : null;
    if (chosen && !madeBy(model, chosen)) {
      const other = chosen.replace(/^.*\/(?=[^/])/, "").replace(/:+/g, " ");
      const names = { a: withWeights(model), b: other };
      return t("This run was made by “{a}”, and the model chosen is “{b}”: choose the first in the header.", names);
    }
    if (run.steps[tokenOf(viewer, 0)].pending) return t("This is computed once the token is observed.");
    return options.refuse ? options.refuse() : null;
  }

  /** The question about the chosen step; "" where there is none. */
  name() {
    const { run } = this.viewer;
    if (!run || !run.steps.length) return "";
    return JSON.stringify([run.id, tokenOf(this.viewer, 0), this.options.detail()]);
  }

  /** What is known of the chosen step, or null. */
  get held() {
    return this.known.get(this.name()) || null;
  }

  request() {
    const { viewer, options } = this;
    const name = this.name();
    if (this.reason() || this.held || this.busy.has(name)) return;
    const detail = { step: tokenOf(viewer, 0), ...options.detail() };
    this.failed.delete(name);
    this.busy.set(name, {});
    const news = (/** @type {News} */ came) => {
      this.busy.set(name, came);
      this.draw();
    };
    const from = performance.now();
    const { model } = /** @type {import("../state/run.js").Run} */ (viewer.run).payload;
    const over = () => {
      this.busy.delete(name);
      viewer.schedule();
    };
    Promise.resolve(viewer.act(options.kind, detail, news)).then(
      (found) => {
        if (found && found.stopped) this.failed.set(name, t("Stopped: nothing was kept."));
        else if (found) this.keep(name, options.read(found));
        if (options.readings) viewer.pace.heard(model.name, options.readings, (performance.now() - from) / 1000);
        over();
      },
      (error) => {
        this.failed.set(name, error.message || t("The server could not compute it."));
        over();
      },
    );
    this.draw();
  }

  /** Whether it is computed unasked. */
  get quick() {
    const { run, pace } = this.viewer;
    const { readings } = this.options;
    return run !== null && readings > 0 && pace.quick(run.payload, run.steps.length, readings);
  }

  stop() {
    this.halt.disabled = true;
    this.viewer.act("halt", { kind: this.options.kind });
  }

  /** @param {string} name @param {any} found */
  keep(name, found) {
    this.known.set(name, found);
    const [oldest] = this.known.keys();
    if (this.known.size > this.options.most) this.known.delete(oldest);
  }

  /** Draws the line of buttons and words; returns what is known of the chosen step, or null. */
  draw() {
    const { viewer, options, held } = this;
    const [name, reason] = [this.name(), this.reason()];
    const [busy, failed] = [this.busy.get(name), this.failed.get(name)];
    this.root.hidden = Boolean(held);
    this.button.disabled = Boolean(reason || busy);
    this.button.hidden = Boolean(busy);
    this.follow.checked = viewer.state.follow;
    this.halt.hidden = !(busy && options.lasting);
    if (!busy) this.halt.disabled = false;
    this.bar.hidden = !(busy && busy.total);
    if (busy && busy.total) Object.assign(this.bar, { max: busy.total, value: busy.done });
    this.status.textContent = held ? "" : busy ? progressWords(busy) : reason || failed || options.about;
    if (this.following) {
      if (this.home) (held ? this.home : this.root).append(this.following);
      const { quick } = this;
      this.following.hidden = Boolean(reason) || quick;
      if ((viewer.state.follow || quick) && !held && !reason && !failed && !this.busy.size) this.soon(name);
    }
    return held;
  }

  /** @param {string} name */
  soon(name) {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      if (!this.viewer.gone && name && this.name() === name && this.root.offsetParent) this.request();
    }, PAUSE);
  }
}

/** @param {HTMLInputElement} box */
function followSwitch(box) {
  const title = t("compute it whenever another token is chosen");
  return el("label", { class: "sv-choice", title }, box, el("span", { text: t("at every token") }));
}

/** @param {News} news */
const progressWords = ({ done, total }) => (total ? t("{n} of {m} readings", { n: done, m: total }) : t("computing…"));

/** @param {{name: string, dtype: string}} model */
const withWeights = ({ name, dtype }) => (/[48]bit/.test(dtype) ? `${name} ${dtype}` : name);
