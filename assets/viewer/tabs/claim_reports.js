// Reports of `evaluate report` that the server was given: what was measured over whole sets, to open beside the claim.

import { el } from "../../shared/dom.js";
import { t } from "../texts/t.js";

/**
 * As ui/server/reports.py tells it; addresses start where the page's own does.
 * @typedef {{title: string, model: string, items: number, date: string, address: string, pdf: string | null}} Report
 */

/** @param {Report[] | undefined} reports @returns {HTMLElement | null} none where the server was given none */
export function claimReports(reports) {
  if (!reports || !reports.length) return null;
  const head = el("h3", { text: t("Reports measured over whole sets") });
  return el("div", { class: "sv-claim-reports" }, head, el("ul", null, ...reports.map(line)));
}

/** @param {Report} report */
function line({ title, model, items, date, address, pdf }) {
  const told = { m: model, n: items, d: date };
  const about = date ? t("({m}, {n} items, {d})", told) : t("({m}, {n} items)", told);
  const name = t("{t} as PDF", { t: title });
  const file = pdf && el("a", { href: pdf, text: "PDF", download: true, "aria-label": name, title: name });
  return el("li", null, opened(address, title), " ", el("span", { class: "sv-hint", text: about }), " ", file);
}

/** In a tab of its own, which knows nothing of this one. @param {string} href @param {string} text */
const opened = (href, text) =>
  el("a", { href, text, target: "_blank", rel: "noopener noreferrer", title: t("opens in a new tab") });
