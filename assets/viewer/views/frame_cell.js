// One picture or frame in the row of them: its thumbnail, its name, and a bar for each share.

import { el } from "../../shared/dom.js";
import { groupName, groupTime, groupWords } from "../state/picture_names.js";
import { formatPercent } from "../texts/format.js";

/** @typedef {import("../state/run.js").Run} Run */

/**
 * @typedef {object} Row what one bar of every cell stands for
 * @property {string} name
 * @property {string} letter
 * @property {import("../state/defaults.js").Kind} kind
 * @property {0 | 1} slot
 * @property {Float64Array | null} shares [groups]
 */
/** @typedef {{root: HTMLElement, letter: HTMLElement, fill: HTMLElement, number: HTMLElement}} Bar */
/** @typedef {{root: HTMLButtonElement, bars: Bar[]}} Cell */

/** @returns {Bar} */
function makeBar() {
  const [letter, fill, number] = [el("i", { "aria-hidden": "true" }), el("span"), el("b")];
  const track = el("span", { class: "sv-frame-track" }, fill);
  return { letter, fill, number, root: el("span", { class: "sv-frame-bar" }, letter, track, number) };
}

/**
 * @param {Run} run
 * @param {number} group
 * @param {number} count bars
 * @returns {Cell}
 */
export function frameCell(run, group, count) {
  const pictures = run.groups[group];
  const bars = Array.from({ length: count }, makeBar);
  const images = pictures.map((picture) => el("img", { src: run.pictures[picture].src, alt: "", draggable: "false" }));
  const root = el(
    "button",
    {
      type: "button",
      role: "option",
      class: "sv-frame" + (pictures.length > 1 ? " sv-frame-pair" : ""),
      "data-group": group,
    },
    el("span", { class: "sv-frame-thumbs" }, ...images),
    el(
      "span",
      { class: "sv-frame-name" },
      el("span", { text: groupName(run, group) }),
      el("span", { class: "sv-frame-time", text: groupTime(run, group) }),
    ),
    ...bars.map((bar) => bar.root),
  );
  return { root, bars };
}

/**
 * @param {Cell} cell
 * @param {Run} run
 * @param {number} group
 * @param {Row[]} rows
 * @param {import("../numbers/scale.js").Scale} scale
 * @param {boolean} chosen
 */
export function drawCell({ root, bars }, run, group, rows, scale, chosen) {
  const words = rows.map(({ name, shares }) => `${name} ${formatPercent(shares && shares[group])}`);
  root.setAttribute("aria-selected", String(chosen));
  root.tabIndex = chosen ? 0 : -1;
  root.setAttribute("aria-label", [groupWords(run, group), ...words].join(", "));
  rows.forEach(({ letter, kind, slot, shares }, place) => {
    const bar = bars[place];
    const share = shares ? shares[group] : null;
    const top = shares && share && share === Math.max(...shares);
    bar.letter.textContent = letter;
    bar.root.dataset.kind = kind;
    bar.root.dataset.slot = String(slot);
    bar.root.dataset.value = share === null ? "" : String(share);
    bar.root.classList.toggle("sv-top", Boolean(top));
    bar.fill.style.width = share === null ? "0" : `${100 * scale.at(share)}%`;
    bar.number.textContent = formatPercent(share);
  });
}
