// A plotly heatmap that keeps its zoom, with our own tooltip; refuses a plotly.js of another version.
(function (SV) {
  "use strict";

  SV.PLOTLY_VERSION = "4.1.1";
  const CONFIG = { responsive: true, displayModeBar: false, showSendToCloud: false, plotlyServerURL: "", doubleClick: "reset" };

  // plotly reads tags and entities in labels: a token must stay text.
  SV.plotlyText = (text, limit) => {
    const short = text.length > limit ? text.slice(0, limit - 1) + "…" : text;
    return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
  };

  // In a page with a <base>, plotly writes the address of that moment into every reference from one part of a drawing
  // to another (colour bars, clips). Ours changes as one looks around, and they would break: so it meets no <base>.
  function withoutBase(draw) {
    const base = document.querySelector("base[href]"), href = base && base.getAttribute("href");
    if (base) base.removeAttribute("href");
    try { draw(); } finally { if (base) base.setAttribute("href", href); }
  }

  // Every how manieth of `count` words can be written along `room` px without touching the next.
  SV.every = (count, room) => Math.max(1, Math.ceil((16 * count) / Math.max(60, room)));

  class Plot {
    // options: height, point(x, y) -> tooltip lines, click(x, y), hoverKey(x, y) -> key
    constructor(viewer, options) {
      this.viewer = viewer;
      this.options = options;
      this.root = SV.el("div", { class: "sv-plot", style: { height: `${options.height}px` } });
    }

    // Its width in px, asked of the browser once for each width of the whole view: an answer costs a layout.
    get width() {
      if (this.asked !== this.viewer.width || !this.known) [this.asked, this.known] = [this.viewer.width, this.root.clientWidth];
      return this.known;
    }

    draw(data, layout) {
      const { Plotly } = this.viewer;
      if (!Plotly || Plotly.version !== SV.PLOTLY_VERSION) {
        this.root.textContent = SV.t("The heatmap needs plotly.js {v}.", { v: SV.PLOTLY_VERSION });
        return;
      }
      const style = getComputedStyle(this.viewer.root), ink = style.getPropertyValue("--sv-muted").trim() || "#555";
      const whole = {
        uirevision: "kept", paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: style.getPropertyValue("--sv-sunken").trim(), dragmode: "zoom", autosize: true,
        font: { family: "system-ui, sans-serif", size: 11, color: ink }, hovermode: "closest", ...layout,
      };
      for (const axis of ["xaxis", "yaxis"]) whole[axis] = { zeroline: false, showgrid: false, linecolor: ink, ...(layout[axis] || {}) };
      // Axes and their labels cost most: when only numbers changed, only numbers are sent.
      const [{ z, ...trace }] = data, { shapes, ...rest } = whole, sign = JSON.stringify([trace, rest, shapes && shapes.length]);
      if (this.bound && sign === this.sign) {
        const moved = JSON.stringify(shapes), still = z === this.z;
        if (moved === this.moved) { if (!still) Plotly.restyle(this.root, { z: [z] }); } else if (still) Plotly.relayout(this.root, { shapes });
        else Plotly.update(this.root, { z: [z] }, { shapes });
        this.moved = moved;
        this.z = z;
        return;
      }
      this.z = z;
      this.sign = sign;
      this.moved = JSON.stringify(shapes);
      // A configuration given again would make plotly ask for the <base> anew, so it is given once.
      if (this.bound) Plotly.react(this.root, data, whole);
      else {
        withoutBase(() => Plotly.react(this.root, data, whole, CONFIG));
        this.bind();
      }
    }

    bind() {
      const { viewer, options } = this;
      this.bound = true;
      this.root.on("plotly_hover", (event) => {
        const point = event.points[0];
        viewer.hover(options.hoverKey ? options.hoverKey(point.x, point.y) : null, 0);
        if (options.hoverLayer) viewer.hoverLayer(options.hoverLayer(point.x, point.y));
        viewer.tip.point(event.event, options.point(point.x, point.y));
      });
      this.root.on("plotly_unhover", () => { viewer.hover(null); viewer.hoverLayer(null); });
      this.root.on("plotly_click", (event) => options.click && options.click(event.points[0].x, event.points[0].y));
    }

    // Lights one column, one row, or both (null: none), over the drawing.
    light(x, y) {
      const layout = this.bound && this.root._fullLayout, axes = { x: layout && layout.xaxis, y: layout && layout.yaxis };
      if (!layout) return;
      for (const [name, at] of [["x", x], ["y", y]]) {
        const bar = this[name] || (this[name] = this.root.appendChild(SV.el("div", { class: "sv-plot-light" }))), along = axes[name], across = axes[name === "x" ? "y" : "x"];
        bar.hidden = at === null || at === undefined || at < 0;
        if (bar.hidden) continue;
        const ends = [at - 0.5, at + 0.5].map((edge) => Math.max(0, Math.min(along._length, along.l2p(edge)))), from = Math.min(...ends), size = Math.abs(ends[1] - ends[0]);
        const [start, far] = [along._offset + from, [across._offset, across._length]];
        Object.assign(bar.style, name === "x" ? { left: `${start}px`, width: `${size}px`, top: `${far[0]}px`, height: `${far[1]}px` } : { top: `${start}px`, height: `${size}px`, left: `${far[0]}px`, width: `${far[1]}px` });
      }
    }

    free() { if (this.bound && this.viewer.Plotly) this.viewer.Plotly.purge(this.root); }
  }
  SV.Plot = Plot;

  // Trace settings for values already placed on a scale (0..1), with the scale's own numbers on the bar.
  SV.heatTrace = (scale, map, z, theme) => ({
    type: "heatmap", z, zmin: 0, zmax: 1, colorscale: SV.plotlyScale(map), hoverinfo: "none", hoverongaps: false,
    colorbar: { thickness: 9, outlinewidth: 0, len: 1, y: 0.5, x: 1.01, xpad: 2, tickfont: { size: 10 },
      tickvals: scale.ticks().map(([place]) => place),
      ticktext: scale.ticks().map(([place, value]) => (place === 1 && scale.largest > scale.high * 1.0001 ? "≥" : "") + SV.number(value, 2)) },
  });
})((window.SaliencyViewer = window.SaliencyViewer || {}));
