// What each view is given to draw: values and scales of the chosen tokens.

import { DIVERGING } from "../draw/color.js";
import { linearScale, signedScale } from "../numbers/scale.js";
import { t } from "../texts/t.js";
import { stepsOf } from "./choice.js";
import { alignment, runsCompared, translate } from "./compare.js";
import { lockedScale } from "./locked.js";
import { scoreScale } from "./scales.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./defaults.js").Kind} Kind */
/** @typedef {import("./defaults.js").Layers} Layers */
/** @typedef {import("../numbers/scale.js").Scale} Scale */

/**
 * What a panel shows. values [keys], null while the rows are not here; reach: keys from here on are not seen yet.
 * @typedef {object} Source
 * @property {Run | null} run
 * @property {Kind} kind
 * @property {Float32Array | null} [values]
 * @property {number[]} [steps]
 * @property {number} [reach]
 * @property {Scale | null} [scale] of the image's keys
 * @property {Scale} [wordScale]
 * @property {string} [map] name of the colour map
 * @property {(layer: number) => Float32Array} [layer] the same of one layer
 * @property {(key: number) => (string | [string, string])[]} [lines] of the tip, where a view has its own
 */

/** {values [steps], scale, name} of the strip: scores, or how much each output drew on the pinned keys.
 * @param {Viewer} viewer
 * @param {number} slot
 */
export function stripValues(viewer, slot) {
  const { state } = viewer;
  const run = /** @type {Run} */ (viewer.runs[slot]);
  if (!state.pins.length) {
    return {
      values: run.steps.map((step) => step.score),
      scale: scoreScale(viewer),
      name: t("support from earlier words"),
    };
  }
  const each = runsCompared(viewer).map((one) => {
    const own = one === viewer.runs[0];
    const keys = own ? state.pins : state.pins.map((key) => translate(viewer, key, 0, 1)).filter((key) => key >= 0);
    const drawn = one.drawnOn(keys, state.pin_kind, state.layer, state.normalization);
    const seen = (/** @type {number} */ step) => one.has(step) && keys.some((key) => key < one.reach(step));
    return Array.from(drawn, (value, step) => (seen(step) ? value : null));
  });
  const high = Math.max(0, ...each.flat().map((value) => value ?? 0));
  return { values: each[viewer.runs[0] === run ? 0 : 1], scale: linearScale(high), name: t("drawn on the pins") };
}

/**
 * @param {Viewer} viewer
 * @param {0 | 1 | "difference"} which
 * @param {Kind} kind
 * @returns {Source}
 */
export function panelSource(viewer, which, kind) {
  const { state } = viewer;
  if (which === "difference") return differenceOf(viewer, kind);
  const run = viewer.runs[which];
  if (!run) return { run: null, kind };
  const steps = stepsOf(viewer, which);
  if (!steps.length || !steps.every((step) => run.has(step))) {
    for (const step of steps) viewer.rows.request(run, step);
    return { run, kind, steps, values: null };
  }
  const both = /** @type {Run[]} */ (viewer.comparing ? viewer.runs : [run]);
  const chosen = viewer.comparing ? [stepsOf(viewer, 0), stepsOf(viewer, 1)] : steps;
  return {
    run,
    kind,
    steps,
    map: state.cmap,
    reach: Math.max(...steps.map((step) => run.reach(step))),
    values: valuesOf(viewer, run, kind, steps, state.layer),
    scale: run.imageKeys.length ? lockedScale(both, "image", kind, state, chosen) : null,
    wordScale: lockedScale(both, "words", kind, state, chosen),
    layer: (layer) => valuesOf(viewer, run, kind, steps, layer),
  };
}

/**
 * Float32Array [keys] of the chosen steps as the choices say: normalised, and several of them as one.
 * @param {Viewer} viewer
 * @param {Run} run
 * @param {Kind} kind
 * @param {number[]} steps
 * @param {Layers} layer
 */
export const valuesOf = ({ state }, run, kind, steps, layer) =>
  run.values(kind, steps, layer, state.normalization, state.reduce);

/**
 * Second minus first, at the first run's positions; NaN where nothing corresponds.
 * @param {Viewer} viewer
 * @param {Kind} kind
 * @returns {Source}
 */
function differenceOf(viewer, kind) {
  const run = viewer.runs[0];
  if (!run) return { run: null, kind };
  const [first, second] = [panelSource(viewer, 0, kind), panelSource(viewer, 1, kind)];
  if (!first.values || !second.values || !first.layer || !second.layer) return { run, kind, values: null };
  const [reach, otherReach] = [first.reach ?? 0, second.reach ?? 0];
  const { there } = alignment(viewer);
  const minus = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
    Float32Array.from({ length: run.keys }, (_, key) => {
      const match = there.get(key);
      return match === undefined || key >= reach || match >= otherReach ? NaN : b[match] - a[key];
    });
  const { layer: ofFirst } = first;
  const { layer: ofSecond } = second;
  const layer = (/** @type {number} */ one) => minus(ofFirst(one), ofSecond(one));
  const values = minus(first.values, second.values);
  const signed = (/** @type {number[]} */ keys, /** @type {Float32Array[]} */ rows) =>
    signedScale(rows.map((row) => keys.map((key) => row[key]).filter((value) => !Number.isNaN(value))));
  const shown = viewer.state.layer === "all" ? run.layerList("all").map(layer) : [values];
  const scale = run.imageKeys.length ? signed(run.imageKeys, shown) : null;
  const wordScale = signed(run.brightKeys, [values]);
  return { run, kind, steps: first.steps, values, layer, map: DIVERGING, reach, scale, wordScale };
}
