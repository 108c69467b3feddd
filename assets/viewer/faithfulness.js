// Insertion and deletion curves of a step: does the map point at what the model needs? With areas, chance, and the picture.
(function (SV) {
  "use strict";

  const SIDES = [["deletion", "Deletion", "places removed, highest first: a faithful map falls early"], ["insertion", "Insertion", "places shown, highest first: a faithful map rises early"]];
  const RANKINGS = [["saliency", "#0072b2", ""], ["attention", "#d55e00", "6 4"], ["random", "#8c8c8c", "2 3"]];
  const HEIGHT = 230, LEFT = 40, RIGHT = 10, TOP = 8, BOTTOM = 34;

  class Faithfulness {
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new SV.Asked(viewer, {
        kind: "faithfulness", label: "measure insertion and deletion", lasting: true, most: 64,
        detail: () => ({ layer: viewer.state.layer, fill: viewer.state.fill }),
        about: "The picture's places are removed or shown in order of saliency, of attention and at random, and the model is asked each time how probable the written token still is.",
        read: (answer) => answer,
      });
      this.fill = SV.el("select", { class: "sv-select", on: { change: () => viewer.set({ fill: this.fill.value }) } },
        ...[["mean", "the picture's mean colour"], ["blur", "a blur of the picture"]].map(([value, text]) => SV.el("option", { value, text: SV.t(text) })));
      this.about = SV.el("span", { class: "sv-unit" });
      this.save = SV.el("button", { type: "button", class: "sv-button", text: SV.t("save CSV"), on: { click: () => SV.save(`faithfulness-${viewer.tokenOf(0)}.csv`, SV.csv(this.table()), "text/csv") } });
      this.legend = SV.el("div", { class: "sv-share-legend sv-faith-legend" }, ...RANKINGS.map(([name, color, dash]) => SV.el("span", { class: "sv-share" },
        SV.svg("svg", { width: 26, height: 10, "aria-hidden": "true" }, SV.svg("line", { x1: 1, x2: 25, y1: 5, y2: 5, stroke: color, "stroke-width": 2.4, "stroke-dasharray": dash })),
        document.createTextNode(" " + SV.t(name === "random" ? "random: mean and range of draws" : name)))));
      this.sides = SIDES.map(([name, title, hint]) => {
        const side = { name, chart: SV.el("div", { class: "sv-chart" }), areas: SV.el("tbody") };
        side.root = SV.el("section", { class: "sv-panel", "data-side": name, "data-picture": `faithfulness-${name}`, "data-about": "own" }, SV.el("div", { class: "sv-panel-head" }, SV.el("h3", { text: SV.t(title) }), SV.el("span", { class: "sv-unit", text: SV.t(hint) })), side.chart,
          SV.el("table", { class: "sv-table sv-areas" }, SV.el("thead", {}, SV.el("tr", {}, ...["ranked by", "area under the curve"].map((text) => SV.el("th", { scope: "col", text: SV.t(text) })))), side.areas));
        return side;
      });
      this.canvas = SV.el("canvas", { class: "sv-faith-picture", role: "img" });
      this.seen = SV.el("p", { class: "sv-hint" });
      this.body = SV.el("div", {}, this.legend, SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root)),
        SV.el("div", { class: "sv-faith-foot" }, SV.el("figure", {}, this.canvas, this.seen), SV.el("div", { class: "sv-caveat" },
          ...["A picture with holes is one the model never saw in training: the curves say how it answers to such pictures, not what it would need in a whole one.",
            "One token, one picture. A ranking says something only where its curve leaves the range of the random ones.",
            "Saliency and attention are the row of the chosen layers; the words written before stay as they are, and may give the token away without any picture."].map((text) => SV.el("p", { class: "sv-hint", text: SV.t(text) })))));
      this.root = SV.el("div", {}, SV.el("div", { class: "sv-section-head" }, SV.el("label", { class: "sv-choice" }, SV.el("span", { text: SV.t("removed places become") }), this.fill), this.about, this.save), this.asked.root, this.body);
    }

    draw() {
      const { viewer } = this, { run, state } = viewer;
      this.fill.value = state.fill;
      const held = this.asked.draw();
      this.fill.disabled = Boolean(this.asked.reason());
      this.body.hidden = this.about.hidden = this.save.hidden = !held;
      if (!held) return;
      const word = run.quoted(run.first + viewer.tokenOf(0)), draws = held.sides.deletion.random.length;
      this.about.textContent = SV.t("probability of {w} · {l} · {n} places · {d} random draws, seed {s}", { w: word, l: run.layerWords(state.layer), n: held.places, d: draws, s: held.seed });
      for (const side of this.sides) {
        this.curves(side, held, word);
        SV.fill(side.areas, ...RANKINGS.map(([name]) => {
          const areas = held.areas[side.name][name], mean = areas.reduce((a, b) => a + b, 0) / areas.length;
          const range = areas.length > 1 ? ` (${SV.number(Math.min(...areas))} – ${SV.number(Math.max(...areas))})` : "";
          return SV.el("tr", { "data-ranking": name }, SV.el("td", { text: SV.t(name) }), SV.el("td", { class: "sv-num", "data-value": mean, text: SV.number(mean) + range }));
        }));
      }
      if (!this.looking || this.looking.held !== held) this.looking = { held, side: "deletion", ranking: "saliency", at: held.fractions.findIndex((one) => one >= 0.2) };
      this.picture();
    }

    curves(side, held, word) {
      const width = side.chart.clientWidth || 420, x = (fraction) => LEFT + fraction * (width - LEFT - RIGHT), y = (p) => TOP + (1 - p) * (HEIGHT - TOP - BOTTOM);
      const path = (values, name) => values.map((value, i) => `${i ? "L" : "M"}${x(held.fractions[i]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
      const parts = [0, 0.5, 1].flatMap((value) => [SV.svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: "sv-axis" }), SV.svg("text", { x: LEFT - 6, y: y(value) + 4, class: "sv-tick", "text-anchor": "end", text: String(value) })]);
      for (const value of [0, 0.25, 0.5, 0.75, 1]) parts.push(SV.svg("text", { x: x(value), y: HEIGHT - BOTTOM + 14, class: "sv-tick", "text-anchor": value === 1 ? "end" : "middle", text: `${100 * value} %` }));
      parts.push(SV.svg("text", { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 4, class: "sv-tick", "text-anchor": "middle", text: SV.t(side.name === "deletion" ? "of the picture removed" : "of the picture shown") }));
      const draws = held.sides[side.name].random, ends = (pick) => held.fractions.map((_, i) => pick(...draws.map((draw) => draw[i])));
      const upper = ends(Math.max), lower = ends(Math.min), mean = held.fractions.map((_, i) => draws.reduce((sum, draw) => sum + draw[i], 0) / draws.length);
      parts.push(SV.svg("path", { class: "sv-band", d: path(upper) + [...lower.keys()].reverse().map((i) => `L${x(held.fractions[i]).toFixed(1)} ${y(lower[i]).toFixed(1)}`).join("") + "Z" }));
      const lines = { saliency: held.sides[side.name].saliency[0], attention: held.sides[side.name].attention[0], random: mean };
      for (const [name, color, dash] of [...RANKINGS].reverse()) {
        parts.push(SV.svg("path", { class: "sv-curve-line", d: path(lines[name]), stroke: color, "stroke-dasharray": dash, "data-ranking": name }));
        lines[name].forEach((p, i) => parts.push(SV.svg("circle", { cx: x(held.fractions[i]), cy: y(p), r: 2.6, fill: color, "data-ranking": name, "data-fraction": held.fractions[i], "data-value": p })));
      }
      const nearest = (event) => {
        const box = event.currentTarget.getBoundingClientRect(), fraction = (event.clientX - box.left - LEFT) / (width - LEFT - RIGHT), p = 1 - (event.clientY - box.top - TOP) / (HEIGHT - TOP - BOTTOM);
        const at = held.fractions.reduce((best, one, i) => (Math.abs(one - fraction) < Math.abs(held.fractions[best] - fraction) ? i : best), 0);
        return { at, ranking: Object.keys(lines).reduce((best, name) => (Math.abs(lines[name][at] - p) < Math.abs(lines[best][at] - p) ? name : best)) };
      };
      SV.fill(side.chart, SV.svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img",
        "aria-label": SV.t("probability of {w}, {k}", { w: word, k: SV.t(side.name) }), on: {
          pointerleave: () => this.viewer.tip.hide(),
          pointermove: (event) => {
            const { at, ranking } = nearest(event);
            this.looking = { held, side: side.name, ranking, at };
            this.picture();
            this.viewer.tip.point(event, [SV.t(side.name === "deletion" ? "{p} removed" : "{p} shown", { p: SV.percent(held.fractions[at]) }), ...RANKINGS.map(([name]) => [SV.t(name), SV.number(lines[name][at], 4)])]);
          },
        } }, ...parts));
    }

    // The picture on the screen as it was at the point looked at; random: the first draw.
    picture() {
      const { viewer, canvas } = this, { run } = viewer, { held, side, ranking, at } = this.looking, count = Math.round(held.fractions[at] * held.places);
      const first = run.sheetsOf(viewer.groupOf(0))[0], picture = run.pictures[first ? first.picture : 0], image = viewer.image(run, first ? first.picture : 0);
      if (!image.complete || !image.naturalWidth) return;
      const ratio = window.devicePixelRatio || 1, w = (canvas.width = Math.round(240 * ratio)), h = (canvas.height = Math.round((240 * ratio * picture.height) / picture.width)), pen = canvas.getContext("2d");
      pen.drawImage(image, 0, 0, w, h);
      const taken = new Set(held.orders[ranking].slice(0, count)), ground = held.fill === "blur" ? null : SV.once(held, "mean", () => meanColor(image));
      const gone = held.orders[ranking].filter((token) => taken.has(token) === (side === "deletion") && run.boxImages[token] === (first ? first.picture : 0));
      const box = (token) => { const [l, t, r, b] = run.boxes[token]; return [Math.round(l * w), Math.round(t * h), Math.round(r * w) - Math.round(l * w), Math.round(b * h) - Math.round(t * h)]; };
      pen.save();
      pen.beginPath();
      for (const token of gone) pen.rect(...box(token));
      pen.clip();
      if (ground) { pen.fillStyle = ground; pen.fillRect(0, 0, w, h); } else { pen.filter = `blur(${0.1 * Math.max(w, h)}px)`; pen.drawImage(image, 0, 0, w, h); }
      pen.restore();
      canvas.dataset.gone = gone.length;
      this.seen.textContent = SV.t("{k}, ranked by {r}: {p} of the places", { k: SV.t(side), r: SV.t(ranking), p: SV.percent(held.fractions[at]) });
      canvas.setAttribute("aria-label", this.seen.textContent);
    }

    table() {
      const { viewer } = this, { run, state } = viewer, { held } = this.asked, step = run.steps[viewer.tokenOf(0)];
      const rows = [], areas = [];
      for (const [side] of SIDES) for (const [name] of RANKINGS) held.sides[side][name].forEach((curve, draw) => {
        areas.push([`# area ${side} ${name} ${draw}`, held.areas[side][name][draw]]);
        curve.forEach((p, i) => rows.push([side, name, draw, held.fractions[i], p]));
      });
      return [["# model", run.payload.model.name], ["# step", step.index], ["# token", step.text], ["# layers", run.layerWords(state.layer)], ["# removed places become", held.fill], ["# seed", held.seed], ["# places", held.places], ...areas,
        ["side", "ranking", "draw", "fraction", "probability"], ...rows];
    }
  }

  function meanColor(image) {
    const canvas = SV.el("canvas", { width: 96, height: 96 }), pen = canvas.getContext("2d", { willReadFrequently: true }), sums = [0, 0, 0];
    pen.drawImage(image, 0, 0, 96, 96);
    const { data } = pen.getImageData(0, 0, 96, 96);
    for (let i = 0; i < data.length; i += 4) for (let k = 0; k < 3; k++) sums[k] += data[i + k];
    return SV.css(sums.map((sum) => Math.round((4 * sum) / data.length)));
  }
  SV.Faithfulness = Faithfulness;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
