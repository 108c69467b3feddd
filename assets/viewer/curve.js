// Score and threshold over the caption (Eq. 6 and 7), with the candidates SGRS turned down; x is the token's index.
(function (SV) {
  "use strict";

  const HEIGHT = 92, LEFT = 46, RIGHT = 10, TOP = 10, BOTTOM = 22;

  class Curve {
    constructor(viewer) {
      this.viewer = viewer;
      this.svg = SV.svg("svg", { class: "sv-curve-svg", height: HEIGHT, role: "img", "aria-label": SV.t("Score and threshold over the caption") });
      this.root = SV.el("div", { class: "sv-curve", on: {
        pointermove: (event) => this.move(event),
        pointerleave: () => viewer.hover(null),
        click: (event) => { const step = this.at(event); if (step !== null) viewer.pick(0, step, { range: event.shiftKey }); },
      } }, this.svg);
    }

    at(event) {
      const run = this.viewer.run;
      if (!run || !run.steps.length || !this.step) return null;
      const x = event.clientX - this.svg.getBoundingClientRect().left;
      return Math.max(0, Math.min(run.steps.length - 1, Math.round((x - LEFT) / this.step - 0.5)));
    }

    move(event) {
      const step = this.at(event);
      if (step === null) return;
      this.viewer.hover(this.viewer.run.first + step, 0);
      this.viewer.tip.point(event, this.viewer.stepLines(0, step));
    }

    draw() {
      const { viewer, svg } = this, runs = viewer.runsCompared(), width = this.root.clientWidth || 600;
      const count = Math.max(1, ...runs.map((run) => run.steps.length));
      svg.setAttribute("width", width);
      svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      this.step = (width - LEFT - RIGHT) / count;
      const sizes = runs.flatMap((run) => run.steps.flatMap((step) => [step.score, step.threshold,
        ...step.candidates.filter((one) => one.verdict === "rejected").map((one) => one.saliency)]));
      const known = sizes.filter((size) => size !== null && size !== undefined), scored = known.length > 0, high = Math.max(1e-12, ...known) * 1.06;
      const x = (step) => LEFT + (step + 0.5) * this.step;
      const y = (value) => HEIGHT - BOTTOM - (value / high) * (HEIGHT - TOP - BOTTOM);
      const parts = [];
      const line = (from, to, name) => parts.push(SV.svg("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: name }));
      const label = (text, px, py, name, anchor) => parts.push(SV.svg("text", { x: px, y: py, class: name, "text-anchor": anchor, text }));
      for (const value of [0, high / 1.06 / 2, high / 1.06]) {
        line([LEFT, y(value)], [width - RIGHT, y(value)], "sv-axis");
        label(scored ? SV.number(value, 2) : "", LEFT - 6, y(value) + 4, "sv-tick", "end");
      }
      label(scored ? SV.t("score S") : "", 0, HEIGHT - 6, "sv-tick", "start");
      const every = [1, 2, 5, 10, 20, 50, 100].find((n) => n * this.step >= 34) || 200;
      for (let step = 0; runs.length && step < count; step += every) label(String(step), x(step), HEIGHT - 6, "sv-tick", "middle");
      this.cursor = SV.svg("line", { y1: TOP - 4, y2: HEIGHT - BOTTOM, class: "sv-cursor" });
      this.glimpse = SV.svg("line", { y1: TOP - 4, y2: HEIGHT - BOTTOM, class: "sv-glimpse", visibility: "hidden" });
      parts.push(this.cursor, this.glimpse);
      if (viewer.holding) parts.push(SV.svg("line", { x1: x(viewer.state.held), x2: x(viewer.state.held), y1: TOP - 4, y2: HEIGHT - BOTTOM, class: "sv-held-line" }));
      runs.forEach((run, i) => this.series(parts, run, x, y, i === 1 && viewer.run));
      const token = viewer.run && viewer.run.steps.length ? viewer.tokenOf(0) : null;
      this.cursor.setAttribute("visibility", token === null ? "hidden" : "visible");
      for (const mark of [this.cursor]) { mark.setAttribute("x1", x(token || 0)); mark.setAttribute("x2", x(token || 0)); }
      this.x = x;
      svg.replaceChildren(...parts);
    }

    series(parts, run, x, y, second) {
      const { viewer } = this, path = (points) => points.map(([px, py], i) => (i ? "L" : "M") + px.toFixed(1) + " " + py.toFixed(1)).join("");
      const scored = run.steps.map((step, i) => [i, step]).filter(([, step]) => !step.pending && step.score !== null && step.score !== undefined);
      const tau = run.steps.map((step, i) => [i, step.threshold]).filter(([, value]) => value !== null && value !== undefined);
      if (tau.length) {
        const points = tau.flatMap(([i, value]) => [[x(i - 0.5), y(value)], [x(i + 0.5), y(value)]]);
        parts.push(SV.svg("path", { d: path(points), class: "sv-tau" + (second ? " sv-second" : "") }));
      }
      parts.push(SV.svg("path", { d: path(scored.map(([i, step]) => [x(i), y(step.score)])), class: "sv-score" + (second ? " sv-second" : "") }));
      const radius = Math.max(1.6, Math.min(4, this.step / 4)), scale = viewer.scoreScale();
      for (const [i, step] of scored) {
        parts.push(SV.svg("circle", { cx: x(i), cy: y(step.score), r: radius, class: "sv-dot" + (second ? " sv-second" : ""),
          fill: second ? "none" : SV.css(SV.rgb(viewer.state.cmap, scale.at(step.score))) }));
        if (step.fallback && !second) parts.push(SV.svg("circle", { cx: x(i), cy: y(step.score), r: radius + 3, class: "sv-fallback" }));
        if (second) continue;
        for (const one of step.candidates) {
          if (one.verdict !== "rejected" || one.saliency === null) continue;
          const [px, py] = [x(i), y(one.saliency)];
          parts.push(SV.svg("path", { class: "sv-cross", d: `M${px - 3} ${py - 3}L${px + 3} ${py + 3}M${px - 3} ${py + 3}L${px + 3} ${py - 3}` }));
        }
      }
    }

    hover(key, slot) {
      const { viewer } = this, step = key === null || !viewer.run ? -1 : viewer.translate(key, slot, 0) - viewer.run.first;
      if (!this.glimpse) return;
      this.glimpse.setAttribute("visibility", step >= 0 ? "visible" : "hidden");
      if (step >= 0) { this.glimpse.setAttribute("x1", this.x(step)); this.glimpse.setAttribute("x2", this.x(step)); }
    }
  }
  SV.Curve = Curve;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
