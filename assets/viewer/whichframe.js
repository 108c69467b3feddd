// The tab of several pictures or frames: which one mattered over the caption, and every one with its map at once.
(function (SV) {
  "use strict";

  const GAP = 4, LABEL = 15; // CSS pixels

  class WhichFrame {
    constructor(viewer) {
      this.viewer = viewer;
      this.hint = SV.el("p", { class: "sv-hint" });
      this.sides = ["attention", "saliency"].map((kind) => {
        const side = { kind, title: SV.el("h3", { text: SV.t(kind) }), unit: SV.el("span", { class: "sv-unit" }), mapTitle: SV.el("h3"), bar: SV.el("span"), values: [] };
        side.plot = new SV.Plot(viewer, { height: 200, point: (x, y) => this.lines(side, x, y), click: (x, y) => viewer.set({ token: x, also: [], frame: y }),
          hoverKey: (x) => viewer.run.first + x });
        side.canvas = SV.el("canvas", { class: "sv-grid-canvas", role: "img", on: {
          click: (event) => { const at = this.at(side, event); if (at !== null) viewer.set({ frame: Math.floor(at / viewer.run.together) }); },
          pointermove: (event) => this.move(side, event),
          pointerleave: () => viewer.tip.hide(),
        } });
        side.root = SV.el("section", { class: "sv-panel", "data-kind": kind, "data-picture": "frames-over-the-caption", "data-about": "own" }, SV.el("div", { class: "sv-panel-head" }, side.title, side.unit), side.plot.root,
          SV.el("div", { class: "sv-panel-head sv-part-head" }, side.mapTitle, side.bar), side.canvas);
        return side;
      });
      this.pair = SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
      this.root = SV.el("div", { class: "sv-which" }, this.hint, this.pair);
    }

    // Shown as a tab only where there is something to tell apart.
    get only() { const { run } = this.viewer; return Boolean(run && run.several); }
    get name() { const { run } = this.viewer; return SV.t(run && run.isVideo ? "Frames" : "Pictures"); }

    draw() {
      const { viewer } = this, { run, state } = viewer, ready = this.only && run.steps.length;
      this.pair.hidden = !ready;
      this.hint.textContent = ready ? SV.t("Click a cell to choose its word and frame. Both sides share one scale.") : SV.t("This run has one picture.");
      if (!ready) return;
      const scale = viewer.shareScale();
      for (const side of this.sides) {
        side.unit.textContent = SV.t("share of the row, {l}", { l: run.layerWords(state.layer) });
        this.heat(side, run, scale);
        this.maps(side, run);
      }
    }

    heat(side, run, scale) {
      const { viewer } = this, { state, theme } = viewer, groups = run.groups.length, steps = run.steps.length;
      const columns = run.steps.map((_, step) => run.pictureShares(side.kind, step, state.layer, state.normalization));
      side.values = Array.from({ length: groups }, (_, group) => columns.map((shares) => (shares ? shares[group] : null)));
      const z = side.values.map((row) => row.map((share) => (share === null ? null : scale.at(share))));
      const every = Math.max(1, Math.ceil(steps / 30)), ticks = run.steps.map((_, i) => i).filter((i) => i % every === 0);
      const skip = Math.max(1, Math.ceil(groups / 10)), names = run.groups.map((_, i) => i).filter((i) => i % skip === 0);
      const edge = theme === "dark" ? "#c7d2fe" : "#4338ca", token = viewer.tokenOf(0), shown = viewer.groupOf(0);
      side.plot.draw([SV.heatTrace(scale, state.cmap, z, theme)], {
        margin: { l: 74, r: 52, t: 4, b: 58 },
        shapes: [{ type: "rect", x0: token - 0.5, x1: token + 0.5, yref: "paper", y0: 0, y1: 1, line: { color: edge, width: 1.5 } },
          { type: "rect", xref: "paper", x0: 0, x1: 1, y0: shown - 0.5, y1: shown + 0.5, line: { color: edge, width: 1.5 } }],
        xaxis: { tickvals: ticks, ticktext: ticks.map((i) => SV.plotlyText(run.shown(run.first + i).trim(), 12)), tickangle: -60, tickfont: { size: 10 }, range: [-0.5, steps - 0.5] },
        yaxis: { tickvals: names, ticktext: names.map((i) => run.groupTime(i) || run.groupName(i)), tickfont: { size: 10 }, range: [groups - 0.5, -0.5] },
      });
    }

    lines(side, x, y) {
      const { run } = this.viewer;
      return [`${run.quoted(run.first + x)} · ${run.groupWords(y)}`, ...this.sides.map((one) => [SV.t(one.kind), SV.percent4(one.values[y][x])])];
    }

    // Every picture small, with the selected token's map over it, on the panels' own scale.
    maps(side, run) {
      const { viewer } = this, { state, theme } = viewer, { canvas } = side, source = viewer.source(0, side.kind), ratio = window.devicePixelRatio || 1;
      const width = canvas.clientWidth, count = run.pictures.length, aspect = run.pictures[0].width / run.pictures[0].height;
      if (!width) return;
      const columns = Math.min(count, Math.max(2, Math.round(width / Math.max(110, 120 * Math.min(aspect, 1.6))))), rows = Math.ceil(count / columns);
      const cell = Math.floor(width / columns), tall = Math.round((cell - GAP) / aspect) + LABEL + GAP;
      canvas.style.height = `${rows * tall}px`;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(rows * tall * ratio);
      side.grid = { columns, cell, tall, count };
      side.mapTitle.textContent = SV.t(run.isVideo ? "every frame" : "every picture");
      canvas.setAttribute("aria-label", `${side.mapTitle.textContent}, ${SV.t(side.kind)}`);
      SV.fill(side.bar, source.scale && SV.colorBar(source.scale, { name: source.map, opacity: state.opacity, theme, label: SV.t(side.kind) }));
      const pen = canvas.getContext("2d"), chosen = viewer.groupOf(0), ink = getComputedStyle(viewer.root);
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      for (let picture = 0; picture < count; picture++) {
        const group = Math.floor(picture / run.together), sheet = run.sheetsOf(group).find((one) => one.picture === picture);
        const left = (picture % columns) * cell, top = Math.floor(picture / columns) * tall;
        const one = run.pictures[picture], fit = Math.min((cell - GAP) / one.width, (tall - LABEL - GAP) / one.height);
        const area = [left * ratio, top * ratio, Math.round(one.width * fit * ratio), Math.round(one.height * fit * ratio)];
        const image = viewer.image(run, picture);
        if (image.complete && image.naturalWidth) pen.drawImage(image, ...area);
        if (sheet && source.values) SV.paintPatches(pen, area, sheet.patches, { run, values: source.values, scale: source.scale, map: source.map, opacity: state.opacity, hidden: viewer.hiddenKeys(run) });
        pen.fillStyle = ink.getPropertyValue(group === chosen ? "--sv-accent" : "--sv-muted").trim();
        pen.font = `${group === chosen ? 700 : 500} ${11 * ratio}px system-ui, sans-serif`;
        pen.textBaseline = "top";
        const time = run.timeOf(picture);
        pen.fillText(time ? `${picture + 1} · ${time} s` : run.pictureName(picture), area[0], area[1] + area[3] + 2 * ratio);
        if (group !== chosen) continue;
        pen.strokeStyle = pen.fillStyle;
        pen.lineWidth = 2 * ratio;
        pen.strokeRect(area[0] + ratio, area[1] + ratio, area[2] - 2 * ratio, area[3] - 2 * ratio);
      }
    }

    at(side, event) {
      const box = side.canvas.getBoundingClientRect(), { columns, cell, tall, count } = side.grid;
      const column = Math.floor((event.clientX - box.left) / cell), picture = Math.floor((event.clientY - box.top) / tall) * columns + column;
      return column < columns && picture < count ? picture : null;
    }

    move(side, event) {
      const { viewer } = this, { run, state } = viewer, picture = this.at(side, event);
      if (picture === null) return viewer.tip.hide();
      const group = Math.floor(picture / run.together), steps = viewer.stepsOf(0);
      return viewer.tip.point(event, [run.groupWords(group), ...this.sides.map((one) => {
        const shares = run.pictureShares(one.kind, steps, state.layer, state.normalization, state.reduce);
        return [SV.t(one.kind), SV.percent4(shares && shares[group])];
      })]);
    }

    free() { for (const side of this.sides) side.plot.free(); }
  }
  SV.WhichFrame = WhichFrame;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
