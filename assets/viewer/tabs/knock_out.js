// Knock-out of a step: what its word becomes when the row that predicts it may not see chosen places, or when chosen
// layers or heads are silent; and layer by layer.

import { el, setChildren } from "../../shared/dom.js";
import { csvButton } from "../draw/csv_button.js";
import { tokenOf } from "../state/choice.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { OnDemand } from "../views/on_demand.js";
import { choice } from "./choice.js";
import { knockLayers } from "./knock_layers.js";
import { knockWords } from "./knock_words.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/defaults.js").Hidden} Hidden */
/** @typedef {import("./told_cell.js").Told} Told */

/**
 * As decoding/knock_out.py measured it: log p of the written token in nats, by_layer with the keys hidden in one layer.
 * @typedef {object} Held
 * @property {number} before
 * @property {number} after
 * @property {number[]} by_layer
 * @property {Told[]} top_before
 * @property {Told[]} top_after
 * @property {string} follows
 */

export class KnockOut {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.asked = new OnDemand(viewer, {
      kind: "knock_out",
      readings: 6,
      label: t("knock out"),
      most: 64,
      detail: () => this.detail(),
      refuse: () => this.refusal(),
      about: t("What this word becomes without what you hide: its log p before and after, the words that would follow, and every layer by itself."), // prettier-ignore
      read: (answer) => answer,
    });
    const hide = (/** @type {string} */ value) => viewer.set({ knock_hide: /** @type {Hidden} */ (value) });
    this.hide = choice(t("hide"), [], hide);
    const layers = /** @type {[string, string][]} */ ([["all", t("every layer")], ["chosen", t("the chosen layers")]]); // prettier-ignore
    const within = (/** @type {string} */ value) => viewer.set({ knock_layers: /** @type {any} */ (value) });
    this.layers = choice(t("in"), layers, within);
    const head = (/** @type {string} */ value) => viewer.set({ knock_head: value ? Number(value) : null });
    this.head = choice(t("heads"), [], head);
    this.about = el("p", { class: "sv-knock-said", role: "status" });
    const save = csvButton(
      () => `knock-out-${tokenOf(viewer, 0)}`,
      () => this.table(),
    );
    this.words = el("div", { class: "sv-knock-words" });
    this.strip = el("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t("layer by layer") });
    const note = t("Only what this word's own row takes is cut: what earlier rows had read from there before stays in them. What the hidden places had goes to the others in proportion; silent heads give nothing."); // prettier-ignore
    this.body = el(
      "div",
      { "data-picture": "knock-out", "data-about": "own" },
      this.about,
      this.strip,
      this.words,
      el("p", { class: "sv-hint", text: note }),
    );
    const choices = el("div", { class: "sv-section-head" }, this.hide.root, this.layers.root, this.head.root, save);
    this.save = save;
    this.root = el("div", {}, choices, this.asked.root, this.body);
  }

  /** The keys that are hidden; null: all, so that heads are silent. @returns {number[] | null} */
  keys() {
    const { run, state } = this.viewer;
    if (!run || !run.steps.length || state.knock_hide === "all") return null;
    const reach = run.reach(tokenOf(this.viewer, 0));
    const before = Array.from({ length: reach - run.first }, (_, i) => run.first + i);
    const kinds = (/** @type {string} */ kind) => run.wordKeys.filter((key) => run.kinds[key] === kind);
    const found = { pins: state.pins, picture: run.imageKeys, words: before, prompt: kinds("prompt") };
    return found[state.knock_hide].filter((key) => key < reach);
  }

  /** @returns {number[] | null} null: every layer */
  layerList() {
    const { run, state } = this.viewer;
    return run && state.knock_layers === "chosen" ? run.layerList(state.layer) : null;
  }

  detail() {
    const { knock_head } = this.viewer.state;
    return { keys: this.keys(), layers: this.layerList(), heads: knock_head === null ? null : [knock_head] };
  }

