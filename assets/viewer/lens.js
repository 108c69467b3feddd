// The logit lens of a step: what each layer would say, and how probable the written token is there. The last layer on top.
(function (SV) {
  "use strict";

  const ROW = 30, WIDE = 160;

  class Lens {
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new SV.Asked(viewer, {
        kind: "lens", label: "compute the lens of this step", most: 64,
        about: "What the model would say if it ended after each of its layers: final norm and output head on that layer's state.",
        read: ({ layers }) => ({ layers }),
      });
      this.about = SV.el("span", { class: "sv-unit" });
      this.bar = SV.el("span", { class: "sv-bar-box" });
      this.save = SV.el("button", { type: "button", class: "sv-button", text: SV.t("save CSV"), on: { click: () => SV.save(`lens-${viewer.tokenOf(0)}.csv`, SV.csv(this.table()), "text/csv") } });
      this.head = SV.el("thead");
      this.rows = SV.el("tbody");
      this.asked.home = SV.el("div", { class: "sv-section-head" }, this.about, this.bar, this.save);
      this.body = SV.el("div", { "data-picture": "logit-lens", "data-about": "own" }, this.asked.home,
        SV.el("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": SV.t("Logit lens") }, SV.el("table", { class: "sv-table sv-lens" }, this.head, this.rows)),
        SV.el("p", { class: "sv-hint sv-lens-note", text: SV.t("Early layers were not trained to be read this way: what they seem to say may mean little. Probabilities at temperature 1.") }));
      this.root = SV.el("div", {}, this.asked.root, this.body);
    }

    draw() {
      const { viewer } = this, { run, state } = viewer, held = this.asked.draw();
      this.body.hidden = !held;
      if (!held) return;
      const step = run.steps[viewer.tokenOf(0)], word = run.quoted(run.first + step.index), { layers } = held, chosen = run.layerList(state.layer);
      this.about.textContent = SV.t("{w}, token {i}: the most probable tokens of each layer, the last layer on top", { w: word, i: step.index });
      const scale = new SV.Scale(1, "linear", { largest: 1 });
      SV.fill(this.bar, SV.colorBar(scale, { name: state.cmap, theme: viewer.theme, label: SV.t("probability") }));
      const most = Math.max(...layers.map((layer) => layer.rank)), decades = Math.max(1, Math.ceil(Math.log10(Math.max(2, most))));
      const columns = [
        { title: SV.t("p of {w}", { w: word }), at: (layer) => layer.probability, ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]], name: "probability" },
        { title: SV.t("rank of {w}", { w: word }), at: (layer) => 1 - Math.log10(layer.rank) / decades, ticks: [[0, SV.number(10 ** decades)], [1, "1"]], name: "rank" },
      ];
      const title = (column) => SV.el("th", { scope: "col", class: "sv-lens-chart", text: column.title });
      SV.fill(this.head, SV.el("tr", {}, SV.el("th", { scope: "col", text: SV.t("layer") }), title(columns[0]),
        ...layers[0].top.map((_, place) => SV.el("th", { scope: "col", text: `${place + 1}.` })), title(columns[1])));
      const chart = (place, column) => !place && SV.el("td", { class: "sv-lens-chart", rowspan: layers.length }, this.chart(column, layers));
      const cell = (layer, [id, text, p]) => {
        const tint = SV.tint(state.cmap, scale.at(p), viewer.theme), shown = SV.visible(text).replace(/^ (?=.)/, "");
        return SV.el("td", { class: "sv-lens-cell" + (id === step.token_id ? " sv-written" : ""), "data-token": id, "data-value": p, style: { "--ground": tint.background, "--ink": tint.ink },
          on: { pointermove: (event) => viewer.tip.point(event, [SV.quoted(text), [SV.t("layer"), String(layer)], ["p", SV.number(p, 5)], ["id", String(id)]]), pointerleave: () => viewer.tip.hide() } },
        SV.el("span", { class: "sv-lens-word", text: shown }), SV.el("span", { class: "sv-lens-p", text: SV.number(p, 2) }));
      };
      SV.fill(this.rows, ...[...layers.keys()].reverse().map((layer, place) => SV.el("tr", { "data-layer": layer, class: chosen.includes(layer) ? "sv-chosen" : "", on: { pointerenter: () => viewer.hoverLayer(layer), pointerleave: () => viewer.hoverLayer(null) } },
        SV.el("th", { scope: "row" }, SV.el("button", { type: "button", class: "sv-lens-layer", text: String(layer), title: SV.t("layer {n}: click to choose", { n: layer }), on: { click: () => viewer.set({ layer }) } })),
        chart(place, columns[0]), ...layers[layer].top.map((token) => cell(layer, token)), chart(place, columns[1]))));
    }

    hoverLayer(layer) { for (const line of this.rows.children) line.classList.toggle("sv-lit", Number(line.dataset.layer) === layer); }

    // A curve up the table: one dot beside each layer's row.
    chart({ title, at, ticks, name }, layers) {
      const { viewer } = this, height = ROW * layers.length, x = (place) => 10 + place * (WIDE - 24), y = (layer) => height - ROW * (layer + 0.5);
      const parts = ticks.flatMap(([place, text]) => [SV.svg("line", { x1: x(place), x2: x(place), y1: 0, y2: height, class: "sv-axis" }),
        SV.svg("text", { x: x(place), y: height + 11, class: "sv-tick", "text-anchor": place === 0 ? "start" : place === 1 ? "end" : "middle", text })]);
      parts.push(SV.svg("path", { class: "sv-score", d: layers.map((layer, i) => `${i ? "L" : "M"}${x(at(layer)).toFixed(1)} ${y(i)}`).join("") }));
      layers.forEach((layer, i) => parts.push(SV.svg("circle", { cx: x(at(layer)), cy: y(i), r: 4, class: "sv-dot", "data-layer": i, "data-value": layer[name], fill: SV.css(SV.rgb(viewer.state.cmap, layer.probability)) })));
      const nearest = (event) => Math.max(0, Math.min(layers.length - 1, Math.floor((height - (event.clientY - event.currentTarget.getBoundingClientRect().top)) / ROW)));
      return SV.svg("svg", { width: WIDE, height, role: "img", "aria-label": title, "data-curve": name, on: {
        pointermove: (event) => {
          const layer = nearest(event);
          viewer.tip.point(event, [SV.t("layer {n}", { n: layer }), ["p", SV.number(layers[layer].probability, 5)], [SV.t("rank"), String(layers[layer].rank)]]);
        },
        pointerleave: () => viewer.tip.hide(),
        click: (event) => viewer.set({ layer: nearest(event) }),
      } }, ...parts);
    }

    table() {
      const { viewer } = this, { run } = viewer, step = run.steps[viewer.tokenOf(0)], { layers } = this.asked.held;
      const rows = layers.flatMap((layer, index) => layer.top.map(([id, text, p], place) => [index, layer.probability, layer.rank, place + 1, id, text, p]));
      return [["# model", run.payload.model.name], ["# step", step.index], ["# token", step.text], ["layer", "written_probability", "written_rank", "place", "token_id", "token", "probability"], ...rows];
    }
  }
  SV.Lens = Lens;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
