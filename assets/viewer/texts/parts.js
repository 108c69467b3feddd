// The parts of a sequence, in the order bars draw them, and what they are called.

import { t } from "./t.js";

/** @typedef {import("../numbers/positions.js").Part} Part */

/** @type {Part[]} */
export const PART_ORDER = ["image", "prompt", "template", "outputs"];

/** @param {Part} part */
export const partName = (part) => t(part === "outputs" ? "words before" : part);
