// The words before the selected token, prompt and outputs, each on a ground and over a bar of what was drawn from it.
(function (SV) {
  "use strict";

  class Words {
    constructor(viewer, panel) {
      this.viewer = viewer;
      this.panel = panel;
      this.list = SV.el("div", { class: "sv-words", tabindex: "0", role: "group", on: {
        pointerover: (event) => this.over(event),
        pointerleave: () => viewer.hover(null),
        click: (event) => {
          const key = this.keyOf(event.target);
          if (key !== null) viewer.togglePin(key, panel.kind);
        },
      } });
      this.list.addEventListener("blur", () => viewer.hover(null));
      SV.walk(this.list, {
        places: () => [...this.nodes].filter(([, node]) => node.getClientRects().length).map(([key, node]) => ({ key, node, x: node.offsetLeft, y: node.offsetTop })),
        current: () => (viewer.litSlot === panel.slot ? viewer.lit : null),
        pick: ({ key }) => viewer.togglePin(key, panel.kind),
        go: ({ key, node }) => {
          viewer.hover(key, panel.slot);
          node.scrollIntoView({ block: "nearest" });
          viewer.tip.at(node, viewer.keyLines(panel, key));
        },
      });
      this.note = SV.el("div", { class: "sv-words-note" });
      this.root = SV.el("div", { class: "sv-words-box" }, this.list, this.note);
      this.nodes = new Map();
      this.chips = [];
    }

    keyOf(target) {
      const node = target.closest && target.closest(".sv-word");
      return node && node.dataset.key !== undefined ? Number(node.dataset.key) : null;
    }

    over(event) {
      const key = this.keyOf(event.target);
      if (key === null) return;
      this.viewer.hover(key, this.panel.slot);
      this.viewer.tip.at(this.nodes.get(key), this.viewer.keyLines(this.panel, key));
    }

    // Nodes for every position; of a run that only grew, those that are still right stay.
    build(run) {
      let from = 0;
      if (run && run === this.run) while (from < run.first || (from < this.texts.length && from < run.keys && this.texts[from] === run.shown(from))) from++;
      else {
        this.nodes.clear();
        this.chips = [];
        SV.fill(this.list);
      }
      for (let key = from; this.run === run && this.texts && key < this.texts.length; key++) {
        const node = this.nodes.get(key);
        if (!node) continue;
        const before = node.previousSibling;
        if (key === run.first && before && before.className === "sv-words-break") before.remove();
        while (node.nextSibling) node.nextSibling.remove();
        node.remove();
        this.nodes.delete(key);
      }
      this.run = run;
      this.version = run ? run.version : null;
      this.texts = [];
      for (let key = 0; run && key < run.keys; key++) this.texts.push(run.shown(key));
      const parts = [];
      for (let key = from; run && key < run.keys; key++) {
        const kind = run.kinds[key];
        if (kind === "image") {
          if (key === 0 || run.kinds[key - 1] !== "image") {
            const chip = SV.el("span", { class: "sv-word sv-chip" }, SV.el("span", { class: "sv-word-text" }), SV.el("span", { class: "sv-word-bar" }));
            this.chips.push({ node: chip, start: key, stop: key });
            parts.push(chip);
          }
          this.chips[this.chips.length - 1].stop = key + 1;
          continue;
        }
        if (key === run.first) parts.push(SV.el("span", { class: "sv-words-break", "aria-hidden": "true" }));
        const node = SV.el("span", { class: "sv-word", "data-key": key },
          SV.el("span", { class: "sv-word-text", text: this.texts[key] }), SV.el("span", { class: "sv-word-bar" }, SV.el("span")));
        node.classList.toggle("sv-dim", run.dimmed.has(key));
        node.classList.toggle("sv-earlier", kind === "history");
        this.nodes.set(key, node);
        parts.push(node);
        if (/[\n\r]$/.test(run.texts[key]) && kind === "output") parts.push(document.createElement("br"));
      }
      this.list.append(...parts);
    }

    draw() {
      const { viewer, panel } = this, source = panel.source(), { run } = source, { state, theme } = viewer;
      this.list.setAttribute("aria-label", SV.t("words before, {k}", { k: SV.t(panel.kind) }));
      if (run !== this.run || (run && run.version !== this.version)) this.build(run);
      if (!run || !source.values) {
        this.list.classList.toggle("sv-waiting", Boolean(run));
        this.note.textContent = run && run.steps.length ? SV.t("rows of this token are not here yet") : "";
        if (!run) SV.fill(this.list, SV.el("span", { class: "sv-hint", text: SV.t("the prompt and the words written before appear here") }));
        return;
      }
      this.list.classList.remove("sv-waiting");
      const { values, wordScale: scale, map } = source, reach = source.reach, hidden = viewer.hiddenKeys(run);
      const gain = panel.kind === "attention" && source.steps.length === 1 ? run.gain(source.steps[0]) : null;
      let windowStart = null;
      for (const [key, node] of this.nodes) {
        const value = values[key], seen = key < reach, known = seen && !Number.isNaN(value), dim = run.dimmed.has(key);
        const place = known ? scale.at(value) : 0, weight = scale.signed ? Math.abs(2 * place - 1) : place;
        const tint = known && !dim ? SV.tint(map, place, theme, weight) : null;
        node.classList.toggle("sv-beyond", !seen);
        node.classList.toggle("sv-hidden", hidden.has(key));
        node.classList.toggle("sv-pinned", panel.slot === 0 && state.pins.includes(key));
        node.classList.toggle("sv-gain", Boolean(gain && gain[key] > 1 && seen));
        if (gain && gain[key] > 1 && windowStart === null) {
          windowStart = key;
          node.dataset.gain = "×" + SV.number(gain[key]);
        } else delete node.dataset.gain;
        node.style.setProperty("--ground", tint ? tint.background : "transparent");
        node.style.setProperty("--ink", tint ? tint.ink : "inherit");
        node.dataset.value = known ? value : "";
        const bar = node.lastChild.firstChild;
        bar.style.height = known ? `${Math.max(value ? 1 : 0, Math.round(weight * 14))}px` : "0";
        bar.style.setProperty("--bar", dim ? "var(--sv-grey)" : SV.css(SV.rgb(map, place)));
      }
      let whole = 0;
      for (let key = 0; key < reach; key++) whole += Number.isNaN(values[key]) ? 0 : values[key];
      for (const chip of this.chips) {
        let sum = 0;
        for (let key = chip.start; key < chip.stop; key++) sum += Number.isNaN(values[key]) ? 0 : values[key];
        const n = chip.stop - chip.start; // a sum of differences is no part of anything
        chip.node.firstChild.textContent = scale.signed ? SV.t("image, {n} tokens: Σ {v}", { n, v: SV.number(sum) }) : SV.t("image, {n} tokens: {v} of the row", { n, v: SV.percent(whole ? sum / whole : 0) });
        chip.node.dataset.value = sum;
      }
      this.note.textContent = this.noteText(run, source, hidden, gain);
    }

    noteText(run, source, hidden, gain) {
      const parts = [];
      if (hidden.size && !source.scale.signed) {
        const sums = [0, 0];
        for (let key = 0; key < source.reach; key++) {
          sums[0] += source.values[key];
          if (hidden.has(key)) sums[1] += source.values[key];
        }
        parts.push(SV.t("{n} template and sink tokens hidden: {v} of this row", { n: hidden.size, v: SV.percent(sums[1] / sums[0]) }));
      } else if (run.dimmed.size) parts.push(SV.t("grey: template and sink tokens, outside the scale"));
      const locore = run.settings.locore;
      if (gain && locore) parts.push(SV.t("LocoRE: the last {w} outputs × {g}", { w: locore.window, g: SV.number(1 + locore.beta) }));
      return parts.join(" · ");
    }

    hover(key, slot) {
      if (this.lit) this.lit.classList.remove("sv-lit");
      this.lit = key === null ? null : this.nodes.get(this.viewer.translate(key, slot, this.panel.slot));
      if (this.lit) this.lit.classList.add("sv-lit");
    }
  }
  SV.Words = Words;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
