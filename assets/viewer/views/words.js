// The words before the selected token, prompt and outputs, each on a ground and over a bar of what was drawn from it.

import { el, setChildren } from "../../shared/dom.js";
import { walkByKeys } from "../draw/walk.js";
import { togglePin } from "../state/change.js";
import { hiddenKeys, translate } from "../state/compare.js";
import { keyLines } from "../state/lines.js";
import { formatNumber, formatPercent } from "../texts/format.js";
import { t } from "../texts/t.js";
import { WordNodes, paintWord, writeChip } from "./word_nodes.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("../state/sources.js").Source} Source */
/** @typedef {import("../numbers/scale.js").Scale} Scale */
/** @typedef {{run: Run, values: Float32Array, scale: Scale, map: string, reach: number, gain: Float32Array | null, hidden: Set<number>}} Shown */

export class Words {
  /** @param {Viewer} viewer @param {import("./overlay.js").Owner} panel */
  constructor(viewer, panel) {
    this.viewer = viewer;
    this.panel = panel;
    const on = {
      pointerover: (/** @type {Event} */ event) => this.over(event),
      pointerleave: () => viewer.hover(null),
      blur: () => viewer.hover(null),
      click: (/** @type {Event} */ event) => {
        const key = keyUnder(event);
        if (key !== null) togglePin(viewer, key, panel.kind);
      },
    };
    this.list = el("div", { class: "sv-words", tabindex: "0", role: "group", on });
    this.tokens = new WordNodes(this.list);
    this.byKeys();
    this.note = el("div", { class: "sv-words-note" });
    this.root = el("div", { class: "sv-words-box" }, this.list, this.note);
  }

  byKeys() {
    const { viewer, panel, tokens } = this;
    walkByKeys(this.list, {
      places: () => {
        const visibleOnes = [...tokens.nodes].filter(([, node]) => node.getClientRects().length);
        return visibleOnes.map(([key, node]) => ({ key, node, x: node.offsetLeft, y: node.offsetTop }));
      },
      current: () => (viewer.litSlot === panel.slot ? viewer.lit : null),
      pick: ({ key }) => togglePin(viewer, key, panel.kind),
      go: ({ key, node }) => {
        viewer.hover(key, panel.slot);
        node.scrollIntoView({ block: "nearest" });
        viewer.tip.at(node, keyLines(viewer, panel, key));
      },
    });
  }

  /** @param {Event} event */
  over(event) {
    const key = keyUnder(event);
    const node = key === null ? undefined : this.tokens.nodes.get(key);
    if (key === null || !node) return;
    this.viewer.hover(key, this.panel.slot);
    this.viewer.tip.at(node, keyLines(this.viewer, this.panel, key));
  }

  draw() {
    const { viewer, panel } = this;
    const source = panel.source();
    const { run, values, wordScale: scale, map, reach } = source;
    this.list.setAttribute("aria-label", t("words before, {k}", { k: t(panel.kind) }));
    this.tokens.build(run);
    const ready = run && values && scale && map && reach !== undefined;
    this.list.classList.toggle("sv-waiting", Boolean(run && !ready));
    if (!ready) {
      this.note.textContent = run && run.steps.length ? t("rows of this token are not here yet") : "";
      const hint = t("the prompt and the words written before appear here");
      if (!run) setChildren(this.list, el("span", { class: "sv-hint", text: hint }));
      return;
    }
    const hidden = hiddenKeys(viewer, run);
    const one = panel.kind === "attention" && source.steps && source.steps.length === 1;
    const gain = one && source.steps ? run.gain(source.steps[0]) : null;
    this.paint({ run, values, scale, map, reach, gain, hidden });
    for (const chip of this.tokens.chips) writeChip(chip, values, reach, scale.signed);
    this.note.textContent = noteText({ run, values, scale, map, reach, gain, hidden });
  }

  /** @param {Shown} shown */
  paint({ run, values, scale, map, reach, gain, hidden }) {
    const { viewer, panel } = this;
    const pins = new Set(panel.slot === 0 ? viewer.state.pins : []);
    let first = true; // of the window LocoRE raises
    for (const [key, node] of this.tokens.nodes) {
      const seen = key < reach;
      const raised = Boolean(gain && gain[key] > 1);
      const classes = { "sv-beyond": !seen, "sv-hidden": hidden.has(key), "sv-pinned": pins.has(key), "sv-gain": raised && seen }; // prettier-ignore
      for (const [name, on] of Object.entries(classes)) node.classList.toggle(name, on);
      if (gain && raised && first) node.dataset.gain = "×" + formatNumber(gain[key]);
      else delete node.dataset.gain;
      if (raised) first = false;
      paintWord(node, seen ? values[key] : NaN, run.dimmed.has(key), scale, map, viewer.theme);
    }
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    if (this.lit) this.lit.classList.remove("sv-lit");
    const mine = key === null ? -1 : translate(this.viewer, key, slot, this.panel.slot);
    this.lit = this.tokens.nodes.get(mine);
    if (this.lit) this.lit.classList.add("sv-lit");
  }
}

/** @param {Event} event @returns {number | null} */
function keyUnder({ target }) {
  const node = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".sv-word")) : null;
  return node && node.dataset.key !== undefined ? Number(node.dataset.key) : null;
}

/** What is left out, and what LocoRE does, in words. @param {Shown} shown */
function noteText({ run, values, scale, reach, gain, hidden }) {
  const parts = [];
  if (hidden.size && !scale.signed) {
    let [whole, left] = [0, 0];
    for (let key = 0; key < reach; key++) {
      whole += values[key];
      if (hidden.has(key)) left += values[key];
    }
    const share = formatPercent(left / whole);
    parts.push(t("{n} template and sink tokens hidden: {v} of this row", { n: hidden.size, v: share }));
  } else if (run.dimmed.size) parts.push(t("grey: template and sink tokens, outside the scale"));
  const { locore } = run.settings;
  if (gain && locore) {
    parts.push(t("LocoRE: the last {w} outputs × {g}", { w: locore.window, g: formatNumber(1 + locore.beta) }));
  }
  return parts.join(" · ");
}
