// The export menu: files and figures made by the server from what is on the screen, and opening a saved trace.
(function (App) {
  "use strict";

  const { el, t, say, menu, option, shown } = App;
  const FILES = ["html", "trace", "steps", "keys", "candidates", "json", "npz", "citation"];
  const FIGURES = ["image", "layers", "layers-attention", "outputs", "distance", "text", "grid", "grid-attention", "scores", "compare"];

  function download(file) {
    const bytes = Uint8Array.from(atob(file.data), (letter) => letter.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], { type: file.kind }));
    const anchor = el("a", { href: url, download: file.name });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // The menu; its rows are off while no run is shown.
  function exportMenu(server) {
    const item = (kind) => el("button", { type: "button", "data-export": kind, text: t("export_" + kind), on: { click: () => exported(kind) } });
    const figure = el("select", { class: "app-select", name: "figure", "aria-label": t("export_figure") });
    for (const name of FIGURES) option(name, t("figure_" + name.replace("-", "_")), figure);
    const figureRow = el("div", { class: "app-figure" }, el("span", { text: t("export_figure") }), figure,
      el("div", {}, ...["png", "svg", "pdf"].map((suffix) => el("button", { type: "button", "data-export": suffix, text: suffix.toUpperCase(), on: { click: () => exported(figure.value + "." + suffix) } }))));
    const kind = el("select", { class: "app-select", name: "film", "aria-label": t("export_film") });
    for (const name of ["both", "saliency", "attention"]) option(name, t("film_" + name), kind);
    const frames = el("select", { class: "app-select", name: "film-frames", "aria-label": t("film_all") });
    for (const name of ["all", "most"]) option(name, t("film_" + name), frames);
    const filmName = () => "film-" + kind.value + (frames.value === "most" && !frames.hidden ? "-most" : "");
    const filmRow = el("div", { class: "app-figure" }, el("span", { text: t("export_film") }), kind, frames,
      el("div", {}, ...["mp4", "gif"].map((suffix) => el("button", { type: "button", "data-export": suffix, text: suffix.toUpperCase(), on: { click: () => exported(filmName() + "." + suffix) } }))));
    const root = menu(t("export"),
      figureRow, filmRow, el("hr", {}), ...FILES.map(item), el("hr", {}),
      el("button", { type: "button", "data-open": "first", text: t("open_trace"), on: { click: () => App.openTrace("first") } }),
      el("button", { type: "button", "data-open": "second", text: t("open_trace_second"), on: { click: () => App.openTrace("second") } }));
    root.id = "app-export";

    async function exported(kind) {
      say({ kind: "busy", key: "exporting" });
      const ticket = kind.startsWith("film") ? Math.random().toString(36).slice(2) : null;
      try {
        const made = server.fetch_export([shown[0].id, kind, App.current ? { ...App.current.getState(), steps: App.current.stepsOf(0) } : {}, shown[1] && shown[1].id, ticket]);
        if (ticket) watchFilm(made, ticket);
        const file = await made;
        if (file.error) return say({ kind: "error", text: file.error });
        download(file);
        say(null);
      } catch (lost) {
        say({ kind: "error", key: "unexpected" });
      }
    }

    // A film takes seconds: how far it has come is told while it is made.
    async function watchFilm(made, ticket) {
      let open = true;
      made.then(() => { open = false; }, () => { open = false; });
      while (open) {
        await new Promise((next) => setTimeout(next, 300));
        const part = open ? await server.fetch_film(ticket).catch(() => null) : null;
        if (open && part !== null) say({ kind: "busy", text: t("filming", { percent: Math.round(100 * part) }) });
      }
    }

    root.allow = (on) => {
      for (const row of root.querySelectorAll("[data-export]")) row.disabled = !on;
      frames.hidden = !(App.current && App.current.run && App.current.run.several);
    };
    return root;
  }

  Object.assign(App, { exportMenu });
})((window.SaliencyApp = window.SaliencyApp || {}));
