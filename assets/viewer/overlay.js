// Values over the picture(s): one canvas above each, a rectangle per image token, crisp at every size.
(function (SV) {
  "use strict";

  class Overlay {
    constructor(viewer, panel) {
      this.viewer = viewer;
      this.panel = panel;
      this.root = SV.el("div", { class: "sv-pictures" });
      this.frames = [];
    }

    build(run, group) {
      this.run = run;
      this.group = group;
      this.version = run && run.pictures;
      this.frames = run ? run.sheetsOf(group).map((sheet) => this.frame(run, sheet)) : [];
      const empty = !this.frames.length && SV.el("div", { class: "sv-picture sv-empty" },
        SV.el("span", { text: SV.t(run ? "no picture" : "the picture, as the model sees it") }));
      this.root.classList.toggle("sv-many", this.frames.length > 1);
      this.root.classList.toggle("sv-shared", Boolean(run) && run.together > 1 && this.frames.length > 1);
      this.root.style.setProperty("--aspect", this.frames.length ? this.frames[0].picture.width / this.frames[0].picture.height : 2);
      SV.fill(this.root, ...this.frames.map((frame) => frame.root), empty);
    }

    frame(run, sheet) {
      const picture = run.pictures[sheet.picture];
      const canvas = SV.el("canvas", { class: "sv-canvas", "aria-hidden": "true" });
      const image = SV.el("img", { src: picture.src, alt: SV.t("picture {n} as the model sees it", { n: sheet.picture + 1 }), draggable: "false" });
      const box = SV.el("div", { class: "sv-picture", tabindex: "0", role: "application", style: { "--aspect": picture.width / picture.height } }, image, canvas);
      const label = (run.several || run.sheets.length > 1) && SV.el("figcaption", {
        text: [run.pictures.length > 1 && run.pictureName(sheet.picture), sheet.scale && SV.t("thumbnail of the whole")].filter(Boolean).join(" · "),
      });
      const frame = { root: SV.el("figure", { class: "sv-figure" }, box, label), box, canvas, image, sheet, picture };
      image.addEventListener("load", () => this.paint(frame));
      this.byKeys(frame);
      box.addEventListener("pointermove", (event) => this.move(frame, event));
      box.addEventListener("pointerdown", (event) => this.down(frame, event));
      box.addEventListener("pointerup", (event) => this.up(frame, event));
      box.addEventListener("pointerleave", () => { if (!this.drag) { this.viewer.hover(null); this.viewer.hoverLayer(null); } });
      return frame;
    }

    // Patches by the keyboard, as by hovering and clicking.
    byKeys(frame) {
      const { viewer, run, panel } = this, { box, sheet } = frame;
      const places = sheet.patches.map((patch) => ({ key: run.imageKeys[patch], x: run.boxes[patch][0], y: run.boxes[patch][1], patch }));
      box.setAttribute("aria-label", SV.t("{k} on the picture; arrows go from patch to patch, Enter pins one", { k: SV.t(panel.kind) }));
      box.addEventListener("blur", () => viewer.hover(null));
      SV.walk(box, {
        places: () => (this.gridded ? [] : places.sort((a, b) => a.y - b.y || a.x - b.x)),
        current: () => (viewer.litSlot === panel.slot ? viewer.lit : null),
        pick: ({ key }) => viewer.togglePin(key, panel.kind),
        go: ({ key, patch }) => {
          const frameBox = box.getBoundingClientRect(), [, , right, bottom] = run.boxes[patch];
          viewer.hover(key, panel.slot);
          viewer.tip.show(viewer.keyLines(panel, key), frameBox.left + right * frameBox.width, frameBox.top + bottom * frameBox.height);
        },
      });
    }

    // Cells of layers instead of one map.
    get gridded() { return this.viewer.state.layer === "all" && this.panel.layered !== false; }

    where(frame, event) {
      const box = frame.box.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    }
    patchAt(frame, [x, y]) { return SV.patchAt(this.run, frame.sheet.patches, x, y); }

    move(frame, event) {
      const { viewer, run } = this;
      if (this.drag && this.drag.frame === frame) {
        const [x, y] = this.where(frame, event), { from } = this.drag;
        this.drag.moved = this.drag.moved || Math.hypot(x - from[0], y - from[1]) > 0.02;
        this.drag.area = [Math.min(x, from[0]), Math.min(y, from[1]), Math.max(x, from[0]), Math.max(y, from[1])];
        if (this.drag.moved) this.paint(frame);
        return;
      }
      if (this.gridded) return this.overCells(frame, event);
      const patch = this.patchAt(frame, this.where(frame, event));
      if (patch === null) { viewer.hover(null); return; }
      const key = run.imageKeys[patch];
      viewer.hover(key, this.panel.slot);
      viewer.tip.point(event, viewer.keyLines(this.panel, key));
    }

    overCells(frame, event) {
      const { viewer, panel } = this, place = SV.placeAt(frame.grid, ...this.where(frame, event));
      viewer.hoverLayer(place && place.layer);
      return SV.overCells(viewer, { canvas: frame.box, grid: frame.grid }, { sheet: () => frame.sheet, name: (layer) => SV.t("layer {n}", { n: layer }),
        value: (layer, key) => { const source = panel.source(); return source.layer ? source.layer(layer)[key] : null; } })(event);
    }

    down(frame, event) {
      if (event.button !== 0) return;
      if (event.pointerType === "touch") return;
      this.drag = { frame, from: this.where(frame, event), moved: false };
      frame.box.setPointerCapture(event.pointerId);
    }

    up(frame, event) {
      const { viewer, run, drag } = this;
      this.drag = null;
      const kind = this.panel.kind, ends = drag && drag.moved ? [drag.from, this.where(frame, event)] : null;
      if (this.gridded && !ends) {
        const place = SV.placeAt(frame.grid, ...this.where(frame, event));
        if (place) viewer.set({ layer: place.layer });
        return;
      }
      if (ends) {
        const [a, b] = this.gridded ? ends.map((end) => SV.placeAt(frame.grid, ...end)) : ends.map(([x, y]) => ({ x, y }));
        if (!a || !b || a.layer !== b.layer) return this.paint(frame); // from one layer's picture into another's
        const [left, top, right, bottom] = [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
        const inside = frame.sheet.patches.filter((patch) => {
          const box = run.boxes[patch];
          return box[0] < right && box[2] > left && box[1] < bottom && box[3] > top;
        });
        return viewer.set({ pins: inside.map((patch) => run.imageKeys[patch]), pin_kind: kind });
      }
      const patch = this.patchAt(frame, this.where(frame, event));
      if (patch !== null) viewer.togglePin(run.imageKeys[patch], kind);
    }

    draw() {
      const { run } = this.panel.source(), group = run ? this.viewer.groupOf(this.panel.slot || 0) : 0;
      if (run !== this.run || group !== this.group || (run && run.pictures !== this.version)) this.build(run, group);
      for (const frame of this.frames) this.paint(frame);
    }

    paint(frame) {
      const { viewer, panel, run } = this, { state } = viewer, source = panel.source(), { canvas } = frame;
      const width = frame.box.clientWidth, height = frame.box.clientHeight, ratio = window.devicePixelRatio || 1;
      if (!width || !height) return;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
      const pen = canvas.getContext("2d");
      pen.clearRect(0, 0, w, h);
      frame.box.classList.toggle("sv-grid-mode", this.gridded);
      const edge = (box, color, wide) => {
        pen.lineWidth = wide * ratio;
        pen.strokeStyle = color;
        const [l, t, r, b] = [Math.round(box[0] * w), Math.round(box[1] * h), Math.round(box[2] * w), Math.round(box[3] * h)];
        pen.strokeRect(l + pen.lineWidth / 2, t + pen.lineWidth / 2, r - l - pen.lineWidth, b - t - pen.lineWidth);
      };
      const drag = () => {
        if (!this.drag || this.drag.frame !== frame || !this.drag.moved) return;
        edge(this.drag.area, "rgb(0 0 0 / .8)", 3);
        edge(this.drag.area, "#fff", 1.5);
      };
      if (this.gridded) {
        frame.grid = SV.drawGrid(pen, w, h, ratio, { viewer, panel, run, sheet: frame.sheet, image: frame.image });
        return drag();
      }
      if (source.values) SV.paintPatches(pen, [0, 0, w, h], frame.sheet.patches, { run, values: source.values, scale: source.scale,
        map: source.map, opacity: state.opacity, hidden: viewer.hiddenKeys(run) });
      const ring = (patch) => { edge(run.boxes[patch], "rgb(0 0 0 / .75)", 3); edge(run.boxes[patch], "#fff", 1.5); };
      if (panel.slot === 0) for (const key of state.pins) {
        const patch = run.patchOf.get(key);
        if (patch !== undefined && frame.sheet.patches.includes(patch)) ring(patch);
      }
      const lit = viewer.lit === null ? undefined : run.patchOf.get(viewer.translate(viewer.lit, viewer.litSlot, panel.slot));
      if (lit !== undefined && frame.sheet.patches.includes(lit)) ring(lit);
      return drag();
    }

    hoverLayer() { if (this.gridded) this.hover(); }

    hover() { for (const frame of this.frames) this.paint(frame); }
  }
  SV.Overlay = Overlay;

  // Rectangles of some patches inside [left, top, width, height] of a canvas, edges on whole device pixels.
  SV.paintPatches = (pen, area, patches, { run, values, scale, map, opacity, hidden }) => {
    const [left, top, width, height] = area, fills = SV.fills(map, opacity, scale.signed);
    for (const patch of patches) {
      const box = run.boxes[patch], key = run.imageKeys[patch];
      const l = left + Math.round(box[0] * width), t = top + Math.round(box[1] * height);
      const r = left + Math.round(box[2] * width), b = top + Math.round(box[3] * height);
      if (hidden && hidden.has(key)) {
        pen.strokeStyle = "rgb(128 128 128 / .8)";
        pen.lineWidth = 1;
        pen.beginPath();
        pen.moveTo(l, b);
        pen.lineTo(r, t);
        pen.stroke();
        continue;
      }
      const value = values[key];
      if (Number.isNaN(value)) continue;
      pen.fillStyle = fills[Math.round(255 * scale.at(value))];
      pen.fillRect(l, t, r - l, b - t);
    }
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
