// Words by words: every output's row over the words before it, for the chosen layers; attention, saliency, or their difference.
(function (SV) {
  "use strict";

  class Triangle {
    constructor(viewer) {
      this.viewer = viewer;
      this.whole = true; // fills as rows come
      this.kind = SV.el("select", { class: "sv-select", on: { change: () => viewer.set({ triangle: this.kind.value }) } },
        ...[["saliency", SV.t("saliency")], ["attention", SV.t("attention")], ["difference", SV.t("saliency − attention (shares)")]]
          .map(([value, text]) => SV.el("option", { value, text })));
      this.keys = SV.el("select", { class: "sv-select", on: { change: () => viewer.set({ triangle_keys: this.keys.value }) } },
        ...[["outputs", SV.t("outputs")], ["words", SV.t("prompt and outputs")]].map(([value, text]) => SV.el("option", { value, text })));
      this.unit = SV.el("span", { class: "sv-unit" });
      this.plot = new SV.Plot(viewer, {
        height: 520,
        point: (x, y) => this.lines(x, y),
        click: (x, y) => viewer.pick(0, y),
        hoverKey: (x) => this.columns[x],
      });
      this.root = SV.el("div", { "data-picture": "words-by-words" }, SV.el("div", { class: "sv-section-head" },
        SV.el("label", { class: "sv-choice" }, SV.el("span", { text: SV.t("show") }), this.kind),
        SV.el("label", { class: "sv-choice" }, SV.el("span", { text: SV.t("over") }), this.keys), this.unit), this.plot.root);
    }

    draw() {
      const { viewer } = this, { run, state, theme } = viewer;
      this.kind.value = state.triangle;
      this.keys.value = state.triangle_keys;
      if (!run || !run.steps.length) return;
      const hidden = viewer.hiddenKeys(run), n = run.steps.length;
      const sign = [run.id, run.version, run.loaded, state.triangle, state.triangle_keys, state.layer, state.normalization, state.hide_sinks].join("|");
      const fresh = this.sign !== sign;
      this.sign = sign;
      this.columns = state.triangle_keys === "outputs" ? Array.from({ length: n }, (_, i) => run.first + i) : run.wordKeys.filter((key) => !hidden.has(key));
      const signed = state.triangle === "difference";
      if (fresh) this.values = run.steps.map((_, step) => {
        if (!run.has(step)) return this.columns.map(() => NaN);
        const part = (kind, normalization) => run.values(kind, step, state.layer, normalization);
        const row = signed ? null : part(state.triangle, state.normalization);
        const [a, b] = signed ? [part("saliency", "share"), part("attention", "share")] : [];
        return this.columns.map((key) => (key >= run.reach(step) ? NaN : signed ? a[key] - b[key] : row[key]));
      });
      const scale = signed ? SV.signedScale(this.values.map((row) => row.filter((value) => !Number.isNaN(value))))
        : SV.lockedScale(viewer.runsCompared(), "words", state.triangle, state.scale === "token" ? { ...state, scale: "layer" } : state, viewer.stepsOf(0));
      const placed = [sign, scale.low, scale.high, scale.transform].join("|");
      if (placed !== this.placed) this.z = this.values.map((row) => row.map((value) => (Number.isNaN(value) ? null : scale.at(value))));
      this.placed = placed;
      this.unit.textContent = (signed ? SV.t("difference of shares of the row") : SV.unit(state.triangle, state.normalization)) + " · " + run.layerWords(state.layer) +
        " · " + SV.t("each line has its own loss");
      const token = viewer.tokenOf(0), spread = (count, room, must) => {
        const every = SV.every(count, room); // the chosen one is always named
        return [...Array(count).keys()].filter((i) => i === must || (i % every === 0 && (must < 0 || Math.abs(i - must) >= every)));
      };
      const xs = spread(this.columns.length, this.plot.width - 148, this.columns.indexOf(run.first + token)), ys = spread(n, 432, token);
      this.plot.draw([SV.heatTrace(scale, signed ? SV.DIVERGING : state.cmap, this.z, theme)], {
        margin: { l: 96, r: 52, t: 4, b: 84 },
        shapes: [{ type: "rect", xref: "paper", x0: 0, x1: 1, y0: token - 0.5, y1: token + 0.5, line: { color: theme === "dark" ? "#c7d2fe" : "#4338ca", width: 1.5 } }],
        xaxis: { tickvals: xs, ticktext: xs.map((i) => SV.plotlyText(run.shown(this.columns[i]).trim(), 14)), tickangle: -60, tickfont: { size: 10 }, range: [-0.5, this.columns.length - 0.5] },
        yaxis: { tickvals: ys, ticktext: ys.map((i) => SV.plotlyText(run.shown(run.first + i).trim(), 14)), tickfont: { size: 10 }, range: [n - 0.5, -0.5] },
      });
    }

    hover(key, slot) {
      const { viewer } = this, mine = key === null || !this.columns ? -1 : viewer.translate(key, slot, 0);
      this.plot.light(mine < 0 ? null : this.columns.indexOf(mine), mine < 0 ? null : mine - viewer.run.first);
    }

    lines(x, y) {
      const { run, state } = this.viewer, value = this.values[y][x];
      return [`${run.quoted(run.first + y)} ← ${run.quoted(this.columns[x])}`,
        [SV.t(state.triangle), Number.isNaN(value) ? SV.t("not reached") : SV.number(value, 4)]];
    }

    free() { this.plot.free(); }
  }
  SV.Triangle = Triangle;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
