// Over the caption: where each output's attention and saliency went (shares of parts), and how it falls with distance.
(function (SV) {
  "use strict";

  const ORDER = ["image", "prompt", "template", "outputs"];
  const NAMES = { image: "image", prompt: "prompt", template: "template", outputs: "words before" };
  const HEIGHT = 150, LEFT = 50, BOTTOM = 20, TOP = 6;

  class Over {
    constructor(viewer) {
      this.viewer = viewer;
      this.whole = true; // fills as rows come
      this.sides = ["attention", "saliency"].map((kind) => {
        const side = { kind, shares: SV.el("div", { class: "sv-chart" }), curve: SV.el("div", { class: "sv-chart" }), away: SV.el("h3") };
        side.root = SV.el("section", { class: "sv-panel", "data-kind": kind, "data-picture": "over-the-caption" },
          SV.el("div", { class: "sv-panel-head" }, SV.el("h3", { text: SV.t(kind) }), SV.el("span", { class: "sv-unit", text: SV.t("share of each part, output by output") })),
          side.shares, SV.el("div", { class: "sv-panel-head" }, side.away, SV.el("span", { class: "sv-unit", text: SV.t("tokens back from the predicted one") })), side.curve);
        return side;
      });
      this.legend = SV.el("div", { class: "sv-share-legend" }, ...ORDER.map((part) => SV.el("span", { class: "sv-share" },
        SV.el("i", { style: { background: SV.PART_COLORS[part] }, "aria-hidden": "true" }), document.createTextNode(SV.t(NAMES[part])))));
      this.root = SV.el("div", {}, this.legend, SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root)));
    }

    draw() {
      const { viewer } = this, { run, state } = viewer;
      for (const side of this.sides) {
        if (!run || !run.steps.length) { SV.fill(side.shares); SV.fill(side.curve); side.sign = null; continue; }
        const wide = side.shares.clientWidth, sign = [run.id, run.version, run.loaded, state.layer, state.normalization, wide, viewer.theme].join("|");
        if (side.sign !== sign) {
          side.sign = sign;
          side.points = run.steps.map((_, step) => (run.has(step) ? run.shares(run.values(side.kind, step, state.layer, state.normalization)) : null));
          this.stacked(side, run);
        }
        this.mark(side, run);
        this.distances(side, run);
      }
    }

    frame(width, ticks) {
      const parts = [];
      for (const [y, text] of ticks) {
        parts.push(SV.svg("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "sv-axis" }));
        parts.push(SV.svg("text", { x: LEFT - 5, y: y + 4, class: "sv-tick", "text-anchor": "end", text }));
      }
      return parts;
    }

    stacked(side, run) {
      const width = side.shares.clientWidth || 400, wide = (width - LEFT) / run.steps.length, tall = HEIGHT - TOP - BOTTOM;
      const parts = this.frame(width, [[TOP, "100 %"], [TOP + tall / 2, "50 %"], [TOP + tall, "0"]]);
      side.points.forEach((shares, step) => {
        let y = TOP + tall;
        if (!shares) parts.push(SV.svg("rect", { x: LEFT + step * wide + 0.5, y: TOP, width: Math.max(0.5, wide - 1), height: tall, class: "sv-missing" }));
        for (const part of shares ? ORDER : []) {
          const height = shares[part] * tall;
          y -= height;
          parts.push(SV.svg("rect", { x: LEFT + step * wide + 0.5, y, width: Math.max(0.5, wide - 1), height, fill: SV.PART_COLORS[part] }));
        }
      });
      const every = [1, 2, 5, 10, 20, 50].find((n) => n * wide >= 26) || 100;
      side.column = SV.svg("rect", { y: TOP - 3, width: wide, height: tall + 6, class: "sv-column" });
      side.glimpse = SV.svg("rect", { y: TOP - 3, width: wide, height: tall + 6, class: "sv-column sv-glimpse", visibility: "hidden" });
      parts.push(side.column, side.glimpse);
      for (let step = 0; step < run.steps.length; step += every) parts.push(SV.svg("text", { x: LEFT + (step + 0.5) * wide, y: HEIGHT - 5, class: "sv-tick", "text-anchor": "middle", text: String(step) }));
      const at = (event) => Math.max(0, Math.min(run.steps.length - 1, Math.floor((event.clientX - side.shares.getBoundingClientRect().left - LEFT) / wide)));
      SV.fill(side.shares, SV.svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": SV.t("shares over the caption, {k}", { k: SV.t(side.kind) }), on: {
        click: (event) => this.viewer.pick(0, at(event)),
        pointerleave: () => this.viewer.hover(null),
        pointermove: (event) => {
          const step = at(event), shares = side.points[step];
          this.viewer.hover(run.first + step, 0);
          this.viewer.tip.point(event, [run.quoted(run.first + step), ...ORDER.map((part) => [SV.t(NAMES[part]), SV.percent(shares && shares[part])])]);
        },
      } }, ...parts));
    }

    mark(side, run) { side.column.setAttribute("x", LEFT + (this.viewer.tokenOf(0) * ((side.shares.clientWidth || 400) - LEFT)) / run.steps.length); }

    hover(key, slot) {
      const { run } = this.viewer, step = key === null || !run ? -1 : this.viewer.translate(key, slot, 0) - run.first;
      for (const side of this.sides) {
        if (!side.glimpse) continue;
        side.glimpse.setAttribute("visibility", step >= 0 ? "visible" : "hidden");
        side.glimpse.setAttribute("x", LEFT + (Math.max(0, step) * ((side.shares.clientWidth || 400) - LEFT)) / run.steps.length);
      }
    }

    distances(side, run) {
      const { viewer } = this, { state } = viewer, step = viewer.tokenOf(0), reach = run.reach(step), count = reach - run.first;
      side.away.textContent = SV.t("{k} of “{w}” over distance", { k: SV.t(side.kind), w: run.shown(run.first + step).trim() });
      if (!run.has(step)) return SV.fill(side.curve);
      const values = run.values(side.kind, step, state.layer, state.normalization);
      side.distance = Array.from({ length: count }, (_, back) => values[reach - 1 - back]);
      const width = side.curve.clientWidth || 400, tall = HEIGHT - TOP - BOTTOM, most = Math.max(0, ...side.distance), high = most || 1, wide = (width - LEFT) / Math.max(1, run.steps.length - 1);
      const parts = this.frame(width, most ? [[TOP, SV.number(high, 2)], [TOP + tall / 2, SV.number(high / 2, 2)], [TOP + tall, "0"]] : [[TOP + tall, "0"]]);
      const locore = run.settings.locore;
      // The row itself, at distance 1, is not among the keys LocoRE raises.
      if (locore && count > 1) parts.unshift(SV.svg("rect", { x: LEFT + wide, y: TOP, width: Math.min(locore.window, count - 1) * wide, height: tall, class: "sv-window" }));
      side.distance.forEach((value, back) => {
        const height = (value / high) * tall;
        parts.push(SV.svg("rect", { x: LEFT + back * wide + 0.5, y: TOP + tall - height, width: Math.max(0.5, wide - 1), height, fill: SV.css(SV.rgb(state.cmap, value / high)), class: "sv-stem" }));
      });
      const every = [1, 2, 5, 10, 20, 50].find((n) => n * wide >= 26) || 100;
      for (let back = 0; back < Math.max(count, 1); back += every) parts.push(SV.svg("text", { x: LEFT + (back + 0.5) * wide, y: HEIGHT - 5, class: "sv-tick", "text-anchor": "middle", text: String(back + 1) }));
      const at = (event) => Math.floor((event.clientX - side.curve.getBoundingClientRect().left - LEFT) / wide);
      return SV.fill(side.curve, SV.svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": side.away.textContent, on: {
        pointerleave: () => viewer.hover(null),
        pointermove: (event) => {
          const back = at(event);
          if (back < 0 || back >= count) return viewer.hover(null);
          viewer.hover(reach - 1 - back, 0);
          return viewer.tip.point(event, [run.quoted(reach - 1 - back), [SV.t("distance"), String(back + 1)], [SV.t(side.kind), SV.number(side.distance[back], 4)]]);
        },
      } }, ...parts));
    }
  }
  SV.Over = Over;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
