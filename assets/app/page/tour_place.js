// Where the tour's ring and card stand: around the target, and next to it, below it or above it.

import { behavior, small } from "./state.js";

/** @typedef {{node: Element, left: number, top: number, right: number, bottom: number}} Target */

const EDGE = 8; // px around what is pointed at
const GAP = 12; // px from there to the card
const FOOT = 230; // px a card may need at the foot of the window
const HEAD = 60; // px of the page's header

/** @param {Target | null} box */
export function bringIn(box) {
  if (!box) return;
  const away = box.top < HEAD || Math.min(box.bottom, box.top + 240) > innerHeight - FOOT;
  if (away) box.node.scrollIntoView({ behavior: behavior(), block: small() ? "start" : "center" });
}

/** @param {HTMLElement} ring @param {HTMLElement} card @param {Target | null} box */
export function placeTour(ring, card, box) {
  ring.hidden = !box;
  card.classList.toggle("low", small() || !box);
  if (!box) return;
  const [left, top] = [Math.max(4, box.left - EDGE), Math.max(4, box.top - EDGE)];
  const [right, bottom] = [Math.min(innerWidth - 4, box.right + EDGE), Math.min(innerHeight - 4, box.bottom + EDGE)];
  const [width, height] = [Math.max(0, right - left), Math.max(0, bottom - top)];
  Object.assign(ring.style, {
    transform: `translate(${left}px, ${top}px)`,
    width: `${width}px`,
    height: `${height}px`,
  });
  if (small()) {
    Object.assign(card.style, { left: "", top: "" });
    return;
  }
  const size = card.getBoundingClientRect();
  const beside = right + GAP + size.width < innerWidth && right < innerWidth / 2;
  const below = bottom + GAP + size.height < innerHeight;
  const above = top - GAP - size.height > 0;
  const under = below ? bottom + GAP : above ? top - GAP - size.height : innerHeight - size.height - 24;
  const aside = !beside && !below && !above ? 12 : left + GAP; // over the inputs rather than over what is meant
  const x = Math.min(beside ? right + GAP : aside, innerWidth - size.width - 12);
  const y = Math.max(12, Math.min(beside ? top : under, innerHeight - size.height - 12));
  Object.assign(card.style, { left: `${x}px`, top: `${y}px` });
}
