// Every head of one layer, on the image: not in the trace, so the server is asked for this step; kept once it came.
(function (SV) {
  "use strict";

  class Heads {
    constructor(viewer) {
      this.viewer = viewer;
      this.known = new Map();
      this.ask = SV.el("button", { type: "button", class: "sv-button", text: SV.t("compute the heads of this step"), on: { click: () => this.request() } });
      this.state = SV.el("span", { class: "sv-hint", role: "status" });
      this.sides = ["attention", "saliency"].map((kind) => {
        const canvas = SV.el("canvas", { class: "sv-grid-canvas", role: "img", "aria-label": SV.t("every head, {k}", { k: SV.t(kind) }) });
        const head = SV.el("div", { class: "sv-panel-head" });
        return { kind, canvas, head, root: SV.el("div", { class: "sv-panel" }, head, canvas) };
      });
      this.pair = SV.el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
      this.root = SV.el("div", {}, SV.el("div", { class: "sv-section-head" }, this.ask, this.state), this.pair);
    }

    name() { const { viewer } = this; return `${viewer.run.id}/${viewer.tokenOf(0)}`; }

    request() {
      const { viewer } = this, name = this.name();
      if (!viewer.can("heads") || this.known.has(name)) return;
      this.state.textContent = SV.t("computing…");
      const answer = viewer.act("heads", { step: viewer.tokenOf(0) });
      if (answer && answer.then) answer.then((heads) => { if (heads) viewer.setHeads({ run: viewer.run && viewer.run.id, step: Number(name.split("/").pop()), ...heads }); },
        () => { this.state.textContent = SV.t("The server could not compute them."); });
    }

    // {run, step, shape: [layers, heads, keys], attention, saliency: base64 float16}
    set(heads) {
      this.known.set(`${heads.run}/${heads.step}`, { shape: heads.shape, attention: SV.halves(heads.attention), saliency: SV.halves(heads.saliency) });
    }

    draw() {
      const { viewer } = this, { run, state } = viewer, sheet = run && run.sheets[0];
      const able = viewer.can("heads"), held = run && run.steps.length ? this.known.get(this.name()) : null;
      this.ask.hidden = !able || Boolean(held);
      this.pair.hidden = !held || !sheet;
      this.state.textContent = held ? `${run.quoted(run.first + viewer.tokenOf(0))} · ${run.layerWords(state.layer)}`
        : able ? SV.t("Single heads are not part of a trace: they are computed for one step when asked for.")
          : SV.t("Single heads are not part of a trace and there is no model here to compute them: open the trace in the app with its model.");
      if (this.pair.hidden) return;
      const [layers, heads, keys] = held.shape, chosen = run.layerList(state.layer).filter((layer) => layer < layers);
      for (const side of this.sides) {
        const rows = Array.from({ length: heads }, (_, head) => {
          const out = new Float32Array(run.keys);
          for (const layer of chosen) for (let key = 0; key < Math.min(keys, run.keys); key++) out[key] += SV.half[held[side.kind][(layer * heads + head) * keys + key]] / chosen.length;
          return out;
        });
        let largest = 0;
        for (const row of rows) for (const key of run.imageKeys) largest = Math.max(largest, row[key]);
        const scale = new SV.Scale(largest, "linear", { largest }), ratio = window.devicePixelRatio || 1, { canvas } = side;
        SV.fill(side.head, SV.el("h3", { text: SV.t(side.kind) }), SV.el("span", { class: "sv-unit", text: SV.t("one scale for all heads of this token") }),
          SV.colorBar(scale, { name: state.cmap, opacity: state.opacity, theme: viewer.theme, label: SV.t(side.kind) }));
        const picture = run.pictures[sheet.picture], width = canvas.clientWidth, columns = Math.min(heads, Math.max(3, Math.round(width / 130)));
        const height = Math.min(720, Math.ceil((Math.ceil(heads / columns) * width * picture.height) / columns / picture.width));
        canvas.style.height = `${height}px`;
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        const source = { scale, map: state.cmap, layer: (head) => rows[head] };
        SV.drawGrid(canvas.getContext("2d"), canvas.width, canvas.height, ratio, { viewer, panel: { source: () => source }, run, sheet, image: viewer.image(run, sheet.picture), count: heads });
      }
    }
  }
  SV.Heads = Heads;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
