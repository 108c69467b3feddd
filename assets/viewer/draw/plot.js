// A plotly heatmap that keeps its zoom, with our own tooltip; refuses a plotly.js of another version.

import { el } from "../../shared/dom.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/lines.js").Lines} Lines */

/**
 * @typedef {object} PlotOptions
 * @property {number} height px
 * @property {(x: number, y: number) => Lines} point of the tip
 * @property {(x: number, y: number) => void} [click]
 * @property {(x: number, y: number) => number | null} [hoverKey]
 * @property {(x: number, y: number) => number} [hoverLayer]
 */

export const PLOTLY_VERSION = "4.1.1";
const CONFIG = {
  responsive: true,
  displayModeBar: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  doubleClick: "reset",
};

/** plotly reads tags and entities in labels: a token must stay text. @param {string} text @param {number} limit */
export function plotlyText(text, limit) {
  const short = text.length > limit ? text.slice(0, limit - 1) + "…" : text;
  return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
}

/**
 * In a page with a <base>, plotly writes the address of that moment into every reference from one part of a drawing to
 * another (colour bars, clips). Ours changes as one looks around, and they would break: so it meets no <base>.
 * @param {() => void} draw
 */
function withoutBase(draw) {
  const base = document.querySelector("base[href]");
  const href = base && base.getAttribute("href");
  if (base) base.removeAttribute("href");
  try {
    draw();
  } finally {
    if (base && href) base.setAttribute("href", href);
  }
}

/** Every how manieth of `count` words can be written along `room` px without touching the next.
 * @param {number} count
 * @param {number} room
 */
export const everyNth = (count, room) => Math.max(1, Math.ceil((16 * count) / Math.max(60, room)));

/**
 * Which of `count` words are named along `room` px; the chosen one always is.
 * @param {number} count
 * @param {number} room
 * @param {number} [chosen]
 */
export function spread(count, room, chosen = -1) {
  const every = everyNth(count, room);
  const clear = (/** @type {number} */ i) => i % every === 0 && (chosen < 0 || Math.abs(i - chosen) >= every);
  return [...Array(count).keys()].filter((i) => i === chosen || clear(i));
}

export class Plot {
  /** @param {Viewer} viewer @param {PlotOptions} options */
  constructor(viewer, options) {
    this.viewer = viewer;
    this.options = options;
    /** @type {any} plotly adds its own methods */
    this.root = el("div", { class: "sv-plot", style: { height: `${options.height}px` } });
    this.bound = false;
    this.sign = ""; // what was drawn last: all but numbers and frames,
    this.moved = ""; // its frames,
    /** @type {any} */
    this.z = null; // and its numbers
    this.known = 0; // px, at
    this.measuredAt = -1; // this width of the view
    /** @type {Record<string, HTMLElement>} the lit column and row */
    this.bars = {};
  }

  /** Its width in px, asked of the browser once for each width of the whole view: an answer costs a layout. */
  get width() {
    if (this.measuredAt !== this.viewer.width || !this.known) {
      this.measuredAt = this.viewer.width;
      this.known = this.root.clientWidth;
    }
    return this.known;
  }

  /** @param {any[]} data @param {any} layout of plotly */
  draw(data, layout) {
    const { Plotly } = this.viewer;
    if (!Plotly || Plotly.version !== PLOTLY_VERSION) {
      this.root.textContent = t("The heatmap needs plotly.js {v}.", { v: PLOTLY_VERSION });
      return;
    }
    const whole = this.whole(layout);
    // Axes and their labels cost most: when only numbers changed, only numbers are sent.
    const [{ z, ...trace }] = data;
    const { shapes, ...rest } = whole;
    const sign = JSON.stringify([trace, rest, shapes && shapes.length]);
    const moved = JSON.stringify(shapes);
    if (this.bound && sign === this.sign) {
      if (moved !== this.moved && z !== this.z) Plotly.update(this.root, { z: [z] }, { shapes });
      else if (moved !== this.moved) Plotly.relayout(this.root, { shapes });
      else if (z !== this.z) Plotly.restyle(this.root, { z: [z] });
    } else if (this.bound) Plotly.react(this.root, data, whole);
    else {
      // A configuration given again would make plotly ask for the <base> anew, so it is given once.
      withoutBase(() => Plotly.react(this.root, data, whole, CONFIG));
      this.bind();
    }
    this.sign = sign;
    this.moved = moved;
    this.z = z;
  }

  /** The layout with what all our heatmaps share. @param {any} layout */
  whole(layout) {
    const style = getComputedStyle(this.viewer.root);
    const ink = style.getPropertyValue("--sv-muted").trim() || "#555";
    const axis = { zeroline: false, showgrid: false, linecolor: ink };
    return {
      uirevision: "kept",
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: style.getPropertyValue("--sv-sunken").trim(),
      dragmode: "zoom",
      autosize: true,
      font: { family: "system-ui, sans-serif", size: 11, color: ink },
      hovermode: "closest",
      ...layout,
      xaxis: { ...axis, ...(layout.xaxis || {}) },
      yaxis: { ...axis, ...(layout.yaxis || {}) },
    };
  }

  bind() {
    const { viewer, options } = this;
    this.bound = true;
    this.root.on("plotly_hover", (/** @type {any} */ event) => {
      const { x, y } = event.points[0];
      viewer.hover(options.hoverKey ? options.hoverKey(x, y) : null, 0);
      if (options.hoverLayer) viewer.hoverLayer(options.hoverLayer(x, y));
      viewer.tip.point(event.event, options.point(x, y));
    });
    this.root.on("plotly_unhover", () => {
      viewer.hover(null);
      viewer.hoverLayer(null);
    });
    this.root.on("plotly_click", (/** @type {any} */ event) => {
      if (options.click) options.click(event.points[0].x, event.points[0].y);
    });
  }

  /**
   * Lights one column, one row, or both (null: none), over the drawing.
   * @param {number | null} x
   * @param {number | null} y
   */
  light(x, y) {
    const layout = this.bound && this.root._fullLayout;
    if (!layout) return;
    this.lightBar("x", x, layout.xaxis, layout.yaxis);
    this.lightBar("y", y, layout.yaxis, layout.xaxis);
  }

  /** @param {"x" | "y"} name @param {number | null} at @param {any} along axis @param {any} across axis */
  lightBar(name, at, along, across) {
    const bar = this.bars[name] || (this.bars[name] = this.root.appendChild(el("div", { class: "sv-plot-light" })));
    bar.hidden = at === null || at < 0;
    if (at === null || bar.hidden) return;
    const ends = [at - 0.5, at + 0.5].map((edge) => Math.max(0, Math.min(along._length, along.l2p(edge))));
    const start = `${along._offset + Math.min(...ends)}px`;
    const size = `${Math.abs(ends[1] - ends[0])}px`;
    const [far, length] = [`${across._offset}px`, `${across._length}px`];
    const column = { left: start, width: size, top: far, height: length };
    Object.assign(bar.style, name === "x" ? column : { top: start, height: size, left: far, width: length });
  }

  free() {
    if (this.bound && this.viewer.Plotly) this.viewer.Plotly.purge(this.root);
  }
}
