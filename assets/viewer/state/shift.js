// What a run's decoder moved at a step: what would have been taken without it, and where the probabilities went.

import { formatNumber, quoted } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../payload.js").Step} Step */
/** @typedef {import("../payload.js").Candidate} Candidate */

/** Another token was taken than without the decoder. @param {Step} step */
export const differs = (step) => Boolean(step.plain && step.plain.token_id !== step.token_id);

/** The decoder has a second stream. @param {Step} step */
export const hasOther = (step) => step.candidates.some(({ other }) => other !== null && other !== undefined);

/**
 * Why a token was taken, in a sentence or two; nothing without a decoder.
 * @param {Step} step
 * @returns {string}
 */
export function shiftWords(step) {
  const { plain } = step;
  if (!plain) return "";
  const taken = step.candidates.find(({ token_id }) => token_id === step.token_id);
  if (!differs(step) || !taken) return t("Without the decoder the same token would have been taken.");
  const words = { plain: quoted(plain.text), taken: quoted(taken.text) };
  const moved = { a: plain.plain, b: plain.probability, c: taken.plain, d: taken.probability };
  const numbers = Object.fromEntries(Object.entries(moved).map(([name, value]) => [name, formatNumber(value)]));
  const first = t(
    "Without the decoder {plain} would have been taken: it went from {a} to {b}, {taken} from {c} to {d}.",
    { ...words, ...numbers },
  );
  if (!hasOther(step)) return first;
  const others = { a: formatNumber(plain.other), b: formatNumber(taken.other) };
  return `${first} ${t("The other stream gave {plain} {a} and {taken} {b}.", { ...words, ...others })}`;
}
