// What a person does to the choice: a token picked, added or taken away, a range, one held beside the next, a pin.

import { partnerStep } from "../numbers/align.js";
import { tokenOf } from "./choice.js";
import { alignment } from "./compare.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */

/**
 * Keeps the chosen token beside the next ones, or lets it go. step: hold this one.
 * @param {Viewer} viewer
 * @param {number} [step]
 */
export function holdToken(viewer, step) {
  const { state } = viewer;
  const on = state.held === null || step !== undefined;
  viewer.set({
    held: on ? (step === undefined ? tokenOf(viewer, 0) : step) : null,
    held_also: on && step === undefined ? [...state.also] : [],
  });
}

/**
 * A token of a slot was clicked, or reached by the keyboard.
 * @param {Viewer} viewer
 * @param {number} slot
 * @param {number} step
 * @param {{add?: boolean, range?: boolean}} [how]
 */
export function pickToken(viewer, slot, step, { add, range } = {}) {
  if (slot === 1) return pickInSecond(viewer, step);
  viewer.second = null;
  if (add) addToken(viewer, step);
  else if (range)
    return pickRange(viewer, step); // its anchor stays
  else viewer.set({ token: step, also: [] });
  viewer.anchor = step;
}

/** @param {Viewer} viewer @param {number} step */
function pickInSecond(viewer, step) {
  const { pairs } = alignment(viewer);
  const pair = pairs.find(([, j]) => j === step);
  const back = pairs.map(([i, j]) => /** @type {[number, number]} */ ([j, i]));
  const count = /** @type {import("./run.js").Run} */ (viewer.run).steps.length;
  viewer.second = step;
  viewer.set({ token: pair ? pair[0] : partnerStep(back, step, count), also: [] });
  viewer.second = step;
}

/** @param {Viewer} viewer @param {number} step */
function addToken(viewer, step) {
  const at = tokenOf(viewer, 0);
  const chosen = new Set([...viewer.state.also, at]);
  let token = step;
  if (!chosen.has(step)) chosen.add(step);
  else if (chosen.size > 1) {
    chosen.delete(step); // taken away again; the current token is another then
    token = step === at ? /** @type {number} */ ([...chosen].pop()) : at;
  }
  viewer.set({ token, also: [...chosen].filter((one) => one !== token) });
}

/** @param {Viewer} viewer @param {number} step */
function pickRange(viewer, step) {
  const anchor = viewer.anchor === null ? tokenOf(viewer, 0) : viewer.anchor;
  const [low, high] = [Math.min(anchor, step), Math.max(anchor, step)];
  const range = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  viewer.anchor = anchor;
  viewer.set({ token: step, also: range.filter((one) => one !== step) });
}

/**
 * @param {Viewer} viewer
 * @param {number} key
 * @param {import("./defaults.js").Kind} [kind] of the panel it was done in
 */
export function togglePin(viewer, key, kind) {
  const pins = new Set(viewer.state.pins);
  if (pins.has(key)) pins.delete(key);
  else pins.add(key);
  viewer.set({ pins: [...pins].sort((a, b) => a - b), pin_kind: kind || viewer.state.pin_kind });
}

/**
 * A person judges the chosen token; the same judgement again takes it away.
 * @param {Viewer} viewer
 * @param {"right" | "hallucinated"} judgement
 */
export function markToken(viewer, judgement) {
  if (!viewer.run) return;
  const step = tokenOf(viewer, 0);
  const { marks } = viewer.run;
  const note = marks[step] ? marks[step].note : "";
  if (marks[step] && marks[step].judgement === judgement) delete marks[step];
  else marks[step] = { judgement, note };
  viewer.act("mark", { step, judgement: marks[step] ? judgement : null, note });
  viewer.set({ reveal_truth: true });
}
