// The address of what is on the screen: written as one looks around, copied on request, read when a page opens.

import { el } from "../../shared/dom.js";
import { DEFAULTS } from "../../viewer/state/defaults.js";
import { consecutive } from "../../viewer/texts/format.js";
import { page, shown } from "./state.js";

/** @typedef {import("../../viewer/state/defaults.js").State} State */

const PAUSE = 250; // ms until the address follows
const PATIENCE = 10000; // ms in which the run that Back asked for comes
const MOST = 2000; // ranges in one list
const LONGEST = 20000; // positions in one range

/** @returns {string} */
export function address() {
  const url = new URL(location.href);
  const theme = url.searchParams.get("__theme");
  url.search = "";
  const { searchParams: query } = url;
  const [first, second] = shown;
  for (const [key, value] of Object.entries((first && first.recipe) || {})) query.set(key, value);
  const state = page.viewer ? page.viewer.getState() : null;
  if (first && second && !(state && typeof state.held === "number")) {
    // a held token stands before a second run
    query.set("beside", second.id);
    for (const [key, value] of Object.entries(second.recipe || {})) {
      if (!second.example && key !== "run") query.set("beside_" + key, value);
    }
  }
  for (const [key, value] of Object.entries(stateWords(state))) query.set(key, value);
  if (theme) query.set("__theme", theme);
  return url.href;
}

/** What of a state a link says: token and layer, and what is not as it is at first. @param {State | null} state */
function stateWords(state) {
  /** @type {Record<string, string>} */
  const words = {};
  const usual = /** @type {Record<string, unknown>} */ (DEFAULTS);
  for (const [key, value] of Object.entries(state || {})) {
    if (value === null || value === undefined) continue;
    const always = key === "token" || key === "layer";
    if (always || JSON.stringify(value) !== JSON.stringify(usual[key])) words[key] = written(value, usual[key]);
  }
  return words;
}

/**
 * Many positions are written as ranges: [3, 4, 5, 9] is "3-5.9".
 * @param {unknown} value
 * @param {unknown} usual
 */
export function written(value, usual) {
  if (!Array.isArray(usual)) return typeof value === "string" ? value : JSON.stringify(value);
  const ranges = consecutive(/** @type {number[]} */ (value));
  return ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(".");
}

/** @param {string} text @returns {number[]} */
function unwritten(text) {
  const parts = text.split(".").slice(0, MOST);
  return parts.flatMap((part) => {
    const [low, high = low] = part.split("-").map(Number);
    if (!Number.isInteger(low) || !Number.isInteger(high) || high - low >= LONGEST) return [];
    return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
  });
}

/**
 * A link's strings as a whole state of the viewer; the viewer checks them. What a link does not say is the default, not
 * what this visitor last chose.
 * @param {Record<string, string>} words
 */
export function parsed(words) {
  /** @type {Record<string, unknown>} */
  const found = { ...DEFAULTS };
  for (const [key, text] of Object.entries(words)) {
    const usual = /** @type {Record<string, unknown>} */ (DEFAULTS)[key];
    if (Array.isArray(usual) && /^[\d.-]+$/.test(text)) found[key] = unwritten(text);
    else {
      try {
        found[key] = JSON.parse(text);
      } catch {
        found[key] = text; // a plain word
      }
    }
  }
  return /** @type {any} */ (found);
}

let writing = 0;
let entry = ""; // the runs that the present entry of the browser's history shows
let awaited = 0; // until when the entry's runs may still be on their way, after Back or forward

/** The address follows what is looked at; another run is another entry, so that Back goes to the run before. */
export function remember() {
  const [first, second] = shown;
  if (!first) return;
  const runs = [first.id, second && second.id];
  const now = JSON.stringify(runs);
  if (now !== entry && Date.now() < awaited) return; // was on its way to the page before Back was pressed
  awaited = 0;
  clearTimeout(writing);
  if (entry && now !== entry) history.pushState({ runs }, "", address());
  else if (first.aside) history.replaceState({ runs }, ""); // the address is not about it
  entry = now;
  if (!first.aside) writing = window.setTimeout(() => history.replaceState({ runs }, "", address()), PAUSE);
}

/** The run that Back asked for does not come: what is shown is looked at again. */
export const forgetBack = () => void (awaited = 0);

/** Back and forward through the runs that were looked at. */
export function watchHistory() {
  addEventListener("popstate", ({ state }) => {
    if (!state || !state.runs || !page.header) return;
    clearTimeout(writing);
    entry = JSON.stringify(state.runs);
    awaited = Date.now() + PATIENCE;
    const [first, second] = state.runs;
    page.header.trigger("show_again", { first, second, link: Object.fromEntries(new URL(location.href).searchParams) });
  });
}

/** @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByField(text); // an address without https has no clipboard
  }
}

/** @param {string} text */
function copyByField(text) {
  const field = el("textarea", { "aria-hidden": "true", class: "app-offscreen" });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
