// The caption as a strip of tokens, each a button whose colour and bar are its score (Eq. 6) or, with pins, what it drew.

import { el } from "../../shared/dom.js";
import { contentWords } from "../numbers/content_words.js";
import { pickToken } from "../state/change.js";
import { stepsOf, tokenOf } from "../state/choice.js";
import { changedSteps, runName, translate } from "../state/compare.js";
import { stepLines } from "../state/lines.js";
import { stripValues } from "../state/sources.js";
import { t } from "../texts/t.js";
import { paintToken, tokenButton } from "./strip_token.js";
import { across, beside, bringIn } from "./strip_walk.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("./strip_token.js").Look} Look */

const LONG = 60; // tokens from which a caption is written compactly, unless one chose

export class Strip {
  /** @param {Viewer} viewer @param {0 | 1} slot */
  constructor(viewer, slot) {
    this.viewer = viewer;
    this.slot = slot;
    this.opened = false; // a range of two taps has its first
    const on = {
      click: (/** @type {MouseEvent} */ event) => this.click(event),
      keydown: (/** @type {KeyboardEvent} */ event) => this.key(event),
      pointerover: (/** @type {Event} */ event) => this.over(event),
      pointerleave: () => viewer.hover(null),
      focusin: (/** @type {Event} */ event) => this.over(event),
    };
    const label = t(slot ? "Tokens of the second run" : "Tokens of the caption");
    const attributes = { role: "listbox", "aria-orientation": "horizontal", "aria-label": label };
    this.list = el("div", { class: "sv-strip", ...attributes, on });
    this.name = el("div", { class: "sv-strip-name" });
    this.root = el("div", { class: "sv-strip-box" }, this.name, this.list);
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    /** @type {string[]} how each button was drawn */
    this.drawn = [];
    /** @type {Run | null} whose content words are known */
    this.read = null;
    /** @type {boolean[]} which steps carry content */
    this.content = [];
    this.shownAt = ""; // what was brought into view last
  }

  /** @param {EventTarget | null} target @returns {number | null} */
  indexOf(target) {
    const button = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".sv-token")) : null;
    return button ? Number(button.dataset.step) : null;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const step = this.indexOf(event.target);
    if (step === null) return;
    const { granularity } = this.viewer.state; // with no keys at hand, "range" takes two taps and "several" one each
    this.opened = granularity === "range" && !event.shiftKey && !this.opened;
    pickToken(this.viewer, this.slot, step, {
      add: event.ctrlKey || event.metaKey || granularity === "several",
      range: event.shiftKey || (granularity === "range" && !this.opened),
    });
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = tokenOf(this.viewer, this.slot);
    const { buttons } = this;
    const last = buttons.length - 1;
    const to = { ArrowLeft: beside(buttons, at, -1), ArrowRight: beside(buttons, at, 1), ArrowUp: across(buttons, at, -1), ArrowDown: across(buttons, at, 1), Home: 0, End: last }[event.key]; // prettier-ignore
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
    event.preventDefault();
    pickToken(this.viewer, this.slot, Math.max(0, Math.min(last, to)), { range: event.shiftKey });
    this.focus();
  }

  /** @param {Event} event */
  over(event) {
    const step = this.indexOf(event.target);
    const { viewer, slot } = this;
    const run = viewer.runs[slot];
    if (step === null || !run) return;
    viewer.hover(run.first + step, slot);
    if (event.type === "pointerover") viewer.tip.at(this.buttons[step], stepLines(viewer, slot, step));
  }

  focus() {
    const button = this.buttons[tokenOf(this.viewer, this.slot)];
    if (button) button.focus({ preventScroll: false });
  }

  /** Everything is drawn anew, another run has come. */
  forget() {
    this.drawn = [];
  }

  draw() {
    const { viewer, slot } = this;
    const run = viewer.runs[slot];
    this.root.hidden = slot === 1 && (!run || viewer.holding);
    this.name.hidden = !viewer.comparing || viewer.holding;
    if (this.root.hidden) return;
    if (viewer.comparing) this.name.textContent = runName(viewer, slot);
    this.cut(run ? run.steps.length : 0);
    const { strip } = viewer.state;
    const two = viewer.comparing && !viewer.holding; // two captions share the room of one
    const compact = strip === "compact" || (strip === "auto" && Boolean(two || (run && run.steps.length >= LONG)));
    this.list.classList.toggle("sv-compact", compact);
    if (run && run.steps.length) this.drawTokens(run);
  }

  /** Buttons beyond so many go. @param {number} count */
  cut(count) {
    for (const gone of this.buttons.splice(count)) {
      if (gone.nextElementSibling && gone.nextElementSibling.tagName === "BR") gone.nextElementSibling.remove();
      gone.remove();
    }
    this.drawn.length = Math.min(this.drawn.length, count);
  }

  /** @param {Run} run */
  drawTokens(run) {
    const { viewer, slot } = this;
    const { theme, state } = viewer;
    const shown = stripValues(viewer, slot);
    const [chosen, current] = [new Set(stepsOf(viewer, slot)), tokenOf(viewer, slot)];
    const changed = changedSteps(viewer, slot);
    const left = this.leftOut(run);
    const held = new Set(viewer.holding && slot === 0 ? stepsOf(viewer, 1) : []);
    const badges = run.steps.some((step) => step.rejected || step.fallback || step.forced);
    this.list.classList.toggle("sv-badges", badges);
    run.steps.forEach((step, i) => {
      if (!this.buttons[i]) {
        this.buttons.push(tokenButton(i));
        this.list.append(this.buttons[i]);
      }
      this.buttons[i].hidden = left(i) && !chosen.has(i);
      /** @type {Look} */
      const look = {
        text: run.shown(run.first + i),
        value: step.pending ? null : shown.values[i],
        selected: chosen.has(i),
        focus: i === current,
        held: held.has(i),
        changed: changed.has(i),
        judgement: state.reveal_truth && run.marks[i] ? run.marks[i].judgement : null,
      };
      const { rejected, fallback, forced, pending } = step;
      const flags = [
        rejected,
        fallback,
        forced,
        pending,
        step.plain && step.plain.token_id,
        shown.scale.high,
        theme,
        state.cmap,
      ];
      const sign = JSON.stringify([look, step.text, ...flags]);
      if (this.drawn[i] === sign) return;
      this.drawn[i] = sign;
      paintToken(this.buttons[i], step, look, { ...shown, map: state.cmap, theme });
    });
  }

  /** Which steps the filter leaves out; none while it is off. @param {Run} run @returns {(step: number) => boolean} */
  leftOut(run) {
    if (!this.viewer.state.content) return () => false;
    if (this.read !== run || this.content.length !== run.steps.length) {
      this.read = run;
      this.content = contentWords(run.steps.map((step) => step.text));
    }
    return (step) => !this.content[step];
  }

  /** The selected word is brought into the strip's own window. @param {string} form and size the strip stands in */
  keepInView(form) {
    const step = tokenOf(this.viewer, this.slot);
    const sign = `${step} ${form}`;
    if (!this.buttons[step] || this.root.hidden || sign === this.shownAt) return;
    this.shownAt = sign;
    bringIn(this.list, this.buttons[step]);
  }

  /** @param {number | null} key @param {number} slot */
  hover(key, slot) {
    const run = this.viewer.runs[this.slot];
    const step = run && key !== null ? translate(this.viewer, key, slot, this.slot) - run.first : -1;
    if (this.lit) this.lit.classList.remove("sv-lit");
    this.lit = this.buttons[step];
    if (this.lit) this.lit.classList.add("sv-lit");
  }
}
