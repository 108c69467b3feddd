// Small controls that several parts use: a menu under a button, a labelled chooser and its options.
(function (App) {
  "use strict";

  const { el, icon } = App;

  function menu(label, ...items) {
    const list = el("div", { class: "app-menu-items", hidden: true }, ...items);
    const button = el("button", { type: "button", class: "app-button", "aria-expanded": "false" }, el("span", { text: label }), icon("down"));
    const root = el("div", { class: "app-menu" }, button, list);
    const open = (on) => {
      list.hidden = !on;
      button.setAttribute("aria-expanded", String(on));
      if (on) (list.querySelector("button") || button).focus();
    };
    button.addEventListener("click", () => open(list.hidden));
    list.addEventListener("click", (event) => { if (event.target.closest("button:not(.app-stay)")) open(false); });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) { open(false); button.focus(); event.stopPropagation(); }
      const all = [...list.querySelectorAll("button")];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && !list.hidden) {
        event.preventDefault();
        all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
      }
    });
    document.addEventListener("click", (event) => { if (!root.contains(event.target)) open(false); });
    return root;
  }

  function choice(label, name) {
    const select = el("select", { class: "app-select", "aria-label": label, name });
    return { select, root: el("label", { class: "app-field" }, el("span", { text: label }), select) };
  }

  function option(value, text, parent) {
    const item = document.createElement("option");
    item.value = value;
    item.text = text;
    parent.append(item);
    return item;
  }

  Object.assign(App, { menu, choice, option });
})((window.SaliencyApp = window.SaliencyApp || {}));
