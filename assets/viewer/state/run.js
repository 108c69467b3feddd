// One run in the browser: its facts, and rows of attention and saliency by step. Draws nothing.

import { decodeRows, layerRow, meanRow, partShares, reducedRow } from "../numbers/rows.js";
import { layerWords, layersOf } from "./layers.js";
import { grouped } from "./pictures.js";
import { Sequence } from "./sequence.js";

/** @typedef {import("../payload.js").Payload} Payload */
/** @typedef {import("../payload.js").Rows} Rows */
/** @typedef {import("./defaults.js").Kind} Kind */
/** @typedef {import("./defaults.js").Layers} Layers */
/** @typedef {import("./defaults.js").Normalization} Normalization */
/** @typedef {import("./defaults.js").Reduce} Reduce */
/** @typedef {{picture: number, scale: number, patches: number[]}} Sheet a picture (or its thumbnail) and its patches */

const MEMO = 2000; // rows kept ready

export class Run extends Sequence {
  /** @param {Payload} payload */
  constructor(payload) {
    super(payload);
    this.id = payload.run || "";
    this.example = false; // one of the page's own
    this.layers = payload.model.layers;
    this.target = payload.target_layers;
    this.settings = payload.settings;
    this.pictures = payload.pictures;
    this.boxes = payload.boxes;
    this.boxImages = payload.box_images;
    this.boxScales = payload.box_scales;
    this.ranges = payload.ranges;
    this.partShares = payload.part_shares || []; // none of a growing run's last steps
    this.marks = { ...payload.marks };
    /** How many pictures one image token stands for: 2 where a model merges a video's frames in pairs. */
    this.together = payload.frames_per_token || 1;
    /** [[picture, ...]]: those in one group share their tokens. */
    this.groups = grouped(this.pictures.length, this.together);
    this.several = this.pictures.length > this.together;
    this.isVideo = Boolean(payload.fps);
    this.lastGroup = 0; // the one shown while rows are on their way
    /** @type {(import("../numbers/rows.js").Held | null)[]} */
    this.rows = [];
    this.version = 0;
    this.loaded = 0; // rows that came one by one
    /** @type {Map<string, any>} rows, by what was asked */
    this.memo = new Map();
    /** @type {Map<string, any>} what depends on every row: scales, the first choice */
    this.whole = new Map();
    /** @type {{attention: Float32Array, saliency: Float32Array, norm: Float32Array} | null} what each picture got, of a large run */
    this.sums = null;
    this.place(payload.steps, 0, payload.rows);
  }

  /**
   * Steps from `start` on are replaced by these; rows are of the first of them.
   * @param {Payload["steps"]} steps
   * @param {number} start
   * @param {Rows | null} rows
   */
  place(steps, start, rows) {
    this.steps.length = Math.min(this.steps.length, start);
    this.rows.length = this.steps.length;
    for (const step of steps) {
      this.steps.push(step);
      this.rows.push(null);
    }
    if (rows) this.addRows(start, rows);
    this.refresh();
    this.forget();
  }

  /** @param {number} start @param {Rows} rows what was worked out before is forgotten */
  placeRows(start, rows) {
    this.addRows(start, rows);
    this.forget();
  }

  /**
   * Rows of steps that are there already, come one by one: nothing that was worked out before changes.
   * @param {number} start
   * @param {Rows} rows
   */
  addRows(start, rows) {
    for (const [i, row] of decodeRows(rows).entries()) this.rows[start + i] = row;
    this.loaded += rows.shape[0];
  }

  forget() {
    this.version++;
    this.memo.clear();
    this.whole.clear();
  }

  /** @param {number} step */
  has(step) {
    return Boolean(this.rows[step]);
  }
  get complete() {
    return this.rows.every(Boolean);
  }
  /** @param {Layers} layer */
  layerList(layer) {
    return layersOf(layer, this.target, this.layers);
  }
  /** @param {Layers} layer */
  layerWords(layer) {
    return layerWords(layer, this.target, this.layers);
  }

  /**
   * Float32Array [keys]: one layer's row that predicts a step; zeros where there is none.
   * @param {Kind} kind
   * @param {number} step
   * @param {number} layer
   * @param {Normalization} normalization
   */
  row(kind, step, layer, normalization) {
    const held = this.rows[step];
    if (!held) return new Float32Array(this.keys);
    return layerRow(held, kind, layer, normalization, this.keys, this.reach(step));
  }

  /**
   * Float32Array [keys]: mean over the chosen layers; several steps (a word, a range): the mean or max of theirs.
   * @param {Kind} kind
   * @param {number | number[]} steps
   * @param {Layers} layer
   * @param {Normalization} normalization
   * @param {Reduce} [reduce]
   * @returns {Float32Array}
   */
  values(kind, steps, layer, normalization, reduce = "mean") {
    const chosen = Array.isArray(steps) ? steps : [steps];
    const name = [kind, chosen, layer, normalization, chosen.length > 1 ? reduce : ""].join("|");
    const known = this.memo.get(name);
    if (known) return known;
    const one = (/** @type {number} */ step) => this.values(kind, step, layer, normalization);
    const layers = () => this.layerList(layer).map((index) => this.row(kind, chosen[0], index, normalization));
    const out = chosen.length > 1 ? reducedRow(chosen.map(one), reduce) : meanRow(layers(), this.keys);
    if (!chosen.every((step) => this.has(step))) return out;
    if (this.memo.size > MEMO) this.memo.clear();
    this.memo.set(name, out);
    return out;
  }

  /** @param {Float32Array} values [keys] */
  shares(values) {
    return partShares(values, this.parts);
  }

  /**
   * How much each output took from the given keys together: Float32Array [steps].
   * @param {number[]} keys
   * @param {Kind} kind
   * @param {Layers} layer
   * @param {Normalization} normalization
   */
  drawnOn(keys, kind, layer, normalization) {
    return Float32Array.from(this.steps, (_, step) => {
      const values = this.values(kind, step, layer, normalization);
      return keys.reduce((sum, key) => sum + values[key], 0);
    });
  }

  /** The factor LocoRE put on each key in the row that predicts a step (Eq. 8): as Trace.gain. @param {number} step */
  gain(step) {
    const { locore } = this.settings;
    const gain = new Float32Array(this.keys).fill(1);
    const row = this.reach(step) - 1;
    if (locore) for (let key = Math.max(this.first, row - locore.window); key < row; key++) gain[key] += locore.beta;
    return gain;
  }
}
