// The numbers of the selected row as a table one can sort out elsewhere: copy or save as CSV.
(function (SV) {
  "use strict";

  const field = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = "'" + text; // a spreadsheet would run it
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };

  class Data {
    constructor(viewer) {
      this.viewer = viewer;
      this.copied = SV.el("span", { class: "sv-hint", role: "status" });
      this.body = SV.el("tbody");
      this.caption = SV.el("span", { class: "sv-unit" });
      this.root = SV.el("div", {}, SV.el("div", { class: "sv-section-head" },
        SV.el("button", { type: "button", class: "sv-button", text: SV.t("copy CSV"), on: { click: () => this.copy() } }),
        SV.el("button", { type: "button", class: "sv-button", text: SV.t("save CSV"), on: { click: () => this.save() } }), this.caption, this.copied),
      SV.el("div", { class: "sv-scroll sv-data" }, SV.el("table", { class: "sv-table" }, SV.el("thead", {}, SV.el("tr", {},
        ...["position", "part", "token", "patch", "attention", "saliency"].map((text) => SV.el("th", { scope: "col", text: SV.t(text) })))), this.body)));
    }

    rows() {
      const { viewer } = this, { run, state } = viewer, steps = viewer.stepsOf(0);
      if (!run || !steps.length || !steps.every((step) => run.has(step))) return [];
      const attention = run.values("attention", steps, state.layer, state.normalization);
      const saliency = run.values("saliency", steps, state.layer, state.normalization);
      const reach = Math.max(...steps.map((step) => run.reach(step)));
      return Array.from({ length: reach }, (_, key) => [key, run.kinds[key], run.texts[key], run.patchOf.has(key) ? run.patchOf.get(key) : "", attention[key], saliency[key]]);
    }

    csv() {
      const { run, state } = this.viewer, steps = this.viewer.stepsOf(0);
      const about = [["# model", run.payload.model.name], ["# steps", steps.join(" ")], ["# token", steps.map((step) => run.steps[step].text).join("")],
        ["# layers", run.layerWords(state.layer)], ["# normalization", state.normalization], ["# prompt", run.payload.prompt]];
      const head = ["position", "part", "token", "patch", "attention", "saliency"];
      return [...about, head, ...this.rows()].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
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
      SV.fill(this.body, ...rows.map((row) => SV.el("tr", { "data-key": row[0] }, ...row.map((value, i) => SV.el("td", {
        class: i > 3 || i === 0 || i === 3 ? "sv-num" : "", text: i > 3 ? SV.number(value, 5) : i === 2 ? SV.visible(value) : i === 1 ? SV.t(value) : String(value),
        "data-value": i > 3 ? value : null })))));
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
