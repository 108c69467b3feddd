// The view in words, for who hears it: where a panel is strongest, and what the selected token drew on.

import { el } from "../../shared/dom.js";
import { stepsOf } from "../state/choice.js";
import { allSheets } from "../state/pictures.js";
import { formatNumber, formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/run.js").Sheet} Sheet */

const STRONGEST = 3;
const PAUSE = 400; // ms after the last change, so that stepping fast is not read word by word

/** Row and column of a patch among those of its picture, from 1. @param {Run} run @param {Sheet} sheet @param {number} patch */
function cellOf(run, sheet, patch) {
  const place = (/** @type {0 | 1} */ side) => {
    const edges = new Set(sheet.patches.map((one) => run.boxes[one][side]));
    return [...edges].sort((a, b) => a - b).indexOf(run.boxes[patch][side]) + 1;
  };
  return { row: place(1), column: place(0) };
}

/** What a panel draws on the picture, as a sentence. @param {import("../state/sources.js").Source} source */
export function panelInWords({ run, values }) {
  if (!run || !values || !run.imageKeys.length) return "";
  const patches = allSheets(run).flatMap((sheet) =>
    sheet.patches.map((patch) => ({ sheet, patch, value: values[run.imageKeys[patch]] })),
  );
  const size = (/** @type {{value: number}} */ { value }) => (Number.isNaN(value) ? -1 : Math.abs(value));
  const strongest = patches.sort((a, b) => size(b) - size(a)).slice(0, STRONGEST);
  const list = strongest.map(({ sheet, patch, value }) => {
    const words = t("row {row}, column {column}: {v}", { ...cellOf(run, sheet, patch), v: formatNumber(value) });
    return run.pictures.length > 1 ? `${t("picture {n}", { n: sheet.picture + 1 })}, ${words}` : words;
  });
  return t("Strongest patches: {list}.", { list: list.join("; ") });
}

/** The selected token and where its saliency went. @param {Viewer} viewer */
export function tokenInWords(viewer) {
  const { run, state } = viewer;
  if (!run || !run.steps.length) return "";
  const steps = stepsOf(viewer, 0);
  const word = steps.map((step) => run.shown(run.first + step).trim()).join(" ");
  if (!steps.every((step) => run.has(step))) return `${word}: ${t("not observed yet")}`;
  const shares = run.shares(run.values("saliency", steps, state.layer, state.normalization));
  const share = (/** @type {number} */ value) => formatPercent(value);
  const parts = shares
    ? [
        `${t("image")} ${share(shares.image)}`,
        `${t("prompt")} ${share(shares.prompt)}`,
        `${t("words before")} ${share(shares.outputs)}`,
      ]
    : [];
  return `${word}: ${t("saliency")} ${parts.join(", ")}; ${run.layerWords(state.layer)}`;
}

/** A region that is read aloud when its words change. */
export class Live {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.root = el("div", { class: "sv-heard", role: "status", "aria-live": "polite" });
    this.timer = 0;
  }

  tellSoon() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const words = this.viewer.gone ? "" : tokenInWords(this.viewer);
      if (this.root.textContent !== words) this.root.textContent = words;
    }, PAUSE);
  }

  free() {
    clearTimeout(this.timer);
  }
}
