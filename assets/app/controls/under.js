// A popover under its button: the browser opens and closes it and gives the focus back, this puts it in its place.

const GAP = 8; // px to the button
const EDGE = 12; // and to the window's edges

/**
 * The button opens the panel, a click elsewhere or Escape closes it.
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} panel
 * @param {() => void} opened called once it stands where it belongs
 */
export function opensUnder(button, panel, opened) {
  panel.popover = "auto";
  button.popoverTargetElement = panel;
  button.setAttribute("aria-expanded", "false");
  const place = () => placeUnder(button, panel);
  panel.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    button.setAttribute("aria-expanded", String(open));
    const listen = open ? addEventListener : removeEventListener;
    listen("resize", place);
    listen("scroll", place, /** @type {any} */ ({ passive: true }));
    if (!open) return;
    opened();
    place();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.stopPropagation(); // it closes this, and nothing else on the page
  });
}

/** @param {HTMLElement} button @param {HTMLElement} panel */
function placeUnder(button, panel) {
  const { bottom, right } = button.getBoundingClientRect();
  const top = Math.max(EDGE, bottom + GAP);
  const left = Math.min(right, innerWidth - EDGE) - panel.offsetWidth;
  panel.style.top = `${top}px`;
  panel.style.left = `${Math.max(EDGE, left)}px`;
  panel.style.maxHeight = `${innerHeight - top - EDGE}px`;
}

/** Arrow keys go through the rows, round and round. @param {KeyboardEvent} event @param {HTMLElement[]} rows @param {number} at */
export function stepThrough(event, rows, at) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const target = /** @type {HTMLElement} */ (event.target);
  if (!step || at < 0 || ["INPUT", "SELECT"].includes(target.tagName)) return;
  event.preventDefault();
  rows[(at + step + rows.length) % rows.length].focus();
}
