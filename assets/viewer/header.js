// The line over the strip: whose caption it is, its legend, the pins and what may be asked of them. Methods of Viewer.
(function (SV) {
  "use strict";

  SV.Header = {
    // "What if the attention to the pins were multiplied": only the server can answer.
    whatIf() {
      const factor = this.factor === undefined ? 0 : this.factor, shown = SV.el("b", { text: `×${factor}` });
      const input = SV.el("input", { type: "range", min: 0, max: 2, step: 0.1, value: factor, "aria-label": SV.t("factor"), on: { input: () => {
        this.factor = Number(input.value);
        shown.textContent = `×${this.factor}`;
      } } });
      const { state } = this;
      return SV.el("span", { class: "sv-what-if" }, SV.el("span", { text: SV.t("what if attention to them were") }), input, shown,
        SV.el("button", { type: "button", class: "sv-button", text: SV.t("regenerate from here"),
          on: { click: () => this.act("what_if", { step: this.tokenOf(0), keys: [...state.pins], factor: this.factor === undefined ? 0 : this.factor }) } }));
    },

    // What the lines under the strip's words say, of those that are drawn: [class, text].
    signNames() {
      const { run, state } = this, judged = new Set(state.reveal_truth ? this.runs.flatMap((one) => (one ? Object.values(one.marks).map((mark) => mark.judgement) : [])) : []);
      const differs = this.comparing && !this.holding && (this.changed(0).size || this.changed(1).size);
      return [judged.has("right") && ["right", SV.t("right")], judged.has("hallucinated") && ["hallucinated", SV.t("hallucinated")],
        differs && ["changed", SV.t("differs between the two")], this.runs.some((one) => one && one.steps.some((step) => step.rejected)) && ["rejected", SV.t("✗n: candidates rejected, ⚑: fallback")]].filter(Boolean);
    },

    header() {
      const { run, state } = this;
      this.root.classList.toggle("sv-no-run", !run);
      this.root.classList.toggle("sv-example", Boolean(run && run.example));
      if (!run) {
        SV.fill(this.about, SV.el("span", { class: "sv-hint", text: SV.t("The caption appears here, a button per token. Choose an example or run the model.") }));
        SV.fill(this.legend);
        this.notice.hidden = true;
        return;
      }
      const { model, settings } = run.payload;
      const words = [model.name, settings.sgrs && "SGRS", settings.locore && "LocoRE"].filter(Boolean).join(" + ");
      SV.fill(this.about, run.example && SV.el("span", { class: "sv-tag", text: SV.t("example") }), SV.el("span", { class: "sv-hint", text: words + " · " + SV.t(run.steps.length === 1 ? "1 token" : "{n} tokens", { n: run.steps.length }) }));
      const signs = this.signNames(), drawn = signs.map(([name]) => name).join();
      if (drawn !== this.signsDrawn) SV.fill(this.signs, ...signs.map(([name, text]) => SV.el("span", { class: "sv-sign" }, SV.el("i", { "data-sign": name, text: "abc", "aria-hidden": "true" }), document.createTextNode(text))));
      this.signsDrawn = drawn;
      this.signs.hidden = !signs.length;
      const shown = this.stripValues(0);
      const legend = [state.pins.length, shown.name, shown.scale.high, shown.scale.largest, state.cmap, this.theme].join("|");
      if (legend !== this.legendDrawn || !this.legend.firstChild) SV.fill(this.legend, SV.el("span", { class: "sv-unit", text: state.pins.length ? shown.name : SV.t("score S, Eq. 6") }),
        SV.colorBar(shown.scale, { name: state.cmap, theme: this.theme, label: shown.name }));
      this.legendDrawn = legend;
      this.notice.hidden = !state.pins.length;
      const pinned = state.pins.join() + state.pin_kind + state.layer + this.tokenOf(0) + run.id;
      if (state.pins.length && pinned !== this.pinned) {
        this.pinned = pinned;
        const patches = state.pins.filter((key) => run.patchOf.has(key)).length, words2 = state.pins.length - patches;
        const what = [patches && SV.t("{n} patches", { n: patches }), words2 && SV.t("{n} words", { n: words2 })].filter(Boolean).join(" + ");
        const most = shown.values.map((value, step) => [value, step]).filter(([value]) => value > 0).sort(([a], [b]) => b - a).slice(0, 3)
          .map(([value, step]) => `${run.quoted(run.first + step)} ${SV.number(value, 2)}`).join(", ");
        SV.fill(this.notice, SV.el("span", { text: SV.t("Reverse look-up: colours show how much {k} each output drew from {w}, {l}.", { k: SV.t(state.pin_kind), w: what, l: run.layerWords(state.layer) }) }),
          most && SV.el("b", { text: SV.t("most: {list}", { list: most }) }),
          this.can("what_if") && this.whatIf(),
          SV.el("button", { type: "button", class: "sv-button", text: SV.t("unpin (Esc)"), on: { click: () => this.set({ pins: [] }) } }));
      }
    },
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
