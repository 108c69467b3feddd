// What is chosen: tokens, words, ranges, pins, and that a state from outside is always a valid one. Methods of Viewer.
(function (SV) {
  "use strict";

  const DEFAULTS = {
    token: null, also: [], layer: "target", scale: "layer", transform: "percentile", normalization: "row", cmap: "viridis", opacity: 0.62,
    view: "candidates", hide_sinks: false, reveal_truth: false, pins: [], pin_kind: "saliency", granularity: "token",
    image_columns: "max", triangle: "saliency", triangle_keys: "outputs", compare_kind: "saliency", matrix: "saliency",
    reduce: "mean", held: null, held_also: [], range_attention: null, range_saliency: null,
    heads_show: "grid", head: 0, heads_part: "image", heads_kind: "attention", matrix_row: null, fill: "mean", follow: false, frame: null,
  };
  const CHOICES = { scale: ["run", "layer", "token", "manual"], transform: ["linear", "percentile", "log"], normalization: ["row", "raw", "share"],
    granularity: ["token", "word", "sentence", "range", "several"], reduce: ["mean", "max"], image_columns: ["max", "sum", "each", "none"],
    triangle: ["saliency", "attention", "difference"], triangle_keys: ["outputs", "words"], compare_kind: ["attention", "saliency"],
    pin_kind: ["attention", "saliency"], matrix: ["attention", "saliency"], heads_show: ["grid", "one", "mean", "max"],
    heads_part: ["image", "prompt", "outputs", "template"], heads_kind: ["attention", "saliency", "difference"], fill: ["mean", "blur"], follow: [true, false] };
  SV.DEFAULTS = DEFAULTS;
  // How one likes to look, whatever the run: what "reset" sets back and a page may remember.
  SV.TASTE = ["scale", "transform", "normalization", "cmap", "opacity", "granularity", "reduce", "hide_sinks", "image_columns"];

  // [low, high] when these are two numbers with 0 <= low < high, else null.
  SV.ends = (given) => {
    const ends = Array.isArray(given) && given.length === 2 ? given.map(Number) : [NaN, NaN];
    return ends.every(Number.isFinite) && ends[0] >= 0 && ends[0] < ends[1] ? ends : null;
  };

  SV.Choosing = {
    checkState() {
      const { state, run } = this;
      for (const [name, allowed] of Object.entries(CHOICES)) if (!allowed.includes(state[name])) state[name] = DEFAULTS[name];
      if (!SV.SEQUENTIAL.includes(state.cmap)) state.cmap = DEFAULTS.cmap;
      if (!this.tabs.some((tab) => tab.name === state.view)) state.view = DEFAULTS.view;
      state.opacity = Math.max(0, Math.min(1, Number.isFinite(Number(state.opacity)) ? Number(state.opacity) : DEFAULTS.opacity));
      if (Array.isArray(state.layer)) {
        const layers = [...new Set(state.layer.map(Number))].filter((one) => Number.isInteger(one) && one >= 0 && one < (run ? run.layers : 999)).sort((a, b) => a - b);
        state.layer = layers.length > 1 ? layers : layers.length ? layers[0] : DEFAULTS.layer;
      } else if (state.layer !== "target" && state.layer !== "all") {
        const layer = Math.round(Number(state.layer));
        state.layer = Number.isFinite(layer) ? Math.max(0, Math.min(run ? run.layers - 1 : 999, layer)) : DEFAULTS.layer;
      }
      if (state.frame !== null) {
        const frame = Math.round(Number(state.frame));
        state.frame = Number.isFinite(frame) && frame >= 0 ? Math.min(frame, run && run.several ? run.groups.length - 1 : frame) : null;
      }
      if (state.token !== null) {
        const token = Math.round(Number(state.token));
        state.token = Number.isFinite(token) ? Math.max(0, run && run.steps.length ? Math.min(run.steps.length - 1, token) : token) : null;
      }
      const within = (list, limit) => (Array.isArray(list) ? list.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < limit) : []);
      if (!Array.isArray(state.held_also)) state.held_also = within(state.held_also, Infinity);
      if (run) {
        state.also = within(state.also, run.steps.length);
        state.pins = within(state.pins, run.keys);
      }
      const row = state.matrix_row === null || state.matrix_row === "" ? NaN : Number(state.matrix_row);
      state.matrix_row = Number.isInteger(row) && row >= 0 && row < (run ? run.keys : Infinity) ? row : null;
      state.head = Math.max(0, Math.round(Number(state.head)) || 0);
      for (const kind of ["attention", "saliency"]) state[`range_${kind}`] = SV.ends(state[`range_${kind}`]) || (state.scale === "manual" ? this.usualEnds(kind) : null);
      this.checkHeld();
    },

    // Two numbers to begin a range by hand with: where the locked scale ends, rounded up to two digits.
    usualEnds(kind) {
      const { run, state } = this;
      if (!run || !run.rows.some(Boolean)) return null;
      const { high } = SV.lockedScale(this.runsCompared(), run.imageKeys.length ? "image" : "words", kind, { ...state, scale: "layer" }, []);
      const unit = 10 ** (Math.floor(Math.log10(high)) - 1);
      return [0, Number((Math.ceil(high / unit) * unit).toPrecision(2))];
    },

    // A held token stands in the second place, before any other run that is there.
    checkHeld() {
      const { state, run } = this, held = state.held === null || state.held === "" ? NaN : Math.round(Number(state.held));
      state.held = Number.isFinite(held) && held >= 0 ? Math.min(held, run && run.steps.length ? run.steps.length - 1 : held) : null;
      state.held_also = state.held === null || !run ? [] : state.held_also.filter((step) => step < run.steps.length && step !== state.held);
      const second = state.held !== null && run && run.steps.length ? run : this.beside;
      if (second !== this.runs[1]) this.aligned = null;
      this.runs[1] = second;
    },

    hold(step) {
      const { state } = this, on = state.held === null || step !== undefined;
      this.set({ held: on ? (step === undefined ? this.tokenOf(0) : step) : null, held_also: on && step === undefined ? [...state.also] : [] });
    },

    pick(slot, step, how) {
      const { add, range } = how || {}, { state } = this;
      if (slot === 1) {
        const pair = this.alignment().pairs.find(([, j]) => j === step);
        this.second = step;
        this.set({ token: pair ? pair[0] : SV.partner(this.alignment().pairs.map(([i, j]) => [j, i]), step, this.run.steps.length), also: [] });
        this.second = step;
        return;
      }
      this.second = null;
      const at = this.tokenOf(0);
      if (add) {
        const chosen = new Set([...state.also, at]);
        let token = step;
        if (!chosen.has(step)) chosen.add(step);
        else if (chosen.size > 1) { // taken away again; the current token is another then
          chosen.delete(step);
          token = step === at ? [...chosen].pop() : at;
        }
        this.set({ token, also: [...chosen].filter((one) => one !== token) });
      } else if (range) {
        const anchor = this.anchor === undefined ? at : this.anchor, [low, high] = [Math.min(anchor, step), Math.max(anchor, step)];
        this.anchor = anchor;
        this.set({ token: step, also: Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((one) => one !== step) });
        return;
      } else this.set({ token: step, also: [] });
      this.anchor = step;
    },

    togglePin(key, kind) {
      const pins = new Set(this.state.pins);
      if (pins.has(key)) pins.delete(key);
      else pins.add(key);
      this.set({ pins: [...pins].sort((a, b) => a - b), pin_kind: kind || this.state.pin_kind });
    },

    tokenOf(slot) {
      const { state, run } = this;
      if (!run || !run.steps.length) return 0;
      let token = state.token;
      if (token === null) token = this.firstChoice(run);
      token = Math.max(0, Math.min(run.steps.length - 1, token));
      if (slot === 0) return token;
      const count = this.runs[1] ? this.runs[1].steps.length : 0;
      if (!count) return 0;
      if (this.holding) return state.held;
      if (this.second !== null && this.second !== undefined && this.second < count) return this.second;
      return SV.partner(this.alignment().pairs, token, count);
    },

    // Nobody chose yet: the last observed token of a growing run, else the one most of whose saliency lies on the image.
    firstChoice(run) {
      let last = 0;
      run.steps.forEach((step, i) => { if (!step.pending) last = i; });
      if (run.ranges) return Math.min(1, last); // its rows come later, and the choice must not move then
      if (!run.complete || run.payload.ended === "running") return last;
      if (run.whole.has("first choice")) return run.whole.get("first choice");
      let best = 0, top = -1;
      run.steps.forEach((_, step) => {
        const shares = run.shares(run.values("saliency", step, "target", "row"));
        if (step && shares && shares.image > top) [best, top] = [step, shares.image];
      });
      run.whole.set("first choice", best);
      return best;
    },

    stepsOf(slot) {
      const run = this.runs[slot];
      if (!run || !run.steps.length) return [];
      const chosen = new Set(slot === 1 ? this.counterparts() : [this.tokenOf(0), ...this.state.also]);
      if (["word", "sentence"].includes(this.state.granularity)) for (const step of [...chosen]) for (const one of this.unitAround(run, step)) chosen.add(one);
      return [...chosen].filter((step) => step < run.steps.length).sort((a, b) => a - b);
    },

    // The words of some steps, as one quoted text of some length.
    quotedSteps(run, steps) {
      const text = steps.map((step) => run.shown(run.first + step)).join("").replace(/^ (?=.)/, "");
      return `“${text.length > 30 ? text.slice(0, 29) + "…" : text}”`;
    },

    // What stands in the second place for the tokens chosen in the first: those held, or those that mean the same.
    counterparts() {
      const { state } = this;
      if (this.holding) return [state.held, ...state.held_also];
      const there = new Map(this.alignment().pairs);
      return [this.tokenOf(1), ...state.also.map((step) => there.get(step)).filter((step) => step !== undefined)];
    },

    // Steps of the word or sentence a step lies in.
    unitAround(run, step) {
      const texts = run.steps.map((one) => one.text), word = this.state.granularity === "word";
      const starts = (i) => i === 0 || (word ? /^[\s\p{P}]/u.test(texts[i]) || /[\s]$/.test(texts[i - 1]) || /^\p{P}/u.test(texts[i - 1].trim()) : /[.!?\n。！？]\s*$/.test(texts[i - 1]));
      let low = step, high = step;
      while (!starts(low)) low--;
      while (high + 1 < texts.length && !starts(high + 1)) high++;
      return Array.from({ length: high - low + 1 }, (_, i) => low + i);
    },
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
