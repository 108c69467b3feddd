// One line of news or trouble above the page, and quiet remarks elsewhere.

import { el, setChildren } from "../../shared/dom.js";
import { offers, want } from "../page/recover_link.js";
import { told } from "../page/state.js";
import { t } from "../page/texts.js";
import { forgetStop, stopWhenPossible } from "./stopping.js";

/** @typedef {import("../page/state.js").Part} Part */

/**
 * @typedef {object} News
 * @property {"busy" | "info" | "warning" | "error"} kind
 * @property {string} [key] of the page's texts
 * @property {Record<string, unknown>} [values] of its blanks
 * @property {string} [text] instead of a key
 * @property {{do: string, key: string}[]} [offers] what a click may do about it
 * @property {import("../page/recover_link.js").Wanted} [wanted] what a link wanted to show
 */

/** A caption in the making. */
export const STOPPABLE = ["running", "waiting_model", "waiting_model_seconds", "queued", "queued_before", "queued_seconds"]; // prettier-ignore
const SHOWN = 8000; // ms a piece of news stays

/** @type {Set<(news: News | null) => void>} called with everything the notice says */
export const newsListeners = new Set();
/** @type {{root: HTMLElement, timer: number, kind: string, shape: string, news: News | null} | null} */
let notice = null;

/** @param {News | null} news */
export function say(news) {
  if (!notice) return;
  if (!news || !STOPPABLE.includes(news.key || "")) forgetStop();
  for (const listener of newsListeners) listener(news);
  const { root } = notice;
  notice.news = news;
  clearTimeout(notice.timer);
  const shape = news && news.kind === "busy" ? JSON.stringify([news.kind, news.key, news.offers]) : "";
  const same = shape && shape === notice.shape && root.querySelector(".app-notice-text");
  notice.shape = shape;
  if (news && same) {
    same.textContent = news.text || t(news.key || "", news.values); // a count goes on: its buttons stay, and nobody is told again
    root.setAttribute("aria-live", "off");
    return;
  }
  root.setAttribute("aria-live", "polite");
  notice.kind = news ? news.kind : "";
  root.className = "app-notice" + (notice.kind ? ` on ${notice.kind}` : "");
  if (!news || !news.kind) return root.replaceChildren();
  root.setAttribute("role", news.kind === "error" ? "alert" : "status");
  setChildren(root, ...noticeParts(news));
  if (news.kind === "info") notice.timer = window.setTimeout(() => say(null), SHOWN);
}

/** Nothing is said, if this was the last. @param {News} news */
export function takeBack(news) {
  if (notice && notice.news === news) say(null);
}

/** @param {News} news */
function noticeParts(news) {
  const { kind, key = "", values, text, offers: given = [] } = news;
  const button = (/** @type {string} */ name, /** @type {() => void} */ click, more = {}) =>
    el("button", { type: "button", class: "app-button", text: t(name), on: { click }, ...more });
  const act = (/** @type {string} */ name) => () => {
    say(null);
    offers[name](news);
  };
  const close = { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×" };
  return [
    kind === "busy" && el("span", { class: "app-spinner", "aria-hidden": "true" }),
    el("span", { class: "app-notice-text", text: text || t(key, values) }),
    STOPPABLE.includes(key) && button("stop", () => stopWhenPossible("#app-stop")),
    ...given.map((offer) => button(offer.key, act(offer.do), { "data-do": offer.do })),
    el("button", { ...close, on: { click: () => say(null) } }),
  ];
}

/** @param {Part} part */
export function mountNotice({ element, props, watch }) {
  const root = /** @type {HTMLElement} */ (element.querySelector(".app-notice"));
  notice = { root, timer: 0, kind: "", shape: "", news: null };
  const draw = () => {
    /** @type {News | null} */
    const news = told(props.note);
    if (news && news.wanted) want(news.wanted);
    say(news);
  };
  watch("note", draw);
  draw();
  // What was refused is being changed: the sentence about it has done its work.
  document.addEventListener("input", ({ target }) => {
    const refused = notice && notice.kind === "error";
    if (refused && target instanceof Element && target.closest("#app-left")) say(null);
  });
}

/** A quiet line of text. @param {Part} part */
export function mountNote({ element, props, watch }) {
  const root = /** @type {HTMLElement} */ (element.querySelector(".app-note"));
  const draw = () => {
    const note = told(props.note) || "";
    root.textContent = note.key ? t(note.key, note.values) : note;
    root.classList.toggle("app-note-refused", note.fits === false);
  };
  watch("note", draw);
  draw();
}
