// A menu under a button, and the options of a chooser.

import { el } from "../../shared/dom.js";
import { icon } from "../page/icons.js";

/** @param {string} value @param {string} text @param {HTMLSelectElement} parent */
export function option(value, text, parent) {
  const item = document.createElement("option");
  item.value = value;
  item.text = text;
  parent.append(item);
  return item;
}

/** @param {string} label @param {HTMLElement[]} items */
export function menu(label, ...items) {
  const list = el("div", { class: "app-menu-items", hidden: true }, ...items);
  const attributes = { type: "button", class: "app-button", "aria-expanded": "false" };
  const button = el("button", attributes, el("span", { text: label }), icon("down"));
  const root = el("div", { class: "app-menu" }, button, list);
  const open = (/** @type {boolean} */ on) => {
    list.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    if (on) (list.querySelector("button") || button).focus();
  };
  button.addEventListener("click", () => open(list.hidden));
  list.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("button:not(.app-stay)")) open(false);
  });
  root.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") {
      open(false);
      button.focus();
      event.stopPropagation();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.querySelectorAll("button")];
    const at = all.findIndex((one) => one === document.activeElement);
    all[(at + step + all.length) % all.length].focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !root.contains(target)) open(false);
  });
  return root;
}
