// What the tip says of a token and of a position: text, or [label, value].

import { formatNumber, quoted } from "../texts/format.js";
import { formatSupport } from "../texts/reading.js";
import { t } from "../texts/t.js";
import { slotName } from "./compare.js";
import { groupWords } from "./picture_names.js";
import { differs } from "./shift.js";
import { stripValues, valuesOf } from "./sources.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */
/** @typedef {(string | [string, string])[]} Lines */

/**
 * @param {Viewer} viewer
 * @param {number} slot
 * @param {number} index of the step
 * @returns {Lines}
 */
export function stepLines(viewer, slot, index) {
  const run = /** @type {Run} */ (viewer.runs[slot]);
  const step = run.steps[index];
  const shown = stripValues(viewer, slot);
  /** @type {Lines} */
  const lines = [`${run.quoted(run.first + index)} · ${t("token {i}", { i: index })}`];
  if (step.pending) return [...lines, t("not observed yet")];
  lines.push([t("support from earlier words"), formatSupport(step.score)]);
  if (step.threshold !== null && step.threshold !== undefined) lines.push(["τ", formatNumber(step.threshold)]);
  lines.push(["p", `${formatNumber(step.probability)} (${t("rank {n}", { n: step.rank })})`]);
  if (viewer.state.pins.length) lines.push([shown.name, formatNumber(shown.values[index])]);
  if (step.rejected) lines.push([t("rejected"), String(step.rejected)]);
  if (step.fallback) lines.push(t("fallback: no candidate reached tau"));
  if (step.plain && differs(step)) lines.push(t("without the decoder: {w}", { w: quoted(step.plain.text) }));
  const mark = run.marks[index];
  if (mark && viewer.state.reveal_truth) lines.push([t("truth"), t(mark.judgement)]);
  return lines;
}

/**
 * @param {Viewer} viewer
 * @param {{source: () => import("./sources.js").Source, kind: import("./defaults.js").Kind, which: 0 | 1 | "difference"}} panel
 * @param {number} key
 * @returns {Lines}
 */
export function keyLines(viewer, panel, key) {
  const source = panel.source();
  const run = /** @type {Run} */ (source.run);
  const lines = placeLines(run, key);
  if (!source.values || source.reach === undefined) return lines;
  const { reach, values } = source;
  if (source.lines) return [...lines, ...(key < reach ? source.lines(key) : [t("not reached")])];
  if (key >= reach) return [...lines, t("not yet written at this token")];
  if (panel.which === "difference") return [...lines, [slotName(viewer, "difference"), formatNumber(values[key], 4)]];
  const steps = source.steps || [];
  /** @type {import("./defaults.js").Kind} */
  const other = panel.kind === "attention" ? "saliency" : "attention";
  for (const kind of [panel.kind, other]) {
    lines.push([t(kind), formatNumber(valuesOf(viewer, run, kind, steps, viewer.state.layer)[key], 4)]);
  }
  const gain = steps.length === 1 ? run.gain(steps[0])[key] : 1;
  if (gain > 1) {
    lines.push([t("LocoRE gain"), "×" + formatNumber(gain)]);
    const { locore } = run.settings;
    const plain = locore && !locore.renormalize && panel.kind === "attention";
    if (plain) lines.push([t("attention before the gain"), formatNumber(values[key] / gain, 4)]);
  }
  if (run.dimmed.has(key)) lines.push(t("template or sink: outside the scale"));
  return lines;
}

/**
 * What a position is.
 * @param {Run} run
 * @param {number} key
 * @returns {Lines}
 */
function placeLines(run, key) {
  const patch = run.patchOf.get(key);
  const name = patch === undefined ? run.quoted(key) : t("patch {n}", { n: patch });
  const lines = [`${name} · ${t("position {p}", { p: key })}`];
  if (run.kinds[key] === "history") lines.push(t("an earlier turn"));
  if (patch !== undefined && run.several) lines.push(groupWords(run, Math.floor(run.boxImages[patch] / run.together)));
  return lines;
}
