// Light and dark, kept in the browser.
(function (App) {
  "use strict";

  const { el, t, icon } = App;

  const THEME = "saliency-viz-theme";
  function toggleTheme() {
    const dark = document.body.classList.toggle("dark");
    try { localStorage.setItem(THEME, dark ? "dark" : "light"); } catch (refused) { /* private window */ }
  }
  function rememberedTheme() {
    let kept = null;
    try { kept = localStorage.getItem(THEME); } catch (refused) { /* private window */ }
    if (kept && !new URL(location.href).searchParams.get("__theme")) document.body.classList.toggle("dark", kept === "dark");
  }

  const themeButton = () =>
    el("button", { type: "button", class: "app-button app-round", id: "app-theme", "aria-label": t("theme"), title: t("theme"), on: { click: toggleTheme } }, icon("theme"));

  Object.assign(App, { rememberedTheme, themeButton });
})((window.SaliencyApp = window.SaliencyApp || {}));
