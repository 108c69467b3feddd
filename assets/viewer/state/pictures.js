// Several pictures or video frames of one run: which patches lie on each, and what each group got.
// The same numbers as picture_shares in saliency_viz/figures/rows/metrics.py; tests compare them.

import { floats } from "../numbers/half.js";
import { stepsOf } from "./choice.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./run.js").Sheet} Sheet */
/** @typedef {import("./defaults.js").Kind} Kind */
/** @typedef {import("./defaults.js").Layers} Layers */
/** @typedef {import("./defaults.js").Normalization} Normalization */

/**
 * Groups of consecutive pictures: [[0, 1], [2, 3], [4]] of five, two together.
 * @param {number} count
 * @param {number} together
 * @returns {number[][]}
 */
export function grouped(count, together) {
  const starts = Array.from({ length: Math.ceil(count / together) }, (_, group) => group * together);
  return starts.map((first) => Array.from({ length: Math.min(together, count - first) }, (_, i) => first + i));
}

/**
 * @param {Run} run
 * @param {number} picture
 * @param {number} scale 0: the picture, 1: a thumbnail of the whole
 */
function patchesOf(run, picture, scale) {
  /** @type {number[]} */
  const found = [];
  run.boxes.forEach(([left, top, right, bottom], patch) => {
    const empty = right <= left || bottom <= top;
    if (!empty && run.boxImages[patch] === picture && run.boxScales[patch] === scale) found.push(patch);
  });
  return found;
}

/**
 * Every picture, and a thumbnail of the whole where the model saw one, over its patches.
 * @param {Run} run
 * @param {number[]} pictures
 * @param {number} [owner] whose patches they are, where they share them
 * @returns {Sheet[]}
 */
function sheetsOver(run, pictures, owner) {
  const sheets = pictures.flatMap((picture) =>
    [0, 1].map((scale) => ({ picture, scale, patches: patchesOf(run, owner ?? picture, scale) })),
  );
  return sheets.filter(({ patches }) => patches.length);
}

/** @param {Run} run */
export const allSheets = (run) => sheetsOver(run, [...run.pictures.keys()]);

/** Sheets of one group: each of its pictures at each scale, over the patches they share. @param {Run} run @param {number} group */
export const sheetsOf = (run, group) => sheetsOver(run, run.groups[group] || [], (run.groups[group] || [])[0]);

/**
 * What part of the row of some steps each group got: Float64Array [groups]; null where the rows are not here.
 * @param {Run} run
 * @param {Kind} kind
 * @param {number | number[]} steps
 * @param {Layers} layer
 * @param {Normalization} normalization
 * @param {import("./defaults.js").Reduce} [reduce]
 * @returns {Float64Array | null}
 */
export function pictureShares(run, kind, steps, layer, normalization, reduce) {
  const chosen = Array.isArray(steps) ? steps : [steps];
  if (!chosen.length) return null;
  if (!chosen.every((step) => run.has(step))) {
    return chosen.length === 1 ? summed(run, kind, chosen[0], layer, normalization) : null;
  }
  const values = run.values(kind, chosen, layer, normalization, reduce);
  const shares = new Float64Array(run.groups.length);
  let total = 0;
  for (let key = 0; key < run.keys; key++) total += values[key];
  if (total > 0) {
    run.imageKeys.forEach((key, patch) => {
      shares[Math.floor(run.boxImages[patch] / run.together)] += values[key] / total;
    });
  }
  return shares;
}

/**
 * The same from the sums a large run comes with.
 * @param {Run} run
 * @param {Kind} kind
 * @param {number} step
 * @param {Layers} layer
 * @param {Normalization} normalization
 */
function summed(run, kind, step, layer, normalization) {
  const given = run.payload.picture_sums;
  if (!given || step >= given.shape[0]) return null;
  if (!run.sums) {
    run.sums = { attention: floats(given.attention), saliency: floats(given.saliency), norm: floats(given.norm) };
  }
  const [, layers, width] = given.shape;
  const parts = new Float64Array(width);
  for (const one of run.layerList(layer)) {
    const from = (step * layers + one) * width;
    const whole = run.sums[kind][from + width - 1];
    let factor = 1;
    if (kind === "saliency" && normalization === "raw") factor = run.sums.norm[step * layers + one];
    if (normalization === "share") factor = whole > 0 ? 1 / whole : 0;
    for (let part = 0; part < width; part++) parts[part] += run.sums[kind][from + part] * factor;
  }
  const total = parts[width - 1];
  return parts.slice(0, width - 1).map((part) => (total > 0 ? part / total : 0));
}

/**
 * The largest share any group got in the run: where bars and colours end.
 * @param {Run} run
 * @param {Kind} kind
 * @param {Layers} layer
 * @param {Normalization} normalization
 * @returns {number}
 */
export function largestShare(run, kind, layer, normalization) {
  const name = ["largest share", kind, layer, normalization].join("|");
  if (!run.memo.has(name)) {
    let top = 0;
    run.steps.forEach((_, step) => {
      for (const share of pictureShares(run, kind, step, layer, normalization) || []) top = Math.max(top, share);
    });
    run.memo.set(name, top);
  }
  return run.memo.get(name);
}

/**
 * Which group the panels show: the chosen one, or (nobody chose) the one most of the token's saliency lies on.
 * @param {Viewer} viewer
 * @param {number} slot
 * @returns {number}
 */
export function groupOf(viewer, slot) {
  const run = viewer.runs[slot];
  const { state } = viewer;
  if (!run || !run.several) return 0;
  if (state.frame !== null) return Math.min(state.frame, run.groups.length - 1);
  if (slot === 1 && viewer.runs[0] && viewer.runs[0].groups.length === run.groups.length) return groupOf(viewer, 0);
  const steps = stepsOf(viewer, slot);
  const shares = pictureShares(run, "saliency", steps, state.layer, state.normalization, state.reduce);
  return shares ? shares.indexOf(Math.max(...shares)) : Math.min(run.lastGroup, run.groups.length - 1);
}
