// Which numbers a colour map runs between, and over what it is locked; as saliency_viz/figures/rows/scales.py.
(function (SV) {
  "use strict";

  const DECADES = 3;

  class Scale {
    constructor(high, transform, extra) {
      Object.assign(this, { low: 0, high: high > 0 ? high : 1, transform, signed: false, largest: high, smallest: 0 }, extra);
      if (transform === "log") {
        if (!(this.manual && this.low > 0)) this.low = this.manual ? this.high / 10 ** DECADES : Math.min(Math.max(this.high / 10 ** DECADES, this.smallest || 0), this.high / 10);
        this.span = Math.log10(this.high) - Math.log10(this.low);
      } else if (this.signed) this.low = -this.high;
    }
    // 0..1, the place of a value on the colour map.
    at(value) {
      if (this.transform === "log") {
        if (value <= this.low) return 0;
        return Math.min(1, (Math.log10(value) - Math.log10(this.low)) / this.span);
      }
      return Math.max(0, Math.min(1, (value - this.low) / (this.high - this.low)));
    }
    value(place) {
      return this.transform === "log" ? this.low * 10 ** (place * this.span) : this.low + place * (this.high - this.low);
    }
    ticks() {
      if (this.transform === "log") return [0, 1 / 3, 2 / 3, 1].map((place) => [place, this.value(place)]);
      return [0, 0.5, 1].map((place) => [place, this.value(place)]);
    }
  }
  SV.Scale = Scale;

  // [largest, 99 % quantile, smallest above 0] of many arrays; the quantile interpolates as numpy does.
  function ends(arrays) {
    let count = 0, largest = 0, smallest = Infinity;
    for (const array of arrays) count += array.length;
    const all = new Float32Array(count);
    let at = 0;
    for (const array of arrays) { all.set(array, at); at += array.length; }
    for (const value of all) {
      if (value > largest) largest = value;
      if (value > 0 && value < smallest) smallest = value;
    }
    return { largest, smallest: smallest === Infinity ? 0 : smallest, all };
  }
  function quantile(all, share) {
    if (!all.length) return 0;
    all.sort();
    const place = share * (all.length - 1), low = Math.floor(place);
    return all[low] + (all[Math.min(low + 1, all.length - 1)] - all[low]) * (place - low);
  }

  // Values over which a scale is locked: one array per step and layer choice, only reachable keys.
  function collect(run, keys, kind, state, steps) {
    const arrays = [], { layer, normalization } = state;
    const pick = (values, reach) => {
      const out = new Float32Array(keys.length);
      let n = 0;
      for (const key of keys) if (key < reach) out[n++] = values[key];
      return out.subarray(0, n);
    };
    if (state.scale === "token") {
      const reach = Math.max(...steps.map((step) => run.reach(step)));
      const layers = layer === "all" ? run.layerList("all") : [layer];
      for (const one of layers) arrays.push(pick(run.values(kind, steps, one, normalization, state.reduce), reach));
      return arrays;
    }
    for (let step = 0; step < run.steps.length; step++) {
      if (!run.has(step)) continue;
      const each = state.scale === "run" || layer === "all" ? run.layerList("all") : [layer];
      for (const one of each) {
        const values = typeof one === "number" ? run.row(kind, step, one, normalization) : run.values(kind, step, one, normalization);
        arrays.push(pick(values, run.reach(step)));
      }
    }
    return arrays;
  }

  function fromRanges(run, group, kind, state) {
    const name = kind === "attention" || state.normalization === "row" ? kind : state.normalization;
    const known = run.ranges[group][name], { layer } = state;
    if (state.scale === "run" || layer === "all") return known.run;
    return layer === "target" ? known.target : known.layers[layer];
  }

  // Between two numbers a person set, for every group of keys of a kind.
  function manual(runs, group, kind, state, steps) {
    const found = SV.lockedScale(runs, group, kind, { ...state, scale: "layer" }, steps), ends = state[`range_${kind}`];
    if (!ends) return found;
    return new Scale(ends[1], state.transform === "log" ? "log" : "linear", { low: ends[0], largest: found.largest, smallest: found.smallest, manual: true });
  }

  // One scale for a group of keys ("image" or "words") and a kind, over every run given. steps: those chosen, in all runs
  // or one list for each run.
  SV.lockedScale = (runs, group, kind, state, steps) => {
    if (state.scale === "manual") return manual(runs, group, kind, state, steps);
    const token = state.scale === "token";
    const name = [group, kind, state.scale, state.layer, state.normalization, state.transform,
      token ? JSON.stringify([steps, state.reduce, runs.map((run) => run.loaded)]) : "", runs.map((run) => run.version)].join("|");
    const memo = runs[0].whole;
    if (memo.has(name)) return memo.get(name);
    let largest = 0, high = 0, smallest = Infinity;
    const arrays = [];
    runs.forEach((run, place) => {
      if (!token && runs.indexOf(run) < place) return;
      if (run.ranges && !token) {
        const [top, ninety, low] = fromRanges(run, group, kind, state);
        largest = Math.max(largest, top);
        high = Math.max(high, ninety);
        smallest = Math.min(smallest, low || Infinity);
      } else arrays.push(...collect(run, group === "image" ? run.imageKeys : run.brightKeys, kind, state, Array.isArray(steps[0]) ? steps[place] : steps));
    });
    const found = ends(arrays);
    largest = Math.max(largest, found.largest);
    smallest = Math.min(smallest, found.smallest || Infinity);
    if (state.transform === "percentile") high = Math.max(high, quantile(found.all, 0.99));
    else high = largest;
    const scale = new Scale(high > 0 ? high : largest, state.transform, { largest, smallest: smallest === Infinity ? 0 : smallest });
    memo.set(name, scale);
    return scale;
  };

  // Where a difference of two runs is drawn: centred at 0, as far as the larger of the two goes.
  SV.signedScale = (arrays) => {
    let high = 0;
    for (const array of arrays) for (const value of array) if (Math.abs(value) > high) high = Math.abs(value);
    return new Scale(high, "linear", { signed: true });
  };

  SV.scaleWords = (state) => SV.t({
    run: "locked over the run, every layer",
    layer: "locked over the run, these layers",
    token: "this token only: does not compare between tokens",
    manual: "set by hand",
  }[state.scale]);

  SV.unit = (kind, normalization) => SV.t(kind === "attention"
    ? (normalization === "share" ? "share of the row" : "mean over heads")
    : { row: "unit l2 norm per row", raw: "|A·∂L/∂A|, nats", share: "share of the row" }[normalization]);
})((window.SaliencyViewer = window.SaliencyViewer || {}));
