// Keys and clicks that belong to the whole page.
(function (App) {
  "use strict";

  const { say, t } = App;

  // The page's own keys, for the help: as KEYS in viewer/help.js.
  const keys = () => [
    [t("keys_page"), [
      [["Enter"], "Ctrl Enter", t("key_run")],
      [["?"], "?", t("key_help")],
      [["Escape"], "Esc", t("key_close")],
    ]],
    [t("keys_menu"), [[["ArrowUp", "ArrowDown"], "↑ ↓", t("key_menu")]]],
    [t("keys_runs"), [
      [["ArrowUp", "ArrowDown"], "↑ ↓", t("key_menu")],
      [["p"], "p", t("key_runs_pin")],
      [["F2"], "F2", t("key_runs_rename")],
      [["Delete"], "Delete", t("key_runs_delete")],
    ]],
    [t("keys_media"), [
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "← →", t("key_media_step")],
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "Alt ← →", t("key_media_move")],
      [["Delete", "Backspace"], "Delete", t("key_media_remove")],
    ]],
  ];

  const toggleHelp = () => { if (App.current) App.current.help.toggle(); };

  document.addEventListener("click", (event) => {
    const run = event.target.closest && event.target.closest("#app-run");
    if (!run || run.disabled) return;
    say({ kind: "busy", key: "queued" }); // until the server answers
    if (window.innerWidth <= 860) document.querySelector("#app-viewer").scrollIntoView({ behavior: App.calm() ? "auto" : "smooth", block: "start" });
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const run = document.querySelector("#app-run");
      if (run && !run.disabled) { run.click(); event.preventDefault(); }
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") { event.preventDefault(); toggleHelp(); }
    const inside = event.target.closest && event.target.closest(".sv-root"); // there the viewer hears it itself
    if (event.target === document.body && App.current) {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") App.current.strips[0].key(event);
      else if (["[", "]", "t"].includes(event.key)) App.current.key(event);
    }
    if (event.key === "Escape" && !inside && !event.defaultPrevented && App.current) App.current.key(event);
  });

  Object.assign(App, { toggleHelp, keys });
})((window.SaliencyApp = window.SaliencyApp || {}));
