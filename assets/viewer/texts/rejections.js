// What is said of a run in which SGRS turned down a candidate at most of its tokens, and why.

import { formatNumber } from "./format.js";
import { t } from "./t.js";

/**
 * figures/rows/decodings.py; over the tokens with a rejected candidate, medians: support of the rejected, the threshold
 * it was held to, and the shares of what mattered that were the picture and the words before.
 * @typedef {{tokens: number, turned: number, support: number, threshold: number, image: number | null, outputs: number | null}} Rejections
 */

/** @param {Rejections} rejects */
export function rejectionWords({ tokens, turned, support, threshold, image, outputs }) {
  const numbers = { n: turned, m: tokens, s: formatNumber(support, 2), t: formatNumber(threshold, 2) };
  const said = t("SGRS turned down a candidate at {n} of {m} tokens: earlier words supported them by {s}, and it asked for {t} (medians).", numbers); // prettier-ignore
  if (image === null || outputs === null) return said;
  const percent = (/** @type {number} */ share) => Math.round(100 * share);
  const from = { i: percent(image), o: percent(outputs) };
  const why = image > outputs ? t("This model drew them from the picture ({i} %) rather than from earlier words ({o} %), which is what SGRS rejects. A lower α rejects less.", from) : t("There {i} % of what mattered was the picture, {o} % earlier words. A lower α rejects less.", from); // prettier-ignore
  return `${said} ${why}`;
}
