// What the numbers say, in a sentence or three: of the caption, and of the chosen word.

import { captionShares, isWord, markedWords, median, rankOf, wordShares } from "../numbers/reading.js";
import { formatNumber, formatPercent } from "./format.js";
import { t } from "./t.js";

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../numbers/reading.js").MarkedWord} MarkedWord */

const ABOUT_ZERO = 0.001; // a support below it is that of no word to speak of: a mean over earlier words, each at most 1

const ALIKE = 0.05; // a support within this share of what the place alone gives is about that

/** S for the screen: "about 0" instead of 2.3e-7. @param {number | null | undefined} value @param {number} [digits] */
export const formatSupport = (value, digits) =>
  typeof value === "number" && Math.abs(value) < ABOUT_ZERO ? t("about 0") : formatNumber(value, digits);

/**
 * The caption in a sentence or two. reveal: whether marks may be spoken of.
 * @param {Run} run
 * @param {boolean} reveal
 */
export function captionSentences(run, reveal) {
  if (!run.steps.length || run.payload.ended === "running") return [];
  const words = reveal ? markedWords(run.marks) : [];
  const shares = captionShares(run.steps.map((step) => step.text), run.partShares); // prettier-ignore
  const found = [words.length > 0 && markedSentence(run, words), shares && drawnSentence(shares)];
  return /** @type {string[]} */ (found.filter(Boolean));
}

/** @param {Run} run @param {MarkedWord[]} words */
function markedSentence(run, words) {
  const wrong = words.filter((word) => word.hallucinated);
  const told = { n: words.length, list: wrong.map((word) => quotedWord(run, word.steps)).join(", ") };
  if (words.every((word) => word.object)) {
    if (!wrong.length) return t(words.length === 1 ? "The object it names is there." : "All {n} objects it names are there.", told); // prettier-ignore
    return t("Of the {n} objects it names, not there: {list}.", told);
  }
  return t(wrong.length ? "Of {n} marked words, hallucinated: {list}." : "Of {n} marked words none is hallucinated.", told); // prettier-ignore
}

/** @param {{image: number, outputs: number}} shares */
const drawnSentence = ({ image, outputs }) =>
  t("Of what mattered to its words, {p} was the picture and {q} earlier words, on average.", {
    p: formatPercent(image),
    q: formatPercent(outputs),
  });

/**
 * The chosen word in a few sentences: whether it is true, what mattered to it, how much support it has for its place.
 * @param {Run} run
 * @param {number[]} steps of the word
 * @param {boolean} reveal
 */
export function wordSentences(run, steps, reveal) {
  const step = run.steps[steps[0]];
  if (!step || step.pending) return [];
  const words = reveal ? markedWords(run.marks) : [];
  const own = words.find((word) => word.steps.includes(step.index));
  const chosen = own && steps.every((one) => own.steps.includes(one)) ? own.steps : steps;
  const sentences = [
    own && truthSentence(run, own),
    step.index === 0
      ? t("It is the first word: no earlier one can matter to it.")
      : sharesSentence(run, chosen, own && own.hallucinated ? words : []),
    steps.length === 1 && supportSentence(run, step.index),
  ];
  return /** @type {string[]} */ (sentences.filter(Boolean));
}

/** @param {Run} run @param {MarkedWord} word */
function truthSentence(run, { hallucinated, object, steps }) {
  if (object) return t(hallucinated ? "There is no {o} here." : "The {o} is there.", { o: object });
  const told = { w: quotedWord(run, steps) };
  return t(hallucinated ? "{w} is marked hallucinated." : "{w} is marked right.", told);
}

/** Beside a hallucinated word stand the right ones of its caption. @param {Run} run @param {number[]} steps @param {MarkedWord[]} words */
function sharesSentence(run, steps, words) {
  const shares = wordShares(run.partShares, steps);
  if (!shares) return null;
  const right = words
    .filter((word) => !word.hallucinated && word.steps[0] > 0)
    .flatMap((word) => wordShares(run.partShares, word.steps) || []);
  const told = { p: formatPercent(shares.outputs), q: formatPercent(shares.image), n: right.length };
  if (!right.length) return t("{p} of what mattered to it were earlier words, {q} the picture.", told);
  const typical = formatPercent(median(right.map((one) => one.outputs)));
  const beside = { ...told, r: typical };
  return t("{p} of what mattered to it were earlier words (for the right ones {r}, the median of {n}), {q} the picture.", beside); // prettier-ignore
}

/** @param {Run} run @param {number} step */
function supportSentence(run, step) {
  const score = run.steps[step].score;
  const alone = (run.payload.expected || [])[step];
  if (score === null || score === undefined || !alone || !isWord(run.steps[step].text)) return null;
  const told = { s: formatSupport(score), x: formatSupport(score / alone, 2) };
  if (Math.abs(score / alone - 1) < ALIKE) return t("Support {s}: about what its place alone would give.", told);
  return t("Support {s}: {x} times what its place alone would give.", told);
}

/**
 * Where a word's support stands in its caption: "12th of 33" and, for the hover, the percentile.
 * @param {Run} run
 * @param {number} step
 */
export function supportRank(run, step) {
  const found = rankOf(run.steps.map((one) => (one.pending ? null : one.score)), step); // prettier-ignore
  if (!found) return null;
  const told = { n: found.rank, m: found.of, p: formatPercent(found.below) };
  return {
    short: t("rank {n} of {m}", told),
    long: t("rank {n} of {m} in this caption, 1 the highest; {p} of the others have less", told),
  };
}

/** @param {Run} run @param {number[]} steps */
function quotedWord(run, steps) {
  const text = steps.map((step) => run.shown(run.first + step)).join("");
  return `“${text.trim()}”`;
}
