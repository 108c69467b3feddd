// A reading in words: of the caption under the strip, of the chosen word under its facts. From the numbers, nothing else.

import { el, setChildren } from "../../shared/dom.js";
import { stepsOf } from "../state/choice.js";
import { rangesText } from "../texts/format.js";
import { captionSentences, wordSentences } from "../texts/reading.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */

export class Reading {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.caption = el("div", { class: "sv-reading", "data-reading": "caption" });
    this.word = el("div", { class: "sv-reading", "data-reading": "word" });
    const click = () => viewer.set({ reveal_truth: true });
    this.reveal = el("button", { type: "button", class: "sv-button sv-reveal", text: t("show what is true"), on: { click } }); // prettier-ignore
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    const sentences = run ? captionSentences(run, state.reveal_truth) : [];
    const hidden = run && !state.reveal_truth && Object.keys(run.marks).length > 0;
    write(this.caption, sentences, hidden ? this.reveal : null);
    const steps = stepsOf(viewer, 0);
    write(this.word, run && steps.length ? wordSentences(run, steps, state.reveal_truth) : [], null);
    this.word.title = run ? t("Shares of the saliency of the target layers, {r}; support is S, Eq. 6", { r: rangesText(run.target) }) : ""; // prettier-ignore
  }
}

/** @param {HTMLElement} root @param {string[]} sentences @param {HTMLElement | null} button */
function write(root, sentences, button) {
  const text = sentences.join(" ").replaceAll("。 ", "。"); // Chinese needs no space
  if (root.dataset.text !== text || Boolean(button) !== root.childElementCount > 0) setChildren(root, text && `${text} `, button); // prettier-ignore
  root.dataset.text = text;
  root.hidden = !text && !button;
}
