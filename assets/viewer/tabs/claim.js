// "Does the claim hold here?": S of right and of hallucinated object words, over this caption, the visit or all examples.
// Every number comes from the server (ui/claims.py); nothing is worked out here.

import { el, setChildren } from "../../shared/dom.js";
import { tokenOf } from "../state/choice.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";
import { claimDots, claimTable } from "./claim_charts.js";
import { claimReports } from "./claim_reports.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {"caption" | "visit" | "examples"} Scope */
/** @typedef {{S: number, position: number, hallucinated: boolean, run: string, step: number, word: string}} Dot */
/** @typedef {{auroc: {value: number, low: number, high: number}, right: number, hallucinated: number}} Told */
/** @typedef {Record<"right" | "hallucinated", [number | null, number | null]>} Means mean and deviation */

/**
 * @typedef {object} Claim
 * @property {string} verdict
 * @property {number} right
 * @property {number} hallucinated
 * @property {number} captions
 * @property {number} pictures
 * @property {string[]} models
 * @property {Record<string, Told>} scores
 * @property {{S: Means, "S previous": Means}} means
 * @property {Dot[]} dots
 */

const PAUSE = 300; // ms: a mark that was just made reaches the server first
const MOST = 24; // answers kept

export class ClaimTab {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.needs = "claim";
    /** @type {Map<string, Claim>} */
    this.known = new Map();
    /** @type {Map<string, string>} what was refused, in a sentence */
    this.failed = new Map();
    this.asking = "";
    this.drawn = "";
    this.timer = 0;
    this.buttons = scopes().map(([scope, text]) => this.scopeButton(scope, text));
    this.scopes = el("div", { class: "sv-segments", role: "group", "aria-label": t("over which captions") }, ...this.buttons); // prettier-ignore
    this.verdict = el("p", { class: "sv-claim-verdict", role: "status" });
    this.about = el("p", { class: "sv-hint" });
    this.body = el("div", { class: "sv-claim-body" });
    this.paper = el("p", { class: "sv-hint sv-claim-paper" });
    const data = { class: "sv-claim", "data-picture": "claim", "data-about": "run" };
    const reports = claimReports(viewer.options.reports);
    this.root = el("div", data, this.scopes, this.verdict, this.about, reports, this.body, this.paper);
  }

  /** @param {Scope} scope @param {string} text */
  scopeButton(scope, text) {
    const click = () => {
      this.failed.clear(); // a click asks again for what was refused
      this.viewer.set({ claim_scope: scope });
    };
    return el("button", { type: "button", text, "data-scope": scope, on: { click } });
  }

  /** @returns {Scope} the one chosen, else the widest that is of this run's kind */
  get scope() {
    const { run, state } = this.viewer;
    if (state.claim_scope !== "auto") return state.claim_scope;
    return run && run.example ? "examples" : "visit";
  }

  /** What an answer is of. */
  subject() {
    const { run } = this.viewer;
    const own = run && this.scope !== "examples" ? [run.id, run.steps.length, run.marks] : [];
    return JSON.stringify([this.scope, ...own]);
  }

  draw() {
    const { run } = this.viewer;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.scope === this.scope));
    if (!run) return this.say(t("Object words of a run appear here."));
    const name = this.subject();
    const known = this.known.get(name);
    if (known) return this.show(known, name);
    const failed = this.failed.get(name);
    this.say(failed || t("counting…"));
    if (failed || this.asking === name) return;
    this.asking = name;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(name), PAUSE);
  }

  /** @param {string} name */
  async ask(name) {
    if (this.viewer.gone) return;
    try {
      const found = await this.viewer.act("claim", { scope: this.scope });
      if (found) this.keep(name, found);
      else this.failed.set(name, t("The server could not compute it."));
    } catch (error) {
      this.failed.set(name, /** @type {Error} */ (error).message || t("The server could not compute it."));
    }
    if (this.asking === name) this.asking = "";
    this.viewer.schedule();
  }

  /** @param {string} name @param {Claim} found */
  keep(name, found) {
    this.known.set(name, found);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST) this.known.delete(oldest);
  }

  /** @param {string} text instead of an answer */
  say(text) {
    this.drawn = "";
    this.verdict.textContent = text;
    this.about.textContent = this.paper.textContent = "";
    setChildren(this.body);
  }

  /** @param {Claim} claim @param {string} name */
  show(claim, name) {
    const { viewer } = this;
    const { run } = viewer;
    const width = Math.max(260, Math.min(460, this.root.clientWidth));
    const sign = [name, width, run && run.id, tokenOf(viewer, 0)].join();
    if (this.drawn === sign) return;
    this.drawn = sign;
    this.verdict.dataset.verdict = claim.verdict;
    this.verdict.textContent = verdictWords(claim);
    this.about.textContent = aboutWords(claim);
    const few = claim.verdict === "few";
    const dots = claim.dots.length ? claimDots(viewer, claim.dots, width) : null;
    setChildren(this.body, dots, few ? el("p", { class: "sv-hint", text: moreWords() }) : claimTable(claim.scores));
    this.paper.textContent = paperWords(claim);
  }

  free() {
    clearTimeout(this.timer);
  }
}

/** @returns {[Scope, string][]} */
const scopes = () => [
  ["caption", t("this caption")],
  ["visit", t("runs of this visit")],
  ["examples", t("all examples")],
];

/** @param {Claim} claim */
function verdictWords({ verdict, right, hallucinated }) {
  /** @type {Record<string, string>} as VERDICTS of evaluation/detection.py */
  const words = {
    few: t("Too few to say: {r} right and {h} hallucinated object words; ten of each are needed.", { r: right, h: hallucinated }), // prettier-ignore
    no: t("No: S does not tell hallucinated from right object words here."),
    reversed: t("The reverse: hallucinated object words have the higher S here."),
    position: t("Not beyond position: low S goes with hallucinated words here, but no more than how late they stand."),
    "position reversed": t("No: low S goes with hallucinated words only because they stand late; among words at the same place they have the higher S."), // prettier-ignore
    holds: t("Yes: low S marks hallucinated object words here, also among words at the same place."),
  };
  return words[verdict];
}

/** @param {Claim} claim */
function aboutWords({ right, hallucinated, captions, pictures, models }) {
  if (!right && !hallucinated) return t("No object word is marked here.");
  const told = { n: right + hallucinated, h: hallucinated, c: captions, p: pictures, m: models.join(", ") };
  return t("{n} object words with a score, {h} of them hallucinated; captions: {c}, pictures: {p}, by {m}.", told);
}

const moreWords = () =>
  t("Mark words as right or hallucinated (keys r and h), caption more pictures, or look at all examples.");

/** What the paper found, and the same of these words. @param {Claim} claim */
function paperWords({ means }) {
  const { right, hallucinated } = means["S previous"];
  const [a, b] = [formatNumber(right[0]), formatNumber(hallucinated[0])];
  const paper = t("The paper (Table 5) reports lower saliency on the word just before where the model hallucinates, right against hallucinated: 0.472 and 0.193 (LLaVA-1.5-7B), 0.664 and 0.355 (Qwen2-VL-7B), 0.508 and 0.224 (InternVL-7B). It gives no AUROC and does not adjust for position."); // prettier-ignore
  const here = right[0] !== null && hallucinated[0] !== null ? t("The same here: {a} and {b}.", { a, b }) : "";
  const trap = t("S is a mean over all earlier words and falls with their number by construction; hallucinations come late. So an AUROC of S alone misleads: read it beside position alone and S adjusted for position."); // prettier-ignore
  return [paper, here, trap].filter(Boolean).join(" ");
}
