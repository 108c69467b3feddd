// The picture as the model was shown it at one point of a curve: some places filled in; random: the first draw.

import { el } from "../../shared/dom.js";
import { cssColor } from "../draw/color.js";
import { once } from "../numbers/once.js";
import { groupOf, sheetsOf } from "../state/pictures.js";
import { formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("./faithfulness.js").Held} Held */
/** @typedef {{held: Held, way: import("./faithfulness.js").Way, ranking: import("./faithfulness.js").Ranking, at: number}} Look at: index of the fraction */

const WIDE = 240; // CSS pixels
const SMALL = 96; // px a side, over which the mean colour is taken
const BLUR = 0.1; // of the longer side

export class HiddenPicture {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Look | null} */
    this.looking = null;
    this.canvas = el("canvas", { class: "sv-faith-picture", role: "img" });
    this.seen = el("p", { class: "sv-hint" });
    this.root = el("figure", {}, this.canvas, this.seen);
  }

  /** @param {Look} look */
  draw(look) {
    this.looking = look;
    const { viewer, canvas } = this;
    const { held, way, ranking, at } = look;
    const run = /** @type {import("../state/run.js").Run} */ (viewer.run);
    const [first] = sheetsOf(run, groupOf(viewer, 0));
    const index = first ? first.picture : 0;
    const picture = run.pictures[index];
    const image = viewer.image(run, index);
    if (!image.complete || !image.naturalWidth) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(WIDE * ratio);
    canvas.height = Math.round((WIDE * ratio * picture.height) / picture.width);
    const taken = new Set(held.orders[ranking].slice(0, Math.round(held.fractions[at] * held.places)));
    const gone = held.orders[ranking].filter(
      (token) => taken.has(token) === (way === "deletion") && run.boxImages[token] === index,
    );
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const boxes = gone.map((token) => run.boxes[token]);
    drawHidden(pen, image, boxes, held.fill === "blur" ? null : once(held, "mean", () => meanColor(image)));
    canvas.dataset.gone = String(gone.length);
    const words = { k: t(way), r: t(ranking), p: formatPercent(held.fractions[at]) };
    this.seen.textContent = t("{k}, ranked by {r}: {p} of the places", words);
    canvas.setAttribute("aria-label", this.seen.textContent);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {HTMLImageElement} image
 * @param {import("../views/overlay.js").Box[]} boxes that are filled in
 * @param {string | null} ground null: a blur of the picture
 */
function drawHidden(pen, image, boxes, ground) {
  const { width, height } = pen.canvas;
  pen.drawImage(image, 0, 0, width, height);
  pen.save();
  pen.beginPath();
  for (const box of boxes) {
    const [left, right] = [Math.round(box[0] * width), Math.round(box[2] * width)];
    const [top, bottom] = [Math.round(box[1] * height), Math.round(box[3] * height)];
    pen.rect(left, top, right - left, bottom - top);
  }
  pen.clip();
  if (ground) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, width, height);
  } else {
    pen.filter = `blur(${BLUR * Math.max(width, height)}px)`;
    pen.drawImage(image, 0, 0, width, height);
  }
  pen.restore();
}

/** @param {HTMLImageElement} image */
function meanColor(image) {
  const canvas = el("canvas", { width: SMALL, height: SMALL });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const sums = [0, 0, 0];
  pen.drawImage(image, 0, 0, SMALL, SMALL);
  const { data } = pen.getImageData(0, 0, SMALL, SMALL);
  for (let i = 0; i < data.length; i += 4) for (let k = 0; k < 3; k++) sums[k] += data[i + k];
  return cssColor(sums.map((sum) => Math.round((4 * sum) / data.length)));
}
