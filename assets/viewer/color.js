// A number's colour: perceptual maps for sizes, a diverging one for differences, and ink that stays readable on it.
(function (SV) {
  "use strict";

  const decoded = new Map();
  SV.map = (name) => {
    if (!decoded.has(name)) decoded.set(name, SV.bytes(SV.maps[name] || SV.maps.viridis));
    return decoded.get(name);
  };
  SV.SEQUENTIAL = ["viridis", "cividis", "magma"];
  SV.DIVERGING = "RdBu_r";

  // [red, green, blue] 0..255 at a place 0..1.
  SV.rgb = (name, place) => {
    const map = SV.map(name), at = 3 * Math.max(0, Math.min(255, Math.round(place * 255)));
    return [map[at], map[at + 1], map[at + 2]];
  };
  SV.css = (rgb, alpha) => `rgb(${rgb[0]} ${rgb[1]} ${rgb[2]}${alpha === undefined ? "" : ` / ${alpha}`})`;

  function luminance(rgb) {
    const [r, g, b] = rgb.map((part) => {
      const x = part / 255;
      return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

  const PAPER = { light: [255, 255, 255], dark: [22, 24, 31] };
  const INKS = [[24, 24, 27], [236, 236, 241], [0, 0, 0], [255, 255, 255]];

  // How opaque a patch or a word's ground is: small values let the picture or paper through. 1 everywhere at opacity 1.
  SV.alpha = (place, opacity) => Math.min(1, 1.5 * opacity) * opacity ** (4 * (1 - place));
  const GROUND = (weight) => 0.1 + 0.7 * weight; // the same for a word's ground

  // {background, ink} of a word whose value is at a place of the map, on light or dark paper.
  SV.tint = (name, place, theme, weight) => {
    const color = SV.rgb(name, place), alpha = GROUND(weight === undefined ? place : weight), paper = PAPER[theme];
    const mixed = color.map((part, i) => Math.round(part * alpha + paper[i] * (1 - alpha)));
    const light = luminance(mixed), legible = INKS.map((ink) => contrast(light, luminance(ink)));
    const soft = Math.max(legible[0], legible[1]), best = soft >= 4.6 ? soft : Math.max(...legible); // AA asks for 4.5
    const ink = INKS[legible.indexOf(best)];
    return { background: SV.css(mixed), ink: SV.css(ink) };
  };

  // Same as figures/colors.py.
  SV.VERDICTS = { accepted: "#0072b2", rejected: "#d55e00", untried: "#8c8c8c", fallback: "#cc79a7" };
  SV.PART_COLORS = { template: "#8c8c8c", image: "#009e73", prompt: "#e69f00", outputs: "#0072b2" };

  // The 256 fills of a map over a picture at an opacity, made once for each.
  const made = new Map();
  SV.fills = (name, opacity, signed) => {
    const key = [name, opacity, signed].join();
    if (!made.has(key)) {
      if (made.size > 40) made.clear(); // an opacity slider makes many
      made.set(key, Array.from({ length: 256 }, (_, i) => SV.css(SV.rgb(name, i / 255), SV.alpha(signed ? Math.abs((2 * i) / 255 - 1) : i / 255, opacity).toFixed(3))));
    }
    return made.get(key);
  };

  // plotly's colour scale of a map.
  SV.plotlyScale = (name) => Array.from({ length: 33 }, (_, i) => [i / 32, SV.css(SV.rgb(name, i / 32)).replace(/ /g, ",")]);

  // A vertical or horizontal colour bar with numbers at its ends, drawn as the panels are.
  SV.colorBar = (scale, options) => {
    const { name, opacity, theme, label, vertical } = options; // opacity undefined: as grounds of words
    const canvas = SV.el("canvas", { class: "sv-bar-canvas", "aria-hidden": "true" });
    const length = 128;
    canvas.width = vertical ? 1 : length;
    canvas.height = vertical ? length : 1;
    const pen = canvas.getContext("2d"), paper = PAPER[theme];
    for (let i = 0; i < length; i++) {
      const place = i / (length - 1), weight = scale.signed ? Math.abs(2 * place - 1) : place;
      const alpha = opacity === undefined ? GROUND(weight) : SV.alpha(weight, opacity);
      const color = SV.rgb(name, place).map((part, k) => Math.round(part * alpha + paper[k] * (1 - alpha)));
      pen.fillStyle = SV.css(color);
      if (vertical) pen.fillRect(0, length - 1 - i, 1, 1);
      else pen.fillRect(i, 0, 1, 1);
    }
    const ticks = SV.el("span", { class: "sv-bar-ticks" });
    const shown = scale.transform === "log" && !vertical ? [0, 0.5, 1].map((place) => [place, scale.value(place)]) : scale.ticks();
    for (const [place, value] of shown) {
      const clipped = place === 1 && scale.largest > scale.high * 1.0001;
      const under = place === 0 && scale.transform === "log";
      ticks.append(SV.el("span", {
        text: (clipped ? "≥ " : under ? "≤ " : "") + SV.number(value, 2),
        style: { "--place": place },
        "data-value": value,
      }));
    }
    return SV.el("span", {
      class: "sv-bar" + (vertical ? " sv-bar-vertical" : ""),
      role: "img",
      "aria-label": `${label || ""} ${SV.number(scale.low)} – ${SV.number(scale.high)}`,
    }, canvas, ticks);
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
