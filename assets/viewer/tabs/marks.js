// Tokens marked right or hallucinated, and how the score tells them apart (Fig. 10): histogram and AUROC.

import { el, setChildren } from "../../shared/dom.js";
import { auroc, byScore } from "../numbers/judgements.js";
import { markToken } from "../state/change.js";
import { tokenOf } from "../state/choice.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { judgementCharts } from "./judgement_charts.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */

const BINS = 10;

export class Marks {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const attributes = { type: "text", class: "sv-text", maxlength: 300, placeholder: t("note (key n)") };
    const on = { change: () => this.keep(), keydown: (/** @type {KeyboardEvent} */ event) => this.key(event) };
    this.note = el("input", { ...attributes, "aria-label": t("note"), on });
    const button = (/** @type {"right" | "hallucinated"} */ judgement, /** @type {string} */ text) => {
      const click = () => markToken(viewer, judgement);
      return el("button", { type: "button", class: "sv-button", text, "data-judgement": judgement, on: { click } });
    };
    this.buttons = [button("right", t("right")), button("hallucinated", t("hallucinated"))];
    this.word = el("b");
    this.chart = el("div", { class: "sv-chart" });
    this.summary = el("p", { class: "sv-hint" });
    const label = el("span", { class: "sv-label", text: t("mark") });
    this.editor = el("div", { class: "sv-section-head" }, label, this.word, ...this.buttons, this.note);
    const click = () => viewer.set({ reveal_truth: true });
    this.reveal = el("button", { type: "button", class: "sv-button", text: t("reveal truth"), on: { click } });
    const data = { "data-picture": "marks", "data-about": "run" };
    this.root = el("div", data, this.editor, this.reveal, this.chart, this.summary);
  }

  /** Enter keeps the note, Escape the one before; both go back to the token. @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    const { viewer } = this;
    const mark = viewer.run && viewer.run.marks[tokenOf(viewer, 0)];
    if (event.key === "Escape") this.note.value = mark ? mark.note : "";
    viewer.strips[0].focus(); // leaving the field keeps it
  }

  /** Key n: write a note on the chosen token, or mark it first. */
  write() {
    this.viewer.set({ view: "marks", reveal_truth: true });
    this.draw();
    (this.note.disabled ? this.buttons[0] : this.note).focus();
  }

  keep() {
    const { viewer } = this;
    const step = tokenOf(viewer, 0);
    const mark = viewer.run && viewer.run.marks[step];
    if (!mark) return;
    mark.note = this.note.value;
    viewer.act("mark", { step, judgement: mark.judgement, note: mark.note });
  }

  draw() {
    const { run, state } = this.viewer;
    const has = run && run.steps.length > 0;
    const count = has ? Object.keys(run.marks).length : 0;
    this.editor.hidden = !has;
    this.reveal.hidden = state.reveal_truth || !count;
    this.chart.hidden = !state.reveal_truth || !count;
    if (has) this.drawEditor(run);
    this.summary.textContent = has ? this.summarized(run, count) : t("Marks of a run appear here.");
  }

  /** @param {Run} run */
  drawEditor(run) {
    const { viewer } = this;
    const step = tokenOf(viewer, 0);
    const mark = viewer.state.reveal_truth ? run.marks[step] : null;
    this.word.textContent = run.quoted(run.first + step);
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(Boolean(mark && mark.judgement === button.dataset.judgement)));
    }
    if (document.activeElement !== this.note) this.note.value = mark ? mark.note : "";
    this.note.disabled = !mark;
  }

  /** Draws the chart where there is one to draw, and says what it shows. @param {Run} run @param {number} count */
  summarized(run, count) {
    if (!count) {
      return t("No token is marked yet. Mark some as right or hallucinated (keys r and h on the strip) to see whether the score tells them apart."); // prettier-ignore
    }
    if (!this.viewer.state.reveal_truth) return t("{n} tokens are marked; look first, then reveal.", { n: count });
    const scores = scoresOf(run);
    const { right, hallucinated } = scores;
    const width = Math.max(240, Math.min(520, (this.root.clientWidth - 30) / 2));
    setChildren(this.chart, ...judgementCharts(byScore(scores, BINS), width));
    const area = auroc(right, hallucinated);
    const counts = { r: right.length, h: hallucinated.length };
    const told = { a: formatNumber(area) };
    return (
      t("{r} right, {h} hallucinated, scored by Eq. 6. ", counts) +
      (area === null
        ? t("AUROC needs both.")
        : t("AUROC {a}: the chance that a right one scores higher than a hallucinated one.", told)) +
      (area !== null && this.viewer.can("claim")
        ? " " + t("Not adjusted for position: “Does the claim hold?” is.")
        : "")
    );
  }
}

/** Scores of the marked tokens that have one. @param {Run} run */
function scoresOf(run) {
  /** @type {import("../numbers/judgements.js").Scores} */
  const scores = { right: [], hallucinated: [] };
  for (const [at, { judgement }] of Object.entries(run.marks)) {
    const step = run.steps[Number(at)];
    if (step && step.score !== null && step.score !== undefined) scores[judgement].push(step.score);
  }
  return scores;
}