  refusal() {
    const keys = this.keys();
    if (keys === null || keys.length) return null;
    if (this.viewer.state.knock_hide !== "pins") return t("There is nothing of this before the word: hide something else."); // prettier-ignore
    return t("Nothing is pinned: click a patch or a word before, or drag over the picture, and pin it; or hide something else."); // prettier-ignore
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    if (run) this.drawChoices(run);
    /** @type {Held | null} */
    const held = this.asked.draw();
    this.body.hidden = this.save.hidden = !held;
    if (!held || !run) return;
    const step = tokenOf(viewer, 0);
    const word = run.quoted(run.first + step);
    const p = (/** @type {number} */ log) => formatNumber(Math.exp(log), 3);
    const change = held.after - held.before;
    const numbers = { w: word, a: p(held.before), b: p(held.after), x: formatNumber(held.before, 4), y: formatNumber(held.after, 4) }; // prettier-ignore
    const said = t("p of {w}: {a} → {b}; log p {x} → {y}", numbers);
    setChildren(
      this.about,
      el("b", { text: said }),
      el("span", { class: "sv-unit", text: ` · ${signed(change)} nats · ${this.hiddenWords(run)}` }),
    );
    Object.assign(this.about.dataset, { before: held.before, after: held.after });
    setChildren(this.strip, knockLayers(viewer, held, state.knock_layers === "all" ? null : this.layerList()));
    setChildren(this.words, ...knockWords(viewer, run, step, held));
  }

  /** @param {Run} run */
  drawChoices(run) {
    const { state } = this.viewer;
    const names = /** @type {[Hidden, string][]} */ ([
      ["pins", t("the pinned places ({n})", { n: state.pins.length })],
      ["picture", t("the whole picture")],
      ["words", t("all words before")],
      ["prompt", t("the prompt")],
      ["all", t("everything: silence the heads")],
    ]);
    setChildren(this.hide.select, ...names.map(([value, text]) => el("option", { value, text })));
    this.hide.select.value = state.knock_hide;
    this.layers.select.value = state.knock_layers;
    const heads = Array.from({ length: run.payload.model.heads }, (_, n) => n);
    const options = heads.map((n) => el("option", { value: n, text: t("head {n}", { n }) }));
    setChildren(this.head.select, el("option", { value: "", text: t("every head") }), ...options);
    this.head.select.value = state.knock_head === null ? "" : String(state.knock_head);
  }

  /** What was hidden, in words. @param {Run} run */
  hiddenWords(run) {
    const { state } = this.viewer;
    const keys = this.keys();
    const what = keys === null ? t("heads silent") : t("{n} places hidden", { n: keys.length });
    const where = state.knock_layers === "all" ? t("every layer") : run.layerWords(state.layer);
    const head = state.knock_head === null ? t("every head") : t("head {n}", { n: state.knock_head });
    return [what, where, head].join(" · ");
  }

  /** @param {number | "target" | "all" | null} layer */
  hoverLayer(layer) {
    for (const bar of this.strip.querySelectorAll("[data-layer]")) {
      bar.classList.toggle("sv-lit", Number(/** @type {SVGElement} */ (bar).dataset.layer) === layer);
    }
  }

  /** @returns {import("../draw/csv_button.js").Table} a line per layer, and one for all of them */
  table() {
    const { viewer } = this;
    const run = /** @type {Run} */ (viewer.run);
    /** @type {Held} */
    const held = this.asked.held;
    const step = run.steps[tokenOf(viewer, 0)];
    const rows = held.by_layer.map((value, layer) => [layer, held.before, value, value - held.before]);
    const columns = ["layer", "log_p_before", "log_p_after", "change"];
    const about = {
      model: run.payload.model.name,
      step: step.index,
      token: step.text,
      hidden: this.hiddenWords(run),
      log_p_after_all: held.after,
      follows: held.follows,
    };
    return [[columns, ...rows], about];
  }
}

/** @param {number} value */
const signed = (value) => (value < 0 ? "−" : "+") + formatNumber(Math.abs(value), 3);
