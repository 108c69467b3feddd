// The candidates of a step: a table, and bars against tau coloured by verdict.
(function (SV) {
  "use strict";

  const VERDICT = { accepted: "accepted", rejected: "rejected", untried: "not tried", fallback: "fallback" };
  const SIGN = { accepted: "✓", rejected: "✗", untried: "·", fallback: "⚑" };

  class Candidates {
    constructor(viewer) {
      this.viewer = viewer;
      this.root = SV.el("div", { class: "sv-candidates" });
    }

    draw() {
      const { viewer } = this, { run } = viewer;
      const step = run && run.steps[viewer.tokenOf(0)];
      if (!step || !step.candidates.length) {
        SV.fill(this.root, SV.el("p", { class: "sv-hint", text: SV.t(step
          ? "This step recorded no candidates." : "Candidates of the selected token appear here.") }));
        return;
      }
      const tau = step.threshold, verdict = (one) => (step.fallback && one.token_id === step.token_id ? "fallback" : one.verdict);
      const known = step.candidates.map((one) => one.saliency).filter((value) => value !== null);
      const tested = tau !== null && tau !== undefined;
      const high = tested ? Math.max(1e-12, ...known, tau) * 1.08 : 1, length = (one) => (tested ? one.saliency : one.probability);
      const head = ["", "token", "p", "order", "saliency S(c)", tested ? "S(c) against τ" : "probability", "verdict", viewer.can("force") ? "" : null].filter((text) => text !== null)
        .map((text) => (text ? SV.el("th", { scope: "col", text: SV.t(text) }) : SV.el("td")));
      const rows = step.candidates.map((one) => {
        const name = verdict(one), color = SV.VERDICTS[name];
        const bar = SV.el("div", { class: "sv-candidate-bar" },
          length(one) === null ? null : SV.el("span", { style: { width: `${(100 * length(one)) / high}%`, background: color } }),
          !tested ? null : SV.el("i", { style: { left: `${(100 * tau) / high}%` }, title: `tau ${SV.number(tau)}` }));
        return SV.el("tr", { class: one.token_id === step.token_id ? "sv-taken" : "", "data-token": one.token_id, "data-verdict": name },
          SV.el("td", {}, SV.el("span", { class: "sv-verdict-sign", style: { color }, text: SIGN[name] })),
          SV.el("td", { class: "sv-candidate-text", text: SV.visible(one.text) }),
          SV.el("td", { class: "sv-num", text: SV.number(one.probability) }),
          SV.el("td", { class: "sv-num", text: one.draw === null ? "–" : String(one.draw + 1) }),
          SV.el("td", { class: "sv-num", text: SV.number(one.saliency), "data-value": one.saliency === null ? "" : one.saliency }),
          SV.el("td", { class: "sv-candidate-cell" }, bar),
          SV.el("td", { text: SV.t(VERDICT[name]) }),
          viewer.can("force") && SV.el("td", {}, one.token_id === step.token_id ? null : SV.el("button", { type: "button", class: "sv-button",
            text: SV.t("go on from this"), title: SV.t("take this token and let the model continue"),
            on: { click: () => viewer.act("force", { step: step.index, token_id: one.token_id }) } })));
      });
      const history = step.history.length && SV.t("τ = {tau}: {alpha} × the mean of the last {n} accepted scores ({list})", {
        tau: SV.number(tau), alpha: run.settings.sgrs ? run.settings.sgrs.alpha : "α", n: step.history.length,
        list: step.history.map((value) => SV.number(value, 2)).join(", ") });
      SV.fill(this.root,
        SV.el("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": SV.t("Candidates") }, SV.el("table", { class: "sv-table" }, SV.el("thead", {}, SV.el("tr", {}, ...head)), SV.el("tbody", {}, ...rows))),
        SV.el("p", { class: "sv-hint", text: history || (!tested ? SV.t("SGRS was off: candidates are listed, none was tested.")
          : SV.t("τ = {tau}: no history yet, every candidate passes.", { tau: SV.number(tau) })) }));
    }
  }
  SV.Candidates = Candidates;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
