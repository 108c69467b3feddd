// On a small screen one panel of the pair is shown at a time; these buttons say which. A wide screen shows all of them.

import { el, setChildren } from "../../shared/dom.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */

export class Flip {
  /** @param {Viewer} viewer @param {HTMLElement} pair whose data-front the looks obey */
  constructor(viewer, pair) {
    this.viewer = viewer;
    this.pair = pair;
    this.front = 1;
    this.root = el("div", { class: "sv-segments sv-flip", role: "group" });
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
  }

  /** @param {number} place */
  show(place) {
    this.front = place;
    this.viewer.schedule();
  }

  draw() {
    const { panels } = this.viewer;
    if (this.buttons.length !== panels.length) {
      const button = (/** @type {unknown} */ _, /** @type {number} */ place) =>
        el("button", { type: "button", on: { click: () => this.show(place) } });
      this.buttons = panels.map(button);
      this.front = Math.min(this.front, panels.length - 1);
      setChildren(this.root, ...this.buttons);
    }
    this.pair.dataset.front = String(this.front);
    this.buttons.forEach((button, place) => {
      button.textContent = panels[place].title.textContent;
      button.setAttribute("aria-pressed", String(place === this.front));
    });
  }
}
