// Tokens and numbers as a person can read them.

/** @type {Record<string, string>} */
const VISIBLE = { "\n": "⏎", "\r": "⏎", "\t": "⇥" };
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c]/g; // eslint-disable-line no-control-regex

/**
 * A token as a person can see it: control characters, invisible and direction-changing ones are shown as signs.
 * @param {string} text
 */
export function visible(text) {
  if (text === "") return "∅";
  if (/^ +$/.test(text)) return "␣".repeat(text.length);
  return text.replace(INVISIBLE, (sign) => VISIBLE[sign] || "·");
}

/** @param {string} text */
export const quoted = (text) => "“" + visible(text).replace(/^ /, "") + "”";

/** @param {number | null | undefined} value @returns {value is null | undefined} */
const unknown = (value) => value === null || value === undefined || Number.isNaN(value);

/**
 * A number for the screen: three significant digits, thin minus, no exponent between 0.001 and 10000.
 * @param {number | null | undefined} value
 * @param {number} [digits] significant ones
 */
export function formatNumber(value, digits = 3) {
  if (unknown(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const plain = size >= 0.001 && size < 1e4;
  const text = plain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1).replace("e+", "e");
  return text.replace(/^-/, "−").replace("e-", "e−");
}

/** @param {number | null | undefined} value a share, 0..1 */
export function formatPercent(value) {
  if (unknown(value)) return "–";
  const text = value === 0 ? "0" : value > 0 && value < 0.001 ? "<0.1" : (100 * value).toFixed(value < 0.0995 ? 1 : 0);
  return text + "\u00a0%";
}

/** @param {number | null | undefined} value a share, 0..1; to a hundredth of a percent, for the tip */
export const finePercent = (value) =>
  value === null || value === undefined ? "–" : `${(100 * value).toFixed(2)}\u00a0%`;

/**
 * Layer indices in words, as saliency_viz.figures.rows.view does: [0, 1, 2, 5] is "0–2, 5".
 * @param {Iterable<number>} numbers
 */
export const rangesText = (numbers) =>
  consecutive(numbers)
    .map(([low, high]) => (low === high ? `${low}` : `${low}–${high}`))
    .join(", ");

/**
 * [[first, last], ...] of the runs of consecutive whole numbers, ascending.
 * @param {Iterable<number>} numbers
 */
export function consecutive(numbers) {
  /** @type {[number, number][]} */
  const found = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = found[found.length - 1];
    if (last && number === last[1] + 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}
