// What the one-file page, the notebook's view and the tests call: the global SaliencyViewer of the bundle.

import { Viewer } from "./viewer.js";

export { DIVERGING, SEQUENTIAL, tintOf } from "./draw/color.js";
export { aboutPicture } from "./draw/picture_notes.js";
export { PLOTLY_VERSION } from "./draw/plot.js";
export { csvText } from "./numbers/csv.js";
export { DEFAULTS } from "./state/defaults.js";
export { keyLines, stepLines } from "./state/lines.js";
export { groupOf } from "./state/pictures.js";
export { formatNumber } from "./texts/format.js";
export { languages } from "./texts/t.js";

/** @param {HTMLElement} root @param {import("./viewer.js").ViewerOptions} [options] */
export const create = (root, options) => new Viewer(root, options);
