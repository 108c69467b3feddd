// Several pictures or video frames of one run: which share their tokens, what they are called, and what each got.
// The same numbers as saliency_viz/figures/rows/metrics.py's picture_shares; tests compare them.
(function (SV) {
  "use strict";

  const more = {
    // How many pictures one image token stands for: 2 where a model merges a video's frames in pairs.
    get together() { return this.payload.frames_per_token || 1; },
    // [[picture, ...]]: those in one group share their tokens.
    get groups() {
      const count = this.pictures.length, groups = [];
      for (let first = 0; first < count; first += this.together) groups.push(Array.from({ length: Math.min(this.together, count - first) }, (_, i) => first + i));
      return groups;
    },
    get several() { return this.pictures.length > this.together; },
    get isVideo() { return Boolean(this.payload.fps); },

    pictureName(picture) { return SV.t(this.isVideo ? "frame {n}" : "picture {n}", { n: picture + 1 }); },
    groupName(group) {
      const pictures = this.groups[group];
      if (pictures.length < 2) return this.pictureName(pictures[0]);
      return SV.t("frames {a}–{b}", { a: pictures[0] + 1, b: pictures[pictures.length - 1] + 1 });
    },
    // The second at which a frame is shown, with as many places as tell neighbours apart; "" for pictures.
    timeOf(picture) {
      const times = this.payload.times || [];
      if (!times.length) return "";
      const apart = (times[times.length - 1] - times[0]) / Math.max(1, times.length - 1);
      return String(Number(times[picture].toFixed(apart < 0.1 ? 2 : 1)));
    },
    // The seconds at which a group's frames are shown: "1.4 s", "0–0.5 s"; "" for pictures.
    groupTime(group) {
      const pictures = this.groups[group], [from, to] = [pictures[0], pictures[pictures.length - 1]].map((picture) => this.timeOf(picture));
      return from && (from === to ? from : `${from}–${to}`) + "\u00a0s";
    },
    groupWords(group) { return [this.groupName(group), this.groupTime(group)].filter(Boolean).join(" · "); },

    // Sheets of one group: each of its pictures at each scale, over the patches they share.
    sheetsOf(group) {
      const pictures = this.groups[group] || [], found = [];
      for (const picture of pictures) {
        for (const scale of [0, 1]) {
          const patches = this.patchesOf(pictures[0], scale);
          if (patches.length) found.push({ picture, scale, patches });
        }
      }
      return found;
    },

    // What part of the row of some steps each group got: Float64Array [groups]; null where the rows are not here.
    pictureShares(kind, steps, layer, normalization, reduce) {
      const chosen = Array.isArray(steps) ? steps : [steps], count = this.groups.length;
      if (!chosen.length) return null;
      if (!chosen.every((step) => this.has(step))) return chosen.length === 1 ? this.summed(kind, chosen[0], layer, normalization) : null;
      const values = this.values(kind, chosen, layer, normalization, reduce), shares = new Float64Array(count);
      let total = 0;
      for (let key = 0; key < this.keys; key++) total += values[key];
      if (total > 0) this.imageKeys.forEach((key, patch) => { shares[Math.floor(this.boxImages[patch] / this.together)] += values[key] / total; });
      return shares;
    },

    // The same from the sums a large run comes with.
    summed(kind, step, layer, normalization) {
      const given = this.payload.picture_sums;
      if (!given || step >= given.shape[0]) return null;
      this.sums = this.sums || { attention: SV.floats(given.attention), saliency: SV.floats(given.saliency), norm: SV.floats(given.norm) };
      const [, layers, width] = given.shape, parts = new Float64Array(width);
      for (const one of this.layerList(layer)) {
        const from = (step * layers + one) * width, whole = this.sums[kind][from + width - 1];
        let factor = 1;
        if (kind === "saliency" && normalization === "raw") factor = this.sums.norm[step * layers + one];
        if (normalization === "share") factor = whole > 0 ? 1 / whole : 0;
        for (let part = 0; part < width; part++) parts[part] += this.sums[kind][from + part] * factor;
      }
      const total = parts[width - 1];
      return parts.slice(0, width - 1).map((part) => (total > 0 ? part / total : 0));
    },

    // The largest share any group got in the run: where bars and colours end.
    largestShare(kind, layer, normalization) {
      const name = ["largest share", kind, layer, normalization].join("|");
      if (!this.memo.has(name)) {
        let top = 0;
        this.steps.forEach((_, step) => { for (const share of this.pictureShares(kind, step, layer, normalization) || []) top = Math.max(top, share); });
        this.memo.set(name, top);
      }
      return this.memo.get(name);
    },
  };
  Object.defineProperties(SV.Run.prototype, Object.getOwnPropertyDescriptors(more)); // assign would read the getters

  // Which group the panels show. Methods of Viewer.
  SV.Pictures = {
    // The chosen one, or (nobody chose) the one most of the selected token's saliency lies on.
    groupOf(slot) {
      const run = this.runs[slot], { state } = this;
      if (!run || !run.several) return 0;
      if (state.frame !== null) return Math.min(state.frame, run.groups.length - 1);
      if (slot === 1 && this.runs[0].groups.length === run.groups.length) return this.groupOf(0);
      const shares = run.pictureShares("saliency", this.stepsOf(slot), state.layer, state.normalization, state.reduce);
      return shares ? shares.indexOf(Math.max(...shares)) : Math.min(run.lastGroup || 0, run.groups.length - 1);
    },

    // One scale for bars and heatmaps of shares: from 0 to the largest of the runs on the screen, both kinds.
    shareScale() {
      const { state } = this, runs = this.runsCompared();
      const high = Math.max(0, ...runs.flatMap((run) => ["attention", "saliency"].map((kind) => run.largestShare(kind, state.layer, state.normalization))));
      return new SV.Scale(high, "linear", { largest: high });
    },
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
