// What pictures and frames are called: by number and, of a film, by the second at which they are shown.

import { t } from "../texts/t.js";

/** @typedef {import("./run.js").Run} Run */

/** @param {Run} run @param {number} picture */
export const pictureName = (run, picture) => t(run.isVideo ? "frame {n}" : "picture {n}", { n: picture + 1 });

/** @param {Run} run @param {number} group */
export function groupName(run, group) {
  const pictures = run.groups[group];
  if (pictures.length < 2) return pictureName(run, pictures[0]);
  return t("frames {a}–{b}", { a: pictures[0] + 1, b: pictures[pictures.length - 1] + 1 });
}

/**
 * The second at which a frame is shown, with as many places as tell neighbours apart; "" for pictures.
 * @param {Run} run
 * @param {number} picture
 */
export function timeOf(run, picture) {
  const times = run.payload.times || [];
  if (!times.length) return "";
  const apart = (times[times.length - 1] - times[0]) / Math.max(1, times.length - 1);
  return String(Number(times[picture].toFixed(apart < 0.1 ? 2 : 1)));
}

/** The seconds at which a group's frames are shown: "1.4 s", "0–0.5 s"; "" for pictures. @param {Run} run @param {number} group */
export function groupTime(run, group) {
  const pictures = run.groups[group];
  const [from, to] = [timeOf(run, pictures[0]), timeOf(run, pictures[pictures.length - 1])];
  return from && (from === to ? from : `${from}–${to}`) + "\u00a0s";
}

/** @param {Run} run @param {number} group */
export const groupWords = (run, group) => [groupName(run, group), groupTime(run, group)].filter(Boolean).join(" · ");
