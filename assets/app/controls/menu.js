// A menu under a button, and the options of a chooser.

import { el } from "../../shared/dom.js";
import { icon } from "../page/icons.js";
import { opensUnder, stepThrough } from "./under.js";

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
  const list = el("div", { class: "app-menu-items" }, ...items);
  const button = el("button", { type: "button", class: "app-button" }, el("span", { text: label }), icon("down"));
  const root = el("div", { class: "app-menu" }, button, list);
  opensUnder(button, list, () => /** @type {HTMLElement} */ (list.querySelector("button") || button).focus());
  list.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("button:not(.app-stay)")) list.hidePopover();
  });
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("button")];
    stepThrough(event, all, all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)));
  });
  return root;
}
