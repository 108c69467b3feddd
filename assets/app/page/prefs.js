// How a visitor likes to look, kept in the browser: what was changed by hand, and only until it is set back.

import { DEFAULTS, TASTE } from "../../viewer/state/defaults.js";
import { keep, keepInTab, recalled, recalledInTab } from "./storage.js";

/** @typedef {import("../../viewer/state/defaults.js").State} State */

const VIEW = "saliency-viz-view";
const VISIT = "saliency-viz-visit";
const SETTINGS = "saliency-viz-settings";
export const MAKING = "saliency-viz-making"; // the caption that is being made (parts/making.js)
const making = recalledInTab(MAKING); // as this page was loaded, before it says anything itself

/** @returns {Record<string, unknown>} */
function kept() {
  try {
    return { ...JSON.parse(recalled(VIEW) || "{}") };
  } catch {
    return {}; // damaged
  }
}

/** At the start, before a link has its say. @param {import("../../viewer/viewer.js").Viewer} viewer */
export function likeBefore(viewer) {
  const found = kept();
  const known = TASTE.filter((key) => key in found).map((key) => [key, found[key]]);
  viewer.setState(Object.fromEntries(known));
}

/**
 * The visitor changed something: what of it is a matter of taste is kept, a value by hand of one run's numbers is not.
 * @param {State} state
 * @param {Partial<State>} changed
 */
export function like(state, changed) {
  const keys = TASTE.filter((key) => key in changed);
  if (!keys.length) return;
  const found = kept();
  for (const key of keys) {
    if (state[key] === DEFAULTS[key] || state[key] === "manual") delete found[key];
    else found[key] = state[key];
  }
  keep(VIEW, JSON.stringify(found));
}

const newVisit = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * What the server is told as a page opens: the decoding of the last visit, a token of this tab, by which a reload finds
 * its runs again, and which caption was being made in it: its run, "" before its first word, null for none.
 */
export function recall() {
  try {
    const visit = recalledInTab(VISIT) || newVisit();
    keepInTab(VISIT, visit);
    return JSON.stringify({ settings: JSON.parse(recalled(SETTINGS) || "[]"), visit, making });
  } catch {
    return ""; // private window, damaged memory
  }
}
