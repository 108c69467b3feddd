// What is known of the selected token, in one line, with what is done to it: held beside others, looked at another way.

import { el, setChildren } from "../../shared/dom.js";
import { stepsOf, tokenOf } from "../state/choice.js";
import { formatNumber, rangesText, visible } from "../texts/format.js";
import { formatSupport, supportRank } from "../texts/reading.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {"probability" | "entropy" | "score" | "threshold"} Fact */

export class Facts {
  /** @param {Viewer} viewer @param {HTMLElement[]} choices what stands at the end of the line */
  constructor(viewer, ...choices) {
    this.viewer = viewer;
    this.word = el("span", { class: "sv-facts-word" });
    this.items = el("dl", { class: "sv-facts-items" });
    this.hold = el("button", { type: "button", class: "sv-button sv-hold", on: { click: () => viewer.hold() } });
    this.root = el(
      "section",
      { class: "sv-facts", "aria-label": t("Selected token") },
      el("div", { class: "sv-facts-line" }, this.word, this.items, this.hold, ...choices),
    );
  }

  draw() {
    const { viewer } = this;
    const { run } = viewer;
    this.hold.hidden = !run || !run.steps.length;
    if (!run || !run.steps.length) {
      this.word.textContent = t("No token yet");
      setChildren(this.items);
      return;
    }
    const steps = stepsOf(viewer, 0);
    const step = run.steps[tokenOf(viewer, 0)];
    const joined = visible(steps.map((i) => run.steps[i].text).join(""));
    this.word.textContent = (steps.length > 1 ? joined : run.shown(run.first + step.index)).replace(/^ (?=.)/, "");
    const place = { i: step.index, n: run.steps.length, p: step.position, id: step.token_id };
    this.word.title = t("token {i} of {n}, position {p}, id {id}", place);
    const held = viewer.holding ? run.quoted(run.first + /** @type {number} */ (viewer.state.held)) : "";
    this.hold.textContent = held ? t("let go of {w}", { w: held }) : t("hold");
    this.hold.setAttribute("aria-label", held ? t("let go of {w}", { w: held }) : t("hold this token"));
    this.hold.title = t("Keep this token beside the next ones you choose, on one scale, with their difference (key t)");
    setChildren(this.items, ...this.facts(run, steps, step));
  }

  /**
   * @param {Run} run
   * @param {number[]} steps
   * @param {import("../payload.js").Step} step the current one
   */
  facts(run, steps, step) {
    const many = steps.length > 1;
    /** @type {HTMLElement[]} */
    const items = [];
    const item = (
      /** @type {string} */ name,
      /** @type {string} */ value,
      /** @type {string | null} */ title,
      /** @type {string} */ fact,
    ) => items.push(el("div", { title }, el("dt", { text: name }), el("dd", { text: value, "data-fact": fact })));
    const mean = (/** @type {Fact} */ name) => {
      const known = steps.flatMap((i) => run.steps[i][name] ?? []);
      return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
    };
    const number = (/** @type {Fact} */ name) => (step.pending ? "…" : formatNumber(mean(name)));
    if (many) item(t("tokens"), `${steps.length}`, t("numbers are means over the selected tokens"), "count");
    const rank = step.pending || many ? "" : ` (${t("rank {n}", { n: step.rank })})`;
    item("p", number("probability") + rank, t("probability under the model at temperature 1"), "p");
    const how = { r: rangesText(run.target), kind: run.settings.sgrs ? run.settings.sgrs.score : "mean" };
    const meaning = how.kind === "mean" ? t("S, Eq. 6: mean saliency on the words before, target layers {r}; the first output has none", how) : t("S by “{kind}” of the saliency on the words before, target layers {r}; the first output has none", how); // prettier-ignore
    const place = step.pending || many ? null : supportRank(run, step.index);
    const title = [t("support from earlier words"), meaning, `S = ${number("score")}`, place && place.long];
    item(t("support"), step.pending ? "…" : formatSupport(mean("score")), title.filter(Boolean).join("\n"), "score");
    if (place) items[items.length - 1].append(el("dd", { text: `(${place.short})`, "data-fact": "support-rank" }));
    if (step.threshold !== null && step.threshold !== undefined) {
      const tau = t("threshold, Eq. 7: alpha times the mean score of outputs just before (which: see Candidates)");
      item("τ", formatNumber(mean("threshold")), tau, "tau");
    }
    if (!many) {
      if (step.rejected) item(t("rejected"), String(step.rejected), t("candidates SGRS turned down here"), "rejected");
      const highest = t("no candidate reached tau: the highest score was taken");
      if (step.fallback) item(t("taken by"), t("fallback"), highest, "fallback");
      if (step.forced) item(t("taken by"), t("you"), null, "forced");
    }
    const nats = step.pending ? "…" : `${formatSupport(mean("entropy"))} nats`;
    item(t("entropy"), nats, t("of the distribution the token was taken from"), "entropy");
    const mark = run.marks[step.index];
    if (mark && this.viewer.state.reveal_truth) item(t("truth"), t(mark.judgement), mark.note || null, "mark");
    return items;
  }
}
