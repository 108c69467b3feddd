// What is known of the selected token, in one line, and where its attention and saliency went, as two bars of parts.
(function (SV) {
  "use strict";

  const NAMES = { image: "image", prompt: "prompt", template: "template", outputs: "words before" };
  const ORDER = ["image", "prompt", "template", "outputs"];

  class Facts {
    constructor(viewer) {
      this.viewer = viewer;
      this.word = SV.el("span", { class: "sv-facts-word" });
      this.items = SV.el("dl", { class: "sv-facts-items" });
      this.shares = SV.el("div", { class: "sv-shares" });
      this.hold = SV.el("button", { type: "button", class: "sv-button sv-hold", on: { click: () => viewer.hold() } });
      this.root = SV.el("section", { class: "sv-facts", "aria-label": SV.t("Selected token") },
        SV.el("div", { class: "sv-facts-line" }, this.word, this.items, this.hold), this.shares);
    }

    draw() {
      const { viewer } = this, { run } = viewer;
      this.hold.hidden = !run || !run.steps.length;
      if (!run || !run.steps.length) {
        this.word.textContent = SV.t("No token yet");
        SV.fill(this.items);
        SV.fill(this.shares);
        return;
      }
      const steps = viewer.stepsOf(0), step = run.steps[viewer.tokenOf(0)], many = steps.length > 1;
      const joined = many ? SV.visible(steps.map((i) => run.steps[i].text).join("")) : run.shown(run.first + step.index);
      this.word.textContent = joined.replace(/^ (?=.)/, "");
      this.word.title = SV.t("token {i} of {n}, position {p}, id {id}", { i: step.index, n: run.steps.length, p: step.position, id: step.token_id });
      this.hold.textContent = viewer.holding ? SV.t("let go of {w}", { w: run.quoted(run.first + viewer.state.held) }) : SV.t("hold this token");
      this.hold.title = SV.t("Keep this token beside the next ones you choose, on one scale, with their difference (key t)");
      const items = [];
      const item = (name, value, title, extra) => items.push(SV.el("div", { title },
        SV.el("dt", { text: name }), SV.el("dd", { text: value, "data-fact": extra })));
      const mean = (name) => {
        const known = steps.map((i) => run.steps[i][name]).filter((value) => value !== null && value !== undefined);
        return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
      };
      if (many) item(SV.t("tokens"), `${steps.length}`, SV.t("numbers are means over the selected tokens"), "count");
      item("p", step.pending ? "…" : SV.number(mean("probability")) + (many ? "" : ` (${SV.t("rank {n}", { n: step.rank })})`), SV.t("probability under the model at temperature 1"), "p");
      item(SV.t("entropy"), step.pending ? "…" : `${SV.number(mean("entropy"))} nats`, SV.t("of the distribution the token was taken from"), "entropy");
      item(SV.t("score"), step.pending ? "…" : SV.number(mean("score")), SV.t("S, Eq. 6: mean saliency on the words before, target layers {r}; the first output has none", { r: SV.ranges(run.target) }), "score");
      if (step.threshold !== null && step.threshold !== undefined) {
        item("τ", SV.number(mean("threshold")), SV.t("threshold, Eq. 7: alpha times the mean score of the last W accepted outputs"), "tau");
      }
      if (step.rejected && !many) item(SV.t("rejected"), String(step.rejected), SV.t("candidates SGRS turned down here"), "rejected");
      if (step.fallback && !many) item(SV.t("taken by"), SV.t("fallback"), SV.t("no candidate reached tau: the highest score was taken"), "fallback");
      if (step.forced && !many) item(SV.t("taken by"), SV.t("you"), null, "forced");
      const mark = run.marks[step.index];
      if (mark && viewer.state.reveal_truth) item(SV.t("truth"), SV.t(mark.judgement), mark.note || null, "mark");
      SV.fill(this.items, ...items);
      SV.fill(this.shares, ...["attention", "saliency"].map((kind) => this.bar(kind, steps)));
    }

    bar(kind, steps) {
      const { viewer } = this, { run, state } = viewer, ready = steps.every((step) => run.has(step));
      const shares = ready ? run.shares(viewer.values(run, kind, steps, state.layer)) : null;
      const bar = SV.el("span", { class: "sv-share-bar", "aria-hidden": "true" });
      const legend = SV.el("span", { class: "sv-share-legend" });
      for (const part of ORDER) {
        const share = shares ? shares[part] : null;
        if (shares) bar.append(SV.el("span", { style: { width: `${100 * share}%`, background: SV.PART_COLORS[part] } }));
        legend.append(SV.el("span", { class: "sv-share", "data-part": part, "data-kind": kind, "data-value": shares ? share : "" },
          SV.el("i", { style: { background: SV.PART_COLORS[part] }, "aria-hidden": "true" }),
          document.createTextNode(`${SV.t(NAMES[part])} `), SV.el("b", { text: SV.percent(share) })));
      }
      const title = SV.t("share of the row's sum that lies on each part, {l}", { l: run.layerWords(state.layer) });
      return SV.el("div", { class: "sv-share-row", title }, SV.el("span", { class: "sv-share-kind", text: SV.t(kind) }), bar, legend);
    }
  }
  SV.Facts = Facts;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
