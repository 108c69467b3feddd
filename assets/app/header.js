// The header: name, model, runs, link, export, theme, help.
(function (App) {
  "use strict";

  const { el, t, icon, say, shown, listeners } = App;

  function mountHeader(part) {
    const { element, props, server } = part;
    App.watchQueue(server);
    document.documentElement.lang = App.language;
    const link = el("button", { type: "button", class: "app-button", id: "app-copy-link", title: t("copy_link"), "aria-label": t("copy_link"), on: { click: copyLink } }, icon("link"), el("span", { text: t("copy_link") }));
    const help = el("button", { type: "button", class: "app-button app-round", id: "app-help", "aria-label": t("help"), title: t("help") + " (?)", text: "?", on: { click: App.toggleHelp } });
    const exports = App.exportMenu(server);
    const skip = el("a", { class: "app-skip", href: "#app-viewer", text: t("skip"), on: { click: (event) => { event.preventDefault(); App.current.strips[0].focus(); } } });
    element.querySelector(".app-header").replaceChildren(
      skip,
      el("h1", { class: "app-brand" }, el("span", { class: "app-mark", "aria-hidden": "true" }), el("span", { text: "saliency_viz" })),
      App.modelChooser(part), App.runChooser(part),
      el("div", { class: "app-group-right" }, link, exports, App.themeButton(), help));

    async function copyLink() {
      if (!shown[0]) return;
      for (const reference of shown) if (reference && !reference.example) server.share_run(reference.id);
      await App.copy(App.address());
      const short = shown.some((reference) => reference && reference.short);
      say({ kind: short ? "warning" : "info", key: short ? "copied_short" : "copied" });
    }

    function allow() {
      link.disabled = !shown[0];
      exports.allow(Boolean(shown[0]));
    }
    listeners.add(allow);
    allow();
  }

  Object.assign(App, { header: mountHeader });
})((window.SaliencyApp = window.SaliencyApp || {}));
