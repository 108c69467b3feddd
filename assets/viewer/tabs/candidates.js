// The candidates of a step: a table, and bars against tau coloured by verdict.

import { el, setChildren } from "../../shared/dom.js";
import { VERDICT_COLORS } from "../draw/color.js";
import { tokenOf } from "../state/choice.js";
import { hasOther, shiftWords } from "../state/shift.js";
import { formatNumber, visible } from "../texts/format.js";
import { formatSupport } from "../texts/reading.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../payload.js").Step} Step */
/** @typedef {import("../payload.js").Candidate} Candidate */
/** @typedef {import("../payload.js").Settings} Settings */
/** @typedef {"accepted" | "rejected" | "untried" | "fallback"} Verdict */

const SIGN = { accepted: "✓", rejected: "✗", untried: "·", fallback: "⚑" };

export class Candidates {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.root = el("div", { class: "sv-candidates" });
  }

  draw() {
    const { viewer } = this;
    const { run } = viewer;
    const step = run && run.steps[tokenOf(viewer, 0)];
    if (!run || !step || !step.candidates.length) {
      const hint = step ? t("This step recorded no candidates.") : t("Candidates of the selected token appear here.");
      return setChildren(this.root, el("p", { class: "sv-hint", text: hint }));
    }
    const tested = step.threshold !== null && step.threshold !== undefined;
    const bars = tested ? t("S(c) against τ") : t("probability");
    const shifts = [...(step.plain ? [t("without decoder")] : []), ...(hasOther(step) ? [t("other stream")] : [])];
    const titles = ["", t("token"), "p", ...shifts, t("order"), t("saliency S(c)"), bars, t("verdict")];
    const head = [...titles, ...(viewer.can("force") ? [""] : [])].map((text) =>
      text ? el("th", { scope: "col", text }) : el("td"),
    );
    const rows = step.candidates.map((one) => this.row(step, one, tested));
    const body = el("tbody", {}, ...rows);
    const table = el("table", { class: "sv-table" }, el("thead", {}, el("tr", {}, ...head)), body);
    const scroll = { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t("Candidates") };
    const note = el("p", { class: "sv-hint", text: thresholdWords(step, tested, run.settings.sgrs) });
    const why = step.plain && el("p", { class: "sv-shift", text: shiftWords(step) });
    setChildren(this.root, why, el("div", scroll, table), note);
  }

  /** @param {Step} step @param {Candidate} one @param {boolean} tested */
  row(step, one, tested) {
    const taken = one.token_id === step.token_id;
    const name = /** @type {Verdict} */ (step.fallback && taken ? "fallback" : one.verdict);
    const color = VERDICT_COLORS[name];
    const value = one.saliency === null ? "" : one.saliency;
    return el(
      "tr",
      { class: taken ? "sv-taken" : "", "data-token": one.token_id, "data-verdict": name },
      el("td", {}, el("span", { class: "sv-verdict-sign", style: { color }, text: SIGN[name] })),
      el("td", { class: "sv-candidate-text", text: visible(one.text) }),
      el("td", { class: "sv-num", text: formatNumber(one.probability) }),
      step.plain && el("td", { class: "sv-num", text: formatNumber(one.plain) }),
      hasOther(step) && el("td", { class: "sv-num", text: formatNumber(one.other) }),
      el("td", { class: "sv-num", text: one.draw === null ? "–" : String(one.draw + 1) }),
      el("td", { class: "sv-num", text: formatSupport(one.saliency), "data-value": value }),
      el("td", { class: "sv-candidate-cell" }, bar(step, one, color, tested)),
      el("td", { text: verdictWord(name) }),
      this.viewer.can("force") && el("td", {}, taken ? null : this.forceButton(step, one)),
    );
  }

  /** @param {Step} step @param {Candidate} one */
  forceButton(step, one) {
    const force = () => this.viewer.act("force", { step: step.index, token_id: one.token_id });
    const title = t("take this token and let the model continue");
    return el("button", {
      type: "button",
      class: "sv-button",
      text: t("go on from this"),
      title,
      on: { click: force },
    });
  }
}

/** @param {Step} step @param {Candidate} one @param {string} background @param {boolean} tested */
function bar(step, one, background, tested) {
  const tau = step.threshold ?? 0;
  const known = step.candidates.flatMap(({ saliency }) => saliency ?? []);
  const high = tested ? Math.max(1e-12, ...known, tau) * 1.08 : 1;
  const length = tested ? one.saliency : one.probability;
  return el(
    "div",
    { class: "sv-candidate-bar" },
    length !== null && el("span", { style: { width: `${(100 * length) / high}%`, background } }),
    tested && el("i", { style: { left: `${(100 * tau) / high}%` }, title: `tau ${formatNumber(tau)}` }),
  );
}

/** @param {Verdict} verdict */
const verdictWord = (verdict) => (verdict === "untried" ? t("not tried") : t(verdict));

/** Where the threshold comes from (Eq. 7). @param {Step} step @param {boolean} tested @param {Settings["sgrs"]} sgrs */
function thresholdWords(step, tested, sgrs) {
  const tau = formatNumber(step.threshold);
  if (step.history.length) {
    const list = step.history.map((value) => formatNumber(value, 2)).join(", ");
    const sentence = {
      tau,
      alpha: sgrs ? sgrs.alpha : "α",
      n: step.history.length,
      list,
      w: sgrs ? sgrs.window + 1 : "",
    };
    if (!sgrs || sgrs.history === "accepted") {
      return t("τ = {tau}: {alpha} × the mean of the last {n} accepted scores ({list})", sentence);
    }
    if (sgrs.history === "window-accepted") {
      return t("τ = {tau}: {alpha} × the mean of the {n} accepted scores at the last {w} positions ({list})", sentence);
    }
    return t("τ = {tau}: {alpha} × the mean of the {n} scores at the last {w} positions ({list})", sentence);
  }
  if (!tested) return t("SGRS was off: candidates are listed, none was tested.");
  return t("τ = {tau}: no history yet, every candidate passes.", { tau });
}
