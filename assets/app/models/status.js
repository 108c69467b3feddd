// Which model captions, and where it stands: downloading, reading, ready, unloaded, failed.

import { el } from "../../shared/dom.js";
import { modelLabel } from "../../shared/model_key.js";
import { icon } from "../page/icons.js";
import { offers } from "../page/recover_link.js";
import { choiceListeners, listeners, modelListeners, page } from "../page/state.js";
import { t } from "../page/texts.js";
import { newsListeners, say } from "../parts/notice.js";
import { stopWhenPossible } from "../parts/stopping.js";
import { Chooser } from "./chooser.js";

/** @typedef {import("../page/state.js").Part} Part */

/**
 * @typedef {object} Status
 * @property {string} state
 * @property {string} [name]
 * @property {string} [stage] of loading
 * @property {number} [done] bytes
 * @property {number} [total]
 * @property {number} [seconds] it loads
 * @property {boolean} [back] the demo model may be taken in its place
 * @property {string} [reason]
 * @property {string} [revision]
 * @property {string} [note]
 */

const SOON = 700; // ms until the next look at a model that loads
const LATER = 20000; // and, in the end, at one that rests
const SLOW = 20; // s after which a load is said to take long
const BACK = { do: "back_to_demo", key: "back_to_demo" };

/** @param {number} count */
const bytes = (count) => (count >= 1e8 ? (count / 1e9).toFixed(1) + " GB" : (count / 1e6).toFixed(1) + " MB");

/** The words of a chip for a state. @param {Status} status */
function words(status) {
  const { state, stage, done = 0, total = 0 } = status;
  if (state !== "loading" || !stage) return t("status_" + state, { ...status });
  const share = total ? Math.floor((100 * done) / total) : 0;
  const key = stage === "download" && !total ? "looking" : stage;
  return t("status_" + key, { done: bytes(done), total: bytes(total), share });
}

/** How long a load takes so far, as it stands behind its words; "" before the first second. @param {Status} status */
const soFar = ({ state, seconds }) => (state === "loading" && seconds ? t("status_seconds", { seconds }) : "");

/** @param {string} id @param {string} text @param {() => void} click */
const statusButton = (id, text, click) =>
  el("button", { type: "button", class: "app-button app-status-do", id, text, hidden: true, on: { click } });

/** The button that names the model and opens the chooser, and the chip that says where the model stands. */
export class ModelStatus {
  /** @param {Part} part */
  constructor(part) {
    this.part = part;
    const { props, trigger, server } = part;
    this.name = el("span", { class: "app-pop-value app-model-name" });
    const opens = {
      type: "button",
      class: "app-button",
      id: "app-model",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
    };
    const label = el("span", { class: "app-pop-label", text: t("model") });
    const button = el("button", opens, label, this.name, icon("down"));
    this.words = el("span", { class: "app-status-what" });
    this.seconds = el("span", { class: "app-status-seconds" }); // never cut
    this.text = el("span", { class: "app-status-text" }, this.words, this.seconds);
    this.bar = el("span", { class: "app-status-bar", "aria-hidden": "true" });
    this.chip = el("span", { class: "app-status", role: "status" }, this.text, this.bar);
    this.halt = statusButton("app-model-halt", t("models_halt"), () => trigger("halt_model", { name: props.model }));
    this.again = statusButton("app-model-again", t("models_again"), () => trigger("model", { name: props.model }));
    const choose = (/** @type {string} */ key) => trigger("model", { name: key });
    const chooser = new Chooser(
      button,
      (weights) => server.fetch_offers(weights),
      (key) => server.fetch_offer(key),
      choose,
      () => props.model,
    );
    const box = el("div", { class: "app-pop-box" }, button, chooser.root);
    this.root = el("div", { class: "app-group-left" }, box, this.chip, this.halt, this.again);
    this.polls = 0;
    this.retry = 0;
    this.rested = 0; // looks at a model that rests, since the choice of it or its load
    this.missed = 0; // looks without an answer, in a row
    this.said = ""; // key of what the notice says now
    /** @type {Partial<Status>} */
    this.before = {};
  }

