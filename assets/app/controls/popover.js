// A panel under a button: opens on it, closes with Escape or a click elsewhere, and gives the focus back.

import { el } from "../../shared/dom.js";
import { icon } from "../page/icons.js";

/**
 * @typedef {object} PopoverOptions
 * @property {string} label
 * @property {string} id of the button
 * @property {(panel: HTMLElement) => void} fill called whenever it opens
 */

export class Popover {
  /** @param {PopoverOptions} options */
  constructor({ label, id, fill }) {
    this.fill = fill;
    this.value = el("span", { class: "app-pop-value" });
    const attributes = { type: "button", class: "app-button", id, "aria-haspopup": "dialog", "aria-expanded": "false" };
    const name = el("span", { class: "app-pop-label", text: label });
    this.button = el("button", attributes, name, this.value, icon("down"));
    const dialog = { role: "dialog", "aria-label": label, tabindex: "-1", hidden: true };
    this.panel = el("div", { class: "app-pop", ...dialog });
    this.root = el("div", { class: "app-pop-box" }, this.button, this.panel);
    this.button.addEventListener("click", () => this.open(this.panel.hidden));
    this.root.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !this.root.contains(target)) this.open(false, false);
    });
  }

  /** What the button names. @param {string} text */
  say(text) {
    this.value.textContent = text;
  }

  /** @param {boolean} on @param {boolean} [back] the button gets the focus again */
  open(on, back = true) {
    const { panel, button } = this;
    if (on === !panel.hidden) return;
    panel.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
    if (on) {
      this.fill(panel);
      const first = panel.querySelector("[aria-current=true]") || panel.querySelector("button:not(:disabled)") || panel;
      /** @type {HTMLElement} */ (first).focus();
    } else if (back) button.focus();
  }

  /** Filled anew while open: the focus stays on the same row and tool; a field being written in is left alone. */
  again() {
    const { panel } = this;
    const active = document.activeElement;
    const inside = active && panel.contains(active) ? active : null;
    if (panel.hidden || (inside && inside.tagName === "INPUT")) return;
    const row = inside && /** @type {HTMLElement | null} */ (inside.closest("[data-entry]"));
    const tool = inside && inside.parentElement ? [...inside.parentElement.children].indexOf(inside) : 0;
    this.fill(panel);
    if (!inside) return;
    const rows = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll("[data-entry]")]);
    const same = row && rows.find((one) => one.dataset.entry === row.dataset.entry);
    const next = same ? same.children[tool] : panel.querySelector(".app-pick") || panel;
    /** @type {HTMLElement} */ (next).focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { panel, button } = this;
    if (event.key === "Escape" && !panel.hidden) {
      event.stopPropagation();
      this.open(false);
    }
    if (event.key === "ArrowDown" && event.target === button && panel.hidden) {
      event.preventDefault();
      this.open(true);
    }
    const target = /** @type {HTMLElement} */ (event.target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const entry = target.closest(".app-entry");
    const rows = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(".app-pick:not(:disabled)")]);
    const at = rows.findIndex((row) => row === (entry ? entry.querySelector(".app-pick") : target));
    if (!step || panel.hidden || at < 0 || target.tagName === "INPUT") return;
    event.preventDefault();
    rows[(at + step + rows.length) % rows.length].focus();
  }
}
