// Ways through the strip's buttons: to the one beside, to the line above or below, and into the strip's own window.

const ROOM = 8; // px above what is brought in

/** The button before or after that is not left out; the same where there is none. @param {HTMLElement[]} buttons @param {number} at @param {1 | -1} way */
export function beside(buttons, at, way) {
  let to = at + way;
  while (buttons[to] && buttons[to].hidden) to += way;
  return buttons[to] ? to : at;
}

/** The button of the line above or below, nearest in x. @param {HTMLElement[]} buttons @param {number} at @param {1 | -1} way */
export function across(buttons, at, way) {
  const from = buttons[at] && buttons[at].getBoundingClientRect();
  if (!from) return at;
  const middle = from.left + from.width / 2;
  let [best, cost] = [at, Infinity];
  /** @type {number | null} */
  let line = null;
  for (let i = at + way; i >= 0 && i < buttons.length; i += way) {
    const box = buttons[i].getBoundingClientRect();
    if (!box.width || Math.abs(box.bottom - from.bottom) < 4) continue;
    if (line === null) line = box.bottom;
    if (Math.abs(box.bottom - line) > 4) break;
    const distance = Math.abs(box.left + box.width / 2 - middle);
    if (distance < cost) [best, cost] = [i, distance];
  }
  return best;
}

/** A button that the strip has scrolled away is scrolled back; the page stays where it is. @param {HTMLElement} list @param {HTMLElement} button */
export function bringIn(list, button) {
  const [frame, own] = [list.getBoundingClientRect(), button.getBoundingClientRect()];
  if (own.top < frame.top || own.bottom > frame.bottom) list.scrollTop += own.top - frame.top - ROOM;
  if (own.left < frame.left || own.right > frame.right) list.scrollLeft += own.left - frame.left - frame.width / 3;
}
