// What the keys do and what the numbers mean, over the page when asked for.
(function (SV) {
  "use strict";

  // Every key there is, by where it works: [names as the browser gives them, how they are shown, what they do]. No name: the mouse.
  const KEYS = [
    ["On the caption", [
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "← → ↑ ↓", "previous, next token; the line above, below"],
      [["Home", "End"], "Home End", "first, last token"],
      [[], "Shift / Ctrl click", "select a range, add a token"],
      [["r", "h"], "r  h", "mark the token right, hallucinated"],
      [["n"], "n", "write a note on a marked token; Enter keeps it"],
    ]],
    ["Anywhere in the view", [
      [["[", "]"], "[  ]", "layer down, up"],
      [["t"], "t", "hold this token beside the next ones"],
      [["Escape"], "Esc", "unpin, select one token, let go of the held one"],
      [["?"], "?", "this help"],
    ]],
    ["On the layers, frames and tabs", [
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"], "← → Home End", "choose the one before, after, first, last"],
    ]],
    ["On pictures and words", [
      [[], "drag", "reverse look-up: which outputs drew on these patches"],
      [[], "click", "pin a patch or word"],
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"], "← → ↑ ↓", "go from one to the next"],
      [["Enter", " "], "Enter", "pin it"],
    ]],
  ];
  const MEANINGS = [["attention", "mean over heads of the row that predicts the token, with every edit that acted"],
    ["saliency", "|A · ∂L/∂A| summed over heads (Eq. 4), L = −log p of the token; what mattered to this prediction"],
    ["score", "S (Eq. 6): mean row-normalised saliency on the words before, over the target layers"],
    ["τ", "alpha times the mean score of the last W accepted outputs (Eq. 7); SGRS rejects candidates below it"]];
  SV.KEYS = KEYS;

  class Help {
    // Options of the viewer: keys(), more groups in words of the page around it; tour, what its button calls.
    constructor(viewer) {
      this.viewer = viewer;
      const { tour } = viewer.options;
      const list = (rows, tag) => SV.el("dl", { class: "sv-help-list" }, ...rows.flatMap(([name, text]) => [SV.el("dt", {}, SV.el(tag, { text: name })), SV.el("dd", { text })]));
      const own = KEYS.map(([where, rows]) => [SV.t(where), rows.map(([names, shown, text]) => [names.length ? shown : SV.t(shown), SV.t(text)])]);
      const group = ([where, rows]) => SV.el("div", { class: "sv-help-group" }, SV.el("h3", { text: where }), list(rows, "kbd"));
      this.theirs = SV.el("div", { class: "sv-help-theirs" });
      this.ask = () => SV.fill(this.theirs, ...(viewer.options.keys ? viewer.options.keys() : []).map(([where, rows]) => group([where, rows.map(([, shown, text]) => [shown, text])])));
      this.close = SV.el("button", { type: "button", class: "sv-button", text: SV.t("close"), on: { click: () => this.toggle() } });
      this.tour = tour && SV.el("button", { type: "button", class: "sv-button", text: SV.t("show the tour"), on: { click: () => { this.toggle(); tour(); } } });
      this.root = SV.el("div", { class: "sv-help", role: "dialog", "aria-modal": "true", "aria-label": SV.t("Keys and meanings"), hidden: true, on: {
        click: (event) => { if (event.target === this.root) this.toggle(); },
        keydown: (event) => this.within(event),
      } },
      SV.el("div", { class: "sv-help-card" }, SV.el("div", { class: "sv-section-head" }, SV.el("h2", { text: SV.t("Keys and meanings") }), this.tour, this.close),
        SV.el("div", { class: "sv-help-groups", tabindex: "0", role: "group", "aria-label": SV.t("Keys and meanings") },
          ...own.map(group), this.theirs,
          list(MEANINGS.map(([name, text]) => [SV.t(name), SV.t(text)]), "b"),
          SV.el("p", { class: "sv-hint", text: SV.t("Attention and saliency are measured, not explanations: a large value says where the model's computation went, not why it is right.") }))));
    }

    get open() { return !this.root.hidden; }

    // Nothing behind the open help can be reached by the keyboard.
    within(event) {
      if (event.key !== "Tab") return;
      const stops = [...this.root.querySelectorAll("button, [tabindex]")], last = stops.length - 1;
      const leaves = event.shiftKey ? document.activeElement === stops[0] : document.activeElement === stops[last];
      if (!leaves) return;
      event.preventDefault();
      stops[event.shiftKey ? last : 0].focus();
    }

    toggle() {
      this.root.hidden = !this.root.hidden;
      if (this.open) {
        this.ask(); // the words around the viewer may have come after it
        this.before = document.activeElement;
        this.close.focus();
      } else if (this.before && this.before.isConnected) this.before.focus();
    }
  }
  SV.Help = Help;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
