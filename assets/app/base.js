// What every part of the page stands on: texts, elements, icons, and which runs are shown. Draws no run itself.
// Words of a model or a person enter only through textContent and option.text; props and server come from gr.HTML.
(function (App) {
  "use strict";

  const shown = [null, null]; // references of the runs in the first and second place
  const listeners = new Set(); // called when they change
  const stateListeners = new Set(); // called when what is looked at in them changes
  const language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
  let table = {};

  const setTexts = (texts) => { table = texts[language]; };
  const t = (key, values) =>
    (table[key] || key).replace(/\{(\w+)\}/g, (blank, name) => (values && values[name] !== undefined ? values[name] : blank));

  // What the server told a part: JSON text (see ui/updates.py), or nothing yet.
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
    pin: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8Z",
    pen: "m4 20 .9-4L16.6 4.3l3.1 3.1L8 19.1 4 20Z",
    bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
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

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  Object.assign(App, { calm, shown, listeners, stateListeners, language, setTexts, t, told, el, icon, current: null });
})((window.SaliencyApp = window.SaliencyApp || {}));
