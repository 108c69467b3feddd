// The conversation around a caption: what was said before, and a field to ask on from the answer on the screen.
(function (SV) {
  "use strict";

  class Turns {
    constructor(viewer) {
      this.viewer = viewer;
      this.root = SV.el("div", { class: "sv-turns", hidden: true });
      this.field = SV.el("input", { type: "text", class: "sv-text", maxlength: 2000, placeholder: SV.t("a follow-up question about what is shown…"), "aria-label": SV.t("Ask a follow-up") });
      this.ask = SV.el("form", { class: "sv-ask", hidden: true, on: { submit: (event) => { event.preventDefault(); this.send(); } } },
        this.field, SV.el("button", { type: "submit", class: "sv-button", text: SV.t("Ask") }));
      this.opener = SV.el("button", { type: "button", class: "sv-button sv-ask-open", text: SV.t("Ask a follow-up"), on: { click: () => this.open(this.ask.hidden) } });
    }

    open(shown) {
      this.ask.hidden = !shown;
      this.opener.setAttribute("aria-expanded", shown);
      if (shown) this.field.focus();
    }

    send() {
      const { viewer } = this, question = this.field.value.trim();
      if (!question || viewer.run.payload.ended === "running") return this.field.focus();
      this.field.value = "";
      return viewer.act("ask", { prompt: question });
    }

    line(who, text) {
      return SV.el("div", { class: "sv-turn" }, SV.el("span", { class: "sv-turn-who", text: SV.t(who) }), SV.el("span", { class: "sv-turn-text", text }));
    }

    draw() {
      const { viewer } = this, { run } = viewer;
      this.opener.hidden = !run || !run.steps.length || !viewer.can("ask");
      if (this.opener.hidden) this.open(false);
      if (run === this.drawn) return;
      this.drawn = run;
      const { system, history = [], prompt } = run ? run.payload : {};
      this.root.hidden = !run || !(system || history.length);
      if (this.root.hidden) return SV.fill(this.root);
      return SV.fill(this.root, system && this.line("system", system), ...history.map(([who, text]) => this.line(who === "user" ? "asked" : "answered", text)),
        this.line("asked now", prompt));
    }
  }
  SV.Turns = Turns;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
