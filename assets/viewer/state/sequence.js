// The positions of a run: what stands at each, and which are the image's, the words', or grey.

import { positionsOf } from "../numbers/positions.js";
import { visible } from "../texts/format.js";
import { t } from "../texts/t.js";

/** @typedef {import("../payload.js").Payload} Payload */
/** @typedef {import("../payload.js").Step} Step */

/** first: position of the first output; keys: how many positions there are. */
export class Sequence {
  /** @type {Step[]} */ steps = [];
  keys = 0;
  /** @type {string[]} */ texts = [];
  /** @type {string[]} the span's own word */ kinds = [];
  /** index in PARTS */ parts = new Uint8Array();
  /** @type {number[]} */ imageKeys = [];
  /** @type {Map<number, number>} key -> index among the image's */ patchOf = new Map();
  /** @type {Set<number>} template and sink positions: outside the scale */ dimmed = new Set();
  /** @type {number[]} every key that is no image's */ wordKeys = [];
  /** @type {number[]} of them, those that are not dimmed */ brightKeys = [];

  /** @param {Payload} payload */
  constructor(payload) {
    this.payload = payload;
    this.first = payload.first_output;
  }

  /** Steps came or went. */
  refresh() {
    const { payload, first, steps } = this;
    this.keys = first + steps.length;
    this.texts = payload.prompt_texts.concat(steps.map((step) => step.text));
    const { parts, kinds, imageKeys } = positionsOf(payload.spans, first, this.keys);
    Object.assign(this, { parts, kinds, imageKeys });
    this.patchOf = new Map(imageKeys.map((key, patch) => [key, patch]));
    this.dimmed = new Set(payload.dimmed || []);
    this.wordKeys = [...kinds.keys()].filter((key) => kinds[key] !== "image");
    this.brightKeys = this.wordKeys.filter((key) => !this.dimmed.has(key));
  }

  /** Keys the row that predicts a step can see. @param {number} step */
  reach(step) {
    return this.first + step;
  }

  /** A position's text as a person can see it; the stop token, which has none, by name. @param {number} key */
  shown(key) {
    const last = key === this.keys - 1 && key >= this.first && this.payload.ended === "end";
    return last && this.texts[key] === "" ? t("⟨end⟩") : visible(this.texts[key]);
  }

  /** @param {number} key */
  quoted(key) {
    return `“${this.shown(key).replace(/^ (?=.)/, "")}”`;
  }
}
