// The page around the viewer: header, notice, example row, help, links, downloads. Draws no run itself.
// Words of a model or a person enter only through textContent and option.text; props and server come from gr.HTML.
(function () {
  "use strict";

  const shown = [null, null]; // references of the runs in the first and second place
  const listeners = new Set();
  let viewer = null;
  let usual = {}; // the viewer's state before anyone touched it
  let table = {};
  const language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";

  const t = (key, values) =>
    (table[key] || key).replace(/\{(\w+)\}/g, (blank, name) => (values && values[name] !== undefined ? values[name] : blank));

  // What the server told a part: JSON text (see actions.py), or nothing yet.
  const told = (prop) => (typeof prop === "string" && prop ? JSON.parse(prop) : null);

  // el("button", {class: "x", text: "label", on: {click: f}}, child, ...)
  function el(tag, options, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(options || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "text") node.textContent = value;
      else if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.filter(Boolean));
    return node;
  }

  const ICONS = {
    theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9Z",
    link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    down: "m6 9 6 6 6-6",
  };
  function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(key, value);
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  // ---- news ----------------------------------------------------------------------------------------------------

  let notice = null;

  function say(news) {
    if (!notice) return;
    clearTimeout(notice.timer);
    notice.root.replaceChildren();
    notice.root.className = "app-notice" + (news && news.kind ? " on " + news.kind : "");
    if (!news || !news.kind) return;
    notice.root.setAttribute("role", news.kind === "error" ? "alert" : "status");
    if (news.kind === "busy") notice.root.append(el("span", { class: "app-spinner", "aria-hidden": "true" }));
    notice.root.append(el("span", { class: "app-notice-text", text: news.text || t(news.key) }));
    notice.root.append(el("button", { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×", on: { click: () => say(null) } }));
    if (news.kind === "info") notice.timer = setTimeout(() => say(null), 8000);
  }

  function mountNotice({ element, props, watch }) {
    notice = { root: element.querySelector(".app-notice"), timer: 0 };
    const draw = () => say(told(props.note));
    watch("note", draw);
    draw();
  }

  function mountNote({ element, props, watch }) {
    const root = element.querySelector(".app-note");
    const draw = () => { root.textContent = told(props.note) || ""; };
    watch("note", draw);
    draw();
  }

  // ---- example row ---------------------------------------------------------------------------------------------

  function mountThumbnails({ element, props, trigger }) {
    const root = element.querySelector(".app-thumbs");
    root.setAttribute("aria-label", t("examples"));
    const buttons = (props.items || []).map((item) =>
      el("button", { type: "button", class: "app-thumb", title: item.title + (item.note ? "\n" + item.note : ""), "data-name": item.name, on: { click: () => pick(item.name) } },
        el("img", { src: item.src, alt: item.title, width: 56, height: 56, draggable: "false" })));
    root.replaceChildren(...buttons);
    function pick(name) {
      props.value = { name };
      trigger("pick", {});
    }
    const mark = () => {
      const name = shown[0] && shown[0].recipe && shown[0].recipe.example;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.name === name));
    };
    listeners.add(mark);
    mark();
  }

  // ---- links and downloads -------------------------------------------------------------------------------------

  function address() {
    const url = new URL(location.href);
    const keep = url.searchParams.get("__theme");
    url.search = "";
    const reference = shown[0];
    for (const [key, value] of Object.entries((reference && reference.recipe) || {})) url.searchParams.set(key, value);
    if (reference && shown[1]) url.searchParams.set("beside", shown[1].id);
    const state = viewer ? viewer.getState() : {};
    for (const [key, value] of Object.entries(state)) {
      const always = key === "token" || key === "layer";
      if (value === null || typeof value === "undefined") continue;
      if (always || JSON.stringify(value) !== JSON.stringify(usual[key])) url.searchParams.set(key, typeof value === "string" ? value : JSON.stringify(value));
    }
    if (keep) url.searchParams.set("__theme", keep);
    return url;
  }

  // A link's strings as the viewer's values; the viewer checks them.
  function parsed(state) {
    return Object.fromEntries(Object.entries(state).map(([key, text]) => {
      try { return [key, JSON.parse(text)]; } catch (plain) { return [key, text]; }
    }));
  }

  let writing = 0;
  function remember() {
    if (!shown[0] || shown[0].aside) return;
    clearTimeout(writing);
    writing = setTimeout(() => history.replaceState(null, "", address()), 250);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch (refused) { // an address without https has no clipboard
      const field = el("textarea", { "aria-hidden": "true", class: "app-offscreen" });
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  function download(file) {
    const bytes = Uint8Array.from(atob(file.data), (letter) => letter.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], { type: file.kind }));
    const anchor = el("a", { href: url, download: file.name });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // ---- header --------------------------------------------------------------------------------------------------

  const FILES = ["html", "trace", "steps", "keys", "candidates", "json", "npz", "citation"];
  const FIGURES = ["image", "layers", "outputs", "distance", "text", "grid", "scores", "compare"];

  function menu(label, ...items) {
    const list = el("div", { class: "app-menu-items", role: "menu", hidden: true }, ...items);
    const button = el("button", { type: "button", class: "app-button", "aria-haspopup": "menu", "aria-expanded": "false" }, el("span", { text: label }), icon("down"));
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

  function mountHeader({ element, props, trigger, watch, server }) {
    table = props.texts[language];
    document.documentElement.lang = language;
    const root = element.querySelector(".app-header");
    const model = choice(t("model"), "model");
    const status = el("span", { class: "app-status", role: "status" });
    const run = choice(t("run_list"), "run");
    const compare = choice(t("compare"), "compare");

    const link = el("button", { type: "button", class: "app-button", id: "app-copy-link", on: { click: copyLink } }, icon("link"), el("span", { text: t("copy_link") }));
    const item = (kind) => el("button", { type: "button", role: "menuitem", "data-export": kind, text: t("export_" + kind), on: { click: () => exported(kind) } });
    const figure = el("select", { class: "app-select", name: "figure", "aria-label": t("export_figure") });
    for (const name of FIGURES) option(name, t("figure_" + name), figure);
    const figureRow = el("div", { class: "app-figure" }, el("span", { text: t("export_figure") }), figure,
      el("div", {}, ...["png", "svg", "pdf"].map((suffix) => el("button", { type: "button", role: "menuitem", "data-export": suffix, text: suffix.toUpperCase(), on: { click: () => exported(figure.value + "." + suffix) } }))));
    const exports = menu(t("export"),
      figureRow, el("hr", {}), ...FILES.map(item), el("hr", {}),
      el("button", { type: "button", role: "menuitem", "data-open": "first", text: t("open_trace"), on: { click: () => choose("first") } }),
      el("button", { type: "button", role: "menuitem", "data-open": "second", text: t("open_trace_second"), on: { click: () => choose("second") } }));
    exports.id = "app-export";
    const theme = el("button", { type: "button", class: "app-button app-round", id: "app-theme", "aria-label": t("theme"), title: t("theme"), on: { click: toggleTheme } }, icon("theme"));
    const help = el("button", { type: "button", class: "app-button app-round", id: "app-help", "aria-label": t("help"), title: t("help") + " (?)", text: "?", on: { click: openHelp } });

    root.replaceChildren(
      el("h1", { class: "app-brand" }, el("span", { class: "app-mark", "aria-hidden": "true" }), el("span", { text: "saliency_viz" })),
      el("div", { class: "app-group-left" }, model.root, status),
      el("div", { class: "app-group-middle" }, run.root, compare.root),
      el("div", { class: "app-group-right" }, link, exports, theme, help));

    function drawModels() {
      model.select.replaceChildren();
      for (const { name, label } of props.models) option(name, label, model.select);
      if (!props.models.some((known) => known.name === props.model)) option(props.model, props.model, model.select);
      if (props.free) option("\u0000other", t("another_model"), model.select);
      model.select.value = props.model;
      poll();
    }
    model.select.addEventListener("change", () => {
      let name = model.select.value;
      if (name === "\u0000other") name = (window.prompt(t("another_model_ask")) || "").trim();
      model.select.value = props.model;
      if (name) trigger("model", { name });
    });

    let polls = 0;
    async function poll() {
      const ticket = ++polls;
      let state = null;
      try {
        state = await server.fetch_status(props.model);
      } catch (offline) {
        return;
      }
      if (ticket !== polls) return;
      status.dataset.state = state.state;
      status.title = state.reason || "";
      status.textContent = t("status_" + state.state, { model: model.select.selectedOptions[0].text, device: state.device, dtype: state.dtype });
      if (state.state === "loading" || state.state === "none") setTimeout(() => { if (ticket === polls) poll(); }, 700);
    }

    function drawRuns() {
      const runs = told(props.runs) || [];
      const fill = (select, current, extra) => {
        select.replaceChildren();
        extra();
        if (current && ![...select.options].some((known) => known.value === current.id)) {
          select.insertBefore(option(current.id, current.label, select), select.firstChild);
        }
        select.value = current ? current.id : "";
      };
      fill(run.select, shown[0], () => {
        for (const known of runs) option(known.id, known.label, run.select);
        if (!runs.length && !shown[0]) option("", t("no_runs"), run.select);
      });
      fill(compare.select, shown[1], () => {
        option("", t("compare_none"), compare.select);
        const methods = el("optgroup", { label: t("compare_methods") });
        for (const method of ["plain", "sgrs", "locore", "both"]) option("method:" + method, t("method_" + method), methods);
        compare.select.append(methods);
        const others = runs.filter((known) => !shown[0] || known.id !== shown[0].id);
        if (others.length) {
          const group = el("optgroup", { label: t("compare_runs") });
          for (const known of others) option(known.id, known.label, group);
          compare.select.append(group);
        }
      });
      const none = !shown[0];
      for (const control of [link, exports.querySelector("button"), compare.select]) control.disabled = none && control !== exports.querySelector("button");
      for (const control of exports.querySelectorAll("[data-export]")) control.disabled = none;
    }
    run.select.addEventListener("change", () => trigger("show_run", { run: run.select.value, slot: 0 }));
    compare.select.addEventListener("change", () => {
      const value = compare.select.value;
      if (value.startsWith("method:")) trigger("compare", { method: value.slice(7) });
      else trigger("show_run", { run: value || null, slot: 1 });
      drawRuns();
    });

    async function copyLink() {
      if (!shown[0]) return;
      for (const reference of shown) if (reference && !reference.example) server.share_run(reference.id);
      await copy(address().href);
      say({ kind: "info", key: "copied" });
    }

    async function exported(kind) {
      say({ kind: "busy", key: "exporting" });
      try {
        const file = await server.fetch_export([shown[0].id, kind, viewer ? viewer.getState() : {}, shown[1] && shown[1].id]);
        if (file.error) return say({ kind: "error", text: file.error });
        download(file);
        say(null);
      } catch (lost) {
        say({ kind: "error", key: "unexpected" });
      }
    }

    function choose(place) {
      const field = document.querySelector("#app-open-" + place + " input[type=file], input[type=file]#app-open-" + place);
      const button = document.querySelector("#app-open-" + place);
      (field || button).click();
    }

    watch(["runs"], drawRuns);
    watch(["model"], drawModels);
    listeners.add(drawRuns);
    drawModels();
    drawRuns();
  }

  // ---- light and dark ------------------------------------------------------------------------------------------

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

  // ---- keys ----------------------------------------------------------------------------------------------------

  const openHelp = () => { if (viewer) viewer.help.toggle(); };

  document.addEventListener("click", (event) => {
    const run = event.target.closest && event.target.closest("#app-run");
    if (!run || run.disabled) return;
    say({ kind: "busy", key: "queued" }); // until the server answers
    if (window.innerWidth <= 860) document.querySelector("#app-viewer").scrollIntoView({ behavior: "smooth", block: "start" });
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const run = document.querySelector("#app-run");
      if (run && !run.disabled) { run.click(); event.preventDefault(); }
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") { event.preventDefault(); openHelp(); }
    const inside = event.target.closest && event.target.closest(".sv-root"); // there the viewer closes it
    if (event.key === "Escape" && !inside && viewer && viewer.help.open) openHelp();
  });

  // ---- viewer --------------------------------------------------------------------------------------------------

  function mountViewer({ element, props, trigger, watch, server }) {
    rememberedTheme();
    const root = element.querySelector(".app-viewer");
    viewer = window.SaliencyViewer.create(root, {
      plotly: window.Plotly,
      lang: language,
      help: false, // the header has its button, and the whole page its key
      actions: ["force", "what_if", "mark", "heads", "matrix"],
      onState: remember,
      onAction: (kind, detail) => {
        if (kind === "heads" || kind === "matrix") return look({ ...detail, kind });
        trigger(kind === "mark" ? "mark" : "action", { ...detail, kind });
        if (kind !== "mark") say({ kind: "busy", key: "queued" });
        return null;
      },
      fetchRows: async (run, step) => {
        const rows = await server.fetch_rows([run, step]);
        if (rows.error) throw new Error(rows.error);
        return rows;
      },
    });
    usual = viewer.getState();
    SaliencyApp.current = viewer;
    const serials = [0, 0];
    const loaded = [null, null];
    let chain = Promise.resolve(); // one change after the other, in the order they came
    const queue = (work) => { chain = chain.then(work).catch((error) => { console.error(error); say({ kind: "error", key: "unexpected" }); }); };

    // Heads and single-loss maps are computed in the queue, like a run; the answer is fetched when the server says that it is there.
    const waiting = new Map();
    let tickets = 0;
    function look(detail) {
      const ticket = Math.random().toString(36).slice(2) + ++tickets;
      trigger("look", { ...detail, ticket });
      return new Promise((resolve, reject) => waiting.set(ticket, { resolve, reject }));
    }
    async function answerCame() {
      const ticket = told(props.answer), asked = waiting.get(ticket);
      if (!asked) return;
      waiting.delete(ticket);
      const answer = await server.fetch_answer(ticket);
      if (answer.error) asked.reject(new Error(answer.error));
      else asked.resolve(answer);
    }

    async function show(slot, reference) {
      if (!reference) {
        loaded[slot] = null;
        viewer.setRun(null, { slot });
        return;
      }
      const payload = await server.fetch_run(reference.id);
      if (payload.error) return say({ kind: "error", text: payload.error });
      loaded[slot] = reference.id;
      const kept = reference.keep ? viewer.getState() : null;
      viewer.setRun(payload, { slot, example: Boolean(reference.aside) });
      if (kept) viewer.setState(kept);
      if (reference.state && slot === 0) viewer.setState(parsed(reference.state));
    }

    function runChanged() {
      [told(props.run), told(props.second)].forEach((reference, slot) => {
        const serial = reference ? reference.serial : 0;
        if (serials[slot] === serial) return;
        serials[slot] = serial;
        shown[slot] = reference && reference.id ? reference : null;
        queue(() => show(slot, shown[slot]));
        queue(() => { for (const listener of listeners) listener(); remember(); });
      });
    }

    function deltaChanged() {
      const delta = told(props.delta);
      if (!delta || !delta.run) return;
      queue(async () => {
        if (loaded[delta.slot] !== delta.run) return;
        const run = viewer.runs[delta.slot];
        if (run && run.steps.length >= delta.start) viewer.appendSteps(delta);
        else await show(delta.slot, shown[delta.slot]); // a message was lost
      });
    }

    watch(["run", "second"], runChanged);
    watch("delta", deltaChanged);
    watch("answer", answerCame);
    runChanged();
  }

  window.SaliencyApp = {
    header: mountHeader,
    notice: mountNotice,
    note: mountNote,
    thumbnails: mountThumbnails,
    viewer: mountViewer,
    address: () => address().href,
    shown,
    current: null,
  };
})();
