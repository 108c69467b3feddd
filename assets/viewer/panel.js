// One side of the pair: a kind (attention or saliency) of one run, or the signed difference of two runs.
(function (SV) {
  "use strict";

  class Panel {
    // slot: 0, 1, or "difference".
    constructor(viewer, kind, slot) {
      this.viewer = viewer;
      this.kind = kind;
      this.which = slot;
      this.slot = slot === "difference" ? 0 : slot;
      this.title = SV.el("h3");
      this.unit = SV.el("span", { class: "sv-unit" });
      this.range = slot === "difference" ? null : new SV.Range(viewer, kind);
      this.overlay = new SV.Overlay(viewer, this);
      this.words = new SV.Words(viewer, this);
      this.said = SV.el("p", { class: "sv-heard" });
      this.imageBar = SV.el("div", { class: "sv-bar-box sv-image-bar" });
      this.wordBar = SV.el("div", { class: "sv-bar-box sv-word-bar-box" });
      this.root = SV.el("section", { class: "sv-panel", "data-kind": kind, "data-slot": slot },
        SV.el("div", { class: "sv-panel-head" }, this.title, this.unit, this.range && this.range.root),
        this.said, SV.el("div", { class: "sv-image-row" }, this.overlay.root, this.imageBar),
        SV.el("div", { class: "sv-words-head" }, SV.el("span", { class: "sv-label", text: SV.t("words before") }), this.wordBar),
        this.words.root);
    }

    source() { return this.viewer.source(this.which, this.kind); }

    draw() {
      const { viewer, kind } = this, { state, theme } = viewer, source = this.source();
      const word = source.run && source.steps && source.steps.length && this.which !== "difference" ? " " + viewer.quotedSteps(source.run, source.steps) : "";
      this.title.textContent = viewer.comparing ? viewer.placeName(this.which) + word : SV.t(kind);
      this.unit.textContent = (viewer.comparing ? SV.t(kind) + ", " : "") + SV.unit(kind, state.normalization) +
        (source.run ? " · " + (state.layer === "all" ? SV.t("every layer; words: mean of all {n}", { n: source.run.layers }) : source.run.layerWords(state.layer)) : "");
      this.root.setAttribute("aria-label", `${this.title.textContent} ${this.unit.textContent}`);
      if (this.range) this.range.draw();
      this.said.textContent = viewer.saidPanel(source);
      this.overlay.draw();
      this.words.draw();
      const bar = (box, scale, vertical) => {
        if (!scale) {
          delete box.dataset.sign;
          return SV.fill(box);
        }
        const sign = [scale.low, scale.high, scale.largest, scale.transform, source.map, state.opacity, theme].join();
        if (box.dataset.sign === sign) return undefined;
        box.dataset.sign = sign;
        SV.fill(box, SV.colorBar(scale, { name: source.map, opacity: vertical ? state.opacity : undefined, theme, label: this.unit.textContent, vertical }));
        box.title = scale.signed ? SV.t("difference, centred at 0") : SV.scaleWords(state) +
          (scale.largest > scale.high ? " · " + SV.t("largest {v}", { v: SV.number(scale.largest) }) : "");
        return undefined;
      };
      bar(this.imageBar, source.scale, true);
      bar(this.wordBar, source.wordScale, false);
    }

    hoverLayer() { this.overlay.hoverLayer(); }

    hover(key, slot) {
      this.overlay.hover();
      this.words.hover(key, slot);
    }
  }
  SV.Panel = Panel;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
