// The line over the strip: whose caption it is, its legend, the pins and what may be asked of them.

import { el, setChildren } from "../../shared/dom.js";
import { colorBar } from "../draw/color_bar.js";
import { tokenOf } from "../state/choice.js";
import { changedSteps, methodName } from "../state/compare.js";
import { stripValues } from "../state/sources.js";
import { formatNumber } from "../texts/format.js";
import { rejectionWords } from "../texts/rejections.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */

const MOST = 3; // outputs that drew most on the pins, named

export class CaptionHead {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.about = el("div", { class: "sv-about" });
    this.legend = el("div", { class: "sv-legend" });
    this.signs = el("div", { class: "sv-signs", hidden: true });
    this.rejects = el("p", { class: "sv-hint sv-rejects", hidden: true });
    this.notice = el("div", { class: "sv-notice", hidden: true });
    this.signsDrawn = "";
    this.legendDrawn = "";
    this.pinned = "";
    this.factor = 0; // of the attention to the pins, as last chosen
  }

  draw() {
    const { viewer } = this;
    const { run, root } = viewer;
    root.classList.toggle("sv-no-run", !run);
    root.classList.toggle("sv-example", Boolean(run && run.example));
    if (!run) return this.empty();
    const count = t(run.steps.length === 1 ? "1 token" : "{n} tokens", { n: run.steps.length });
    const words = `${methodName(run)} · ${count}`;
    setChildren(
      this.about,
      run.example && el("span", { class: "sv-tag", text: t("example") }),
      el("span", { class: "sv-hint", text: words }),
    );
    this.drawSigns();
    this.drawRejects();
    this.drawLegend();
    this.drawNotice(run);
  }

  empty() {
    const hint = t("The caption appears here, a button per token. Choose an example or run the model.");
    setChildren(this.about, el("span", { class: "sv-hint", text: hint }));
    setChildren(this.legend);
    this.notice.hidden = this.rejects.hidden = true;
  }

  /** What the lines under the strip's words say, of those that are drawn: [class, text]. */
  signNames() {
    const { viewer } = this;
    const runs = /** @type {Run[]} */ (viewer.runs.filter(Boolean));
    const marks = viewer.state.reveal_truth ? runs.flatMap((run) => Object.values(run.marks)) : [];
    const judged = new Set(marks.map((mark) => mark.judgement));
    const beside = viewer.comparing && !viewer.holding;
    const differs = beside && changedSteps(viewer, 0).size + changedSteps(viewer, 1).size > 0;
    const rejected = runs.some((run) => run.steps.some((step) => step.rejected));
    const names = [
      judged.has("right") && ["right", t("right")],
      judged.has("hallucinated") && ["hallucinated", t("hallucinated")],
      differs && ["changed", t("differs between the two")],
      rejected && ["rejected", t("✗n: candidates rejected, ⚑: fallback")],
    ];
    return /** @type {[string, string][]} */ (names.filter(Boolean));
  }

  drawSigns() {
    const signs = this.signNames();
    const drawn = signs.map(([name]) => name).join();
    if (drawn !== this.signsDrawn) {
      const sign = (/** @type {[string, string]} */ [name, text]) =>
        el("span", { class: "sv-sign" }, el("i", { "data-sign": name, text: "abc", "aria-hidden": "true" }), text);
      setChildren(this.signs, ...signs.map(sign));
    }
    this.signsDrawn = drawn;
    this.signs.hidden = !signs.length;
  }

  /** Of the runs on the screen, the first in which SGRS turned down most. */
  drawRejects() {
    const found = this.viewer.runs.map((run) => run && run.payload.rejects).find(Boolean);
    this.rejects.hidden = !found;
    this.rejects.textContent = found ? rejectionWords(found) : "";
  }

  drawLegend() {
    const { viewer } = this;
    const { state, theme } = viewer;
    const { scale, name } = stripValues(viewer, 0);
    const legend = [state.pins.length, name, scale.high, scale.largest, state.cmap, theme].join("|");
    if (legend === this.legendDrawn && this.legend.firstChild) return;
    this.legendDrawn = legend;
    setChildren(
      this.legend,
      el("span", { class: "sv-unit", text: state.pins.length ? name : t("support from earlier words") }),
      colorBar(scale, { name: state.cmap, theme, label: name }),
    );
  }

  /** @param {Run} run */
  drawNotice(run) {
    const { viewer } = this;
    const { state } = viewer;
    this.notice.hidden = !state.pins.length;
    const pinned = state.pins.join() + state.pin_kind + state.layer + tokenOf(viewer, 0) + run.id;
    if (!state.pins.length || pinned === this.pinned) return;
    this.pinned = pinned;
    const patches = state.pins.filter((key) => run.patchOf.has(key)).length;
    const words = state.pins.length - patches;
    const what = [patches && t("{n} patches", { n: patches }), words && t("{n} words", { n: words })];
    const from = { k: t(state.pin_kind), w: what.filter(Boolean).join(" + "), l: run.layerWords(state.layer) };
    const most = this.most(run);
    const unpin = () => viewer.set({ pins: [] });
    setChildren(
      this.notice,
      el("span", { text: t("Reverse look-up: colours show how much {k} each output drew from {w}, {l}.", from) }),
      most && el("b", { text: t("most: {list}", { list: most }) }),
      viewer.can("what_if") && this.whatIf(),
      el("button", { type: "button", class: "sv-button", text: t("unpin (Esc)"), on: { click: unpin } }),
    );
  }

  /** The outputs that drew most on the pins. @param {Run} run */
  most(run) {
    const { values } = stripValues(this.viewer, 0);
    const drawn = values.map((value, step) => ({ value: value ?? 0, step })).filter(({ value }) => value > 0);
    const most = drawn.sort((a, b) => b.value - a.value).slice(0, MOST);
    return most.map(({ value, step }) => `${run.quoted(run.first + step)} ${formatNumber(value, 2)}`).join(", ");
  }

  /** "What if the attention to the pins were multiplied": only the server can answer. */
  whatIf() {
    const { viewer } = this;
    const shown = el("b", { text: `×${this.factor}` });
    const attributes = { type: "range", min: 0, max: 2, step: 0.1, value: this.factor, "aria-label": t("factor") };
    const change = () => {
      this.factor = Number(input.value);
      shown.textContent = `×${this.factor}`;
    };
    const input = el("input", { ...attributes, on: { input: change } });
    const ask = () =>
      viewer.act("what_if", { step: tokenOf(viewer, 0), keys: [...viewer.state.pins], factor: this.factor });
    return el(
      "span",
      { class: "sv-what-if" },
      el("span", { text: t("what if attention to them were") }),
      input,
      shown,
      el("button", { type: "button", class: "sv-button", text: t("regenerate from here"), on: { click: ask } }),
    );
  }
}
