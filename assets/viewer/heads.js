// Single heads: over the picture (each, one, mean, largest), and how much of each head's row goes to each part.
(function (SV) {
  "use strict";

  const KINDS = ["attention", "saliency"];
  const SHOW = [["grid", "every head"], ["one", "one head"], ["mean", "mean of the heads"], ["max", "largest of the heads"]];
  const PART_NAMES = { image: "image", prompt: "prompt", outputs: "words before", template: "template" };

  const choice = (label, names, choose) => {
    const select = SV.el("select", { class: "sv-select", on: { change: () => choose(select.value) } }, ...names.map(([value, text]) => SV.el("option", { value, text: SV.t(text) })));
    return { select, root: SV.el("label", { class: "sv-choice" }, SV.el("span", { text: SV.t(label) }), select) };
  };

  class Heads {
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new SV.Asked(viewer, {
        kind: "heads", label: "compute the heads of this step", about: "Single heads are not part of a trace: they are computed for one step when asked for.",
        read: ({ shape, attention, saliency }) => ({ shape, attention: SV.unpacked(attention, shape[2]), saliency: SV.unpacked(saliency, shape[2]) }),
      });
      this.show = choice("show", SHOW, (heads_show) => viewer.set({ heads_show }));
      this.head = choice("head", [], (head) => viewer.set({ head: Number(head), heads_show: "one" }));
      this.part = choice("share of", Object.entries(PART_NAMES), (heads_part) => viewer.set({ heads_part }));
      this.kind = choice("in", [["attention", "attention"], ["saliency", "saliency"], ["difference", "saliency − attention"]], (heads_kind) => viewer.set({ heads_kind }));
      this.about = SV.el("span", { class: "sv-unit" });
      this.sides = KINDS.map((kind) => this.side(kind));
      this.panels = KINDS.map((kind) => new SV.RowPanel(viewer, kind));
      this.pair = SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root), ...this.panels.map((panel) => panel.root));
      this.plot = new SV.Plot(viewer, { height: 300, point: (x, y) => this.lines(x, y), click: (x, y) => viewer.set({ layer: y, head: x, heads_show: "one" }) });
      this.save = SV.el("button", { type: "button", class: "sv-button", text: SV.t("save CSV"), on: { click: () => SV.save(`heads-${viewer.tokenOf(0)}.csv`, SV.csv(this.table()), "text/csv") } });
      this.asked.home = SV.el("div", { class: "sv-section-head" }, this.show.root, this.head.root, this.about);
      this.body = SV.el("div", {}, this.asked.home, this.pair,
        SV.el("div", { "data-picture": "layers-by-heads", "data-about": "own" },
          SV.el("div", { class: "sv-section-head sv-part-head" }, SV.el("h2", { text: SV.t("Layers × heads") }), this.part.root, this.kind.root,
            SV.el("span", { class: "sv-hint", text: SV.t("where each head's row goes; click a cell to see that head") }), this.save), this.plot.root));
      this.root = SV.el("div", {}, this.asked.root, this.body);
    }

    side(kind) {
      const { viewer } = this;
      const side = { kind, head: SV.el("div", { class: "sv-panel-head" }) };
      const at = (event) => {
        const box = side.canvas.getBoundingClientRect(), place = SV.placeAt(side.grid, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
        return place && place.layer;
      };
      const over = SV.overCells(viewer, side, { sheet: () => viewer.run.sheetsOf(viewer.groupOf(0))[0], name: (head) => SV.t("head {n}", { n: head }), value: (head, key) => side.rows[head][key] });
      side.canvas = SV.el("canvas", { class: "sv-grid-canvas", role: "img", "aria-label": SV.t("every head, {k}", { k: SV.t(kind) }), on: {
        click: (event) => { const head = at(event); if (head !== null) viewer.set({ head, heads_show: "one" }); },
        pointermove: over,
        pointerleave: () => viewer.hover(null),
      } });
      side.root = SV.el("div", { class: "sv-panel", "data-kind": kind, "data-picture": "heads", "data-about": "own" }, side.head, side.canvas);
      return side;
    }

    // Float32Array [keys]: a head's row, mean over layers.
    row(held, kind, layers, head) {
      const [, heads, keys] = held.shape, out = new Float32Array(this.viewer.run.keys);
      for (const layer of layers) for (let key = 0; key < keys; key++) out[key] += held[kind][(layer * heads + head) * keys + key] / layers.length;
      return out;
    }

    // Float32Array [keys]: one head, or the mean or largest over all of them.
    shown(held, kind, layers) {
      const { heads_show: how, head } = this.viewer.state, count = held.shape[1];
      if (how === "one") return this.row(held, kind, layers, Math.min(head, count - 1));
      const rows = Array.from({ length: count }, (_, one) => this.row(held, kind, layers, one)), out = new Float32Array(rows[0].length);
      for (let key = 0; key < out.length; key++) {
        if (how === "mean") for (const row of rows) out[key] += row[key] / count;
        else out[key] = Math.max(...rows.map((row) => row[key]));
      }
      return out;
    }

    draw() {
      const { viewer } = this, { run, state } = viewer, held = this.asked.draw();
      this.body.hidden = !held;
      if (!held) return;
      const [layers, heads] = held.shape, chosen = run.layerList(state.layer).filter((layer) => layer < layers), grid = state.heads_show === "grid" && run.sheets.length > 0;
      this.show.select.value = grid ? "grid" : state.heads_show === "grid" ? "mean" : state.heads_show;
      if (this.head.select.childElementCount !== heads) SV.fill(this.head.select, ...Array.from({ length: heads }, (_, head) => SV.el("option", { value: head, text: String(head) })));
      this.head.select.value = Math.min(state.head, heads - 1);
      this.head.root.hidden = state.heads_show !== "one";
      this.about.textContent = `${run.quoted(run.first + viewer.tokenOf(0))} · ${run.layerWords(state.layer)} · ${SV.t("one scale for all heads of this token")}`;
      for (const side of this.sides) side.root.hidden = !grid;
      for (const panel of this.panels) panel.root.hidden = grid;
      for (const kind of KINDS) {
        const rows = (of) => Array.from({ length: heads }, (_, head) => this.row(held, kind, of, head));
        const alone = !grid && state.layer === "all" ? chosen.map((layer) => [layer]) : [chosen]; // panels show layer by layer then
        const over = (group) => SV.once(held, [kind, group, state.layer, state.transform, grid, run.version].join(), () =>
          SV.scaleOver(alone.flatMap(rows).map((row) => run[group].map((key) => row[key])), state.transform));
        if (grid) this.gridOf(this.sides[KINDS.indexOf(kind)], rows(chosen), over("imageKeys"));
        else this.panelOf(this.panels[KINDS.indexOf(kind)], held, chosen, over("imageKeys"), over("brightKeys"));
      }
      this.shares(held);
    }

    gridOf(side, rows, scale) {
      const { viewer } = this, { run, state } = viewer, { canvas, kind } = side, sheet = run.sheetsOf(viewer.groupOf(0))[0], ratio = window.devicePixelRatio || 1;
      SV.fill(side.head, SV.el("h3", { text: SV.t(kind) }), SV.el("span", { class: "sv-unit", text: kind === "attention" ? "" : SV.unit(kind, "raw") }),
        SV.colorBar(scale, { name: state.cmap, opacity: state.opacity, theme: viewer.theme, label: SV.t(kind) }));
      const picture = run.pictures[sheet.picture], width = canvas.clientWidth, columns = Math.min(rows.length, Math.max(3, Math.round(width / 130)));
      const height = Math.min(720, Math.ceil((Math.ceil(rows.length / columns) * width * picture.height) / columns / picture.width));
      canvas.style.height = `${height}px`;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      side.rows = rows;
      const source = { scale, map: state.cmap, layer: (head) => rows[head] };
      side.grid = SV.drawGrid(canvas.getContext("2d"), canvas.width, canvas.height, ratio, { viewer, panel: { source: () => source }, run, sheet, image: viewer.image(run, sheet.picture), count: rows.length });
    }

    panelOf(panel, held, chosen, scale, wordScale) {
      const { run, state } = this.viewer, step = this.viewer.tokenOf(0), values = { attention: this.shown(held, "attention", chosen), saliency: this.shown(held, "saliency", chosen) };
      const unit = panel.kind === "attention" ? "" : SV.unit("saliency", "raw");
      panel.show({ run, steps: [step], values: values[panel.kind], reach: run.reach(step), scale, wordScale,
        layer: (layer) => this.shown(held, panel.kind, [layer]),
        lines: (key) => KINDS.map((kind) => [SV.t(kind), SV.number(values[kind][key], 4)]) }, unit || SV.t(state.heads_show === "one" ? "head {n}" : this.show.select.selectedOptions[0].text, { n: state.head }));
    }

    // [layers][heads]: the share of a row's sum that lies on a part; NaN where the row is 0.
    share(held, kind, part) { return SV.once(held, `${kind} ${part} ${this.viewer.run.version}`, () => this.counted(held, kind, part)); }

    counted(held, kind, part) {
      const { run } = this.viewer, [layers, heads, keys] = held.shape, code = SV.PARTS.indexOf(part);
      return Array.from({ length: layers }, (_, layer) => Array.from({ length: heads }, (__, head) => {
        const from = (layer * heads + head) * keys;
        let sum = 0, whole = 0;
        for (let key = 0; key < keys; key++) {
          whole += held[kind][from + key];
          if (run.parts[key] === code) sum += held[kind][from + key];
        }
        return whole > 0 ? sum / whole : NaN;
      }));
    }

    shares(held) {
      const { viewer } = this, { state, theme } = viewer, { heads_part: part, heads_kind: kind } = state, [layers, heads] = held.shape;
      this.part.select.value = part;
      this.kind.select.value = kind;
      const [attention, saliency] = KINDS.map((one) => this.share(held, one, part)), signed = kind === "difference";
      this.values = signed ? saliency.map((row, layer) => row.map((value, head) => value - attention[layer][head])) : kind === "saliency" ? saliency : attention;
      const scale = signed ? SV.signedScale(this.values.map((row) => row.filter((value) => !Number.isNaN(value)))) : new SV.Scale(1, "linear", { largest: 1 });
      const z = this.values.map((row) => row.map((value) => (Number.isNaN(value) ? null : scale.at(value))));
      const line = { color: theme === "dark" ? "#c7d2fe" : "#4338ca", width: 1.5 }, one = state.heads_show === "one", shapes = [];
      const layer = typeof state.layer === "number", head = Math.min(state.head, heads - 1);
      if (layer || one) shapes.push({ type: "rect", line, xref: one ? "x" : "paper", x0: one ? head - 0.5 : 0, x1: one ? head + 0.5 : 1,
        yref: layer ? "y" : "paper", y0: layer ? state.layer - 0.5 : 0, y1: layer ? state.layer + 0.5 : 1 });
      this.plot.root.style.height = `${Math.min(520, 70 + 24 * layers)}px`;
      this.plot.draw([{ ...SV.heatTrace(scale, signed ? SV.DIVERGING : state.cmap, z, theme), xgap: 1, ygap: 1 }], {
        margin: { l: 40, r: 52, t: 4, b: 40 }, shapes,
        xaxis: { title: { text: SV.t("head"), standoff: 4 }, dtick: Math.max(1, Math.ceil(heads / 24)), tick0: 0, range: [-0.5, heads - 0.5] },
        yaxis: { title: { text: SV.t("layer"), standoff: 4 }, dtick: Math.max(1, Math.ceil(layers / 12)), tick0: 0, range: [-0.5, layers - 0.5] },
      });
    }

    lines(x, y) {
      const held = this.asked.held, { heads_part: part } = this.viewer.state, at = (kind) => SV.percent(this.share(held, kind, part)[y][x]);
      return [`${SV.t("layer {n}", { n: y })}, ${SV.t("head {n}", { n: x })}`, SV.t("share of {p}", { p: SV.t(PART_NAMES[part]) }), ...KINDS.map((kind) => [SV.t(kind), at(kind)])];
    }

    // Every layer and head with its shares of all parts, for other programs.
    table() {
      const { viewer } = this, { run } = viewer, { held } = this.asked, parts = Object.keys(PART_NAMES), step = viewer.tokenOf(0);
      const columns = KINDS.flatMap((kind) => parts.map((part) => ({ name: `${kind}_${part}`, values: this.share(held, kind, part) })));
      const [layers, heads] = held.shape, rows = [];
      for (let layer = 0; layer < layers; layer++) for (let head = 0; head < heads; head++) rows.push([layer, head, ...columns.map(({ values }) => values[layer][head])]);
      return [["# model", run.payload.model.name], ["# step", step], ["# token", run.steps[step].text], ["layer", "head", ...columns.map(({ name }) => name)], ...rows];
    }

    hover(key, slot) { for (const panel of this.panels) panel.hover(key, slot); }
    free() { this.plot.free(); }
  }
  SV.Heads = Heads;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
