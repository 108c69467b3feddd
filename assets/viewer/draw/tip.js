// One tooltip for every view: lines of text next to the pointer or a node, inside the viewer's own frame.

import { el, setChildren } from "../../shared/dom.js";

/** @typedef {import("../state/lines.js").Lines} Lines */

export class Tip {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.box = el("div", { class: "sv-tip", role: "status", hidden: true });
    root.append(this.box);
  }

  /** @param {Lines} lines @param {number} x @param {number} y of the window */
  show(lines, x, y) {
    if (!lines.length) return this.hide();
    setChildren(this.box, ...lines.map(row));
    this.box.hidden = false;
    const [frame, size] = [this.root.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const left = Math.max(4, Math.min(frame.width - size.width - 4, x - frame.left + 14));
    const below = y + 16 + size.height <= window.innerHeight;
    const top = Math.max(0, below ? y - frame.top + 16 : y - frame.top - size.height - 10);
    this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  /** @param {{clientX: number, clientY: number}} event @param {Lines} lines */
  point(event, lines) {
    this.show(lines, event.clientX, event.clientY);
  }

  /** @param {Element} node @param {Lines} lines */
  at(node, lines) {
    const box = node.getBoundingClientRect();
    this.show(lines, box.left - 14, box.bottom - 10);
  }

  hide() {
    this.box.hidden = true;
  }
}

/** @param {string | [string, string]} line */
function row(line) {
  if (!Array.isArray(line)) return el("div", { class: "sv-tip-text", text: line });
  return el("div", { class: "sv-tip-row" }, el("span", { text: line[0] }), el("b", { text: line[1] }));
}
