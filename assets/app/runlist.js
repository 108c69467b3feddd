// The list of this visit's runs: picture, name, how each was made; choose, pin, rename, delete. Words enter as text only.
(function (App) {
  "use strict";

  const { el, t, icon } = App;

  // How a run was made, in one line.
  function made(run) {
    return [run.model, run.method, run.seed === null ? "" : t("runs_seed", { n: run.seed }), t("runs_tokens", { n: run.tokens })].filter(Boolean).join(" · ");
  }

  // A run as a row one can choose. more: what stands at its end.
  function entry(run, { current, choose, more = [] }) {
    const pick = el("button", { type: "button", class: "app-pick", "data-run": run.id, "aria-current": current ? "true" : null, on: { click: () => choose(run) } },
      run.picture ? el("img", { src: run.picture, alt: "", width: 40, height: 40, draggable: "false" }) : el("span", { class: "app-noimage", "aria-hidden": "true" }),
      el("span", { class: "app-entry-words" }, el("span", { class: "app-entry-title", text: run.title || t("runs_untitled") }), el("span", { class: "app-entry-made", text: made(run) })));
    return el("li", { class: "app-entry" + (run.pinned ? " pinned" : ""), "data-entry": run.id }, pick, ...more);
  }

  // The rows with their buttons. act(run, what, more): rename, pin, unpin, delete.
  function runList(runs, { current, choose, act }) {
    const tool = (run, what, sign, pressed) => el("button", { type: "button", class: "app-tool", "data-act": what, title: t("runs_" + what), "aria-label": `${t("runs_" + what)}: ${run.title}`, "aria-pressed": pressed,
      on: { click: (event) => (what === "rename" ? rename(run, event.currentTarget.closest(".app-entry")) : act(run, what)) } }, icon(sign));
    const rows = runs.map((run) => entry(run, { current: run.id === current, choose, more: [
      tool(run, run.pinned ? "unpin" : "pin", "pin", String(run.pinned)), tool(run, "rename", "pen"), tool(run, "delete", "bin")] }));
    const list = el("ul", { class: "app-entries", "aria-label": t("run_list") }, ...rows);
    list.addEventListener("keydown", (event) => {
      const row = event.target.closest(".app-entry"), run = row && runs.find((one) => one.id === row.dataset.entry);
      if (!run || event.target.tagName === "INPUT") return;
      if (event.key === "F2") rename(run, row);
      else if (event.key === "Delete") act(run, "delete");
      else if (event.key === "p") act(run, run.pinned ? "unpin" : "pin");
      else return;
      event.preventDefault();
    });

    function rename(run, row) {
      const pick = row.querySelector(".app-pick"), field = el("input", { type: "text", class: "app-rename", maxlength: 120, "aria-label": t("runs_rename") });
      field.value = run.title;
      let over = false;
      const end = (keep) => {
        if (over) return;
        over = true;
        field.remove();
        pick.hidden = false;
        pick.focus();
        if (keep && field.value.trim() !== run.title) act(run, "rename", { name: field.value });
      };
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") { event.preventDefault(); end(true); } // else the row would take it for a click
        else if (event.key === "Escape") { event.stopPropagation(); end(false); }
      });
      field.addEventListener("blur", () => end(true));
      pick.hidden = true;
      row.prepend(field);
      field.focus();
      field.select();
    }
    return list;
  }

  Object.assign(App, { runList, runEntry: entry });
})((window.SaliencyApp = window.SaliencyApp || {}));
