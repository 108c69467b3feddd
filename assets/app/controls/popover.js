// A panel under a button that names what is chosen in it; filled whenever it opens.

import { el } from "../../shared/dom.js";
import { icon } from "../page/icons.js";
import { opensUnder, stepThrough } from "./under.js";

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
    const attributes = { type: "button", class: "app-button", id, "aria-haspopup": "dialog" };
    const name = el("span", { class: "app-pop-label", text: label });
    this.button = el("button", attributes, name, this.value, icon("down"));
    this.panel = el("div", { class: "app-pop", role: "dialog", "aria-label": label, tabindex: "-1" });
    this.root = el("div", { class: "app-pop-box" }, this.button, this.panel);
    opensUnder(this.button, this.panel, () => this.opened());
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /** What the button names. @param {string} text */
  say(text) {
    this.value.textContent = text;
  }

  /** @param {boolean} on */
  open(on) {
    this.panel.togglePopover(on);
  }

  get isOpen() {
    return this.panel.matches(":popover-open");
  }

  opened() {
    const { panel } = this;
    this.fill(panel);
    const first = panel.querySelector("[aria-current=true]") || panel.querySelector("button:not(:disabled)") || panel;
    /** @type {HTMLElement} */ (first).focus();
  }

  /** Filled anew while open: the focus stays on the same row and tool; a field being written in is left alone. */
  again() {
    const { panel } = this;
    const active = document.activeElement;
    const inside = active && panel.contains(active) ? active : null;
    if (!this.isOpen || (inside && inside.tagName === "INPUT")) return;
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
    if (event.key === "ArrowDown" && event.target === button && !this.isOpen) {
      event.preventDefault();
      this.open(true);
    } else if (this.isOpen) {
      const target = /** @type {HTMLElement} */ (event.target);
      const entry = target.closest(".app-entry");
      const rows = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(".app-pick:not(:disabled)")]);
      const row = entry ? entry.querySelector(".app-pick") : target;
      stepThrough(event, rows, rows.indexOf(/** @type {HTMLElement} */ (row)));
    }
  }
}
