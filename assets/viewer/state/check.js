// A state from outside becomes a valid one: numbers in range, choices that exist, what the run does not have let go.

import { SEQUENTIAL } from "../draw/color.js";
import { runsCompared } from "./compare.js";
import { CHOICES, DEFAULTS } from "./defaults.js";
import { lockedScale } from "./locked.js";
import { canShow } from "./tabs.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./defaults.js").Layers} Layers */
/** @typedef {import("./defaults.js").Kind} Kind */

const MANY_LAYERS = 999; // no model has so many; the bound before a run is there

/**
 * [low, high] when these are two numbers with 0 <= low < high, else null.
 * @param {unknown} given
 * @returns {[number, number] | null}
 */
export function rangeEnds(given) {
  if (!Array.isArray(given) || given.length !== 2) return null;
  const [low, high] = given.map(Number);
  return Number.isFinite(low) && Number.isFinite(high) && low >= 0 && low < high ? [low, high] : null;
}

/**
 * The whole numbers of a list in [0, limit), in its order.
 * @param {unknown} list
 * @param {number} limit
 * @returns {number[]}
 */
const within = (list, limit) =>
  Array.isArray(list) ? list.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < limit) : [];

/**
 * A number rounded and brought into [0, last]; null when it is none.
 * @param {unknown} value
 * @param {number} last
 */
function index(value, last) {
  const at = Math.round(Number(value));
  return Number.isFinite(at) ? Math.max(0, Math.min(last, at)) : null;
}

/**
 * @param {unknown} layer
 * @param {Run | null} run
 * @returns {Layers}
 */
export function checkedLayer(layer, run) {
  if (layer === "target" || layer === "all") return layer;
  if (!Array.isArray(layer)) return index(layer, run ? run.layers - 1 : MANY_LAYERS) ?? DEFAULTS.layer;
  const layers = [...new Set(within(layer, run ? run.layers : MANY_LAYERS))].sort((a, b) => a - b);
  return layers.length > 1 ? layers : layers.length ? layers[0] : DEFAULTS.layer;
}

/** @param {unknown} frame @param {Run | null} run */
function checkedFrame(frame, run) {
  const at = frame === null ? NaN : Math.round(Number(frame));
  if (!Number.isFinite(at) || at < 0) return null;
  return run && run.several ? Math.min(at, run.groups.length - 1) : at;
}

/** @param {unknown} row @param {Run | null} run */
function checkedRow(row, run) {
  const at = row === null || row === "" ? NaN : Number(row);
  return Number.isInteger(at) && at >= 0 && at < (run ? run.keys : Infinity) ? at : null;
}

/** @param {Viewer} viewer */
export function checkState(viewer) {
  const { state, run } = viewer;
  const loose = /** @type {Record<string, any>} */ (state);
  for (const [name, allowed] of Object.entries(CHOICES)) {
    if (!allowed.includes(loose[name])) loose[name] = /** @type {Record<string, any>} */ (DEFAULTS)[name];
  }
  if (!SEQUENTIAL.includes(state.cmap)) state.cmap = DEFAULTS.cmap;
  if (!viewer.tabs.some((tab) => tab.name === state.view && canShow(viewer, tab.view))) state.view = DEFAULTS.view;
  const opacity = Number(state.opacity);
  state.opacity = Math.max(0, Math.min(1, Number.isFinite(opacity) ? opacity : DEFAULTS.opacity));
  state.layer = checkedLayer(state.layer, run);
  state.frame = checkedFrame(state.frame, run);
  if (state.token !== null) state.token = index(state.token, run && run.steps.length ? run.steps.length - 1 : Infinity);
  if (!Array.isArray(state.held_also)) state.held_also = [];
  if (run) {
    state.also = within(state.also, run.steps.length);
    state.pins = within(state.pins, run.keys);
  }
  state.matrix_row = checkedRow(state.matrix_row, run);
  if (state.knock_head !== null)
    state.knock_head = index(state.knock_head, run ? run.payload.model.heads - 1 : Infinity);
  state.head = Math.max(0, Math.round(Number(state.head)) || 0);
  for (const kind of /** @type {const} */ (["attention", "saliency"])) {
    const ends = rangeEnds(state[`range_${kind}`]);
    state[`range_${kind}`] = ends || (state.scale === "manual" ? usualEnds(viewer, kind) : null);
  }
  checkHeld(viewer);
}

/**
 * Two numbers to begin a range by hand with: where the locked scale ends, rounded up to two digits.
 * @param {Viewer} viewer
 * @param {Kind} kind
 * @returns {[number, number] | null}
 */
function usualEnds(viewer, kind) {
  const { run, state } = viewer;
  if (!run || !run.rows.some(Boolean)) return null;
  const group = run.imageKeys.length ? "image" : "words";
  const { high } = lockedScale(runsCompared(viewer), group, kind, { ...state, scale: "layer" }, []);
  const unit = 10 ** (Math.floor(Math.log10(high)) - 1);
  return [0, Number((Math.ceil(high / unit) * unit).toPrecision(2))];
}

/**
 * A held token stands in the second place, before any other run that is there.
 * @param {Viewer} viewer
 */
function checkHeld(viewer) {
  const { state, run } = viewer;
  const written = run && run.steps.length ? run.steps.length : 0;
  const held = state.held === null || /** @type {unknown} */ (state.held) === "" ? NaN : Math.round(Number(state.held));
  state.held = Number.isFinite(held) && held >= 0 ? Math.min(held, written ? written - 1 : held) : null;
  const beside = state.held === null || !run ? [] : state.held_also;
  state.held_also = beside.filter((step) => step < written && step !== state.held);
  const second = state.held !== null && written ? run : viewer.beside;
  if (second !== viewer.runs[1]) viewer.aligned = null;
  viewer.runs[1] = second;
}
