// Every layer's map as small multiples on one canvas, each with its number; the chosen scale is shared by all.
(function (SV) {
  "use strict";

  // Columns and rows that fill an area best with cells of one aspect.
  function arrange(count, width, height, aspect) {
    let best = null;
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns), cell = Math.min(width / columns, (height / rows) * aspect);
      if (!best || cell > best.cell) best = { columns, rows, cell };
    }
    return best;
  }

  SV.drawGrid = (pen, w, h, ratio, { viewer, panel, run, sheet, image, count }) => {
    const heads = count !== undefined; // cells are heads, not layers
    const cells = heads ? count : run.layers;
    const source = panel.source(), picture = run.pictures[sheet.picture], aspect = picture.width / picture.height;
    const { columns, rows, cell } = arrange(cells, w, h, aspect), gap = Math.round(2 * ratio);
    const width = Math.floor(cell), height = Math.floor(cell / aspect);
    const [left, top] = [Math.floor((w - columns * width) / 2), Math.floor((h - rows * height) / 2)];
    pen.clearRect(0, 0, w, h);
    const size = Math.round(Math.max(9, Math.min(13, height / ratio / 5)) * ratio);
    pen.font = `600 ${size}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    const slot = panel.slot || 0, ringed = [viewer.lit === null ? -1 : viewer.translate(viewer.lit, viewer.litSlot, slot), ...(slot === 0 ? viewer.state.pins : [])].map((key) => run.patchOf.get(key)).filter((patch) => patch !== undefined);
    for (let layer = 0; layer < cells; layer++) {
      const x = left + (layer % columns) * width, y = top + Math.floor(layer / columns) * height;
      const area = [x + gap, y + gap, width - 2 * gap, height - 2 * gap];
      if (image.complete && image.naturalWidth) pen.drawImage(image, ...area);
      const values = source.layer ? source.layer(layer) : null;
      if (values) SV.paintPatches(pen, area, sheet.patches, { run, values, scale: source.scale, map: source.map,
        opacity: viewer.state.opacity, hidden: viewer.hiddenKeys(run) });
      const text = String(layer), wide = pen.measureText(text).width + 8 * ratio;
      pen.fillStyle = !heads && run.target.includes(layer) ? "rgb(67 56 202 / .92)" : "rgb(0 0 0 / .72)";
      pen.fillRect(area[0], area[1], wide, size + 5 * ratio);
      pen.fillStyle = "#fff";
      pen.fillText(text, area[0] + 4 * ratio, area[1] + (size + 5 * ratio) / 2 + ratio * 0.5);
      const ring = (patch, color, wide) => {
        const [l, t, r, b] = run.boxes[patch];
        pen.strokeStyle = color;
        pen.lineWidth = wide * ratio;
        pen.strokeRect(area[0] + l * area[2], area[1] + t * area[3], (r - l) * area[2], (b - t) * area[3]);
      };
      for (const patch of ringed) if (sheet.patches.includes(patch)) { ring(patch, "rgb(0 0 0 / .7)", 2.5); ring(patch, "#fff", 1.2); }
      if (!heads && (layer === viewer.state.layer || layer === viewer.litLayer)) {
        pen.strokeStyle = "#fff";
        pen.lineWidth = 2 * ratio;
        pen.strokeRect(area[0], area[1], area[2], area[3]);
      }
    }
    return { columns, left: left / w, top: top / h, width: width / w, height: height / h, layers: cells, gap: [gap / width, gap / height] };
  };

  // The cell at a place of the canvas, and where in its picture that is: {layer, x, y} with parts of the picture, or null.
  SV.placeAt = (grid, x, y) => {
    if (!grid) return null;
    const across = (x - grid.left) / grid.width, down = (y - grid.top) / grid.height, column = Math.floor(across), row = Math.floor(down);
    const layer = row * grid.columns + column, inside = (part, gap) => (part - gap) / (1 - 2 * gap);
    if (column < 0 || column >= grid.columns || row < 0 || layer >= grid.layers) return null;
    return { layer, x: inside(across - column, grid.gap[0]), y: inside(down - row, grid.gap[1]) };
  };
  SV.patchAt = (run, patches, x, y) => {
    const hit = patches.find((patch) => x >= run.boxes[patch][0] && x < run.boxes[patch][2] && y >= run.boxes[patch][1] && y < run.boxes[patch][3]);
    return hit === undefined ? null : hit;
  };
  // Pointer over a canvas of cells: the patch under it lights up everywhere, and its value in that cell is said.
  // side: {canvas, grid}; sheet(); value(cell, key); name(cell): the tip's line for it.
  SV.overCells = (viewer, side, { sheet, value, name }) => (event) => {
    const box = side.canvas.getBoundingClientRect(), place = SV.placeAt(side.grid, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    const { run } = viewer, patch = place && sheet() ? SV.patchAt(run, sheet().patches, place.x, place.y) : null, key = patch === null ? null : run.imageKeys[patch];
    viewer.hover(key, 0);
    if (!place) return viewer.tip.hide();
    const number = key === null ? null : value(place.layer, key);
    return viewer.tip.point(event, [patch === null ? name(place.layer) : SV.t("patch {n}", { n: patch }), ...(number === null ? [] : [[name(place.layer), SV.number(number, 4)]])]);
  };

  // The tab: attention and saliency, every layer, larger than in the panels.
  class Layers {
    constructor(viewer) {
      this.viewer = viewer;
      this.sides = ["attention", "saliency"].map((kind) => {
        const canvas = SV.el("canvas", { class: "sv-grid-canvas", role: "img", on: {
          click: (event) => { const layer = this.at(side, event); if (layer !== null) viewer.set({ layer }); },
          pointermove: (event) => { viewer.hoverLayer(this.at(side, event)); over(event); },
          pointerleave: () => { viewer.hover(null); viewer.hoverLayer(null); },
        } });
        const head = SV.el("div", { class: "sv-panel-head" });
        const side = { kind, canvas, head, root: SV.el("div", { class: "sv-panel", "data-kind": kind, "data-picture": "every-layer", "data-about": "layers" }, head, canvas) };
        const over = SV.overCells(viewer, side, { sheet: () => viewer.run.sheetsOf(viewer.groupOf(0))[0], name: (layer) => SV.t("layer {n}", { n: layer }),
          value: (layer, key) => viewer.values(viewer.run, kind, viewer.stepsOf(0), layer)[key] });
        return side;
      });
      this.root = SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
    }

    at(side, event) {
      const box = side.canvas.getBoundingClientRect(), place = SV.placeAt(side.grid, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
      return place && place.layer;
    }

    hover() {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => { if (!this.viewer.gone && !this.root.hidden) this.draw(); });
    }
    hoverLayer() { this.hover(); }

    draw() {
      const { viewer } = this, { run, state } = viewer;
      for (const side of this.sides) {
        const { canvas, kind } = side, ratio = window.devicePixelRatio || 1;
        canvas.setAttribute("aria-label", SV.t("every layer, {k}", { k: SV.t(kind) }));
        const steps = viewer.stepsOf(0), sheet = run && run.sheetsOf(viewer.groupOf(0))[0];
        if (!sheet || !steps.length) { SV.fill(side.head); canvas.height = 1; continue; }
        const picture = run.pictures[sheet.picture], aspect = picture.width / picture.height, width = canvas.clientWidth;
        const columns = Math.min(run.layers, Math.max(3, Math.round(width / 150))), rows = Math.ceil(run.layers / columns);
        const height = Math.min(720, Math.ceil((rows * width) / columns / aspect));
        canvas.style.height = `${height}px`;
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        const scale = SV.lockedScale(viewer.runsCompared(), "image", kind, { ...state, layer: "all" }, steps);
        SV.fill(side.head, SV.el("h3", { text: SV.t(kind) }), SV.el("span", { class: "sv-unit", text: SV.unit(kind, state.normalization) }),
          SV.colorBar(scale, { name: state.cmap, opacity: state.opacity, theme: viewer.theme, label: SV.t(kind) }));
        const source = { scale, map: state.cmap, layer: (layer) => viewer.values(run, kind, steps, layer) };
        const image = viewer.image(run, sheet.picture);
        side.grid = SV.drawGrid(canvas.getContext("2d"), canvas.width, canvas.height, ratio, { viewer, panel: { source: () => source }, run, sheet, image });
      }
    }
  }
  SV.Layers = Layers;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
