// The example row: a click puts a scene and its ready run on the page.

import { el } from "../../shared/dom.js";
import { listeners, page } from "../page/state.js";
import { t } from "../page/texts.js";

/** @typedef {import("../page/state.js").Part} Part */
/** @typedef {{name: string, title: string, note: string, src: string}} Scene */

const FEW = 9; // shown at first, with a tile that shows the rest
const SIDE = 56; // px

/** @param {Scene} scene @param {(name: string) => void} pick */
function thumbnail({ name, title, note, src }, pick) {
  const attributes = {
    type: "button",
    class: "app-thumb",
    title: title + (note ? "\n" + note : ""),
    "data-name": name,
  };
  const image = el("img", { src, alt: title, width: SIDE, height: SIDE, draggable: "false" });
  return el("button", { ...attributes, on: { click: () => pick(name) } }, image);
}

/** @param {Part} part */
export function mountThumbnails({ element, props, trigger }) {
  const root = /** @type {HTMLElement} */ (element.querySelector(".app-thumbs"));
  root.setAttribute("aria-label", t("examples"));
  const pick = (/** @type {string} */ name) => {
    props.value = { name };
    trigger("pick", {});
  };
  const buttons = (props.items || []).map((/** @type {Scene} */ scene) => thumbnail(scene, pick));
  const rest = buttons.length - FEW;
  const words = t("more_examples", { n: rest });
  const showRest = () => {
    all(true);
    buttons[FEW].focus();
  };
  const attributes = { type: "button", class: "app-thumbs-more", text: `+${rest}`, "aria-label": words, title: words };
  const more = el("button", { ...attributes, on: { click: showRest } });
  const all = (/** @type {boolean} */ on) => {
    buttons.forEach((/** @type {HTMLElement} */ button, /** @type {number} */ at) => {
      button.hidden = !on && at >= FEW;
    });
    more.hidden = on;
  };
  root.replaceChildren(...buttons, more);
  all(rest <= 1);
  const mark = () => {
    const name = exampleChosen();
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.name === name));
      if (button.hidden && button.dataset.name === name) all(true);
    }
  };
  listeners.add(mark);
  mark();
}

/** The name of the scene in the field of pictures, if one is there. */
function exampleChosen() {
  const { media } = page;
  return media && media.kind === "pictures" && media.files.length === 1 ? media.files[0].example : undefined;
}
