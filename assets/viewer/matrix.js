// The paper's map of one token (Fig. 6): every row under this one token's loss, words by words. Asked of the server.
(function (SV) {
  "use strict";

  class Matrix {
    constructor(viewer) {
      this.viewer = viewer;
      this.known = new Map();
      this.ask = SV.el("button", { type: "button", class: "sv-button", text: SV.t("compute the map of this token"), on: { click: () => this.request() } });
      this.said = SV.el("span", { class: "sv-hint", role: "status" });
      this.kind = SV.el("select", { class: "sv-select", "aria-label": SV.t("show"), on: { change: () => viewer.set({ matrix: this.kind.value }) } },
        ...["saliency", "attention"].map((kind) => SV.el("option", { value: kind, text: SV.t(kind) })));
      this.plot = new SV.Plot(viewer, {
        height: 520,
        point: (x, y) => this.lines(x, y),
        hoverKey: (x) => this.keys[x],
      });
      this.root = SV.el("div", {}, SV.el("div", { class: "sv-section-head" }, this.ask, this.kind, this.said), this.plot.root);
    }

    name() { const { viewer } = this; return `${viewer.run.id}/${viewer.tokenOf(0)}/${viewer.state.layer}`; }

    request() {
      const { viewer } = this, asked = { run: viewer.run.id, step: viewer.tokenOf(0), layer: viewer.state.layer };
      this.said.textContent = SV.t("computing…");
      const answer = viewer.act("matrix", { step: asked.step, layer: asked.layer });
      if (answer && answer.then) answer.then((found) => found && viewer.setMatrix({ ...asked, ...found }), () => { this.said.textContent = SV.t("The server could not compute it."); });
    }

    // {run, step, layer, shape: [n, n], attention, saliency: base64 float16, mean over the chosen layers, raw}
    set(found) {
      this.known.set(`${found.run}/${found.step}/${found.layer}`, { size: found.shape[0], attention: SV.halves(found.attention), saliency: SV.halves(found.saliency) });
    }

    draw() {
      const { viewer } = this, { run, state, theme } = viewer, able = viewer.can("matrix");
      const held = run && run.steps.length ? this.known.get(this.name()) : null;
      this.ask.hidden = !able || Boolean(held) || !run;
      this.kind.hidden = this.plot.root.hidden = !held;
      this.kind.value = state.matrix;
      this.said.textContent = held ? `${run.quoted(run.first + viewer.tokenOf(0))} · ${run.layerWords(state.layer)} · ${SV.unit(state.matrix, "raw")}`
        : SV.t("Every row's saliency for the loss of this one token: one more backward pass over the whole sequence.");
      if (!held) return;
      const hidden = viewer.hiddenKeys(run), { size } = held;
      this.keys = run.wordKeys.filter((key) => key < size && !hidden.has(key));
      this.values = this.keys.map((row) => this.keys.map((key) => (key > row ? NaN : SV.half[held[state.matrix][row * size + key]])));
      let largest = 0;
      for (const row of this.values) for (const value of row) if (value > largest) largest = value;
      const smallest = Math.min(...this.values.flat().filter((value) => value > 0), largest || 1);
      const scale = new SV.Scale(largest, state.transform === "log" ? "log" : "linear", { largest, smallest });
      const z = this.values.map((row) => row.map((value) => (Number.isNaN(value) ? null : scale.at(value))));
      const count = this.keys.length, ticks = [...Array(count).keys()].filter((i) => i % Math.max(1, Math.ceil(count / 36)) === 0);
      const names = ticks.map((i) => SV.plotlyText(run.shown(this.keys[i]).trim(), 14));
      this.plot.draw([SV.heatTrace(scale, state.cmap, z, theme)], {
        margin: { l: 96, r: 52, t: 4, b: 84 },
        xaxis: { tickvals: ticks, ticktext: names, tickangle: -60, tickfont: { size: 10 }, range: [-0.5, count - 0.5] },
        yaxis: { tickvals: ticks, ticktext: names, tickfont: { size: 10 }, range: [count - 0.5, -0.5] },
      });
    }

    lines(x, y) {
      const { run, state } = this.viewer, value = this.values[y][x];
      return [`${run.quoted(this.keys[y])} ← ${run.quoted(this.keys[x])}`, [SV.t(state.matrix), Number.isNaN(value) ? SV.t("not reached") : SV.number(value, 4)]];
    }

    free() { this.plot.free(); }
  }
  SV.Matrix = Matrix;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
