// The two numbers of a scale set by hand, at a panel's colour bar; both panels of a kind show and change the same ones.

import { el } from "../../shared/dom.js";
import { rangeEnds } from "../state/check.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/defaults.js").Kind} Kind */

export class RangeFields {
  /** @param {Viewer} viewer @param {Kind} kind */
  constructor(viewer, kind) {
    this.viewer = viewer;
    /** @type {`range_${Kind}`} */
    this.name = `range_${kind}`;
    const change = () => this.change();
    const field = (/** @type {string} */ label) =>
      el("input", { type: "number", class: "sv-range-end", min: 0, step: "any", "aria-label": label, on: { change } });
    this.fields = rangeNames(kind).map(field);
    this.fit = el("button", {
      type: "button",
      class: "sv-button sv-small",
      text: t("fit"),
      title: t("back to where the locked scale ends"),
      on: { click: () => viewer.set({ [this.name]: null }) },
    });
    const [low, high] = this.fields;
    const between = el("span", { text: "–", "aria-hidden": "true" });
    this.root = el("span", { class: "sv-range", hidden: true }, low, between, high, this.fit);
  }

  /** Numbers that make no range are marked and wait for better ones; the scale stays. */
  change() {
    const ends = rangeEnds(this.fields.map((field) => (field.value === "" ? NaN : Number(field.value))));
    for (const field of this.fields) field.setAttribute("aria-invalid", String(!ends));
    this.root.title = ends ? "" : t("two numbers, from 0 up, the first below the second");
    if (ends) this.viewer.set({ [this.name]: ends });
  }

  draw() {
    const { state } = this.viewer;
    const ends = state.scale === "manual" ? state[this.name] : null;
    this.root.hidden = !ends;
    const invalid = this.fields.some((field) => field.getAttribute("aria-invalid") === "true");
    if (!ends || (invalid && this.root.contains(document.activeElement))) return;
    this.fields.forEach((field, i) => {
      if (Number(field.value) !== ends[i] || field.value === "") field.value = String(ends[i]);
    });
  }
}

/** @param {Kind} kind */
function rangeNames(kind) {
  if (kind === "attention") return [t("lower end of the attention scale"), t("upper end of the attention scale")];
  return [t("lower end of the saliency scale"), t("upper end of the saliency scale")];
}
