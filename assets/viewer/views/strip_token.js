// One token of the strip: a button with the token's text on its colour, a bar, and a badge of what SGRS did.

import { el } from "../../shared/dom.js";
import { colorAt, cssColor, tintOf } from "../draw/color.js";
import { differs } from "../state/shift.js";
import { quoted } from "../texts/format.js";
import { formatSupport } from "../texts/reading.js";
import { t } from "../texts/t.js";

/** @typedef {import("../payload.js").Step} Step */

/**
 * How a token stands.
 * @typedef {object} Look
 * @property {string} text
 * @property {number | null} value its score, or what it drew on the pins
 * @property {boolean} selected
 * @property {boolean} focus it is the current one
 * @property {boolean} held
 * @property {boolean} changed it differs from the other run
 * @property {"right" | "hallucinated" | null} judgement
 */

/** @param {number} step */
export const tokenButton = (step) =>
  el(
    "button",
    { class: "sv-token", type: "button", role: "option", "data-step": step },
    el("span", { class: "sv-token-text" }),
    el("span", { class: "sv-token-bar", "aria-hidden": "true" }, el("span")),
    el("span", { class: "sv-badge", "aria-hidden": "true" }),
  );

/**
 * @param {HTMLButtonElement} button
 * @param {Step} step
 * @param {Look} look
 * @param {{scale: import("../numbers/scale.js").Scale, name: string, map: string, theme: import("../draw/color.js").Theme}} shown
 */
export function paintToken(button, step, look, { scale, name, map, theme }) {
  const { value, selected, focus, held, changed, judgement } = look;
  const known = value !== null && value !== undefined && !Number.isNaN(value);
  const place = known ? scale.at(value) : 0;
  const [text, bar, badge] = button.children;
  text.textContent = look.text;
  badge.textContent = badgeOf(step);
  breakAfter(button, /[\n\r]$/.test(step.text));
  const tint = tintOf(map, place, theme);
  button.style.setProperty("--ground", known ? tint.background : "transparent");
  button.style.setProperty("--ink", known ? tint.ink : "var(--sv-ink)");
  const fill = /** @type {HTMLElement} */ (bar.firstElementChild);
  fill.style.setProperty("--bar", cssColor(colorAt(map, place)));
  fill.style.height = known ? `${Math.max(1, Math.round(place * 18))}px` : "0";
  button.dataset.value = known ? String(value) : "";
  const classes = {
    "sv-pending": step.pending,
    "sv-selected": selected,
    "sv-none": !known,
    "sv-changed": changed,
    "sv-held": held,
    "sv-moved": differs(step),
    "sv-hallucinated": judgement === "hallucinated",
    "sv-right": judgement === "right",
  };
  for (const [one, on] of Object.entries(classes)) button.classList.toggle(one, Boolean(on));
  button.setAttribute("aria-selected", String(selected));
  button.tabIndex = focus ? 0 : -1;
  button.setAttribute("aria-label", inWords(step, look, name));
}

/** @param {Step} step */
const badgeOf = (step) =>
  (step.rejected ? "✗" + step.rejected : "") + (step.fallback ? "⚑" : "") + (step.forced ? "✎" : "");

/** A line of the strip ends where the token ends one. @param {Element} button @param {boolean} breaks */
function breakAfter(button, breaks) {
  const next = button.nextElementSibling;
  const there = next && next.tagName === "BR";
  if (breaks && !there) button.after(document.createElement("br"));
  if (!breaks && there) next.remove();
}

/** @param {Step} step @param {Look} look @param {string} name of the value */
function inWords(step, { text, value, held, judgement }, name) {
  return [
    `${step.index}: ${text}`,
    step.pending ? t("not observed yet") : `${name} ${formatSupport(value)}`,
    step.rejected && t("{n} candidates rejected", { n: step.rejected }),
    step.fallback && t("fallback: no candidate reached tau"),
    step.forced && t("chosen by you"),
    step.plain && differs(step) && t("without the decoder: {w}", { w: quoted(step.plain.text) }),
    held && t("held"),
    judgement && t(judgement),
  ]
    .filter(Boolean)
    .join("; ");
}
