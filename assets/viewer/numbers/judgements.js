// Do scores tell marked tokens apart (Fig. 10)? AUROC, equal bins, mean and spread. As saliency_viz/figures/rows/judgements.py;
// tests/cases/judgements.json holds both to the same answers.

/** @typedef {{right: number[], hallucinated: number[]}} Scores */

/**
 * Probability that a right token scores higher than a hallucinated one; ties count half; null without both classes.
 * @param {number[]} right
 * @param {number[]} wrong
 */
export function auroc(right, wrong) {
  if (!right.length || !wrong.length) return null;
  let wins = 0;
  for (const a of right) for (const b of wrong) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (right.length * wrong.length);
}

/**
 * Tokens by equal bins from 0 to the largest score, which lies in the last.
 * @param {Scores} scores
 * @param {number} bins
 */
export function byScore(scores, bins) {
  const high = Math.max(0, ...scores.right, ...scores.hallucinated) || 1;
  const counts = Array.from({ length: bins }, () => ({ right: 0, hallucinated: 0 }));
  for (const kind of /** @type {const} */ (["right", "hallucinated"])) {
    for (const score of scores[kind]) {
      let bin = 0;
      while (bin + 1 < bins && score >= (bin + 1) * (high / bins)) bin++;
      counts[bin][kind]++;
    }
  }
  return { high, counts, scores };
}

/**
 * Mean and the sample's spread (n - 1; 0 for one); null without any.
 * @param {number[]} scores
 */
export function meanAndSpread(scores) {
  if (!scores.length) return null;
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const square = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, sd: scores.length > 1 ? Math.sqrt(square / (scores.length - 1)) : 0 };
}
