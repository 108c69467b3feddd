// Over the layers: by how much log p of the word falls or rises with the places hidden in that layer alone.

import { svgEl } from "../../shared/dom.js";
import { chartOf, label, labelEvery, lines } from "../draw/chart.js";
import { formatNumber } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./knock_out.js").Held} Held */

const [LEFT, TOP, HIGH, BOTTOM, MOST_WIDE] = [64, 10, 96, 30, 40]; // px
const LEAST = 1e-3; // nats: the axis ends no closer to 0

/** @param {Viewer} viewer @param {Held} held @param {number[] | null} chosen the layers that were hidden together; null: all */
export function knockLayers(viewer, { before, by_layer }, chosen) {
  const changes = by_layer.map((value) => value - before);
  const [low, high] = [Math.min(0, ...changes), Math.max(0, ...changes)];
  const span = Math.max(high - low, LEAST);
  const y = (/** @type {number} */ value) => TOP + ((high - value) / span) * HIGH;
  const wide = Math.max(8, Math.min(MOST_WIDE, 900 / changes.length));
  const width = LEFT + wide * changes.length + 12;
  const ends = [...new Set([high, 0, low])].filter((end) => end === 0 || Math.abs(y(end) - y(0)) > 12);
  const ticks = ends.map((end) => /** @type {[number, string]} */ ([y(end), formatNumber(end, 2)]));
  const every = labelEvery(wide, 22);
  const bars = changes.map((change, layer) => {
    const [top, bottom] = [Math.min(y(change), y(0)), Math.max(y(change), y(0))];
    const out = chosen !== null && !chosen.includes(layer);
    const place = { x: LEFT + layer * wide + 1, width: wide - 2, y: top, height: Math.max(bottom - top, 1) };
    const kind = `sv-knock-bar${change > 0 ? " sv-knock-up" : ""}${out ? " sv-knock-out-of" : ""}`;
    return svgEl("rect", { ...place, class: kind, "data-layer": layer, "data-value": by_layer[layer] });
  });
  const names = changes.map((_, layer) =>
    layer % every ? null : label(String(layer), LEFT + (layer + 0.5) * wide, TOP + HIGH + 15, "middle"),
  );
  const under = (/** @type {any} */ event) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const layer = Math.floor((x - LEFT) / wide);
    return layer >= 0 && layer < changes.length ? layer : null;
  };
  const on = {
    pointermove: (/** @type {MouseEvent} */ event) => {
      const layer = under(event);
      viewer.hoverLayer(layer);
      if (layer === null) return viewer.tip.hide();
      const change = formatNumber(changes[layer], 4);
      viewer.tip.point(event, [t("layer {n}", { n: layer }), [t("change of log p"), change], ["log p", formatNumber(by_layer[layer], 4)]]); // prettier-ignore
    },
    pointerleave: () => {
      viewer.hoverLayer(null);
      viewer.tip.hide();
    },
    click: (/** @type {MouseEvent} */ event) => {
      const layer = under(event);
      if (layer !== null) viewer.set({ layer });
    },
  };
  const title = label(t("change of log p, in nats, with it hidden in one layer alone"), LEFT, TOP + HIGH + BOTTOM, "start"); // prettier-ignore
  const name = t("change of log p, layer by layer: {list}", { list: changes.map((one) => formatNumber(one, 2)).join(", ") }); // prettier-ignore
  return chartOf(width, TOP + HIGH + BOTTOM + 6, name, on, [
    ...lines(LEFT, width - 12, ticks),
    ...bars,
    ...names,
    title,
  ]);
}
