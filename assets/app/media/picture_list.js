// Several pictures: their order by dragging, buttons or keys, and the removal of one.

import { el } from "../../shared/dom.js";
import { t } from "../page/texts.js";
import { tool } from "./drawing.js";

/** @typedef {import("./field.js").MediaField} MediaField */
/** @typedef {import("./field.js").Item} Item */

const PLACE = "application/x-place"; // what is dragged: the index of a picture

/**
 * @template T
 * @param {T[]} list
 * @param {number} from
 * @param {number} to
 */
export function permuted(list, from, to) {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
}

/** @param {MediaField} field */
export function pictureList(field) {
  const { items } = field.seen;
  return el("ol", { class: "app-media-list" }, ...items.map((item, at) => cell(field, item, at, items.length)));
}

/** @param {MediaField} field @returns {HTMLElement[]} */
const cellsOf = ({ stage }) => [.../** @type {NodeListOf<HTMLElement>} */ (stage.querySelectorAll("li[tabindex]"))];

/** @param {MediaField} field @param {number} from @param {number} to */
function move(field, from, to) {
  const { value, seen } = field;
  const files = value.files || [];
  if (to < 0 || to >= files.length || from === to) return;
  const items = permuted(seen.items, from, to);
  field.settle({ ...value, files: permuted(files, from, to) }, { ...seen, items }, true);
  cellsOf(field)[to].focus();
}

/** @param {MediaField} field @param {number} at */
function remove(field, at) {
  const { value, seen } = field;
  const files = value.files || [];
  if (files.length === 1) return field.clear();
  const next = { ...value, files: files.filter((_, index) => index !== at) };
  if (next.files.length === 1) return field.look(next, true); // one picture is shown larger
  field.settle(next, { ...seen, items: seen.items.filter((_, index) => index !== at) }, true);
  const rest = cellsOf(field);
  rest[Math.min(at, rest.length - 1)].focus();
}

/** @param {MediaField} field @param {KeyboardEvent} event @param {number} at */
function key(field, event, at) {
  const all = cellsOf(field);
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (event.target !== all[at]) return;
  if (event.key === "Delete" || event.key === "Backspace") remove(field, at);
  else if (step && event.altKey) move(field, at, at + step);
  else if (step && all[at + step]) all[at + step].focus();
  else return;
  event.preventDefault();
}

/** @param {MediaField} field @param {Item} item @param {number} at @param {number} count */
function cell(field, { src, width, height }, at, count) {
  const label = t("media_item", { n: at + 1, count, width, height });
  const attributes = { class: "app-media-cell", tabindex: "0", draggable: "true", "aria-label": label };
  const node = el(
    "li",
    { ...attributes, on: { keydown: (/** @type {KeyboardEvent} */ event) => key(field, event, at) } },
    el("img", { src, alt: "", draggable: "false" }),
    el("span", { class: "app-media-number", text: String(at + 1), "aria-hidden": "true" }),
    el(
      "span",
      { class: "app-media-hands" },
      at > 0 && tool("earlier", "media_earlier", "‹", () => move(field, at, at - 1)),
      tool("remove", "media_remove", "×", () => remove(field, at)),
      at < count - 1 && tool("later", "media_later", "›", () => move(field, at, at + 1)),
    ),
  );
  byDragging(node, field, at);
  return node;
}

/** @param {HTMLElement} node @param {MediaField} field @param {number} at */
function byDragging(node, field, at) {
  node.addEventListener("dragstart", ({ dataTransfer }) => {
    if (!dataTransfer) return;
    dataTransfer.setData(PLACE, String(at));
    dataTransfer.effectAllowed = "move";
  });
  node.addEventListener("dragover", (event) => {
    if (!event.dataTransfer || !event.dataTransfer.types.includes(PLACE)) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("over");
  });
  node.addEventListener("dragleave", () => node.classList.remove("over"));
  node.addEventListener("drop", (event) => {
    const from = event.dataTransfer ? event.dataTransfer.getData(PLACE) : "";
    if (from === "") return;
    event.preventDefault();
    event.stopPropagation();
    move(field, Number(from), at);
  });
}
