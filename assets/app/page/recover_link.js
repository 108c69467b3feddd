// A link whose run is gone: what it wanted to show waits until the run has been made again, or its trace opened.

import { parsed } from "./links.js";
import { page } from "./state.js";

/** @typedef {{state: Record<string, string>, beside: object | null}} Wanted strings of the link; recipe of the second run */

/** @type {Wanted | null} */
let wanted = null;

/** @param {Wanted} what */
export function want(what) {
  wanted = what;
}

/**
 * A whole run came into the first place: it is looked at as the link says, and the second is made.
 * @param {import("./state.js").Reference} reference
 * @param {{ended: string}} payload
 */
export function settle(reference, payload) {
  if (!wanted || !page.viewer || reference.aside || payload.ended === "running") return;
  const { state, beside } = wanted;
  wanted = null;
  if (reference.example) return; // the person went elsewhere
  page.viewer.setState(parsed(state));
  if (beside) compareWith(beside);
}

/** @param {object} recipe of the run that is to stand in the second place */
export function compareWith(recipe) {
  if (page.header) page.header.trigger("compare", { recipe });
}

/** Asks for a saved trace. @param {"first" | "second"} place */
export function openTrace(place) {
  const id = `app-open-${place}`;
  const field =
    document.querySelector(`#${id} input[type=file], input[type=file]#${id}`) || document.querySelector(`#${id}`);
  /** @type {HTMLElement} */ (field).click();
}

/** What a notice may offer. @type {Record<string, (news: any) => void>} */
export const offers = {
  again: () => press("#app-run"),
  again_beside: (news) => compareWith(news.recipe),
  open: () => openTrace("first"),
  open_beside: () => openTrace("second"),
};

/** @param {string} name of a button of gradio's */
export function press(name) {
  const button = /** @type {HTMLElement | null} */ (document.querySelector(name));
  if (button) button.click();
}
