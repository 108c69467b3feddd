// The button that opens the rare choices, and says which of them are not as they are at first. Holds no choice itself.

import { el } from "../../shared/dom.js";
import { DEFAULTS, TASTE } from "../state/defaults.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */

const NAMED = 2; // what differs is named up to so many, then counted
const EDGE = 8; // px between the window's edge and the box
const GAP = 6; // px under the button

export class ViewButton {
  /** @param {Viewer} viewer @param {HTMLElement[]} children */
  constructor(viewer, ...children) {
    this.viewer = viewer;
    this.words = el("span");
    const on = { click: () => this.box.togglePopover() };
    const attributes = { type: "button", class: "sv-button sv-view-button", "aria-haspopup": "dialog" };
    this.button = el("button", { ...attributes, "aria-expanded": "false", on }, this.words);
    const toggled = (/** @type {any} */ event) => this.toggled(event.newState === "open");
    const box = { class: "sv-controls", popover: "auto", role: "dialog", "aria-label": t("View") };
    this.box = el("section", { ...box, on: { toggle: toggled } }, ...children);
    this.place = this.place.bind(this);
  }

  /** @param {boolean} open */
  toggled(open) {
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return removeEventListener("resize", this.place);
    this.place();
    addEventListener("resize", this.place);
  }

  /** Under the button as far as the window has room; it scrolls with the page, as the button does. */
  place() {
    const [at, size] = [this.button.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const left = Math.max(
      EDGE,
      Math.min(at.right - size.width, document.documentElement.clientWidth - size.width - EDGE),
    );
    const top = Math.max(EDGE, Math.min(at.bottom + GAP, innerHeight - size.height - EDGE));
    Object.assign(this.box.style, { left: `${left + scrollX}px`, top: `${top + scrollY}px` });
  }

  /** @param {(key: keyof import("../state/defaults.js").State) => string} nameOf a choice's value, in words */
  draw(nameOf) {
    const { state } = this.viewer;
    const other = TASTE.filter((key) => state[key] !== DEFAULTS[key]).map(nameOf);
    const more = other.length > NAMED ? ` +${other.length - NAMED}` : "";
    const text = other.length ? `${t("View")}: ${other.slice(0, NAMED).join(", ")}${more}` : t("View");
    if (this.words.textContent === text) return;
    this.words.textContent = text;
    this.button.title = other.length ? t("not as at first: {list}", { list: other.join(", ") }) : "";
    this.button.classList.toggle("sv-differs", other.length > 0);
  }
}
