// The logit lens of a step: what each layer would say, and how probable the written token is there. The last layer on top.

import { el, setChildren } from "../../shared/dom.js";
import { colorBar } from "../draw/color_bar.js";
import { csvButton } from "../draw/csv_button.js";
import { linearScale } from "../numbers/scale.js";
import { tokenOf } from "../state/choice.js";
import { formatNumber, quoted } from "../texts/format.js";
import { t } from "../texts/t.js";
import { OnDemand } from "../views/on_demand.js";
import { chartColumns, lensChart } from "./lens_chart.js";
import { toldCell } from "./told_cell.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {{probability: number, rank: number, top: [number, string, number][]}} Layer of the written token; top: id, text, probability */
/** @typedef {import("./lens_chart.js").Column} Column */

export class Lens {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.asked = new OnDemand(viewer, {
      kind: "lens",
      readings: 2,
      label: t("compute the lens of this step"),
      most: 64,
      about: t("What the model would say if it ended after each of its layers: final norm and output head on that layer's state."), // prettier-ignore
      read: ({ layers }) => ({ layers }),
    });
    this.about = el("span", { class: "sv-unit" });
    this.bar = el("span", { class: "sv-bar-box" });
    const save = csvButton(
      () => `lens-${tokenOf(viewer, 0)}`,
      () => this.table(),
    );
    this.head = el("thead");
    this.rows = el("tbody");
    this.asked.home = el("div", { class: "sv-section-head" }, this.about, this.bar, save);
    const scroll = { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t("Logit lens") };
    const note = t("Early layers were not trained to be read this way: what they seem to say may mean little. Probabilities at temperature 1."); // prettier-ignore
    this.body = el(
      "div",
      { "data-picture": "logit-lens", "data-about": "own" },
      this.asked.home,
      el("div", scroll, el("table", { class: "sv-table sv-lens" }, this.head, this.rows)),
      el("p", { class: "sv-hint sv-lens-note", text: note }),
    );
    this.root = el("div", {}, this.asked.root, this.body);
  }

  draw() {
    const { viewer } = this;
    const { run, state, theme } = viewer;
    const held = this.asked.draw();
    this.body.hidden = !held;
    if (!held || !run) return;
    /** @type {Layer[]} */
    const layers = held.layers;
    const step = run.steps[tokenOf(viewer, 0)];
    const word = run.quoted(run.first + step.index);
    const title = { w: word, i: step.index };
    this.about.textContent = t("{w}, token {i}: the most probable tokens of each layer, the last layer on top", title);
    setChildren(this.bar, colorBar(linearScale(1), { name: state.cmap, theme, label: t("probability") }));
    const columns = chartColumns(layers, word);
    const heading = (/** @type {string} */ text, /** @type {string | null} */ name = null) =>
      el("th", { scope: "col", class: name, text });
    const places = layers[0].top.map((_, place) => heading(`${place + 1}.`));
    const [first, last] = columns.map((column) => heading(column.title, "sv-lens-chart"));
    setChildren(this.head, el("tr", {}, heading(t("layer")), first, ...places, last));
    const down = [...layers.keys()].reverse();
    setChildren(this.rows, ...down.map((layer) => this.row(run, layers, layer, columns)));
  }

  /** @param {Run} run @param {Layer[]} layers @param {number} layer @param {Column[]} columns */
  row(run, layers, layer, columns) {
    const { viewer } = this;
    const top = layer === layers.length - 1; // its line holds the two charts, over all lines
    const charts = columns.map((column) => {
      const attributes = { class: "sv-lens-chart", rowspan: layers.length };
      return top && el("td", attributes, lensChart(viewer, column, layers));
    });
    const title = t("layer {n}: click to choose", { n: layer });
    const choose = { click: () => viewer.set({ layer }) };
    const name = el("button", { type: "button", class: "sv-lens-layer", text: String(layer), title, on: choose });
    const chosen = run.layerList(viewer.state.layer).includes(layer);
    return el(
      "tr",
      {
        "data-layer": layer,
        class: chosen ? "sv-chosen" : "",
        on: { pointerenter: () => viewer.hoverLayer(layer), pointerleave: () => viewer.hoverLayer(null) },
      },
      el("th", { scope: "row" }, name),
      charts[0],
      ...layers[layer].top.map((token) => this.cell(run, layer, token)),
      charts[1],
    );
  }

  /** @param {Run} run @param {number} layer @param {[number, string, number]} token */
  cell(run, layer, [id, text, p]) {
    const { viewer } = this;
    const written = run.steps[tokenOf(viewer, 0)].token_id;
    const lines = () => /** @type {import("../state/lines.js").Lines} */ ([quoted(text), [t("layer"), String(layer)], ["p", formatNumber(p, 5)], ["id", String(id)]]); // prettier-ignore
    return toldCell(viewer, [id, text, p], written, {
      pointermove: (/** @type {MouseEvent} */ event) => viewer.tip.point(event, lines()),
      pointerleave: () => viewer.tip.hide(),
    });
  }

  /** @param {number | "target" | "all" | null} layer */
  hoverLayer(layer) {
    for (const line of this.rows.children) {
      line.classList.toggle("sv-lit", Number(/** @type {HTMLElement} */ (line).dataset.layer) === layer);
    }
  }

  /** @returns {import("../draw/csv_button.js").Table} */
  table() {
    const run = /** @type {Run} */ (this.viewer.run);
    const step = run.steps[tokenOf(this.viewer, 0)];
    /** @type {Layer[]} */
    const layers = this.asked.held.layers;
    const rows = layers.flatMap(({ probability, rank, top }, layer) =>
      top.map(([id, text, p], place) => [layer, probability, rank, place + 1, id, text, p]),
    );
    const columns = ["layer", "written_probability", "written_rank", "place", "token_id", "token", "probability"];
    return [[columns, ...rows], { model: run.payload.model.name, step: step.index, token: step.text }];
  }
}
