// One row of numbers over the picture and over the words: a head's, or that of any query. The panel's drawing, other values.
(function (SV) {
  "use strict";

  // Linear to the top, linear to the 99 % quantile, or log, over arrays of numbers.
  SV.scaleOver = (arrays, transform) => {
    const all = Float32Array.from(arrays.flatMap((array) => Array.from(array))).sort();
    const largest = all.length ? all[all.length - 1] : 0, smallest = all.find((value) => value > 0) || 0;
    const place = 0.99 * (all.length - 1), low = Math.floor(place);
    const ninety = all.length ? all[low] + (all[Math.min(low + 1, all.length - 1)] - all[low]) * (place - low) : 0;
    return new SV.Scale(transform === "percentile" && ninety > 0 ? ninety : largest, transform, { largest, smallest });
  };

  class RowPanel {
    constructor(viewer, kind) {
      Object.assign(this, { viewer, kind, slot: 0, which: 0, layered: false, given: { run: null, kind } });
      this.title = SV.el("h3", { text: SV.t(kind) });
      this.unit = SV.el("span", { class: "sv-unit" });
      this.overlay = new SV.Overlay(viewer, this);
      this.words = new SV.Words(viewer, this);
      this.imageBar = SV.el("div", { class: "sv-bar-box sv-image-bar" });
      this.wordBar = SV.el("div", { class: "sv-bar-box sv-word-bar-box" });
      this.picture = SV.el("div", { class: "sv-image-row" }, this.overlay.root, this.imageBar);
      this.root = SV.el("section", { class: "sv-panel", "data-kind": kind, "data-picture": "row", "data-about": "own" }, SV.el("div", { class: "sv-panel-head" }, this.title, this.unit), this.picture,
        SV.el("div", { class: "sv-words-head" }, SV.el("span", { class: "sv-label", text: SV.t("words before") }), this.wordBar), this.words.root);
    }

    source() { return this.given; }

    // given: {run, steps, values [keys], reach, scale, wordScale, lines(key), layer(l) where a grid of layers makes sense}.
    show(given, unit) {
      const { viewer, kind } = this;
      this.given = { kind, map: viewer.state.cmap, ...given };
      this.layered = Boolean(given.layer);
      this.unit.textContent = unit;
      this.root.setAttribute("aria-label", `${SV.t(kind)}, ${unit}`);
      this.picture.hidden = !given.run.imageKeys.length;
      this.overlay.draw();
      this.words.draw();
      const bar = (box, scale, vertical) => SV.fill(box, SV.colorBar(scale, { name: this.given.map, opacity: vertical ? viewer.state.opacity : undefined, theme: viewer.theme, label: unit, vertical }));
      bar(this.imageBar, given.scale, true);
      bar(this.wordBar, given.wordScale, false);
    }

    hover(key, slot) {
      if (!this.given.run || !this.root.offsetParent) return;
      this.overlay.hover();
      this.words.hover(key, slot);
    }
  }
  SV.RowPanel = RowPanel;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
