// A run comes into a place of the viewer, grows there, or leaves.

import { checkState } from "./check.js";
import { Run } from "./run.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../payload.js").Payload} Payload */

const FRESH = { token: null, also: [], pins: [], held: null, frame: null }; // what belongs to one run

/**
 * @param {Viewer} viewer
 * @param {Payload | null} payload null: the place is empty
 * @param {{slot?: 0 | 1, example?: boolean}} [options]
 */
export function placeRun(viewer, payload, { slot = 0, example = false } = {}) {
  const { state, runs } = viewer;
  const before = runs[slot];
  const same = before && payload && before.id && before.id === (payload.run || "");
  const run = payload ? new Run(payload) : null;
  if (run) run.example = example;
  if (slot) viewer.beside = run;
  else runs[0] = run;
  if (slot && run) state.held = null;
  viewer.aligned = null;
  viewer.images.clear();
  if (slot === 0 && !same && !viewer.asked) Object.assign(state, FRESH);
  viewer.asked = false;
  viewer.strips[slot].forget();
  checkState(viewer);
  viewer.schedule();
}

/** @param {Viewer} viewer @param {import("../payload.js").Delta} delta */
export function growRun(viewer, delta) {
  const run = delta.slot ? viewer.beside : viewer.runs[0];
  if (!run || (delta.run && run.id !== delta.run)) return;
  run.place(delta.steps, delta.start, delta.rows);
  viewer.aligned = null;
  viewer.grew = performance.now();
  viewer.schedule();
}
