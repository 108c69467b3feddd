// What the numbers say of a word and of a caption, before it is put into words: ranks, shares, what is marked.

/** @typedef {import("../payload.js").Mark} Mark */
/** @typedef {{steps: number[], hallucinated: boolean, note: string, object: string | null}} MarkedWord */
/** @typedef {[template: number, image: number, prompt: number, outputs: number]} PartShares as figures.rows.metrics.PARTS */
/** @typedef {{rank: number, of: number, below: number}} Rank rank 1: the highest; below: share of the others that are lower */

const SCENE = /^(.+) \((?:not )?in the scene\)$/; // the note of a demo scene's truth (demo/marks.py); a person's reads otherwise
const LETTER = /[\p{L}\p{N}]/u;

/** Whether a token says something: an end mark, a comma or a line break does not. @param {string} text */
export const isWord = (text) => LETTER.test(text);

/**
 * Neighbouring tokens marked alike are one word, as evaluation/mentions.py has it.
 * @param {Record<number, Mark>} marks by step
 * @returns {MarkedWord[]} in their order
 */
export function markedWords(marks) {
  /** @type {MarkedWord[]} */
  const words = [];
  const steps = Object.keys(marks).map(Number).sort((a, b) => a - b); // prettier-ignore
  for (const step of steps) {
    const { judgement, note } = marks[step];
    const last = words[words.length - 1];
    const before = marks[step - 1];
    if (last && before && before.judgement === judgement && before.note === note) last.steps.push(step);
    else words.push({ steps: [step], hallucinated: judgement === "hallucinated", note, object: objectIn(note) });
  }
  return words;
}

/** The object a demo scene's note speaks of; null for a person's note. @param {string} note */
const objectIn = (note) => (note.match(SCENE) || [])[1] || null;

/**
 * Where a step's score stands among those of the caption; null where it has none.
 * @param {(number | null)[]} scores
 * @param {number} step
 * @returns {Rank | null}
 */
export function rankOf(scores, step) {
  const own = scores[step];
  if (own === null || own === undefined) return null;
  const others = /** @type {number[]} */ (scores.filter((score, i) => i !== step && score !== null && score !== undefined)); // prettier-ignore
  const above = others.filter((score) => score > own).length;
  const below = others.filter((score) => score < own).length;
  return { rank: above + 1, of: others.length + 1, below: others.length ? below / others.length : 0 };
}

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Shares of a word of several tokens: the mean over those that are known; null without any.
 * @param {(PartShares | null)[]} shares by step
 * @param {number[]} steps
 * @returns {{image: number, outputs: number} | null}
 */
export function wordShares(shares, steps) {
  const known = /** @type {PartShares[]} */ (steps.map((step) => shares[step]).filter(Boolean));
  if (!known.length) return null;
  const mean = (/** @type {number} */ part) => known.reduce((sum, one) => sum + one[part], 0) / known.length;
  return { image: mean(1), outputs: mean(3) };
}

/**
 * Over the words of a caption, each token one: how much of what mattered was the picture, how much earlier words.
 * @param {string[]} texts
 * @param {(PartShares | null)[]} shares
 */
export function captionShares(texts, shares) {
  const words = texts.map((_, step) => step).filter((step) => step && isWord(texts[step]) && shares[step]);
  return words.length ? wordShares(shares, words) : null;
}

/**
 * The step to begin with: a word that is marked hallucinated where marks are shown, else the word most of whose saliency
 * lies on the picture; never the first output, which no word stands before, unless there is no other.
 * @param {string[]} texts
 * @param {(PartShares | null)[]} shares
 * @param {Record<number, Mark>} marks those that are shown
 */
export function tellingStep(texts, shares, marks) {
  const wrong = markedWords(marks).find((word) => word.hallucinated && word.steps[0] < texts.length);
  if (wrong) return wrong.steps[0];
  const words = texts.map((_, step) => step).filter((step) => step && isWord(texts[step]));
  let [best, top] = [words.length ? words[0] : Math.min(texts.length - 1, 0), -1];
  for (const step of words) {
    const own = shares[step];
    if (own && own[1] > top) [best, top] = [step, own[1]];
  }
  return Math.max(0, best);
}
