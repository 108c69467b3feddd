// What the field shows: the place to drop on, one picture, several that can be ordered, or the frames of a video.

import { el } from "../../shared/dom.js";
import { t } from "../page/texts.js";
import { FRAMES } from "./files.js";
import { pictureList } from "./picture_list.js";

/** @typedef {import("./field.js").MediaField} MediaField */
/** @typedef {import("./field.js").Item} Item */

const PAUSE = 300; // ms after the slider last moved

/** @param {number} time seconds */
export function clock(time) {
  if (time < 9.95) return time.toFixed(1);
  if (time < 600) return String(Math.round(time));
  return Math.floor(time / 60) + ":" + String(Math.round(time % 60)).padStart(2, "0");
}

/** @param {string} name @param {string} key @param {string} sign @param {() => void} act */
export function tool(name, key, sign, act) {
  const click = (/** @type {Event} */ event) => {
    event.stopPropagation();
    act();
  };
  const words = { title: t(key), "aria-label": t(key), text: sign };
  return el("button", { type: "button", class: "app-media-tool " + name, ...words, on: { click } });
}

/** @param {MediaField} field @returns {HTMLElement[]} */
export function stageParts(field) {
  const { value, seen } = field;
  const { items } = seen;
  if (!items.length) return [dropPlace(field)];
  const pictures = value.kind === "pictures";
  const tools = el(
    "div",
    { class: "app-media-tools" },
    tool("replace", "media_replace", "↻", () => field.browse(false)),
    pictures && tool("add", "media_add", "+", () => field.browse(true)),
    tool("clear", items.length > 1 ? "media_remove_all" : "media_remove", "×", () => field.clear()),
  );
  const fixed = seen.video || (value.kind === "run" && items.length > 1);
  if (fixed) return [el("ol", { class: "app-media-list" }, ...items.map(frame)), tools];
  if (items.length > 1) return [pictureList(field), tools];
  return [el("img", { class: "app-media-one", src: items[0].src, alt: t("media_one"), draggable: "false" }), tools];
}

/** @param {MediaField} field */
const dropPlace = (field) =>
  el(
    "button",
    { type: "button", class: "app-media-drop", on: { click: () => field.browse(false) } },
    el("span", { class: "app-media-plus", text: "+", "aria-hidden": "true" }),
    el("span", { text: t("media_drop") }),
    el("small", { text: t("media_hint") }),
  );

/** @param {Item} item */
function frame({ src, time }) {
  const alt = time === null ? "" : t("media_frame", { time: clock(time) });
  const image = el("img", { src, alt, draggable: "false" });
  const label = time !== null && el("span", { class: "app-media-time", text: clock(time) + " s" });
  return el("li", { class: "app-media-cell app-media-frame" }, image, label);
}

/** @param {MediaField} field @returns {(HTMLElement | string)[]} */
export function aboutParts(field) {
  const { value, seen } = field;
  const count = seen.items.length;
  const note = (/** @type {string} */ text) => el("p", { class: "app-note", text });
  if (value.kind === "run") return [note(t("media_run", { count }))];
  if (value.kind === "video") return videoParts(field);
  if (count !== 1 || (value.files && value.files[0].example)) return [];
  return [note(`${seen.items[0].width} × ${seen.items[0].height}`)];
}

/** How many frames are taken of a video. @param {MediaField} field */
function videoParts(field) {
  const { value, seen } = field;
  let later = 0;
  const change = () => {
    number.textContent = slider.value;
    clearTimeout(later);
    later = window.setTimeout(() => field.look({ ...value, frames: Number(slider.value) }, true), PAUSE);
  };
  const number = el("output", { text: String(value.frames) });
  const { least: min, most: max } = FRAMES;
  const attributes = { type: "range", min, max, step: 1, value: value.frames, "aria-label": t("media_frames") };
  const slider = el("input", { ...attributes, on: { input: change } });
  slider.value = String(value.frames);
  const about = { duration: clock(seen.duration || 0), all: seen.source_frames, count: seen.items.length };
  return [
    el("label", { class: "app-media-frames" }, el("span", { text: t("media_frames") }), slider, number),
    el("p", { class: "app-note", text: t("media_video", about) }),
  ];
}
