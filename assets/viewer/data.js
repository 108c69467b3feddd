// The numbers of the selected row as a table one can sort out elsewhere: copy or save as CSV.
(function (SV) {
  "use strict";

  const field = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = "'" + text; // a spreadsheet would run it
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };

  // Rows as one text; \r\n ends each, as the format asks.
  SV.csv = (rows) => rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";

  class Data {
    constructor(viewer) {
      this.viewer = viewer;
      this.copied = SV.el("span", { class: "sv-hint", role: "status" });
      const over = (event) => { const line = event.target.closest("tr"); viewer.hover(line && line.dataset.key !== undefined ? Number(line.dataset.key) : null, 0); };
      this.body = SV.el("tbody", { on: { pointerover: over, pointerleave: () => viewer.hover(null) } });
      this.caption = SV.el("span", { class: "sv-unit" });
      this.root = SV.el("div", {}, SV.el("div", { class: "sv-section-head" },
        SV.el("button", { type: "button", class: "sv-button", text: SV.t("copy CSV"), on: { click: () => this.copy() } }),
        SV.el("button", { type: "button", class: "sv-button", text: SV.t("save CSV"), on: { click: () => this.save() } }), this.caption, this.copied),
      SV.el("div", { class: "sv-scroll sv-data", tabindex: "0", role: "region", "aria-label": SV.t("Data") }, SV.el("table", { class: "sv-table" }, SV.el("thead", {}, SV.el("tr", {},
        ...["position", "part", "token", "patch", "attention", "saliency"].map((text) => SV.el("th", { scope: "col", text: SV.t(text) })))), this.body)));
    }

    rows() {
      const { viewer } = this, { run, state } = viewer, steps = viewer.stepsOf(0);
      if (!run || !steps.length || !steps.every((step) => run.has(step))) return [];
      const attention = viewer.values(run, "attention", steps, state.layer);
      const saliency = viewer.values(run, "saliency", steps, state.layer);
      const reach = Math.max(...steps.map((step) => run.reach(step)));
      return Array.from({ length: reach }, (_, key) => [key, run.kinds[key], run.texts[key], run.patchOf.has(key) ? run.patchOf.get(key) : "", attention[key], saliency[key]]);
    }

    csv() {
      const { run, state } = this.viewer, steps = this.viewer.stepsOf(0);
      const about = [["# model", run.payload.model.name], ["# steps", steps.join(" ")], ["# token", steps.map((step) => run.steps[step].text).join("")],
        ["# layers", run.layerWords(state.layer)], ["# normalization", state.normalization], ...(steps.length > 1 ? [["# over the steps", state.reduce]] : []), ["# prompt", run.payload.prompt]];
      const head = ["position", "part", "token", "patch", "attention", "saliency"];
      return SV.csv([...about, head, ...this.rows()]);
    }

    async copy() {
      const text = this.csv();
      try {
        await navigator.clipboard.writeText(text);
        this.copied.textContent = SV.t("copied");
      } catch (error) {
        this.copied.textContent = SV.t("The browser refused the clipboard; use save instead.");
      }
    }

    save() { SV.save(`token-${this.viewer.stepsOf(0).join("-")}.csv`, this.csv(), "text/csv"); }

    draw() {
      const { viewer } = this, { run, state } = viewer, rows = this.rows();
      this.copied.textContent = "";
      this.caption.textContent = run && rows.length ? `${run.layerWords(state.layer)} · ${SV.t("saliency")}: ${SV.unit("saliency", state.normalization)}` : "";
      const { children } = this.body, same = run && this.drawn && run.texts === this.drawn;
      this.drawn = run && run.texts;
      while (children.length > rows.length) this.body.lastChild.remove();
      rows.forEach((row, place) => {
        const line = children[place] || this.body.appendChild(this.line());
        if (!same || !line.dataset.key) this.name(line, row);
        for (const [i, value] of [[4, row[4]], [5, row[5]]]) {
          const cell = line.children[i], text = SV.number(value, 5);
          if (cell.textContent !== text) cell.textContent = text;
          cell.dataset.value = value;
        }
      });
    }

    hover(key, slot) {
      const mine = key === null ? -1 : this.viewer.translate(key, slot, 0), line = this.body.children[mine];
      if (this.lit) this.lit.classList.remove("sv-lit");
      this.lit = line;
      if (line) line.classList.add("sv-lit");
    }

    line() { return SV.el("tr", {}, ...Array.from({ length: 6 }, (_, i) => SV.el("td", { class: i > 3 || i === 0 || i === 3 ? "sv-num" : null }))); }

    // What a position is: its first four cells, which no choice of token changes.
    name(line, row) {
      line.dataset.key = row[0];
      [String(row[0]), SV.t(row[1]), SV.visible(row[2]), String(row[3])].forEach((text, i) => { line.children[i].textContent = text; });
    }
  }
  SV.Data = Data;

  // Hand a text to the browser's download.
  SV.save = (name, text, type) => {
    const link = SV.el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
