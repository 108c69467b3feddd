// Places on a picture or in a text by the keyboard: arrows go from one to the next, Enter chooses. As hovering and clicking.

/** @typedef {{key: number, x: number, y: number}} Place x and y in any unit */

/**
 * @template {Place} P
 * @param {HTMLElement} node
 * @param {{places: () => P[], current: () => number | null, go: (place: P) => void, pick: (place: P) => void}} how
 * places: in reading order; current: the key one is at
 */
export function walkByKeys(node, { places, current, go, pick }) {
  node.addEventListener("keydown", (event) => {
    if (event.target !== node || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = places();
    const at = all.findIndex((place) => place.key === current());
    if (!all.length) return;
    if (event.key === "Enter" || event.key === " ") {
      if (at >= 0) pick(all[at]);
    } else {
      const to = target(all, at, event);
      if (to === undefined) return;
      go(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, to))]);
    }
    event.preventDefault();
  });
}

/**
 * @param {Place[]} all
 * @param {number} at
 * @param {KeyboardEvent} event
 * @returns {number | undefined}
 */
function target(all, at, event) {
  const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: nextLine(all, at, -1), ArrowDown: nextLine(all, at, 1), Home: 0, End: all.length - 1 }[event.key]; // prettier-ignore
  return steps;
}

/**
 * The place in the next line above or below, nearest in x; where one is, when there is no such line.
 * @param {Place[]} all
 * @param {number} at
 * @param {1 | -1} way
 */
export function nextLine(all, at, way) {
  if (at < 0) return 0;
  const { x, y } = all[at];
  const down = (/** @type {Place} */ place) => way * (place.y - y);
  const beyond = all.filter((place) => down(place) > 1e-6);
  if (!beyond.length) return at;
  const next = Math.min(...beyond.map(down));
  const line = beyond.filter((place) => down(place) < next + 1e-6);
  const nearest = line.reduce((best, one) => (Math.abs(one.x - x) < Math.abs(best.x - x) ? one : best));
  return all.indexOf(nearest);
}
