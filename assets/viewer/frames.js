// Which picture or frame mattered: a cell for each, with its share of the selected token's attention and saliency.
// Bars of all cells end at the largest share of the whole run. A click shows that one in the panels.
(function (SV) {
  "use strict";

  class Frames {
    constructor(viewer) {
      this.viewer = viewer;
      this.title = SV.el("h3");
      this.note = SV.el("span", { class: "sv-unit" });
      this.follow = SV.el("button", { type: "button", class: "sv-button sv-follow", on: { click: () => viewer.set({ frame: viewer.state.frame === null ? viewer.groupOf(0) : null }) } });
      this.list = SV.el("div", { class: "sv-frame-list", role: "listbox", "aria-orientation": "horizontal", on: {
        click: (event) => this.choose(this.cellOf(event.target)),
        keydown: (event) => this.key(event),
        pointerover: (event) => this.over(event),
        pointerleave: () => viewer.tip.hide(),
      } });
      this.root = SV.el("section", { class: "sv-frames", "data-picture": "which-frame", "data-about": "own", hidden: true }, SV.el("div", { class: "sv-panel-head" }, this.title, this.note, this.follow), this.list);
      this.cells = [];
    }

    cellOf(target) {
      const node = target.closest && target.closest(".sv-frame");
      return node ? Number(node.dataset.group) : null;
    }

    choose(group) {
      if (group === null) return;
      this.viewer.set({ frame: group });
    }

    key(event) {
      const at = this.viewer.groupOf(0), last = this.cells.length - 1;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const group = Math.max(0, Math.min(last, to));
      this.choose(group);
      this.cells[group].root.focus();
    }

    // [{name, run, kind}]: attention and saliency of the run, or one kind of the two runs compared.
    rows() {
      const { viewer } = this, { run, state } = viewer, other = viewer.runs[1];
      if (!viewer.comparing || !other || other.groups.length !== run.groups.length) return ["attention", "saliency"].map((kind) => ({ name: SV.t(kind), letter: SV.t(kind === "attention" ? "A" : "S"), kind, slot: 0 }));
      return [0, 1].map((slot) => ({ name: viewer.placeName(slot), letter: String(slot + 1), kind: state.compare_kind, slot }));
    }

    over(event) {
      const group = this.cellOf(event.target);
      if (group === null) return;
      const { run } = this.viewer;
      this.viewer.tip.at(this.cells[group].root, [run.groupWords(group), ...this.shown.map((row) => [row.name, SV.percent4(row.shares && row.shares[group])]),
        ...(run.groups[group].length > 1 ? [SV.t("these frames share their tokens")] : [])]);
    }

    build(run, count) {
      this.run = run;
      this.pictures = run.pictures;
      this.count = count;
      this.cells = run.groups.map((pictures, group) => {
        const bars = Array.from({ length: count }, () => {
          const letter = SV.el("i", { "aria-hidden": "true" }), fill = SV.el("span"), number = SV.el("b");
          return { letter, fill, number, root: SV.el("span", { class: "sv-frame-bar" }, letter, SV.el("span", { class: "sv-frame-track" }, fill), number) };
        });
        const thumbs = SV.el("span", { class: "sv-frame-thumbs" }, ...pictures.map((picture) => SV.el("img", { src: run.pictures[picture].src, alt: "", draggable: "false" })));
        const root = SV.el("button", { type: "button", role: "option", class: "sv-frame" + (pictures.length > 1 ? " sv-frame-pair" : ""), "data-group": group }, thumbs,
          SV.el("span", { class: "sv-frame-name" }, SV.el("span", { text: run.groupName(group) }), SV.el("span", { class: "sv-frame-time", text: run.groupTime(group) })), ...bars.map((bar) => bar.root));
        return { root, bars };
      });
      SV.fill(this.list, ...this.cells.map((cell) => cell.root));
    }

    draw() {
      const { viewer } = this, { run, state } = viewer;
      this.root.hidden = !run || !run.several || !run.steps.length;
      if (this.root.hidden) return;
      this.shown = this.rows();
      if (run !== this.run || run.pictures !== this.pictures || this.count !== this.shown.length) this.build(run, this.shown.length);
      for (const row of this.shown) row.shares = viewer.runs[row.slot].pictureShares(row.kind, viewer.stepsOf(row.slot), state.layer, state.normalization, state.reduce);
      const scale = viewer.shareScale(), chosen = viewer.groupOf(0), following = state.frame === null;
      run.lastGroup = chosen;
      this.title.textContent = SV.t(run.isVideo ? "which frame mattered" : "which picture mattered");
      this.note.textContent = SV.t("share of the row, {l}; bars end at {v}, the run's largest", { l: run.layerWords(state.layer), v: SV.percent(scale.largest) });
      this.follow.textContent = SV.t("follow the most salient");
      this.follow.setAttribute("aria-pressed", following);
      this.list.setAttribute("aria-label", this.title.textContent);
      this.cells.forEach((cell, group) => {
        const words = this.shown.map((row) => `${row.name} ${SV.percent(row.shares && row.shares[group])}`);
        cell.root.setAttribute("aria-selected", group === chosen);
        cell.root.tabIndex = group === chosen ? 0 : -1;
        cell.root.setAttribute("aria-label", [run.groupWords(group), ...words].join(", "));
        this.shown.forEach((row, place) => {
          const bar = cell.bars[place], share = row.shares ? row.shares[group] : null;
          bar.letter.textContent = row.letter;
          bar.root.dataset.kind = row.kind;
          bar.root.dataset.slot = row.slot;
          bar.root.dataset.value = share === null ? "" : share;
          bar.root.classList.toggle("sv-top", share !== null && share > 0 && share === Math.max(...row.shares));
          bar.fill.style.width = share === null ? "0" : `${100 * scale.at(share)}%`;
          bar.number.textContent = SV.percent(share);
        });
      });
      const cell = this.cells[chosen].root, { list } = this; // sideways only: the page must not move
      if (cell.offsetLeft < list.scrollLeft || cell.offsetLeft + cell.offsetWidth > list.scrollLeft + list.clientWidth) list.scrollLeft = cell.offsetLeft - (list.clientWidth - cell.offsetWidth) / 2;
    }
  }
  SV.Frames = Frames;

  // A share for the tip, to a hundredth of a percent.
  SV.percent4 = (value) => (value === null || value === undefined ? "–" : `${(100 * value).toFixed(2)}\u00a0%`);
})((window.SaliencyViewer = window.SaliencyViewer || {}));
