// Where a row went, as one bar of parts and their names: the image, the prompt, the words before, the template.

import { el, setChildren } from "../../shared/dom.js";
import { PART_COLORS } from "../draw/color.js";
import { formatPercent } from "../texts/format.js";
import { PART_ORDER, partName } from "../texts/parts.js";
import { t } from "../texts/t.js";

/** @typedef {import("../state/sources.js").Source} Source */

export class ShareLine {
  constructor() {
    this.bar = el("span", { class: "sv-share-bar", "aria-hidden": "true" });
    this.legend = el("span", { class: "sv-share-legend" });
    this.root = el("div", { class: "sv-share-row" }, this.bar, this.legend);
    /** @type {import("../state/run.js").Run | null} */
    this.run = null;
    this.sign = "";
  }

  /** @param {Source} source @param {string} layers in words */
  draw({ run, kind, values }, layers) {
    const shares = run && values ? run.shares(values) : null;
    const sign = JSON.stringify([kind, shares, layers]);
    if (this.run === run && this.sign === sign) return;
    [this.run, this.sign] = [run, sign];
    this.root.hidden = !run || !run.steps.length;
    this.root.title = t("share of the row's sum that lies on each part, {l}", { l: layers });
    const part = (/** @type {keyof typeof PART_COLORS} */ name) => {
      const share = shares ? shares[name] : null;
      const background = PART_COLORS[name];
      return el(
        "span",
        { class: "sv-share", "data-part": name, "data-kind": kind, "data-value": share === null ? "" : share },
        el("i", { style: { background }, "aria-hidden": "true" }),
        `${partName(name)} `,
        el("b", { text: formatPercent(share) }),
      );
    };
    setChildren(this.legend, ...PART_ORDER.map(part));
    const width = (/** @type {keyof typeof PART_COLORS} */ name) => `${100 * (shares ? shares[name] : 0)}%`;
    const piece = (/** @type {keyof typeof PART_COLORS} */ name) =>
      el("span", { style: { width: width(name), background: PART_COLORS[name] } });
    setChildren(this.bar, ...(shares ? PART_ORDER.map(piece) : []));
  }
}
