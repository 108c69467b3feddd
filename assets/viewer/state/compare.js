// Two runs on the screen, or two tokens of one: which positions mean the same, and what each is called.

import { alignRuns } from "../numbers/align.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./run.js").Run} Run */

/** @param {Viewer} viewer @returns {Run[]} the runs on the screen; one that is compared with itself counts once */
export const runsCompared = (viewer) =>
  viewer.holding ? [/** @type {Run} */ (viewer.run)] : /** @type {Run[]} */ (viewer.runs.filter(Boolean));

/** @param {Viewer} viewer */
export function alignment(viewer) {
  const [first, second] = viewer.runs;
  if (!first || !second) throw new Error("expected two runs to align, got one: ask viewer.comparing first");
  if (!viewer.aligned) viewer.aligned = alignRuns(first, second);
  return viewer.aligned;
}

/** @param {Viewer} viewer @param {number} slot @returns {Set<number>} steps without a partner in the other run */
export const changedSteps = (viewer, slot) => (viewer.comparing ? alignment(viewer).changed[slot ? 1 : 0] : new Set());

/**
 * The position in another slot's run that means the same, or -1.
 * @param {Viewer} viewer
 * @param {number} key
 * @param {number} from
 * @param {number} to
 * @returns {number}
 */
export function translate(viewer, key, from, to) {
  if (from === to || !viewer.comparing) return key;
  const { there, back } = alignment(viewer);
  return (from === 0 ? there : back).get(key) ?? -1;
}

const HELD = { 0: "selected", 1: "held", difference: "held − selected" };
const BESIDE = { 0: "first", 1: "second", difference: "second − first" };

/** @param {Viewer} viewer @param {0 | 1 | "difference"} which */
export const slotName = (viewer, which) => t((viewer.holding ? HELD : BESIDE)[which]);

/** @param {Viewer} viewer @param {Run} run @returns {Set<number>} keys that are not drawn */
export const hiddenKeys = (viewer, run) => (viewer.state.hide_sinks ? run.dimmed : new Set());

/** @param {Run} run such as "demo + SGRS" */
export const methodName = ({ payload: { model, settings, decoder } }) =>
  [model.name, settings.sgrs && "SGRS", settings.locore && "LocoRE", decoder].filter(Boolean).join(" + ");

/** @param {Viewer} viewer @param {number} slot */
export function runName(viewer, slot) {
  const plain = (/** @type {Run} */ run) => run.payload.title || methodName(run);
  const [mine, other] = /** @type {Run[]} */ ([viewer.runs[slot], viewer.runs[1 - slot]]);
  const name = plain(mine);
  const alike = other && plain(other) === name;
  return t(slot ? "second" : "first") + ": " + [name, ...(alike ? distinctions(mine, other) : [])].join(" · ");
}

/**
 * What one run was given otherwise than another of the same name.
 * @param {Run} run
 * @param {Run} second
 */
function distinctions({ payload: mine, pictures }, { payload: other, pictures: others }) {
  const differ = (/** @type {(one: any) => unknown} */ pick) =>
    JSON.stringify(pick(mine)) !== JSON.stringify(pick(other));
  const { sampling, forced, edits } = mine.settings;
  const { temperature, seed } = sampling;
  return [
    differ((one) => one.prompt) && `“${mine.prompt.slice(0, 40)}”`,
    differ((one) => one.settings.sampling) && t("temperature {t}, seed {s}", { t: temperature, s: seed }),
    differ((one) => one.settings.forced) && forced.length && t("changed from token {n} on", { n: forced.length - 1 }),
    differ((one) => one.settings.edits) && edits.length && t("attention edited"),
    pictures[0] && others[0] && pictures[0].src !== others[0].src && t("another picture"),
  ].filter(Boolean);
}
