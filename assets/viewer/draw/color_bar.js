// A vertical or horizontal colour bar with numbers at its ends, drawn as the panels are.

import { el } from "../../shared/dom.js";
import { formatNumber } from "../texts/format.js";
import { colorAt, cssColor, groundOpacity, opacityAt, overPaper } from "./color.js";

/** @typedef {import("../numbers/scale.js").Scale} Scale */
/** @typedef {{name: string, opacity?: number, theme: import("./color.js").Theme, label: string, vertical?: boolean}} BarOptions */

const LENGTH = 128; // px of the canvas

/**
 * @param {Scale} scale
 * @param {BarOptions} options name: of the map; opacity: over a picture, undefined: as the grounds of words
 */
export function colorBar(scale, { name, opacity, theme, label, vertical }) {
  const canvas = el("canvas", { class: "sv-bar-canvas", "aria-hidden": "true" });
  canvas.width = vertical ? 1 : LENGTH;
  canvas.height = vertical ? LENGTH : 1;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  for (let i = 0; i < LENGTH; i++) {
    const place = i / (LENGTH - 1);
    const weight = scale.signed ? Math.abs(2 * place - 1) : place;
    const alpha = opacity === undefined ? groundOpacity(weight) : opacityAt(weight, opacity);
    pen.fillStyle = cssColor(overPaper(colorAt(name, place), alpha, theme));
    if (vertical) pen.fillRect(0, LENGTH - 1 - i, 1, 1);
    else pen.fillRect(i, 0, 1, 1);
  }
  return el(
    "span",
    {
      class: "sv-bar" + (vertical ? " sv-bar-vertical" : ""),
      role: "img",
      "aria-label": `${label || ""} ${formatNumber(scale.low)} – ${formatNumber(scale.high)}`,
    },
    canvas,
    el("span", { class: "sv-bar-ticks" }, ...ticks(scale, vertical)),
  );
}

/** @param {Scale} scale @param {boolean} [vertical] */
function ticks(scale, vertical) {
  const few = scale.transform === "log" && !vertical;
  const shown = few
    ? [0, 0.5, 1].map((place) => /** @type {[number, number]} */ ([place, scale.value(place)]))
    : scale.ticks();
  return shown.map(([place, value]) => {
    const clipped = place === 1 && exceeds(scale);
    const under = place === 0 && scale.transform === "log";
    const text = (clipped ? "≥ " : under ? "≤ " : "") + formatNumber(value, 2);
    return el("span", { text, style: { "--place": place }, "data-value": value });
  });
}

/** Whether values above the top of the map are drawn as the top. @param {Scale} scale */
export const exceeds = (scale) => scale.largest > scale.high * 1.0001;
