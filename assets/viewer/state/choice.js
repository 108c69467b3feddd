// Which tokens are chosen, in the first place and in the second, and which steps make one word or sentence.

import { partnerStep } from "../numbers/align.js";
import { tellingStep } from "../numbers/reading.js";
import { alignment } from "./compare.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */

/**
 * The current step of a slot.
 * @param {Viewer} viewer
 * @param {number} slot
 * @returns {number}
 */
export function tokenOf(viewer, slot) {
  const { state, run } = viewer;
  if (!run || !run.steps.length) return 0;
  const token = Math.max(
    0,
    Math.min(run.steps.length - 1, state.token === null ? firstChoice(run, state.reveal_truth) : state.token),
  );
  if (slot === 0) return token;
  const count = viewer.runs[1] ? viewer.runs[1].steps.length : 0;
  if (!count) return 0;
  if (viewer.holding) return /** @type {number} */ (state.held);
  if (viewer.second !== null && viewer.second < count) return viewer.second;
  return partnerStep(alignment(viewer).pairs, token, count);
}

/**
 * Nobody chose yet: the last observed token of a growing run, else the most telling word, which stays the same even if the
 * truth is shown later.
 * @param {Run} run
 * @param {boolean} reveal
 * @returns {number}
 */
function firstChoice(run, reveal) {
  const growing = run.payload.ended === "running" || run.steps.some((step) => step.pending);
  if (growing) return Math.max(0, run.steps.findLastIndex((step) => !step.pending)); // prettier-ignore
  if (!run.whole.has("first choice")) {
    const texts = run.steps.map((step) => step.text);
    run.whole.set("first choice", tellingStep(texts, run.partShares, reveal ? run.marks : {}));
  }
  return run.whole.get("first choice");
}

/**
 * Every chosen step of a slot, ascending.
 * @param {Viewer} viewer
 * @param {number} slot
 * @returns {number[]}
 */
export function stepsOf(viewer, slot) {
  const run = viewer.runs[slot];
  if (!run || !run.steps.length) return [];
  const { granularity, also } = viewer.state;
  const chosen = new Set(slot === 1 ? counterparts(viewer) : [tokenOf(viewer, 0), ...also]);
  if (granularity === "word" || granularity === "sentence") {
    const texts = run.steps.map((one) => one.text);
    for (const step of [...chosen]) for (const one of unitAround(texts, step, granularity)) chosen.add(one);
  }
  return [...chosen].filter((step) => step < run.steps.length).sort((a, b) => a - b);
}

/**
 * The words of some steps, as one quoted text of some length.
 * @param {Run} run
 * @param {number[]} steps
 */
export function quotedSteps(run, steps) {
  const text = steps
    .map((step) => run.shown(run.first + step))
    .join("")
    .replace(/^ (?=.)/, "");
  return `“${text.length > 30 ? text.slice(0, 29) + "…" : text}”`;
}

/**
 * What stands in the second place for the tokens chosen in the first: those held, or those that mean the same.
 * @param {Viewer} viewer
 * @returns {number[]}
 */
function counterparts(viewer) {
  const { state } = viewer;
  if (viewer.holding) return [/** @type {number} */ (state.held), ...state.held_also];
  const there = new Map(alignment(viewer).pairs);
  const others = state.also.map((step) => there.get(step));
  return [tokenOf(viewer, 1), .../** @type {number[]} */ (others.filter((step) => step !== undefined))];
}

/**
 * Steps of the word or sentence a step lies in.
 * @param {string[]} texts of all outputs
 * @param {number} step
 * @param {"word" | "sentence"} unit
 * @returns {number[]}
 */
export function unitAround(texts, step, unit) {
  const word = (/** @type {number} */ i) =>
    /^[\s\p{P}]/u.test(texts[i]) || /[\s]$/.test(texts[i - 1]) || /^\p{P}/u.test(texts[i - 1].trim());
  const sentence = (/** @type {number} */ i) => /[.!?\n。！？]\s*$/.test(texts[i - 1]);
  const starts = (/** @type {number} */ i) => i === 0 || (unit === "word" ? word(i) : sentence(i));
  let [low, high] = [step, step];
  while (!starts(low)) low--;
  while (high + 1 < texts.length && !starts(high + 1)) high++;
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}
