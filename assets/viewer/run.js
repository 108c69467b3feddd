// One run in the browser: its facts, and rows of attention and saliency by step, layer and key. Draws nothing.
// The same definitions as saliency_viz/figures/rows/metrics.py; tests compare them number by number.
(function (SV) {
  "use strict";

  const PARTS = ["template", "image", "prompt", "outputs"];
  const PART = { image: 1, prompt: 2, history: 2, output: 3 };
  const MEMO = 2000; // rows kept ready
  SV.PARTS = PARTS;

  class Run {
    constructor(payload) {
      this.id = payload.run || "";
      this.payload = payload;
      this.example = false;
      this.layers = payload.model.layers;
      this.first = payload.first_output;
      this.target = payload.target_layers;
      this.settings = payload.settings;
      this.pictures = payload.pictures;
      this.boxes = payload.boxes;
      this.boxImages = payload.box_images;
      this.boxScales = payload.box_scales;
      this.ranges = payload.ranges;
      this.marks = { ...payload.marks };
      this.steps = [];
      this.rows = [];
      this.version = 0;
      this.loaded = 0; // rows that came one by one
      this.place(payload.steps, 0, payload.rows);
    }

    // Steps from `start` on are replaced by these; rows are of the first of them.
    place(steps, start, rows) {
      this.steps.length = Math.min(this.steps.length, start);
      this.rows.length = this.steps.length;
      for (const step of steps) {
        this.steps.push(step);
        this.rows.push(null);
      }
      if (rows) this.placeRows(start, rows);
      this.refresh();
    }

    placeRows(start, rows) {
      this.addRows(start, rows);
      this.version++;
      this.memo = new Map();
      this.whole = new Map(); // what depends on every row: scales, the first choice
    }

    // Rows of steps that are there already, come one by one: nothing that was worked out before changes.
    addRows(start, rows) {
      const [count, layers, keys] = rows.shape;
      const attention = SV.halves(rows.attention), saliency = SV.halves(rows.saliency), norm = SV.floats(rows.norm);
      for (let i = 0; i < count; i++) {
        const window = [i * layers * keys, (i + 1) * layers * keys];
        this.rows[start + i] = {
          keys,
          attention: attention.subarray(...window),
          saliency: saliency.subarray(...window),
          norm: norm.subarray(i * layers, (i + 1) * layers),
        };
      }
      this.loaded += count;
    }

    refresh() {
      const { payload } = this;
      this.keys = this.first + this.steps.length;
      this.texts = payload.prompt_texts.concat(this.steps.map((step) => step.text));
      this.parts = new Uint8Array(this.keys);
      this.kinds = new Array(this.keys).fill("template");
      this.imageKeys = [];
      for (const span of payload.spans) {
        for (let key = span.start; key < Math.min(span.stop, this.keys); key++) {
          this.parts[key] = PART[span.kind] || 0;
          this.kinds[key] = span.kind;
          if (span.kind === "image") this.imageKeys.push(key);
        }
      }
      for (let key = this.first; key < this.keys; key++) {
        this.parts[key] = 3;
        this.kinds[key] = "output";
      }
      this.patchOf = new Map(this.imageKeys.map((key, patch) => [key, patch]));
      this.dimmed = new Set(payload.dimmed || []);
      this.wordKeys = [];
      for (let key = 0; key < this.keys; key++) if (this.parts[key] !== 1) this.wordKeys.push(key);
      this.brightKeys = this.wordKeys.filter((key) => !this.dimmed.has(key));
      this.version++;
      this.memo = new Map();
      this.whole = new Map(); // what depends on every row: scales, the first choice
    }

    // A position's text as a person can see it; the stop token, which has none, by name.
    shown(key) {
      const last = key === this.keys - 1 && key >= this.first && this.payload.ended === "end";
      return last && this.texts[key] === "" ? SV.t("⟨end⟩") : SV.visible(this.texts[key]);
    }
    quoted(key) { return `“${this.shown(key).replace(/^ (?=.)/, "")}”`; }

    has(step) { return Boolean(this.rows[step]); }
    get complete() { return this.rows.every(Boolean); }
    reach(step) { return this.first + step; }

    layerList(layer) {
      if (layer === "target") return this.target;
      if (Array.isArray(layer)) return layer.filter((one) => one < this.layers);
      if (layer === "all") return Array.from({ length: this.layers }, (_, i) => i);
      return [Math.max(0, Math.min(this.layers - 1, Number(layer) || 0))];
    }

    layerWords(layer) {
      if (layer === "all") return SV.t("mean of all {n} layers", { n: this.layers });
      if (Array.isArray(layer)) return SV.t("mean of layers {r}", { r: SV.ranges(layer) });
      if (layer === "target") return SV.t("mean of target layers {r}", { r: SV.ranges(this.target) });
      return SV.t("layer {n}", { n: layer });
    }

    // Float32Array [keys]: one layer's row that predicts a step; zeros where there is none.
    row(kind, step, layer, normalization) {
      const out = new Float32Array(this.keys), held = this.rows[step];
      if (!held) return out;
      const codes = held[kind], from = layer * held.keys, reach = Math.min(this.reach(step), held.keys);
      for (let key = 0; key < reach; key++) out[key] = SV.half[codes[from + key]];
      let factor = 1;
      if (kind === "saliency" && normalization === "raw") factor = held.norm[layer];
      if (normalization === "share") {
        let total = 0;
        for (let key = 0; key < reach; key++) total += out[key];
        factor = total > 0 ? 1 / total : 0;
      }
      if (factor !== 1) for (let key = 0; key < reach; key++) out[key] *= factor;
      return out;
    }

    // Float32Array [keys]: mean over the chosen layers; several steps (a word, a range): the mean or max of theirs.
    values(kind, steps, layer, normalization, reduce) {
      const chosen = Array.isArray(steps) ? steps : [steps], name = [kind, chosen, layer, normalization, chosen.length > 1 ? reduce : ""].join("|");
      const known = this.memo.get(name);
      if (known) return known;
      const out = chosen.length > 1 ? this.reduced(chosen.map((step) => this.values(kind, step, layer, normalization)), reduce) : this.layered(kind, chosen[0], layer, normalization);
      if (!chosen.every((step) => this.has(step))) return out;
      if (this.memo.size > MEMO) this.memo.clear();
      this.memo.set(name, out);
      return out;
    }

    layered(kind, step, layer, normalization) {
      const layers = this.layerList(layer), reach = this.reach(step), out = new Float32Array(this.keys);
      if (layers.length === 1) return this.row(kind, step, layers[0], normalization);
      const sum = new Float64Array(this.keys);
      for (const one of layers) {
        const row = this.row(kind, step, one, normalization);
        for (let key = 0; key < reach; key++) sum[key] += row[key];
      }
      for (let key = 0; key < this.keys; key++) out[key] = sum[key] / layers.length;
      return out;
    }

    reduced(rows, reduce) {
      const out = new Float32Array(this.keys);
      for (let key = 0; key < this.keys; key++) {
        let value = 0;
        for (const row of rows) value = reduce === "max" ? Math.max(value, row[key]) : value + row[key];
        out[key] = reduce === "max" ? value : value / rows.length;
      }
      return out;
    }

    // {template, image, prompt, outputs} adding to 1, or null when the row is 0.
    shares(values) {
      const sums = [0, 0, 0, 0];
      for (let key = 0; key < this.keys; key++) sums[this.parts[key]] += values[key];
      const total = sums[0] + sums[1] + sums[2] + sums[3];
      return total > 0 ? Object.fromEntries(PARTS.map((part, i) => [part, sums[i] / total])) : null;
    }

    // How much each output took from the given keys together: Float32Array [steps].
    drawnOn(keys, kind, layer, normalization) {
      return Float32Array.from(this.steps, (_, step) => {
        const values = this.values(kind, step, layer, normalization);
        let sum = 0;
        for (const key of keys) sum += values[key];
        return sum;
      });
    }

    // The factor LocoRE put on each key in the row that predicts a step (Eq. 8): as Trace.gain.
    gain(step) {
      const gain = new Float32Array(this.keys).fill(1), locore = this.settings.locore, row = this.reach(step) - 1;
      if (locore) for (let key = Math.max(this.first, row - locore.window); key < row; key++) gain[key] += locore.beta;
      return gain;
    }

    patchesOf(picture, scale) {
      const found = [];
      this.boxes.forEach((box, patch) => {
        const empty = box[2] <= box[0] || box[3] <= box[1];
        if (!empty && this.boxImages[patch] === picture && this.boxScales[patch] === scale) found.push(patch);
      });
      return found;
    }

    // [{picture, scale, patches}]: every picture, and a thumbnail of the whole where the model saw one.
    get sheets() {
      const found = [];
      this.pictures.forEach((_, picture) => {
        for (const scale of [0, 1]) {
          const patches = this.patchesOf(picture, scale);
          if (patches.length) found.push({ picture, scale, patches });
        }
      });
      return found;
    }
  }
  SV.Run = Run;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
