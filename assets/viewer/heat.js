// Layers by keys of the selected token, attention beside saliency; the image's tokens as one column, or each.
(function (SV) {
  "use strict";

  class Heat {
    constructor(viewer) {
      this.viewer = viewer;
      this.sides = ["attention", "saliency"].map((kind) => {
        const side = { kind, title: SV.el("h3"), unit: SV.el("span", { class: "sv-unit" }) };
        side.plot = new SV.Plot(viewer, {
          height: 250,
          point: (x, y) => this.lines(side, x, y),
          click: (x, y) => viewer.set({ layer: y }),
          hoverLayer: (x, y) => y,
          hoverKey: (x) => { const column = this.columns[x]; return column && column.keys.length === 1 ? column.keys[0] : null; },
        });
        side.root = SV.el("section", { class: "sv-panel", "data-kind": kind, "data-picture": "layers-by-keys", "data-about": "layers" }, SV.el("div", { class: "sv-panel-head" }, side.title, side.unit), side.plot.root);
        return side;
      });
      this.choice = SV.el("select", { class: "sv-select", on: { change: () => viewer.set({ image_columns: this.choice.value }) } },
        ...[["max", SV.t("largest patch")], ["sum", SV.t("sum of patches")], ["each", SV.t("every patch")], ["none", SV.t("left out")]]
          .map(([value, text]) => SV.el("option", { value, text })));
      this.root = SV.el("section", { class: "sv-heat", "aria-label": SV.t("layers by keys") },
        SV.el("div", { class: "sv-section-head" }, SV.el("h2", { text: SV.t("Layers × keys") }),
          SV.el("label", { class: "sv-choice" }, SV.el("span", { text: SV.t("image as") }), this.choice),
          SV.el("span", { class: "sv-hint", text: SV.t("click a row to choose its layer; drag to zoom, double-click to return") })),
        SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root)));
    }

    // [{label, keys}] from the sequence's start to its end.
    layout(run) {
      const mode = this.viewer.state.image_columns, hidden = this.viewer.hiddenKeys(run), found = [];
      let block = null;
      for (let key = 0; key < run.keys; key++) {
        if (run.parts[key] === 1) {
          if (mode === "none") continue;
          if (mode === "each") { found.push({ label: "", keys: [key], patch: true }); continue; }
          if (!block) {
            block = { label: `[${SV.t(mode === "sum" ? "Σ image" : "image")}]`, keys: [], block: mode };
            found.push(block);
          }
          block.keys.push(key);
        } else {
          block = null;
          if (!hidden.has(key)) found.push({ label: run.shown(key).trim(), keys: [key] });
        }
      }
      return found;
    }

    cell(column, row) {
      if (column.block === "sum") return column.keys.reduce((sum, key) => sum + row[key], 0);
      return column.keys.reduce((top, key) => Math.max(top, row[key]), 0);
    }

    draw() {
      const { viewer } = this, { run, state, theme } = viewer;
      this.choice.value = state.image_columns;
      const steps = viewer.stepsOf(0), ready = run && steps.length && steps.every((step) => run.has(step));
      this.root.classList.toggle("sv-skeleton", !ready);
      if (!ready) {
        for (const side of this.sides) side.title.textContent = SV.t(side.kind);
        return;
      }
      this.columns = this.layout(run);
      const reach = Math.max(...steps.map((step) => run.reach(step))), count = this.columns.length;
      const every = SV.every(count, this.sides[0].plot.width - 82), block = this.columns.findIndex((column) => column.block);
      const ticks = this.columns.map((_, i) => i).filter((i) => i === block || (!this.columns[i].patch && i % every === 0 && (block < 0 || Math.abs(i - block) >= every)));
      for (const side of this.sides) {
        const scale = SV.lockedScale(viewer.runsCompared(), "words", side.kind, { ...state, layer: "all" }, steps);
        side.values = Array.from({ length: run.layers }, (_, layer) => {
          const row = viewer.values(run, side.kind, steps, layer);
          return this.columns.map((column) => (column.keys[0] < reach ? this.cell(column, row) : NaN));
        });
        const z = side.values.map((row) => row.map((value) => (Number.isNaN(value) ? null : scale.at(value))));
        side.title.textContent = SV.t(side.kind) + (viewer.comparing ? ` (${viewer.placeName(0)})` : "");
        side.unit.textContent = SV.unit(side.kind, state.normalization) + " · " + SV.scaleWords(state.scale === "layer" ? { scale: "run" } : state);
        const shapes = (typeof state.layer === "string" ? [] : [].concat(state.layer)).map((layer) => ({ type: "rect", xref: "paper", x0: 0, x1: 1, y0: layer - 0.5, y1: layer + 0.5,
          line: { color: theme === "dark" ? "#c7d2fe" : "#4338ca", width: 1.5 } }));
        const first = this.columns.findIndex((column) => column.keys[0] >= run.first);
        if (first > 0) shapes.push({ type: "line", x0: first - 0.5, x1: first - 0.5, yref: "paper", y0: 0, y1: 1, line: { color: "#8c8c8c", width: 1, dash: "dot" } });
        side.plot.draw([SV.heatTrace(scale, state.cmap, z, theme)], {
          margin: { l: 34, r: 48, t: 4, b: 74 }, shapes,
          xaxis: { tickvals: ticks, ticktext: ticks.map((i) => SV.plotlyText(this.columns[i].label, 14)), tickangle: -60, tickfont: { size: 10 }, range: [-0.5, count - 0.5] },
          yaxis: { title: { text: SV.t("layer"), standoff: 4 }, dtick: Math.max(1, Math.ceil(run.layers / 12)), tick0: 0, range: [-0.5, run.layers - 0.5] },
        });
      }
    }

    // The column of a position of the first run; a patch stands in the image's.
    hover(key, slot) {
      const mine = key === null || !this.columns ? -1 : this.viewer.translate(key, slot, 0);
      this.litColumn = mine < 0 ? null : this.columns.findIndex((column) => column.keys.includes(mine));
      this.lightUp();
    }
    hoverLayer(layer) {
      this.litRow = typeof layer === "number" ? layer : null;
      this.lightUp();
    }
    lightUp() { for (const side of this.sides) side.plot.light(this.litColumn, this.litRow); }

    lines(side, x, y) {
      const { run } = this.viewer, column = this.columns[x], value = side.values[y][x];
      const name = column.block ? column.label : column.patch ? SV.t("patch {n}", { n: run.patchOf.get(column.keys[0]) }) : run.quoted(column.keys[0]);
      return [name, [SV.t("layer"), String(y)], [SV.t(side.kind), Number.isNaN(value) ? SV.t("not reached") : SV.number(value, 4)]];
    }

    free() { for (const side of this.sides) side.plot.free(); }
  }
  SV.Heat = Heat;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
