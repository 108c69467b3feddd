// Tokens marked right or hallucinated, and how the score tells them apart (Fig. 10): histogram and AUROC.
(function (SV) {
  "use strict";

  const COLOR = { right: "#0072b2", hallucinated: "#d55e00" };
  const BINS = 12, HEIGHT = 170, LEFT = 34, BOTTOM = 22, TOP = 8;

  // Probability that a right token scores higher than a hallucinated one; ties count half; null without both classes.
  SV.auroc = (right, wrong) => {
    if (!right.length || !wrong.length) return null;
    let wins = 0;
    for (const a of right) for (const b of wrong) wins += a > b ? 1 : a === b ? 0.5 : 0;
    return wins / (right.length * wrong.length);
  };

  class Marks {
    constructor(viewer) {
      this.viewer = viewer;
      this.note = SV.el("input", { type: "text", class: "sv-text", maxlength: 300, placeholder: SV.t("note"), "aria-label": SV.t("note"), on: { change: () => this.keep() } });
      this.buttons = ["right", "hallucinated"].map((judgement) => SV.el("button", { type: "button", class: "sv-button", text: SV.t(judgement), "data-judgement": judgement, on: { click: () => viewer.mark(judgement) } }));
      this.word = SV.el("b");
      this.chart = SV.el("div", { class: "sv-chart" });
      this.said = SV.el("p", { class: "sv-hint" });
      this.editor = SV.el("div", { class: "sv-section-head" }, SV.el("span", { class: "sv-label", text: SV.t("mark") }), this.word, ...this.buttons, this.note);
      this.reveal = SV.el("button", { type: "button", class: "sv-button", text: SV.t("reveal truth"), on: { click: () => viewer.set({ reveal_truth: true }) } });
      this.root = SV.el("div", {}, this.editor, this.reveal, this.chart, this.said);
    }

    keep() {
      const { viewer } = this, step = viewer.tokenOf(0), mark = viewer.run && viewer.run.marks[step];
      if (!mark) return;
      mark.note = this.note.value;
      viewer.act("mark", { step, judgement: mark.judgement, note: mark.note });
    }

    draw() {
      const { viewer } = this, { run, state } = viewer, has = run && run.steps.length;
      this.editor.hidden = !has;
      const marks = has ? Object.entries(run.marks) : [];
      this.reveal.hidden = state.reveal_truth || !marks.length;
      this.chart.hidden = !state.reveal_truth || !marks.length;
      if (!has) { this.said.textContent = SV.t("Marks of a run appear here."); return; }
      const step = viewer.tokenOf(0), mark = state.reveal_truth ? run.marks[step] : null;
      this.word.textContent = run.quoted(run.first + step);
      for (const button of this.buttons) button.setAttribute("aria-pressed", Boolean(mark && mark.judgement === button.dataset.judgement));
      if (document.activeElement !== this.note) this.note.value = mark ? mark.note : "";
      this.note.disabled = !mark;
      if (!marks.length) { this.said.textContent = SV.t("No token is marked yet. Mark some as right or hallucinated (keys r and h on the strip) to see whether the score tells them apart."); return; }
      if (!state.reveal_truth) { this.said.textContent = SV.t("{n} tokens are marked; look first, then reveal.", { n: marks.length }); return; }
      const scores = { right: [], hallucinated: [] };
      for (const [at, one] of marks) {
        const score = run.steps[at] && run.steps[at].score;
        if (score !== null && score !== undefined) scores[one.judgement].push(score);
      }
      const area = SV.auroc(scores.right, scores.hallucinated);
      this.said.textContent = SV.t("{r} right, {h} hallucinated, scored by Eq. 6. ", { r: scores.right.length, h: scores.hallucinated.length }) +
        (area === null ? SV.t("AUROC needs both.") : SV.t("AUROC {a}: the chance that a right one scores higher than a hallucinated one.", { a: SV.number(area) }));
      this.histogram(scores);
    }

    histogram(scores) {
      const width = Math.min(640, this.chart.clientWidth || 400), all = [...scores.right, ...scores.hallucinated], high = Math.max(1e-12, ...all);
      const bin = (score) => Math.min(BINS - 1, Math.floor((score / high) * BINS));
      const counts = Array.from({ length: BINS }, () => ({ right: 0, hallucinated: 0 }));
      for (const kind of ["right", "hallucinated"]) for (const score of scores[kind]) counts[bin(score)][kind]++;
      const top = Math.max(1, ...counts.map((one) => one.right + one.hallucinated)), wide = (width - LEFT) / BINS, tall = HEIGHT - TOP - BOTTOM, parts = [];
      for (const value of [0, top]) {
        const y = TOP + tall * (1 - value / top);
        parts.push(SV.svg("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "sv-axis" }), SV.svg("text", { x: LEFT - 5, y: y + 4, class: "sv-tick", "text-anchor": "end", text: String(value) }));
      }
      counts.forEach((one, i) => {
        let y = TOP + tall;
        for (const kind of ["right", "hallucinated"]) {
          const height = (one[kind] / top) * tall;
          y -= height;
          parts.push(SV.svg("rect", { x: LEFT + i * wide + 1, y, width: wide - 2, height, fill: COLOR[kind] }));
        }
      });
      for (const place of [0, 0.5, 1]) parts.push(SV.svg("text", { x: LEFT + place * (width - LEFT - 16) + 8, y: HEIGHT - 6, class: "sv-tick", "text-anchor": "middle", text: SV.number(place * high, 2) }));
      SV.fill(this.chart, SV.svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": SV.t("scores of marked tokens") }, ...parts),
        SV.el("div", { class: "sv-share-legend" }, ...["right", "hallucinated"].map((kind) => SV.el("span", { class: "sv-share" }, SV.el("i", { style: { background: COLOR[kind] } }), document.createTextNode(SV.t(kind))))));
    }
  }
  SV.Marks = Marks;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
