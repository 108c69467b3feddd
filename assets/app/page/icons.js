// The page's drawn signs.

import { svgEl } from "../../shared/dom.js";

const ICONS = {
  theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9Z",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  down: "m6 9 6 6 6-6",
  pin: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8Z",
  pen: "m4 20 .9-4L16.6 4.3l3.1 3.1L8 19.1 4 20Z",
  bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
};
const STROKE = { fill: "none", stroke: "currentColor", "stroke-width": 2 };
const ROUND = { "stroke-linecap": "round", "stroke-linejoin": "round" };
const SIZE = { viewBox: "0 0 24 24", width: 16, height: 16 };

/** @param {keyof typeof ICONS} name */
export const icon = (name) =>
  svgEl("svg", { ...SIZE, ...STROKE, ...ROUND, "aria-hidden": "true" }, svgEl("path", { d: ICONS[name] }));
