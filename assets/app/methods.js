// The table of one picture's four decodings, growing as they end; two of its lines can be opened side by side.
(function (App) {
  "use strict";

  const { el, t, told } = App;
  const number = (value) => (value === null || value === undefined ? "–" : window.SaliencyViewer.number(value));

  function mountMethods({ element, props, trigger, watch }) {
    const root = element.querySelector(".app-methods");
    let chosen = [], dismissed = false, serial = 0;

    const choose = (run, at) => { chosen[at] = run; if (chosen[1 - at] === run) chosen[1 - at] = null; draw(); };

    function row(name, line, at) {
      const now = at && at.method === name, cell = (text, kind) => el("td", { class: kind || null, text });
      const radio = (place) => el("td", {}, line && el("input", { type: "radio", name: "app-methods-" + place, value: line.run, "aria-label": `${t("method_" + name)}: ${t(place ? "methods_second" : "methods_first")}`, on: { change: () => choose(line.run, place) } }));
      const node = el("tr", { "data-method": name }, radio(0), radio(1), el("th", { scope: "row", text: t("method_" + name) }),
        cell(line ? line.caption : now ? t("methods_at", { n: at.tokens, m: at.of }) : t("methods_waits"), line ? "app-methods-caption" : "app-methods-wait"),
        cell(line ? number(line.score) : "", "app-num"), cell(line ? String(line.rejected) : "", "app-num"),
        cell(line ? (line.hallucinated === null ? "–" : `${line.hallucinated} / ${line.hallucinated + line.right}`) : "", "app-num"));
      node.querySelectorAll("input").forEach((input, place) => { input.checked = line && chosen[place] === line.run; });
      return node;
    }

    function draw() {
      const table = told(props.table);
      root.hidden = !table || dismissed;
      if (root.hidden) return root.replaceChildren();
      const lines = Object.fromEntries(table.lines.map((line) => [line.method, line])), runs = table.lines.map((line) => line.run);
      chosen = [0, 1].map((at) => (runs.includes(chosen[at]) ? chosen[at] : null));
      for (const at of [0, 1]) if (!chosen[at]) chosen[at] = runs.find((run) => !chosen.includes(run)) || null; // the first two, until a person chooses
      const focus = document.activeElement && root.contains(document.activeElement) ? [document.activeElement.name, document.activeElement.value] : null;
      const open = el("button", { type: "button", class: "app-button app-primary", "data-methods": "open", text: t("methods_open"), on: { click: () => trigger("show_pair", { first: chosen[0], second: chosen[1] }) } });
      open.disabled = !(chosen[0] && chosen[1]);
      root.replaceChildren(
        el("div", { class: "app-methods-head" }, el("h2", { text: t("methods_title") }), el("span", { role: "status", class: "app-methods-said", text: table.done ? t("methods_done", { n: table.lines.length }) : t("methods_running") }), open,
          el("button", { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×", on: { click: () => { dismissed = true; draw(); } } })),
        el("div", { class: "app-methods-scroll", tabindex: "0", role: "region", "aria-label": t("methods_title") }, el("table", {}, el("thead", {}, el("tr", {}, ...["methods_first", "methods_second", "methods_method", "methods_caption", "methods_score", "methods_rejected", "methods_hallucinated"].map((key) => el("th", { scope: "col", text: t(key), title: t(key + "_hint") === key + "_hint" ? null : t(key + "_hint") })))),
          el("tbody", {}, ...table.all.map((name) => row(name, lines[name], table.at))))));
      const again = focus && [...root.querySelectorAll("input")].find((one) => one.name === focus[0] && one.value === focus[1]);
      if (again) again.focus();
    }

    watch("table", () => {
      const table = told(props.table);
      const begins = table && table.serial !== serial;
      if (begins) { dismissed = false; chosen = []; serial = table.serial; }
      draw();
      if (begins && innerWidth <= 860) root.scrollIntoView({ behavior: App.calm() ? "auto" : "smooth", block: "start" });
    });
    draw();
  }

  Object.assign(App, { methods: mountMethods });
})((window.SaliencyApp = window.SaliencyApp || {}));
