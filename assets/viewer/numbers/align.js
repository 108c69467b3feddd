// Two captions laid against each other: which tokens and positions mean the same. As saliency_viz/figures/rows/alignment.py;
// tests/cases/alignment.json holds both to the same answers.

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {[number, number]} Pair an index in the first, one in the second */

/**
 * Pairs of equal elements in order, as many as there can be; among equals, those that come earliest.
 * @param {ArrayLike<unknown>} first
 * @param {ArrayLike<unknown>} second
 * @returns {Pair[]}
 */
export function commonSubsequence(first, second) {
  const [n, m] = [first.length, second.length];
  const length = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const same = first[i] === second[j];
      length[i][j] = same ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  /** @type {Pair[]} */
  const pairs = [];
  for (let i = 0, j = 0; i < n && j < m;) {
    if (first[i] === second[j]) pairs.push([i++, j++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  }
  return pairs;
}

/**
 * there: first key -> second key, back: the reverse. changed: the steps of each run without a partner. pairs: steps.
 * @typedef {{there: Map<number, number>, back: Map<number, number>, changed: [Set<number>, Set<number>], pairs: Pair[]}} Aligned
 */

/** @param {Run} run @returns {Aligned} two tokens of one run */
function withItself(run) {
  const same = new Map(Array.from({ length: run.keys }, (_, key) => [key, key]));
  return { there: same, back: same, changed: [new Set(), new Set()], pairs: run.steps.map((_, i) => [i, i]) };
}

/**
 * Outputs by id when one model wrote both, else by text (ids of two vocabularies differ); image tokens one for one when
 * their boxes are equal, else none of them; the prompt's other tokens as the outputs.
 * @param {Run} first
 * @param {Run} second
 * @returns {Aligned}
 */
export function alignRuns(first, second) {
  if (first === second) return withItself(first);
  const byId = first.payload.model.name === second.payload.model.name;
  const written = (/** @type {Run} */ { steps }) => steps.map((step) => (byId ? step.token_id : step.text));
  const pairs = commonSubsequence(written(first), written(second));
  /** @type {Map<number, number>} */
  const there = new Map(pairs.map(([i, j]) => [first.first + i, second.first + j]));
  if (boxesOf(first) === boxesOf(second)) {
    first.imageKeys.forEach((key, patch) => there.set(key, second.imageKeys[patch]));
  }
  const words = (/** @type {Run} */ run) => run.wordKeys.filter((key) => key < run.first);
  const [a, b] = [words(first), words(second)];
  const given = (/** @type {Run} */ { payload }, /** @type {number[]} */ keys) =>
    keys.map((key) => (byId ? payload.prompt_ids : payload.prompt_texts)[key]);
  for (const [i, j] of commonSubsequence(given(first, a), given(second, b))) there.set(a[i], b[j]);
  /** @type {[Set<number>, Set<number>]} */
  const changed = [new Set(first.steps.keys()), new Set(second.steps.keys())];
  for (const [i, j] of pairs) {
    changed[0].delete(i);
    changed[1].delete(j);
  }
  return { there, back: new Map([...there].map(([key, other]) => [other, key])), changed, pairs };
}

/** Where every image token lies, to be compared. @param {Run} run */
const boxesOf = ({ boxes, boxImages, boxScales }) => JSON.stringify([boxes, boxImages, boxScales]);

/**
 * The step of the second run that stands where one of the first does: its partner, or as far after the last pair.
 * @param {Pair[]} pairs
 * @param {number} step
 * @param {number} count steps of the second run
 */
export function partnerStep(pairs, step, count) {
  /** @type {Pair | null} */
  let before = null;
  for (const pair of pairs) {
    if (pair[0] === step) return pair[1];
    if (pair[0] < step) before = pair;
  }
  const guess = before ? before[1] + (step - before[0]) : step;
  return Math.max(0, Math.min(count - 1, guess));
}
