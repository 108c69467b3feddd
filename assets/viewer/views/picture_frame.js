// One picture of a panel: the image, the canvas above it, and the line under it.

import { el } from "../../shared/dom.js";
import { pictureName } from "../state/picture_names.js";
import { allSheets } from "../state/pictures.js";
import { t } from "../texts/t.js";

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/run.js").Sheet} Sheet */

/**
 * @typedef {object} Frame one picture with its canvas
 * @property {HTMLElement} root
 * @property {HTMLElement} box
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLImageElement} image
 * @property {Sheet} sheet
 * @property {Run} run
 * @property {import("../draw/cells.js").Grid} [grid]
 */

/** @param {Run} run @param {Sheet} sheet @returns {Frame} */
export function makeFrame(run, sheet) {
  const canvas = el("canvas", { class: "sv-canvas", "aria-hidden": "true" });
  const alt = t("picture {n} as the model sees it", { n: sheet.picture + 1 });
  const image = el("img", { src: run.pictures[sheet.picture].src, alt, draggable: "false" });
  const style = { "--aspect": aspectOf(run, sheet) };
  const box = el("div", { class: "sv-picture", tabindex: "0", role: "application", style }, image, canvas);
  const text = captionOf(run, sheet);
  const label = text !== null && el("figcaption", { text });
  return { root: el("figure", { class: "sv-figure" }, box, label), box, canvas, image, sheet, run };
}

/** @param {Run} run @param {Sheet} sheet */
export const aspectOf = (run, { picture }) => run.pictures[picture].width / run.pictures[picture].height;

/** The line under a picture, where there is more than one; else null. @param {Run} run @param {Sheet} sheet */
function captionOf(run, { picture, scale }) {
  if (!run.several && allSheets(run).length < 2) return null;
  const name = run.pictures.length > 1 && pictureName(run, picture);
  return [name, scale && t("thumbnail of the whole")].filter(Boolean).join(" · ");
}
