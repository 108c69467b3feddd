// The paper's map of one token (Fig. 6): every query under this one token's loss; a row of it over picture and words.
(function (SV) {
  "use strict";

  const KINDS = ["attention", "saliency"];

  class Matrix {
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new SV.Asked(viewer, {
        kind: "matrix", label: "compute the map of this token", detail: () => ({ layer: viewer.state.layer }),
        about: "Every row's saliency for the loss of this one token: one more backward pass over the whole sequence.",
        read: ({ shape, rows, attention, saliency }) => ({ keys: shape[1], rows, attention: SV.unpacked(attention, shape[1]), saliency: SV.unpacked(saliency, shape[1]) }),
      });
      this.kind = SV.el("select", { class: "sv-select", "aria-label": SV.t("show"), on: { change: () => viewer.set({ matrix: this.kind.value }) } },
        ...["saliency", "attention"].map((kind) => SV.el("option", { value: kind, text: SV.t(kind) })));
      this.about = SV.el("span", { class: "sv-unit" });
      this.plot = new SV.Plot(viewer, {
        height: 520,
        point: (x, y) => this.lines(x, y),
        click: (x, y) => viewer.set({ matrix_row: this.queries[y] }),
        hoverKey: (x) => this.keys[x],
      });
      this.query = SV.el("select", { class: "sv-select", on: { change: () => viewer.set({ matrix_row: Number(this.query.value) }) } });
      this.loss = SV.el("p", { class: "sv-hint sv-loss" });
      this.panels = KINDS.map((kind) => new SV.RowPanel(viewer, kind));
      this.asked.home = SV.el("div", { class: "sv-section-head" }, this.kind, this.about);
      this.save = SV.el("button", { type: "button", class: "sv-button", text: SV.t("save CSV"), on: { click: () => SV.save(`query-${this.query.value}-token-${viewer.tokenOf(0)}.csv`, SV.csv(this.table()), "text/csv") } });
      this.body = SV.el("div", {}, SV.el("div", { "data-picture": "one-tokens-map", "data-about": "own" }, this.asked.home, this.plot.root),
        SV.el("div", { class: "sv-section-head sv-part-head" }, SV.el("h2", { text: SV.t("One query of the map") }),
          SV.el("label", { class: "sv-choice" }, SV.el("span", { text: SV.t("query") }), this.query), this.save, SV.el("span", { class: "sv-hint", text: SV.t("click a row above, or choose a word") })),
        this.loss, SV.el("div", { class: "sv-pair" }, ...this.panels.map((panel) => panel.root)));
      this.root = SV.el("div", {}, this.asked.root, this.body);
    }

    // Float32Array [keys] of a query's row; zeros beyond its reach.
    row(held, kind, query) {
      const from = held.rows.indexOf(query) * held.keys, out = new Float32Array(this.viewer.run.keys);
      out.set(held[kind].subarray(from, from + held.keys));
      return out;
    }

    draw() {
      const { viewer } = this, { run, state, theme } = viewer, held = this.asked.draw();
      this.body.hidden = !held;
      if (!held) return;
      this.kind.value = state.matrix;
      this.about.textContent = `${run.quoted(run.first + viewer.tokenOf(0))} · ${run.layerWords(state.layer)} · ${SV.unit(state.matrix, "raw")}`;
      const hidden = viewer.hiddenKeys(run);
      this.keys = run.wordKeys.filter((key) => key < held.keys && !hidden.has(key));
      this.queries = this.keys;
      this.values = this.queries.map((query) => { const row = this.row(held, state.matrix, query); return this.keys.map((key) => (key > query ? NaN : row[key])); });
      const scale = SV.scaleOver(this.values.map((row) => row.filter((value) => !Number.isNaN(value))), state.transform === "log" ? "log" : "linear");
      const z = this.values.map((row) => row.map((value) => (Number.isNaN(value) ? null : scale.at(value))));
      const count = this.keys.length, ticks = [...Array(count).keys()].filter((i) => i % Math.max(1, Math.ceil(count / 36)) === 0);
      const names = ticks.map((i) => SV.plotlyText(run.shown(this.keys[i]).trim(), 14)), query = this.chosen(held), at = this.queries.indexOf(query);
      this.plot.draw([SV.heatTrace(scale, state.cmap, z, theme)], {
        margin: { l: 96, r: 52, t: 4, b: 84 },
        shapes: at < 0 ? [] : [{ type: "rect", xref: "paper", x0: 0, x1: 1, y0: at - 0.5, y1: at + 0.5, line: { color: theme === "dark" ? "#c7d2fe" : "#4338ca", width: 1.5 } }],
        xaxis: { tickvals: ticks, ticktext: names, tickangle: -60, tickfont: { size: 10 }, range: [-0.5, count - 0.5] },
        yaxis: { tickvals: ticks, ticktext: names, tickfont: { size: 10 }, range: [count - 0.5, -0.5] },
      });
      this.queryRow(held, query);
    }

    // The query whose row is shown: the one chosen, if this map has it, else the row that predicts the token.
    chosen(held) {
      const { matrix_row: row } = this.viewer.state;
      return row !== null && held.rows.includes(row) ? row : held.rows[held.rows.length - 1];
    }

    queryRow(held, query) {
      const { viewer } = this, { run, state } = viewer, step = viewer.tokenOf(0), sign = JSON.stringify([run.id, run.version, held.rows]);
      if (this.listed !== sign) {
        this.listed = sign;
        const groups = { template: "template", system: "template", prompt: "prompt", output: "outputs" };
        const lists = new Map();
        for (const key of held.rows) {
          const name = groups[run.kinds[key]] || "template";
          if (!lists.has(name)) lists.set(name, SV.el("optgroup", { label: SV.t(name) }));
          lists.get(name).append(SV.el("option", { value: key, text: `${key}: ${run.shown(key)}` }));
        }
        SV.fill(this.query, ...["prompt", "outputs", "template"].map((name) => lists.get(name)));
      }
      this.query.value = query;
      this.loss.textContent = SV.t("Attention: what {q} (position {p}) attended to. Saliency: how much that attention mattered to one loss, −log p of {t} (token {i}), and not to {q} itself.",
        { q: run.quoted(query), p: query, t: run.quoted(run.first + step), i: step });
      const rows = Object.fromEntries(KINDS.map((kind) => [kind, this.row(held, kind, query)]));
      const over = (kind, group) => SV.once(held, [kind, group, state.transform, run.version].join(), () => SV.scaleOver(held.rows.map((one) => {
        const row = this.row(held, kind, one);
        return run[group].filter((key) => key <= one).map((key) => row[key]);
      }), state.transform));
      for (const panel of this.panels) {
        panel.show({ run, steps: [], values: rows[panel.kind], reach: query + 1, scale: over(panel.kind, "imageKeys"), wordScale: over(panel.kind, "brightKeys"),
          lines: (key) => KINDS.map((kind) => [SV.t(kind), SV.number(rows[kind][key], 4)]) }, `${SV.unit(panel.kind, "raw")} · ${SV.t("one scale for every query of this map")}`);
      }
    }

    lines(x, y) {
      const { run, state } = this.viewer, value = this.values[y][x];
      return [`${run.quoted(this.queries[y])} ← ${run.quoted(this.keys[x])}`, [SV.t(state.matrix), Number.isNaN(value) ? SV.t("not reached") : SV.number(value, 4)]];
    }

    // The chosen query's row, for other programs.
    table() {
      const { viewer } = this, { run, state } = viewer, { held } = this.asked, query = this.chosen(held), step = viewer.tokenOf(0), rows = KINDS.map((kind) => this.row(held, kind, query));
      return [["# model", run.payload.model.name], ["# loss of token", step], ["# its text", run.steps[step].text], ["# query position", query], ["# query", run.texts[query]], ["# layers", run.layerWords(state.layer)],
        ["position", "part", "token", "patch", ...KINDS],
        ...Array.from({ length: query + 1 }, (_, key) => [key, run.kinds[key], run.texts[key], run.patchOf.has(key) ? run.patchOf.get(key) : "", ...rows.map((row) => row[key])])];
    }

    hover(key, slot) { for (const panel of this.panels) panel.hover(key, slot); }
    free() { this.plot.free(); }
  }
  SV.Matrix = Matrix;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
