// The two numbers of a scale set by hand, at a panel's colour bar; both panels of a kind show and change the same ones.
(function (SV) {
  "use strict";

  class Range {
    constructor(viewer, kind) {
      this.viewer = viewer;
      this.kind = kind;
      const field = (name) => SV.el("input", { type: "number", class: "sv-range-end", min: 0, step: "any", "aria-label": SV.t(`${name} end of the ${kind} scale`), on: { change: () => this.change() } });
      this.fields = ["lower", "upper"].map(field);
      this.fit = SV.el("button", { type: "button", class: "sv-button sv-small", text: SV.t("fit"), title: SV.t("back to where the locked scale ends"), on: { click: () => viewer.set({ [this.name]: null }) } });
      this.root = SV.el("span", { class: "sv-range", hidden: true }, this.fields[0], SV.el("span", { text: "–", "aria-hidden": "true" }), this.fields[1], this.fit);
    }

    get name() { return `range_${this.kind}`; }

    // Numbers that make no range are marked and wait for better ones; the scale stays.
    change() {
      const given = this.fields.map((field) => (field.value === "" ? NaN : Number(field.value))), ends = SV.ends(given);
      for (const field of this.fields) field.setAttribute("aria-invalid", !ends);
      this.root.title = ends ? "" : SV.t("two numbers, from 0 up, the first below the second");
      if (ends) this.viewer.set({ [this.name]: ends });
    }

    draw() {
      const { state } = this.viewer, ends = state.scale === "manual" ? state[this.name] : null;
      this.root.hidden = !ends;
      if (!ends || this.root.contains(document.activeElement) && this.fields.some((field) => field.getAttribute("aria-invalid") === "true")) return;
      this.fields.forEach((field, i) => { if (Number(field.value) !== ends[i] || field.value === "") field.value = ends[i]; });
    }
  }
  SV.Range = Range;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
