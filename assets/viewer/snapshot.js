// A panel as a picture to keep: PNG of what is shown with title, colour bar and a line that says what it is; plots as SVG too.
(function (SV) {
  "use strict";

  const SHARP = 2, PAD = 14, NOTE = 30; // device pixels per CSS pixel; CSS pixels
  const OURS = /\.(sv-|js-plotly|plotly|main-svg|modebar|hoverlayer)/;
  const XHTML = "http://www.w3.org/1999/xhtml";

  // The rules that make a panel look as it does, wherever the page keeps them.
  function rules() {
    const found = [];
    for (const sheet of document.styleSheets) {
      let list = [];
      try { list = sheet.cssRules; } catch (foreign) { continue; }
      for (const rule of list) if (OURS.test(rule.cssText)) found.push(rule.cssText);
    }
    return found.join("\n");
  }

  // A copy that stands by itself: canvases as images, choices as their words, our own buttons left out.
  function copied(node) {
    const copy = node.cloneNode(true), pairs = (selector) => [...node.querySelectorAll(selector)].map((one, i) => [one, copy.querySelectorAll(selector)[i]]);
    const swaps = [];
    for (const [canvas, twin] of pairs("canvas")) {
      const image = document.createElement("img"), look = getComputedStyle(canvas);
      if (canvas.width && canvas.height) image.src = canvas.toDataURL();
      for (const name of ["position", "inset", "display", "borderRadius", "border", "flex"]) image.style[name] = look[name];
      Object.assign(image.style, { width: `${canvas.offsetWidth}px`, height: `${canvas.offsetHeight}px`, filter: "none", visibility: "visible", boxSizing: "border-box" });
      swaps.push([twin, image]);
    }
    for (const [select, twin] of pairs("select")) swaps.push([twin, SV.el("b", { text: select.selectedOptions.length ? select.selectedOptions[0].text : "" })]);
    for (const [input, twin] of pairs("input")) swaps.push([twin, SV.el("b", { text: input.type === "number" || input.type === "text" ? input.value : "" })]);
    for (const [twin, stand] of swaps) twin.replaceWith(stand);
    for (const gone of copy.querySelectorAll(".sv-save, .sv-help-button, .sv-follow, .sv-range .sv-button, .modebar-container, [hidden]")) gone.remove();
    return copy;
  }

  // What a picture shows, for whoever meets it alone. data-about of the panel: "run", "layers" (every layer), "own" (its scale is its own), or one choice of layers.
  SV.about = (viewer, node) => {
    const { run, state } = viewer, over = node.dataset.about, steps = viewer.stepsOf(0), { model, settings } = run.payload;
    const made = [model.name, settings.sgrs && "SGRS", settings.locore && "LocoRE"].filter(Boolean).join(" + ");
    const token = steps.length > 1 ? SV.t("{r} of tokens {n}", { r: SV.t(state.reduce === "max" ? "maximum" : "mean"), n: SV.ranges(steps) }) : SV.t("token {i}", { i: steps[0] });
    const word = "“" + SV.visible(steps.map((step) => run.steps[step].text).join("")).trim() + "”";
    const beside = viewer.holding ? SV.t("held: {w}", { w: run.quoted(run.first + state.held) }) : "";
    if (over === "run") return [made, SV.t("{n} tokens", { n: run.steps.length })].join(" · ");
    const scale = over === "layers" && state.scale === "layer" ? { scale: "run" } : state;
    return [word, token, beside, made, over === "layers" ? SV.t("every layer") : run.layerWords(state.layer), over === "own" ? "" : SV.scaleWords(scale)].filter(Boolean).join(" · ");
  };

  SV.snapshot = async (viewer, node) => {
    const width = Math.ceil(node.offsetWidth), height = Math.ceil(node.offsetHeight), copy = copied(node);
    copy.style.margin = "0";
    const frame = SV.el("div", { style: { width: `${width}px`, padding: `${PAD}px`, "box-sizing": "content-box" } }, copy,
      SV.el("div", { class: "sv-hint", text: SV.about(viewer, node), style: { "margin-top": "8px", "line-height": "18px", "white-space": "nowrap", overflow: "hidden", "text-overflow": "ellipsis" } }));
    const root = SV.el("div", { xmlns: XHTML, class: viewer.root.className, style: { width: `${Math.max(viewer.root.clientWidth, width)}px` } }, SV.el("style", { text: rules() }), frame);
    const whole = { width: width + 2 * PAD, height: height + 2 * PAD + NOTE };
    const markup = new XMLSerializer().serializeToString(root).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}"><foreignObject x="0" y="0" width="100%" height="100%">${markup}</foreignObject></svg>`;
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    await image.decode();
    const canvas = SV.el("canvas", { width: whole.width * SHARP, height: whole.height * SHARP }), pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(viewer.root).getPropertyValue("--sv-card").trim() || "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png"));
  };

  // A plot's own drawing with its title, as SVG text.
  SV.plotSvg = async (viewer, node) => {
    const plot = node.querySelector(".sv-plot"), head = node.querySelector(".sv-panel-head, .sv-section-head"), style = getComputedStyle(viewer.root);
    const copy = copied(head), title = copy.innerText || copy.textContent, { data, layout } = plot;
    const margin = { ...layout.margin, t: 54 }, height = plot.offsetHeight + 50;
    const words = `${SV.plotlyText(title.replace(/\s+/g, " ").trim(), 120)}<br><sub>${SV.plotlyText(SV.about(viewer, node), 160)}</sub>`;
    const figure = { data, layout: { ...layout, autosize: false, margin, paper_bgcolor: style.getPropertyValue("--sv-card").trim(), title: { text: words, x: 0.01, xanchor: "left", y: 1 - 20 / height, yanchor: "middle", font: { size: 13 } } } };
    const url = await viewer.Plotly.toImage(figure, { format: "svg", width: plot.offsetWidth, height });
    return decodeURIComponent(url.slice(url.indexOf(",") + 1));
  };

  function name(viewer, node) {
    const { run, state } = viewer, what = [node.dataset.picture, node.dataset.kind, node.dataset.slot === "1" ? "second" : node.dataset.slot === "difference" ? "difference" : ""].filter(Boolean).join("-");
    const word = (run.steps[viewer.tokenOf(0)].text.match(/[A-Za-z0-9]+/) || [""])[0].toLowerCase();
    return ["saliency", what || "panel", `token-${viewer.tokenOf(0)}`, word, typeof state.layer === "number" ? `layer-${state.layer}` : state.layer].filter(Boolean).join("-");
  }

  async function keep(viewer, node, kind, button) {
    button.disabled = true;
    try {
      const made = kind === "svg" ? await SV.plotSvg(viewer, node) : await SV.snapshot(viewer, node);
      SV.save(`${name(viewer, node)}.${kind}`, made, kind === "svg" ? "image/svg+xml" : "image/png");
    } catch (refused) {
      button.title = SV.t("This browser could not make the picture.");
      button.classList.add("sv-failed");
    }
    button.disabled = false;
    button.focus({ preventScroll: true });
  }

  // A small button on every panel that is drawn; heads that were filled anew get theirs again.
  SV.offerPictures = (viewer) => {
    const able = viewer.run && viewer.run.steps.length;
    for (const node of viewer.root.querySelectorAll(".sv-panel, [data-picture]")) {
      const head = node.querySelector(".sv-panel-head, .sv-section-head");
      if (!head || node.querySelector(".sv-panel") || (head.closest(".sv-panel, [data-picture]") !== node)) continue;
      let box = head.querySelector(":scope > .sv-save");
      if (!box) {
        const button = (kind, text, title) => SV.el("button", { type: "button", class: "sv-button sv-small", "data-save": kind, text, title: SV.t(title), "aria-label": SV.t(title), on: { click: (event) => keep(viewer, node, kind, event.currentTarget) } });
        box = SV.el("span", { class: "sv-save" }, button("png", "↓ PNG", "save this picture as PNG"), node.querySelector(".sv-plot") && button("svg", "↓ SVG", "save this plot as SVG"));
        head.append(box);
      }
      box.hidden = !able;
    }
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
