// A chooser with its word before it.

import { el } from "../../shared/dom.js";

/**
 * @param {string} label
 * @param {[string, string][]} options value and text
 * @param {(value: string) => void} choose
 */
export function choice(label, options, choose) {
  const items = options.map(([value, text]) => el("option", { value, text }));
  const select = el("select", { class: "sv-select", on: { change: () => choose(select.value) } }, ...items);
  return { select, root: el("label", { class: "sv-choice" }, el("span", { text: label }), select) };
}
