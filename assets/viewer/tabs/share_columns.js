// The two charts of a side: stacked shares, a column a token; and bars of what one token took, by distance.

import { setChildren, svgEl } from "../../shared/dom.js";
import { chartOf, label, labelEvery, lines } from "../draw/chart.js";
import { PART_COLORS, colorAt, cssColor } from "../draw/color.js";
import { pickToken } from "../state/change.js";
import { tokenOf } from "../state/choice.js";
import { formatNumber, formatPercent } from "../texts/format.js";
import { PART_ORDER, partName } from "../texts/parts.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("./shares.js").Side} Side */
/** @typedef {(Record<import("../numbers/positions.js").Part, number> | null)[]} Points by step */

const [HEIGHT, LEFT, BOTTOM, TOP] = [150, 50, 20, 6];
const TALL = HEIGHT - TOP - BOTTOM;
const LABELS = 26; // px between two labels
const USUAL = 400; // px, before it is laid out

/** @param {Side} side */
const widthOf = (side) => side.shares.clientWidth || USUAL;

/** Left edge of a token's column, px. @param {Side} side @param {Run} run @param {number} step */
export const shareColumnX = (side, run, step) => LEFT + (step * (widthOf(side) - LEFT)) / run.steps.length;

/** Names under every few columns. @param {number} count @param {number} wide px of a column @param {number} from */
function namesBelow(count, wide, from) {
  const names = [];
  const every = labelEvery(wide, LABELS);
  for (let at = 0; at < count; at += every) {
    names.push(label(String(at + from), LEFT + (at + 0.5) * wide, HEIGHT - 5, "middle"));
  }
  return names;
}

/** @param {number} at index of the column @param {number} wide @param {number} y @param {number} height */
const columnBox = (at, wide, y, height) => ({
  x: LEFT + at * wide + 0.5,
  y,
  width: Math.max(0.5, wide - 1),
  height,
});

/** @param {Viewer} viewer @param {Side} side @param {Run} run */
export function drawShares(viewer, side, run) {
  const width = widthOf(side);
  const wide = (width - LEFT) / run.steps.length;
  /** @type {Node[]} */
  const parts = lines(LEFT, width, [
    [TOP, "100 %"],
    [TOP + TALL / 2, "50 %"],
    [TOP + TALL, "0"],
  ]);
  side.points.forEach((shares, step) => {
    let y = TOP + TALL;
    if (!shares) parts.push(svgEl("rect", { ...columnBox(step, wide, TOP, TALL), class: "sv-missing" }));
    for (const part of shares ? PART_ORDER : []) {
      const height = (shares ? shares[part] : 0) * TALL;
      y -= height;
      parts.push(svgEl("rect", { ...columnBox(step, wide, y, height), fill: PART_COLORS[part] }));
    }
  });
  const frame = { y: TOP - 3, width: wide, height: TALL + 6 };
  side.column = svgEl("rect", { ...frame, class: "sv-column" });
  side.glimpse = svgEl("rect", { ...frame, class: "sv-column sv-glimpse", visibility: "hidden" });
  parts.push(side.column, side.glimpse, ...namesBelow(run.steps.length, wide, 0));
  const at = (/** @type {MouseEvent} */ event) => {
    const step = Math.floor((event.clientX - side.shares.getBoundingClientRect().left - LEFT) / wide);
    return Math.max(0, Math.min(run.steps.length - 1, step));
  };
  const on = {
    click: (/** @type {MouseEvent} */ event) => pickToken(viewer, 0, at(event)),
    pointerleave: () => viewer.hover(null),
    pointermove: (/** @type {MouseEvent} */ event) => {
      const step = at(event);
      const shares = side.points[step];
      viewer.hover(run.first + step, 0);
      const rows = PART_ORDER.map((part) => /** @type {[string, string]} */ ([partName(part), formatPercent(shares && shares[part])])); // prettier-ignore
      viewer.tip.point(event, [run.quoted(run.first + step), ...rows]);
    },
  };
  const name = t("shares over the caption, {k}", { k: t(side.kind) });
  setChildren(side.shares, chartOf(width, HEIGHT, name, on, parts));
}

/** @param {Viewer} viewer @param {Side} side @param {Run} run */
export function drawDistances(viewer, side, run) {
  const { state } = viewer;
  const step = tokenOf(viewer, 0);
  const reach = run.reach(step);
  const count = reach - run.first;
  const word = run.shown(run.first + step).trim();
  side.away.textContent = t("{k} of “{w}” over distance", { k: t(side.kind), w: word });
  if (!run.has(step)) return setChildren(side.curve);
  const values = run.values(side.kind, step, state.layer, state.normalization);
  side.distance = Array.from({ length: count }, (_, back) => values[reach - 1 - back]);
  const width = side.curve.clientWidth || USUAL;
  const most = Math.max(0, ...side.distance);
  const high = most || 1;
  const wide = (width - LEFT) / Math.max(1, run.steps.length - 1);
  /** @type {[number, string][]} */
  const ticks = [[TOP + TALL, "0"]];
  if (most) ticks.unshift([TOP, formatNumber(high, 2)], [TOP + TALL / 2, formatNumber(high / 2, 2)]);
  const bars = side.distance.map((value, back) => {
    const height = (value / high) * TALL;
    const fill = cssColor(colorAt(state.cmap, value / high));
    return svgEl("rect", { ...columnBox(back, wide, TOP + TALL - height, height), fill, class: "sv-stem" });
  });
  const parts = [...locoreWindow(run, wide, count), ...lines(LEFT, width, ticks), ...bars];
  parts.push(...namesBelow(Math.max(count, 1), wide, 1));
  const on = {
    pointerleave: () => viewer.hover(null),
    pointermove: (/** @type {MouseEvent} */ event) => {
      const back = Math.floor((event.clientX - side.curve.getBoundingClientRect().left - LEFT) / wide);
      if (back < 0 || back >= count) return viewer.hover(null);
      const value = formatNumber(side.distance[back], 4);
      viewer.hover(reach - 1 - back, 0);
      viewer.tip.point(event, [run.quoted(reach - 1 - back), [t("distance"), String(back + 1)], [t(side.kind), value]]);
    },
  };
  setChildren(side.curve, chartOf(width, HEIGHT, side.away.textContent, on, parts));
}

/** The keys LocoRE raises; the row itself, at distance 1, is not among them. @param {Run} run @param {number} wide @param {number} count */
function locoreWindow(run, wide, count) {
  const { locore } = run.settings;
  if (!locore || count <= 1) return [];
  const width = Math.min(locore.window, count - 1) * wide;
  return [svgEl("rect", { x: LEFT + wide, y: TOP, width, height: TALL, class: "sv-window" })];
}
