// What the keys do and what the numbers mean, over the page when asked for.
(function (SV) {
  "use strict";

  const KEYS = [["← → ↑ ↓", "previous, next token; the line above, below"], ["Home End", "first, last token"], ["[ ]", "layer down, up"], ["Shift / Ctrl click", "select a range, add a token"],
    ["drag on a picture", "reverse look-up: which outputs drew on these patches"], ["click a patch or word", "pin it"], ["Esc", "unpin, select one token"], ["r  h", "mark the token right, hallucinated"], ["?", "this help"]];
  const MEANINGS = [["attention", "mean over heads of the row that predicts the token, with every edit that acted"],
    ["saliency", "|A · ∂L/∂A| summed over heads (Eq. 4), L = −log p of the token; what mattered to this prediction"],
    ["score", "S (Eq. 6): mean row-normalised saliency on the words before, over the target layers"],
    ["τ", "alpha times the mean score of the last W accepted outputs (Eq. 7); SGRS rejects candidates below it"]];

  class Help {
    constructor(viewer) {
      this.viewer = viewer;
      const list = (rows, key) => SV.el("dl", { class: "sv-help-list" }, ...rows.flatMap(([name, text]) => [SV.el("dt", {}, SV.el(key ? "kbd" : "b", { text: key ? name : SV.t(name) })), SV.el("dd", { text: SV.t(text) })]));
      this.close = SV.el("button", { type: "button", class: "sv-button", text: SV.t("close"), on: { click: () => this.toggle() } });
      this.root = SV.el("div", { class: "sv-help", role: "dialog", "aria-modal": "false", "aria-label": SV.t("Keys and meanings"), hidden: true, on: { click: (event) => { if (event.target === this.root) this.toggle(); } } },
        SV.el("div", { class: "sv-help-card" }, SV.el("div", { class: "sv-section-head" }, SV.el("h2", { text: SV.t("Keys and meanings") }), this.close), list(KEYS, true), list(MEANINGS, false),
          SV.el("p", { class: "sv-hint", text: SV.t("Attention and saliency are measured, not explanations: a large value says where the model's computation went, not why it is right.") })));
    }

    get open() { return !this.root.hidden; }

    toggle() {
      this.root.hidden = !this.root.hidden;
      if (this.open) {
        this.before = document.activeElement;
        this.close.focus();
      } else if (this.before && this.before.isConnected) this.before.focus();
    }
  }
  SV.Help = Help;

  // For a page with a help of its own: what the viewer adds to it, [keys, meaning].
  Object.defineProperty(SV, "keys", { get: () => [["↑  ↓", SV.t("the line above, below")], ...KEYS.slice(3, 6), KEYS[7]].map(([keys, text]) => [keys, SV.t(text)]) });
})((window.SaliencyViewer = window.SaliencyViewer || {}));
