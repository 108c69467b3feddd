// A panel as a picture to keep: PNG of what is shown with title, colour bar and a line that says what it is; plots as SVG too.

import { el } from "../../shared/dom.js";
import { aboutPicture } from "./picture_notes.js";
import { plotlyText } from "./plot.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */

const SHARP = 2; // device pixels per CSS pixel
const PAD = 14; // CSS pixels around
const NOTE = 30; // CSS pixels of the line under it
const OURS = /\.(sv-|js-plotly|plotly|main-svg|modebar|hoverlayer)/;
const XHTML = "http://www.w3.org/1999/xhtml";
const BUTTONS = ".sv-save, .sv-help-button, .sv-follow, .sv-range .sv-button, .modebar-container, [hidden]";
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g; // eslint-disable-line no-control-regex

/** The rules that make a panel look as it does, wherever the page keeps them. */
function rules() {
  const found = [];
  for (const sheet of document.styleSheets) {
    try {
      for (const rule of sheet.cssRules) if (OURS.test(rule.cssText)) found.push(rule.cssText);
    } catch {
      continue; // another site's
    }
  }
  return found.join("\n");
}

/** A canvas as an image that looks like it. @param {HTMLCanvasElement} canvas */
function frozen(canvas) {
  const image = document.createElement("img");
  const look = getComputedStyle(canvas);
  if (canvas.width && canvas.height) image.src = canvas.toDataURL();
  const { position, inset, display, borderRadius, border, flex } = look;
  Object.assign(image.style, { position, inset, display, borderRadius, border, flex });
  const size = { width: `${canvas.offsetWidth}px`, height: `${canvas.offsetHeight}px` };
  Object.assign(image.style, { ...size, filter: "none", visibility: "visible", boxSizing: "border-box" });
  return image;
}

/** A choice as its words. @param {HTMLSelectElement} select */
const chosen = (select) => el("b", { text: select.selectedOptions.length ? select.selectedOptions[0].text : "" });

/** A field as its words. @param {HTMLInputElement} input */
const typed = (input) => el("b", { text: input.type === "number" || input.type === "text" ? input.value : "" });

/** A copy that stands by itself: canvases as images, choices as their words, our own buttons left out.
 * @template {Element} Node
 * @param {Node} node
 */
function copied(node) {
  const copy = /** @type {Node} */ (node.cloneNode(true));
  /** @type {[Element, Element][]} */
  const swaps = [];
  const stand = (/** @type {string} */ selector, /** @type {(one: any) => Element} */ make) => {
    const twins = copy.querySelectorAll(selector);
    node.querySelectorAll(selector).forEach((one, i) => swaps.push([twins[i], make(one)]));
  };
  stand("canvas", frozen);
  stand("select", chosen);
  stand("input", typed);
  for (const [twin, instead] of swaps) twin.replaceWith(instead);
  for (const gone of copy.querySelectorAll(BUTTONS)) gone.remove();
  return copy;
}

const NOTE_STYLE = { "margin-top": "8px", "line-height": "18px", "white-space": "nowrap", overflow: "hidden", "text-overflow": "ellipsis" }; // prettier-ignore

/** Height in px of what stands in a panel and is not its own: the row of layers that both of the pair share. @param {Viewer} viewer @param {HTMLElement} node */
function lent({ panels, layers }, node) {
  if (!panels.some((panel) => panel.root === node)) return 0;
  return layers.root.offsetHeight + parseFloat(getComputedStyle(layers.root).marginTop);
}

/** The panel's markup as an SVG of width x height CSS pixels. @param {Viewer} viewer @param {HTMLElement} node */
function drawnAsSvg(viewer, node) {
  const [width, height] = [Math.ceil(node.offsetWidth), Math.ceil(node.offsetHeight - lent(viewer, node))];
  const copy = copied(node);
  copy.style.margin = "0";
  const note = el("div", { class: "sv-hint", text: aboutPicture(viewer, node), style: NOTE_STYLE });
  const style = { width: `${width}px`, padding: `${PAD}px`, "box-sizing": "content-box" };
  const wide = `${Math.max(viewer.root.clientWidth, width)}px`;
  const room = viewer.root.style.getPropertyValue("--sv-room") || null;
  const root = el(
    "div",
    { xmlns: XHTML, class: viewer.root.className, style: { width: wide, "--sv-room": room } },
    el("style", { text: rules() }),
    el("div", { style }, copy, note),
  );
  const whole = { width: width + 2 * PAD, height: height + 2 * PAD + NOTE };
  const markup = new XMLSerializer().serializeToString(root).replace(UNWRITABLE, "");
  const inside = `<foreignObject x="0" y="0" width="100%" height="100%">${markup}</foreignObject>`;
  const size = `width="${whole.width}" height="${whole.height}"`;
  return { ...whole, text: `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${inside}</svg>` };
}

/**
 * @param {Viewer} viewer
 * @param {HTMLElement} node
 * @returns {Promise<Blob>} PNG
 */
export async function snapshot(viewer, node) {
  const { width, height, text } = drawnAsSvg(viewer, node);
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await image.decode();
  const canvas = el("canvas", { width: width * SHARP, height: height * SHARP });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = getComputedStyle(viewer.root).getPropertyValue("--sv-card").trim() || "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png"),
  );
}

/**
 * A plot's own drawing with its title, as SVG text.
 * @param {Viewer} viewer
 * @param {HTMLElement} node
 * @returns {Promise<string>}
 */
export async function plotSvg(viewer, node) {
  /** @type {any} */
  const plot = node.querySelector(".sv-plot");
  const head = /** @type {HTMLElement} */ (node.querySelector(".sv-panel-head, .sv-section-head"));
  const copy = copied(head);
  const title = (copy.innerText || copy.textContent || "").replace(/\s+/g, " ").trim();
  const { data, layout } = plot;
  const height = plot.offsetHeight + 50;
  const paper_bgcolor = getComputedStyle(viewer.root).getPropertyValue("--sv-card").trim();
  const text = `${plotlyText(title, 120)}<br><sub>${plotlyText(aboutPicture(viewer, node), 160)}</sub>`;
  const above = { text, x: 0.01, xanchor: "left", y: 1 - 20 / height, yanchor: "middle", font: { size: 13 } };
  const margin = { ...layout.margin, t: 54 };
  const figure = { data, layout: { ...layout, autosize: false, margin, paper_bgcolor, title: above } };
  const url = await viewer.Plotly.toImage(figure, { format: "svg", width: plot.offsetWidth, height });
  return decodeURIComponent(url.slice(url.indexOf(",") + 1));
}
