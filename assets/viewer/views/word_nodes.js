// The nodes of the words of a run, one for each position, and a chip for each stretch of image tokens.

import { el, setChildren } from "../../shared/dom.js";
import { colorAt, cssColor, tintOf } from "../draw/color.js";
import { formatNumber, formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {{node: HTMLElement, start: number, stop: number}} Chip */

export class WordNodes {
  /** @param {HTMLElement} list where they stand */
  constructor(list) {
    this.list = list;
    /** @type {Map<number, HTMLElement>} by key */
    this.nodes = new Map();
    /** @type {Chip[]} */
    this.chips = [];
    /** @type {string[]} what each position was written as */
    this.texts = [];
    /** @type {Run | null} */
    this.run = null;
    this.version = -1;
  }

  /** Nodes for every position; of a run that only grew, those that are still right stay. @param {Run | null} run */
  build(run) {
    if (run === this.run && (!run || run.version === this.version)) return;
    const from = run && run === this.run ? this.kept(run) : 0;
    if (run !== this.run) {
      this.nodes.clear();
      this.chips = [];
      setChildren(this.list);
    } else if (run) this.cut(run, from);
    this.run = run;
    if (!run) return;
    this.version = run.version;
    this.texts = Array.from({ length: run.keys }, (_, key) => run.shown(key));
    /** @type {Node[]} */
    const parts = [];
    for (let key = from; key < run.keys; key++) parts.push(...this.made(run, key));
    this.list.append(...parts);
  }

  /** The first position whose node is not right any more. @param {Run} run */
  kept(run) {
    let key = run.first;
    while (key < this.texts.length && key < run.keys && this.texts[key] === run.shown(key)) key++;
    return key;
  }

  /** Nodes from a position on go. @param {Run} run @param {number} from */
  cut(run, from) {
    for (let key = from; key < this.texts.length; key++) {
      const node = this.nodes.get(key);
      if (!node) continue;
      const before = node.previousElementSibling;
      if (key === run.first && before && before.className === "sv-words-break") before.remove();
      while (node.nextSibling) node.nextSibling.remove();
      node.remove();
      this.nodes.delete(key);
    }
  }

  /** New nodes of a position; none for an image token inside a chip. @param {Run} run @param {number} key @returns {Node[]} */
  made(run, key) {
    const kind = run.kinds[key];
    if (kind === "image") {
      const chip = this.chips[this.chips.length - 1];
      if (key > 0 && run.kinds[key - 1] === "image" && chip) {
        chip.stop = key + 1;
        return [];
      }
      const node = el("span", { class: "sv-word sv-chip" }, el("span", { class: "sv-word-text" }), el("span", { class: "sv-word-bar" })); // prettier-ignore
      this.chips.push({ node, start: key, stop: key + 1 });
      return [node];
    }
    const text = el("span", { class: "sv-word-text", text: this.texts[key] });
    const node = el("span", { class: "sv-word", "data-key": key }, text, el("span", { class: "sv-word-bar" }, el("span"))); // prettier-ignore
    node.classList.toggle("sv-dim", run.dimmed.has(key));
    node.classList.toggle("sv-earlier", kind === "history");
    this.nodes.set(key, node);
    const begins = key === run.first ? [el("span", { class: "sv-words-break", "aria-hidden": "true" })] : [];
    const breaks = kind === "output" && /[\n\r]$/.test(run.texts[key]) ? [document.createElement("br")] : [];
    return [...begins, node, ...breaks];
  }
}

/**
 * @param {HTMLElement} node
 * @param {number} value NaN: none is known
 * @param {boolean} dim outside the scale
 * @param {import("../numbers/scale.js").Scale} scale
 * @param {string} map
 * @param {import("../draw/color.js").Theme} theme
 */
export function paintWord(node, value, dim, scale, map, theme) {
  const known = !Number.isNaN(value);
  const place = known ? scale.at(value) : 0;
  const weight = scale.signed ? Math.abs(2 * place - 1) : place;
  const tint = known && !dim ? tintOf(map, place, theme, weight) : null;
  node.style.setProperty("--ground", tint ? tint.background : "transparent");
  node.style.setProperty("--ink", tint ? tint.ink : "inherit");
  node.dataset.value = known ? String(value) : "";
  const bar = /** @type {HTMLElement} */ (node.lastElementChild && node.lastElementChild.firstElementChild);
  bar.style.height = known ? `${Math.max(value ? 1 : 0, Math.round(weight * 14))}px` : "0";
  bar.style.setProperty("--bar", dim ? "var(--sv-grey)" : cssColor(colorAt(map, place)));
}

/**
 * The image's part of the row; a sum of differences is no part of anything.
 * @param {Chip} chip
 * @param {Float32Array} values
 * @param {number} reach
 * @param {boolean} signed
 */
export function writeChip({ node, start, stop }, values, reach, signed) {
  const added = (/** @type {number} */ from, /** @type {number} */ to) => {
    let sum = 0;
    for (let key = from; key < to; key++) sum += Number.isNaN(values[key]) ? 0 : values[key];
    return sum;
  };
  const [n, sum, whole] = [stop - start, added(start, stop), added(0, reach)];
  const share = { n, v: formatPercent(whole ? sum / whole : 0) };
  const text = signed ? t("image, {n} tokens: Σ {v}", { n, v: formatNumber(sum) }) : t("image, {n} tokens: {v} of the row", share); // prettier-ignore
  /** @type {Element} */ (node.firstElementChild).textContent = text;
  node.dataset.value = String(sum);
}
