// The choices every view obeys: layer, scale, transform, normalisation, colours, opacity, what is hidden or revealed.
(function (SV) {
  "use strict";

  class Controls {
    constructor(viewer) {
      this.viewer = viewer;
      this.layers = SV.el("div", { class: "sv-layers", role: "radiogroup", "aria-label": SV.t("Layer"), on: {
        click: (event) => {
          const button = event.target.closest("button");
          if (!button) return;
          const layer = this.value(button);
          viewer.set({ layer: (event.ctrlKey || event.metaKey || event.shiftKey) && typeof layer === "number" ? this.joined(layer) : layer });
        },
        pointerover: (event) => { const button = event.target.closest("button"); viewer.hoverLayer(button ? this.value(button) : null); },
        pointerleave: () => viewer.hoverLayer(null),
        keydown: (event) => this.key(event),
      } });
      this.choices = {};
      this.sizes = SV.el("span", { class: "sv-hint sv-sizes" });
      this.taps = SV.el("span", { class: "sv-hint sv-taps" });
      const row = (...choices) => SV.el("div", { class: "sv-choices" }, ...choices);
      const colours = row(
        this.select("scale", SV.t("scale"), [["layer", SV.t("locked: these layers")], ["run", SV.t("locked: every layer")], ["token", SV.t("this token only")], ["manual", SV.t("set by hand")]],
          SV.t("What a colour means the same over. Only a locked scale compares between tokens.")),
        this.select("transform", "", [["percentile", SV.t("linear to 99 %")], ["linear", SV.t("linear to the top")], ["log", SV.t("log")]],
          SV.t("99 %: the largest hundredth of the values shares the last colour; log shows three powers of ten")),
        this.select("cmap", SV.t("colours"), SV.SEQUENTIAL.map((name) => [name, name])),
        this.reset = SV.el("button", { type: "button", class: "sv-button sv-reset", text: SV.t("reset"), title: SV.t("scales, colours and what a click selects as they are at first"),
          on: { click: () => viewer.set(Object.fromEntries(SV.TASTE.map((key) => [key, SV.DEFAULTS[key]]))) } }));
      const rows = row(
        this.select("normalization", SV.t("saliency"), [["row", SV.t("row l2 (Eq. 5)")], ["raw", SV.t("raw")], ["share", SV.t("share")]],
          SV.t("raw is the only one that compares between tokens in size")),
        this.sizes,
        this.select("granularity", SV.t("select"), [["token", SV.t("token")], ["word", SV.t("word")], ["sentence", SV.t("sentence")], ["range", SV.t("range")], ["several", SV.t("several")]],
          SV.t("what a click selects; shift-click a range, ctrl-click to add; range and several need no keys")),
        this.taps,
        this.select("reduce", SV.t("as"), [["mean", SV.t("mean")], ["max", SV.t("maximum")]],
          SV.t("how the rows of several tokens (a word, a range) become one map: their mean, or the largest of them for each key")),
        this.range(),
        SV.el("span", { class: "sv-choice-group" }, this.check("hide_sinks", SV.t("hide sinks"), SV.t("leave out template tokens and attention sinks; what is left out is always stated")),
          this.check("reveal_truth", SV.t("reveal truth"), SV.t("underline words marked right or hallucinated"))));
      this.root = SV.el("section", { class: "sv-controls", "aria-label": SV.t("View") },
        SV.el("div", { class: "sv-layer-row" }, SV.el("span", { class: "sv-label", text: SV.t("layer"), "aria-hidden": "true" }), this.layers), colours, rows);
    }

    select(name, label, options, title) {
      const select = SV.el("select", { class: "sv-select", on: { change: () => this.viewer.set({ [name]: select.value }) } },
        ...options.map(([value, text]) => SV.el("option", { value, text })));
      this.choices[name] = select;
      if (!label) select.setAttribute("aria-label", SV.t(name));
      return SV.el("label", { class: "sv-choice", title }, label && SV.el("span", { text: label }), select);
    }

    check(name, label, title) {
      const box = SV.el("input", { type: "checkbox", on: { change: () => this.viewer.set({ [name]: box.checked }) } });
      this.choices[name] = box;
      return SV.el("label", { class: "sv-choice sv-check", title }, box, SV.el("span", { text: label }));
    }

    range() {
      const input = SV.el("input", { type: "range", min: 0, max: 100, step: 1, on: {
        input: () => this.viewer.set({ opacity: Number(input.value) / 100 }),
      } });
      this.choices.opacity = input;
      return SV.el("label", { class: "sv-choice", title: SV.t("small values are drawn more transparent; at 100 % every patch hides the picture") },
        SV.el("span", { text: SV.t("opacity") }), input);
    }

    value(button) {
      const text = button.dataset.layer;
      return text === "target" || text === "all" ? text : Number(text);
    }

    key(event) {
      const buttons = [...this.layers.children].filter((node) => node.tagName === "BUTTON");
      const at = buttons.findIndex((button) => button.getAttribute("aria-checked") === "true");
      const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const button = buttons[(to + buttons.length) % buttons.length];
      this.viewer.set({ layer: this.value(button) });
      button.focus();
    }

    // The chosen layers with one more, or one less.
    joined(layer) {
      const { run, state } = this.viewer, chosen = new Set(run ? run.layerList(state.layer) : []);
      if (typeof state.layer === "string") chosen.clear(); // begun from a name of many: it alone
      if (!chosen.delete(layer) || !chosen.size) chosen.add(layer);
      return [...chosen];
    }

    hoverLayer(layer) { for (const button of this.layers.children) button.classList.toggle("sv-lit", this.value(button) === layer); }

    draw() {
      const { viewer } = this, { state, run } = viewer;
      this.reset.classList.toggle("sv-idle", SV.TASTE.every((key) => state[key] === SV.DEFAULTS[key]));
      for (const [name, input] of Object.entries(this.choices)) {
        if (input.type === "checkbox") input.checked = Boolean(state[name]);
        else if (name === "reduce") Object.assign(input, { value: state.reduce, disabled: state.granularity === "token" && !state.also.length });
        else if (name === "opacity") input.value = Math.round(100 * state.opacity);
        else input.value = state[name];
      }
      this.sizes.textContent = SV.t(state.normalization === "raw" ? "sizes compare between tokens" : "only raw compares between tokens");
      this.taps.textContent = { range: SV.t("tap the first, then the last token"), several: SV.t("tap tokens to add or take away") }[state.granularity] || "";
      this.choices.reveal_truth.closest("label").hidden = !viewer.runs.some((one) => one && Object.keys(one.marks).length);
      const count = run ? run.layers : 6;
      if (this.count !== count) {
        this.count = count;
        const names = [...Array(count).keys(), "target", "all"];
        SV.fill(this.layers, ...names.map((name) => SV.el("button", {
          type: "button", role: "radio", class: "sv-layer" + (typeof name === "number" ? "" : " sv-layer-word"), "data-layer": name,
          text: name === "target" ? SV.t("mean of target") : name === "all" ? SV.t("all") : String(name),
        })));
      }
      const weights = run && run.steps.length ? this.weights() : [];
      const top = Math.max(1e-30, ...weights);
      for (const button of this.layers.children) {
        const layer = this.value(button), on = layer === state.layer || (Array.isArray(state.layer) && state.layer.includes(layer)), weight = weights[layer];
        button.setAttribute("aria-checked", on);
        button.tabIndex = on && layer === (Array.isArray(state.layer) ? state.layer[0] : layer) ? 0 : -1;
        button.disabled = !run;
        if (typeof layer !== "number") {
          button.title = run ? run.layerWords(layer) : "";
          continue;
        }
        button.classList.toggle("sv-target", Boolean(run && run.target.includes(layer)));
        const tint = weight === undefined ? null : SV.tint(state.cmap, weight / top, viewer.theme);
        button.style.setProperty("--ground", tint ? tint.background : "transparent");
        button.style.setProperty("--ink", tint ? tint.ink : "var(--sv-ink)");
        button.title = weight === undefined ? "" : SV.t("layer {n}: {v} of its saliency on the image", { n: layer, v: SV.percent(weight) }) + " · " + SV.t("ctrl-click: the mean of several") +
          (run.target.includes(layer) ? " · " + SV.t("target layer") : "");
      }
    }

    // Share of each layer's saliency that lies on the image.
    weights() {
      const { run } = this.viewer, steps = this.viewer.stepsOf(0);
      if (!steps.every((step) => run.has(step))) return [];
      return Array.from({ length: run.layers }, (_, layer) => (run.shares(this.viewer.values(run, "saliency", steps, layer)) || { image: 0 }).image);
    }
  }
  SV.Controls = Controls;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
