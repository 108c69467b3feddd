// The two colour bars of a panel, made anew only when what they show changed.

import { el, setChildren } from "../../shared/dom.js";
import { colorBar } from "../draw/color_bar.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../numbers/scale.js").Scale} Scale */
/** @typedef {{scale?: Scale | null, wordScale?: Scale | null, map?: string}} Scaled */

export class Bars {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.image = el("div", { class: "sv-bar-box sv-image-bar" });
    this.words = el("div", { class: "sv-bar-box sv-word-bar-box" });
  }

  /**
   * @param {Scaled} source
   * @param {string} label
   * @param {(scale: Scale) => string} title
   */
  draw({ scale, wordScale, map = "" }, label, title) {
    const { opacity } = this.viewer.state;
    this.bar(this.image, scale, { name: map, opacity, vertical: true, label }, title);
    this.bar(this.words, wordScale, { name: map, vertical: false, label }, title);
  }

  /**
   * @param {HTMLElement} box
   * @param {Scale | null | undefined} scale
   * @param {{name: string, opacity?: number, vertical: boolean, label: string}} options
   * @param {(scale: Scale) => string} title
   */
  bar(box, scale, options, title) {
    if (!scale) {
      delete box.dataset.sign;
      return setChildren(box);
    }
    const { theme, state } = this.viewer;
    const { low, high, largest, transform } = scale;
    const sign = [low, high, largest, transform, options.name, state.opacity, theme].join();
    if (box.dataset.sign === sign) return;
    box.dataset.sign = sign;
    setChildren(box, colorBar(scale, { ...options, theme }));
    box.title = title(scale);
  }
}

/**
 * Two runs on one scale have one colour bar between them. bars: of the panels that are compared, none while none are.
 * @param {HTMLElement} pair
 * @param {Bars[]} bars
 */
export function shareBars(pair, [first, second]) {
  const same = (/** @type {"image" | "words"} */ which) =>
    Boolean(first && first[which].dataset.sign && first[which].dataset.sign === second[which].dataset.sign);
  pair.classList.toggle("sv-one-bar", same("image"));
  pair.classList.toggle("sv-one-word-bar", same("words"));
}
