// Fields for a line of text.

import { el } from "../../shared/dom.js";

/** @param {string} name @param {string} placeholder */
export function textField(name, placeholder) {
  const attributes = { type: "text", class: "app-models-text", name, placeholder, maxlength: 300 };
  return el("input", { ...attributes, spellcheck: "false", autocomplete: "off" });
}

/** @param {string} label @param {HTMLInputElement} field */
export const fieldRow = (label, field) =>
  el("label", { class: "app-models-field", hidden: true }, el("span", { text: label }), field);
