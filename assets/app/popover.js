// A panel under a button: opens on it, closes with Escape or a click elsewhere, and gives the focus back.
(function (App) {
  "use strict";

  const { el, icon } = App;

  // {root, button, panel, open(on), say(text)}; fill(panel) is called whenever it opens.
  function popover({ label, id, name, fill }) {
    const value = el("span", { class: "app-pop-value" });
    const button = el("button", { type: "button", class: "app-button", id, "aria-haspopup": "dialog", "aria-expanded": "false" }, el("span", { class: "app-pop-label", text: label }), value, icon("down"));
    const panel = el("div", { class: "app-pop", role: "dialog", "aria-label": name || label, tabindex: "-1", hidden: true });
    const root = el("div", { class: "app-pop-box" }, button, panel);

    function open(on, back = true) {
      if (on === !panel.hidden) return;
      panel.hidden = !on;
      button.setAttribute("aria-expanded", String(on));
      if (!on) return back && button.focus();
      fill(panel);
      (panel.querySelector("[aria-current=true]") || panel.querySelector("button:not(:disabled)") || panel).focus();
    }

    // Filled anew while open: the focus stays on the same row and tool; a field being written in is left alone.
    function again() {
      const active = document.activeElement;
      if (panel.hidden || (panel.contains(active) && active.tagName === "INPUT")) return;
      const inside = panel.contains(active), row = inside && active.closest("[data-entry]"), tools = inside ? [...active.parentNode.children].indexOf(active) : 0;
      fill(panel);
      if (!inside) return;
      const same = row && [...panel.querySelectorAll("[data-entry]")].find((one) => one.dataset.entry === row.dataset.entry);
      (same ? same.children[tools] : panel.querySelector(".app-pick") || panel).focus();
    }

    button.addEventListener("click", () => open(panel.hidden));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) { event.stopPropagation(); open(false); }
      if (event.key === "ArrowDown" && event.target === button && panel.hidden) { event.preventDefault(); open(true); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], rows = [...panel.querySelectorAll(".app-pick:not(:disabled)")];
      const at = rows.indexOf(event.target.closest(".app-pick, .app-entry") && event.target.closest(".app-entry") ? event.target.closest(".app-entry").querySelector(".app-pick") : event.target);
      if (!step || panel.hidden || at < 0 || event.target.tagName === "INPUT") return;
      event.preventDefault();
      rows[(at + step + rows.length) % rows.length].focus();
    });
    document.addEventListener("pointerdown", (event) => { if (!root.contains(event.target)) open(false, false); });
    return { root, button, panel, open, again, say: (text) => { value.textContent = text; } };
  }

  Object.assign(App, { popover });
})((window.SaliencyApp = window.SaliencyApp || {}));
