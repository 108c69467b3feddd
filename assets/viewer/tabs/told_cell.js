// A table cell with a token and its probability, tinted by it.

import { el } from "../../shared/dom.js";
import { tintOf } from "../draw/color.js";
import { formatNumber, visible } from "../texts/format.js";

/** @typedef {[id: number, text: string, probability: number]} Told */

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {Told} token
 * @param {number} written id of the token that was written
 * @param {Record<string, (event: any) => void>} [on]
 */
export function toldCell(viewer, [id, text, p], written, on = {}) {
  const tint = tintOf(viewer.state.cmap, p, viewer.theme);
  return el(
    "td",
    {
      class: "sv-lens-cell" + (id === written ? " sv-written" : ""),
      "data-token": id,
      "data-value": p,
      style: { "--ground": tint.background, "--ink": tint.ink },
      on,
    },
    el("span", { class: "sv-lens-word", text: visible(text).replace(/^ (?=.)/, "") }),
    el("span", { class: "sv-lens-p", text: formatNumber(p, 2) }),
  );
}
