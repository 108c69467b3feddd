// The small button on every panel that keeps it as a picture.

import { el } from "../../shared/dom.js";
import { t } from "../texts/t.js";
import { pictureFile } from "./picture_notes.js";
import { saveFile } from "./save.js";
import { plotSvg, snapshot } from "./snapshot.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {"png" | "svg"} Suffix */

/**
 * @param {Viewer} viewer
 * @param {HTMLElement} node
 * @param {Suffix} kind
 * @param {HTMLButtonElement} button
 */
async function keep(viewer, node, kind, button) {
  button.disabled = true;
  try {
    await viewer.drawn();
    const made = kind === "svg" ? await plotSvg(viewer, node) : await snapshot(viewer, node);
    saveFile(`${pictureFile(viewer, node)}.${kind}`, made, kind === "svg" ? "image/svg+xml" : "image/png");
  } catch {
    button.title = t("This browser could not make the picture.");
    button.classList.add("sv-failed");
  }
  button.disabled = false;
  button.focus({ preventScroll: true });
}

/**
 * @param {Viewer} viewer
 * @param {HTMLElement} node
 * @param {Suffix} kind
 * @param {string} title
 */
const saveButton = (viewer, node, kind, title) =>
  el("button", {
    type: "button",
    class: "sv-button sv-small",
    "data-save": kind,
    text: `↓ ${kind.toUpperCase()}`,
    title,
    "aria-label": title,
    on: { click: (/** @type {any} */ event) => keep(viewer, node, kind, event.currentTarget) },
  });

/** On every panel that is drawn; heads that were filled anew get theirs again. @param {Viewer} viewer */
export function offerPictures(viewer) {
  const able = viewer.run && viewer.run.steps.length;
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (
    viewer.root.querySelectorAll(".sv-panel, [data-picture]")
  )) {
    const head = node.querySelector(".sv-panel-head, .sv-section-head");
    const inner = node.querySelector(".sv-panel") || (head && head.closest(".sv-panel, [data-picture]") !== node);
    if (!head || inner) continue;
    let box = /** @type {HTMLElement | null} */ (head.querySelector(":scope > .sv-save"));
    if (!box) {
      const png = saveButton(viewer, node, "png", t("save this picture as PNG"));
      const svg = node.querySelector(".sv-plot") && saveButton(viewer, node, "svg", t("save this plot as SVG"));
      box = el("span", { class: "sv-save" }, png, svg);
      head.append(box);
    }
    box.hidden = !able;
  }
}
