// The scale a colour means the same over: every step of the runs on the screen, one step, or two numbers set by hand.
// As locked_scale in saliency_viz/figures/rows/scales.py.

import { Scale, endsOf, ninetyNine } from "../numbers/scale.js";

/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./defaults.js").State} State */
/** @typedef {import("./defaults.js").Kind} Kind */
/** @typedef {"image" | "words"} Group of keys; words: those that are not dimmed */

/**
 * Between two numbers a person set, for every group of keys of a kind.
 * @param {Run[]} runs
 * @param {Group} group
 * @param {Kind} kind
 * @param {State} state
 * @param {number[] | number[][]} steps
 */
function byHand(runs, group, kind, state, steps) {
  const found = lockedScale(runs, group, kind, { ...state, scale: "layer" }, steps);
  const ends = state[`range_${kind}`];
  if (!ends) return found;
  const { largest, smallest } = found;
  const transform = state.transform === "log" ? "log" : "linear";
  return new Scale(ends[1], transform, { low: ends[0], largest, smallest, manual: true });
}

/**
 * [largest, 99 % quantile, smallest above 0] of the whole run, as the payload of a large run brings them.
 * @param {Run} run
 * @param {Group} group
 * @param {Kind} kind
 * @param {State} state
 * @returns {[number, number, number]}
 */
function fromRanges(run, group, kind, { normalization, scale, layer }) {
  const name = kind === "attention" || normalization === "row" ? kind : normalization;
  const known = /** @type {NonNullable<Run["ranges"]>} */ (run.ranges)[group][name];
  if (scale === "run" || layer === "all") return known.run;
  if (layer === "target") return known.target;
  return known.layers[/** @type {number} */ (layer)];
}

/** Whether the payload says where this scale ends: not of the mean of layers chosen one by one. */
const inRanges = (/** @type {Run} */ run, /** @type {State} */ state) =>
  Boolean(run.ranges) && state.scale !== "token" && !(Array.isArray(state.layer) && state.scale !== "run");

/**
 * Values over which a scale is locked: one array per step and layer choice, only reachable keys.
 * @param {Run} run
 * @param {number[]} keys
 * @param {Kind} kind
 * @param {State} state
 * @param {number[]} steps
 */
function collect(run, keys, kind, state, steps) {
  const { layer, normalization, reduce } = state;
  const pick = (/** @type {Float32Array} */ values, /** @type {number} */ reach) =>
    Float32Array.from(
      keys.filter((key) => key < reach),
      (key) => values[key],
    );
  const layers = layer === "all" || state.scale === "run" ? run.layerList("all") : [layer];
  if (state.scale === "token") {
    const reach = Math.max(...steps.map((step) => run.reach(step)));
    const shown = layer === "all" ? layers : [layer];
    return shown.map((one) => pick(run.values(kind, steps, one, normalization, reduce), reach));
  }
  const arrays = [];
  for (let step = 0; step < run.steps.length; step++) {
    if (!run.has(step)) continue;
    for (const one of layers) {
      const one_layer = typeof one === "number";
      const values = one_layer ? run.row(kind, step, one, normalization) : run.values(kind, step, one, normalization);
      arrays.push(pick(values, run.reach(step)));
    }
  }
  return arrays;
}

/**
 * One scale for a group of keys and a kind, over every run given.
 * @param {Run[]} runs
 * @param {Group} group
 * @param {Kind} kind
 * @param {State} state
 * @param {number[] | number[][]} steps those chosen, in all runs or one list for each run
 * @returns {Scale}
 */
export function lockedScale(runs, group, kind, state, steps) {
  if (state.scale === "manual") return byHand(runs, group, kind, state, steps);
  const { scale, layer, normalization, transform, reduce } = state;
  const token = scale === "token";
  const partly = token || !runs.every((run) => !run.ranges || inRanges(run, state)); // of the rows that came
  const rows = partly ? runs.map((run) => run.loaded) : "";
  const which = token ? JSON.stringify([steps, reduce]) : "";
  const name = [group, kind, scale, layer, normalization, transform, which, rows, runs.map((run) => run.version)].join(
    "|",
  );
  const memo = runs[0].whole;
  if (!memo.has(name)) memo.set(name, measured(runs, group, kind, state, steps));
  return memo.get(name);
}

/**
 * @param {Run[]} runs
 * @param {Group} group
 * @param {Kind} kind
 * @param {State} state
 * @param {number[] | number[][]} steps
 */
function measured(runs, group, kind, state, steps) {
  let [largest, high, smallest] = [0, 0, Infinity];
  /** @type {Float32Array[]} */
  const arrays = [];
  runs.forEach((run, place) => {
    if (state.scale !== "token" && runs.indexOf(run) < place) return;
    const own = /** @type {number[]} */ (Array.isArray(steps[0]) ? steps[place] : steps);
    if (inRanges(run, state)) {
      const [top, ninety, low] = fromRanges(run, group, kind, state);
      largest = Math.max(largest, top);
      high = Math.max(high, ninety);
      smallest = Math.min(smallest, low || Infinity);
    } else arrays.push(...collect(run, group === "image" ? run.imageKeys : run.brightKeys, kind, state, own));
  });
  const found = endsOf(arrays);
  largest = Math.max(largest, found.largest);
  smallest = Math.min(smallest, found.smallest || Infinity);
  high = state.transform === "percentile" ? Math.max(high, ninetyNine(found.all)) : largest;
  return new Scale(high || largest, state.transform, { largest, smallest: smallest === Infinity ? 0 : smallest });
}
