// Small helpers to build the page. Text from a model or a person enters only through textContent and setAttribute.
(function (SV) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  // el("button", {class: "x", text: "label", title: "...", on: {click: f}}, child, ...)
  function build(node, options, children) {
    for (const [name, value] of Object.entries(options || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "text") node.textContent = value;
      else if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
      else if (name === "style") for (const [key, item] of Object.entries(value)) node.style.setProperty(key, item);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children) if (child) node.append(child);
    return node;
  }
  SV.el = (tag, options, ...children) => build(document.createElement(tag), options, children);
  SV.svg = (tag, options, ...children) => build(document.createElementNS(SVG, tag), options, children);

  // Replace the children of a node.
  SV.fill = (node, ...children) => node.replaceChildren(...children.filter(Boolean));

  const VISIBLE = { "\n": "⏎", "\r": "⏎", "\t": "⇥" };

  // A token as a person can see it: control characters, invisible and direction-changing ones are shown as signs.
  SV.visible = (text) => {
    if (text === "") return "∅";
    if (/^ +$/.test(text)) return "␣".repeat(text.length);
    return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c]/g,
      (sign) => VISIBLE[sign] || "·");
  };
  SV.quoted = (text) => "“" + SV.visible(text).replace(/^ /, "") + "”";

  // A number for the screen: three significant digits, thin minus, no exponent between 0.001 and 10000.
  SV.number = (value, digits) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    const text = size >= 0.001 && size < 1e4
      ? String(Number(value.toPrecision(digits || 3)))
      : value.toExponential((digits || 3) - 1).replace("e+", "e");
    return text.replace(/^-/, "−").replace("e-", "e−");
  };
  // The right edge of what scrolls sideways fades while there is more of it.
  SV.fade = (wide) => {
    const look = () => wide.classList.toggle("sv-more", wide.scrollLeft + wide.clientWidth < wide.scrollWidth - 4);
    if (!wide.onscroll) wide.onscroll = look;
    look();
  };

  SV.percent = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const text = value === 0 ? "0" : value > 0 && value < 0.001 ? "<0.1" : (100 * value).toFixed(value < 0.0995 ? 1 : 0);
    return text + "\u00a0%";
  };

  // Layer indices in words, as saliency_viz.figures.rows.view does: [0, 1, 2, 5] is "0–2, 5".
  SV.ranges = (numbers) => {
    const parts = [];
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const last = parts[parts.length - 1];
      if (last && number === last[1] + 1) last[1] = number;
      else parts.push([number, number]);
    }
    return parts.map(([low, high]) => (low === high ? `${low}` : `${low}–${high}`)).join(", ");
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