  start() {
    const { watch, trigger } = this.part;
    watch(["model"], () => this.changed());
    listeners.add(() => trigger("plan", {})); // another run is shown: its picture may be another, and memory is
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.poll();
    });
    newsListeners.add((news) => {
      this.said = (news && news.key) || "";
      const ended = news && news.kind === "error" && news.offers && this.before.state === "loading";
      // A run has begun, perhaps to load it or where no server answers, or was told that it failed.
      if (["queued", "waiting_model"].includes(this.said) || ended) this.poll();
    });
    offers.back_to_demo = () => this.back();
    this.changed();
  }

  changed() {
    const { model } = this.part.props;
    this.rested = 0;
    page.model = model;
    this.name.textContent = modelLabel(model);
    this.chip.dataset.state = "asked";
    this.words.textContent = this.seconds.textContent = "";
    if (page.viewer) page.viewer.schedule();
    for (const listener of choiceListeners) listener();
    this.poll();
  }

  async poll() {
    const ticket = ++this.polls;
    clearTimeout(this.retry);
    const { server, props } = this.part;
    const answer = await server.fetch_status(props.model);
    /** @type {Status | null} */
    const status = answer.error ? null : answer; // offline
    if (ticket !== this.polls) return;
    this.heard(Boolean(status));
    if (status) this.draw(status);
    if (document.hidden) return; // it is looked at again when somebody looks
    // One that rests may have been asked for just now, so the next looks follow at growing intervals.
    this.rested = status && status.state === "loading" ? 0 : this.rested + 1;
    const pause = Math.min(LATER, SOON * 2 ** Math.max(0, (this.missed || this.rested) - 1));
    this.retry = window.setTimeout(() => ticket === this.polls && this.poll(), pause);
  }

  /** Says when the server does not answer twice in a row, and takes it back when it does. @param {boolean} answered */
  heard(answered) {
    this.missed = answered ? 0 : this.missed + 1;
    if (this.missed === 2) say({ kind: "error", key: "server_gone" });
    if (answered && this.said === "server_gone") say(null);
  }

  /** The demo model in the place of one that does not come; a run that waits for that is not wanted any more. */
  back() {
    const { trigger, props } = this.part;
    if (this.before.state === "loading") trigger("halt_model", { name: props.model });
    if (this.said.startsWith("queued")) stopWhenPossible("#app-stop");
    trigger("model", { name: "demo" });
  }

  /** While it loads: a run that waits for it is told how long already; anybody, that it takes long. @param {Status} status */
  sayLoading({ seconds = 0, back }) {
    const waits = this.said.startsWith("waiting_model");
    const slow = seconds >= SLOW && (!this.said || this.said === "slow_load");
    if (!waits && !slow) return;
    const values = { seconds, model: modelLabel(this.part.props.model) };
    say({ kind: "busy", key: waits ? "waiting_model_seconds" : "slow_load", values, offers: back ? [BACK] : [] });
  }

  /** @param {Status} status */
  draw(status) {
    const { chip, bar, before } = this;
    const { state, reason, revision, note, done = 0, total = 0 } = status;
    const changed = state !== before.state || status.name !== before.name;
    const loading = state === "loading";
    chip.dataset.state = state;
    chip.setAttribute("aria-live", loading ? "off" : "polite");
    [this.words.textContent, this.seconds.textContent] = [words(status), soFar(status)];
    chip.title = reason || (loading ? this.text.textContent : revision ? revision.slice(0, 10) : "");
    bar.style.setProperty("--share", String(loading && total ? done / total : 0));
    this.halt.hidden = !loading;
    this.again.hidden = !(state === "failed" || (state === "none" && reason));
    this.before = status;
    if (loading) this.sayLoading(status);
    else if (this.said === "slow_load") say(null);
    if (changed && state === "failed") say({ kind: "error", text: reason, offers: status.back ? [BACK] : [] });
    if (changed && note) say({ kind: "warning", text: note });
    if (!changed || state !== "ready") return;
    this.part.trigger("plan", {});
    for (const listener of modelListeners) listener();
  }
}
