// Tokens marked right or hallucinated, and how the score tells them apart (Fig. 10): histogram and AUROC.
(function (SV) {
  "use strict";

  const COLOR = { right: "#0072b2", hallucinated: "#d55e00" };
  const BINS = 10, HEIGHT = 170, LEFT = 44, BOTTOM = 22, TOP = 8;

  // Probability that a right token scores higher than a hallucinated one; ties count half; null without both classes.
  SV.auroc = (right, wrong) => {
    if (!right.length || !wrong.length) return null;
    let wins = 0;
    for (const a of right) for (const b of wrong) wins += a > b ? 1 : a === b ? 0.5 : 0;
    return wins / (right.length * wrong.length);
  };

  // {high, counts: [{right, hallucinated}], scores}: equal bins from 0 to the largest score, which lies in the last.
  SV.byScore = (scores, bins) => {
    const high = Math.max(0, ...scores.right, ...scores.hallucinated) || 1, counts = Array.from({ length: bins }, () => ({ right: 0, hallucinated: 0 }));
    for (const kind of ["right", "hallucinated"]) for (const score of scores[kind]) {
      let bin = 0;
      while (bin + 1 < bins && score >= (bin + 1) * (high / bins)) bin++;
      counts[bin][kind]++;
    }
    return { high, counts, scores };
  };

  // "0.031 ± 0.01 (n = 4)", the sample's spread.
  function spread(scores) {
    if (!scores.length) return "–";
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length, square = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
    return `${SV.number(mean)} ± ${SV.number(scores.length > 1 ? Math.sqrt(square / (scores.length - 1)) : 0)} (n = ${scores.length})`;
  }

  class Marks {
    constructor(viewer) {
      this.viewer = viewer;
      this.note = SV.el("input", { type: "text", class: "sv-text", maxlength: 300, placeholder: SV.t("note (key n)"), "aria-label": SV.t("note"), on: { change: () => this.keep(), keydown: (event) => this.key(event) } });
      this.buttons = ["right", "hallucinated"].map((judgement) => SV.el("button", { type: "button", class: "sv-button", text: SV.t(judgement), "data-judgement": judgement, on: { click: () => viewer.mark(judgement) } }));
      this.word = SV.el("b");
      this.chart = SV.el("div", { class: "sv-chart" });
      this.said = SV.el("p", { class: "sv-hint" });
      this.editor = SV.el("div", { class: "sv-section-head" }, SV.el("span", { class: "sv-label", text: SV.t("mark") }), this.word, ...this.buttons, this.note);
      this.reveal = SV.el("button", { type: "button", class: "sv-button", text: SV.t("reveal truth"), on: { click: () => viewer.set({ reveal_truth: true }) } });
      this.root = SV.el("div", { "data-picture": "marks", "data-about": "run" }, this.editor, this.reveal, this.chart, this.said);
    }

    // Enter keeps the note, Escape the one before; both go back to the token.
    key(event) {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      const { viewer } = this, mark = viewer.run.marks[viewer.tokenOf(0)];
      if (event.key === "Escape") this.note.value = mark ? mark.note : "";
      viewer.strips[0].focus(); // leaving the field keeps it
    }

    // Key n: write a note on the chosen token, or mark it first.
    write() {
      this.viewer.set({ view: "marks", reveal_truth: true });
      this.draw();
      (this.note.disabled ? this.buttons[0] : this.note).focus();
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
      this.histogram(SV.byScore(scores, BINS));
    }

    // Counts by score bin, and the share of hallucinated in each: as figures.paper.judgements draws them.
    histogram(found) {
      const { high, counts } = found, width = Math.max(240, Math.min(520, (this.root.clientWidth - 30) / 2)), wide = (width - LEFT) / BINS, tall = HEIGHT - TOP - BOTTOM;
      const top = Math.max(1, ...counts.map((one) => one.right + one.hallucinated));
      const chart = (name, ticks, draw) => {
        const parts = ticks.flatMap(([share, text]) => {
          const y = TOP + tall * (1 - share);
          return [SV.svg("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "sv-axis" }), SV.svg("text", { x: LEFT - 5, y: y + 4, class: "sv-tick", "text-anchor": "end", text })];
        });
        counts.forEach((one, i) => parts.push(...draw(one, LEFT + i * wide + 1)));
        for (const place of [0, 0.5, 1]) parts.push(SV.svg("text", { x: LEFT + place * (width - LEFT - 16) + 8, y: HEIGHT - 6, class: "sv-tick", "text-anchor": "middle", text: SV.number(place * high, 2) }));
        return SV.el("figure", {}, SV.el("figcaption", { class: "sv-unit", text: name }), SV.svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": name }, ...parts));
      };
      const bar = (x, y, height, kind, value, more) => SV.svg("rect", { x, y, width: wide - 2, height, fill: COLOR[kind], "data-kind": kind, "data-value": value, ...more });
      SV.fill(this.chart, SV.el("div", { class: "sv-marks-pair" },
        chart(SV.t("marked tokens by score S (Eq. 6)"), [[0, "0"], [1, String(top)]], (one, x) => {
          let y = TOP + tall;
          return ["right", "hallucinated"].map((kind) => bar(x, (y -= (one[kind] / top) * tall), (one[kind] / top) * tall, kind, one[kind], { "data-chart": "count" }));
        }),
        chart(SV.t("share of hallucinated in each bin"), [[0, "0"], [0.5, "50 %"], [1, "100 %"]], (one, x) => {
          const all = one.right + one.hallucinated, rate = all ? one.hallucinated / all : null;
          return [bar(x, TOP + tall * (1 - (rate || 0)), tall * (rate || 0), "hallucinated", rate === null ? "" : rate, { "data-chart": "rate" }),
            all ? SV.svg("text", { x: x + wide / 2 - 1, y: TOP + tall * (1 - rate) - (rate > 0.9 ? -12 : 3), class: "sv-tick", "text-anchor": "middle", text: String(all) }) : null].filter(Boolean);
        })),
        SV.el("div", { class: "sv-share-legend" }, ...["right", "hallucinated"].map((kind) => SV.el("span", { class: "sv-share" }, SV.el("i", { style: { background: COLOR[kind] } }), document.createTextNode(SV.t(kind) + " " + spread(found.scores[kind])))),
          SV.el("span", { class: "sv-hint", text: SV.t("numbers over the bars: tokens in the bin") })));
    }
  }
  SV.Marks = Marks;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
