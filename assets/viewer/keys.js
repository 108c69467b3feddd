// Keys that work anywhere in the view; those of a list or a picture are heard there. views/help.js lists them all.

import { markToken } from "./state/change.js";

/** @typedef {import("./viewer.js").Viewer} Viewer */

/** @param {Viewer} viewer @param {KeyboardEvent} event */
export function pressKey(viewer, event) {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
  const { state, run, help } = viewer;
  const onStrip = run && target.closest(".sv-strip");
  if (event.key === "Escape" && help.open) help.toggle();
  else if (event.key === "Escape" && (state.pins.length || state.also.length)) viewer.set({ pins: [], also: [] });
  else if (event.key === "Escape" && state.held !== null) viewer.hold();
  else if (event.key === "t" && run && run.steps.length) viewer.hold();
  else if (event.key === "?" && viewer.options.help !== false) help.toggle();
  else if (event.key === "[" && run) viewer.set({ layer: neighbour(state.layer, -1, run.layers) });
  else if (event.key === "]" && run) viewer.set({ layer: neighbour(state.layer, 1, run.layers) });
  else if (event.key === "h" && onStrip) markToken(viewer, "hallucinated");
  else if (event.key === "r" && onStrip) markToken(viewer, "right");
  else if (event.key === "n" && onStrip) writeNote(viewer);
  else return;
  event.preventDefault();
}

/**
 * The layer above or below those chosen; from a name of many, the first or the last one.
 * @param {import("./state/defaults.js").Layers} layer
 * @param {1 | -1} way
 * @param {number} count
 */
export function neighbour(layer, way, count) {
  const from = Array.isArray(layer) ? layer[way > 0 ? layer.length - 1 : 0] : layer;
  const at = typeof from === "number" ? from + way : way > 0 ? 0 : count - 1;
  return Math.max(0, Math.min(count - 1, at));
}

/** @param {Viewer} viewer */
function writeNote(viewer) {
  viewer.set({ view: "marks" });
  const marks = viewer.tabs.find((tab) => tab.name === "marks");
  requestAnimationFrame(() => marks && marks.view.write && marks.view.write());
}
