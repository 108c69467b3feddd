// Made by assets/build.js from the modules next to it; change those, then `npm run build`.
"use strict";
(() => {
  // viewer/state/defaults.js
  var DEFAULTS = {
    token: null,
    also: [],
    layer: "target",
    scale: "layer",
    transform: "percentile",
    normalization: "row",
    cmap: "viridis",
    opacity: 0.62,
    view: "candidates",
    hide_sinks: false,
    reveal_truth: false,
    pins: [],
    pin_kind: "saliency",
    granularity: "token",
    image_columns: "max",
    triangle: "saliency",
    triangle_keys: "outputs",
    compare_kind: "saliency",
    matrix: "saliency",
    reduce: "mean",
    held: null,
    held_also: [],
    range_attention: null,
    range_saliency: null,
    heads_show: "grid",
    head: 0,
    heads_part: "image",
    heads_kind: "attention",
    matrix_row: null,
    fill: "mean",
    follow: false,
    claim_scope: "auto",
    smooth: false,
    strip: "auto",
    content: false,
    curve: "auto",
    knock_hide: "picture",
    knock_layers: "all",
    knock_head: null,
    frame: null
  };
  var CHOICES = {
    scale: ["run", "layer", "token", "manual"],
    transform: ["linear", "percentile", "log"],
    normalization: ["row", "raw", "share"],
    granularity: ["token", "word", "sentence", "range", "several"],
    reduce: ["mean", "max"],
    image_columns: ["max", "sum", "each", "none"],
    triangle: ["saliency", "attention", "difference"],
    triangle_keys: ["outputs", "words"],
    compare_kind: ["attention", "saliency"],
    pin_kind: ["attention", "saliency"],
    matrix: ["attention", "saliency"],
    heads_show: ["grid", "one", "mean", "max"],
    heads_part: ["image", "prompt", "outputs", "template"],
    heads_kind: ["attention", "saliency", "difference"],
    fill: ["mean", "blur"],
    follow: [true, false],
    claim_scope: ["auto", "caption", "visit", "examples"],
    smooth: [true, false],
    strip: ["auto", "bars", "compact"],
    content: [true, false],
    curve: ["auto", "shown", "folded"],
    knock_hide: ["pins", "picture", "words", "prompt", "all"],
    knock_layers: ["all", "chosen"]
  };
  var TASTE = (
    /** @type {const} */
    [
      "scale",
      "transform",
      "normalization",
      "cmap",
      "opacity",
      "granularity",
      "reduce",
      "hide_sinks",
      "image_columns",
      "smooth",
      "strip",
      "curve"
    ]
  );

  // shared/dom.js
  var SVG = "http://www.w3.org/2000/svg";
  function build(node, options, children) {
    for (const [name, value] of Object.entries(options)) {
      if (value === null || value === void 0 || value === false) continue;
      if (name === "text") node.textContent = value;
      else if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
      else if (name === "style") {
        for (const [key2, item] of Object.entries(value)) node.style.setProperty(key2, item);
      } else node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children) if (child) node.append(child);
    return node;
  }
  var el = (tag, options, ...children) => build(document.createElement(tag), options || {}, children);
  var svgEl = (tag, options, ...children) => build(document.createElementNS(SVG, tag), options || {}, children);
  function setChildren(node, ...children) {
    node.replaceChildren(.../** @type {Node[]} */
    children.filter(Boolean));
  }

  // app/page/state.js
  var page = {
    viewer: null,
    header: null,
    model: "",
    media: null,
    picks: 0,
    asked: 0,
    stale: () => {
    },
    lookAtModel: () => {
    }
  };
  var shown = [null, null];
  var listeners = /* @__PURE__ */ new Set();
  var choiceListeners = /* @__PURE__ */ new Set();
  var modelListeners = /* @__PURE__ */ new Set();
  var stateListeners = /* @__PURE__ */ new Set();
  var told = (prop) => typeof prop === "string" && prop ? JSON.parse(prop) : null;
  var calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  var behavior = () => (
    /** @type {ScrollBehavior} */
    calm() ? "auto" : "smooth"
  );
  var small = () => innerWidth <= 640;

  // shared/text.js
  function filled(text, values) {
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (blank, name) => values[name] === void 0 ? blank : String(values[name]));
  }

  // app/page/texts.js
  var language = (globalThis.navigator?.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
  var table = {};
  function setTexts(texts) {
    table = texts[language];
  }
  var t = (key2, values) => filled(table[key2] || key2, values);

  // viewer/texts/format.js
  var VISIBLE = { "\n": "⏎", "\r": "⏎", "	": "⇥" };
  var INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u061c]/g;
  function visible(text) {
    if (text === "") return "∅";
    if (/^ +$/.test(text)) return "␣".repeat(text.length);
    return text.replace(INVISIBLE, (sign2) => VISIBLE[sign2] || "·");
  }
  var quoted = (text) => "“" + visible(text).replace(/^ /, "") + "”";
  var unknown = (value) => value === null || value === void 0 || Number.isNaN(value);
  function formatNumber(value, digits = 3) {
    if (unknown(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    const plain = size >= 1e-3 && size < 1e4;
    const text = plain ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1).replace("e+", "e");
    return text.replace(/^-/, "−").replace("e-", "e−");
  }
  function formatPercent(value) {
    if (unknown(value)) return "–";
    const text = value === 0 ? "0" : value > 0 && value < 1e-3 ? "<0.1" : (100 * value).toFixed(value < 0.0995 ? 1 : 0);
    return text + " %";
  }
  var finePercent = (value) => value === null || value === void 0 ? "–" : `${(100 * value).toFixed(2)} %`;
  var rangesText = (numbers) => consecutive(numbers).map(([low, high]) => low === high ? `${low}` : `${low}–${high}`).join(", ");
  function consecutive(numbers) {
    const found = [];
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const last = found[found.length - 1];
      if (last && number === last[1] + 1) last[1] = number;
      else found.push([number, number]);
    }
    return found;
  }

  // app/page/links.js
  var PAUSE = 250;
  var PATIENCE = 1e4;
  var MOST = 2e3;
  var LONGEST = 2e4;
  function address() {
    const url = new URL(location.href);
    const theme = url.searchParams.get("__theme");
    url.search = "";
    const { searchParams: query } = url;
    const [first, second] = shown;
    for (const [key2, value] of Object.entries(first && first.recipe || {})) query.set(key2, value);
    const state = page.viewer ? page.viewer.getState() : null;
    if (first && second && !(state && typeof state.held === "number")) {
      query.set("beside", second.id);
      for (const [key2, value] of Object.entries(second.recipe || {})) {
        if (!second.example && key2 !== "run") query.set("beside_" + key2, value);
      }
    }
    for (const [key2, value] of Object.entries(stateWords(state))) query.set(key2, value);
    if (theme) query.set("__theme", theme);
    return url.href;
  }
  function stateWords(state) {
    const words2 = {};
    const usual = (
      /** @type {Record<string, unknown>} */
      DEFAULTS
    );
    for (const [key2, value] of Object.entries(state || {})) {
      if (value === null || value === void 0) continue;
      const always = key2 === "token" || key2 === "layer";
      if (always || JSON.stringify(value) !== JSON.stringify(usual[key2])) words2[key2] = written(value, usual[key2]);
    }
    return words2;
  }
  function written(value, usual) {
    if (!Array.isArray(usual)) return typeof value === "string" ? value : JSON.stringify(value);
    const ranges = consecutive(
      /** @type {number[]} */
      value
    );
    return ranges.map(([low, high]) => low === high ? `${low}` : `${low}-${high}`).join(".");
  }
  function unwritten(text) {
    const parts = text.split(".").slice(0, MOST);
    return parts.flatMap((part) => {
      const [low, high = low] = part.split("-").map(Number);
      if (!Number.isInteger(low) || !Number.isInteger(high) || high - low >= LONGEST) return [];
      return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
    });
  }
  function parsed(words2) {
    const found = { ...DEFAULTS };
    for (const [key2, text] of Object.entries(words2)) {
      const usual = (
        /** @type {Record<string, unknown>} */
        DEFAULTS[key2]
      );
      if (Array.isArray(usual) && /^[\d.-]+$/.test(text)) found[key2] = unwritten(text);
      else {
        try {
          found[key2] = JSON.parse(text);
        } catch {
          found[key2] = text;
        }
      }
    }
    return (
      /** @type {any} */
      found
    );
  }
  var writing = 0;
  var entry = "";
  var awaited = 0;
  function remember() {
    const [first, second] = shown;
    if (!first) return;
    const runs2 = [first.id, second && second.id];
    const now2 = JSON.stringify(runs2);
    if (now2 !== entry && Date.now() < awaited) return;
    awaited = 0;
    clearTimeout(writing);
    if (entry && now2 !== entry) history.pushState({ runs: runs2 }, "", address());
    else if (first.aside) history.replaceState({ runs: runs2 }, "");
    entry = now2;
    if (!first.aside) writing = window.setTimeout(() => history.replaceState({ runs: runs2 }, "", address()), PAUSE);
  }
  var forgetBack = () => void (awaited = 0);
  function watchHistory() {
    addEventListener("popstate", ({ state }) => {
      if (!state || !state.runs || !page.header) return;
      clearTimeout(writing);
      entry = JSON.stringify(state.runs);
      awaited = Date.now() + PATIENCE;
      const [first, second] = state.runs;
      page.header.trigger("show_again", { first, second, link: Object.fromEntries(new URL(location.href).searchParams) });
    });
  }
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyByField(text);
    }
  }
  function copyByField(text) {
    const field2 = el("textarea", { "aria-hidden": "true", class: "app-offscreen" });
    field2.value = text;
    document.body.append(field2);
    field2.select();
    document.execCommand("copy");
    field2.remove();
  }

  // app/page/recover_link.js
  var wanted = null;
  function want(what) {
    wanted = what;
  }
  function settle(reference, payload) {
    if (!wanted || !page.viewer || reference.aside || payload.ended === "running") return;
    const { state, beside: beside2 } = wanted;
    wanted = null;
    if (reference.example) return;
    page.viewer.setState(parsed(state));
    if (beside2) compareWith(beside2);
  }
  function compareWith(recipe) {
    if (page.header) page.header.trigger("compare", { recipe });
  }
  function openTrace(place) {
    const id = `app-open-${place}`;
    const field2 = document.querySelector(`#${id} input[type=file], input[type=file]#${id}`) || document.querySelector(`#${id}`);
    field2.click();
  }
  var offers = {
    again: () => press("#app-run"),
    again_beside: (news) => compareWith(news.recipe),
    open: () => openTrace("first"),
    open_beside: () => openTrace("second")
  };
  function press(name) {
    const button = (
      /** @type {HTMLElement | null} */
      document.querySelector(name)
    );
    if (button) button.click();
  }

  // app/parts/stopping.js
  var wish = null;
  function stopWhenPossible(name) {
    forgetStop();
    const button = (
      /** @type {HTMLButtonElement | null} */
      document.querySelector(name)
    );
    if (!button) return;
    if (!button.disabled) return button.click();
    wish = new MutationObserver(() => {
      if (button.disabled) return;
      forgetStop();
      button.click();
    });
    wish.observe(button, { attributes: true, attributeFilter: ["disabled"] });
  }
  function forgetStop() {
    if (wish) wish.disconnect();
    wish = null;
  }

  // app/parts/notice.js
  var STOPPABLE = ["running", "waiting_model", "waiting_model_seconds", "queued", "queued_before", "queued_seconds"];
  var SHOWN = 8e3;
  var newsListeners = /* @__PURE__ */ new Set();
  var notice = null;
  function say(news) {
    if (!notice) return;
    if (!news || !STOPPABLE.includes(news.key || "")) forgetStop();
    for (const listener of newsListeners) listener(news);
    const { root } = notice;
    notice.news = news;
    clearTimeout(notice.timer);
    const shape = news && news.kind === "busy" ? JSON.stringify([news.kind, news.key, news.offers]) : "";
    const same = shape && shape === notice.shape && root.querySelector(".app-notice-text");
    notice.shape = shape;
    if (news && same) {
      same.textContent = news.text || t(news.key || "", news.values);
      root.setAttribute("aria-live", "off");
      return;
    }
    root.setAttribute("aria-live", "polite");
    notice.kind = news ? news.kind : "";
    root.className = "app-notice" + (notice.kind ? ` on ${notice.kind}` : "");
    if (!news || !news.kind) return root.replaceChildren();
    root.setAttribute("role", news.kind === "error" ? "alert" : "status");
    setChildren(root, ...noticeParts(news));
    if (news.kind === "info") notice.timer = window.setTimeout(() => say(null), SHOWN);
  }
  function takeBack(news) {
    if (notice && notice.news === news) say(null);
  }
  function noticeParts(news) {
    const { kind, key: key2 = "", values, text, offers: given = [] } = news;
    const button = (name, click, more = {}) => el("button", { type: "button", class: "app-button", text: t(name), on: { click }, ...more });
    const act = (name) => () => {
      say(null);
      offers[name](news);
    };
    const close = { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×" };
    return [
      kind === "busy" && el("span", { class: "app-spinner", "aria-hidden": "true" }),
      el("span", { class: "app-notice-text", text: text || t(key2, values) }),
      STOPPABLE.includes(key2) && button("stop", () => stopWhenPossible("#app-stop")),
      ...given.map((offer) => button(offer.key, act(offer.do), { "data-do": offer.do })),
      el("button", { ...close, on: { click: () => say(null) } })
    ];
  }
  function mountNotice({ element, props, watch }) {
    const root = (
      /** @type {HTMLElement} */
      element.querySelector(".app-notice")
    );
    notice = { root, timer: 0, kind: "", shape: "", news: null };
    const draw2 = () => {
      const news = told(props.note);
      if (news && news.wanted) want(news.wanted);
      say(news);
    };
    watch("note", draw2);
    draw2();
    document.addEventListener("input", ({ target: target3 }) => {
      const refused3 = notice && notice.kind === "error";
      if (refused3 && target3 instanceof Element && target3.closest("#app-left")) say(null);
    });
  }
  function mountNote({ element, props, watch }) {
    const root = (
      /** @type {HTMLElement} */
      element.querySelector(".app-note")
    );
    const draw2 = () => {
      const note2 = told(props.note) || "";
      root.textContent = note2.key ? t(note2.key, note2.values) : note2;
      root.classList.toggle("app-note-refused", note2.fits === false);
    };
    watch("note", draw2);
    draw2();
  }

  // app/parts/stream.js
  var waiting = /* @__PURE__ */ new Set();
  var early = /* @__PURE__ */ new Set();
  async function expectNews(taken2) {
    const { event_id: id } = await taken2.clone().json();
    if (!early.delete(id)) waiting.add(id);
    await new Promise((next) => setTimeout(next));
  }
  async function newsStream(ask) {
    const answer = await ask();
    if (!answer.ok || !answer.body) return answer;
    const { readable, writable } = new TransformStream();
    const told2 = writable.getWriter();
    passOn(answer.body, ask, told2).then(() => told2.close()).catch((error) => told2.abort(error));
    return new Response(readable, { status: answer.status, headers: answer.headers });
  }
  async function passOn(body, ask, told2) {
    const [pieces, text, bytes2] = [body.getReader(), new TextDecoder(), new TextEncoder()];
    let rest = "";
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
      const messages = (rest + text.decode(piece.value, { stream: true })).split("\n\n");
      rest = messages.pop() || "";
      for (const message of messages) {
        if (message.includes('"msg":"process_completed"')) ended(message);
        if (waiting.size && message.includes('"msg":"close_stream"')) return goOn(ask, told2);
        await told2.write(bytes2.encode(message + "\n\n"));
      }
    }
  }
  async function goOn(ask, told2) {
    const answer = await ask();
    if (!answer.ok || !answer.body) throw answer;
    return passOn(answer.body, ask, told2);
  }
  function ended(message) {
    const { event_id: id } = JSON.parse(message.slice(message.indexOf("{")));
    if (!waiting.delete(id)) early.add(id);
  }

  // app/parts/server.js
  var PAUSES = [1e3, 4e3];
  var refusedListeners = /* @__PURE__ */ new Set();
  function watchServer() {
    const ask = window.fetch;
    window.fetch = (...given) => {
      const address2 = given[0] instanceof Request ? given[0].url : String(given[0]);
      if (address2.includes("/component_server")) return asked(ask(...given));
      if (address2.includes("/queue/join")) return taken(ask(...given), given[1]);
      if (address2.includes("/queue/data")) return newsStream(() => ask(...given));
      return ask(...given);
    };
  }
  async function asked(question) {
    const answer = await question.catch(() => null);
    if (answer && isAnswer(answer)) return answer;
    const told2 = answer && await detailOf(answer);
    return new Response(JSON.stringify({ error: told2 || t("server_gone"), gone: !told2 }));
  }
  async function taken(question, how) {
    const answer = await question.catch((error) => {
      refused(how, t("server_gone"));
      throw error;
    });
    if (isAnswer(answer)) {
      await expectNews(answer);
      return answer;
    }
    const detail = answer.status === 503 ? t("server_busy") : await detailOf(answer) || t("server_gone");
    refused(how, detail);
    say({ kind: "error", text: detail });
    return new Response(JSON.stringify({ detail }), { status: answer.ok ? 502 : answer.status });
  }
  function isAnswer(answer) {
    return answer.ok && (answer.headers.get("content-type") || "").includes("json");
  }
  async function detailOf(answer) {
    const told2 = await answer.json().catch(() => null);
    return told2 && typeof told2.detail === "string" ? told2.detail : "";
  }
  function refused(how, sentence) {
    const { event_data: event } = JSON.parse(String(how && how.body || "{}"));
    for (const listener of refusedListeners) listener(event || {}, sentence);
  }
  async function patiently(ask, wanted2) {
    let answer = await ask();
    const news = { kind: (
      /** @type {const} */
      "error"
    ), text: answer.error };
    for (const pause of PAUSES) {
      if (!answer.gone || !wanted2()) break;
      say(news);
      await new Promise((next) => setTimeout(next, pause));
      if (wanted2()) answer = await ask();
    }
    takeBack(news);
    return answer;
  }

  // app/media/files.js
  var VIDEO = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|m2?ts)$/i;
  var LIMITS = { pictures: 50, video: 200 };
  var FRAMES = { least: 1, usual: 8, most: 32 };
  var isVideo = (file) => file.type.startsWith("video/") || VIDEO.test(file.name);
  function refused2(files, add) {
    if (!files.length) return { key: "media_unknown" };
    const video = files.some(isVideo);
    if (video && (files.length > 1 || add)) return { key: "media_mixed" };
    const limit = LIMITS[video ? "video" : "pictures"];
    for (const { name, size: bytes2 } of files) {
      const size = Math.ceil(bytes2 / 2 ** 20);
      if (size > limit) return { text: t("media_large", { name, limit, size }) };
    }
    return null;
  }
  var filesOf = (data) => [...data ? data.files : []];
  var carried = ({ dataTransfer }) => Boolean(dataTransfer && [...dataTransfer.types].includes("Files"));
  function listenForFiles(field2) {
    const { stage, root } = field2;
    document.addEventListener("dragover", (event) => {
      if (!carried(event)) return;
      event.preventDefault();
      stage.classList.add("over");
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) stage.classList.remove("over");
    });
    document.addEventListener("drop", (event) => {
      stage.classList.remove("over");
      const here = carried(event) || event.target instanceof Node && root.contains(event.target);
      if (event.defaultPrevented || !here) return;
      event.preventDefault();
      field2.take(filesOf(event.dataTransfer), false);
    });
    document.addEventListener("paste", (event) => {
      const pasted = filesOf(event.clipboardData);
      if (!pasted.length) return;
      event.preventDefault();
      field2.take(pasted, false);
    });
  }

  // app/media/picture_list.js
  var PLACE = "application/x-place";
  function permuted(list2, from, to) {
    const copy2 = [...list2];
    copy2.splice(to, 0, ...copy2.splice(from, 1));
    return copy2;
  }
  function pictureList(field2) {
    const { items } = field2.seen;
    return el("ol", { class: "app-media-list" }, ...items.map((item, at) => cell(field2, item, at, items.length)));
  }
  var cellsOf = ({ stage }) => [.../** @type {NodeListOf<HTMLElement>} */
  stage.querySelectorAll("li[tabindex]")];
  function move(field2, from, to) {
    const { value, seen } = field2;
    const files = value.files || [];
    if (to < 0 || to >= files.length || from === to) return;
    const items = permuted(seen.items, from, to);
    field2.settle({ ...value, files: permuted(files, from, to) }, { ...seen, items }, true);
    cellsOf(field2)[to].focus();
  }
  function remove(field2, at) {
    const { value, seen } = field2;
    const files = value.files || [];
    if (files.length === 1) return field2.clear();
    const next = { ...value, files: files.filter((_, index2) => index2 !== at) };
    if (next.files.length === 1) return field2.look(next, true);
    field2.settle(next, { ...seen, items: seen.items.filter((_, index2) => index2 !== at) }, true);
    const rest = cellsOf(field2);
    rest[Math.min(at, rest.length - 1)].focus();
  }
  function key(field2, event, at) {
    const all = cellsOf(field2);
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.target !== all[at]) return;
    if (event.key === "Delete" || event.key === "Backspace") remove(field2, at);
    else if (step && event.altKey) move(field2, at, at + step);
    else if (step && all[at + step]) all[at + step].focus();
    else return;
    event.preventDefault();
  }
  function cell(field2, { src, width, height }, at, count) {
    const label2 = t("media_item", { n: at + 1, count, width, height });
    const attributes = { class: "app-media-cell", tabindex: "0", draggable: "true", "aria-label": label2 };
    const node = el(
      "li",
      { ...attributes, on: { keydown: (event) => key(field2, event, at) } },
      el("img", { src, alt: "", draggable: "false" }),
      el("span", { class: "app-media-number", text: String(at + 1), "aria-hidden": "true" }),
      el(
        "span",
        { class: "app-media-hands" },
        at > 0 && tool("earlier", "media_earlier", "‹", () => move(field2, at, at - 1)),
        tool("remove", "media_remove", "×", () => remove(field2, at)),
        at < count - 1 && tool("later", "media_later", "›", () => move(field2, at, at + 1))
      )
    );
    byDragging(node, field2, at);
    return node;
  }
  function byDragging(node, field2, at) {
    node.addEventListener("dragstart", ({ dataTransfer }) => {
      if (!dataTransfer) return;
      dataTransfer.setData(PLACE, String(at));
      dataTransfer.effectAllowed = "move";
    });
    node.addEventListener("dragover", (event) => {
      if (!event.dataTransfer || !event.dataTransfer.types.includes(PLACE)) return;
      event.preventDefault();
      event.stopPropagation();
      node.classList.add("over");
    });
    node.addEventListener("dragleave", () => node.classList.remove("over"));
    node.addEventListener("drop", (event) => {
      const from = event.dataTransfer ? event.dataTransfer.getData(PLACE) : "";
      if (from === "") return;
      event.preventDefault();
      event.stopPropagation();
      move(field2, Number(from), at);
    });
  }

  // app/media/drawing.js
  var PAUSE2 = 300;
  function clock(time) {
    if (time < 9.95) return time.toFixed(1);
    if (time < 600) return String(Math.round(time));
    return Math.floor(time / 60) + ":" + String(Math.round(time % 60)).padStart(2, "0");
  }
  function tool(name, key2, sign2, act) {
    const click = (event) => {
      event.stopPropagation();
      act();
    };
    const words2 = { title: t(key2), "aria-label": t(key2), text: sign2 };
    return el("button", { type: "button", class: "app-media-tool " + name, ...words2, on: { click } });
  }
  function stageParts(field2) {
    const { value, seen } = field2;
    const { items } = seen;
    if (!items.length) return [dropPlace(field2)];
    const pictures = value.kind === "pictures";
    const tools = el(
      "div",
      { class: "app-media-tools" },
      tool("replace", "media_replace", "↻", () => field2.browse(false)),
      pictures && tool("add", "media_add", "+", () => field2.browse(true)),
      tool("clear", items.length > 1 ? "media_remove_all" : "media_remove", "×", () => field2.clear())
    );
    const fixed = seen.video || value.kind === "run" && items.length > 1;
    if (fixed) return [el("ol", { class: "app-media-list" }, ...items.map(frame)), tools];
    if (items.length > 1) return [pictureList(field2), tools];
    return [el("img", { class: "app-media-one", src: items[0].src, alt: t("media_one"), draggable: "false" }), tools];
  }
  var dropPlace = (field2) => el(
    "button",
    { type: "button", class: "app-media-drop", on: { click: () => field2.browse(false) } },
    el("span", { class: "app-media-plus", text: "+", "aria-hidden": "true" }),
    el("span", { text: t("media_drop") }),
    el("small", { text: t("media_hint") })
  );
  function frame({ src, time }) {
    const alt = time === null ? "" : t("media_frame", { time: clock(time) });
    const image = el("img", { src, alt, draggable: "false" });
    const label2 = time !== null && el("span", { class: "app-media-time", text: clock(time) + " s" });
    return el("li", { class: "app-media-cell app-media-frame" }, image, label2);
  }
  function aboutParts(field2) {
    const { value, seen } = field2;
    const count = seen.items.length;
    const note2 = (text) => el("p", { class: "app-note", text });
    if (value.kind === "run") return [note2(t("media_run", { count }))];
    if (value.kind === "video") return videoParts(field2);
    if (count !== 1 || value.files && value.files[0].example) return [];
    return [note2(`${seen.items[0].width} × ${seen.items[0].height}`)];
  }
  function videoParts(field2) {
    const { value, seen } = field2;
    let later = 0;
    const change2 = () => {
      number.textContent = slider.value;
      clearTimeout(later);
      later = window.setTimeout(() => field2.look({ ...value, frames: Number(slider.value) }, true), PAUSE2);
    };
    const number = el("output", { text: String(value.frames) });
    const { least: min, most: max } = FRAMES;
    const attributes = { type: "range", min, max, step: 1, value: value.frames, "aria-label": t("media_frames") };
    const slider = el("input", { ...attributes, on: { input: change2 } });
    slider.value = String(value.frames);
    const about2 = { duration: clock(seen.duration || 0), all: seen.source_frames, count: seen.items.length };
    return [
      el("label", { class: "app-media-frames" }, el("span", { text: t("media_frames") }), slider, number),
      el("p", { class: "app-note", text: t("media_video", about2) })
    ];
  }

  // app/media/seen_part.js
  var box = (left, top, right, bottom) => `M${left} ${top}H${right}V${bottom}H${left}Z`;
  function frameSeen({ stage, seen, part }) {
    const { region } = told(part.props.part) || {};
    const picture = stage.querySelector(".app-media-one");
    const old = stage.querySelector(".app-media-seen");
    if (old) old.remove();
    if (!region || !picture) return;
    const { width, height } = seen.items[0];
    const [left, top, right, bottom] = region;
    const inside = box(left * width, top * height, right * width, bottom * height);
    const name = t("media_part");
    const attributes = { class: "app-media-seen", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name };
    const path2 = svgEl("path", { d: box(0, 0, width, height) + inside });
    picture.after(svgEl("svg", attributes, svgEl("title", { text: name }), path2));
  }

  // app/media/field.js
  var EMPTY = { items: [] };
  var ACCEPT = "image/*,.heic,.heif,.avif,.tif,.tiff,video/*,.mkv,.m4v,.avi,.ts";
  var MediaField = class {
    /** @param {Part} part */
    constructor(part) {
      this.part = part;
      this.value = {};
      this.seen = EMPTY;
      this.serial = 0;
      this.ticket = 0;
      this.root = /** @type {HTMLElement} */
      part.element.querySelector(".app-media");
      const change2 = () => {
        this.take([...this.input.files || []], this.input.dataset.add === "true");
        this.input.value = "";
      };
      const hidden = { tabindex: "-1", class: "app-offscreen", "aria-hidden": "true" };
      this.input = el("input", { type: "file", multiple: true, accept: ACCEPT, ...hidden, on: { change: change2 } });
      this.stage = el("div", { class: "app-media-stage" });
      this.about = el("div", { class: "app-media-about" });
      this.warning = el("p", { class: "app-media-warning", role: "status" });
      this.root.replaceChildren(this.stage, this.about, this.warning, this.input);
    }
    start() {
      const { watch } = this.part;
      listenForFiles(this);
      watch("given", () => this.given());
      watch("model", () => this.limits());
      modelListeners.add(() => this.limits());
      watch("part", () => frameSeen(this));
      this.draw();
      this.given();
    }
    /** Opens the browser's dialog. @param {boolean} add to the pictures that are there */
    browse(add) {
      this.input.dataset.add = String(add);
      this.input.click();
    }
    /** The server set a value. */
    given() {
      const given = told(this.part.props.given);
      if (!given || given.serial === this.serial) return;
      this.serial = given.serial;
      this.part.props.value = given.value;
      this.look(given.value, false);
    }
    /** @param {File[]} files @param {boolean} add */
    async take(files, add) {
      const { kind: held, files: there = [] } = this.value;
      const refusal = refused2(files, add);
      if (refusal) return say({ kind: "error", ...refusal });
      const mine = this.busy("media_uploading");
      const kept2 = [];
      for (const file of files) {
        try {
          kept2.push({ path: (await this.part.upload(file)).path, name: file.name });
        } catch {
          if (mine !== this.ticket) return;
          say({ kind: "error", text: t("media_lost", { name: file.name }) });
          return this.draw();
        }
      }
      if (mine !== this.ticket) return;
      const several = held === "pictures" && (add || there.length > 1);
      const pictures = { kind: (
        /** @type {const} */
        "pictures"
      ), files: several ? [...there, ...kept2] : kept2 };
      await this.look(files.some(isVideo) ? { kind: "video", files: kept2, frames: FRAMES.usual } : pictures, true);
    }
    /**
     * Asks the server what a value looks like; only then it counts, so that a bad file takes nothing away.
     * @param {Value} next
     * @param {boolean} mine a person did it, not the server
     */
    async look(next, mine) {
      const asked3 = this.busy("media_reading");
      const found = await patiently(() => this.part.server.look_at(next), () => asked3 === this.ticket);
      if (asked3 !== this.ticket) return;
      if (!found.error) return this.settle(next, found, mine);
      this.part.props.value = this.value;
      say({ kind: "error", text: found.error });
      this.draw();
    }
    /** @param {Value} next @param {Seen} found @param {boolean} mine */
    settle(next, found, mine) {
      this.ticket++;
      this.value = next;
      this.seen = found;
      this.part.props.value = next;
      page.media = next;
      this.draw();
      for (const listener of listeners) listener();
      page.stale(mine);
      if (!mine) return;
      page.picks++;
      this.part.trigger(next.kind ? "chosen" : "cleared", {});
    }
    clear() {
      this.settle({}, EMPTY, true);
      (this.stage.querySelector("button") || this.root).focus();
    }
    /** @param {string} key of what is waited for @returns {number} ticket */
    busy(key2) {
      this.stage.classList.add("busy");
      this.stage.dataset.wait = t(key2);
      this.stage.setAttribute("aria-busy", "true");
      return ++this.ticket;
    }
    draw() {
      const { value, seen, stage, about: about2, root } = this;
      const count = seen.items.length;
      const kind = value.kind || "empty";
      stage.className = "app-media-stage";
      stage.removeAttribute("aria-busy");
      root.dataset.kind = seen.video ? "video" : count > 1 ? "several" : kind;
      stage.replaceChildren(...stageParts(this));
      about2.replaceChildren(...aboutParts(this));
      this.limits();
    }
    /** Whether the chosen model takes this is known once it is loaded: said before the run. */
    async limits() {
      this.warning.textContent = "";
      const count = this.seen.items.length;
      const video = Boolean(this.seen.video);
      if (!video && count < 2) return;
      const asked3 = this.ticket;
      const { server, props } = this.part;
      const able = await server.fetch_takes(props.model);
      if (asked3 !== this.ticket || !able || able.error) return;
      if (video && !able.video) this.warning.textContent = t("takes_no_video", { families: able.videos });
      else if (!video && able.pictures && count > able.pictures) {
        this.warning.textContent = t("takes_one", { families: able.many });
      }
    }
  };
  function mountMedia(part) {
    new MediaField(part).start();
  }

  // app/page/keys.js
  var keys = () => [
    [
      t("keys_page"),
      [
        [["Enter"], "Ctrl Enter", t("key_run")],
        [["?"], "?", t("key_help")],
        [["Escape"], "Esc", t("key_close")]
      ]
    ],
    [t("keys_menu"), [[["ArrowUp", "ArrowDown"], "↑ ↓", t("key_menu")]]],
    [
      t("keys_runs"),
      [
        [["ArrowUp", "ArrowDown"], "↑ ↓", t("key_menu")],
        [["p"], "p", t("key_runs_pin")],
        [["F2"], "F2", t("key_runs_rename")],
        [["Delete"], "Delete", t("key_runs_delete")]
      ]
    ],
    [
      t("keys_media"),
      [
        [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "← →", t("key_media_step")],
        [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "Alt ← →", t("key_media_move")],
        [["Delete", "Backspace"], "Delete", t("key_media_remove")]
      ]
    ]
  ];
  function toggleHelp() {
    if (page.viewer) page.viewer.help.toggle();
  }
  var within = ({ target: target3 }, selector) => target3 instanceof Element ? target3.closest(selector) : null;
  function runPressed(event) {
    const run = (
      /** @type {HTMLButtonElement | null} */
      within(event, "#app-run")
    );
    if (!run || run.disabled) return;
    say({ kind: "busy", key: "queued" });
    const viewer = document.querySelector("#app-viewer");
    if (small() && viewer) viewer.scrollIntoView({ behavior: behavior(), block: "start" });
  }
  function pressed(event) {
    const { viewer } = page;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const run = (
        /** @type {HTMLButtonElement | null} */
        document.querySelector("#app-run")
      );
      if (run && !run.disabled) {
        run.click();
        event.preventDefault();
      }
    }
    if (within(event, "input, textarea, select, [contenteditable=true]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") {
      event.preventDefault();
      toggleHelp();
    }
    if (!viewer) return;
    if (event.target === document.body) {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") viewer.strips[0].key(event);
      else if (["[", "]", "t"].includes(event.key)) viewer.key(event);
    }
    const inside = within(event, ".sv-root");
    if (event.key === "Escape" && !inside && !event.defaultPrevented) viewer.key(event);
  }
  function listenToPage() {
    document.addEventListener("click", runPressed);
    document.addEventListener("keydown", pressed);
  }

  // app/page/storage.js
  function recalled(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }
  function keep(name, text) {
    try {
      localStorage.setItem(name, text);
    } catch {
    }
  }
  function recalledInTab(name) {
    try {
      return sessionStorage.getItem(name);
    } catch {
      return null;
    }
  }
  function keepInTab(name, text) {
    try {
      sessionStorage.setItem(name, text);
    } catch {
    }
  }
  function forgetInTab(name) {
    try {
      sessionStorage.removeItem(name);
    } catch {
    }
  }
  function canKeep() {
    try {
      return Boolean(localStorage);
    } catch {
      return false;
    }
  }

  // app/page/prefs.js
  var VIEW = "saliency-viz-view";
  var VISIT = "saliency-viz-visit";
  var SETTINGS = "saliency-viz-settings";
  var MAKING = "saliency-viz-making";
  var making = recalledInTab(MAKING);
  function kept() {
    try {
      return { ...JSON.parse(recalled(VIEW) || "{}") };
    } catch {
      return {};
    }
  }
  function likeBefore(viewer) {
    const found = kept();
    const known3 = TASTE.filter((key2) => key2 in found).map((key2) => [key2, found[key2]]);
    viewer.setState(Object.fromEntries(known3));
  }
  function like(state, changed) {
    const keys2 = TASTE.filter((key2) => key2 in changed);
    if (!keys2.length) return;
    const found = kept();
    for (const key2 of keys2) {
      if (state[key2] === DEFAULTS[key2] || state[key2] === "manual") delete found[key2];
      else found[key2] = state[key2];
    }
    keep(VIEW, JSON.stringify(found));
  }
  var newVisit = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  function recall() {
    try {
      const visit = recalledInTab(VISIT) || newVisit();
      keepInTab(VISIT, visit);
      return JSON.stringify({ settings: JSON.parse(recalled(SETTINGS) || "[]"), visit, making });
    } catch {
      return "";
    }
  }

  // shared/model_key.js
  var BETWEEN = "::";
  function parseModelKey(key2) {
    const [name, weights = "", ...adapter] = key2.split(BETWEEN);
    return { name, weights, adapter: adapter.join(BETWEEN) };
  }
  function joinModelKey({ name, weights, adapter }) {
    if (adapter) return [name, weights, adapter].join(BETWEEN);
    return weights ? name + BETWEEN + weights : name;
  }
  var lastPart = (name) => name.startsWith("/") ? (
    /** @type {string} */
    name.split("/").pop()
  ) : name;
  function modelLabel(key2) {
    const { name, adapter } = parseModelKey(key2);
    return [name, adapter].filter(Boolean).map(lastPart).join(" + ");
  }
  function madeBy(model, key2) {
    const { name, weights, adapter } = parseModelKey(key2);
    const [dtype, added = ""] = (model.dtype || "").split(" + adapter ");
    const [, bits = ""] = dtype.match(/^\S+ \(?([48]bit)(?: weights\))?$/) || [];
    const same = (given, wanted2) => given === wanted2 || given === wanted2.split("/").pop();
    return same(model.name, name) && bits === weights && same(added, adapter);
  }

  // app/page/icons.js
  var ICONS = {
    theme: "M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9Z",
    link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    down: "m6 9 6 6 6-6",
    pin: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8Z",
    pen: "m4 20 .9-4L16.6 4.3l3.1 3.1L8 19.1 4 20Z",
    bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5"
  };
  var STROKE = { fill: "none", stroke: "currentColor", "stroke-width": 2 };
  var ROUND = { "stroke-linecap": "round", "stroke-linejoin": "round" };
  var SIZE = { viewBox: "0 0 24 24", width: 16, height: 16 };
  var icon = (name) => svgEl("svg", { ...SIZE, ...STROKE, ...ROUND, "aria-hidden": "true" }, svgEl("path", { d: ICONS[name] }));

  // app/controls/fields.js
  function textField(name, placeholder) {
    const attributes = { type: "text", class: "app-models-text", name, placeholder, maxlength: 300 };
    return el("input", { ...attributes, spellcheck: "false", autocomplete: "off" });
  }
  var fieldRow = (label2, field2) => el("label", { class: "app-models-field", hidden: true }, el("span", { text: label2 }), field2);

  // app/models/model_row.js
  function families(rows, room, chosen2) {
    const groups = /* @__PURE__ */ new Map();
    for (const row2 of rows) {
      const family = row2.family || t("models_named");
      groups.set(family, [...groups.get(family) || [], row2]);
    }
    return [...groups].map(([family, each]) => {
      const lines2 = each.map((row2) => line(row2, room, parseModelKey(row2.key).name === chosen2));
      return el("fieldset", { class: "app-models-family" }, el("legend", { text: family }), ...lines2);
    });
  }
  function columns() {
    const head = (name) => el("span", {
      class: "app-models-" + name,
      text: t("models_col_" + name),
      title: t("models_col_" + name + "_hint")
    });
    const names2 = ["params", "fetch", "size", "speed"].map(head);
    return el("div", { class: "app-models-cols" }, el("i"), el("span"), ...names2);
  }
  function speed(seconds) {
    const value = seconds < 0.0995 ? `${Math.max(1, Math.round(seconds * 1e3))} ms` : `${Number(seconds.toPrecision(2))} s`;
    return t("models_seconds", { value });
  }
  var fetched = ({ download: download2 }) => download2 ? t("models_about", { size: download2 }) : "";
  var memory = ({ needed, about: about2 }) => needed && about2 ? t("models_about", { size: needed }) : needed || "";
  function reason(row2, room) {
    if (!row2.fits) return t("models_too_large", { needed: memory(row2), room });
    return row2.reachable ? "" : t("models_offline");
  }
  function named(label2) {
    const cut = label2.lastIndexOf("/") + 1;
    const owner = cut > 0 && el("span", { class: "app-models-org", text: label2.slice(0, cut) });
    return el("span", {}, owner, label2.slice(cut));
  }
  function line(row2, room, checked) {
    const refused3 = reason(row2, room);
    const input = el("input", { type: "radio", name: "app-model", value: row2.key, disabled: Boolean(refused3) });
    input.checked = checked;
    const style = { "--share": row2.share === null ? 0 : row2.share };
    const loaded = row2.state === "ready" && el("em", { class: "app-models-loaded", text: t("models_loaded") });
    const said = (name, text) => el("span", { class: "app-models-" + name, text, title: text ? t("models_col_" + name) : null });
    const files = row2.here ? t("models_here") : fetched(row2) || t("models_download");
    return el(
      "label",
      { class: "app-models-row" + (refused3 ? " off" : "") + (row2.fits ? "" : " large") },
      input,
      el("span", { class: "app-models-name" }, named(row2.label), loaded),
      said("params", row2.parameters),
      said("fetch", row2.reachable ? files : ""),
      el("span", { class: "app-models-gauge", "aria-hidden": "true", style }),
      said("size", refused3 || memory(row2)),
      refused3 ? null : said("speed", row2.seconds === null ? "" : speed(row2.seconds))
    );
  }

  // app/models/chooser.js
  var PAUSE3 = 500;
  var Chooser = class {
    /**
     * @param {HTMLButtonElement} button opens it
     * @param {(weights: string | null) => Promise<Offers>} fetchOffers
     * @param {(key: string) => Promise<Row & {error?: string}>} fetchOffer of any name
     * @param {(key: string) => void} choose
     * @param {() => string} chosen key of the one in use
     */
    constructor(button, fetchOffers, fetchOffer, choose, chosen2) {
      this.button = button;
      this.fetchOffers = fetchOffers;
      this.fetchOffer = fetchOffer;
      this.choose = choose;
      this.chosen = chosen2;
      this.offers = null;
      this.weights = "";
      this.asked = 0;
      this.room = el("span", { class: "app-models-room" });
      const radios = { role: "radiogroup", "aria-label": t("models_weights") };
      this.kinds = el("div", { class: "app-models-kinds", ...radios });
      this.list = el("div", { class: "app-models-list" });
      this.other = textField("app-model-other", t("models_other_hint"));
      this.adapter = textField("app-model-adapter", t("models_adapter_hint"));
      this.otherRow = fieldRow(t("models_other"), this.other);
      this.adapterRow = fieldRow(t("models_adapter"), this.adapter);
      this.lacking = el("p", { class: "app-models-lacking" });
      const use = el("button", { type: "submit", class: "app-button app-models-use", text: t("models_use") });
      const head = el("div", { class: "app-models-head" }, el("strong", { text: t("models_title") }), this.room);
      const foot = el("div", { class: "app-models-foot" }, use);
      this.typed = el("div", { class: "app-models-typed", role: "status" });
      const fields = [this.otherRow, this.typed, this.adapterRow, this.lacking];
      this.form = el("form", { class: "app-models-form" }, head, this.kinds, columns(), this.list, ...fields, foot);
      this.root = el("dialog", { class: "app-models", "aria-label": t("models_title") }, this.form);
      this.pause = 0;
      this.listen();
    }
    listen() {
      const { root, form, button, list: list2, other } = this;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        event.stopPropagation();
        this.submit();
      });
      form.addEventListener("keydown", (event) => {
        if (event.key === "Escape") event.stopPropagation();
      });
      list2.addEventListener("dblclick", ({ target: target3 }) => {
        if (target3 instanceof Element && target3.closest(".app-models-row:not(.off)")) form.requestSubmit();
      });
      other.addEventListener("input", () => {
        clearTimeout(this.pause);
        this.typed.replaceChildren();
        this.pause = window.setTimeout(() => this.lookUp(), PAUSE3);
      });
      button.addEventListener("click", () => this.open());
      root.addEventListener("close", () => button.setAttribute("aria-expanded", "false"));
      root.addEventListener("click", ({ target: target3 }) => {
        if (target3 === root) root.close();
      });
    }
    open() {
      const { root, button } = this;
      root.showModal();
      button.setAttribute("aria-expanded", "true");
      const now2 = parseModelKey(this.chosen());
      this.weights = now2.weights;
      this.adapter.value = now2.adapter;
      this.other.value = "";
      this.typed.replaceChildren();
      this.ask();
    }
    /** The key that is typed, else picked; "" for neither. */
    wanted() {
      const typed2 = this.other.value.trim();
      const adapter = this.adapter.value.trim();
      if (typed2) return joinModelKey({ name: typed2, weights: this.weights, adapter });
      const picked = (
        /** @type {HTMLInputElement | null} */
        this.list.querySelector("input:checked")
      );
      if (!picked) return "";
      const { name, weights } = parseModelKey(picked.value);
      return joinModelKey({ name, weights, adapter: name === "demo" ? "" : adapter });
    }
    async submit() {
      const typed2 = Boolean(this.other.value.trim());
      const key2 = this.wanted();
      if (!key2 || typed2 && !await this.lookUp()) return;
      this.root.close();
      this.choose(key2);
    }
    /** Shows what a typed model needs, as a line of the list. @returns {Promise<boolean>} whether it can be had */
    async lookUp() {
      clearTimeout(this.pause);
      if (!this.other.value.trim()) return false;
      const key2 = this.wanted();
      this.typed.replaceChildren(el("p", { class: "app-models-wait", text: t("models_looking") }));
      const row2 = await this.fetchOffer(key2);
      if (key2 !== this.wanted()) return false;
      if (row2.error) {
        this.typed.replaceChildren(el("p", { class: "app-models-refused", text: row2.error }));
        return false;
      }
      const found = (
        /** @type {Row} */
        row2
      );
      const room = this.offers && this.offers.room || "";
      const shown2 = line(found, room, true);
      for (const input of shown2.querySelectorAll("input")) input.name = "app-model-typed";
      this.typed.replaceChildren(shown2);
      return !reason(found, room);
    }
    async ask() {
      const ticket = ++this.asked;
      if (!this.offers) this.wait(t("models_reading"));
      this.form.setAttribute("aria-busy", "true");
      const found = await this.fetchOffers(this.weights || null);
      if (ticket !== this.asked) return;
      this.form.removeAttribute("aria-busy");
      if (found.error) return this.wait(found.error);
      this.offers = /** @type {Offers} */
      found;
      this.draw(this.offers);
    }
    /** @param {string} text instead of the list */
    wait(text) {
      this.list.replaceChildren(el("p", { class: "app-models-wait", text }));
    }
    /** @param {Offers} offers */
    draw(offers2) {
      const onKind = this.kinds.contains(document.activeElement);
      this.room.textContent = offers2.room ? t("models_room", { ...offers2 }) : t("models_room_unknown", { ...offers2 });
      const whole = this.kindChoice("", "models_whole", null);
      const kinds = offers2.quantizations.map(({ name, lacking }) => this.kindChoice(name, "models_" + name, lacking));
      this.kinds.replaceChildren(el("span", { text: t("models_weights") }), whole, ...kinds);
      const reasons = [...offers2.quantizations.map((kind2) => kind2.lacking), offers2.adapters && offers2.adapter_lacking];
      const missing = [...new Set(reasons.filter(Boolean))];
      this.lacking.textContent = missing.join(" ");
      this.lacking.hidden = !missing.length;
      this.otherRow.hidden = !offers2.free;
      this.adapterRow.hidden = !offers2.adapters;
      this.adapter.disabled = Boolean(offers2.adapter_lacking) || !(offers2.free || offers2.adapter);
      this.list.replaceChildren(...families(offers2.rows, offers2.room, parseModelKey(this.chosen()).name));
      const first = this.list.querySelector("input:checked") || this.list.querySelector("input:not(:disabled)");
      if (!(first instanceof HTMLElement)) return;
      const kind = onKind && this.kinds.querySelector("input:checked");
      if (kind instanceof HTMLElement) kind.focus();
      else first.focus();
      first.scrollIntoView({ block: "nearest" });
    }
    /** @param {string} value @param {string} key @param {string | null} lack why it cannot be had */
    kindChoice(value, key2, lack) {
      const change2 = () => {
        this.weights = value;
        this.ask();
      };
      const attributes = { type: "radio", name: "app-model-weights", value, disabled: Boolean(lack), on: { change: change2 } };
      const input = el("input", attributes);
      input.checked = value === this.weights;
      return el("label", { class: "app-models-kind", title: lack || null }, input, el("span", { text: t(key2) }));
    }
  };

  // app/models/status.js
  var SOON = 700;
  var LATER = 2e4;
  var SLOW = 20;
  var BACK = { do: "back_to_demo", key: "back_to_demo" };
  var bytes = (count) => count >= 1e8 ? (count / 1e9).toFixed(1) + " GB" : (count / 1e6).toFixed(1) + " MB";
  function words(status) {
    const { state, stage, done = 0, total = 0 } = status;
    if (state !== "loading" || !stage) return t("status_" + state, { ...status });
    const share = total ? Math.floor(100 * done / total) : 0;
    const key2 = stage === "download" && !total ? "looking" : stage;
    return t("status_" + key2, { done: bytes(done), total: bytes(total), share });
  }
  var soFar = ({ state, seconds }) => state === "loading" && seconds ? t("status_seconds", { seconds }) : "";
  var statusButton = (id, text, click) => el("button", { type: "button", class: "app-button app-status-do", id, text, hidden: true, on: { click } });
  var ModelStatus = class {
    /** @param {Part} part */
    constructor(part) {
      this.part = part;
      const { props, trigger, server } = part;
      this.name = el("span", { class: "app-pop-value app-model-name" });
      const opens = {
        type: "button",
        class: "app-button",
        id: "app-model",
        "aria-haspopup": "dialog",
        "aria-expanded": "false"
      };
      const label2 = el("span", { class: "app-pop-label", text: t("model") });
      const button = el("button", opens, label2, this.name, icon("down"));
      this.words = el("span", { class: "app-status-what" });
      this.seconds = el("span", { class: "app-status-seconds" });
      this.text = el("span", { class: "app-status-text" }, this.words, this.seconds);
      this.bar = el("span", { class: "app-status-bar", "aria-hidden": "true" });
      this.chip = el("span", { class: "app-status", role: "status" }, this.text, this.bar);
      this.halt = statusButton("app-model-halt", t("models_halt"), () => trigger("halt_model", { name: props.model }));
      this.again = statusButton("app-model-again", t("models_again"), () => trigger("model", { name: props.model }));
      const choose = (key2) => trigger("model", { name: key2 });
      const chooser2 = new Chooser(
        button,
        (weights) => server.fetch_offers(weights),
        (key2) => server.fetch_offer(key2),
        choose,
        () => props.model
      );
      const box2 = el("div", { class: "app-pop-box" }, button, chooser2.root);
      this.root = el("div", { class: "app-group-left" }, box2, this.chip, this.halt, this.again);
      this.polls = 0;
      this.retry = 0;
      this.rested = 0;
      this.missed = 0;
      this.said = "";
      this.before = {};
    }
    start() {
      const { watch, trigger } = this.part;
      watch(["model"], () => this.changed());
      listeners.add(() => trigger("plan", {}));
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden) this.poll();
      });
      newsListeners.add((news) => {
        this.said = news && news.key || "";
        const ended2 = news && news.kind === "error" && news.offers && this.before.state === "loading";
        if (["queued", "waiting_model"].includes(this.said) || ended2) this.poll();
      });
      offers.back_to_demo = () => this.back();
      this.changed();
    }
    changed() {
      const { model } = this.part.props;
      this.rested = 0;
      page.model = model;
      this.name.textContent = modelLabel(model);
      this.chip.dataset.state = "asked";
      this.words.textContent = this.seconds.textContent = "";
      if (page.viewer) page.viewer.schedule();
      for (const listener of choiceListeners) listener();
      this.poll();
    }
    async poll() {
      const ticket = ++this.polls;
      clearTimeout(this.retry);
      const { server, props } = this.part;
      const answer = await server.fetch_status(props.model);
      const status = answer.error ? null : answer;
      if (ticket !== this.polls) return;
      this.heard(Boolean(status));
      if (status) this.draw(status);
      if (document.hidden) return;
      this.rested = status && status.state === "loading" ? 0 : this.rested + 1;
      const pause = Math.min(LATER, SOON * 2 ** Math.max(0, (this.missed || this.rested) - 1));
      this.retry = window.setTimeout(() => ticket === this.polls && this.poll(), pause);
    }
    /** Says when the server does not answer twice in a row, and takes it back when it does. @param {boolean} answered */
    heard(answered) {
      this.missed = answered ? 0 : this.missed + 1;
      if (this.missed === 2) say({ kind: "error", key: "server_gone" });
      if (answered && this.said === "server_gone") say(null);
    }
    /** The demo model in the place of one that does not come; a run that waits for that is not wanted any more. */
    back() {
      const { trigger, props } = this.part;
      if (this.before.state === "loading") trigger("halt_model", { name: props.model });
      if (this.said.startsWith("queued")) stopWhenPossible("#app-stop");
      trigger("model", { name: "demo" });
    }
    /** While it loads: a run that waits for it is told how long already; anybody, that it takes long. @param {Status} status */
    sayLoading({ seconds = 0, back }) {
      const waits2 = this.said.startsWith("waiting_model");
      const slow = seconds >= SLOW && (!this.said || this.said === "slow_load");
      if (!waits2 && !slow) return;
      const values = { seconds, model: modelLabel(this.part.props.model) };
      say({ kind: "busy", key: waits2 ? "waiting_model_seconds" : "slow_load", values, offers: back ? [BACK] : [] });
    }
    /** @param {Status} status */
    draw(status) {
      const { chip, bar: bar3, before } = this;
      const { state, reason: reason2, revision, note: note2, done = 0, total = 0 } = status;
      const changed = state !== before.state || status.name !== before.name;
      const loading = state === "loading";
      chip.dataset.state = state;
      chip.setAttribute("aria-live", loading ? "off" : "polite");
      [this.words.textContent, this.seconds.textContent] = [words(status), soFar(status)];
      chip.title = reason2 || (loading ? this.text.textContent : revision ? revision.slice(0, 10) : "");
      bar3.style.setProperty("--share", String(loading && total ? done / total : 0));
      this.halt.hidden = !loading;
      this.again.hidden = !(state === "failed" || state === "none" && reason2);
      this.before = status;
      if (loading) this.sayLoading(status);
      else if (this.said === "slow_load") say(null);
      if (changed && state === "failed") say({ kind: "error", text: reason2, offers: status.back ? [BACK] : [] });
      if (changed && note2) say({ kind: "warning", text: note2 });
      if (!changed || state !== "ready") return;
      this.part.trigger("plan", {});
      for (const listener of modelListeners) listener();
    }
  };

  // app/page/language.js
  var LANGUAGE = "saliency-viz-language";
  function change() {
    keep(LANGUAGE, language === "zh" ? "en" : "zh");
    location.reload();
  }
  function languageButton() {
    const attributes = { type: "button", class: "app-button", id: "app-language", title: t("language_title") };
    const other = language === "zh" ? "en" : "zh";
    return el("button", { ...attributes, lang: other, on: { click: change } }, el("span", { text: t("language") }));
  }

  // app/page/theme.js
  var THEME = "saliency-viz-theme";
  function toggleTheme() {
    const dark = document.body.classList.toggle("dark");
    keep(THEME, dark ? "dark" : "light");
  }
  function rememberedTheme() {
    const kept2 = recalled(THEME);
    if (kept2 && !new URL(location.href).searchParams.get("__theme")) {
      document.body.classList.toggle("dark", kept2 === "dark");
    }
  }
  function themeButton() {
    const name = t("theme");
    const attributes = {
      type: "button",
      class: "app-button app-round",
      id: "app-theme",
      "aria-label": name,
      title: name
    };
    return el("button", { ...attributes, on: { click: toggleTheme } }, icon("theme"));
  }

  // app/controls/under.js
  var GAP = 8;
  var EDGE = 12;
  function opensUnder(button, panel, opened2) {
    panel.popover = "auto";
    button.popoverTargetElement = panel;
    button.setAttribute("aria-expanded", "false");
    const place = () => placeUnder(button, panel);
    panel.addEventListener("toggle", (event) => {
      const open2 = (
        /** @type {ToggleEvent} */
        event.newState === "open"
      );
      button.setAttribute("aria-expanded", String(open2));
      const listen = open2 ? addEventListener : removeEventListener;
      listen("resize", place);
      listen(
        "scroll",
        place,
        /** @type {any} */
        { passive: true }
      );
      if (!open2) return;
      opened2();
      place();
    });
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation();
    });
  }
  function placeUnder(button, panel) {
    const { bottom, right } = button.getBoundingClientRect();
    const top = Math.max(EDGE, bottom + GAP);
    const left = Math.min(right, innerWidth - EDGE) - panel.offsetWidth;
    panel.style.top = `${top}px`;
    panel.style.left = `${Math.max(EDGE, left)}px`;
    panel.style.maxHeight = `${innerHeight - top - EDGE}px`;
  }
  function stepThrough(event, rows, at) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const target3 = (
      /** @type {HTMLElement} */
      event.target
    );
    if (!step || at < 0 || ["INPUT", "SELECT"].includes(target3.tagName)) return;
    event.preventDefault();
    rows[(at + step + rows.length) % rows.length].focus();
  }

  // app/controls/menu.js
  function option(value, text, parent) {
    const item = document.createElement("option");
    item.value = value;
    item.text = text;
    parent.append(item);
    return item;
  }
  function menu(label2, ...items) {
    const list2 = el("div", { class: "app-menu-items" }, ...items);
    const button = el("button", { type: "button", class: "app-button" }, el("span", { text: label2 }), icon("down"));
    const root = el("div", { class: "app-menu" }, button, list2);
    opensUnder(button, list2, () => (
      /** @type {HTMLElement} */
      (list2.querySelector("button") || button).focus()
    ));
    list2.addEventListener("click", ({ target: target3 }) => {
      if (target3 instanceof Element && target3.closest("button:not(.app-stay)")) list2.hidePopover();
    });
    list2.addEventListener("keydown", (event) => {
      const all = [...list2.querySelectorAll("button")];
      stepThrough(event, all, all.indexOf(
        /** @type {HTMLButtonElement} */
        document.activeElement
      ));
    });
    return root;
  }

  // app/runs/export_menu.js
  var FILES = ["html", "trace", "steps", "keys", "candidates", "json", "npz", "citation"];
  var FIGURES = [
    "image",
    "layers",
    "layers-attention",
    "outputs",
    "distance",
    "text",
    "grid",
    "grid-attention",
    "scores",
    "compare"
  ];
  var AGAIN = 300;
  function download(file) {
    const bytes2 = Uint8Array.from(atob(file.data), (letter) => letter.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes2], { type: file.kind }));
    const anchor = el("a", { href: url, download: file.name });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1e4);
  }
  function chooser(name, label2, options) {
    const select = el("select", { class: "app-select", name, "aria-label": label2 });
    for (const [value, text] of options) option(value, text, select);
    return select;
  }
  var ExportMenu = class {
    /** @param {Server} server */
    constructor(server) {
      this.server = server;
      const figures2 = FIGURES.map(
        (name) => (
          /** @type {[string, string]} */
          [name, t("figure_" + name.replace("-", "_"))]
        )
      );
      const films = ["both", "saliency", "attention"].map(
        (name) => (
          /** @type {[string, string]} */
          [name, t("film_" + name)]
        )
      );
      const which = ["all", "most"].map((name) => (
        /** @type {[string, string]} */
        [name, t("film_" + name)]
      ));
      this.figure = chooser("figure", t("export_figure"), figures2);
      this.film = chooser("film", t("export_film"), films);
      this.frames = chooser("film-frames", t("film_all"), which);
      const figure = this.row(t("export_figure"), [this.figure], ["png", "svg", "pdf"], () => this.figure.value);
      const film = this.row(t("export_film"), [this.film, this.frames], ["mp4", "gif"], () => this.filmName());
      const files = FILES.map((kind) => this.button(kind, t("export_" + kind), () => kind));
      const open2 = (place, text) => el("button", { type: "button", "data-open": place, text, on: { click: () => openTrace(place) } });
      const traces = [open2("first", t("open_trace")), open2("second", t("open_trace_second"))];
      this.root = menu(t("export"), figure, film, el("hr"), ...files, el("hr"), ...traces);
      this.root.id = "app-export";
    }
    /** @param {string} kind @param {string} text @param {() => string} name of what is made */
    button(kind, text, name) {
      const click = () => this.export(name());
      return el("button", { type: "button", "data-export": kind, text, on: { click } });
    }
    /** @param {string} text @param {HTMLSelectElement[]} selects @param {string[]} suffixes @param {() => string} name */
    row(text, selects, suffixes, name) {
      const buttons = suffixes.map((suffix) => this.button(suffix, suffix.toUpperCase(), () => `${name()}.${suffix}`));
      return el("div", { class: "app-figure" }, el("span", { text }), ...selects, el("div", {}, ...buttons));
    }
    filmName() {
      const most = this.frames.value === "most" && !this.frames.hidden;
      return "film-" + this.film.value + (most ? "-most" : "");
    }
    /** @param {string} kind such as "steps" or "image.png" */
    async export(kind) {
      const { viewer } = page;
      const [first, second] = shown;
      if (!first) return;
      say({ kind: "busy", key: "exporting" });
      const ticket = kind.startsWith("film") ? Math.random().toString(36).slice(2) : null;
      const state = viewer ? { ...viewer.getState(), steps: viewer.stepsOf(0) } : {};
      try {
        const made4 = this.server.fetch_export([first.id, kind, state, second && second.id, ticket]);
        if (ticket) this.watchFilm(made4, ticket);
        const file = await made4;
        if (file.error) return say({ kind: "error", text: file.error });
        download(file);
        say(null);
      } catch {
        say({ kind: "error", key: "unexpected" });
      }
    }
    /** A film takes seconds: how far it has come is told while it is made. @param {Promise<any>} made @param {string} ticket */
    async watchFilm(made4, ticket) {
      let open2 = true;
      const over = () => {
        open2 = false;
      };
      made4.then(over, over);
      while (open2) {
        await new Promise((next) => setTimeout(next, AGAIN));
        const part = open2 ? await this.server.fetch_film(ticket) : null;
        if (open2 && typeof part === "number")
          say({ kind: "busy", text: t("filming", { percent: Math.round(100 * part) }) });
      }
    }
    /** Its rows are off while no run is shown. @param {boolean} on */
    allow(on) {
      const rows = (
        /** @type {NodeListOf<HTMLButtonElement>} */
        this.root.querySelectorAll("[data-export]")
      );
      for (const row2 of rows) row2.disabled = !on;
      this.frames.hidden = !(page.viewer && page.viewer.run && page.viewer.run.several);
    }
  };

  // app/controls/popover.js
  var Popover = class {
    /** @param {PopoverOptions} options */
    constructor({ label: label2, id, fill }) {
      this.fill = fill;
      this.value = el("span", { class: "app-pop-value" });
      const attributes = { type: "button", class: "app-button", id, "aria-haspopup": "dialog" };
      const name = el("span", { class: "app-pop-label", text: label2 });
      this.button = el("button", attributes, name, this.value, icon("down"));
      this.panel = el("div", { class: "app-pop", role: "dialog", "aria-label": label2, tabindex: "-1" });
      this.root = el("div", { class: "app-pop-box" }, this.button, this.panel);
      opensUnder(this.button, this.panel, () => this.opened());
      this.root.addEventListener("keydown", (event) => this.key(event));
    }
    /** What the button names. @param {string} text */
    say(text) {
      this.value.textContent = text;
    }
    /** @param {boolean} on */
    open(on) {
      this.panel.togglePopover(on);
    }
    get isOpen() {
      return this.panel.matches(":popover-open");
    }
    opened() {
      const { panel } = this;
      this.fill(panel);
      const first = panel.querySelector("[aria-current=true]") || panel.querySelector("button:not(:disabled)") || panel;
      first.focus();
    }
    /** Filled anew while open: the focus stays on the same row and tool; a field being written in is left alone. */
    again() {
      const { panel } = this;
      const active = document.activeElement;
      const inside = active && panel.contains(active) ? active : null;
      if (!this.isOpen || inside && inside.tagName === "INPUT") return;
      const row2 = inside && /** @type {HTMLElement | null} */
      inside.closest("[data-entry]");
      const tool2 = inside && inside.parentElement ? [...inside.parentElement.children].indexOf(inside) : 0;
      this.fill(panel);
      if (!inside) return;
      const rows = (
        /** @type {HTMLElement[]} */
        [...panel.querySelectorAll("[data-entry]")]
      );
      const same = row2 && rows.find((one) => one.dataset.entry === row2.dataset.entry);
      const next = same ? same.children[tool2] : panel.querySelector(".app-pick") || panel;
      next.focus();
    }
    /** @param {KeyboardEvent} event */
    key(event) {
      const { panel, button } = this;
      if (event.key === "ArrowDown" && event.target === button && !this.isOpen) {
        event.preventDefault();
        this.open(true);
      } else if (this.isOpen) {
        const target3 = (
          /** @type {HTMLElement} */
          event.target
        );
        const entry2 = target3.closest(".app-entry");
        const rows = (
          /** @type {HTMLElement[]} */
          [...panel.querySelectorAll(".app-pick:not(:disabled)")]
        );
        const row2 = entry2 ? entry2.querySelector(".app-pick") : target3;
        stepThrough(event, rows, rows.indexOf(
          /** @type {HTMLElement} */
          row2
        ));
      }
    }
  };

  // app/runs/decodings.js
  var PAPER = ["plain", "sgrs", "locore", "both"];
  var KEPT = "saliency-viz-decodings";
  var ticked = null;
  function chosenDecodings() {
    if (ticked) return ticked;
    try {
      const found = JSON.parse(recalled(KEPT) || "null");
      return Array.isArray(found) && found.length ? found.map(String) : PAPER;
    } catch {
      return PAPER;
    }
  }
  var decodingName = (name, titles) => PAPER.includes(name) ? t("method_" + name) : titles[name] || name;
  var Decodings = class {
    /** @param {Part} part */
    constructor({ element, props, trigger }) {
      this.props = props;
      this.root = /** @type {HTMLElement} */
      element.querySelector(".app-decodings");
      this.titles = props.titles;
      const known3 = [...PAPER, ...Object.keys(this.titles)];
      this.chosen = new Set(chosenDecodings().filter((name) => known3.includes(name)));
      if (!this.chosen.size) this.chosen = new Set(PAPER);
      const run = { click: () => trigger("decode_all", { names: [...this.chosen] }) };
      const attributes = { type: "button", class: "app-button", "data-decodings": "run", title: t("decodings_run_hint") };
      this.button = el("button", { ...attributes, text: t("decodings_run"), on: run });
      this.count = el("span");
      this.boxes = new Map(known3.map((name) => [name, this.box(name)]));
      const others = this.group(t("decodings_others"), Object.keys(this.titles), t("decodings_others_note"));
      const id = { id: "app-decodings-choice", hidden: true };
      this.panel = el("div", { class: "app-decodings-choice", ...id }, this.group(t("decodings_paper"), PAPER), others, this.sets(known3));
      const toggle = { click: () => this.open(this.panel.hidden) };
      const about2 = { title: t("decodings_choose_hint"), "aria-expanded": "false", "aria-controls": this.panel.id };
      const choose = { type: "button", class: "app-button app-decodings-choose", "data-decodings": "choose", ...about2 };
      this.opener = el("button", { ...choose, on: toggle }, this.count, icon("down"));
      setChildren(this.root, this.button, this.opener, this.panel);
      this.tell();
    }
    /** @param {boolean} on the choice is there */
    open(on) {
      this.panel.hidden = !on;
      this.opener.setAttribute("aria-expanded", String(on));
    }
    /** @param {string} name */
    box(name) {
      const change2 = () => {
        if (box2.checked) this.chosen.add(name);
        else this.chosen.delete(name);
        this.changed();
      };
      const box2 = el("input", { type: "checkbox", value: name, on: { change: change2 } });
      return box2;
    }
    /** @param {string} title @param {string[]} names @param {string} [note] */
    group(title, names2, note2) {
      const rows = names2.map(
        (name) => el("label", {}, this.boxes.get(name), el("span", { text: decodingName(name, this.titles) }))
      );
      return el(
        "fieldset",
        {},
        el("legend", { text: title }),
        ...rows,
        note2 && el("p", { class: "app-note", text: note2 })
      );
    }
    /** @param {string[]} known */
    sets(known3) {
      const take = (key2, names2) => {
        const click = () => {
          this.chosen = new Set(names2);
          this.changed();
        };
        return el("button", { type: "button", class: "app-button", "data-set": key2, text: t(key2), on: { click } });
      };
      return el("div", { class: "app-decodings-sets" }, take("decodings_four", PAPER), take("decodings_all", known3));
    }
    changed() {
      ticked = [...this.chosen];
      keep(KEPT, JSON.stringify(ticked));
      this.tell();
    }
    tell() {
      for (const [name, box2] of this.boxes) box2.checked = this.chosen.has(name);
      this.count.textContent = t("decodings_choose", { n: this.chosen.size });
      this.button.disabled = Boolean(told(this.props.busy)) || !this.chosen.size;
    }
  };
  function mountDecodings(part) {
    const decodings = new Decodings(part);
    part.watch("busy", () => decodings.tell());
  }

  // app/runs/run_list.js
  var LONGEST2 = 120;
  function made({ model, method, seed, tokens }) {
    const parts = [model, method, seed === null ? "" : t("runs_seed", { n: seed }), t("runs_tokens", { n: tokens })];
    return parts.filter(Boolean).join(" · ");
  }
  function runEntry(run, { current, choose, more = [] }) {
    const none = el("span", { class: "app-noimage", "aria-hidden": "true" });
    const words2 = el(
      "span",
      { class: "app-entry-words" },
      el("span", { class: "app-entry-title", text: run.title || t("runs_untitled") }),
      el("span", { class: "app-entry-made", text: made(run) })
    );
    const attributes = { class: "app-pick", "data-run": run.id, "aria-current": current ? "true" : null };
    const pick = el(
      "button",
      { type: "button", ...attributes, on: { click: () => choose(run) } },
      run.picture ? el("img", { src: run.picture, alt: "", width: 40, height: 40, draggable: "false" }) : none,
      words2
    );
    return el("li", { class: "app-entry" + (run.pinned ? " pinned" : ""), "data-entry": run.id }, pick, ...more);
  }
  function runList(runs2, { current, choose, act }) {
    const tool2 = (run, what, sign2, pressed2 = "") => {
      const click = (event) => what === "rename" ? rename(run, event.currentTarget.closest(".app-entry"), act) : act(run, what);
      const name = { title: t("runs_" + what), "aria-label": `${t("runs_" + what)}: ${run.title}` };
      const attributes = { type: "button", class: "app-tool", "data-act": what, "aria-pressed": pressed2 || null };
      return el("button", { ...attributes, ...name, on: { click } }, icon(sign2));
    };
    const rows = runs2.map((run) => {
      const pin = tool2(run, run.pinned ? "unpin" : "pin", "pin", String(run.pinned));
      const more = [pin, tool2(run, "rename", "pen"), tool2(run, "delete", "bin")];
      return runEntry(run, { current: run.id === current, choose, more });
    });
    const list2 = el("ul", { class: "app-entries", "aria-label": t("run_list") }, ...rows);
    list2.addEventListener("keydown", (event) => {
      const target3 = (
        /** @type {Element} */
        event.target
      );
      const row2 = (
        /** @type {HTMLElement | null} */
        target3.closest(".app-entry")
      );
      const run = row2 && runs2.find((one) => one.id === row2.dataset.entry);
      if (!run || target3.tagName === "INPUT") return;
      if (event.key === "F2") rename(run, row2, act);
      else if (event.key === "Delete") act(run, "delete");
      else if (event.key === "p") act(run, run.pinned ? "unpin" : "pin");
      else return;
      event.preventDefault();
    });
    return list2;
  }
  function rename(run, row2, act) {
    const pick = (
      /** @type {HTMLElement} */
      row2.querySelector(".app-pick")
    );
    const attributes = { type: "text", class: "app-rename", maxlength: LONGEST2, "aria-label": t("runs_rename") };
    const field2 = el("input", attributes);
    field2.value = run.title;
    let over = false;
    const end = (keepIt) => {
      if (over) return;
      over = true;
      field2.remove();
      pick.hidden = false;
      pick.focus();
      if (keepIt && field2.value.trim() !== run.title) act(run, "rename", { name: field2.value });
    };
    field2.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        end(true);
      } else if (event.key === "Escape") {
        event.stopPropagation();
        end(false);
      }
    });
    field2.addEventListener("blur", () => end(true));
    pick.hidden = true;
    row2.prepend(field2);
    field2.focus();
    field2.select();
  }

  // app/runs/run_chooser.js
  var runs = () => page.header && told(page.header.props.runs) || [];
  function named2(reference) {
    const known3 = runs().find((run) => run.id === reference.id);
    return known3 ? known3.label : reference.label;
  }
  function heldWord() {
    const { viewer } = page;
    if (!viewer || !viewer.run || !viewer.holding || viewer.state.held === null) return null;
    return viewer.run.quoted(viewer.run.first + viewer.state.held);
  }
  var note = (text) => el("p", { class: "app-pop-note", text });
  var RunChooser = class {
    /** @param {Part} part */
    constructor(part) {
      this.part = part;
      this.list = new Popover({ label: t("run_list"), id: "app-runs", fill: (panel) => this.fillList(panel) });
      this.compare = new Popover({ label: t("compare"), id: "app-compare", fill: (panel) => this.fillCompare(panel) });
      this.root = el("div", { class: "app-group-middle" }, this.list.root, this.compare.root);
    }
    start() {
      const draw2 = () => this.draw();
      this.part.watch(["runs"], draw2);
      listeners.add(draw2);
      stateListeners.add(draw2);
      draw2();
    }
    /** @param {HTMLElement} panel */
    fillList(panel) {
      const { trigger } = this.part;
      const known3 = runs();
      const [first] = shown;
      const choose = (run) => {
        this.list.open(false);
        trigger("show_run", { run: run.id, slot: 0 });
      };
      const act = (run, what, more = {}) => trigger("manage", { run: run.id, act: what, ...more });
      const other = first && !known3.some((run) => run.id === first.id);
      const current = first && first.id;
      setChildren(
        panel,
        el("strong", { text: t("runs_title") }),
        other && note(t(first.example ? "runs_example" : "runs_opened", { name: first.label })),
        known3.length ? runList(known3, { current, choose, act }) : note(t("no_runs")),
        known3.length > 0 && note(t("runs_note"))
      );
    }
    /** @param {string} name @param {string} text @param {() => void} call @param {string} [hint] */
    pick(name, text, call, hint) {
      const click = () => {
        this.compare.open(false);
        call();
      };
      const attributes = { type: "button", class: "app-pick", "data-compare": name, title: hint || null };
      return el("button", { ...attributes, on: { click } }, el("span", { text }));
    }
    /** @param {HTMLElement} panel */
    fillCompare(panel) {
      const { trigger } = this.part;
      const [first, second] = shown;
      const held = heldWord();
      const swap = () => first && second && trigger("show_pair", { first: second.id, second: first.id });
      const all = () => trigger("decode_all", { names: chosenDecodings(), run: first && first.id });
      const methods = PAPER.map(
        (method) => this.pick("method:" + method, t("method_" + method), () => trigger("compare", { method }))
      );
      setChildren(
        panel,
        (second || held) && this.pick("nothing", t("compare_none"), () => this.alone()),
        second && !held && this.pick("swap", t("swap"), swap),
        this.pick("token", t("compare_token"), () => page.viewer && page.viewer.hold(), t("compare_token_hint")),
        el("strong", { text: t("compare_methods") }),
        el("div", { class: "app-pop-row" }, ...methods),
        this.pick("all", t("compare_all"), all, t("compare_all_hint")),
        el("strong", { text: t("compare_runs") }),
        this.others(),
        this.pick("open", t("open_trace_second"), () => openTrace("second"))
      );
    }
    others() {
      const [first, second] = shown;
      const others = runs().filter((run) => !first || run.id !== first.id);
      if (!others.length) return note(t("compare_no_runs"));
      const choose = (run) => {
        this.compare.open(false);
        this.part.trigger("show_run", { run: run.id, slot: 1 });
      };
      const rows = others.map((run) => runEntry(run, { current: Boolean(second && second.id === run.id), choose }));
      return el("ul", { class: "app-entries" }, ...rows);
    }
    /** Nothing stands in the second place any more. */
    alone() {
      const { viewer } = page;
      if (viewer && viewer.state.held !== null) viewer.hold();
      else this.part.trigger("show_run", { run: null, slot: 1 });
    }
    draw() {
      const [first, second] = shown;
      const held = heldWord();
      this.list.say(first ? named2(first) : t("no_runs"));
      this.compare.say(held ? t("compare_held", { word: held }) : second ? named2(second) : t("compare_none"));
      this.compare.button.disabled = !first;
      for (const one of [this.list, this.compare]) one.again();
    }
  };

  // app/runs/run_due.js
  var METHODS = (
    /** @type {const} */
    { sgrs: "SGRS", locore: "LocoRE" }
  );
  var now = null;
  var then = null;
  var about = "";
  function otherwise(settings, before, made4) {
    if (!settings || !made4) return "";
    const changed = Object.entries(METHODS).filter(([name]) => Boolean(settings[name]) !== made4[
      /** @type {"sgrs"} */
      name
    ]);
    const named3 = (on2) => changed.filter(([name]) => Boolean(settings[name]) === on2).map(([, title]) => title).join(" + ");
    const [on, off] = [named3(true), named3(false)];
    const parts = [on && t("due_with", { methods: on }), off && t("due_without", { methods: off })].filter(Boolean);
    if (parts.length) return parts.join(", ");
    const same = String(settings.decoder || "") === made4.decoder && JSON.stringify(settings) === JSON.stringify(before);
    return same ? "" : t("due_settings");
  }
  function draw() {
    const button = (
      /** @type {HTMLElement | null} */
      document.querySelector("#app-run")
    );
    const [first] = shown;
    const key2 = first ? `${first.id} ${first.serial}` : "";
    if (key2 !== about) [about, then] = [key2, now];
    if (!button) return;
    const words2 = otherwise(now, then, first ? first.methods : void 0);
    if (!words2) delete button.dataset.due;
    else button.dataset.due = words2;
    button.title = words2 && t("due_title");
  }
  function decodingChosen(names2, values) {
    const settings = Object.fromEntries(names2.map((name, at) => [name, values[at]]));
    if (!now) then = settings;
    now = settings;
    draw();
  }
  function watchDue() {
    listeners.add(draw);
  }

  // app/parts/making.js
  function watchMaking() {
    let making2 = false;
    newsListeners.add((news) => {
      const now2 = Boolean(news && STOPPABLE.includes(news.key || ""));
      if (!now2 && news && news.kind === "busy") return;
      if (!now2) forgetInTab(MAKING);
      else if (!making2) keepInTab(MAKING, "");
      making2 = now2;
    });
    listeners.add(() => {
      const runs2 = page.viewer ? page.viewer.runs : [];
      const growing = shown.find((reference, slot) => reference && runs2[slot] && runs2[slot].payload.ended === "running");
      if (making2 && growing) keepInTab(MAKING, growing.id);
    });
  }

  // app/parts/header.js
  function mountHeader(part) {
    const { element, server } = part;
    page.header = part;
    watchMaking();
    watchDue();
    watchHistory();
    newsListeners.add((news) => news && news.kind === "error" && forgetBack());
    document.documentElement.lang = language;
    const link = linkButton(server);
    const exports = new ExportMenu(server);
    const models = new ModelStatus(part);
    const runs2 = new RunChooser(part);
    const right = el(
      "div",
      { class: "app-group-right" },
      toInputs(),
      link,
      exports.root,
      languageButton(),
      themeButton(),
      helpButton()
    );
    const header = (
      /** @type {HTMLElement} */
      element.querySelector(".app-header")
    );
    header.replaceChildren(skipLink(), brand(), models.root, runs2.root, right);
    models.start();
    runs2.start();
    page.lookAtModel = () => models.poll();
    const allow = () => {
      link.disabled = !shown[0];
      exports.allow(Boolean(shown[0]));
    };
    listeners.add(allow);
    allow();
  }
  var brand = () => el(
    "h1",
    { class: "app-brand" },
    el("span", { class: "app-mark", "aria-hidden": "true" }),
    el("span", { text: "saliency_viz" })
  );
  function skipLink() {
    const skip = (event) => {
      event.preventDefault();
      if (page.viewer) page.viewer.strips[0].focus();
    };
    return el("a", { class: "app-skip", href: "#app-viewer", text: t("skip"), on: { click: skip } });
  }
  function toInputs() {
    const go = () => {
      const inputs = document.getElementById("app-left");
      if (inputs) inputs.scrollIntoView({ behavior: behavior(), block: "start" });
    };
    const attributes = { type: "button", class: "app-button app-primary", id: "app-to-inputs", text: t("to_inputs") };
    return el("button", { ...attributes, on: { click: go } });
  }
  function helpButton() {
    const name = { "aria-label": t("help"), title: t("help") + " (?)", text: "?" };
    return el("button", { type: "button", class: "app-button app-round", id: "app-help", ...name, on: { click: toggleHelp } });
  }
  function linkButton(server) {
    const copyLink = async () => {
      if (!shown[0]) return;
      const own = shown.flatMap((reference) => reference && !reference.example ? [reference.id] : []);
      const shared = Promise.all(own.map((run) => server.share_run(run)));
      await copy(address());
      const lost = (await shared).find((answer) => answer.error);
      if (lost) return say({ kind: "error", text: lost.error });
      const short = shown.some((reference) => reference && reference.short);
      say(short ? { kind: "warning", key: "copied_short" } : { kind: "info", key: "copied" });
    };
    const name = { title: t("copy_link"), "aria-label": t("copy_link") };
    const attributes = { type: "button", class: "app-button", id: "app-copy-link", ...name };
    return el("button", { ...attributes, on: { click: copyLink } }, icon("link"), el("span", { text: t("copy_link") }));
  }

  // app/parts/thumbnails.js
  var FEW = 9;
  var SIDE = 56;
  function thumbnail({ name, title, note: note2, src }, pick) {
    const attributes = {
      type: "button",
      class: "app-thumb",
      title: title + (note2 ? "\n" + note2 : ""),
      "data-name": name
    };
    const image = el("img", { src, alt: title, width: SIDE, height: SIDE, draggable: "false" });
    return el("button", { ...attributes, on: { click: () => pick(name) } }, image);
  }
  function mountThumbnails({ element, props, trigger }) {
    const root = (
      /** @type {HTMLElement} */
      element.querySelector(".app-thumbs")
    );
    root.setAttribute("aria-label", t("examples"));
    const pick = (name) => {
      props.value = { name };
      trigger("pick", {});
    };
    const buttons = (props.items || []).map((scene) => thumbnail(scene, pick));
    const rest = buttons.length - FEW;
    const words2 = t("more_examples", { n: rest });
    const showRest = () => {
      all(true);
      buttons[FEW].focus();
    };
    const attributes = { type: "button", class: "app-thumbs-more", text: `+${rest}`, "aria-label": words2, title: words2 };
    const more = el("button", { ...attributes, on: { click: showRest } });
    const all = (on) => {
      buttons.forEach((button, at) => {
        button.hidden = !on && at >= FEW;
      });
      more.hidden = on;
    };
    root.replaceChildren(...buttons, more);
    all(rest <= 1);
    const mark = () => {
      const name = exampleChosen();
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(button.dataset.name === name));
        if (button.hidden && button.dataset.name === name) all(true);
      }
    };
    listeners.add(mark);
    mark();
  }
  function exampleChosen() {
    const { media } = page;
    return media && media.kind === "pictures" && media.files.length === 1 ? media.files[0].example : void 0;
  }

  // viewer/draw/images.js
  var Images = class {
    /** @param {() => void} came one is here now */
    constructor(came) {
      this.came = came;
      this.known = /* @__PURE__ */ new Map();
    }
    /** @param {string} src @returns {HTMLImageElement} perhaps not loaded yet */
    get(src) {
      const known3 = this.known.get(src);
      if (known3) return known3;
      const image = new Image();
      image.onload = this.came;
      image.src = src;
      this.known.set(src, image);
      return image;
    }
    clear() {
      this.known.clear();
    }
  };

  // viewer/draw/tip.js
  var Tip = class {
    /** @param {HTMLElement} root */
    constructor(root) {
      this.root = root;
      this.box = el("div", { class: "sv-tip", role: "status", hidden: true });
      root.append(this.box);
    }
    /** @param {Lines} lines @param {number} x @param {number} y of the window */
    show(lines2, x, y) {
      if (!lines2.length) return this.hide();
      setChildren(this.box, ...lines2.map(row));
      this.box.hidden = false;
      const [frame2, size] = [this.root.getBoundingClientRect(), this.box.getBoundingClientRect()];
      const left = Math.max(4, Math.min(frame2.width - size.width - 4, x - frame2.left + 14));
      const below = y + 16 + size.height <= window.innerHeight;
      const top = Math.max(0, below ? y - frame2.top + 16 : y - frame2.top - size.height - 10);
      this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }
    /** @param {{clientX: number, clientY: number}} event @param {Lines} lines */
    point(event, lines2) {
      this.show(lines2, event.clientX, event.clientY);
    }
    /** @param {Element} node @param {Lines} lines */
    at(node, lines2) {
      const box2 = node.getBoundingClientRect();
      this.show(lines2, box2.left - 14, box2.bottom - 10);
    }
    hide() {
      this.box.hidden = true;
    }
  };
  function row(line3) {
    if (!Array.isArray(line3)) return el("div", { class: "sv-tip-text", text: line3 });
    return el("div", { class: "sv-tip-row" }, el("span", { text: line3[0] }), el("b", { text: line3[1] }));
  }

  // viewer/draw/edge.js
  function fadeEdge(wide) {
    const look = () => wide.classList.toggle("sv-more", wide.scrollLeft + wide.clientWidth < wide.scrollWidth - 4);
    if (!wide.onscroll) wide.onscroll = look;
    look();
  }

  // viewer/texts/zh.json
  var zh_default = {
    reset: "重置",
    "scales, colours and what a click selects as they are at first": "将刻度、颜色与点击选择恢复为初始",
    "On the caption": "在描述上",
    "Anywhere in the view": "视图任意处",
    "On the layers, frames and tabs": "层、帧与标签页上",
    "On pictures and words": "图像与词上",
    "previous, next token; the line above, below": "上一个、下一个词元；上一行、下一行",
    "first, last token": "第一个、最后一个词元",
    "Shift / Ctrl click": "Shift / Ctrl 点击",
    "select a range, add a token": "选择一段，或增选词元",
    "mark the token right, hallucinated": "将词元标为正确、幻觉",
    "layer down, up": "上一层、下一层",
    "hold this token beside the next ones": "保持此词元，与后选的并列",
    "unpin, select one token, let go of the held one": "取消固定，只选一个词元，放开所保持的词元",
    "this help": "本帮助",
    "choose the one before, after, first, last": "选择前一个、后一个、第一个、最后一个",
    drag: "拖动",
    click: "点击",
    "reverse look-up: which outputs drew on these patches": "反向查找：哪些输出取自这些图块",
    "pin a patch or word": "固定一个图块或词",
    "go from one to the next": "逐个移动",
    "pin it": "固定",
    "show the tour": "显示导览",
    "mean over heads of the row that predicts the token, with every edit that acted": "预测该词元的那一行对各头取均值，含所有生效的编辑",
    "|A · ∂L/∂A| summed over heads (Eq. 4), L = −log p of the token; what mattered to this prediction": "|A · ∂L/∂A| 对各头求和（式 4），L = 该词元的 −log p；即对此预测起作用的部分",
    "S (Eq. 6): mean row-normalised saliency on the words before, over the target layers": "S（式 6）：目标层上，按行归一的显著性对先前词的均值",
    "alpha times the mean score at the last W + 1 positions (Eq. 7); SGRS rejects candidates below it": "alpha 乘以最近 W + 1 个位置的平均得分（式 7）；SGRS 拒绝低于它的候选",
    "Attention and saliency are measured, not explanations: a large value says where the model's computation went, not why it is right.": "注意力与显著性是测量，不是解释：数值大只说明计算流向何处，不说明为何正确。",
    "99 %: the largest hundredth of the values shares the last colour; log shows three powers of ten": "99 %：最大的百分之一共用末端颜色；对数显示三个数量级",
    "What a colour means the same over. Only a locked scale compares between tokens.": "同一颜色在何范围内同义。只有锁定的刻度可在词元间比较。",
    "raw is the only one that compares between tokens in size": "只有原始值可在词元间比较大小",
    "only raw compares between tokens": "词元间只有原始值可比",
    "sizes compare between tokens": "大小可在词元间比较",
    "small values are drawn more transparent; at 100 % every patch hides the picture": "小值更透明；100 % 时每个图块都遮住图像",
    "leave out template tokens and attention sinks; what is left out is always stated": "略去模板与注意力汇聚词元；略去多少总会注明",
    "underline words marked right or hallucinated": "在标为正确或幻觉的词下划线",
    "how the rows of several tokens (a word, a range) become one map: their mean, or the largest of them for each key": "多个词元（一个词、一段）的行如何合成一张图：取均值，或逐键取最大",
    "what a click selects; shift-click a range, ctrl-click to add; range and several need no keys": "点击选中什么；Shift 点击选一段，Ctrl 点击增选；“一段”与“多个”无需按键",
    "tap the first, then the last token": "先点第一个，再点最后一个词元",
    "tap tokens to add or take away": "点按词元以增减",
    as: "合成",
    mean: "均值",
    maximum: "最大值",
    max: "最大",
    sum: "之和",
    one: "单个",
    range: "一段",
    several: "多个",
    transform: "变换",
    "set by hand": "手动设定",
    fit: "适配",
    "back to where the locked scale ends": "回到锁定刻度的端点",
    "two numbers, from 0 up, the first below the second": "两个不小于 0 的数，前小后大",
    "lower end of the attention scale": "注意力刻度下端",
    "upper end of the attention scale": "注意力刻度上端",
    "lower end of the saliency scale": "显著性刻度下端",
    "upper end of the saliency scale": "显著性刻度上端",
    "Keep this token beside the next ones you choose, on one scale, with their difference (key t)": "保持此词元，与之后所选的并列，同一刻度并显示差异（按键 t）",
    "hold this token": "保持此词元",
    "let go of {w}": "放开 {w}",
    "held: {w}": "保持：{w}",
    held: "所保持",
    selected: "所选",
    "held − selected": "所保持 − 所选",
    "layer {n}: {v} of its saliency on the image": "第 {n} 层：其显著性的 {v} 在图像上",
    "Selected token": "所选词元",
    "Tokens of the caption": "描述的词元",
    "Tokens of the second run": "第二次运行的词元",
    "chosen by you": "由你选定",
    you: "你",
    "taken by": "采用方式",
    "token {i} of {n}, position {p}, id {id}": "词元 {i}，共 {n} 个，位置 {p}，编号 {id}",
    "numbers are means over the selected tokens": "数值为所选词元的均值",
    "probability under the model at temperature 1": "温度为 1 时模型给出的概率",
    "of the distribution the token was taken from": "取该词元时的分布的熵",
    "S, Eq. 6: mean saliency on the words before, target layers {r}; the first output has none": "S（式 6）：目标层 {r} 上对先前词的平均显著性；第一个输出没有",
    "S by “{kind}” of the saliency on the words before, target layers {r}; the first output has none": "S（“{kind}”）：目标层 {r} 上对先前词的显著性；第一个输出没有",
    "threshold, Eq. 7: alpha times the mean score of outputs just before (which: see Candidates)": "阈值（式 7）：alpha 乘以此前若干输出的平均得分（哪些见“候选”）",
    "candidates SGRS turned down here": "SGRS 在此拒绝的候选",
    "no candidate reached tau: the highest score was taken": "没有候选达到 tau：取得分最高者",
    "share of the row's sum that lies on each part, {l}": "该行之和落在各部分的份额，{l}",
    "Score and threshold over the caption": "沿描述的得分与阈值",
    "grey: S expected from the position alone": "灰色：仅由位置决定的预期 S",
    "mean over the caption of S times its divisor (|J| in Eq. 6), over the divisor here: what is below it is low for its position": "全文中 S 乘以其除数（式 6 中为 |J|）的均值，再除以此处的除数；低于它即相对其位置偏低",
    "not yet written at this token": "在此词元时尚未写出",
    "template or sink: outside the scale": "模板或汇聚词元：不计入刻度",
    "LocoRE gain": "LocoRE 增益",
    "attention before the gain": "增益前的注意力",
    "LocoRE: the last {w} outputs × {g}": "LocoRE：最近 {w} 个输出 × {g}",
    "row {row}, column {column}: {v}": "第 {row} 行第 {column} 列：{v}",
    "Strongest patches: {list}.": "最强的图块：{list}。",
    "picture {n} as the model sees it": "模型所见的图片 {n}",
    "no picture": "没有图片",
    "thumbnail of the whole": "整图缩略",
    "rows of this token are not here yet": "该词元的行尚未到达",
    "words before, {k}": "先前的词，{k}",
    "{k} on the picture; arrows go from patch to patch, Enter pins one": "图像上的{k}；方向键在图块间移动，Enter 固定",
    "every layer": "每一层",
    "every layer, {k}": "每一层，{k}",
    "every layer; words: mean of all {n}": "每一层；词：全部 {n} 层均值",
    "largest {v}": "最大 {v}",
    "difference, centred at 0": "差异，以 0 为中心",
    "|A·∂L/∂A|, nats": "|A·∂L/∂A|，nats",
    factor: "系数",
    "layers by keys": "层 × 键",
    "save this picture as PNG": "将此图存为 PNG",
    "save this plot as SVG": "将此图表存为 SVG",
    "This browser could not make the picture.": "此浏览器无法生成图片。",
    "The heatmap needs plotly.js {v}.": "热图需要 plotly.js {v}。",
    "saliency S(c)": "显著性 S(c)",
    "S(c) against τ": "S(c) 对 τ",
    "This step recorded no candidates.": "该步没有记录候选。",
    "Candidates of the selected token appear here.": "所选词元的候选将显示在此。",
    "take this token and let the model continue": "采用此词元并让模型继续",
    "SGRS was off: candidates are listed, none was tested.": "SGRS 未开启：仅列出候选，未作检验。",
    "τ = {tau}: no history yet, every candidate passes.": "τ = {tau}：尚无历史，所有候选通过。",
    "τ = {tau}: {alpha} × the mean of the last {n} accepted scores ({list})": "τ = {tau}：{alpha} × 最近 {n} 个已接受得分的均值（{list}）",
    "τ = {tau}: {alpha} × the mean of the {n} scores at the last {w} positions ({list})": "τ = {tau}：{alpha} × 最近 {w} 个位置的 {n} 个得分的均值（{list}）",
    "τ = {tau}: {alpha} × the mean of the {n} accepted scores at the last {w} positions ({list})": "τ = {tau}：{alpha} × 最近 {w} 个位置中 {n} 个已接受得分的均值（{list}）",
    "each line has its own loss": "每行各有其损失",
    "difference of shares of the row": "占行份额之差",
    "share of each part, output by output": "逐个输出的各部分份额",
    "shares over the caption, {k}": "沿描述的份额，{k}",
    "{k} of “{w}” over distance": "“{w}”的{k}随距离变化",
    "tokens back from the predicted one": "距所预测词元的词元数",
    "Marks of a run appear here.": "运行的标记将显示在此。",
    "No token is marked yet. Mark some as right or hallucinated (keys r and h on the strip) to see whether the score tells them apart.": "尚无标记。将一些词元标为正确或幻觉（在词条上按 r 与 h），看得分能否区分它们。",
    "{n} tokens are marked; look first, then reveal.": "已标记 {n} 个词元；先自己看，再显示。",
    "{r} right, {h} hallucinated, scored by Eq. 6. ": "{r} 个正确，{h} 个幻觉，按式 6 计分。",
    "AUROC {a}: the chance that a right one scores higher than a hallucinated one.": "AUROC {a}：正确者得分高于幻觉者的概率。",
    "AUROC needs both.": "AUROC 需要两类都有。",
    "The browser refused the clipboard; use save instead.": "浏览器拒绝访问剪贴板，请改用保存。",
    "{r} of tokens {n}": "词元 {n} 的{r}",
    attention: "注意力",
    saliency: "显著性",
    image: "图像",
    prompt: "提示",
    template: "模板",
    "words before": "先前的词",
    output: "输出",
    system: "系统",
    token: "词元",
    Caption: "描述",
    score: "得分",
    entropy: "熵",
    rejected: "拒绝",
    truth: "真值",
    right: "正确",
    hallucinated: "幻觉",
    tokens: "词元",
    Layer: "层",
    layer: "层",
    scale: "刻度",
    colours: "色图",
    select: "选择",
    word: "词",
    sentence: "句",
    opacity: "不透明度",
    "hide sinks": "隐藏汇聚词元",
    "reveal truth": "显示真值",
    all: "全部",
    "target layer": "目标层",
    "locked: these layers": "锁定：所选层",
    "locked: every layer": "锁定：所有层",
    "this token only": "仅此词元",
    linear: "线性",
    "linear to 99 %": "线性至 99 %",
    "linear to the top": "线性至最大",
    log: "对数",
    "row l2 (Eq. 5)": "行 l2（式 5）",
    raw: "原始",
    share: "份额",
    first: "第一",
    second: "第二",
    "second − first": "第二 − 第一",
    compare: "比较",
    example: "示例",
    View: "视图",
    "which frame mattered": "哪一帧起作用",
    "which picture mattered": "哪张图片起作用",
    "follow the most salient": "跟随最显著的",
    "frame {n}": "第 {n} 帧",
    "frames {a}–{b}": "第 {a}–{b} 帧",
    "picture {n}": "图片 {n}",
    "share of the row, {l}; bars end at {v}, the run's largest": "占该行的份额，{l}；条形止于本次运行最大值 {v}",
    "share of the row, {l}": "占该行的份额，{l}",
    A: "注",
    S: "显",
    "these frames share their tokens": "这些帧共用词元",
    "every frame": "每一帧",
    "every picture": "每张图片",
    Frames: "帧",
    Pictures: "图片",
    "This run has one picture.": "本次运行只有一张图片。",
    "Click a cell to choose its word and frame. Both sides share one scale.": "点击格子选择词与帧。两侧共用刻度。",
    "Ask a follow-up": "追问",
    Ask: "提问",
    "a follow-up question about what is shown…": "就此继续提问……",
    asked: "提问",
    answered: "回答",
    "asked now": "现在提问",
    "an earlier turn": "先前的对话",
    Candidates: "候选",
    "All layers": "所有层",
    "Words × words": "词 × 词",
    "Over the caption": "沿描述",
    Heads: "注意力头",
    "One token's map": "单词元图",
    Marks: "标记",
    Data: "数据",
    "Layers × keys": "层 × 键",
    "image as": "图像作为",
    "largest patch": "最大图块",
    "sum of patches": "图块之和",
    "every patch": "每个图块",
    "left out": "略去",
    "Σ image": "Σ 图像",
    show: "显示",
    over: "范围",
    outputs: "输出",
    "prompt and outputs": "提示与输出",
    "saliency − attention (shares)": "显著性 − 注意力（份额）",
    accepted: "接受",
    "not tried": "未尝试",
    fallback: "回退",
    verdict: "判定",
    "without decoder": "无解码器",
    "other stream": "另一路",
    "without the decoder: {w}": "无解码器时：{w}",
    "Without the decoder the same token would have been taken.": "没有该解码器时也会取同一词元。",
    "Without the decoder {plain} would have been taken: it went from {a} to {b}, {taken} from {c} to {d}.": "没有该解码器时会取{plain}：其概率由 {a} 变为 {b}，{taken}由 {c} 变为 {d}。",
    "The other stream gave {plain} {a} and {taken} {b}.": "另一路给{plain} {a}，给{taken} {b}。",
    "most: {list}": "最多：{list}",
    "mean of layers {r}": "第 {r} 层均值",
    "ctrl-click: the mean of several": "Ctrl 点击：多层均值",
    "Of the selected token, not the held one.": "属于所选词元，而非所保持的。",
    "Of the run in the first place: {name}": "属于第一个位置的运行：{name}",
    "temperature {t}, seed {s}": "温度 {t}，种子 {s}",
    "changed from token {n} on": "自第 {n} 个词元起改变",
    "attention edited": "注意力已编辑",
    "another picture": "另一张图片",
    "differs between the two": "两者不同",
    "✗n: candidates rejected, ⚑: fallback": "✗n：被拒绝的候选数，⚑：回退",
    order: "抽取次序",
    probability: "概率",
    "1 token": "1 个词元",
    "score S": "得分 S",
    "go on from this": "由此继续",
    position: "位置",
    part: "部分",
    patch: "图块",
    "copy CSV": "复制 CSV",
    "save CSV": "保存 CSV",
    copied: "已复制",
    note: "备注",
    mark: "标记",
    close: "关闭",
    "Keys and meanings": "按键与含义",
    distance: "距离",
    "not reached": "不可及",
    "not observed yet": "尚未观测",
    "unpin (Esc)": "取消固定 (Esc)",
    "regenerate from here": "从此处重新生成",
    "what if attention to them were": "若对它们的注意力变为",
    "mean over heads": "各头均值",
    "unit l2 norm per row": "每行 l2 归一",
    "share of the row": "占该行份额",
    "score S, Eq. 6": "得分 S（式 6）",
    "drawn on the pins": "取自固定处",
    "No token yet": "尚无词元",
    "{n} tokens": "{n} 个词元",
    "token {i}": "词元 {i}",
    "patch {n}": "图块 {n}",
    "position {p}": "位置 {p}",
    "layer {n}": "第 {n} 层",
    "rank {n}": "第 {n} 位",
    "mean of all {n} layers": "全部 {n} 层均值",
    "mean of target layers {r}": "目标层 {r} 均值",
    "{n} patches": "{n} 个图块",
    "{n} words": "{n} 个词",
    "⟨end⟩": "⟨结束⟩",
    "image, {n} tokens: Σ {v}": "图像，{n} 个词元：Σ {v}",
    "image, {n} tokens: {v} of the row": "图像，{n} 个词元：占该行 {v}",
    "The caption appears here, a button per token. Choose an example or run the model.": "描述将显示在此，每个词元一个按钮。请选择示例或运行模型。",
    "grey: template and sink tokens, outside the scale": "灰色：模板与汇聚词元，不计入刻度",
    "{n} template and sink tokens hidden: {v} of this row": "已隐藏 {n} 个模板与汇聚词元：占此行 {v}",
    "locked over the run, every layer": "在整次运行的所有层上锁定",
    "locked over the run, these layers": "在整次运行的所选层上锁定",
    "this token only: does not compare between tokens": "仅此词元：不可在词元间比较",
    "click a row to choose its layer; drag to zoom, double-click to return": "点击一行选择该层；拖动放大，双击还原",
    "Reverse look-up: colours show how much {k} each output drew from {w}, {l}.": "反向查找：颜色表示各输出从 {w} 取得多少{k}，{l}。",
    "the picture, as the model sees it": "模型所见的图像",
    "the prompt and the words written before appear here": "提示与先前写出的词将显示在此",
    "{n} candidates rejected": "拒绝了 {n} 个候选",
    "fallback: no candidate reached tau": "回退：没有候选达到 tau",
    "Logit lens": "Logit 透镜",
    Faithfulness: "忠实度",
    stop: "停止",
    "readings done": "已完成的读取",
    "at every token": "每个词元都计算",
    "compute it whenever another token is chosen": "每次选择其他词元时自动计算",
    "This needs the model, and there is none in this page: open the trace in the app, with the model that made it.": "这需要模型，而此页面没有模型：请在应用中用生成它的模型打开该轨迹。",
    "This is computed for a token: there is none yet.": "这是针对词元计算的：目前尚无词元。",
    "This is computed once the token is observed.": "观测到该词元后即可计算。",
    "This run was made by “{a}”, and the model chosen is “{b}”: choose the first in the header.": "此次运行由“{a}”生成，而所选模型为“{b}”：请在页眉中选择前者。",
    "Stopped: nothing was kept.": "已停止：未保留任何结果。",
    "The server could not compute it.": "服务器无法计算。",
    "{n} of {m} readings": "{m} 次读取中的第 {n} 次",
    "computing…": "计算中…",
    "compute the lens of this step": "计算此步的透镜",
    "SGRS turned down a candidate at {n} of {m} tokens: earlier words supported them by {s}, and it asked for {t} (medians).": "SGRS 在 {m} 个词元中的 {n} 个处拒绝了候选：前文对其支持为 {s}，要求为 {t}（中位数）。",
    "This model drew them from the picture ({i} %) rather than from earlier words ({o} %), which is what SGRS rejects. A lower α rejects less.": "该模型在这些位置主要取自图片（{i} %）而非前文（{o} %），这正是 SGRS 所拒绝的。α 越低，拒绝越少。",
    "There {i} % of what mattered was the picture, {o} % earlier words. A lower α rejects less.": "这些位置上起作用的有 {i} % 为图片，{o} % 为前文。α 越低，拒绝越少。",
    "knock out": "屏蔽",
    "Knock-out": "屏蔽检验",
    "What this word becomes without what you hide: its log p before and after, the words that would follow, and every layer by itself.": "隐藏所选内容后此词会怎样：前后的 log p、随后会写出的词，以及逐层的结果。",
    hide: "隐藏",
    "the chosen layers": "所选层",
    heads: "注意力头",
    "layer by layer": "逐层",
    "Only what this word's own row takes is cut: what earlier rows had read from there before stays in them. What the hidden places had goes to the others in proportion; silent heads give nothing.": "只切断此词自身这一行：先前各行已读取的内容仍保留。被隐藏位置的注意力按比例分给其余位置；静默的头没有输出。",
    "There is nothing of this before the word: hide something else.": "此词之前没有这类内容：请隐藏别的。",
    "Nothing is pinned: click a patch or a word before, or drag over the picture, and pin it; or hide something else.": "没有固定的位置：请在图像或词上选择并固定，或隐藏别的。",
    "p of {w}: {a} → {b}; log p {x} → {y}": "{w} 的 p：{a} → {b}；log p {x} → {y}",
    "the pinned places ({n})": "固定的位置（{n}）",
    "the whole picture": "整张图片",
    "all words before": "先前所有的词",
    "the prompt": "提示词",
    "everything: silence the heads": "全部：使注意力头静默",
    "heads silent": "头静默",
    "{n} places hidden": "隐藏 {n} 个位置",
    "change of log p": "log p 的变化",
    "change of log p, in nats, with it hidden in one layer alone": "仅在一层中隐藏时 log p 的变化（nat）",
    "change of log p, layer by layer: {list}": "逐层 log p 的变化：{list}",
    "most probable": "最可能",
    "as it is": "原样",
    "knocked out": "屏蔽后",
    "it went on": "原文接着写",
    "it would go on": "将会接着写",
    "What the model would say if it ended after each of its layers: final norm and output head on that layer's state.": "若模型在各层之后结束会说什么：对该层状态施加最终归一化与输出头。",
    "Early layers were not trained to be read this way: what they seem to say may mean little. Probabilities at temperature 1.": "浅层并未被训练成可这样解读：其看似所说的内容可能意义不大。概率取温度 1。",
    "{w}, token {i}: the most probable tokens of each layer, the last layer on top": "{w}，词元 {i}：各层最可能的词元，最后一层在最上",
    rank: "名次",
    "p of {w}": "{w} 的 p",
    "rank of {w}": "{w} 的名次",
    "layer {n}: click to choose": "第 {n} 层：点击选择",
    "compute the heads of this step": "计算此步的注意力头",
    "Single heads are not part of a trace: they are computed for one step when asked for.": "轨迹不含单个注意力头：需要时针对一步计算。",
    head: "头",
    "head {n}": "头 {n}",
    "every head": "每个头",
    "one head": "单个头",
    "mean of the heads": "各头均值",
    "largest of the heads": "各头最大值",
    "every head, {k}": "每个头，{k}",
    "share of": "份额：",
    "share of {p}": "{p}的份额",
    in: "按",
    "saliency − attention": "显著性 − 注意力",
    "Layers × heads": "层 × 头",
    "where each head's row goes; click a cell to see that head": "每个头的行流向何处；点击单元格查看该头",
    "one scale for all heads of this token": "此词元的所有头共用一个刻度",
    "compute the map of this token": "计算此词元的图",
    "Every row's saliency for the loss of this one token: one more backward pass over the whole sequence.": "所有行对这一个词元损失的显著性：对整个序列再做一次反向传播。",
    "One query of the map": "图中的一个查询",
    query: "查询",
    "click a row above, or choose a word": "点击上方一行，或选择一个词",
    "one scale for every query of this map": "此图的所有查询共用一个刻度",
    "Attention: what {q} (position {p}) attended to. Saliency: how much that attention mattered to one loss, −log p of {t} (token {i}), and not to {q} itself.": "注意力：{q}（位置 {p}）关注了什么。显著性：该注意力对一个损失有多重要，即 {t}（词元 {i}）的 −log p，而非 {q} 自身的损失。",
    "measure insertion and deletion": "测量插入与删除",
    "The picture's places are removed or shown in order of saliency, of attention and at random, and the model is asked each time how probable the written token still is.": "按显著性、注意力和随机次序移除或显示图像各处，每次询问模型已写词元的概率。",
    "removed places become": "移除处变为",
    "the picture's mean colour": "图像平均色",
    "a blur of the picture": "图像的模糊版",
    "probability of {w} · {l} · {n} places · {d} random draws, seed {s}": "{w} 的概率 · {l} · {n} 处 · {d} 次随机抽取，种子 {s}",
    "probability of {w}, {k}": "{w} 的概率，{k}",
    "{k}, ranked by {r}: {p} of the places": "{k}，按{r}排序：{p} 的位置",
    Deletion: "删除",
    Insertion: "插入",
    deletion: "删除",
    insertion: "插入",
    random: "随机",
    "random: mean and range of draws": "随机：各次抽取的均值与范围",
    "ranked by": "排序依据",
    "area under the curve": "曲线下面积",
    "of the picture removed": "的图像被移除",
    "of the picture shown": "的图像被显示",
    "{p} removed": "移除 {p}",
    "{p} shown": "显示 {p}",
    "places removed, highest first: a faithful map falls early": "从最高处开始移除：忠实的图会早早下降",
    "places shown, highest first: a faithful map rises early": "从最高处开始显示：忠实的图会早早上升",
    "A picture with holes is one the model never saw in training: the curves say how it answers to such pictures, not what it would need in a whole one.": "带洞的图像是模型训练时从未见过的：曲线说明它如何应对这类图像，而非它在完整图像中需要什么。",
    "One token, one picture. A ranking says something only where its curve leaves the range of the random ones.": "一个词元，一幅图像。只有当某排序的曲线超出随机范围时，它才说明问题。",
    "Saliency and attention are the row of the chosen layers; the words written before stay as they are, and may give the token away without any picture.": "显著性与注意力取所选各层的行；先前写出的词保持不变，可能无需图像就泄露该词元。",
    "loading rows {n} / {m}": "正在载入行 {n} / {m}",
    "note (key n)": "备注（n 键）",
    "write a note on a marked token; Enter keeps it": "为已标记的词元写备注；回车保存",
    "marked tokens by score S (Eq. 6)": "已标记词元按得分 S（式 6）",
    "share of hallucinated in each bin": "每个区间中幻觉所占份额",
    "numbers over the bars: tokens in the bin": "柱上数字：该区间的词元数",
    "about 0": "约 0",
    "support from earlier words": "前文支持度",
    "The object it names is there.": "所提到的物体确实存在。",
    "All {n} objects it names are there.": "所提到的 {n} 个物体都存在。",
    "Of the {n} objects it names, not there: {list}.": "所提到的 {n} 个物体中，不存在的有：{list}。",
    "Of {n} marked words, hallucinated: {list}.": "{n} 个已标记的词中，幻觉有：{list}。",
    "Of {n} marked words none is hallucinated.": "{n} 个已标记的词中没有幻觉。",
    "Of what mattered to its words, {p} was the picture and {q} earlier words, on average.": "平均而言，对各词起作用的来源中，图像占 {p}，前文占 {q}。",
    "It is the first word: no earlier one can matter to it.": "这是第一个词：没有前文可对它起作用。",
    "There is no {o} here.": "图中没有 {o}。",
    "The {o} is there.": "图中有 {o}。",
    "{w} is marked hallucinated.": "{w} 被标为幻觉。",
    "{w} is marked right.": "{w} 被标为正确。",
    "{p} of what mattered to it were earlier words, {q} the picture.": "对它起作用的来源中，前文占 {p}，图像占 {q}。",
    "rank {n} of {m}": "第 {n} / {m}",
    "rank {n} of {m} in this caption, 1 the highest; {p} of the others have less": "在本描述中列第 {n} / {m}，1 为最高；{p} 的其他词更低",
    "show what is true": "显示真实情况",
    "Shares of the saliency of the target layers, {r}; support is S, Eq. 6": "为目标层 {r} 的显著性份额；支持度即 S（式 6）",
    "Does the claim hold?": "论点在此成立吗？",
    "over which captions": "在哪些描述上",
    "this caption": "本描述",
    "runs of this visit": "本次访问的运行",
    "all examples": "全部示例",
    "Reports measured over whole sets": "在整个数据集上测得的报告",
    "({m}, {n} items)": "（{m}，{n} 项）",
    "({m}, {n} items, {d})": "（{m}，{n} 项，{d}）",
    "{t} as PDF": "{t}（PDF）",
    "opens in a new tab": "在新标签页中打开",
    "Object words of a run appear here.": "运行的物体词显示于此。",
    "counting…": "正在统计…",
    "Too few to say: {r} right and {h} hallucinated object words; ten of each are needed.": "样本太少，无法判断：{r} 个正确、{h} 个幻觉的物体词；各需十个。",
    "No: S does not tell hallucinated from right object words here.": "不成立：S 在此不能区分幻觉与正确的物体词。",
    "The reverse: hallucinated object words have the higher S here.": "相反：幻觉的物体词在此 S 更高。",
    "Not beyond position: low S goes with hallucinated words here, but no more than how late they stand.": "不超出位置的作用：低 S 在此伴随幻觉词，但位置靠后已足以解释。",
    "No: low S goes with hallucinated words only because they stand late; among words at the same place they have the higher S.": "不成立：低 S 伴随幻觉词只因它们位置靠后；在同一位置的词中，幻觉词的 S 更高。",
    "Yes: low S marks hallucinated object words here, also among words at the same place.": "成立：低 S 在此标示幻觉的物体词，在同一位置的词中亦然。",
    "No object word is marked here.": "此处没有已标记的物体词。",
    "{n} object words with a score, {h} of them hallucinated; captions: {c}, pictures: {p}, by {m}.": "{n} 个有得分的物体词，其中 {h} 个幻觉；描述 {c} 个，图片 {p} 张，模型：{m}。",
    "Mark words as right or hallucinated (keys r and h), caption more pictures, or look at all examples.": "请将词标为正确或幻觉（r 与 h 键），描述更多图片，或查看全部示例。",
    "The paper (Table 5) reports lower saliency on the word just before where the model hallucinates, right against hallucinated: 0.472 and 0.193 (LLaVA-1.5-7B), 0.664 and 0.355 (Qwen2-VL-7B), 0.508 and 0.224 (InternVL-7B). It gives no AUROC and does not adjust for position.": "论文（表 5）报告：模型产生幻觉时，对前一个词的显著性更低，正确与幻觉分别为 0.472 与 0.193（LLaVA-1.5-7B）、0.664 与 0.355（Qwen2-VL-7B）、0.508 与 0.224（InternVL-7B）。论文没有给出 AUROC，也没有校正位置。",
    "The same here: {a} and {b}.": "此处同一量：{a} 与 {b}。",
    "S is a mean over all earlier words and falls with their number by construction; hallucinations come late. So an AUROC of S alone misleads: read it beside position alone and S adjusted for position.": "S 是对全部前文的均值，必然随前文词数下降；而幻觉往往靠后。因此单看 S 的 AUROC 会误导：请与“仅位置”及“校正位置后的 S”对照。",
    "outputs before the word": "该词之前的输出数",
    "outputs before": "之前的输出",
    "S of every object word, over how many outputs stand before it": "每个物体词的 S，横轴为其之前的输出数",
    "support from earlier words, S": "前文支持度 S",
    "Eq. 6; lower is taken for hallucinated": "式 6；越低越视为幻觉",
    "S, adjusted for position": "校正位置后的 S",
    "the rank of S less what the position's rank predicts within each class": "S 的秩减去各类内由位置的秩所预测的部分",
    "position alone": "仅位置",
    "how many outputs stand before; later is taken for hallucinated": "之前有多少输出；越靠后越视为幻觉",
    "of the word under the model; lower is taken for hallucinated": "模型给该词的概率；越低越视为幻觉",
    "share of saliency on the picture": "图像上的显著性份额",
    "share of attention on the picture": "图像上的注意力份额",
    "share of attention on earlier words": "前文上的注意力份额",
    "lower is taken for hallucinated": "越低越视为幻觉",
    "what is looked at": "所看的量",
    "AUROC, 95 % interval": "AUROC，95 % 区间",
    "right + hallucinated": "正确 + 幻觉",
    "AUROC: the chance that a hallucinated word looks worse than a right one. 0.5 tells nothing; below it, the other way round.": "AUROC：幻觉词看起来比正确词更差的概率。0.5 毫无区分；低于 0.5 则相反。",
    support: "前文支持度",
    "Not adjusted for position: “Does the claim hold?” is.": "未校正位置：“论点在此成立吗？”已校正。",
    hold: "保持",
    "content words": "实词",
    "leave out marks and the small words of the sentence": "略去标点与句中的虚词",
    caption: "描述",
    "bars, compact where long": "条形，长时紧凑",
    bars: "条形",
    compact: "紧凑",
    "compact: a word's score is its ground, and more words have room": "紧凑：以底色表示词的得分，可容纳更多词",
    "score curve": "得分曲线",
    "where there is room": "有空间时显示",
    shown: "显示",
    "folded away": "收起",
    "not as at first: {list}": "与初始不同：{list}",
    smooth: "平滑",
    "values between the patches' middles, for the eye only: the numbers are the patches'": "在图块中心之间插值，仅为观看：数值仍是各图块的",
    smoothed: "为观看而平滑",
    "{p} of what mattered to it were earlier words (for the right ones {r}, the median of {n}), {q} the picture.": "对它起作用的来源中，前文占 {p}（正确的词为 {r}，{n} 个的中位数），图像占 {q}。",
    "Support {s}: about what its place alone would give.": "前文支持度 {s}：与仅凭位置所预期的大致相同。",
    "Support {s}: {x} times what its place alone would give.": "前文支持度 {s}：为仅凭位置所预期的 {x} 倍。",
    "image columns": "图像列"
  };

  // viewer/texts/t.js
  var languages = { en: {}, zh: zh_default };
  var table2 = languages.en;
  function setLanguage(name) {
    table2 = languages[(name || "en").slice(0, 2)] || languages.en;
  }
  var t2 = (sentence, values) => filled(table2[sentence] || sentence, values);

  // viewer/numbers/align.js
  function commonSubsequence(first, second) {
    const [n, m] = [first.length, second.length];
    const length = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
    for (let i = n - 1; i >= 0; i--) {
      for (let j = m - 1; j >= 0; j--) {
        const same = first[i] === second[j];
        length[i][j] = same ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
      }
    }
    const pairs = [];
    for (let i = 0, j = 0; i < n && j < m; ) {
      if (first[i] === second[j]) pairs.push([i++, j++]);
      else if (length[i + 1][j] >= length[i][j + 1]) i++;
      else j++;
    }
    return pairs;
  }
  function withItself(run) {
    const same = new Map(Array.from({ length: run.keys }, (_, key2) => [key2, key2]));
    return { there: same, back: same, changed: [/* @__PURE__ */ new Set(), /* @__PURE__ */ new Set()], pairs: run.steps.map((_, i) => [i, i]) };
  }
  function alignRuns(first, second) {
    if (first === second) return withItself(first);
    const byId = first.payload.model.name === second.payload.model.name;
    const written2 = ({ steps }) => steps.map((step) => byId ? step.token_id : step.text);
    const pairs = commonSubsequence(written2(first), written2(second));
    const there = new Map(pairs.map(([i, j]) => [first.first + i, second.first + j]));
    if (boxesOf(first) === boxesOf(second)) {
      first.imageKeys.forEach((key2, patch) => there.set(key2, second.imageKeys[patch]));
    }
    const words2 = (run) => run.wordKeys.filter((key2) => key2 < run.first);
    const [a, b] = [words2(first), words2(second)];
    const given = ({ payload }, keys2) => keys2.map((key2) => (byId ? payload.prompt_ids : payload.prompt_texts)[key2]);
    for (const [i, j] of commonSubsequence(given(first, a), given(second, b))) there.set(a[i], b[j]);
    const changed = [new Set(first.steps.keys()), new Set(second.steps.keys())];
    for (const [i, j] of pairs) {
      changed[0].delete(i);
      changed[1].delete(j);
    }
    return { there, back: new Map([...there].map(([key2, other]) => [other, key2])), changed, pairs };
  }
  var boxesOf = ({ boxes, boxImages, boxScales }) => JSON.stringify([boxes, boxImages, boxScales]);
  function partnerStep(pairs, step, count) {
    let before = null;
    for (const pair of pairs) {
      if (pair[0] === step) return pair[1];
      if (pair[0] < step) before = pair;
    }
    const guess = before ? before[1] + (step - before[0]) : step;
    return Math.max(0, Math.min(count - 1, guess));
  }

  // viewer/numbers/reading.js
  var SCENE = /^(.+) \((?:not )?in the scene\)$/;
  var LETTER = /[\p{L}\p{N}]/u;
  var isWord = (text) => LETTER.test(text);
  function markedWords(marks) {
    const words2 = [];
    const steps = Object.keys(marks).map(Number).sort((a, b) => a - b);
    for (const step of steps) {
      const { judgement, note: note2 } = marks[step];
      const last = words2[words2.length - 1];
      const before = marks[step - 1];
      if (last && before && before.judgement === judgement && before.note === note2) last.steps.push(step);
      else words2.push({ steps: [step], hallucinated: judgement === "hallucinated", note: note2, object: objectIn(note2) });
    }
    return words2;
  }
  var objectIn = (note2) => (note2.match(SCENE) || [])[1] || null;
  function rankOf(scores, step) {
    const own = scores[step];
    if (own === null || own === void 0) return null;
    const others = (
      /** @type {number[]} */
      scores.filter((score, i) => i !== step && score !== null && score !== void 0)
    );
    const above = others.filter((score) => score > own).length;
    const below = others.filter((score) => score < own).length;
    return { rank: above + 1, of: others.length + 1, below: others.length ? below / others.length : 0 };
  }
  function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
  function wordShares(shares, steps) {
    const known3 = (
      /** @type {PartShares[]} */
      steps.map((step) => shares[step]).filter(Boolean)
    );
    if (!known3.length) return null;
    const mean2 = (part) => known3.reduce((sum, one) => sum + one[part], 0) / known3.length;
    return { image: mean2(1), outputs: mean2(3) };
  }
  function captionShares(texts, shares) {
    const words2 = texts.map((_, step) => step).filter((step) => step && isWord(texts[step]) && shares[step]);
    return words2.length ? wordShares(shares, words2) : null;
  }
  function tellingStep(texts, shares, marks) {
    const wrong = markedWords(marks).find((word) => word.hallucinated && word.steps[0] < texts.length);
    if (wrong) return wrong.steps[0];
    const words2 = texts.map((_, step) => step).filter((step) => step && isWord(texts[step]));
    let [best, top] = [words2.length ? words2[0] : Math.min(texts.length - 1, 0), -1];
    for (const step of words2) {
      const own = shares[step];
      if (own && own[1] > top) [best, top] = [step, own[1]];
    }
    return Math.max(0, best);
  }

  // viewer/state/compare.js
  var runsCompared = (viewer) => viewer.holding ? [
    /** @type {Run} */
    viewer.run
  ] : (
    /** @type {Run[]} */
    viewer.runs.filter(Boolean)
  );
  function alignment(viewer) {
    const [first, second] = viewer.runs;
    if (!first || !second) throw new Error("expected two runs to align, got one: ask viewer.comparing first");
    if (!viewer.aligned) viewer.aligned = alignRuns(first, second);
    return viewer.aligned;
  }
  var changedSteps = (viewer, slot) => viewer.comparing ? alignment(viewer).changed[slot ? 1 : 0] : /* @__PURE__ */ new Set();
  function translate(viewer, key2, from, to) {
    if (from === to || !viewer.comparing) return key2;
    const { there, back } = alignment(viewer);
    return (from === 0 ? there : back).get(key2) ?? -1;
  }
  var HELD = { 0: "selected", 1: "held", difference: "held − selected" };
  var BESIDE = { 0: "first", 1: "second", difference: "second − first" };
  var slotName = (viewer, which) => t2((viewer.holding ? HELD : BESIDE)[which]);
  var hiddenKeys = (viewer, run) => viewer.state.hide_sinks ? run.dimmed : /* @__PURE__ */ new Set();
  var methodName = ({ payload: { model, settings, decoder } }) => [model.name, settings.sgrs && "SGRS", settings.locore && "LocoRE", decoder].filter(Boolean).join(" + ");
  function runName(viewer, slot) {
    const plain = (run) => run.payload.title || methodName(run);
    const [mine, other] = (
      /** @type {Run[]} */
      [viewer.runs[slot], viewer.runs[1 - slot]]
    );
    const name = plain(mine);
    const alike = other && plain(other) === name;
    return t2(slot ? "second" : "first") + ": " + [name, ...alike ? distinctions(mine, other) : []].join(" · ");
  }
  function distinctions({ payload: mine, pictures }, { payload: other, pictures: others }) {
    const differ = (pick) => JSON.stringify(pick(mine)) !== JSON.stringify(pick(other));
    const { sampling, forced, edits } = mine.settings;
    const { temperature, seed } = sampling;
    return [
      differ((one) => one.prompt) && `“${mine.prompt.slice(0, 40)}”`,
      differ((one) => one.settings.sampling) && t2("temperature {t}, seed {s}", { t: temperature, s: seed }),
      differ((one) => one.settings.forced) && forced.length && t2("changed from token {n} on", { n: forced.length - 1 }),
      differ((one) => one.settings.edits) && edits.length && t2("attention edited"),
      pictures[0] && others[0] && pictures[0].src !== others[0].src && t2("another picture")
    ].filter(Boolean);
  }

  // viewer/state/choice.js
  function tokenOf(viewer, slot) {
    const { state, run } = viewer;
    if (!run || !run.steps.length) return 0;
    const token = Math.max(
      0,
      Math.min(run.steps.length - 1, state.token === null ? firstChoice(run, state.reveal_truth) : state.token)
    );
    if (slot === 0) return token;
    const count = viewer.runs[1] ? viewer.runs[1].steps.length : 0;
    if (!count) return 0;
    if (viewer.holding) return (
      /** @type {number} */
      state.held
    );
    if (viewer.second !== null && viewer.second < count) return viewer.second;
    return partnerStep(alignment(viewer).pairs, token, count);
  }
  function firstChoice(run, reveal) {
    const growing = run.payload.ended === "running" || run.steps.some((step) => step.pending);
    if (growing) return Math.max(0, run.steps.findLastIndex((step) => !step.pending));
    if (!run.whole.has("first choice")) {
      const texts = run.steps.map((step) => step.text);
      run.whole.set("first choice", tellingStep(texts, run.partShares, reveal ? run.marks : {}));
    }
    return run.whole.get("first choice");
  }
  function stepsOf(viewer, slot) {
    const run = viewer.runs[slot];
    if (!run || !run.steps.length) return [];
    const { granularity, also } = viewer.state;
    const chosen2 = new Set(slot === 1 ? counterparts(viewer) : [tokenOf(viewer, 0), ...also]);
    if (granularity === "word" || granularity === "sentence") {
      const texts = run.steps.map((one) => one.text);
      for (const step of [...chosen2]) for (const one of unitAround(texts, step, granularity)) chosen2.add(one);
    }
    return [...chosen2].filter((step) => step < run.steps.length).sort((a, b) => a - b);
  }
  function quotedSteps(run, steps) {
    const text = steps.map((step) => run.shown(run.first + step)).join("").replace(/^ (?=.)/, "");
    return `“${text.length > 30 ? text.slice(0, 29) + "…" : text}”`;
  }
  function counterparts(viewer) {
    const { state } = viewer;
    if (viewer.holding) return [
      /** @type {number} */
      state.held,
      ...state.held_also
    ];
    const there = new Map(alignment(viewer).pairs);
    const others = state.also.map((step) => there.get(step));
    return [tokenOf(viewer, 1), .../** @type {number[]} */
    others.filter((step) => step !== void 0)];
  }
  function unitAround(texts, step, unit) {
    const word = (i) => /^[\s\p{P}]/u.test(texts[i]) || /[\s]$/.test(texts[i - 1]) || /^\p{P}/u.test(texts[i - 1].trim());
    const sentence = (i) => /[.!?\n。！？]\s*$/.test(texts[i - 1]);
    const starts = (i) => i === 0 || (unit === "word" ? word(i) : sentence(i));
    let [low, high] = [step, step];
    while (!starts(low)) low--;
    while (high + 1 < texts.length && !starts(high + 1)) high++;
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  }

  // viewer/numbers/scale.js
  var DECADES = 3;
  var SHARE = 0.99;
  var Scale = class {
    /**
     * @param {number} high
     * @param {Transform} transform
     * @param {More} [more]
     */
    constructor(high, transform, { low = 0, largest = high, smallest = 0, signed: signed2 = false, manual = false } = {}) {
      this.high = high > 0 ? high : 1;
      this.transform = transform;
      this.signed = signed2;
      this.largest = largest;
      this.smallest = smallest;
      this.low = low;
      if (transform === "log") this.low = this.floor(low, manual);
      else if (signed2) this.low = -this.high;
      this.span = Math.log10(this.high) - Math.log10(this.low);
    }
    /** @param {number} low @param {boolean} manual */
    floor(low, manual) {
      const decades = this.high / 10 ** DECADES;
      if (manual) return low > 0 ? low : decades;
      return Math.min(Math.max(decades, this.smallest || 0), this.high / 10);
    }
    /** 0..1, the place of a value on the colour map; values outside go to the ends. @param {number} value */
    at(value) {
      if (this.transform !== "log") return Math.max(0, Math.min(1, (value - this.low) / (this.high - this.low)));
      return value <= this.low ? 0 : Math.min(1, (Math.log10(value) - Math.log10(this.low)) / this.span);
    }
    /** The value at a place. @param {number} place 0..1 */
    value(place) {
      return this.transform === "log" ? this.low * 10 ** (place * this.span) : this.low + place * (this.high - this.low);
    }
    /** @returns {[number, number][]} places and values to write at a bar */
    ticks() {
      const places = this.transform === "log" ? [0, 1 / 3, 2 / 3, 1] : [0, 0.5, 1];
      return places.map((place) => [place, this.value(place)]);
    }
  };
  function endsOf(arrays) {
    const all = new Float32Array(arrays.reduce((count, array) => count + array.length, 0));
    let at = 0;
    for (const array of arrays) {
      all.set(array, at);
      at += array.length;
    }
    let [largest, smallest] = [0, Infinity];
    for (const value of all) {
      if (value > largest) largest = value;
      if (value > 0 && value < smallest) smallest = value;
    }
    return { largest, smallest: smallest === Infinity ? 0 : smallest, all };
  }
  function quantile(values, share) {
    if (!values.length) return 0;
    const sorted = values.sort();
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low);
  }
  var ninetyNine = (values) => quantile(values, SHARE);
  function scaleOver(arrays, transform) {
    const { largest, smallest, all } = endsOf(arrays);
    return new Scale(transform === "percentile" && ninetyNine(all) || largest, transform, { largest, smallest });
  }
  var linearScale = (high) => new Scale(high, "linear", { largest: high });
  function signedScale(arrays) {
    let high = 0;
    for (const array of arrays) for (const value of Array.from(array)) high = Math.max(high, Math.abs(value));
    return new Scale(high, "linear", { signed: true });
  }

  // viewer/numbers/half.js
  var HALF = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const [exponent, fraction, sign2] = [bits >> 10 & 31, bits & 1023, bits & 32768 ? -1 : 1];
    if (exponent === 0) HALF[bits] = sign2 * fraction * 2 ** -24;
    else if (exponent === 31) HALF[bits] = fraction ? NaN : sign2 * Infinity;
    else HALF[bits] = sign2 * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  function decodeBytes(text) {
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }
  var halves = (text) => new Uint16Array(decodeBytes(text).buffer);
  var floats = (text) => new Float32Array(decodeBytes(text).buffer);
  function unpacked({ codes, units }, width) {
    const unit = floats(units);
    return Float32Array.from(halves(codes), (code, i) => HALF[code] * unit[Math.floor(i / width)]);
  }

  // viewer/state/pictures.js
  function grouped(count, together) {
    const starts = Array.from({ length: Math.ceil(count / together) }, (_, group2) => group2 * together);
    return starts.map((first) => Array.from({ length: Math.min(together, count - first) }, (_, i) => first + i));
  }
  function patchesOf(run, picture, scale) {
    const found = [];
    run.boxes.forEach(([left, top, right, bottom], patch) => {
      const empty = right <= left || bottom <= top;
      if (!empty && run.boxImages[patch] === picture && run.boxScales[patch] === scale) found.push(patch);
    });
    return found;
  }
  function sheetsOver(run, pictures, owner) {
    const sheets = pictures.flatMap(
      (picture) => [0, 1].map((scale) => ({ picture, scale, patches: patchesOf(run, owner ?? picture, scale) }))
    );
    return sheets.filter(({ patches }) => patches.length);
  }
  var allSheets = (run) => sheetsOver(run, [...run.pictures.keys()]);
  var sheetsOf = (run, group2) => sheetsOver(run, run.groups[group2] || [], (run.groups[group2] || [])[0]);
  function pictureShares(run, kind, steps, layer, normalization, reduce) {
    const chosen2 = Array.isArray(steps) ? steps : [steps];
    if (!chosen2.length) return null;
    if (!chosen2.every((step) => run.has(step))) {
      return chosen2.length === 1 ? summed(run, kind, chosen2[0], layer, normalization) : null;
    }
    const values = run.values(kind, chosen2, layer, normalization, reduce);
    const shares = new Float64Array(run.groups.length);
    let total = 0;
    for (let key2 = 0; key2 < run.keys; key2++) total += values[key2];
    if (total > 0) {
      run.imageKeys.forEach((key2, patch) => {
        shares[Math.floor(run.boxImages[patch] / run.together)] += values[key2] / total;
      });
    }
    return shares;
  }
  function summed(run, kind, step, layer, normalization) {
    const given = run.payload.picture_sums;
    if (!given || step >= given.shape[0]) return null;
    if (!run.sums) {
      run.sums = { attention: floats(given.attention), saliency: floats(given.saliency), norm: floats(given.norm) };
    }
    const [, layers, width] = given.shape;
    const parts = new Float64Array(width);
    for (const one of run.layerList(layer)) {
      const from = (step * layers + one) * width;
      const whole = run.sums[kind][from + width - 1];
      let factor = 1;
      if (kind === "saliency" && normalization === "raw") factor = run.sums.norm[step * layers + one];
      if (normalization === "share") factor = whole > 0 ? 1 / whole : 0;
      for (let part = 0; part < width; part++) parts[part] += run.sums[kind][from + part] * factor;
    }
    const total = parts[width - 1];
    return parts.slice(0, width - 1).map((part) => total > 0 ? part / total : 0);
  }
  function largestShare(run, kind, layer, normalization) {
    const name = ["largest share", kind, layer, normalization].join("|");
    if (!run.memo.has(name)) {
      let top = 0;
      run.steps.forEach((_, step) => {
        for (const share of pictureShares(run, kind, step, layer, normalization) || []) top = Math.max(top, share);
      });
      run.memo.set(name, top);
    }
    return run.memo.get(name);
  }
  function groupOf(viewer, slot) {
    const run = viewer.runs[slot];
    const { state } = viewer;
    if (!run || !run.several) return 0;
    if (state.frame !== null) return Math.min(state.frame, run.groups.length - 1);
    if (slot === 1 && viewer.runs[0] && viewer.runs[0].groups.length === run.groups.length) return groupOf(viewer, 0);
    const steps = stepsOf(viewer, slot);
    const shares = pictureShares(run, "saliency", steps, state.layer, state.normalization, state.reduce);
    return shares ? shares.indexOf(Math.max(...shares)) : Math.min(run.lastGroup, run.groups.length - 1);
  }

  // viewer/state/scales.js
  function scoreScale(viewer) {
    const scores = runsCompared(viewer).flatMap((run) => run.steps.map((step) => step.pending ? null : step.score));
    return linearScale(Math.max(0, ...scores.map((score) => score ?? 0)));
  }
  function shareScale(viewer) {
    const { layer, normalization } = viewer.state;
    const largest = runsCompared(viewer).flatMap((run) => [
      largestShare(run, "attention", layer, normalization),
      largestShare(run, "saliency", layer, normalization)
    ]);
    return linearScale(Math.max(0, ...largest));
  }
  function scaleWords({ scale }) {
    if (scale === "run") return t2("locked over the run, every layer");
    if (scale === "layer") return t2("locked over the run, these layers");
    if (scale === "token") return t2("this token only: does not compare between tokens");
    return t2("set by hand");
  }
  function unitWords(kind, normalization) {
    if (normalization === "share") return t2("share of the row");
    if (kind === "attention") return t2("mean over heads");
    return normalization === "row" ? t2("unit l2 norm per row") : t2("|A·∂L/∂A|, nats");
  }

  // viewer/draw/picture_notes.js
  function aboutPicture(viewer, node) {
    const { state } = viewer;
    const run = (
      /** @type {Run} */
      viewer.run
    );
    const over = node.dataset.about;
    const steps = stepsOf(viewer, 0);
    const made4 = methodName(run);
    if (over === "run") return [made4, t2("{n} tokens", { n: run.steps.length })].join(" · ");
    const joined = t2(state.reduce === "max" ? "maximum" : "mean");
    const scale = over === "layers" && state.scale === "layer" ? { scale: (
      /** @type {const} */
      "run"
    ) } : state;
    return [
      "“" + visible(steps.map((step) => run.steps[step].text).join("")).trim() + "”",
      steps.length > 1 ? t2("{r} of tokens {n}", { r: joined, n: rangesText(steps) }) : t2("token {i}", { i: steps[0] }),
      viewer.holding ? t2("held: {w}", { w: run.quoted(run.first + /** @type {number} */
      state.held) }) : "",
      made4,
      over === "layers" ? t2("every layer") : run.layerWords(state.layer),
      over === "own" ? "" : scaleWords(scale)
    ].filter(Boolean).join(" · ");
  }
  function pictureFile(viewer, node) {
    const { state } = viewer;
    const run = (
      /** @type {Run} */
      viewer.run
    );
    const { picture, kind, slot } = node.dataset;
    const which = slot === "1" ? "second" : slot === "difference" ? "difference" : "";
    const what = [picture, kind, which].filter(Boolean).join("-");
    const token = tokenOf(viewer, 0);
    const word = (run.steps[token].text.match(/[A-Za-z0-9]+/) || [""])[0].toLowerCase();
    const layer = typeof state.layer === "number" ? `layer-${state.layer}` : state.layer;
    return ["saliency", what || "panel", `token-${token}`, word, layer].filter(Boolean).join("-");
  }

  // viewer/draw/save.js
  function saveFile(name, data, type) {
    const link = el("a", { href: URL.createObjectURL(new Blob([data], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1e3);
  }

  // viewer/draw/plot.js
  var PLOTLY_VERSION = "4.1.1";
  var CONFIG = {
    responsive: true,
    displayModeBar: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    doubleClick: "reset"
  };
  function plotlyText(text, limit) {
    const short = text.length > limit ? text.slice(0, limit - 1) + "…" : text;
    return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
  }
  function withoutBase(draw2) {
    const base = document.querySelector("base[href]");
    const href = base && base.getAttribute("href");
    if (base) base.removeAttribute("href");
    try {
      draw2();
    } finally {
      if (base && href) base.setAttribute("href", href);
    }
  }
  var everyNth = (count, room) => Math.max(1, Math.ceil(16 * count / Math.max(60, room)));
  function spread(count, room, chosen2 = -1) {
    const every = everyNth(count, room);
    const clear = (i) => i % every === 0 && (chosen2 < 0 || Math.abs(i - chosen2) >= every);
    return [...Array(count).keys()].filter((i) => i === chosen2 || clear(i));
  }
  var Plot = class {
    /** @param {Viewer} viewer @param {PlotOptions} options */
    constructor(viewer, options) {
      this.viewer = viewer;
      this.options = options;
      this.root = el("div", { class: "sv-plot", style: { height: `${options.height}px` } });
      this.bound = false;
      this.sign = "";
      this.moved = "";
      this.z = null;
      this.known = 0;
      this.measuredAt = -1;
      this.bars = {};
    }
    /** Its width in px, asked of the browser once for each width of the whole view: an answer costs a layout. */
    get width() {
      if (this.measuredAt !== this.viewer.width || !this.known) {
        this.measuredAt = this.viewer.width;
        this.known = this.root.clientWidth;
      }
      return this.known;
    }
    /** @param {any[]} data @param {any} layout of plotly */
    draw(data, layout) {
      const { Plotly } = this.viewer;
      if (!Plotly || Plotly.version !== PLOTLY_VERSION) {
        this.root.textContent = t2("The heatmap needs plotly.js {v}.", { v: PLOTLY_VERSION });
        return;
      }
      const whole = this.whole(layout);
      const [{ z, ...trace }] = data;
      const { shapes, ...rest } = whole;
      const sign2 = JSON.stringify([trace, rest, shapes && shapes.length]);
      const moved = JSON.stringify(shapes);
      if (this.bound && sign2 === this.sign) {
        if (moved !== this.moved && z !== this.z) Plotly.update(this.root, { z: [z] }, { shapes });
        else if (moved !== this.moved) Plotly.relayout(this.root, { shapes });
        else if (z !== this.z) Plotly.restyle(this.root, { z: [z] });
      } else if (this.bound) Plotly.react(this.root, data, whole);
      else {
        withoutBase(() => Plotly.react(this.root, data, whole, CONFIG));
        this.bind();
      }
      this.sign = sign2;
      this.moved = moved;
      this.z = z;
    }
    /** The layout with what all our heatmaps share. @param {any} layout */
    whole(layout) {
      const style = getComputedStyle(this.viewer.root);
      const ink = style.getPropertyValue("--sv-muted").trim() || "#555";
      const axis = { zeroline: false, showgrid: false, linecolor: ink };
      return {
        uirevision: "kept",
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: style.getPropertyValue("--sv-sunken").trim(),
        dragmode: "zoom",
        autosize: true,
        font: { family: "system-ui, sans-serif", size: 11, color: ink },
        hovermode: "closest",
        ...layout,
        xaxis: { ...axis, ...layout.xaxis || {} },
        yaxis: { ...axis, ...layout.yaxis || {} }
      };
    }
    bind() {
      const { viewer, options } = this;
      this.bound = true;
      this.root.on("plotly_hover", (event) => {
        const { x, y } = event.points[0];
        viewer.hover(options.hoverKey ? options.hoverKey(x, y) : null, 0);
        if (options.hoverLayer) viewer.hoverLayer(options.hoverLayer(x, y));
        viewer.tip.point(event.event, options.point(x, y));
      });
      this.root.on("plotly_unhover", () => {
        viewer.hover(null);
        viewer.hoverLayer(null);
      });
      this.root.on("plotly_click", (event) => {
        if (options.click) options.click(event.points[0].x, event.points[0].y);
      });
    }
    /**
     * Lights one column, one row, or both (null: none), over the drawing.
     * @param {number | null} x
     * @param {number | null} y
     */
    light(x, y) {
      const layout = this.bound && this.root._fullLayout;
      if (!layout) return;
      this.lightBar("x", x, layout.xaxis, layout.yaxis);
      this.lightBar("y", y, layout.yaxis, layout.xaxis);
    }
    /** @param {"x" | "y"} name @param {number | null} at @param {any} along axis @param {any} across axis */
    lightBar(name, at, along, across2) {
      const bar3 = this.bars[name] || (this.bars[name] = this.root.appendChild(el("div", { class: "sv-plot-light" })));
      bar3.hidden = at === null || at < 0;
      if (at === null || bar3.hidden) return;
      const ends = [at - 0.5, at + 0.5].map((edge2) => Math.max(0, Math.min(along._length, along.l2p(edge2))));
      const start = `${along._offset + Math.min(...ends)}px`;
      const size = `${Math.abs(ends[1] - ends[0])}px`;
      const [far, length] = [`${across2._offset}px`, `${across2._length}px`];
      const column = { left: start, width: size, top: far, height: length };
      Object.assign(bar3.style, name === "x" ? column : { top: start, height: size, left: far, width: length });
    }
    free() {
      if (this.bound && this.viewer.Plotly) this.viewer.Plotly.purge(this.root);
    }
  };

  // viewer/draw/snapshot.js
  var SHARP = 2;
  var PAD = 14;
  var NOTE = 30;
  var OURS = /\.(sv-|js-plotly|plotly|main-svg|modebar|hoverlayer)/;
  var XHTML = "http://www.w3.org/1999/xhtml";
  var BUTTONS = ".sv-save, .sv-help-button, .sv-follow, .sv-range .sv-button, .modebar-container, [hidden]";
  var UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
  function rules() {
    const found = [];
    for (const sheet of document.styleSheets) {
      try {
        for (const rule of sheet.cssRules) if (OURS.test(rule.cssText)) found.push(rule.cssText);
      } catch {
        continue;
      }
    }
    return found.join("\n");
  }
  function frozen(canvas) {
    const image = document.createElement("img");
    const look = getComputedStyle(canvas);
    if (canvas.width && canvas.height) image.src = canvas.toDataURL();
    const { position, inset, display, borderRadius, border, flex } = look;
    Object.assign(image.style, { position, inset, display, borderRadius, border, flex });
    const size = { width: `${canvas.offsetWidth}px`, height: `${canvas.offsetHeight}px` };
    Object.assign(image.style, { ...size, filter: "none", visibility: "visible", boxSizing: "border-box" });
    return image;
  }
  var chosen = (select) => el("b", { text: select.selectedOptions.length ? select.selectedOptions[0].text : "" });
  var typed = (input) => el("b", { text: input.type === "number" || input.type === "text" ? input.value : "" });
  function copied(node) {
    const copy2 = (
      /** @type {Node} */
      node.cloneNode(true)
    );
    const swaps = [];
    const stand = (selector, make) => {
      const twins = copy2.querySelectorAll(selector);
      node.querySelectorAll(selector).forEach((one, i) => swaps.push([twins[i], make(one)]));
    };
    stand("canvas", frozen);
    stand("select", chosen);
    stand("input", typed);
    for (const [twin, instead] of swaps) twin.replaceWith(instead);
    for (const gone of copy2.querySelectorAll(BUTTONS)) gone.remove();
    return copy2;
  }
  var NOTE_STYLE = { "margin-top": "8px", "line-height": "18px", "white-space": "nowrap", overflow: "hidden", "text-overflow": "ellipsis" };
  function lent({ panels, layers }, node) {
    if (!panels.some((panel) => panel.root === node)) return 0;
    return layers.root.offsetHeight + parseFloat(getComputedStyle(layers.root).marginTop);
  }
  function drawnAsSvg(viewer, node) {
    const [width, height] = [Math.ceil(node.offsetWidth), Math.ceil(node.offsetHeight - lent(viewer, node))];
    const copy2 = copied(node);
    copy2.style.margin = "0";
    const note2 = el("div", { class: "sv-hint", text: aboutPicture(viewer, node), style: NOTE_STYLE });
    const style = { width: `${width}px`, padding: `${PAD}px`, "box-sizing": "content-box" };
    const wide = `${Math.max(viewer.root.clientWidth, width)}px`;
    const room = viewer.root.style.getPropertyValue("--sv-room") || null;
    const root = el(
      "div",
      { xmlns: XHTML, class: viewer.root.className, style: { width: wide, "--sv-room": room } },
      el("style", { text: rules() }),
      el("div", { style }, copy2, note2)
    );
    const whole = { width: width + 2 * PAD, height: height + 2 * PAD + NOTE };
    const markup = new XMLSerializer().serializeToString(root).replace(UNWRITABLE, "");
    const inside = `<foreignObject x="0" y="0" width="100%" height="100%">${markup}</foreignObject>`;
    const size = `width="${whole.width}" height="${whole.height}"`;
    return { ...whole, text: `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${inside}</svg>` };
  }
  async function snapshot(viewer, node) {
    const { width, height, text } = drawnAsSvg(viewer, node);
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    await image.decode();
    const canvas = el("canvas", { width: width * SHARP, height: height * SHARP });
    const pen = (
      /** @type {CanvasRenderingContext2D} */
      canvas.getContext("2d")
    );
    pen.fillStyle = getComputedStyle(viewer.root).getPropertyValue("--sv-card").trim() || "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise(
      (done, failed) => canvas.toBlob((blob) => blob ? done(blob) : failed(new Error("no picture")), "image/png")
    );
  }
  async function plotSvg(viewer, node) {
    const plot = node.querySelector(".sv-plot");
    const head = (
      /** @type {HTMLElement} */
      node.querySelector(".sv-panel-head, .sv-section-head")
    );
    const copy2 = copied(head);
    const title = (copy2.innerText || copy2.textContent || "").replace(/\s+/g, " ").trim();
    const { data, layout } = plot;
    const height = plot.offsetHeight + 50;
    const paper_bgcolor = getComputedStyle(viewer.root).getPropertyValue("--sv-card").trim();
    const text = `${plotlyText(title, 120)}<br><sub>${plotlyText(aboutPicture(viewer, node), 160)}</sub>`;
    const above = { text, x: 0.01, xanchor: "left", y: 1 - 20 / height, yanchor: "middle", font: { size: 13 } };
    const margin = { ...layout.margin, t: 54 };
    const figure = { data, layout: { ...layout, autosize: false, margin, paper_bgcolor, title: above } };
    const url = await viewer.Plotly.toImage(figure, { format: "svg", width: plot.offsetWidth, height });
    return decodeURIComponent(url.slice(url.indexOf(",") + 1));
  }

  // viewer/draw/save_buttons.js
  async function keep2(viewer, node, kind, button) {
    button.disabled = true;
    try {
      await viewer.drawn();
      const made4 = kind === "svg" ? await plotSvg(viewer, node) : await snapshot(viewer, node);
      saveFile(`${pictureFile(viewer, node)}.${kind}`, made4, kind === "svg" ? "image/svg+xml" : "image/png");
    } catch {
      button.title = t2("This browser could not make the picture.");
      button.classList.add("sv-failed");
    }
    button.disabled = false;
    button.focus({ preventScroll: true });
  }
  var saveButton = (viewer, node, kind, title) => el("button", {
    type: "button",
    class: "sv-button sv-small",
    "data-save": kind,
    text: `↓ ${kind.toUpperCase()}`,
    title,
    "aria-label": title,
    on: { click: (event) => keep2(viewer, node, kind, event.currentTarget) }
  });
  function offerPictures(viewer) {
    const able = viewer.run && viewer.run.steps.length;
    for (
      const node of
      /** @type {NodeListOf<HTMLElement>} */
      viewer.root.querySelectorAll(".sv-panel, [data-picture]")
    ) {
      const head = node.querySelector(".sv-panel-head, .sv-section-head");
      const inner = node.querySelector(".sv-panel") || head && head.closest(".sv-panel, [data-picture]") !== node;
      if (!head || inner) continue;
      let box2 = (
        /** @type {HTMLElement | null} */
        head.querySelector(":scope > .sv-save")
      );
      if (!box2) {
        const png = saveButton(viewer, node, "png", t2("save this picture as PNG"));
        const svg = node.querySelector(".sv-plot") && saveButton(viewer, node, "svg", t2("save this plot as SVG"));
        box2 = el("span", { class: "sv-save" }, png, svg);
        head.append(box2);
      }
      box2.hidden = !able;
    }
  }

  // viewer/numbers/rows.js
  function decodeRows(rows) {
    const [count, layers, keys2] = rows.shape;
    const [attention, saliency, norm] = [halves(rows.attention), halves(rows.saliency), floats(rows.norm)];
    return Array.from({ length: count }, (_, i) => ({
      keys: keys2,
      attention: attention.subarray(i * layers * keys2, (i + 1) * layers * keys2),
      saliency: saliency.subarray(i * layers * keys2, (i + 1) * layers * keys2),
      norm: norm.subarray(i * layers, (i + 1) * layers)
    }));
  }
  function layerRow(held, kind, layer, normalization, keys2, reach) {
    const out = new Float32Array(keys2);
    const [codes, from, end] = [held[kind], layer * held.keys, Math.min(reach, held.keys)];
    for (let key2 = 0; key2 < end; key2++) out[key2] = HALF[codes[from + key2]];
    let factor = 1;
    if (kind === "saliency" && normalization === "raw") factor = held.norm[layer];
    if (normalization === "share") {
      let total = 0;
      for (let key2 = 0; key2 < end; key2++) total += out[key2];
      factor = total > 0 ? 1 / total : 0;
    }
    if (factor !== 1) for (let key2 = 0; key2 < end; key2++) out[key2] *= factor;
    return out;
  }
  function meanRow(rows, keys2) {
    if (rows.length === 1) return rows[0];
    const sum = new Float64Array(keys2);
    for (const row2 of rows) for (let key2 = 0; key2 < sum.length; key2++) sum[key2] += row2[key2];
    return Float32Array.from(sum, (value) => value / (rows.length || 1));
  }
  function reducedRow(rows, reduce) {
    if (reduce !== "max") return meanRow(rows, rows[0].length);
    const out = new Float32Array(rows[0].length);
    for (const row2 of rows) for (let key2 = 0; key2 < out.length; key2++) out[key2] = Math.max(out[key2], row2[key2]);
    return out;
  }
  function partShares(values, parts) {
    const sums = [0, 0, 0, 0];
    for (let key2 = 0; key2 < parts.length; key2++) sums[parts[key2]] += values[key2];
    const total = sums[0] + sums[1] + sums[2] + sums[3];
    const [template, image, prompt, outputs] = sums.map((sum) => sum / total);
    return total > 0 ? { template, image, prompt, outputs } : null;
  }
  function nearestMissing(rows, from, most) {
    for (let away = 0; away < rows.length; away++) {
      for (const step of [from + away, from - away]) {
        if (step < 0 || step >= rows.length || rows[step]) continue;
        let [low, high] = [step, step];
        if (step >= from) while (high + 1 < rows.length && !rows[high + 1] && high - low + 1 < most) high++;
        else while (low > 0 && !rows[low - 1] && high - low + 1 < most) low--;
        return [low, high - low + 1];
      }
    }
    return null;
  }

  // viewer/state/rows.js
  var BYTES = 7e5;
  var REST = 20;
  var REDRAW = 350;
  var PATIENCE2 = 3;
  var RowLoader = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = /* @__PURE__ */ new Set();
      this.running = /* @__PURE__ */ new Set();
      this.left = /* @__PURE__ */ new Set();
      this.drew = -REDRAW;
      this.root = el("span", { class: "sv-rows sv-hint", hidden: true });
    }
    /** One step's rows, because they are to be drawn now. @param {Run} run @param {number} step */
    request(run, step) {
      const { viewer } = this;
      const name = `${run.id}/${step}`;
      if (!run.ranges || run.steps[step].pending || !viewer.options.fetchRows || this.asked.has(name)) return;
      const answer = viewer.options.fetchRows(run.id, step);
      if (!answer) return;
      this.asked.add(name);
      answer.then(
        (rows) => {
          this.asked.delete(name);
          if (!rows || !this.shows(run)) return;
          run.addRows(step, rows);
          viewer.schedule();
        },
        () => this.asked.delete(name)
      );
    }
    /** @param {Run} run */
    shows(run) {
      return !this.viewer.gone && this.viewer.runs.includes(run);
    }
    /** What a run lacks is fetched while it is shown, once the chosen token's own rows are there. */
    follow() {
      const { viewer } = this;
      for (const run of runsCompared(viewer)) {
        const whole = run.ranges && run.payload.ended !== "running";
        const ready = whole && stepsOf(viewer, 0).every((step) => viewer.run && viewer.run.has(step));
        const free = !this.running.has(run) && !this.left.has(run);
        if (ready && !run.complete && viewer.options.fetchRows && free) this.fetch(run);
      }
      this.tell();
    }
    tell() {
      const { run } = this.viewer;
      const lacking = run && run.ranges ? run.rows.filter((row2) => !row2).length : 0;
      this.root.hidden = !run || !lacking || !this.running.has(run);
      if (run && lacking) {
        this.root.textContent = t2("loading rows {n} / {m}", { n: run.rows.length - lacking, m: run.rows.length });
      }
    }
    /** @param {Run} run */
    async fetch(run) {
      const { viewer } = this;
      const most = Math.max(1, Math.floor(BYTES / (4 * run.layers * run.keys)));
      this.running.add(run);
      let failed = 0;
      while (this.shows(run) && failed < PATIENCE2) {
        const missing = nearestMissing(run.rows, tokenOf(viewer, viewer.runs.indexOf(run)), most);
        if (!missing || !viewer.options.fetchRows) break;
        try {
          const rows = await viewer.options.fetchRows(run.id, ...missing);
          if (!this.shows(run)) break;
          run.addRows(missing[0], rows);
          this.came(run);
        } catch {
          failed++;
        }
        if (!run.complete) await new Promise((next) => setTimeout(next, REST));
      }
      this.running.delete(run);
      if (failed === PATIENCE2) this.left.add(run);
      if (this.shows(run)) viewer.schedule();
    }
    /** Only what shows the whole caption is drawn again, now and then; the chosen token's views stay. @param {Run} run */
    came(run) {
      const { viewer } = this;
      const now2 = performance.now();
      this.tell();
      if (now2 - this.drew < REDRAW) return;
      this.drew = now2;
      if (viewer.state.pins.length) return viewer.schedule();
      const view = viewer.shownTab;
      if (view.whole && run === viewer.run && onScreen(view.root)) view.draw();
    }
  };
  function onScreen(node) {
    const box2 = node.getBoundingClientRect();
    return box2.bottom > 0 && box2.top < window.innerHeight;
  }

  // viewer/state/tabs.js
  function canShow(viewer, view) {
    const needs = view && (view.needs || view.asked && view.asked.options.kind);
    return !needs || viewer.can(needs);
  }

  // viewer/draw/color_maps.json
  var color_maps_default = {
    viridis: "RAFURAJWRQRXRQVZRgdaRghcRgpdRgteRw1gRw5hRxBjRxFkRxNlSBRnSBZoSBdpSBhqSBpsSBttSBxuSB1vSB9wSCBxSCFzSCN0SCR1SCV2SCZ3SCh4SCl5Ryp6Ryx6Ry17Ry58Ry99RjB+RjJ+RjN/RjSARTWBRTeBRTiCRDmDRDqDRDuEQz2EQz6FQj+FQkCGQkGGQUKHQUSHQEWIQEaIP0eIP0iJPkmJPkqJPkyKPU2KPU6KPE+KPFCLO1GLO1KLOlOLOlSMOVWMOVaMOFiMOFmMN1qMN1uNNlyNNl2NNV6NNV+NNGCNNGGNM2KNM2ONMmSOMmWOMWaOMWeOMWiOMGmOMGqOL2uOL2yOLm2OLm6OLm+OLXCOLXGOLHGOLHKOLHOOK3SOK3WOKnaOKneOKniOKXmOKXqOKXuOKHyOKH2OJ36OJ3+OJ4COJoGOJoKOJoKOJYOOJYSOJYWOJIaOJIeOI4iOI4mOI4qNIouNIoyNIo2NIY6NIY+NIZCNIZGMIJKMIJKMIJOMH5SMH5WLH5aLH5eLH5iLH5mKH5qKHpuKHpyJHp2JH56JH5+IH6CIH6GIH6GHH6KHIKOGIKSGIaWFIaaFIqeFIqiEI6mDJKqDJauCJayCJq2BJ62BKK6AKa9/KrB/LLF+LbJ9LrN8L7R8MbV7MrZ6NLZ5Nbd5N7h4OLl3Orp2O7t1Pbx0P7xzQL1yQr5xRL9wRsBvSMFuSsFtTMJsTsNrUMRqUsVpVMVoVsZnWMdlWshkXMhjXsliYMpgY8tfZcteZ8xcac1bbM1abs5YcM9Xc9BWddBUd9FTetFRfNJQf9NOgdNNhNRLhtVJidVIi9ZGjtZFkNdDk9dBldhAmNg+m9k8ndk7oNo5oto3pds2qNs0qtwyrdwwsN0vst0ttd4ruN4put4ovd8mwN8lwt8jxeAhyOAgyuEfzeEd0OEc0uIb1eIa2OIZ2uMZ3eMY3+MY4uQY5eQZ5+QZ6uUa7OUb7+Uc8eUd9OYe9uYg+OYh++cj/ecl",
    cividis: "ACJOACNPACRRACVTACVUACZWACdYAChZAChbACldACpfACphACtiACxkACxmAC1oAC5qAC5sAC9tADBvADBwADFwADFxATJxBTNxCDNwDDRwDzVwEjVwFDZwFjdwGDdvGjhvHDlvHjpvIDpvITtuIzxuJDxuJj1uJz5uKT9uKj9tK0BtLUFtLkFtL0JtMUNtMkNtM0RtNEVsNUVsNkZsOEdsOUhsOkhsO0lsPEpsPUpsPktsP0xsQExsQU1sQk5sQ05sRE9sRVBsRlFsR1FsSFJsSVNsSlNsS1RsTFVsTVVsTlZsT1dsUFdsUVhtUlltU1ptVFptVVttVVxtVlxtV11tWF5tWV5uWl9uW2BuXGFuXWFuXmJuXmNvX2NvYGRvYWVvYmVvY2ZwZGdwZWhwZWhwZmlwZ2pxaGpxaWtxamxxa21ybG1ybG5ybW9ybm9zb3BzcHFzcXJ0cnJ0cnN0c3R1dHR1dXV1dnZ2d3d2d3d3eHh3eXl3enp4e3p4fHt4fXx4fnx4fn14f354gH94gX94goB5g4F5hIJ5hYJ5hoN5h4R4iIV4iYV4ioZ4i4d4jIh4jYh4jol4j4p4kIt4kYt4kox4ko14k454lI53lY93lpB3l5F3mJJ3mZJ3mpN2m5R2nJV2nZV2npZ2n5d1oJh1oZl1opl1o5p0pJt0pZx0ppx0p51zqJ5zqZ9zqqBzq6ByrKFyraJyrqNxr6RxsKVxsaVws6ZwtKdvtahvtqlvt6luuKpuuattuqxtu61tvK5sva5svq9rv7BrwLFqwbJqwrNpw7NpxLRoxbVoxrZnx7dnyLhmyblly7llzLpkzbtjzrxjz71i0L5i0b9h0sBg08Bf1MFf1cJe1sNd18Rc2cVc2sZb28da3MhZ3chY3slY38pX4MtW4cxV4s1U5M5T5c9S5tBR59FQ6NJP6dNO6tNM69RL7dVK7tZJ79dI8NhG8dlF8tpE89tC9dxB9t0/994++N88+eA6++E4/OI2/eM0/uQ0/uU1/uY2/ug4",
    magma: "AAAEAQAFAQEGAQEIAgEJAgILAgINAwMPAwMSBAQUBQQWBgUYBgUaBwYcCAceCQcgCggiCwkkDAkmDQopDgsrEAstEQwvEg0xEw00FA42FQ44Fg87GA89GRA/GhBCHBBEHRFHHhFJIBFLIRFOIhFQJBJTJRJVJxJYKRFaKhFcLBFfLRFhLxFjMRFlMxBnNBBpNhBrOBBsOQ9uOw9wPQ9xPw9yQA90Qg91RA92RRB3RxB4SRB4ShB5TBF6ThF7TxJ7URJ8UhN8VBN9VhR9VxV+WRV+WhZ+XBZ/XRd/Xxh/YBiAYhmAZBqAZRqAZxuAaByBahyBax2BbR2Bbh6BcB+Bch+BcyCBdSGBdiGBeCKBeSKCeyOCfCOCfiSCgCWCgSWBgyaBhCaBhieBiCeBiSiBiymBjCmBjiqBkCqBkSuBkyuAlCyAliyAmC2AmS2Amy5/nC5/ni9/oC9/oTB+ozB+pTF+pjF9qDJ9qjN9qzN8rTR8rjR7sDV7sjV7szZ6tTZ6tzd5uDd5ujh4vDl4vTl3vzp3wDp2wjt1xDx1xTx0xz1zyD5zyj5yzD9xzUBxz0Bw0EFv0kJv00Nu1URt1kVs2EVs2UZr20dq3Ehp3klo30po4Exn4k1m405l5E9k5VBk51Jj6FNi6VRi6lZh61dg7Fhg7Vpf7lte711e8F9e8WBd8mJd8mRc82Vc9Gdc9Glc9Wtc9mxc9m5c93Bc93Jc+HRc+HZc+Xhd+Xld+Xtd+n1e+n9e+oFf+4Nf+4Vg+4dh/Ilh/Ipi/Ixj/I5k/JBl/ZJm/ZRn/ZZo/Zhp/Zpq/Ztr/p1s/p9t/qFu/qNv/qVx/qdy/qlz/qp0/qx2/q53/rB4/rJ6/rR7/rZ8/rd+/rl//ruB/r2C/r+E/sGF/sKH/sSI/saK/siM/sqN/syP/s2Q/s+S/tGU/tOV/tWX/teZ/tia/dqc/dye/d6g/eCh/eKj/eOl/eWn/eep/emq/eus/Oyu/O6w/PCy/PK0/PS2/Pa4/Pe5/Pm7/Pu9/P2/",
    RdBu_r: "BTBhBjJkBzRnCDZqCThtCjtwDD1zDT92DkF5D0N7EEV+EUeBEkmEE0yHFE6KFVCNF1KQGFSTGVaWGliZG1qcHFyfHV+iHmGlH2OoIGWrImesI2mtJGquJmyvJ26wKHCxKnGyK3OzLHW0Lne1L3m1MHq2Mny3M364NIC5NoG6N4O7OIW8Ooe9O4i+PIq+Poy/P47AQI/BQpHCQ5PDRpXESZfFTJnGT5vHUp3IVp/JWaHKXKPLX6XNYqfOZanPaKvQa6zRbq7ScbDTdbLUeLTVe7bWfrjXgbrYhLzZh77aisDbjcLckMTdk8belsffmMjgm8ngncvhoMzios3jpc7jp9DkqdHlrNLlrtPmsdXns9bottfouNjpu9rqvdvqwNzrwt3sxd/sx+DtyuHuzOLvz+Tv0eXw0ubw1Obx1efx1+jx2Onx2uny2+ry3evy3uvy4Ozz4e3z4+3z5O705u/05/D06fD06vH17PL17fL17/P18PT28vX28/X29fb39vf39/b29/X0+PTy+PPw+PLv+PHt+fDr+e/p+e7n+e3l+evj+urh+unf+uje+ufc++ba++XY++TW++PU/OLS/ODQ/N/P/N7N/d3L/dzJ/dvH/dnE/NfC/NW//NO8+9C5+863+8y0+sqx+siv+cas+cSp+cKn+L+k+L2h+Lue97mc97eZ97WW9rOU9rGR9q+O9ayL9aqJ9aiG9KaD86SB8qF/8Z598Jx775l57pZ37JN065Fy6o5w6Ytu6Ils5oZq5YNo5IBm435k4nti4Xhg33Ze3nNc3XBZ3G5X22tV2mhT2GVR12NP1mBN1V1M01pK0lhJ0FVIz1JGzk9FzExEy0lCyUdByERAxkE+xT49xDs8wjg6wTY5vzM4vjA2vS01uyo0uigyuCUxtyIwth8utBwtsxkssRgrrhcqqxYqqBUppRQpohMonxIonBEnmRAnlg8nkw4mkA0mjQwligslhwokhAkkgQgjfwgjfAcieQYidgUhcwQhcAMgbQIgagEfZwAf"
  };

  // viewer/draw/color.js
  var decoded = /* @__PURE__ */ new Map();
  var SEQUENTIAL = ["viridis", "cividis", "magma"];
  var DIVERGING = "RdBu_r";
  var PAPER2 = { light: [255, 255, 255], dark: [22, 24, 31] };
  var INKS = [
    [24, 24, 27],
    [236, 236, 241],
    [0, 0, 0],
    [255, 255, 255]
  ];
  var LEGIBLE = 4.6;
  var VERDICT_COLORS = { accepted: "#0072b2", rejected: "#d55e00", untried: "#8c8c8c", fallback: "#cc79a7" };
  var PART_COLORS = { template: "#8c8c8c", image: "#009e73", prompt: "#e69f00", outputs: "#0072b2" };
  var JUDGEMENT_COLORS = { right: "#0072b2", hallucinated: "#d55e00" };
  function mapTable(name) {
    const table3 = decoded.get(name) || decodeBytes(
      /** @type {Record<string, string>} */
      color_maps_default[name] || color_maps_default.viridis
    );
    decoded.set(name, table3);
    return table3;
  }
  function colorAt(name, place) {
    const map = mapTable(name);
    const at = 3 * Math.max(0, Math.min(255, Math.round(place * 255)));
    return [map[at], map[at + 1], map[at + 2]];
  }
  var cssColor = (rgb, alpha) => `rgb(${rgb[0]} ${rgb[1]} ${rgb[2]}${alpha === void 0 ? "" : ` / ${alpha}`})`;
  function luminance(rgb) {
    const [r, g, b] = rgb.map((part) => {
      const x = part / 255;
      return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  var contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  var opacityAt = (place, opacity) => Math.min(1, 1.5 * opacity) * place ** (3.3 * (1 - opacity));
  var weightAt = (place, signed2) => signed2 ? Math.abs(2 * place - 1) : place;
  var groundOpacity = (weight) => 0.8 * weight ** 0.7;
  var overPaper = (color, alpha, theme) => (
    /** @type {Rgb} */
    color.map((part, i) => Math.round(part * alpha + PAPER2[theme][i] * (1 - alpha)))
  );
  function tintOf(name, place, theme, weight = place) {
    const mixed = overPaper(colorAt(name, place), groundOpacity(weight), theme);
    const light = luminance(mixed);
    const legible = INKS.map((ink) => contrast(light, luminance(ink)));
    const own = Math.max(legible[0], legible[1]);
    const best = own >= LEGIBLE ? own : Math.max(...legible);
    return { background: cssColor(mixed), ink: cssColor(INKS[legible.indexOf(best)]) };
  }
  var made2 = /* @__PURE__ */ new Map();
  function fillsOf(name, opacity, signed2) {
    const key2 = [name, opacity, signed2].join();
    if (!made2.has(key2) && made2.size > 40) made2.clear();
    const known3 = made2.get(key2);
    if (known3) return known3;
    const alpha = (place) => opacityAt(weightAt(place, signed2), opacity).toFixed(3);
    const fills = Array.from({ length: 256 }, (_, i) => cssColor(colorAt(name, i / 255), alpha(i / 255)));
    made2.set(key2, fills);
    return fills;
  }
  var plotlyScale = (name) => Array.from({ length: 33 }, (_, i) => [i / 32, cssColor(colorAt(name, i / 32)).replace(/ /g, ",")]);

  // viewer/draw/color_bar.js
  var LENGTH = 128;
  function colorBar(scale, { name, opacity, theme, label: label2, vertical }) {
    const canvas = el("canvas", { class: "sv-bar-canvas", "aria-hidden": "true" });
    canvas.width = vertical ? 1 : LENGTH;
    canvas.height = vertical ? LENGTH : 1;
    const pen = (
      /** @type {CanvasRenderingContext2D} */
      canvas.getContext("2d")
    );
    for (let i = 0; i < LENGTH; i++) {
      const place = i / (LENGTH - 1);
      const weight = scale.signed ? Math.abs(2 * place - 1) : place;
      const alpha = opacity === void 0 ? groundOpacity(weight) : opacityAt(weight, opacity);
      pen.fillStyle = cssColor(overPaper(colorAt(name, place), alpha, theme));
      if (vertical) pen.fillRect(0, LENGTH - 1 - i, 1, 1);
      else pen.fillRect(i, 0, 1, 1);
    }
    return el(
      "span",
      {
        class: "sv-bar" + (vertical ? " sv-bar-vertical" : ""),
        role: "img",
        "aria-label": `${label2 || ""} ${formatNumber(scale.low)} – ${formatNumber(scale.high)}`
      },
      canvas,
      el("span", { class: "sv-bar-ticks" }, ...ticks(scale, vertical))
    );
  }
  function ticks(scale, vertical) {
    const few = scale.transform === "log" && !vertical;
    const shown2 = few ? [0, 0.5, 1].map((place) => (
      /** @type {[number, number]} */
      [place, scale.value(place)]
    )) : scale.ticks();
    return shown2.map(([place, value]) => {
      const clipped = place === 1 && exceeds(scale);
      const under = place === 0 && scale.transform === "log";
      const text = (clipped ? "≥ " : under ? "≤ " : "") + formatNumber(value, 2);
      return el("span", { text, style: { "--place": place }, "data-value": value });
    });
  }
  var exceeds = (scale) => scale.largest > scale.high * 1.0001;

  // viewer/views/bars.js
  var Bars = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.image = el("div", { class: "sv-bar-box sv-image-bar" });
      this.words = el("div", { class: "sv-bar-box sv-word-bar-box" });
    }
    /**
     * @param {Scaled} source
     * @param {string} label
     * @param {(scale: Scale) => string} title
     */
    draw({ scale, wordScale, map = "" }, label2, title) {
      const { opacity } = this.viewer.state;
      this.bar(this.image, scale, { name: map, opacity, vertical: true, label: label2 }, title);
      this.bar(this.words, wordScale, { name: map, vertical: false, label: label2 }, title);
    }
    /**
     * @param {HTMLElement} box
     * @param {Scale | null | undefined} scale
     * @param {{name: string, opacity?: number, vertical: boolean, label: string}} options
     * @param {(scale: Scale) => string} title
     */
    bar(box2, scale, options, title) {
      if (!scale) {
        delete box2.dataset.sign;
        return setChildren(box2);
      }
      const { theme, state } = this.viewer;
      const { low, high, largest, transform } = scale;
      const sign2 = [low, high, largest, transform, options.name, state.opacity, theme].join();
      if (box2.dataset.sign === sign2) return;
      box2.dataset.sign = sign2;
      setChildren(box2, colorBar(scale, { ...options, theme }));
      box2.title = title(scale);
    }
  };
  function shareBars(pair, [first, second]) {
    const same = (which) => Boolean(first && first[which].dataset.sign && first[which].dataset.sign === second[which].dataset.sign);
    pair.classList.toggle("sv-one-bar", same("image"));
    pair.classList.toggle("sv-one-word-bar", same("words"));
  }

  // viewer/draw/thumbnail.js
  var PIXELS = 32;
  var made3 = /* @__PURE__ */ new Map();
  function pixelTable(name, opacity, signed2) {
    const key2 = `${name} ${opacity} ${signed2}`;
    const known3 = made3.get(key2);
    if (known3) return known3;
    if (made3.size > 40) made3.clear();
    const table3 = Uint32Array.from({ length: 256 }, (_, i) => {
      const [red, green, blue] = colorAt(name, i / 255);
      return (Math.round(255 * opacityAt(weightAt(i / 255, signed2), opacity)) << 24 | blue << 16 | green << 8 | red) >>> 0;
    });
    made3.set(key2, table3);
    return table3;
  }
  function drawThumbnail(canvas, { run, patches, values, scale, map, opacity }) {
    const { width, height } = canvas;
    const pen = (
      /** @type {CanvasRenderingContext2D} */
      canvas.getContext("2d")
    );
    const image = pen.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const table3 = pixelTable(map, opacity, scale.signed);
    for (const patch of patches) {
      const [left, top, right, bottom] = run.boxes[patch];
      const color = table3[Math.round(255 * scale.at(values[run.imageKeys[patch]]))];
      const [l, r] = [Math.round(left * width), Math.max(Math.round(left * width) + 1, Math.round(right * width))];
      const [from, to] = [Math.round(top * height), Math.max(Math.round(top * height) + 1, Math.round(bottom * height))];
      for (let y = from; y < to; y++) pixels.fill(color, y * width + l, y * width + r);
    }
    pen.putImageData(image, 0, 0);
  }

  // viewer/draw/smooth.js
  var FINE = 8;
  var known = /* @__PURE__ */ new WeakMap();
  function gridOf(run, patches) {
    const before = known.get(patches);
    if (before !== void 0) return before;
    const ends = (axis) => [...new Set(patches.map((patch) => run.boxes[patch][axis]))].sort((a, b) => a - b);
    const [lefts, tops] = [ends(0), ends(1)];
    const order = [];
    for (const patch of patches) {
      const [left, top] = run.boxes[patch];
      order[tops.indexOf(top) * lefts.length + lefts.indexOf(left)] = patch;
    }
    const whole = order.length === patches.length && patches.length === lefts.length * tops.length;
    const grid = whole ? { columns: lefts.length, rows: tops.length, order } : null;
    known.set(patches, grid);
    return grid;
  }
  function between(at, count) {
    const middle = Math.max(0, Math.min(count - 1, (at + 0.5) / FINE - 0.5));
    const low = Math.floor(middle);
    return [low, Math.min(low + 1, count - 1), middle - low];
  }
  function fieldOf(places, columns2, rows) {
    const [width, height] = [columns2 * FINE, rows * FINE];
    const field2 = new Float32Array(width * height);
    const across2 = Array.from({ length: width }, (_, x) => between(x, columns2));
    for (let y = 0; y < height; y++) {
      const [up, down, part] = between(y, rows);
      for (let x = 0; x < width; x++) {
        const [left, right, share] = across2[x];
        const above = places[up * columns2 + left] * (1 - share) + places[up * columns2 + right] * share;
        const below = places[down * columns2 + left] * (1 - share) + places[down * columns2 + right] * share;
        field2[y * width + x] = above * (1 - part) + below * part;
      }
    }
    return { field: field2, width, height };
  }
  function paintSmooth(pen, area, { columns: columns2, rows, order }, { run, values, scale, map, opacity }) {
    const places = Float32Array.from(order, (patch) => scale.at(values[run.imageKeys[patch]] || 0));
    const { field: field2, width, height } = fieldOf(places, columns2, rows);
    const table3 = pixelTable(map, opacity, scale.signed);
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const own = (
      /** @type {CanvasRenderingContext2D} */
      canvas.getContext("2d")
    );
    const image = own.createImageData(width, height);
    new Uint32Array(image.data.buffer).set(Uint32Array.from(field2, (place) => table3[Math.round(255 * place)]));
    own.putImageData(image, 0, 0);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(canvas, ...area);
  }

  // viewer/draw/patches.js
  var smoothGrid = ({ run, smooth, hidden }, patches) => smooth && !(hidden && hidden.size) ? gridOf(run, patches) : null;
  function paintPatches(pen, area, patches, paint) {
    const { run, values, scale, map, opacity, hidden } = paint;
    const [left, top, width, height] = area;
    const grid = smoothGrid(paint, patches);
    if (grid) return paintSmooth(pen, area, grid, paint);
    const fills = fillsOf(map, opacity, scale.signed);
    for (const patch of patches) {
      const box2 = run.boxes[patch];
      const key2 = run.imageKeys[patch];
      const [l, r] = [box2[0], box2[2]].map((part) => left + Math.round(part * width));
      const [tp, b] = [box2[1], box2[3]].map((part) => top + Math.round(part * height));
      if (hidden && hidden.has(key2)) {
        cross(pen, l, tp, r, b);
        continue;
      }
      const value = values[key2];
      if (Number.isNaN(value)) continue;
      pen.fillStyle = fills[Math.round(255 * scale.at(value))];
      pen.fillRect(l, tp, r - l, b - tp);
    }
  }
  function cross(pen, left, top, right, bottom) {
    pen.strokeStyle = "rgb(128 128 128 / .8)";
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(left, bottom);
    pen.lineTo(right, top);
    pen.stroke();
  }
  function patchAt(run, patches, x, y) {
    const inside = (patch) => {
      const [left, top, right, bottom] = run.boxes[patch];
      return x >= left && x < right && y >= top && y < bottom;
    };
    return patches.find(inside) ?? null;
  }

  // viewer/state/locked.js
  function byHand(runs2, group2, kind, state, steps) {
    const found = lockedScale(runs2, group2, kind, { ...state, scale: "layer" }, steps);
    const ends = state[`range_${kind}`];
    if (!ends) return found;
    const { largest, smallest } = found;
    const transform = state.transform === "log" ? "log" : "linear";
    return new Scale(ends[1], transform, { low: ends[0], largest, smallest, manual: true });
  }
  function fromRanges(run, group2, kind, { normalization, scale, layer }) {
    const name = kind === "attention" || normalization === "row" ? kind : normalization;
    const known3 = (
      /** @type {NonNullable<Run["ranges"]>} */
      run.ranges[group2][name]
    );
    if (scale === "run" || layer === "all") return known3.run;
    if (layer === "target") return known3.target;
    return known3.layers[
      /** @type {number} */
      layer
    ];
  }
  var inRanges = (run, state) => Boolean(run.ranges) && state.scale !== "token" && !(Array.isArray(state.layer) && state.scale !== "run");
  function collect(run, keys2, kind, state, steps) {
    const { layer, normalization, reduce } = state;
    const pick = (values, reach) => Float32Array.from(
      keys2.filter((key2) => key2 < reach),
      (key2) => values[key2]
    );
    const layers = layer === "all" || state.scale === "run" ? run.layerList("all") : [layer];
    if (state.scale === "token") {
      const reach = Math.max(...steps.map((step) => run.reach(step)));
      const shown2 = layer === "all" ? layers : [layer];
      return shown2.map((one) => pick(run.values(kind, steps, one, normalization, reduce), reach));
    }
    const arrays = [];
    for (let step = 0; step < run.steps.length; step++) {
      if (!run.has(step)) continue;
      for (const one of layers) {
        const one_layer = typeof one === "number";
        const values = one_layer ? run.row(kind, step, one, normalization) : run.values(kind, step, one, normalization);
        arrays.push(pick(values, run.reach(step)));
      }
    }
    return arrays;
  }
  function lockedScale(runs2, group2, kind, state, steps) {
    if (state.scale === "manual") return byHand(runs2, group2, kind, state, steps);
    const { scale, layer, normalization, transform, reduce } = state;
    const token = scale === "token";
    const partly = token || !runs2.every((run) => !run.ranges || inRanges(run, state));
    const rows = partly ? runs2.map((run) => run.loaded) : "";
    const which = token ? JSON.stringify([steps, reduce]) : "";
    const name = [group2, kind, scale, layer, normalization, transform, which, rows, runs2.map((run) => run.version)].join(
      "|"
    );
    const memo = runs2[0].whole;
    if (!memo.has(name)) memo.set(name, measured(runs2, group2, kind, state, steps));
    return memo.get(name);
  }
  function measured(runs2, group2, kind, state, steps) {
    let [largest, high, smallest] = [0, 0, Infinity];
    const arrays = [];
    runs2.forEach((run, place) => {
      if (state.scale !== "token" && runs2.indexOf(run) < place) return;
      const own = (
        /** @type {number[]} */
        Array.isArray(steps[0]) ? steps[place] : steps
      );
      if (inRanges(run, state)) {
        const [top, ninety, low] = fromRanges(run, group2, kind, state);
        largest = Math.max(largest, top);
        high = Math.max(high, ninety);
        smallest = Math.min(smallest, low || Infinity);
      } else arrays.push(...collect(run, group2 === "image" ? run.imageKeys : run.brightKeys, kind, state, own));
    });
    const found = endsOf(arrays);
    largest = Math.max(largest, found.largest);
    smallest = Math.min(smallest, found.smallest || Infinity);
    high = state.transform === "percentile" ? Math.max(high, ninetyNine(found.all)) : largest;
    return new Scale(high || largest, state.transform, { largest, smallest: smallest === Infinity ? 0 : smallest });
  }

  // viewer/state/sources.js
  function stripValues(viewer, slot) {
    const { state } = viewer;
    const run = (
      /** @type {Run} */
      viewer.runs[slot]
    );
    if (!state.pins.length) {
      return {
        values: run.steps.map((step) => step.score),
        scale: scoreScale(viewer),
        name: t2("support from earlier words")
      };
    }
    const each = runsCompared(viewer).map((one) => {
      const own = one === viewer.runs[0];
      const keys2 = own ? state.pins : state.pins.map((key2) => translate(viewer, key2, 0, 1)).filter((key2) => key2 >= 0);
      const drawn = one.drawnOn(keys2, state.pin_kind, state.layer, state.normalization);
      const seen = (step) => one.has(step) && keys2.some((key2) => key2 < one.reach(step));
      return Array.from(drawn, (value, step) => seen(step) ? value : null);
    });
    const high = Math.max(0, ...each.flat().map((value) => value ?? 0));
    return { values: each[viewer.runs[0] === run ? 0 : 1], scale: linearScale(high), name: t2("drawn on the pins") };
  }
  function panelSource(viewer, which, kind) {
    const { state } = viewer;
    if (which === "difference") return differenceOf(viewer, kind);
    const run = viewer.runs[which];
    if (!run) return { run: null, kind };
    const steps = stepsOf(viewer, which);
    if (!steps.length || !steps.every((step) => run.has(step))) {
      for (const step of steps) viewer.rows.request(run, step);
      return { run, kind, steps, values: null };
    }
    const both = (
      /** @type {Run[]} */
      viewer.comparing ? viewer.runs : [run]
    );
    const chosen2 = viewer.comparing ? [stepsOf(viewer, 0), stepsOf(viewer, 1)] : steps;
    return {
      run,
      kind,
      steps,
      map: state.cmap,
      reach: Math.max(...steps.map((step) => run.reach(step))),
      values: valuesOf(viewer, run, kind, steps, state.layer),
      scale: run.imageKeys.length ? lockedScale(both, "image", kind, state, chosen2) : null,
      wordScale: lockedScale(both, "words", kind, state, chosen2),
      layer: (layer) => valuesOf(viewer, run, kind, steps, layer)
    };
  }
  var valuesOf = ({ state }, run, kind, steps, layer) => run.values(kind, steps, layer, state.normalization, state.reduce);
  function differenceOf(viewer, kind) {
    const run = viewer.runs[0];
    if (!run) return { run: null, kind };
    const [first, second] = [panelSource(viewer, 0, kind), panelSource(viewer, 1, kind)];
    if (!first.values || !second.values || !first.layer || !second.layer) return { run, kind, values: null };
    const [reach, otherReach] = [first.reach ?? 0, second.reach ?? 0];
    const { there } = alignment(viewer);
    const minus = (a, b) => Float32Array.from({ length: run.keys }, (_, key2) => {
      const match = there.get(key2);
      return match === void 0 || key2 >= reach || match >= otherReach ? NaN : b[match] - a[key2];
    });
    const { layer: ofFirst } = first;
    const { layer: ofSecond } = second;
    const layer = (one) => minus(ofFirst(one), ofSecond(one));
    const values = minus(first.values, second.values);
    const signed2 = (keys2, rows) => signedScale(rows.map((row2) => keys2.map((key2) => row2[key2]).filter((value) => !Number.isNaN(value))));
    const shown2 = viewer.state.layer === "all" ? run.layerList("all").map(layer) : [values];
    const scale = run.imageKeys.length ? signed2(run.imageKeys, shown2) : null;
    const wordScale = signed2(run.brightKeys, [values]);
    return { run, kind, steps: first.steps, values, layer, map: DIVERGING, reach, scale, wordScale };
  }

  // viewer/views/aria.js
  var STRONGEST = 3;
  var PAUSE4 = 400;
  function cellOf(run, sheet, patch) {
    const place = (side) => {
      const edges = new Set(sheet.patches.map((one) => run.boxes[one][side]));
      return [...edges].sort((a, b) => a - b).indexOf(run.boxes[patch][side]) + 1;
    };
    return { row: place(1), column: place(0) };
  }
  function panelInWords({ run, values }) {
    if (!run || !values || !run.imageKeys.length) return "";
    const patches = allSheets(run).flatMap(
      (sheet) => sheet.patches.map((patch) => ({ sheet, patch, value: values[run.imageKeys[patch]] }))
    );
    const size = ({ value }) => Number.isNaN(value) ? -1 : Math.abs(value);
    const strongest = patches.sort((a, b) => size(b) - size(a)).slice(0, STRONGEST);
    const list2 = strongest.map(({ sheet, patch, value }) => {
      const words2 = t2("row {row}, column {column}: {v}", { ...cellOf(run, sheet, patch), v: formatNumber(value) });
      return run.pictures.length > 1 ? `${t2("picture {n}", { n: sheet.picture + 1 })}, ${words2}` : words2;
    });
    return t2("Strongest patches: {list}.", { list: list2.join("; ") });
  }
  function tokenInWords(viewer) {
    const { run, state } = viewer;
    if (!run || !run.steps.length) return "";
    const steps = stepsOf(viewer, 0);
    const word = steps.map((step) => run.shown(run.first + step).trim()).join(" ");
    if (!steps.every((step) => run.has(step))) return `${word}: ${t2("not observed yet")}`;
    const shares = run.shares(run.values("saliency", steps, state.layer, state.normalization));
    const share = (value) => formatPercent(value);
    const parts = shares ? [
      `${t2("image")} ${share(shares.image)}`,
      `${t2("prompt")} ${share(shares.prompt)}`,
      `${t2("words before")} ${share(shares.outputs)}`
    ] : [];
    return `${word}: ${t2("saliency")} ${parts.join(", ")}; ${run.layerWords(state.layer)}`;
  }
  var Live = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.root = el("div", { class: "sv-heard", role: "status", "aria-live": "polite" });
      this.timer = 0;
    }
    tellSoon() {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        const words2 = this.viewer.gone ? "" : tokenInWords(this.viewer);
        if (this.root.textContent !== words2) this.root.textContent = words2;
      }, PAUSE4);
    }
    free() {
      clearTimeout(this.timer);
    }
  };

  // viewer/draw/cells.js
  function arrange(count, width, height, aspect) {
    let best = { columns: 1, rows: count, cell: 0 };
    for (let columns2 = 1; columns2 <= count; columns2++) {
      const rows = Math.ceil(count / columns2);
      const cell2 = Math.min(width / columns2, height / rows * aspect);
      if (cell2 > best.cell) best = { columns: columns2, rows, cell: cell2 };
    }
    return best;
  }
  function drawCells(pen, ratio, cells) {
    const { width: w, height: h } = pen.canvas;
    const { run, sheet, heads } = cells;
    const count = heads === void 0 ? run.layers : heads;
    const picture = run.pictures[sheet.picture];
    const aspect = picture.width / picture.height;
    const { columns: columns2, rows, cell: cell2 } = arrange(count, w, h, aspect);
    const gap = Math.round(2 * ratio);
    const [width, height] = [Math.floor(cell2), Math.floor(cell2 / aspect)];
    const [left, top] = [Math.floor((w - columns2 * width) / 2), Math.floor((h - rows * height) / 2)];
    const size = Math.round(Math.max(9, Math.min(13, height / ratio / 5)) * ratio);
    pen.clearRect(0, 0, w, h);
    pen.font = `600 ${size}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    const ringed2 = ringedPatches(cells);
    for (let index2 = 0; index2 < count; index2++) {
      const [x, y] = [left + index2 % columns2 * width, top + Math.floor(index2 / columns2) * height];
      drawCell(pen, ratio, cells, index2, [x + gap, y + gap, width - 2 * gap, height - 2 * gap], size, ringed2);
    }
    const edges = { left: left / w, top: top / h, width: width / w, height: height / h };
    return { columns: columns2, ...edges, count, gap: [gap / width, gap / height] };
  }
  function ringedPatches({ viewer, run, sheet, slot }) {
    const lit = viewer.lit === null ? -1 : translate(viewer, viewer.lit, viewer.litSlot, slot);
    const keys2 = [lit, ...slot === 0 ? viewer.state.pins : []];
    return keys2.flatMap((key2) => run.patchOf.get(key2) ?? []).filter((patch) => sheet.patches.includes(patch));
  }
  function drawCell(pen, ratio, { viewer, source, run, sheet, image, heads }, index2, area, size, ringed2) {
    const layers = heads === void 0;
    const { scale, map } = source;
    const { theme } = viewer;
    if (image.complete && image.naturalWidth) pen.drawImage(image, ...area);
    const values = source.layer ? source.layer(index2) : null;
    if (values && scale && map) {
      const { opacity } = viewer.state;
      paintPatches(pen, area, sheet.patches, { run, values, scale, map, opacity, hidden: hiddenKeys(viewer, run) });
    }
    const text = String(index2);
    const [wide, tall] = [pen.measureText(text).width + 8 * ratio, size + 5 * ratio];
    pen.fillStyle = layers && run.target.includes(index2) ? "rgb(67 56 202 / .92)" : "rgb(0 0 0 / .72)";
    pen.fillRect(area[0], area[1], wide, tall);
    pen.fillStyle = "#fff";
    pen.fillText(text, area[0] + 4 * ratio, area[1] + tall / 2 + ratio * 0.5);
    for (const patch of ringed2) {
      ring(pen, area, run.boxes[patch], "rgb(0 0 0 / .7)", 2.5 * ratio);
      ring(pen, area, run.boxes[patch], "#fff", 1.2 * ratio);
    }
    const chosen2 = layers && (index2 === viewer.state.layer || index2 === viewer.litLayer);
    const [x, y, width, height] = area;
    const around = (
      /** @type {Area} */
      [x - ratio, y - ratio, width + 2 * ratio, height + 2 * ratio]
    );
    if (chosen2) ring(pen, around, [0, 0, 1, 1], theme === "dark" ? "#a5b4fc" : "#4338ca", 2 * ratio);
  }
  function ring(pen, [x, y, width, height], [left, top, right, bottom], color, wide) {
    pen.strokeStyle = color;
    pen.lineWidth = wide;
    pen.strokeRect(x + left * width, y + top * height, (right - left) * width, (bottom - top) * height);
  }
  function cellAt(grid, x, y) {
    if (!grid) return null;
    const [across2, down] = [(x - grid.left) / grid.width, (y - grid.top) / grid.height];
    const [column, row2] = [Math.floor(across2), Math.floor(down)];
    const index2 = row2 * grid.columns + column;
    if (column < 0 || column >= grid.columns || row2 < 0 || index2 >= grid.count) return null;
    const inside = (part, gap) => (part - gap) / (1 - 2 * gap);
    return { index: index2, x: inside(across2 - column, grid.gap[0]), y: inside(down - row2, grid.gap[1]) };
  }

  // viewer/draw/over_cells.js
  function partsOf(node, event) {
    const box2 = node.getBoundingClientRect();
    return [(event.clientX - box2.left) / box2.width, (event.clientY - box2.top) / box2.height];
  }
  function cellUnder({ canvas, grid }, event) {
    const place = cellAt(grid, ...partsOf(canvas, event));
    return place && place.index;
  }
  function overCells(viewer, { canvas, grid }, event, { sheet, value, name }) {
    const { run } = viewer;
    if (!run) return;
    const place = cellAt(grid, ...partsOf(canvas, event));
    const patch = place && sheet ? patchAt(run, sheet.patches, place.x, place.y) : null;
    const key2 = patch === null ? null : run.imageKeys[patch];
    viewer.hover(key2, 0);
    if (!place) return viewer.tip.hide();
    const number = key2 === null ? null : value(place.index, key2);
    const lines2 = [patch === null ? name(place.index) : t2("patch {n}", { n: patch })];
    if (number !== null) lines2.push([name(place.index), formatNumber(number, 4)]);
    viewer.tip.point(event, lines2);
  }

  // viewer/draw/walk.js
  function walkByKeys(node, { places, current, go, pick }) {
    node.addEventListener("keydown", (event) => {
      if (event.target !== node || event.ctrlKey || event.metaKey || event.altKey) return;
      const all = places();
      const at = all.findIndex((place) => place.key === current());
      if (!all.length) return;
      if (event.key === "Enter" || event.key === " ") {
        if (at >= 0) pick(all[at]);
      } else {
        const to = target(all, at, event);
        if (to === void 0) return;
        go(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, to))]);
      }
      event.preventDefault();
    });
  }
  function target(all, at, event) {
    const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: nextLine(all, at, -1), ArrowDown: nextLine(all, at, 1), Home: 0, End: all.length - 1 }[event.key];
    return steps;
  }
  function nextLine(all, at, way) {
    if (at < 0) return 0;
    const { x, y } = all[at];
    const down = (place) => way * (place.y - y);
    const beyond = all.filter((place) => down(place) > 1e-6);
    if (!beyond.length) return at;
    const next = Math.min(...beyond.map(down));
    const line3 = beyond.filter((place) => down(place) < next + 1e-6);
    const nearest = line3.reduce((best, one) => Math.abs(one.x - x) < Math.abs(best.x - x) ? one : best);
    return all.indexOf(nearest);
  }

  // viewer/state/change.js
  function holdToken(viewer, step) {
    const { state } = viewer;
    const on = state.held === null || step !== void 0;
    viewer.set({
      held: on ? step === void 0 ? tokenOf(viewer, 0) : step : null,
      held_also: on && step === void 0 ? [...state.also] : []
    });
  }
  function pickToken(viewer, slot, step, { add, range } = {}) {
    if (slot === 1) return pickInSecond(viewer, step);
    viewer.second = null;
    if (add) addToken(viewer, step);
    else if (range)
      return pickRange(viewer, step);
    else viewer.set({ token: step, also: [] });
    viewer.anchor = step;
  }
  function pickInSecond(viewer, step) {
    const { pairs } = alignment(viewer);
    const pair = pairs.find(([, j]) => j === step);
    const back = pairs.map(([i, j]) => (
      /** @type {[number, number]} */
      [j, i]
    ));
    const count = (
      /** @type {import("./run.js").Run} */
      viewer.run.steps.length
    );
    viewer.second = step;
    viewer.set({ token: pair ? pair[0] : partnerStep(back, step, count), also: [] });
    viewer.second = step;
  }
  function addToken(viewer, step) {
    const at = tokenOf(viewer, 0);
    const chosen2 = /* @__PURE__ */ new Set([...viewer.state.also, at]);
    let token = step;
    if (!chosen2.has(step)) chosen2.add(step);
    else if (chosen2.size > 1) {
      chosen2.delete(step);
      token = step === at ? (
        /** @type {number} */
        [...chosen2].pop()
      ) : at;
    }
    viewer.set({ token, also: [...chosen2].filter((one) => one !== token) });
  }
  function pickRange(viewer, step) {
    const anchor = viewer.anchor === null ? tokenOf(viewer, 0) : viewer.anchor;
    const [low, high] = [Math.min(anchor, step), Math.max(anchor, step)];
    const range = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    viewer.anchor = anchor;
    viewer.set({ token: step, also: range.filter((one) => one !== step) });
  }
  function togglePin(viewer, key2, kind) {
    const pins = new Set(viewer.state.pins);
    if (pins.has(key2)) pins.delete(key2);
    else pins.add(key2);
    viewer.set({ pins: [...pins].sort((a, b) => a - b), pin_kind: kind || viewer.state.pin_kind });
  }
  function markToken(viewer, judgement) {
    if (!viewer.run) return;
    const step = tokenOf(viewer, 0);
    const { marks } = viewer.run;
    const note2 = marks[step] ? marks[step].note : "";
    if (marks[step] && marks[step].judgement === judgement) delete marks[step];
    else marks[step] = { judgement, note: note2 };
    viewer.act("mark", { step, judgement: marks[step] ? judgement : null, note: note2 });
    viewer.set({ reveal_truth: true });
  }

  // viewer/texts/reading.js
  var ABOUT_ZERO = 1e-3;
  var ALIKE = 0.05;
  var formatSupport = (value, digits) => typeof value === "number" && Math.abs(value) < ABOUT_ZERO ? t2("about 0") : formatNumber(value, digits);
  function captionSentences(run, reveal) {
    if (!run.steps.length || run.payload.ended === "running") return [];
    const words2 = reveal ? markedWords(run.marks) : [];
    const shares = captionShares(run.steps.map((step) => step.text), run.partShares);
    const found = [words2.length > 0 && markedSentence(run, words2), shares && drawnSentence(shares)];
    return (
      /** @type {string[]} */
      found.filter(Boolean)
    );
  }
  function markedSentence(run, words2) {
    const wrong = words2.filter((word) => word.hallucinated);
    const told2 = { n: words2.length, list: wrong.map((word) => quotedWord(run, word.steps)).join(", ") };
    if (words2.every((word) => word.object)) {
      if (!wrong.length) return t2(words2.length === 1 ? "The object it names is there." : "All {n} objects it names are there.", told2);
      return t2("Of the {n} objects it names, not there: {list}.", told2);
    }
    return t2(wrong.length ? "Of {n} marked words, hallucinated: {list}." : "Of {n} marked words none is hallucinated.", told2);
  }
  var drawnSentence = ({ image, outputs }) => t2("Of what mattered to its words, {p} was the picture and {q} earlier words, on average.", {
    p: formatPercent(image),
    q: formatPercent(outputs)
  });
  function wordSentences(run, steps, reveal) {
    const step = run.steps[steps[0]];
    if (!step || step.pending) return [];
    const words2 = reveal ? markedWords(run.marks) : [];
    const own = words2.find((word) => word.steps.includes(step.index));
    const chosen2 = own && steps.every((one) => own.steps.includes(one)) ? own.steps : steps;
    const sentences = [
      own && truthSentence(run, own),
      step.index === 0 ? t2("It is the first word: no earlier one can matter to it.") : sharesSentence(run, chosen2, own && own.hallucinated ? words2 : []),
      steps.length === 1 && supportSentence(run, step.index)
    ];
    return (
      /** @type {string[]} */
      sentences.filter(Boolean)
    );
  }
  function truthSentence(run, { hallucinated, object, steps }) {
    if (object) return t2(hallucinated ? "There is no {o} here." : "The {o} is there.", { o: object });
    const told2 = { w: quotedWord(run, steps) };
    return t2(hallucinated ? "{w} is marked hallucinated." : "{w} is marked right.", told2);
  }
  function sharesSentence(run, steps, words2) {
    const shares = wordShares(run.partShares, steps);
    if (!shares) return null;
    const right = words2.filter((word) => !word.hallucinated && word.steps[0] > 0).flatMap((word) => wordShares(run.partShares, word.steps) || []);
    const told2 = { p: formatPercent(shares.outputs), q: formatPercent(shares.image), n: right.length };
    if (!right.length) return t2("{p} of what mattered to it were earlier words, {q} the picture.", told2);
    const typical = formatPercent(median(right.map((one) => one.outputs)));
    const beside2 = { ...told2, r: typical };
    return t2("{p} of what mattered to it were earlier words (for the right ones {r}, the median of {n}), {q} the picture.", beside2);
  }
  function supportSentence(run, step) {
    const score = run.steps[step].score;
    const alone = (run.payload.expected || [])[step];
    if (score === null || score === void 0 || !alone || !isWord(run.steps[step].text)) return null;
    const told2 = { s: formatSupport(score), x: formatSupport(score / alone, 2) };
    if (Math.abs(score / alone - 1) < ALIKE) return t2("Support {s}: about what its place alone would give.", told2);
    return t2("Support {s}: {x} times what its place alone would give.", told2);
  }
  function supportRank(run, step) {
    const found = rankOf(run.steps.map((one) => one.pending ? null : one.score), step);
    if (!found) return null;
    const told2 = { n: found.rank, m: found.of, p: formatPercent(found.below) };
    return {
      short: t2("rank {n} of {m}", told2),
      long: t2("rank {n} of {m} in this caption, 1 the highest; {p} of the others have less", told2)
    };
  }
  function quotedWord(run, steps) {
    const text = steps.map((step) => run.shown(run.first + step)).join("");
    return `“${text.trim()}”`;
  }

  // viewer/state/picture_names.js
  var pictureName = (run, picture) => t2(run.isVideo ? "frame {n}" : "picture {n}", { n: picture + 1 });
  function groupName(run, group2) {
    const pictures = run.groups[group2];
    if (pictures.length < 2) return pictureName(run, pictures[0]);
    return t2("frames {a}–{b}", { a: pictures[0] + 1, b: pictures[pictures.length - 1] + 1 });
  }
  function timeOf(run, picture) {
    const times = run.payload.times || [];
    if (!times.length) return "";
    const apart = (times[times.length - 1] - times[0]) / Math.max(1, times.length - 1);
    return String(Number(times[picture].toFixed(apart < 0.1 ? 2 : 1)));
  }
  function groupTime(run, group2) {
    const pictures = run.groups[group2];
    const [from, to] = [timeOf(run, pictures[0]), timeOf(run, pictures[pictures.length - 1])];
    return from && (from === to ? from : `${from}–${to}`) + " s";
  }
  var groupWords = (run, group2) => [groupName(run, group2), groupTime(run, group2)].filter(Boolean).join(" · ");

  // viewer/state/shift.js
  var differs = (step) => Boolean(step.plain && step.plain.token_id !== step.token_id);
  var hasOther = (step) => step.candidates.some(({ other }) => other !== null && other !== void 0);
  function shiftWords(step) {
    const { plain } = step;
    if (!plain) return "";
    const taken2 = step.candidates.find(({ token_id }) => token_id === step.token_id);
    if (!differs(step) || !taken2) return t2("Without the decoder the same token would have been taken.");
    const words2 = { plain: quoted(plain.text), taken: quoted(taken2.text) };
    const moved = { a: plain.plain, b: plain.probability, c: taken2.plain, d: taken2.probability };
    const numbers = Object.fromEntries(Object.entries(moved).map(([name, value]) => [name, formatNumber(value)]));
    const first = t2(
      "Without the decoder {plain} would have been taken: it went from {a} to {b}, {taken} from {c} to {d}.",
      { ...words2, ...numbers }
    );
    if (!hasOther(step)) return first;
    const others = { a: formatNumber(plain.other), b: formatNumber(taken2.other) };
    return `${first} ${t2("The other stream gave {plain} {a} and {taken} {b}.", { ...words2, ...others })}`;
  }

  // viewer/state/lines.js
  function stepLines(viewer, slot, index2) {
    const run = (
      /** @type {Run} */
      viewer.runs[slot]
    );
    const step = run.steps[index2];
    const shown2 = stripValues(viewer, slot);
    const lines2 = [`${run.quoted(run.first + index2)} · ${t2("token {i}", { i: index2 })}`];
    if (step.pending) return [...lines2, t2("not observed yet")];
    lines2.push([t2("support from earlier words"), formatSupport(step.score)]);
    if (step.threshold !== null && step.threshold !== void 0) lines2.push(["τ", formatNumber(step.threshold)]);
    lines2.push(["p", `${formatNumber(step.probability)} (${t2("rank {n}", { n: step.rank })})`]);
    if (viewer.state.pins.length) lines2.push([shown2.name, formatNumber(shown2.values[index2])]);
    if (step.rejected) lines2.push([t2("rejected"), String(step.rejected)]);
    if (step.fallback) lines2.push(t2("fallback: no candidate reached tau"));
    if (step.plain && differs(step)) lines2.push(t2("without the decoder: {w}", { w: quoted(step.plain.text) }));
    const mark = run.marks[index2];
    if (mark && viewer.state.reveal_truth) lines2.push([t2("truth"), t2(mark.judgement)]);
    return lines2;
  }
  function keyLines(viewer, panel, key2) {
    const source = panel.source();
    const run = (
      /** @type {Run} */
      source.run
    );
    const lines2 = placeLines(run, key2);
    if (!source.values || source.reach === void 0) return lines2;
    const { reach, values } = source;
    if (source.lines) return [...lines2, ...key2 < reach ? source.lines(key2) : [t2("not reached")]];
    if (key2 >= reach) return [...lines2, t2("not yet written at this token")];
    if (panel.which === "difference") return [...lines2, [slotName(viewer, "difference"), formatNumber(values[key2], 4)]];
    const steps = source.steps || [];
    const other = panel.kind === "attention" ? "saliency" : "attention";
    for (const kind of [panel.kind, other]) {
      lines2.push([t2(kind), formatNumber(valuesOf(viewer, run, kind, steps, viewer.state.layer)[key2], 4)]);
    }
    const gain = steps.length === 1 ? run.gain(steps[0])[key2] : 1;
    if (gain > 1) {
      lines2.push([t2("LocoRE gain"), "×" + formatNumber(gain)]);
      const { locore } = run.settings;
      const plain = locore && !locore.renormalize && panel.kind === "attention";
      if (plain) lines2.push([t2("attention before the gain"), formatNumber(values[key2] / gain, 4)]);
    }
    if (run.dimmed.has(key2)) lines2.push(t2("template or sink: outside the scale"));
    return lines2;
  }
  function placeLines(run, key2) {
    const patch = run.patchOf.get(key2);
    const name = patch === void 0 ? run.quoted(key2) : t2("patch {n}", { n: patch });
    const lines2 = [`${name} · ${t2("position {p}", { p: key2 })}`];
    if (run.kinds[key2] === "history") lines2.push(t2("an earlier turn"));
    if (patch !== void 0 && run.several) lines2.push(groupWords(run, Math.floor(run.boxImages[patch] / run.together)));
    return lines2;
  }

  // viewer/views/drag.js
  var STILL = 0.02;
  function startDrag(frame2, event) {
    const from = partsOf(frame2.box, event);
    frame2.box.setPointerCapture(event.pointerId);
    return { frame: frame2, from, area: [...from, ...from], moved: false };
  }
  function moveDrag(drag, event) {
    const at = partsOf(drag.frame.box, event);
    drag.moved = drag.moved || Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > STILL;
    drag.area = between2(drag.from, at);
    return drag.moved;
  }
  var between2 = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  function draggedPatches({ frame: frame2, from }, to, grid) {
    let area = between2(from, to);
    if (grid) {
      const [a, b] = [cellAt(grid, ...from), cellAt(grid, ...to)];
      if (!a || !b || a.index !== b.index) return null;
      area = between2([a.x, a.y], [b.x, b.y]);
    }
    const [left, top, right, bottom] = area;
    return frame2.sheet.patches.filter((patch) => {
      const [l, tp, r, b] = frame2.run.boxes[patch];
      return l < right && r > left && tp < bottom && b > top;
    });
  }
  function ringed(pen, box2, dark, light, strength) {
    const { width, height } = pen.canvas;
    const [l, r] = [Math.round(box2[0] * width), Math.round(box2[2] * width)];
    const [tp, b] = [Math.round(box2[1] * height), Math.round(box2[3] * height)];
    const edge2 = (color, wide) => {
      pen.lineWidth = wide;
      pen.strokeStyle = color;
      pen.strokeRect(l + pen.lineWidth / 2, tp + pen.lineWidth / 2, r - l - pen.lineWidth, b - tp - pen.lineWidth);
    };
    edge2(`rgb(0 0 0 / ${strength})`, dark);
    edge2("#fff", light);
  }

  // viewer/views/picture_frame.js
  function makeFrame(run, sheet) {
    const canvas = el("canvas", { class: "sv-canvas", "aria-hidden": "true" });
    const alt = t2("picture {n} as the model sees it", { n: sheet.picture + 1 });
    const image = el("img", { src: run.pictures[sheet.picture].src, alt, draggable: "false" });
    const style = { "--aspect": aspectOf(run, sheet) };
    const box2 = el("div", { class: "sv-picture", tabindex: "0", role: "application", style }, image, canvas);
    const text = captionOf(run, sheet);
    const label2 = text !== null && el("figcaption", { text });
    return { root: el("figure", { class: "sv-figure" }, box2, label2), box: box2, canvas, image, sheet, run };
  }
  var aspectOf = (run, { picture }) => run.pictures[picture].width / run.pictures[picture].height;
  function captionOf(run, { picture, scale }) {
    if (!run.several && allSheets(run).length < 2) return null;
    const name = run.pictures.length > 1 && pictureName(run, picture);
    return [name, scale && t2("thumbnail of the whole")].filter(Boolean).join(" · ");
  }

  // viewer/views/overlay.js
  var Overlay = class {
    /** @param {Viewer} viewer @param {Owner} panel */
    constructor(viewer, panel) {
      this.viewer = viewer;
      this.panel = panel;
      this.root = el("div", { class: "sv-pictures" });
      this.frames = /** @type {Frame[]} */
      [];
      this.run = /** @type {Run | null | undefined} */
      void 0;
      this.drag = null;
    }
    /** @param {Run | null} run @param {number} group of pictures */
    build(run, group2) {
      this.run = run;
      this.group = group2;
      this.frames = run ? sheetsOf(run, group2).map((sheet) => this.frame(run, sheet)) : [];
      const { frames } = this;
      const hint = t2(run ? "no picture" : "the picture, as the model sees it");
      const empty = !frames.length && el("div", { class: "sv-picture sv-empty" }, el("span", { text: hint }));
      this.root.classList.toggle("sv-many", frames.length > 1);
      this.root.classList.toggle("sv-shared", Boolean(run && run.together > 1 && frames.length > 1));
      this.root.style.setProperty("--aspect", String(run && frames.length ? aspectOf(run, frames[0].sheet) : 2));
      setChildren(this.root, ...frames.map((frame2) => frame2.root), empty);
    }
    /** @param {Run} run @param {Sheet} sheet @returns {Frame} */
    frame(run, sheet) {
      const { viewer } = this;
      const frame2 = makeFrame(run, sheet);
      const { box: box2, image } = frame2;
      image.addEventListener("load", () => this.paint(frame2));
      this.byKeys(frame2);
      box2.addEventListener("pointermove", (event) => this.move(frame2, event));
      box2.addEventListener("pointerdown", (event) => {
        if (event.button === 0 && event.pointerType !== "touch") this.drag = startDrag(frame2, event);
      });
      box2.addEventListener("pointerup", (event) => this.up(frame2, event));
      box2.addEventListener("pointerleave", () => {
        if (this.drag) return;
        viewer.hover(null);
        viewer.hoverLayer(null);
      });
      return frame2;
    }
    /** Patches by the keyboard, as by hovering and clicking. @param {Frame} frame */
    byKeys({ box: box2, sheet, run }) {
      const { viewer, panel } = this;
      const name = t2("{k} on the picture; arrows go from patch to patch, Enter pins one", { k: t2(panel.kind) });
      const places = sheet.patches.map((patch) => {
        const [x, y, right, bottom] = run.boxes[patch];
        return { key: run.imageKeys[patch], x, y, right, bottom };
      });
      places.sort((a, b) => a.y - b.y || a.x - b.x);
      box2.setAttribute("aria-label", name);
      box2.addEventListener("blur", () => viewer.hover(null));
      walkByKeys(box2, {
        places: () => this.gridded ? [] : places,
        current: () => viewer.litSlot === panel.slot ? viewer.lit : null,
        pick: ({ key: key2 }) => togglePin(viewer, key2, panel.kind),
        go: ({ key: key2, right, bottom }) => {
          const at = box2.getBoundingClientRect();
          viewer.hover(key2, panel.slot);
          viewer.tip.show(keyLines(viewer, panel, key2), at.left + right * at.width, at.top + bottom * at.height);
        }
      });
    }
    /** Cells of layers instead of one map. */
    get gridded() {
      return this.viewer.state.layer === "all" && this.panel.layered;
    }
    /** @param {Frame} frame @param {PointerEvent} event */
    move(frame2, event) {
      const { viewer, panel, drag } = this;
      if (drag && drag.frame === frame2) {
        if (moveDrag(drag, event)) this.paint(frame2);
        return;
      }
      if (this.gridded) return this.overCells(frame2, event);
      const { run, sheet } = frame2;
      const patch = patchAt(run, sheet.patches, ...partsOf(frame2.box, event));
      if (patch === null) return viewer.hover(null);
      const key2 = run.imageKeys[patch];
      viewer.hover(key2, panel.slot);
      viewer.tip.point(event, keyLines(viewer, panel, key2));
    }
    /** @param {Frame} frame @param {PointerEvent} event */
    overCells({ box: box2, grid, sheet }, event) {
      const { viewer, panel } = this;
      viewer.hoverLayer(cellUnder({ canvas: box2, grid }, event));
      const { layer } = panel.source();
      overCells(viewer, { canvas: box2, grid }, event, {
        sheet,
        name: (one) => t2("layer {n}", { n: one }),
        value: (one, key2) => layer ? layer(one)[key2] : null
      });
    }
    /** @param {Frame} frame @param {PointerEvent} event */
    up(frame2, event) {
      const { viewer, panel, drag, gridded } = this;
      const { run, sheet, grid } = frame2;
      this.drag = null;
      const at = partsOf(frame2.box, event);
      if (drag && drag.moved) {
        const patches = draggedPatches(drag, at, gridded ? grid : null);
        if (!patches) return this.paint(frame2);
        return viewer.set({ pins: patches.map((patch2) => run.imageKeys[patch2]), pin_kind: panel.kind });
      }
      if (gridded) {
        const place = cellAt(grid, ...at);
        if (place) viewer.set({ layer: place.index });
        return;
      }
      const patch = patchAt(run, sheet.patches, ...at);
      if (patch !== null) togglePin(viewer, run.imageKeys[patch], panel.kind);
    }
    draw() {
      const { run } = this.panel.source();
      const group2 = run ? groupOf(this.viewer, this.panel.slot) : 0;
      if (run !== this.run || group2 !== this.group) this.build(run, group2);
      for (const frame2 of this.frames) this.paint(frame2);
    }
    /** @param {Frame} frame */
    paint(frame2) {
      const { viewer, panel, drag } = this;
      const { canvas, box: box2, sheet, image, run } = frame2;
      const source = panel.source();
      const ratio = window.devicePixelRatio || 1;
      const [w, h] = [Math.round(box2.clientWidth * ratio), Math.round(box2.clientHeight * ratio)];
      if (!w || !h || source.run !== run) return;
      if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
      const pen = (
        /** @type {CanvasRenderingContext2D} */
        canvas.getContext("2d")
      );
      pen.clearRect(0, 0, w, h);
      box2.classList.toggle("sv-grid-mode", this.gridded);
      if (this.gridded) frame2.grid = drawCells(pen, ratio, { viewer, source, run, sheet, image, slot: panel.slot });
      else {
        const { values, scale, map } = source;
        const how = { opacity: viewer.state.opacity, smooth: viewer.state.smooth, hidden: hiddenKeys(viewer, run) };
        const paint = values && scale && map && { run, values, scale, map, ...how };
        if (paint) paintPatches(pen, [0, 0, w, h], sheet.patches, paint);
        for (const patch of this.ringed(frame2)) ringed(pen, run.boxes[patch], 3 * ratio, 1.5 * ratio, ".75");
      }
      if (drag && drag.frame === frame2 && drag.moved) ringed(pen, drag.area, 3 * ratio, 1.5 * ratio, ".8");
    }
    /** Patches pinned, and the one under the pointer, wherever that is. @param {Frame} frame */
    ringed({ run, sheet }) {
      const { viewer, panel } = this;
      const pins = panel.slot === 0 ? viewer.state.pins : [];
      const lit = viewer.lit === null ? -1 : translate(viewer, viewer.lit, viewer.litSlot, panel.slot);
      return [...pins, lit].flatMap((key2) => run.patchOf.get(key2) ?? []).filter((patch) => sheet.patches.includes(patch));
    }
    hoverLayer() {
      if (this.gridded) this.hover();
    }
    hover() {
      for (const frame2 of this.frames) this.paint(frame2);
    }
  };

  // viewer/state/check.js
  var MANY_LAYERS = 999;
  function rangeEnds(given) {
    if (!Array.isArray(given) || given.length !== 2) return null;
    const [low, high] = given.map(Number);
    return Number.isFinite(low) && Number.isFinite(high) && low >= 0 && low < high ? [low, high] : null;
  }
  var within2 = (list2, limit) => Array.isArray(list2) ? list2.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < limit) : [];
  function index(value, last) {
    const at = Math.round(Number(value));
    return Number.isFinite(at) ? Math.max(0, Math.min(last, at)) : null;
  }
  function checkedLayer(layer, run) {
    if (layer === "target" || layer === "all") return layer;
    if (!Array.isArray(layer)) return index(layer, run ? run.layers - 1 : MANY_LAYERS) ?? DEFAULTS.layer;
    const layers = [...new Set(within2(layer, run ? run.layers : MANY_LAYERS))].sort((a, b) => a - b);
    return layers.length > 1 ? layers : layers.length ? layers[0] : DEFAULTS.layer;
  }
  function checkedFrame(frame2, run) {
    const at = frame2 === null ? NaN : Math.round(Number(frame2));
    if (!Number.isFinite(at) || at < 0) return null;
    return run && run.several ? Math.min(at, run.groups.length - 1) : at;
  }
  function checkedRow(row2, run) {
    const at = row2 === null || row2 === "" ? NaN : Number(row2);
    return Number.isInteger(at) && at >= 0 && at < (run ? run.keys : Infinity) ? at : null;
  }
  function checkState(viewer) {
    const { state, run } = viewer;
    const loose = (
      /** @type {Record<string, any>} */
      state
    );
    for (const [name, allowed] of Object.entries(CHOICES)) {
      if (!allowed.includes(loose[name])) loose[name] = /** @type {Record<string, any>} */
      DEFAULTS[name];
    }
    if (!SEQUENTIAL.includes(state.cmap)) state.cmap = DEFAULTS.cmap;
    if (!viewer.tabs.some((tab) => tab.name === state.view && canShow(viewer, tab.view))) state.view = DEFAULTS.view;
    const opacity = Number(state.opacity);
    state.opacity = Math.max(0, Math.min(1, Number.isFinite(opacity) ? opacity : DEFAULTS.opacity));
    state.layer = checkedLayer(state.layer, run);
    state.frame = checkedFrame(state.frame, run);
    if (state.token !== null) state.token = index(state.token, run && run.steps.length ? run.steps.length - 1 : Infinity);
    if (!Array.isArray(state.held_also)) state.held_also = [];
    if (run) {
      state.also = within2(state.also, run.steps.length);
      state.pins = within2(state.pins, run.keys);
    }
    state.matrix_row = checkedRow(state.matrix_row, run);
    if (state.knock_head !== null)
      state.knock_head = index(state.knock_head, run ? run.payload.model.heads - 1 : Infinity);
    state.head = Math.max(0, Math.round(Number(state.head)) || 0);
    for (
      const kind of
      /** @type {const} */
      ["attention", "saliency"]
    ) {
      const ends = rangeEnds(state[`range_${kind}`]);
      state[`range_${kind}`] = ends || (state.scale === "manual" ? usualEnds(viewer, kind) : null);
    }
    checkHeld(viewer);
  }
  function usualEnds(viewer, kind) {
    const { run, state } = viewer;
    if (!run || !run.rows.some(Boolean)) return null;
    const group2 = run.imageKeys.length ? "image" : "words";
    const { high } = lockedScale(runsCompared(viewer), group2, kind, { ...state, scale: "layer" }, []);
    const unit = 10 ** (Math.floor(Math.log10(high)) - 1);
    return [0, Number((Math.ceil(high / unit) * unit).toPrecision(2))];
  }
  function checkHeld(viewer) {
    const { state, run } = viewer;
    const written2 = run && run.steps.length ? run.steps.length : 0;
    const held = state.held === null || /** @type {unknown} */
    state.held === "" ? NaN : Math.round(Number(state.held));
    state.held = Number.isFinite(held) && held >= 0 ? Math.min(held, written2 ? written2 - 1 : held) : null;
    const beside2 = state.held === null || !run ? [] : state.held_also;
    state.held_also = beside2.filter((step) => step < written2 && step !== state.held);
    const second = state.held !== null && written2 ? run : viewer.beside;
    if (second !== viewer.runs[1]) viewer.aligned = null;
    viewer.runs[1] = second;
  }

  // viewer/views/range.js
  var RangeFields = class {
    /** @param {Viewer} viewer @param {Kind} kind */
    constructor(viewer, kind) {
      this.viewer = viewer;
      this.name = `range_${kind}`;
      const change2 = () => this.change();
      const field2 = (label2) => el("input", { type: "number", class: "sv-range-end", min: 0, step: "any", "aria-label": label2, on: { change: change2 } });
      this.fields = rangeNames(kind).map(field2);
      this.fit = el("button", {
        type: "button",
        class: "sv-button sv-small",
        text: t2("fit"),
        title: t2("back to where the locked scale ends"),
        on: { click: () => viewer.set({ [this.name]: null }) }
      });
      const [low, high] = this.fields;
      const between3 = el("span", { text: "–", "aria-hidden": "true" });
      this.root = el("span", { class: "sv-range", hidden: true }, low, between3, high, this.fit);
    }
    /** Numbers that make no range are marked and wait for better ones; the scale stays. */
    change() {
      const ends = rangeEnds(this.fields.map((field2) => field2.value === "" ? NaN : Number(field2.value)));
      for (const field2 of this.fields) field2.setAttribute("aria-invalid", String(!ends));
      this.root.title = ends ? "" : t2("two numbers, from 0 up, the first below the second");
      if (ends) this.viewer.set({ [this.name]: ends });
    }
    draw() {
      const { state } = this.viewer;
      const ends = state.scale === "manual" ? state[this.name] : null;
      this.root.hidden = !ends;
      const invalid = this.fields.some((field2) => field2.getAttribute("aria-invalid") === "true");
      if (!ends || invalid && this.root.contains(document.activeElement)) return;
      this.fields.forEach((field2, i) => {
        if (Number(field2.value) !== ends[i] || field2.value === "") field2.value = String(ends[i]);
      });
    }
  };
  function rangeNames(kind) {
    if (kind === "attention") return [t2("lower end of the attention scale"), t2("upper end of the attention scale")];
    return [t2("lower end of the saliency scale"), t2("upper end of the saliency scale")];
  }

  // viewer/texts/parts.js
  var PART_ORDER = ["image", "prompt", "template", "outputs"];
  var partName = (part) => t2(part === "outputs" ? "words before" : part);

  // viewer/views/share_line.js
  var ShareLine = class {
    constructor() {
      this.bar = el("span", { class: "sv-share-bar", "aria-hidden": "true" });
      this.legend = el("span", { class: "sv-share-legend" });
      this.root = el("div", { class: "sv-share-row" }, this.bar, this.legend);
      this.run = null;
      this.sign = "";
    }
    /** @param {Source} source @param {string} layers in words */
    draw({ run, kind, values }, layers) {
      const shares = run && values ? run.shares(values) : null;
      const sign2 = JSON.stringify([kind, shares, layers]);
      if (this.run === run && this.sign === sign2) return;
      [this.run, this.sign] = [run, sign2];
      this.root.hidden = !run || !run.steps.length;
      this.root.title = t2("share of the row's sum that lies on each part, {l}", { l: layers });
      const part = (name) => {
        const share = shares ? shares[name] : null;
        const background = PART_COLORS[name];
        return el(
          "span",
          { class: "sv-share", "data-part": name, "data-kind": kind, "data-value": share === null ? "" : share },
          el("i", { style: { background }, "aria-hidden": "true" }),
          `${partName(name)} `,
          el("b", { text: formatPercent(share) })
        );
      };
      setChildren(this.legend, ...PART_ORDER.map(part));
      const width = (name) => `${100 * (shares ? shares[name] : 0)}%`;
      const piece = (name) => el("span", { style: { width: width(name), background: PART_COLORS[name] } });
      setChildren(this.bar, ...shares ? PART_ORDER.map(piece) : []);
    }
  };

  // viewer/views/word_nodes.js
  var WordNodes = class {
    /** @param {HTMLElement} list where they stand */
    constructor(list2) {
      this.list = list2;
      this.nodes = /* @__PURE__ */ new Map();
      this.chips = [];
      this.texts = [];
      this.run = null;
      this.version = -1;
    }
    /** Nodes for every position; of a run that only grew, those that are still right stay. @param {Run | null} run */
    build(run) {
      if (run === this.run && (!run || run.version === this.version)) return;
      const from = run && run === this.run ? this.kept(run) : 0;
      if (run !== this.run) {
        this.nodes.clear();
        this.chips = [];
        setChildren(this.list);
      } else if (run) this.cut(run, from);
      this.run = run;
      if (!run) return;
      this.version = run.version;
      this.texts = Array.from({ length: run.keys }, (_, key2) => run.shown(key2));
      const parts = [];
      for (let key2 = from; key2 < run.keys; key2++) parts.push(...this.made(run, key2));
      this.list.append(...parts);
    }
    /** The first position whose node is not right any more. @param {Run} run */
    kept(run) {
      let key2 = run.first;
      while (key2 < this.texts.length && key2 < run.keys && this.texts[key2] === run.shown(key2)) key2++;
      return key2;
    }
    /** Nodes from a position on go. @param {Run} run @param {number} from */
    cut(run, from) {
      for (let key2 = from; key2 < this.texts.length; key2++) {
        const node = this.nodes.get(key2);
        if (!node) continue;
        const before = node.previousElementSibling;
        if (key2 === run.first && before && before.className === "sv-words-break") before.remove();
        while (node.nextSibling) node.nextSibling.remove();
        node.remove();
        this.nodes.delete(key2);
      }
    }
    /** New nodes of a position; none for an image token inside a chip. @param {Run} run @param {number} key @returns {Node[]} */
    made(run, key2) {
      const kind = run.kinds[key2];
      if (kind === "image") {
        const chip = this.chips[this.chips.length - 1];
        if (key2 > 0 && run.kinds[key2 - 1] === "image" && chip) {
          chip.stop = key2 + 1;
          return [];
        }
        const node2 = el("span", { class: "sv-word sv-chip" }, el("span", { class: "sv-word-text" }), el("span", { class: "sv-word-bar" }));
        this.chips.push({ node: node2, start: key2, stop: key2 + 1 });
        return [node2];
      }
      const text = el("span", { class: "sv-word-text", text: this.texts[key2] });
      const node = el("span", { class: "sv-word", "data-key": key2 }, text, el("span", { class: "sv-word-bar" }, el("span")));
      node.classList.toggle("sv-dim", run.dimmed.has(key2));
      node.classList.toggle("sv-earlier", kind === "history");
      this.nodes.set(key2, node);
      const begins = key2 === run.first ? [el("span", { class: "sv-words-break", "aria-hidden": "true" })] : [];
      const breaks = kind === "output" && /[\n\r]$/.test(run.texts[key2]) ? [document.createElement("br")] : [];
      return [...begins, node, ...breaks];
    }
  };
  function paintWord(node, value, dim, scale, map, theme) {
    const known3 = !Number.isNaN(value);
    const place = known3 ? scale.at(value) : 0;
    const weight = scale.signed ? Math.abs(2 * place - 1) : place;
    const tint = known3 && !dim ? tintOf(map, place, theme, weight) : null;
    node.style.setProperty("--ground", tint ? tint.background : "transparent");
    node.style.setProperty("--ink", tint ? tint.ink : "inherit");
    node.dataset.value = known3 ? String(value) : "";
    const bar3 = (
      /** @type {HTMLElement} */
      node.lastElementChild && node.lastElementChild.firstElementChild
    );
    bar3.style.height = known3 ? `${Math.max(value ? 1 : 0, Math.round(weight * 14))}px` : "0";
    bar3.style.setProperty("--bar", dim ? "var(--sv-grey)" : cssColor(colorAt(map, place)));
  }
  function writeChip({ node, start, stop }, values, reach, signed2) {
    const added = (from, to) => {
      let sum2 = 0;
      for (let key2 = from; key2 < to; key2++) sum2 += Number.isNaN(values[key2]) ? 0 : values[key2];
      return sum2;
    };
    const [n, sum, whole] = [stop - start, added(start, stop), added(0, reach)];
    const share = { n, v: formatPercent(whole ? sum / whole : 0) };
    const text = signed2 ? t2("image, {n} tokens: Σ {v}", { n, v: formatNumber(sum) }) : t2("image, {n} tokens: {v} of the row", share);
    node.firstElementChild.textContent = text;
    node.dataset.value = String(sum);
  }

  // viewer/views/words.js
  var Words = class {
    /** @param {Viewer} viewer @param {import("./overlay.js").Owner} panel */
    constructor(viewer, panel) {
      this.viewer = viewer;
      this.panel = panel;
      const on = {
        pointerover: (event) => this.over(event),
        pointerleave: () => viewer.hover(null),
        blur: () => viewer.hover(null),
        click: (event) => {
          const key2 = keyUnder(event);
          if (key2 !== null) togglePin(viewer, key2, panel.kind);
        }
      };
      this.list = el("div", { class: "sv-words", tabindex: "0", role: "group", on });
      this.tokens = new WordNodes(this.list);
      this.byKeys();
      this.note = el("div", { class: "sv-words-note" });
      this.root = el("div", { class: "sv-words-box" }, this.list, this.note);
    }
    byKeys() {
      const { viewer, panel, tokens } = this;
      walkByKeys(this.list, {
        places: () => {
          const visibleOnes = [...tokens.nodes].filter(([, node]) => node.getClientRects().length);
          return visibleOnes.map(([key2, node]) => ({ key: key2, node, x: node.offsetLeft, y: node.offsetTop }));
        },
        current: () => viewer.litSlot === panel.slot ? viewer.lit : null,
        pick: ({ key: key2 }) => togglePin(viewer, key2, panel.kind),
        go: ({ key: key2, node }) => {
          viewer.hover(key2, panel.slot);
          node.scrollIntoView({ block: "nearest" });
          viewer.tip.at(node, keyLines(viewer, panel, key2));
        }
      });
    }
    /** @param {Event} event */
    over(event) {
      const key2 = keyUnder(event);
      const node = key2 === null ? void 0 : this.tokens.nodes.get(key2);
      if (key2 === null || !node) return;
      this.viewer.hover(key2, this.panel.slot);
      this.viewer.tip.at(node, keyLines(this.viewer, this.panel, key2));
    }
    draw() {
      const { viewer, panel } = this;
      const source = panel.source();
      const { run, values, wordScale: scale, map, reach } = source;
      this.list.setAttribute("aria-label", t2("words before, {k}", { k: t2(panel.kind) }));
      this.tokens.build(run);
      const ready = run && values && scale && map && reach !== void 0;
      this.list.classList.toggle("sv-waiting", Boolean(run && !ready));
      if (!ready) {
        this.note.textContent = run && run.steps.length ? t2("rows of this token are not here yet") : "";
        const hint = t2("the prompt and the words written before appear here");
        if (!run) setChildren(this.list, el("span", { class: "sv-hint", text: hint }));
        return;
      }
      const hidden = hiddenKeys(viewer, run);
      const one = panel.kind === "attention" && source.steps && source.steps.length === 1;
      const gain = one && source.steps ? run.gain(source.steps[0]) : null;
      this.paint({ run, values, scale, map, reach, gain, hidden });
      for (const chip of this.tokens.chips) writeChip(chip, values, reach, scale.signed);
      this.note.textContent = noteText({ run, values, scale, map, reach, gain, hidden });
    }
    /** @param {Shown} shown */
    paint({ run, values, scale, map, reach, gain, hidden }) {
      const { viewer, panel } = this;
      const pins = new Set(panel.slot === 0 ? viewer.state.pins : []);
      let first = true;
      for (const [key2, node] of this.tokens.nodes) {
        const seen = key2 < reach;
        const raised = Boolean(gain && gain[key2] > 1);
        const classes = { "sv-beyond": !seen, "sv-hidden": hidden.has(key2), "sv-pinned": pins.has(key2), "sv-gain": raised && seen };
        for (const [name, on] of Object.entries(classes)) node.classList.toggle(name, on);
        if (gain && raised && first) node.dataset.gain = "×" + formatNumber(gain[key2]);
        else delete node.dataset.gain;
        if (raised) first = false;
        paintWord(node, seen ? values[key2] : NaN, run.dimmed.has(key2), scale, map, viewer.theme);
      }
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      if (this.lit) this.lit.classList.remove("sv-lit");
      const mine = key2 === null ? -1 : translate(this.viewer, key2, slot, this.panel.slot);
      this.lit = this.tokens.nodes.get(mine);
      if (this.lit) this.lit.classList.add("sv-lit");
    }
  };
  function keyUnder({ target: target3 }) {
    const node = target3 instanceof Element ? (
      /** @type {HTMLElement | null} */
      target3.closest(".sv-word")
    ) : null;
    return node && node.dataset.key !== void 0 ? Number(node.dataset.key) : null;
  }
  function noteText({ run, values, scale, reach, gain, hidden }) {
    const parts = [];
    if (hidden.size && !scale.signed) {
      let [whole, left] = [0, 0];
      for (let key2 = 0; key2 < reach; key2++) {
        whole += values[key2];
        if (hidden.has(key2)) left += values[key2];
      }
      const share = formatPercent(left / whole);
      parts.push(t2("{n} template and sink tokens hidden: {v} of this row", { n: hidden.size, v: share }));
    } else if (run.dimmed.size) parts.push(t2("grey: template and sink tokens, outside the scale"));
    const { locore } = run.settings;
    if (gain && locore) {
      parts.push(t2("LocoRE: the last {w} outputs × {g}", { w: locore.window, g: formatNumber(1 + locore.beta) }));
    }
    return parts.join(" · ");
  }

  // viewer/views/panel.js
  var Panel = class {
    /** @param {Viewer} viewer @param {Kind} kind @param {0 | 1 | "difference"} which */
    constructor(viewer, kind, which) {
      this.viewer = viewer;
      this.kind = kind;
      this.which = which;
      this.slot = which === "difference" ? 0 : which;
      this.layered = true;
      this.title = el("h3");
      this.unit = el("span", { class: "sv-unit" });
      this.smooth = el("span", { class: "sv-unit sv-smoothed", hidden: true, text: t2("smoothed") });
      this.smooth.title = t2("values between the patches' middles, for the eye only: the numbers are the patches'");
      this.range = which === "difference" ? null : new RangeFields(viewer, kind);
      this.overlay = new Overlay(viewer, this);
      this.words = new Words(viewer, this);
      this.shares = which === "difference" ? null : new ShareLine();
      this.heard = el("p", { class: "sv-heard" });
      this.bars = new Bars(viewer);
      this.root = el(
        "section",
        { class: "sv-panel sv-twin", "data-kind": kind, "data-slot": which },
        el("div", { class: "sv-panel-head" }, this.title, this.unit, this.smooth, this.range && this.range.root),
        this.shares && this.shares.root,
        this.heard,
        el("div", { class: "sv-image-row" }, this.overlay.root, this.bars.image),
        wordsHead(this.bars.words),
        this.words.root
      );
    }
    source() {
      return panelSource(this.viewer, this.which, this.kind);
    }
    /** Whether values between the patches can be drawn as asked for. @param {import("../state/run.js").Run} run */
    smoothed(run) {
      const { viewer, slot } = this;
      const paint = { run, smooth: true, hidden: hiddenKeys(viewer, run) };
      return sheetsOf(run, groupOf(viewer, slot)).some((sheet) => smoothGrid(paint, sheet.patches));
    }
    draw() {
      const { viewer, kind } = this;
      const { state } = viewer;
      const source = this.source();
      const { run, steps } = source;
      const chosen2 = run && steps && steps.length && this.which !== "difference";
      const word = chosen2 ? " " + quotedSteps(run, steps) : "";
      this.title.textContent = viewer.comparing ? slotName(viewer, this.which) + word : t2(kind);
      const every = run && state.layer === "all" && t2("every layer; words: mean of all {n}", { n: run.layers });
      const unit = (viewer.comparing ? t2(kind) + ", " : "") + unitWords(kind, state.normalization);
      this.unit.textContent = run ? `${unit} · ${every || run.layerWords(state.layer)}` : unit;
      this.smooth.hidden = !run || !state.smooth || Boolean(every) || !this.smoothed(run);
      this.root.setAttribute("aria-label", `${this.title.textContent} ${this.unit.textContent}`);
      if (this.range) this.range.draw();
      this.heard.textContent = panelInWords(source);
      if (this.shares) this.shares.draw(source, run ? run.layerWords(state.layer) : "");
      this.overlay.draw();
      this.words.draw();
      this.bars.draw(source, this.unit.textContent, (scale) => {
        if (scale.signed) return t2("difference, centred at 0");
        const largest = scale.largest > scale.high && t2("largest {v}", { v: formatNumber(scale.largest) });
        return [scaleWords(state), largest].filter(Boolean).join(" · ");
      });
    }
    hoverLayer() {
      this.overlay.hoverLayer();
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      this.overlay.hover();
      this.words.hover(key2, slot);
    }
  };
  var wordsHead = (bar3) => el("div", { class: "sv-words-head" }, el("span", { class: "sv-label", text: t2("words before") }), bar3);

  // viewer/drawing.js
  var STREAM = 150;
  var AWAY = 16;
  var STILL2 = 100;
  var Drawing = class {
    /** @param {Viewer} viewer @param {Views} views */
    constructor(viewer, views) {
      this.viewer = viewer;
      this.views = views;
      this.frame = 0;
      this.later = 0;
      this.fading = 0;
      this.faded = "";
      this.shape = "";
      this.shown = null;
      this.rested = -Infinity;
      this.cost = 0;
      this.waiting = [];
    }
    schedule() {
      if (this.frame || this.viewer.gone) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.draw();
      });
    }
    /** Resolves when everything asked for so far is on the screen. @returns {Promise<void>} */
    done() {
      this.viewer.heat.plots.look();
      if (!this.frame && !this.later) return Promise.resolve();
      return new Promise((drawn) => this.waiting.push(drawn));
    }
    draw() {
      const { viewer, views } = this;
      if (viewer.gone) return;
      this.arrange();
      views.head.draw();
      views.live.tellSoon();
      const now2 = performance.now();
      const growing = now2 - viewer.grew < STREAM;
      const rest = !growing || now2 - this.rested > Math.max(STREAM, 4 * this.cost);
      for (const strip of views.strips) strip.draw();
      if (rest) {
        this.drawLight();
        this.rested = performance.now();
        this.cost = this.rested - now2;
      }
      this.drawTabs();
      this.after(growing ? STREAM : 0, () => {
        if (!rest) this.drawLight();
        this.drawHeavy();
      });
    }
    drawLight() {
      const { conversation, curve, facts, readings, controls, frames, layers, flip } = this.views;
      const light = [conversation, curve, facts, readings, controls, frames, ...this.viewer.panels, layers, flip];
      for (const view of light) view.draw();
      shareBars(this.views.pair, this.viewer.comparing ? this.viewer.panels.map((panel) => panel.bars) : []);
    }
    /** What takes long: at once where it can be seen, else a moment later. */
    drawHeavy() {
      const { viewer } = this;
      const heavy = [viewer.heat, viewer.shownTab];
      const seen = heavy.filter((view) => onScreen(view.root));
      const away = heavy.filter((view) => !seen.includes(view));
      for (const view of seen) view.draw();
      for (const strip of viewer.strips) strip.keepInView(this.views.fold.form);
      viewer.root.dataset.seen = this.name();
      this.after(away.length ? AWAY : 0, () => {
        for (const view of away) view.draw();
        offerPictures(viewer);
        this.fadeEdges();
        viewer.rows.follow();
        viewer.root.dataset.drawn = this.name();
        if (!this.frame) for (const drawn of this.waiting.splice(0)) drawn();
      });
    }
    drawTabs() {
      const { viewer, views } = this;
      const { ofFirst, tabs } = views;
      ofFirst.hidden = !viewer.comparing;
      if (viewer.holding) ofFirst.textContent = t2("Of the selected token, not the held one.");
      else if (viewer.comparing) {
        const name = runName(viewer, 0).replace(/^[^:]*: /, "");
        ofFirst.textContent = t2("Of the run in the first place: {name}", { name });
      }
      for (const tab of tabs) this.drawTab(tab, tab.name === viewer.state.view);
    }
    /** @param {Tab} tab @param {boolean} on */
    drawTab(tab, on) {
      const { button, view } = tab;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
      view.root.hidden = !on;
      if (view.only !== void 0) Object.assign(button, { hidden: !on && !view.only, textContent: view.name });
      if (!canShow(this.viewer, view)) button.hidden = !on;
      const missing = view.asked ? view.asked.reason() : null;
      button.toggleAttribute("data-missing", Boolean(missing));
      button.title = missing || "";
      if (!on || this.shown === tab) return;
      this.shown = tab;
      this.bringIn(button);
    }
    /** On a narrow screen the list of tabs scrolls: the chosen one is brought into it, and the page stays where it is. @param {HTMLElement} button */
    bringIn(button) {
      const { tabList } = this.views;
      const [list2, own] = [tabList.getBoundingClientRect(), button.getBoundingClientRect()];
      if (own.left < list2.left || own.right > list2.right) tabList.scrollLeft += own.left - list2.left - 24;
    }
    /** One pending step at a time: a newer draw takes the place of an older one's rest. @param {number} wait ms @param {() => void} call */
    after(wait, call) {
      clearTimeout(this.later);
      this.later = window.setTimeout(() => {
        this.later = 0;
        if (!this.viewer.gone) call();
      }, wait);
    }
    /** What scrolls sideways is looked at once its place became another and all is still: it costs a layout. */
    fadeEdges() {
      const { run, width, state } = this.viewer;
      const { tabList, tabBody } = this.views;
      const sign2 = [width, state.view, run && run.id].join();
      if (sign2 === this.faded) return;
      this.faded = sign2;
      clearTimeout(this.fading);
      this.fading = window.setTimeout(() => {
        const wide = (
          /** @type {NodeListOf<HTMLElement>} */
          tabBody.querySelectorAll(".sv-scroll")
        );
        for (const one of [tabList, ...wide]) fadeEdge(one);
      }, STILL2);
    }
    /** Which run, token and layers are drawn. */
    name() {
      const { run, state } = this.viewer;
      return `${run ? run.id : ""}/${run ? tokenOf(this.viewer, 0) : ""}/${state.layer}`;
    }
    /** The panels of the pair, made anew only when comparing begins, ends, or changes kind. */
    arrange() {
      const { viewer } = this;
      const { pair, kinds } = this.views;
      const { comparing } = viewer;
      const { compare_kind: kind } = viewer.state;
      const shape = comparing ? `compare ${kind}` : "pair";
      if (this.shape === shape) return;
      this.shape = shape;
      viewer.panels = comparing ? [new Panel(viewer, kind, 0), new Panel(viewer, kind, 1), new Panel(viewer, kind, "difference")] : [new Panel(viewer, "attention", 0), new Panel(viewer, "saliency", 0)];
      kinds.hidden = !comparing;
      for (const button of kinds.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
      }
      pair.classList.toggle("sv-three", comparing);
      setChildren(pair, ...viewer.panels.map((panel) => panel.root), this.views.layers.root);
      this.views.fold.soon();
    }
    free() {
      cancelAnimationFrame(this.frame);
      clearTimeout(this.later);
      clearTimeout(this.fading);
      this.views.fold.free();
    }
  };

  // viewer/hovering.js
  function lightKey(viewer, key2, slot) {
    if (key2 === null) viewer.tip.hide();
    if (key2 === viewer.lit && slot === viewer.litSlot) return;
    viewer.lit = key2;
    viewer.litSlot = slot;
    const views = [...viewer.strips, viewer.curve, ...viewer.panels, viewer.heat, viewer.shownTab];
    for (const view of views) if (view.hover) view.hover(key2, slot);
  }
  function lightLayer(viewer, layer) {
    if (layer === viewer.litLayer) return;
    viewer.litLayer = layer;
    const views = [viewer.layers, viewer.heat, viewer.shownTab, ...viewer.panels];
    for (const view of views) if (view.hoverLayer) view.hoverLayer(layer);
  }

  // viewer/keys.js
  function pressKey(viewer, event) {
    const target3 = (
      /** @type {Element} */
      event.target
    );
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target3.tagName)) return;
    const { state, run, help } = viewer;
    const onStrip = run && target3.closest(".sv-strip");
    if (event.key === "Escape" && help.open) help.toggle();
    else if (event.key === "Escape" && (state.pins.length || state.also.length)) viewer.set({ pins: [], also: [] });
    else if (event.key === "Escape" && state.held !== null) viewer.hold();
    else if (event.key === "t" && run && run.steps.length) viewer.hold();
    else if (event.key === "?" && viewer.options.help !== false) help.toggle();
    else if (event.key === "[" && run) viewer.set({ layer: neighbour(state.layer, -1, run.layers) });
    else if (event.key === "]" && run) viewer.set({ layer: neighbour(state.layer, 1, run.layers) });
    else if (event.key === "h" && onStrip) markToken(viewer, "hallucinated");
    else if (event.key === "r" && onStrip) markToken(viewer, "right");
    else if (event.key === "n" && onStrip) writeNote(viewer);
    else return;
    event.preventDefault();
  }
  function neighbour(layer, way, count) {
    const from = Array.isArray(layer) ? layer[way > 0 ? layer.length - 1 : 0] : layer;
    const at = typeof from === "number" ? from + way : way > 0 ? 0 : count - 1;
    return Math.max(0, Math.min(count - 1, at));
  }
  function writeNote(viewer) {
    viewer.set({ view: "marks" });
    const marks = viewer.tabs.find((tab) => tab.name === "marks");
    requestAnimationFrame(() => marks && marks.view.write && marks.view.write());
  }

  // viewer/tabs/candidates.js
  var SIGN = { accepted: "✓", rejected: "✗", untried: "·", fallback: "⚑" };
  var Candidates = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.root = el("div", { class: "sv-candidates" });
    }
    draw() {
      const { viewer } = this;
      const { run } = viewer;
      const step = run && run.steps[tokenOf(viewer, 0)];
      if (!run || !step || !step.candidates.length) {
        const hint = step ? t2("This step recorded no candidates.") : t2("Candidates of the selected token appear here.");
        return setChildren(this.root, el("p", { class: "sv-hint", text: hint }));
      }
      const tested = step.threshold !== null && step.threshold !== void 0;
      const bars = tested ? t2("S(c) against τ") : t2("probability");
      const shifts = [...step.plain ? [t2("without decoder")] : [], ...hasOther(step) ? [t2("other stream")] : []];
      const titles = ["", t2("token"), "p", ...shifts, t2("order"), t2("saliency S(c)"), bars, t2("verdict")];
      const head = [...titles, ...viewer.can("force") ? [""] : []].map(
        (text) => text ? el("th", { scope: "col", text }) : el("td")
      );
      const rows = step.candidates.map((one) => this.row(step, one, tested));
      const body = el("tbody", {}, ...rows);
      const table3 = el("table", { class: "sv-table" }, el("thead", {}, el("tr", {}, ...head)), body);
      const scroll = { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t2("Candidates") };
      const note2 = el("p", { class: "sv-hint", text: thresholdWords(step, tested, run.settings.sgrs) });
      const why = step.plain && el("p", { class: "sv-shift", text: shiftWords(step) });
      setChildren(this.root, why, el("div", scroll, table3), note2);
    }
    /** @param {Step} step @param {Candidate} one @param {boolean} tested */
    row(step, one, tested) {
      const taken2 = one.token_id === step.token_id;
      const name = (
        /** @type {Verdict} */
        step.fallback && taken2 ? "fallback" : one.verdict
      );
      const color = VERDICT_COLORS[name];
      const value = one.saliency === null ? "" : one.saliency;
      return el(
        "tr",
        { class: taken2 ? "sv-taken" : "", "data-token": one.token_id, "data-verdict": name },
        el("td", {}, el("span", { class: "sv-verdict-sign", style: { color }, text: SIGN[name] })),
        el("td", { class: "sv-candidate-text", text: visible(one.text) }),
        el("td", { class: "sv-num", text: formatNumber(one.probability) }),
        step.plain && el("td", { class: "sv-num", text: formatNumber(one.plain) }),
        hasOther(step) && el("td", { class: "sv-num", text: formatNumber(one.other) }),
        el("td", { class: "sv-num", text: one.draw === null ? "–" : String(one.draw + 1) }),
        el("td", { class: "sv-num", text: formatSupport(one.saliency), "data-value": value }),
        el("td", { class: "sv-candidate-cell" }, bar(step, one, color, tested)),
        el("td", { text: verdictWord(name) }),
        this.viewer.can("force") && el("td", {}, taken2 ? null : this.forceButton(step, one))
      );
    }
    /** @param {Step} step @param {Candidate} one */
    forceButton(step, one) {
      const force = () => this.viewer.act("force", { step: step.index, token_id: one.token_id });
      const title = t2("take this token and let the model continue");
      return el("button", {
        type: "button",
        class: "sv-button",
        text: t2("go on from this"),
        title,
        on: { click: force }
      });
    }
  };
  function bar(step, one, background, tested) {
    const tau = step.threshold ?? 0;
    const known3 = step.candidates.flatMap(({ saliency }) => saliency ?? []);
    const high = tested ? Math.max(1e-12, ...known3, tau) * 1.08 : 1;
    const length = tested ? one.saliency : one.probability;
    return el(
      "div",
      { class: "sv-candidate-bar" },
      length !== null && el("span", { style: { width: `${100 * length / high}%`, background } }),
      tested && el("i", { style: { left: `${100 * tau / high}%` }, title: `tau ${formatNumber(tau)}` })
    );
  }
  var verdictWord = (verdict) => verdict === "untried" ? t2("not tried") : t2(verdict);
  function thresholdWords(step, tested, sgrs) {
    const tau = formatNumber(step.threshold);
    if (step.history.length) {
      const list2 = step.history.map((value) => formatNumber(value, 2)).join(", ");
      const sentence = {
        tau,
        alpha: sgrs ? sgrs.alpha : "α",
        n: step.history.length,
        list: list2,
        w: sgrs ? sgrs.window + 1 : ""
      };
      if (!sgrs || sgrs.history === "accepted") {
        return t2("τ = {tau}: {alpha} × the mean of the last {n} accepted scores ({list})", sentence);
      }
      if (sgrs.history === "window-accepted") {
        return t2("τ = {tau}: {alpha} × the mean of the {n} accepted scores at the last {w} positions ({list})", sentence);
      }
      return t2("τ = {tau}: {alpha} × the mean of the {n} scores at the last {w} positions ({list})", sentence);
    }
    if (!tested) return t2("SGRS was off: candidates are listed, none was tested.");
    return t2("τ = {tau}: no history yet, every candidate passes.", { tau });
  }

  // viewer/draw/chart.js
  var lines = (left, right, ticks2, gap = 5) => ticks2.flatMap(([y, text]) => [
    svgEl("line", { x1: left, x2: right, y1: y, y2: y, class: "sv-axis" }),
    label(text, left - gap, y + 4, "end")
  ]);
  var label = (text, x, y, anchor) => svgEl("text", { x, y, class: "sv-tick", "text-anchor": anchor, text });
  var path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  var labelEvery = (wide, room) => [1, 2, 5, 10, 20, 50, 100].find((n) => n * wide >= room) || 200;
  var chartOf = (width, height, name, on, parts) => svgEl("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name, on }, ...parts);

  // viewer/tabs/claim_charts.js
  var [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [210, 46, 12, 10, 34];
  var [ARM, RADIUS] = [3.6, 3.4];
  var [LONG, TALL] = [120, 16];
  function claimDots(viewer, dots, width) {
    const high = Math.max(...dots.map((dot) => dot.S)) || 1;
    const last = Math.max(1, ...dots.map((dot) => dot.position));
    const x = (dot) => LEFT + dot.position / last * (width - LEFT - RIGHT);
    const y = (value) => TOP + (1 - value / high) * (HEIGHT - TOP - BOTTOM);
    const axis = lines(LEFT, width - RIGHT, [0, 0.5, 1].map((share) => [y(share * high), formatNumber(share * high, 2)]));
    const ticks2 = [0, 0.5, 1].map((share) => {
      const place = Math.round(share * last);
      return label(String(place), LEFT + place / last * (width - LEFT - RIGHT), HEIGHT - BOTTOM + 14, "middle");
    });
    const below = label(t2("outputs before the word"), LEFT + (width - LEFT - RIGHT) / 2, HEIGHT - 4, "middle");
    const ordered = [...dots].sort((a, b) => Number(a.hallucinated) - Number(b.hallucinated));
    const signs = ordered.map((dot) => sign(viewer, dot, x(dot), y(dot.S)));
    const name = t2("S of every object word, over how many outputs stand before it");
    const chart = chartOf(width, HEIGHT, name, {}, [...axis, ...ticks2, below, ...signs]);
    return el("figure", {}, el("figcaption", { class: "sv-unit", text: name }), chart, legend());
  }
  function sign(viewer, dot, x, y) {
    const { run } = viewer;
    const own = Boolean(run) && dot.run === (run && run.id);
    const color = JUDGEMENT_COLORS[dot.hallucinated ? "hallucinated" : "right"];
    const enter = (event) => viewer.tip.point(event, [`“${dot.word}”`, ["S", formatNumber(dot.S)], [t2("outputs before"), String(dot.position)]]);
    const on = { pointerenter: enter, pointerleave: () => viewer.tip.hide(), click: () => own && viewer.set({ token: dot.step }) };
    const mark = dot.hallucinated ? svgEl("path", { d: `M${x - ARM} ${y - ARM}L${x + ARM} ${y + ARM}M${x - ARM} ${y + ARM}L${x + ARM} ${y - ARM}`, stroke: color, "stroke-width": 2 }) : svgEl("circle", { cx: x, cy: y, r: RADIUS, stroke: color, "stroke-width": 1.4, fill: "none" });
    const chosen2 = own && run && tokenOf(viewer, 0) === dot.step;
    const ring2 = chosen2 && svgEl("circle", { cx: x, cy: y, r: RADIUS + 4, class: "sv-claim-chosen" });
    const hit = svgEl("circle", { cx: x, cy: y, r: RADIUS + 3, fill: "transparent" });
    const data = { class: "sv-claim-dot", "data-step": dot.step, "data-hallucinated": String(dot.hallucinated), "data-value": dot.S, on };
    return svgEl("g", data, mark, ring2 || null, hit);
  }
  function legend() {
    const one = (kind, mark) => el("span", {}, el("b", { style: { color: JUDGEMENT_COLORS[kind] }, "aria-hidden": "true", text: mark }), ` ${t2(kind)}`);
    return el("div", { class: "sv-share-legend sv-claim-legend" }, one("right", "○"), one("hallucinated", "×"));
  }
  var names = () => ({
    S: [t2("support from earlier words, S"), t2("Eq. 6; lower is taken for hallucinated")],
    "S beside position": [t2("S, adjusted for position"), t2("the rank of S less what the position's rank predicts within each class")],
    position: [t2("position alone"), t2("how many outputs stand before; later is taken for hallucinated")],
    probability: [t2("probability"), t2("of the word under the model; lower is taken for hallucinated")],
    "saliency on image": [t2("share of saliency on the picture"), t2("lower is taken for hallucinated")],
    "attention on image": [t2("share of attention on the picture"), t2("lower is taken for hallucinated")],
    "attention on outputs": [t2("share of attention on earlier words"), t2("lower is taken for hallucinated")]
  });
  function claimTable(scores) {
    const known3 = names();
    const counts = Object.values(scores).map((told2) => `${told2.right} + ${told2.hallucinated}`);
    const differ = new Set(counts).size > 1;
    const rows = Object.entries(scores).map(([name, told2], i) => scoreRow(known3[name] || [name, ""], name, told2, differ ? counts[i] : ""));
    const titles = [t2("what is looked at"), t2("AUROC, 95 % interval"), "", differ && t2("right + hallucinated")];
    const head = el(
      "thead",
      {},
      el("tr", {}, ...titles.map((text) => text !== false && el("th", { scope: "col", text })))
    );
    const hint = t2("AUROC: the chance that a hallucinated word looks worse than a right one. 0.5 tells nothing; below it, the other way round.");
    const table3 = el("table", { class: "sv-table sv-claim-table" }, head, el("tbody", {}, ...rows));
    const scroll = { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t2("AUROC, 95 % interval") };
    return el("div", {}, el("div", scroll, table3), el("p", { class: "sv-hint", text: hint }));
  }
  function scoreRow([text, title], name, { auroc: auroc2 }, count) {
    const words2 = `${auroc2.value.toFixed(2)} (${auroc2.low.toFixed(2)} – ${auroc2.high.toFixed(2)})`;
    return el(
      "tr",
      { "data-score": name },
      el("th", { scope: "row", title, text }),
      el("td", { class: "sv-num", "data-value": auroc2.value, text: words2 }),
      el("td", {}, intervalBar(auroc2)),
      count && el("td", { class: "sv-num", text: count })
    );
  }
  function intervalBar({ value, low, high }) {
    const x = (share) => (2 + share * (LONG - 4)).toFixed(1);
    const y = TALL / 2;
    const line3 = (more) => svgEl("line", more);
    return svgEl(
      "svg",
      { width: LONG, height: TALL, viewBox: `0 0 ${LONG} ${TALL}`, class: "sv-claim-bar", "aria-hidden": "true" },
      line3({ x1: x(0), x2: x(1), y1: y, y2: y, class: "sv-axis" }),
      line3({ x1: x(0.5), x2: x(0.5), y1: 0, y2: TALL, class: "sv-claim-half" }),
      line3({ x1: x(low), x2: x(high), y1: y, y2: y, class: "sv-claim-interval" }),
      svgEl("circle", { cx: x(value), cy: y, r: 3.5, class: "sv-claim-value" })
    );
  }

  // viewer/tabs/claim_reports.js
  function claimReports(reports) {
    if (!reports || !reports.length) return null;
    const head = el("h3", { text: t2("Reports measured over whole sets") });
    return el("div", { class: "sv-claim-reports" }, head, el("ul", null, ...reports.map(line2)));
  }
  function line2({ title, model, items, date, address: address2, pdf }) {
    const told2 = { m: model, n: items, d: date };
    const about2 = date ? t2("({m}, {n} items, {d})", told2) : t2("({m}, {n} items)", told2);
    const name = t2("{t} as PDF", { t: title });
    const file = pdf && el("a", { href: pdf, text: "PDF", download: true, "aria-label": name, title: name });
    return el("li", null, opened(address2, title), " ", el("span", { class: "sv-hint", text: about2 }), " ", file);
  }
  var opened = (href, text) => el("a", { href, text, target: "_blank", rel: "noopener noreferrer", title: t2("opens in a new tab") });

  // viewer/tabs/claim.js
  var PAUSE5 = 300;
  var MOST2 = 24;
  var ClaimTab = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.needs = "claim";
      this.known = /* @__PURE__ */ new Map();
      this.failed = /* @__PURE__ */ new Map();
      this.asking = "";
      this.drawn = "";
      this.timer = 0;
      this.buttons = scopes().map(([scope, text]) => this.scopeButton(scope, text));
      this.scopes = el("div", { class: "sv-segments", role: "group", "aria-label": t2("over which captions") }, ...this.buttons);
      this.verdict = el("p", { class: "sv-claim-verdict", role: "status" });
      this.about = el("p", { class: "sv-hint" });
      this.body = el("div", { class: "sv-claim-body" });
      this.paper = el("p", { class: "sv-hint sv-claim-paper" });
      const data = { class: "sv-claim", "data-picture": "claim", "data-about": "run" };
      const reports = claimReports(viewer.options.reports);
      this.root = el("div", data, this.scopes, this.verdict, this.about, reports, this.body, this.paper);
    }
    /** @param {Scope} scope @param {string} text */
    scopeButton(scope, text) {
      const click = () => {
        this.failed.clear();
        this.viewer.set({ claim_scope: scope });
      };
      return el("button", { type: "button", text, "data-scope": scope, on: { click } });
    }
    /** @returns {Scope} the one chosen, else the widest that is of this run's kind */
    get scope() {
      const { run, state } = this.viewer;
      if (state.claim_scope !== "auto") return state.claim_scope;
      return run && run.example ? "examples" : "visit";
    }
    /** What an answer is of. */
    subject() {
      const { run } = this.viewer;
      const own = run && this.scope !== "examples" ? [run.id, run.steps.length, run.marks] : [];
      return JSON.stringify([this.scope, ...own]);
    }
    draw() {
      const { run } = this.viewer;
      for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.scope === this.scope));
      if (!run) return this.say(t2("Object words of a run appear here."));
      const name = this.subject();
      const known3 = this.known.get(name);
      if (known3) return this.show(known3, name);
      const failed = this.failed.get(name);
      this.say(failed || t2("counting…"));
      if (failed || this.asking === name) return;
      this.asking = name;
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(name), PAUSE5);
    }
    /** @param {string} name */
    async ask(name) {
      if (this.viewer.gone) return;
      try {
        const found = await this.viewer.act("claim", { scope: this.scope });
        if (found) this.keep(name, found);
        else this.failed.set(name, t2("The server could not compute it."));
      } catch (error) {
        this.failed.set(
          name,
          /** @type {Error} */
          error.message || t2("The server could not compute it.")
        );
      }
      if (this.asking === name) this.asking = "";
      this.viewer.schedule();
    }
    /** @param {string} name @param {Claim} found */
    keep(name, found) {
      this.known.set(name, found);
      const [oldest] = this.known.keys();
      if (this.known.size > MOST2) this.known.delete(oldest);
    }
    /** @param {string} text instead of an answer */
    say(text) {
      this.drawn = "";
      this.verdict.textContent = text;
      this.about.textContent = this.paper.textContent = "";
      setChildren(this.body);
    }
    /** @param {Claim} claim @param {string} name */
    show(claim2, name) {
      const { viewer } = this;
      const { run } = viewer;
      const width = Math.max(260, Math.min(460, this.root.clientWidth));
      const sign2 = [name, width, run && run.id, tokenOf(viewer, 0)].join();
      if (this.drawn === sign2) return;
      this.drawn = sign2;
      this.verdict.dataset.verdict = claim2.verdict;
      this.verdict.textContent = verdictWords(claim2);
      this.about.textContent = aboutWords(claim2);
      const few = claim2.verdict === "few";
      const dots = claim2.dots.length ? claimDots(viewer, claim2.dots, width) : null;
      setChildren(this.body, dots, few ? el("p", { class: "sv-hint", text: moreWords() }) : claimTable(claim2.scores));
      this.paper.textContent = paperWords(claim2);
    }
    free() {
      clearTimeout(this.timer);
    }
  };
  var scopes = () => [
    ["caption", t2("this caption")],
    ["visit", t2("runs of this visit")],
    ["examples", t2("all examples")]
  ];
  function verdictWords({ verdict, right, hallucinated }) {
    const words2 = {
      few: t2("Too few to say: {r} right and {h} hallucinated object words; ten of each are needed.", { r: right, h: hallucinated }),
      // prettier-ignore
      no: t2("No: S does not tell hallucinated from right object words here."),
      reversed: t2("The reverse: hallucinated object words have the higher S here."),
      position: t2("Not beyond position: low S goes with hallucinated words here, but no more than how late they stand."),
      "position reversed": t2("No: low S goes with hallucinated words only because they stand late; among words at the same place they have the higher S."),
      // prettier-ignore
      holds: t2("Yes: low S marks hallucinated object words here, also among words at the same place.")
    };
    return words2[verdict];
  }
  function aboutWords({ right, hallucinated, captions, pictures, models }) {
    if (!right && !hallucinated) return t2("No object word is marked here.");
    const told2 = { n: right + hallucinated, h: hallucinated, c: captions, p: pictures, m: models.join(", ") };
    return t2("{n} object words with a score, {h} of them hallucinated; captions: {c}, pictures: {p}, by {m}.", told2);
  }
  var moreWords = () => t2("Mark words as right or hallucinated (keys r and h), caption more pictures, or look at all examples.");
  function paperWords({ means }) {
    const { right, hallucinated } = means["S previous"];
    const [a, b] = [formatNumber(right[0]), formatNumber(hallucinated[0])];
    const paper = t2("The paper (Table 5) reports lower saliency on the word just before where the model hallucinates, right against hallucinated: 0.472 and 0.193 (LLaVA-1.5-7B), 0.664 and 0.355 (Qwen2-VL-7B), 0.508 and 0.224 (InternVL-7B). It gives no AUROC and does not adjust for position.");
    const here = right[0] !== null && hallucinated[0] !== null ? t2("The same here: {a} and {b}.", { a, b }) : "";
    const trap = t2("S is a mean over all earlier words and falls with their number by construction; hallucinations come late. So an AUROC of S alone misleads: read it beside position alone and S adjusted for position.");
    return [paper, here, trap].filter(Boolean).join(" ");
  }

  // viewer/numbers/csv.js
  var FORMULA = /^[=+\-@\t\r]/;
  var UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;
  var FORMULA_AFTER = /(?<=[,;] ?)[=+@-]/g;
  function field(value) {
    if (typeof value === "number") return String(value);
    const text = value === null || value === void 0 ? "" : String(value);
    return `"${(FORMULA.test(text) ? "'" + text : text).replace(/"/g, '""')}"`;
  }
  var escaped = (sign2) => "\\u" + sign2.charCodeAt(0).toString(16).padStart(4, "0");
  function oneLine(value) {
    const text = Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]` : JSON.stringify(value);
    const safe = text.replace(UNSAFE, escaped);
    return typeof value === "string" ? safe.replace(FORMULA_AFTER, escaped) : safe;
  }
  function csvText(rows, about2 = {}) {
    const comments = Object.entries(about2).map(([key2, value]) => `# ${key2}: ${oneLine(value)}`);
    return [...comments, ...rows.map((row2) => row2.map(field).join(","))].map((line3) => line3 + "\n").join("");
  }

  // viewer/tabs/data.js
  var COLUMNS = ["position", "part", "token", "patch", "attention", "saliency"];
  var NUMERIC = [0, 3, 4, 5];
  var Data = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.copied = el("span", { class: "sv-hint", role: "status" });
      const over = (event) => {
        const line3 = (
          /** @type {Element} */
          event.target.closest("tr")
        );
        viewer.hover(line3 && line3.dataset.key !== void 0 ? Number(line3.dataset.key) : null, 0);
      };
      this.body = el("tbody", { on: { pointerover: over, pointerleave: () => viewer.hover(null) } });
      this.caption = el("span", { class: "sv-unit" });
      const titles = [t2("position"), t2("part"), t2("token"), t2("patch"), t2("attention"), t2("saliency")];
      const head = el("thead", {}, el("tr", {}, ...titles.map((text) => el("th", { scope: "col", text }))));
      const table3 = el("table", { class: "sv-table" }, head, this.body);
      const button = (text, click) => el("button", { type: "button", class: "sv-button", text, on: { click } });
      const buttons = [button(t2("copy CSV"), () => this.copy()), button(t2("save CSV"), () => this.save())];
      this.root = el(
        "div",
        {},
        el("div", { class: "sv-section-head" }, ...buttons, this.caption, this.copied),
        el("div", { class: "sv-scroll sv-data", tabindex: "0", role: "region", "aria-label": t2("Data") }, table3)
      );
    }
    /** @returns {Row[]} one a position the chosen tokens could see; none while their rows are not here */
    rows() {
      const { viewer } = this;
      const { run, state } = viewer;
      const steps = stepsOf(viewer, 0);
      if (!run || !steps.length || !steps.every((step) => run.has(step))) return [];
      const attention = valuesOf(viewer, run, "attention", steps, state.layer);
      const saliency = valuesOf(viewer, run, "saliency", steps, state.layer);
      const reach = Math.max(...steps.map((step) => run.reach(step)));
      return Array.from({ length: reach }, (_, key2) => [...positionCells(run, key2), attention[key2], saliency[key2]]);
    }
    csv() {
      const { run, state } = this.viewer;
      if (!run) return "";
      const steps = stepsOf(this.viewer, 0);
      return csvText([COLUMNS, ...this.rows()], {
        model: run.payload.model.name,
        steps,
        token: steps.map((step) => run.steps[step].text).join(""),
        layers: run.layerWords(state.layer),
        normalization: state.normalization,
        ...steps.length > 1 && { "over the steps": state.reduce },
        prompt: run.payload.prompt
      });
    }
    async copy() {
      try {
        await navigator.clipboard.writeText(this.csv());
        this.copied.textContent = t2("copied");
      } catch {
        this.copied.textContent = t2("The browser refused the clipboard; use save instead.");
      }
    }
    save() {
      saveFile(`token-${stepsOf(this.viewer, 0).join("-")}.csv`, this.csv(), "text/csv");
    }
    draw() {
      const { run, state } = this.viewer;
      const rows = this.rows();
      this.copied.textContent = "";
      const unit = `${t2("saliency")}: ${unitWords("saliency", state.normalization)}`;
      this.caption.textContent = run && rows.length ? `${run.layerWords(state.layer)} · ${unit}` : "";
      const same = run && run.texts === this.drawn;
      this.drawn = run && run.texts;
      const { children } = this.body;
      while (children.length > rows.length) children[children.length - 1].remove();
      rows.forEach((row2, place) => {
        const line3 = (
          /** @type {HTMLElement} */
          children[place] || this.body.appendChild(makeLine())
        );
        if (!same || !line3.dataset.key) nameLine(line3, row2);
        for (const i of [4, 5]) {
          const cell2 = (
            /** @type {HTMLElement} */
            line3.children[i]
          );
          const text = formatNumber(
            /** @type {number} */
            row2[i],
            5
          );
          if (cell2.textContent !== text) cell2.textContent = text;
          cell2.dataset.value = String(row2[i]);
        }
      });
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      const mine = key2 === null ? -1 : translate(this.viewer, key2, slot, 0);
      if (this.lit) this.lit.classList.remove("sv-lit");
      this.lit = this.body.children[mine];
      if (this.lit) this.lit.classList.add("sv-lit");
    }
  };
  var positionCells = (run, key2) => [key2, run.kinds[key2], run.texts[key2], run.patchOf.get(key2) ?? ""];
  var makeLine = () => el("tr", {}, ...COLUMNS.map((_, i) => el("td", { class: NUMERIC.includes(i) ? "sv-num" : null })));
  function nameLine(line3, [key2, kind, text, patch]) {
    line3.dataset.key = String(key2);
    [String(key2), t2(kind), visible(text), String(patch)].forEach((word, i) => {
      line3.children[i].textContent = word;
    });
  }

  // viewer/draw/csv_button.js
  function csvButton(name, table3) {
    const click = () => saveFile(`${name()}.csv`, csvText(...table3()), "text/csv");
    return el("button", { type: "button", class: "sv-button", text: t2("save CSV"), on: { click } });
  }

  // viewer/views/on_demand.js
  var PAUSE6 = 250;
  var OnDemand = class {
    /** @param {Viewer} viewer @param {OnDemandOptions} options */
    constructor(viewer, options) {
      this.viewer = viewer;
      this.options = { detail: () => ({}), most: 12, readings: 0, ...options };
      this.known = /* @__PURE__ */ new Map();
      this.busy = /* @__PURE__ */ new Map();
      this.failed = /* @__PURE__ */ new Map();
      const button = (text, click) => el("button", { type: "button", class: "sv-button", text, on: { click } });
      this.button = button(options.label, () => this.request());
      this.halt = button(t2("stop"), () => this.stop());
      this.halt.hidden = true;
      this.bar = el("progress", { class: "sv-progress", "aria-label": t2("readings done"), hidden: true });
      const change2 = () => viewer.set({ follow: this.follow.checked });
      this.follow = el("input", { type: "checkbox", on: { change: change2 } });
      this.following = options.lasting ? null : followSwitch(this.follow);
      this.status = el("span", { class: "sv-hint", role: "status" });
      const parts = [this.button, this.halt, this.bar, this.status, this.following];
      this.root = el("div", { class: "sv-section-head" }, ...parts);
      this.home = null;
      this.waiting = 0;
    }
    /** Why it cannot be computed here, as a sentence; null when it can. */
    reason() {
      const { viewer, options } = this;
      const { run } = viewer;
      if (!viewer.can(options.kind)) {
        return t2("This needs the model, and there is none in this page: open the trace in the app, with the model that made it.");
      }
      if (!run || !run.steps.length) return t2("This is computed for a token: there is none yet.");
      const { model } = run.payload;
      const chosen2 = viewer.options.model ? viewer.options.model() : null;
      if (chosen2 && !madeBy(model, chosen2)) {
        const other = chosen2.replace(/^.*\/(?=[^/])/, "").replace(/:+/g, " ");
        const names2 = { a: withWeights(model), b: other };
        return t2("This run was made by “{a}”, and the model chosen is “{b}”: choose the first in the header.", names2);
      }
      if (run.steps[tokenOf(viewer, 0)].pending) return t2("This is computed once the token is observed.");
      return options.refuse ? options.refuse() : null;
    }
    /** The question about the chosen step; "" where there is none. */
    name() {
      const { run } = this.viewer;
      if (!run || !run.steps.length) return "";
      return JSON.stringify([run.id, tokenOf(this.viewer, 0), this.options.detail()]);
    }
    /** What is known of the chosen step, or null. */
    get held() {
      return this.known.get(this.name()) || null;
    }
    request() {
      const { viewer, options } = this;
      const name = this.name();
      if (this.reason() || this.held || this.busy.has(name)) return;
      const detail = { step: tokenOf(viewer, 0), ...options.detail() };
      this.failed.delete(name);
      this.busy.set(name, {});
      const news = (came) => {
        this.busy.set(name, came);
        this.draw();
      };
      const from = performance.now();
      const { model } = (
        /** @type {import("../state/run.js").Run} */
        viewer.run.payload
      );
      const over = () => {
        this.busy.delete(name);
        viewer.schedule();
      };
      Promise.resolve(viewer.act(options.kind, detail, news)).then(
        (found) => {
          if (found && found.stopped) this.failed.set(name, t2("Stopped: nothing was kept."));
          else if (found) this.keep(name, options.read(found));
          if (options.readings) viewer.pace.heard(model.name, options.readings, (performance.now() - from) / 1e3);
          over();
        },
        (error) => {
          this.failed.set(name, error.message || t2("The server could not compute it."));
          over();
        }
      );
      this.draw();
    }
    /** Whether it is computed unasked. */
    get quick() {
      const { run, pace } = this.viewer;
      const { readings } = this.options;
      return run !== null && readings > 0 && pace.quick(run.payload, run.steps.length, readings);
    }
    stop() {
      this.halt.disabled = true;
      this.viewer.act("halt", { kind: this.options.kind });
    }
    /** @param {string} name @param {any} found */
    keep(name, found) {
      this.known.set(name, found);
      const [oldest] = this.known.keys();
      if (this.known.size > this.options.most) this.known.delete(oldest);
    }
    /** Draws the line of buttons and words; returns what is known of the chosen step, or null. */
    draw() {
      const { viewer, options, held } = this;
      const [name, reason2] = [this.name(), this.reason()];
      const [busy, failed] = [this.busy.get(name), this.failed.get(name)];
      this.root.hidden = Boolean(held);
      this.button.disabled = Boolean(reason2 || busy);
      this.button.hidden = Boolean(busy);
      this.follow.checked = viewer.state.follow;
      this.halt.hidden = !(busy && options.lasting);
      if (!busy) this.halt.disabled = false;
      this.bar.hidden = !(busy && busy.total);
      if (busy && busy.total) Object.assign(this.bar, { max: busy.total, value: busy.done });
      this.status.textContent = held ? "" : busy ? progressWords(busy) : reason2 || failed || options.about;
      if (this.following) {
        if (this.home) (held ? this.home : this.root).append(this.following);
        const { quick } = this;
        this.following.hidden = Boolean(reason2) || quick;
        if ((viewer.state.follow || quick) && !held && !reason2 && !failed && !this.busy.size) this.soon(name);
      }
      return held;
    }
    /** @param {string} name */
    soon(name) {
      clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => {
        if (!this.viewer.gone && name && this.name() === name && this.root.offsetParent) this.request();
      }, PAUSE6);
    }
  };
  function followSwitch(box2) {
    const title = t2("compute it whenever another token is chosen");
    return el("label", { class: "sv-choice", title }, box2, el("span", { text: t2("at every token") }));
  }
  var progressWords = ({ done, total }) => total ? t2("{n} of {m} readings", { n: done, m: total }) : t2("computing…");
  var withWeights = ({ name, dtype }) => /[48]bit/.test(dtype) ? `${name} ${dtype}` : name;

  // viewer/tabs/choice.js
  function choice(label2, options, choose) {
    const items = options.map(([value, text]) => el("option", { value, text }));
    const select = el("select", { class: "sv-select", on: { change: () => choose(select.value) } }, ...items);
    return { select, root: el("label", { class: "sv-choice" }, el("span", { text: label2 }), select) };
  }

  // viewer/numbers/once.js
  function once(kept2, name, make) {
    kept2.memo = kept2.memo || /* @__PURE__ */ new Map();
    if (!kept2.memo.has(name)) kept2.memo.set(name, make());
    return kept2.memo.get(name);
  }

  // viewer/tabs/hidden_picture.js
  var WIDE = 240;
  var SMALL = 96;
  var BLUR = 0.1;
  var HiddenPicture = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.looking = null;
      this.canvas = el("canvas", { class: "sv-faith-picture", role: "img" });
      this.seen = el("p", { class: "sv-hint" });
      this.root = el("figure", {}, this.canvas, this.seen);
    }
    /** @param {Look} look */
    draw(look) {
      this.looking = look;
      const { viewer, canvas } = this;
      const { held, way, ranking, at } = look;
      const run = (
        /** @type {import("../state/run.js").Run} */
        viewer.run
      );
      const [first] = sheetsOf(run, groupOf(viewer, 0));
      const index2 = first ? first.picture : 0;
      const picture = run.pictures[index2];
      const image = viewer.image(run, index2);
      if (!image.complete || !image.naturalWidth) return;
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(WIDE * ratio);
      canvas.height = Math.round(WIDE * ratio * picture.height / picture.width);
      const taken2 = new Set(held.orders[ranking].slice(0, Math.round(held.fractions[at] * held.places)));
      const gone = held.orders[ranking].filter(
        (token) => taken2.has(token) === (way === "deletion") && run.boxImages[token] === index2
      );
      const pen = (
        /** @type {CanvasRenderingContext2D} */
        canvas.getContext("2d")
      );
      const boxes = gone.map((token) => run.boxes[token]);
      drawHidden(pen, image, boxes, held.fill === "blur" ? null : once(held, "mean", () => meanColor(image)));
      canvas.dataset.gone = String(gone.length);
      const words2 = { k: t2(way), r: t2(ranking), p: formatPercent(held.fractions[at]) };
      this.seen.textContent = t2("{k}, ranked by {r}: {p} of the places", words2);
      canvas.setAttribute("aria-label", this.seen.textContent);
    }
  };
  function drawHidden(pen, image, boxes, ground) {
    const { width, height } = pen.canvas;
    pen.drawImage(image, 0, 0, width, height);
    pen.save();
    pen.beginPath();
    for (const box2 of boxes) {
      const [left, right] = [Math.round(box2[0] * width), Math.round(box2[2] * width)];
      const [top, bottom] = [Math.round(box2[1] * height), Math.round(box2[3] * height)];
      pen.rect(left, top, right - left, bottom - top);
    }
    pen.clip();
    if (ground) {
      pen.fillStyle = ground;
      pen.fillRect(0, 0, width, height);
    } else {
      pen.filter = `blur(${BLUR * Math.max(width, height)}px)`;
      pen.drawImage(image, 0, 0, width, height);
    }
    pen.restore();
  }
  function meanColor(image) {
    const canvas = el("canvas", { width: SMALL, height: SMALL });
    const pen = (
      /** @type {CanvasRenderingContext2D} */
      canvas.getContext("2d", { willReadFrequently: true })
    );
    const sums = [0, 0, 0];
    pen.drawImage(image, 0, 0, SMALL, SMALL);
    const { data } = pen.getImageData(0, 0, SMALL, SMALL);
    for (let i = 0; i < data.length; i += 4) for (let k = 0; k < 3; k++) sums[k] += data[i + k];
    return cssColor(sums.map((sum) => Math.round(4 * sum / data.length)));
  }

  // viewer/tabs/way_chart.js
  var RANKINGS = [
    { name: "saliency", color: "#0072b2", dash: "" },
    { name: "attention", color: "#d55e00", dash: "6 4" },
    { name: "random", color: "#8c8c8c", dash: "2 3" }
  ];
  var [HEIGHT2, LEFT2, RIGHT2, TOP2, BOTTOM2] = [230, 40, 10, 8, 34];
  var TALL2 = HEIGHT2 - TOP2 - BOTTOM2;
  function rankingLegend() {
    const names2 = RANKINGS.map(({ name, color, dash }) => {
      const line3 = { x1: 1, x2: 25, y1: 5, y2: 5, stroke: color, "stroke-width": 2.4, "stroke-dasharray": dash };
      const sample = svgEl("svg", { width: 26, height: 10, "aria-hidden": "true" }, svgEl("line", line3));
      const text = name === "random" ? t2("random: mean and range of draws") : t2(name);
      return el("span", { class: "sv-share" }, sample, " " + text);
    });
    return el("div", { class: "sv-share-legend sv-faith-legend" }, ...names2);
  }
  var mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  var WayChart = class {
    /** @param {Viewer} viewer @param {Way} way @param {(look: Look) => void} look a point was looked at */
    constructor(viewer, way, look) {
      this.viewer = viewer;
      this.way = way;
      this.look = look;
      this.chart = el("div", { class: "sv-chart" });
      this.areas = el("tbody");
      const title = way === "deletion" ? t2("Deletion") : t2("Insertion");
      const hint = way === "deletion" ? t2("places removed, highest first: a faithful map falls early") : t2("places shown, highest first: a faithful map rises early");
      const columns2 = [t2("ranked by"), t2("area under the curve")].map((text) => el("th", { scope: "col", text }));
      const head = el("div", { class: "sv-panel-head" }, el("h3", { text: title }), el("span", { class: "sv-unit", text: hint }));
      const table3 = el("table", { class: "sv-table sv-areas" }, el("thead", {}, el("tr", {}, ...columns2)), this.areas);
      const data = { "data-side": way, "data-picture": `faithfulness-${way}`, "data-about": "own" };
      this.root = el("section", { class: "sv-panel", ...data }, head, this.chart, table3);
    }
    /** @param {Held} held @param {string} word */
    draw(held, word) {
      this.drawCurves(held, word);
      const rows = RANKINGS.map(({ name }) => {
        const areas = held.areas[this.way][name];
        const range = areas.length > 1 ? ` (${formatNumber(Math.min(...areas))} – ${formatNumber(Math.max(...areas))})` : "";
        const value = mean(areas);
        const cell2 = el("td", { class: "sv-num", "data-value": value, text: formatNumber(value) + range });
        return el("tr", { "data-ranking": name }, el("td", { text: t2(name) }), cell2);
      });
      setChildren(this.areas, ...rows);
    }
    /** @param {Held} held @param {string} word */
    drawCurves(held, word) {
      const { viewer, way, chart } = this;
      const width = chart.clientWidth || 420;
      const x = (fraction) => LEFT2 + fraction * (width - LEFT2 - RIGHT2);
      const y = (p) => TOP2 + (1 - p) * TALL2;
      const { saliency, attention, random: draws } = held.sides[way];
      const at = held.fractions.map((_, i) => draws.map((draw2) => draw2[i]));
      const curves = { saliency: saliency[0], attention: attention[0], random: at.map(mean) };
      const points = (values) => values.map((p, i) => (
        /** @type {Point} */
        [x(held.fractions[i]), y(p)]
      ));
      const [upper, lower] = [at.map((each) => Math.max(...each)), at.map((each) => Math.min(...each))];
      const band = path([...points(upper), ...points(lower).reverse()]) + "Z";
      const drawn = [...RANKINGS].reverse().flatMap(({ name: name2, color, dash }) => {
        const data = { "data-ranking": name2 };
        const line3 = { class: "sv-curve-line", d: path(points(curves[name2])), stroke: color, "stroke-dasharray": dash };
        const dots = points(curves[name2]).map(([cx, cy], i) => {
          const value = { "data-fraction": held.fractions[i], "data-value": curves[name2][i] };
          return svgEl("circle", { cx, cy, r: 2.6, fill: color, ...data, ...value });
        });
        return [svgEl("path", { ...line3, ...data }), ...dots];
      });
      const parts = [...this.axes(width, x, y), svgEl("path", { class: "sv-band", d: band }), ...drawn];
      const on = {
        pointerleave: () => viewer.tip.hide(),
        pointermove: (event) => this.over(event, held, curves, width)
      };
      const name = t2("probability of {w}, {k}", { w: word, k: t2(way) });
      setChildren(chart, chartOf(width, HEIGHT2, name, on, parts));
    }
    /** @param {number} width @param {(fraction: number) => number} x @param {(p: number) => number} y */
    axes(width, x, y) {
      const values = [0, 0.5, 1].map((value) => (
        /** @type {[number, string]} */
        [y(value), String(value)]
      ));
      const parts = (
        /** @type {Node[]} */
        lines(LEFT2, width - RIGHT2, values, 6)
      );
      for (const value of [0, 0.25, 0.5, 0.75, 1]) {
        parts.push(label(`${100 * value} %`, x(value), HEIGHT2 - BOTTOM2 + 14, value === 1 ? "end" : "middle"));
      }
      const title = this.way === "deletion" ? t2("of the picture removed") : t2("of the picture shown");
      parts.push(label(title, (LEFT2 + width - RIGHT2) / 2, HEIGHT2 - 4, "middle"));
      return parts;
    }
    /** The nearest fraction, and there the nearest curve. @param {MouseEvent} event @param {Held} held @param {Curves} curves @param {number} width */
    over(event, held, curves, width) {
      const { way } = this;
      const box2 = (
        /** @type {Element} */
        event.currentTarget.getBoundingClientRect()
      );
      const fraction = (event.clientX - box2.left - LEFT2) / (width - LEFT2 - RIGHT2);
      const p = 1 - (event.clientY - box2.top - TOP2) / TALL2;
      const away = (i) => Math.abs(held.fractions[i] - fraction);
      const at = [...held.fractions.keys()].reduce((best, i) => away(i) < away(best) ? i : best);
      const off = (name) => Math.abs(curves[name][at] - p);
      const names2 = RANKINGS.map(({ name }) => name);
      const ranking = names2.reduce((best, name) => off(name) < off(best) ? name : best);
      this.look({ held, way, ranking, at });
      const share = { p: formatPercent(held.fractions[at]) };
      const rows = names2.map((name) => (
        /** @type {[string, string]} */
        [t2(name), formatNumber(curves[name][at], 4)]
      ));
      this.viewer.tip.point(event, [way === "deletion" ? t2("{p} removed", share) : t2("{p} shown", share), ...rows]);
    }
  };

  // viewer/tabs/faithfulness.js
  var WAYS = ["deletion", "insertion"];
  var FIRST = 0.2;
  var Faithfulness = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new OnDemand(viewer, {
        kind: "faithfulness",
        label: t2("measure insertion and deletion"),
        lasting: true,
        most: 64,
        detail: () => ({ layer: viewer.state.layer, fill: viewer.state.fill }),
        about: t2("The picture's places are removed or shown in order of saliency, of attention and at random, and the model is asked each time how probable the written token still is."),
        // prettier-ignore
        read: (answer) => answer
      });
      const fills = (
        /** @type {[string, string][]} */
        [["mean", t2("the picture's mean colour")], ["blur", t2("a blur of the picture")]]
      );
      const fill = (value) => viewer.set({ fill: (
        /** @type {any} */
        value
      ) });
      this.fill = choice(t2("removed places become"), fills, fill);
      this.about = el("span", { class: "sv-unit" });
      this.save = csvButton(
        () => `faithfulness-${tokenOf(viewer, 0)}`,
        () => this.table()
      );
      this.hidden = new HiddenPicture(viewer);
      this.charts = WAYS.map((way) => new WayChart(viewer, way, (look) => this.hidden.draw(look)));
      const pair = el("div", { class: "sv-pair" }, ...this.charts.map((chart) => chart.root));
      const foot = el("div", { class: "sv-faith-foot" }, this.hidden.root, caveats());
      this.body = el("div", {}, rankingLegend(), pair, foot);
      const head = el("div", { class: "sv-section-head" }, this.fill.root, this.about, this.save);
      this.root = el("div", {}, head, this.asked.root, this.body);
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      this.fill.select.value = state.fill;
      const held = this.asked.draw();
      this.fill.select.disabled = Boolean(this.asked.reason());
      this.body.hidden = this.about.hidden = this.save.hidden = !held;
      if (!held || !run) return;
      const word = run.quoted(run.first + tokenOf(viewer, 0));
      const draws = held.sides.deletion.random.length;
      const made4 = { w: word, l: run.layerWords(state.layer), n: held.places, d: draws, s: held.seed };
      this.about.textContent = t2("probability of {w} · {l} · {n} places · {d} random draws, seed {s}", made4);
      for (const chart of this.charts) chart.draw(held, word);
      const { looking } = this.hidden;
      const at = held.fractions.findIndex((one) => one >= FIRST);
      const first = { held, way: (
        /** @type {Way} */
        "deletion"
      ), ranking: (
        /** @type {Ranking} */
        "saliency"
      ), at };
      this.hidden.draw(looking && looking.held === held ? looking : first);
    }
    /** @returns {import("../draw/csv_button.js").Table} a line per way, ranking, draw and fraction */
    table() {
      const { viewer } = this;
      const run = (
        /** @type {Run} */
        viewer.run
      );
      const held = this.asked.held;
      const step = run.steps[tokenOf(viewer, 0)];
      const curves = WAYS.flatMap(
        (way) => RANKINGS.flatMap(({ name }) => held.sides[way][name].map((curve, draw2) => ({ way, name, draw: draw2, curve })))
      );
      const areas = curves.map(({ way, name, draw: draw2 }) => [`area ${way} ${name} ${draw2}`, held.areas[way][name][draw2]]);
      const rows = curves.flatMap(
        ({ way, name, draw: draw2, curve }) => curve.map((p, i) => [way, name, draw2, held.fractions[i], p])
      );
      const about2 = {
        model: run.payload.model.name,
        step: step.index,
        token: step.text,
        layers: run.layerWords(viewer.state.layer),
        "removed places become": held.fill,
        seed: held.seed,
        places: held.places,
        ...Object.fromEntries(areas)
      };
      return [[["side", "ranking", "draw", "fraction", "probability"], ...rows], about2];
    }
  };
  var caveats = () => el(
    "div",
    { class: "sv-caveat" },
    ...[
      t2("A picture with holes is one the model never saw in training: the curves say how it answers to such pictures, not what it would need in a whole one."),
      // prettier-ignore
      t2("One token, one picture. A ranking says something only where its curve leaves the range of the random ones."),
      t2("Saliency and attention are the row of the chosen layers; the words written before stay as they are, and may give the token away without any picture.")
      // prettier-ignore
    ].map((text) => el("p", { class: "sv-hint", text }))
  );

  // viewer/draw/heat_trace.js
  var heatTrace = (scale, map, z) => ({
    type: "heatmap",
    z,
    zmin: 0,
    zmax: 1,
    colorscale: plotlyScale(map),
    hoverinfo: "none",
    hoverongaps: false,
    colorbar: {
      thickness: 9,
      outlinewidth: 0,
      len: 1,
      y: 0.5,
      x: 1.01,
      xpad: 2,
      tickfont: { size: 10 },
      tickvals: scale.ticks().map(([place]) => place),
      ticktext: scale.ticks().map(([place, value]) => (place === 1 && exceeds(scale) ? "≥" : "") + formatNumber(value, 2))
    }
  });
  var placed = (values, scale) => values.map((row2) => row2.map((value) => Number.isNaN(value) ? null : scale.at(value)));
  var edge = (theme) => ({ color: theme === "dark" ? "#c7d2fe" : "#4338ca", width: 1.5 });
  var rowFrame = (at, theme) => ({ type: "rect", xref: "paper", x0: 0, x1: 1, y0: at - 0.5, y1: at + 0.5, line: edge(theme) });
  var columnFrame = (at, theme) => ({ type: "rect", x0: at - 0.5, x1: at + 0.5, yref: "paper", y0: 0, y1: 1, line: edge(theme) });
  var cellFrame = (x, y, theme) => ({ type: "rect", x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5, line: edge(theme) });
  var SLANTED = { tickangle: -60, tickfont: { size: 10 } };
  var wordsBelow = (vals, text, count) => ({
    tickvals: vals,
    ticktext: text,
    ...SLANTED,
    range: [-0.5, count - 0.5]
  });
  var wordsLeft = (vals, text, count) => ({ tickvals: vals, ticktext: text, tickfont: { size: 10 }, range: [count - 0.5, -0.5] });
  var numbered = (title, count, most) => ({
    title: { text: title, standoff: 4 },
    dtick: Math.max(1, Math.ceil(count / most)),
    tick0: 0,
    range: [-0.5, count - 0.5]
  });

  // viewer/tabs/contact.js
  var [GAP2, LABEL] = [4, 15];
  var Contact = class {
    /**
     * @param {Viewer} viewer
     * @param {import("../state/defaults.js").Kind} kind
     * @param {(group: number) => import("../state/lines.js").Lines} lines of the tip
     */
    constructor(viewer, kind, lines2) {
      this.viewer = viewer;
      this.kind = kind;
      this.lines = lines2;
      this.grid = null;
      this.title = el("h3");
      this.bar = el("span");
      this.head = el("div", { class: "sv-panel-head sv-part-head" }, this.title, this.bar);
      const on = {
        click: (event) => {
          const group2 = this.groupAt(event);
          if (group2 !== null) viewer.set({ frame: group2 });
        },
        pointermove: (event) => {
          const group2 = this.groupAt(event);
          if (group2 === null) viewer.tip.hide();
          else viewer.tip.point(event, this.lines(group2));
        },
        pointerleave: () => viewer.tip.hide()
      };
      this.canvas = el("canvas", { class: "sv-grid-canvas", role: "img", on });
    }
    /** @param {MouseEvent} event @returns {number | null} */
    groupAt(event) {
      const { grid, canvas } = this;
      const { run } = this.viewer;
      if (!grid || !run) return null;
      const box2 = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - box2.left) / grid.cell);
      const picture = Math.floor((event.clientY - box2.top) / grid.tall) * grid.columns + column;
      return column < grid.columns && picture < grid.count ? Math.floor(picture / run.together) : null;
    }
    /** @param {Run} run */
    draw(run) {
      const { viewer, canvas } = this;
      const { state, theme } = viewer;
      const source = panelSource(viewer, 0, this.kind);
      const ratio = window.devicePixelRatio || 1;
      const [width, count] = [canvas.clientWidth, run.pictures.length];
      if (!width) return;
      const aspect = run.pictures[0].width / run.pictures[0].height;
      const wide = Math.max(110, 120 * Math.min(aspect, 1.6));
      const columns2 = Math.min(count, Math.max(2, Math.round(width / wide)));
      const cell2 = Math.floor(width / columns2);
      const tall = Math.round((cell2 - GAP2) / aspect) + LABEL + GAP2;
      const height = Math.ceil(count / columns2) * tall;
      canvas.style.height = `${height}px`;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      this.grid = { columns: columns2, cell: cell2, tall, count };
      this.title.textContent = t2(run.isVideo ? "every frame" : "every picture");
      const name = t2(this.kind);
      canvas.setAttribute("aria-label", `${this.title.textContent}, ${name}`);
      const options = { name: source.map || "", opacity: state.opacity, theme, label: name };
      setChildren(this.bar, source.scale && colorBar(source.scale, options));
      const pen = (
        /** @type {CanvasRenderingContext2D} */
        canvas.getContext("2d")
      );
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      for (let picture = 0; picture < count; picture++) this.drawPicture(pen, ratio, run, source, picture);
    }
    /**
     * @param {CanvasRenderingContext2D} pen
     * @param {number} ratio
     * @param {Run} run
     * @param {Source} source
     * @param {number} picture
     */
    drawPicture(pen, ratio, run, { values, scale, map }, picture) {
      const { viewer } = this;
      const { columns: columns2, cell: cell2, tall } = (
        /** @type {Grid} */
        this.grid
      );
      const group2 = Math.floor(picture / run.together);
      const chosen2 = group2 === groupOf(viewer, 0);
      const { width, height } = run.pictures[picture];
      const fit = Math.min((cell2 - GAP2) / width, (tall - LABEL - GAP2) / height);
      const [left, top] = [picture % columns2 * cell2, Math.floor(picture / columns2) * tall];
      const [w, h] = [Math.round(width * fit * ratio), Math.round(height * fit * ratio)];
      const area = [(left + GAP2 / 2) * ratio, (top + GAP2 / 2) * ratio, w, h];
      const image = viewer.image(run, picture);
      if (image.complete && image.naturalWidth) pen.drawImage(image, ...area);
      const sheet = sheetsOf(run, group2).find((one) => one.picture === picture);
      if (sheet && values && scale && map) {
        const { opacity } = viewer.state;
        paintPatches(pen, area, sheet.patches, { run, values, scale, map, opacity, hidden: hiddenKeys(viewer, run) });
      }
      const ink = getComputedStyle(viewer.root).getPropertyValue(chosen2 ? "--sv-accent" : "--sv-muted").trim();
      pen.fillStyle = ink;
      pen.font = `${chosen2 ? 700 : 500} ${11 * ratio}px system-ui, sans-serif`;
      pen.textBaseline = "top";
      const time = timeOf(run, picture);
      const name = time ? `${picture + 1} · ${time} s` : pictureName(run, picture);
      pen.fillText(name, area[0], area[1] + area[3] + 2 * ratio);
      if (!chosen2) return;
      pen.strokeStyle = pen.fillStyle;
      pen.lineWidth = 2 * ratio;
      pen.strokeRect(area[0] - ratio, area[1] - ratio, w + 2 * ratio, h + 2 * ratio);
    }
  };

  // viewer/tabs/frame_tab.js
  var MARGIN = { l: 74, r: 52, t: 4, b: 58 };
  var NAMES = 10;
  var FrameTab = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.hint = el("p", { class: "sv-hint" });
      this.sides = [this.side("attention"), this.side("saliency")];
      this.pair = el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
      this.root = el("div", { class: "sv-which" }, this.hint, this.pair);
    }
    /** @param {Kind} kind @returns {Side} */
    side(kind) {
      const { viewer } = this;
      const plot = new Plot(viewer, {
        height: 200,
        point: (x, y) => this.lines(x, y),
        click: (x, y) => viewer.set({ token: x, also: [], frame: y }),
        hoverKey: (x) => (
          /** @type {Run} */
          viewer.run.first + x
        )
      });
      const contact = new Contact(viewer, kind, (group2) => this.shareLines(group2));
      const unit = el("span", { class: "sv-unit" });
      const data = { "data-kind": kind, "data-picture": "frames-over-the-caption", "data-about": "own" };
      const head = el("div", { class: "sv-panel-head" }, el("h3", { text: t2(kind) }), unit);
      const root = el("section", { class: "sv-panel", ...data }, head, plot.root, contact.head, contact.canvas);
      return { kind, root, unit, plot, contact, values: [] };
    }
    /** Shown as a tab only where there is something to tell apart. */
    get only() {
      const { run } = this.viewer;
      return Boolean(run && run.several);
    }
    get name() {
      const { run } = this.viewer;
      return t2(run && run.isVideo ? "Frames" : "Pictures");
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      const ready = run && this.only && run.steps.length > 0;
      this.pair.hidden = !ready;
      const hint = t2("Click a cell to choose its word and frame. Both sides share one scale.");
      this.hint.textContent = ready ? hint : t2("This run has one picture.");
      if (!ready) return;
      const scale = shareScale(viewer);
      for (const side of this.sides) {
        side.unit.textContent = t2("share of the row, {l}", { l: run.layerWords(state.layer) });
        this.heat(side, run, scale);
        side.contact.draw(run);
      }
    }
    /** @param {Side} side @param {Run} run @param {Scale} scale */
    heat(side, run, scale) {
      const { viewer } = this;
      const { state, theme } = viewer;
      const [groups, steps] = [run.groups.length, run.steps.length];
      const columns2 = run.steps.map((_, step) => pictureShares(run, side.kind, step, state.layer, state.normalization));
      side.values = run.groups.map((_, group2) => columns2.map((shares) => shares ? shares[group2] : null));
      const z = side.values.map((row2) => row2.map((share) => share === null ? null : scale.at(share)));
      const ticks2 = spread(steps, side.plot.width - MARGIN.l - MARGIN.r);
      const every = Math.max(1, Math.ceil(groups / NAMES));
      const names2 = [...run.groups.keys()].filter((i) => i % every === 0);
      const words2 = ticks2.map((i) => plotlyText(run.shown(run.first + i).trim(), 12));
      const titles = names2.map((i) => groupTime(run, i) || groupName(run, i));
      side.plot.draw([heatTrace(scale, state.cmap, z)], {
        margin: MARGIN,
        shapes: [columnFrame(tokenOf(viewer, 0), theme), rowFrame(groupOf(viewer, 0), theme)],
        xaxis: wordsBelow(ticks2, words2, steps),
        yaxis: wordsLeft(names2, titles, groups)
      });
    }
    /** @param {number} x step @param {number} y group @returns {import("../state/lines.js").Lines} */
    lines(x, y) {
      const run = (
        /** @type {Run} */
        this.viewer.run
      );
      const shares = this.sides.map(({ kind, values }) => (
        /** @type {[string, string]} */
        [t2(kind), finePercent(values[y][x])]
      ));
      return [`${run.quoted(run.first + x)} · ${groupWords(run, y)}`, ...shares];
    }
    /** What a group got of the chosen tokens' rows. @param {number} group @returns {import("../state/lines.js").Lines} */
    shareLines(group2) {
      const { state } = this.viewer;
      const run = (
        /** @type {Run} */
        this.viewer.run
      );
      const steps = stepsOf(this.viewer, 0);
      const shares = this.sides.map(({ kind }) => {
        const each = pictureShares(run, kind, steps, state.layer, state.normalization, state.reduce);
        return (
          /** @type {[string, string]} */
          [t2(kind), finePercent(each && each[group2])]
        );
      });
      return [groupWords(run, group2), ...shares];
    }
    free() {
      for (const side of this.sides) side.plot.free();
    }
  };

  // viewer/draw/cell_canvas.js
  var TALLEST = 720;
  var FEWEST = 3;
  var CellCanvas = class {
    /**
     * @param {Viewer} viewer
     * @param {import("../state/defaults.js").Kind} kind
     * @param {Record<string, (event: any) => void>} on
     * @param {Record<string, string>} data of its panel
     */
    constructor(viewer, kind, on, data) {
      this.viewer = viewer;
      this.kind = kind;
      this.canvas = el("canvas", { class: "sv-grid-canvas", role: "img", on });
      this.head = el("div", { class: "sv-panel-head" });
      this.root = el("div", { class: "sv-panel", "data-kind": kind, ...data }, this.head, this.canvas);
      this.grid = null;
    }
    clear() {
      setChildren(this.head);
      this.canvas.height = 1;
      this.grid = null;
    }
    /**
     * @param {{run: Run, sheet: Sheet, layer: (index: number) => Float32Array, scale: import("../numbers/scale.js").Scale, unit: string}} shown
     * @param {number} wide px a cell should have
     * @param {number} [heads] how many, when the cells are no layers
     */
    draw({ run, sheet, layer, scale, unit }, wide, heads) {
      const { viewer, kind, canvas } = this;
      const { state, theme } = viewer;
      const ratio = window.devicePixelRatio || 1;
      const { width: across2, height: down } = run.pictures[sheet.picture];
      const width = canvas.clientWidth;
      const count = heads === void 0 ? run.layers : heads;
      const columns2 = Math.min(count, Math.max(FEWEST, Math.round(width / wide)));
      const height = Math.min(TALLEST, Math.ceil(Math.ceil(count / columns2) * width * down / columns2 / across2));
      canvas.style.height = `${height}px`;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      setChildren(
        this.head,
        el("h3", { text: t2(kind) }),
        el("span", { class: "sv-unit", text: unit }),
        colorBar(scale, { name: state.cmap, opacity: state.opacity, theme, label: t2(kind) })
      );
      const pen = (
        /** @type {CanvasRenderingContext2D} */
        canvas.getContext("2d")
      );
      const source = { run, kind, scale, map: state.cmap, layer };
      const image = viewer.image(run, sheet.picture);
      this.grid = drawCells(pen, ratio, { viewer, source, run, sheet, image, slot: 0, heads });
    }
  };

  // viewer/numbers/heads.js
  function headRow(held, kind, layers, head, keys2) {
    const [, heads, width] = held.shape;
    const out = new Float32Array(keys2);
    for (const layer of layers) {
      const from = (layer * heads + head) * width;
      for (let key2 = 0; key2 < width; key2++) out[key2] += held[kind][from + key2] / layers.length;
    }
    return out;
  }
  function headsRow(held, kind, layers, { how, head }, keys2) {
    const count = held.shape[1];
    if (how === "one") return headRow(held, kind, layers, Math.min(head, count - 1), keys2);
    const rows = Array.from({ length: count }, (_, one) => headRow(held, kind, layers, one, keys2));
    const out = new Float32Array(keys2);
    for (let key2 = 0; key2 < keys2; key2++) {
      if (how === "mean") for (const row2 of rows) out[key2] += row2[key2] / count;
      else out[key2] = Math.max(...rows.map((row2) => row2[key2]));
    }
    return out;
  }
  function headShares(held, kind, parts, part) {
    const [layers, heads, keys2] = held.shape;
    const share = (from) => {
      let [sum, whole] = [0, 0];
      for (let key2 = 0; key2 < keys2; key2++) {
        whole += held[kind][from + key2];
        if (parts[key2] === part) sum += held[kind][from + key2];
      }
      return whole > 0 ? sum / whole : NaN;
    };
    return Array.from(
      { length: layers },
      (_, layer) => Array.from({ length: heads }, (__, head) => share((layer * heads + head) * keys2))
    );
  }

  // viewer/views/row_panel.js
  var RowPanel = class {
    /** @param {Viewer} viewer @param {Kind} kind */
    constructor(viewer, kind) {
      this.viewer = viewer;
      this.kind = kind;
      this.slot = 0;
      this.which = 0;
      this.layered = false;
      this.given = { run: null, kind };
      this.title = el("h3", { text: t2(kind) });
      this.unit = el("span", { class: "sv-unit" });
      this.overlay = new Overlay(viewer, this);
      this.words = new Words(viewer, this);
      this.bars = new Bars(viewer);
      this.picture = el("div", { class: "sv-image-row" }, this.overlay.root, this.bars.image);
      this.root = el(
        "section",
        { class: "sv-panel", "data-kind": kind, "data-picture": "row", "data-about": "own" },
        el("div", { class: "sv-panel-head" }, this.title, this.unit),
        this.picture,
        wordsHead(this.bars.words),
        this.words.root
      );
    }
    source() {
      return this.given;
    }
    /**
     * @param {Omit<Source, "kind">} given layer(l) where a grid of layers makes sense
     * @param {string} unit
     */
    show(given, unit) {
      const { viewer, kind } = this;
      this.given = { kind, map: viewer.state.cmap, ...given };
      this.layered = Boolean(given.layer);
      this.unit.textContent = unit;
      this.root.setAttribute("aria-label", `${t2(kind)}, ${unit}`);
      this.picture.hidden = !given.run || !given.run.imageKeys.length;
      this.overlay.draw();
      this.words.draw();
      this.bars.draw(this.given, unit, () => "");
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      if (!this.given.run || !this.root.offsetParent) return;
      this.overlay.hover();
      this.words.hover(key2, slot);
    }
  };

  // viewer/numbers/positions.js
  var PARTS = ["template", "image", "prompt", "outputs"];
  var PART = { image: 1, prompt: 2, history: 2, output: 3 };
  function positionsOf(spans, first, keys2) {
    const kinds = (
      /** @type {string[]} */
      new Array(keys2).fill("template")
    );
    for (const { kind, start, stop } of spans) kinds.fill(kind, start, Math.min(stop, keys2));
    const imageKeys = [...kinds.keys()].filter((key2) => kinds[key2] === "image");
    kinds.fill("output", first);
    return { parts: Uint8Array.from(kinds, (kind) => PART[kind] || 0), kinds, imageKeys };
  }

  // viewer/tabs/head_shares.js
  var KINDS = ["attention", "saliency"];
  var OFFERED = ["image", "prompt", "outputs", "template"];
  var HeadShares = class {
    /** @param {Viewer} viewer @param {() => HeadRows | null} held */
    constructor(viewer, held) {
      this.viewer = viewer;
      this.held = held;
      this.values = [];
      const set = (change2) => viewer.set(change2);
      const parts = OFFERED.map((part) => (
        /** @type {[string, string]} */
        [part, partName(part)]
      ));
      this.part = choice(t2("share of"), parts, (heads_part) => set({ heads_part }));
      const kinds = [["attention", t2("attention")], ["saliency", t2("saliency")], ["difference", t2("saliency − attention")]];
      this.kind = choice(
        t2("in"),
        /** @type {[string, string][]} */
        kinds,
        (heads_kind) => set({ heads_kind })
      );
      this.plot = new Plot(viewer, {
        height: 300,
        point: (x, y) => this.lines(x, y),
        click: (x, y) => viewer.set({ layer: y, head: x, heads_show: "one" })
      });
      const save = csvButton(
        () => `heads-${tokenOf(viewer, 0)}`,
        () => this.table()
      );
      const hint = el("span", { class: "sv-hint", text: t2("where each head's row goes; click a cell to see that head") });
      const title = el("h2", { text: t2("Layers × heads") });
      const classes = { class: "sv-section-head sv-part-head" };
      const head = el("div", classes, title, this.part.root, this.kind.root, hint, save);
      const data = { "data-picture": "layers-by-heads", "data-about": "own" };
      this.root = el("div", data, head, this.plot.root);
    }
    /** @param {HeadRows} held @param {Kind} kind @param {Part} part @returns {number[][]} [layers][heads] */
    share(held, kind, part) {
      const run = (
        /** @type {Run} */
        this.viewer.run
      );
      return once(held, `${kind} ${part} ${run.version}`, () => headShares(held, kind, run.parts, PARTS.indexOf(part)));
    }
    /** @param {HeadRows} held @param {Run} run */
    draw(held, run) {
      const { viewer } = this;
      const { state } = viewer;
      const { heads_part: part, heads_kind: kind } = state;
      const [layers, heads] = held.shape;
      this.part.select.value = part;
      this.kind.select.value = kind;
      const [attention, saliency] = KINDS.map((one) => this.share(held, one, part));
      const signed2 = kind === "difference";
      const minus = () => saliency.map((row2, layer) => row2.map((value, head) => value - attention[layer][head]));
      this.values = signed2 ? minus() : kind === "saliency" ? saliency : attention;
      const known3 = this.values.map((row2) => row2.filter((value) => !Number.isNaN(value)));
      const scale = signed2 ? signedScale(known3) : linearScale(1);
      this.plot.root.style.height = `${Math.min(520, 70 + 24 * layers)}px`;
      const trace = heatTrace(scale, signed2 ? DIVERGING : state.cmap, placed(this.values, scale));
      this.plot.draw([{ ...trace, xgap: 1, ygap: 1 }], {
        margin: { l: 40, r: 52, t: 4, b: 40 },
        shapes: this.frames(heads),
        xaxis: numbered(t2("head"), heads, 24),
        yaxis: numbered(t2("layer"), layers, 12)
      });
      return run;
    }
    /** Around the chosen layer, head, or both. @param {number} heads */
    frames(heads) {
      const { state, theme } = this.viewer;
      const head = Math.min(state.head, heads - 1);
      if (typeof state.layer !== "number") return state.heads_show === "one" ? [columnFrame(head, theme)] : [];
      return [state.heads_show === "one" ? cellFrame(head, state.layer, theme) : rowFrame(state.layer, theme)];
    }
    /** @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
    lines(x, y) {
      const held = this.held();
      const { heads_part: part } = this.viewer.state;
      if (!held) return [];
      const shares = KINDS.map((kind) => (
        /** @type {[string, string]} */
        [t2(kind), formatPercent(this.share(held, kind, part)[y][x])]
      ));
      const cell2 = `${t2("layer {n}", { n: y })}, ${t2("head {n}", { n: x })}`;
      return [cell2, t2("share of {p}", { p: partName(part) }), ...shares];
    }
    /** Every layer and head with its shares of all parts. @returns {import("../draw/csv_button.js").Table} */
    table() {
      const { viewer } = this;
      const run = (
        /** @type {Run} */
        viewer.run
      );
      const held = (
        /** @type {HeadRows} */
        this.held()
      );
      const step = tokenOf(viewer, 0);
      const columns2 = KINDS.flatMap(
        (kind) => OFFERED.map((part) => ({ name: `${kind}_${part}`, values: this.share(held, kind, part) }))
      );
      const [layers, heads] = held.shape;
      const cells = Array.from({ length: layers * heads }, (_, i) => [Math.floor(i / heads), i % heads]);
      const rows = cells.map(([layer, head]) => [layer, head, ...columns2.map(({ values }) => values[layer][head])]);
      const names2 = ["layer", "head", ...columns2.map(({ name }) => name)];
      return [[names2, ...rows], { model: run.payload.model.name, step, token: run.steps[step].text }];
    }
  };

  // viewer/tabs/heads.js
  var KINDS2 = ["attention", "saliency"];
  var WIDE2 = 130;
  var Heads = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new OnDemand(viewer, {
        kind: "heads",
        readings: 3,
        label: t2("compute the heads of this step"),
        about: t2("Single heads are not part of a trace: they are computed for one step when asked for."),
        read: ({ shape, attention, saliency }) => ({
          shape,
          attention: unpacked(attention, shape[2]),
          saliency: unpacked(saliency, shape[2])
        })
      });
      const set = (heads_show) => viewer.set({ heads_show: (
        /** @type {any} */
        heads_show
      ) });
      this.show = choice(t2("show"), showNames(), set);
      this.head = choice(t2("head"), [], (head) => viewer.set({ head: Number(head), heads_show: "one" }));
      this.about = el("span", { class: "sv-unit" });
      this.rows = [[], []];
      this.sides = KINDS2.map((kind) => this.side(kind));
      this.panels = KINDS2.map((kind) => new RowPanel(viewer, kind));
      this.shares = new HeadShares(viewer, () => this.asked.held);
      this.pair = el("div", { class: "sv-pair" }, ...[...this.sides, ...this.panels].map((side) => side.root));
      this.asked.home = el("div", { class: "sv-section-head" }, this.show.root, this.head.root, this.about);
      this.body = el("div", {}, this.asked.home, this.pair, this.shares.root);
      this.root = el("div", {}, this.asked.root, this.body);
    }
    get values() {
      return this.shares.values;
    }
    get plot() {
      return this.shares.plot;
    }
    /** @param {Kind} kind */
    side(kind) {
      const { viewer } = this;
      const name = (n) => t2("head {n}", { n });
      const value = (head, key2) => this.rows[KINDS2.indexOf(kind)][head][key2];
      const on = {
        click: (event) => {
          const head = cellUnder(side, event);
          if (head !== null) viewer.set({ head, heads_show: "one" });
        },
        pointermove: (event) => {
          const sheet = viewer.run ? sheetsOf(viewer.run, groupOf(viewer, 0))[0] : void 0;
          overCells(viewer, side, event, { sheet, name, value });
        },
        pointerleave: () => viewer.hover(null)
      };
      const side = new CellCanvas(viewer, kind, on, { "data-picture": "heads", "data-about": "own" });
      side.canvas.setAttribute("aria-label", t2("every head, {k}", { k: t2(kind) }));
      return side;
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      const held = this.asked.draw();
      this.body.hidden = !held;
      if (!held || !run) return;
      const [layers] = held.shape;
      const chosen2 = run.layerList(state.layer).filter((layer) => layer < layers);
      const grid = state.heads_show === "grid" && allSheets(run).length > 0;
      this.drawChoices(run, held, grid);
      for (const side of this.sides) side.root.hidden = !grid;
      for (const panel of this.panels) panel.root.hidden = grid;
      const alone = !grid && state.layer === "all" ? chosen2.map((layer) => [layer]) : [chosen2];
      KINDS2.forEach((kind, at) => {
        const rows = (of) => Array.from({ length: held.shape[1] }, (_, head) => headRow(held, kind, of, head, run.keys));
        const over = (group2) => {
          const name = [kind, group2, state.layer, state.transform, grid, run.version].join();
          const of = () => alone.flatMap(rows).map((row2) => run[group2].map((key2) => row2[key2]));
          return once(held, name, () => scaleOver(of(), state.transform));
        };
        if (grid) this.gridOf(at, run, rows(chosen2), over("imageKeys"));
        else this.panelOf(this.panels[at], run, held, chosen2, over("imageKeys"), over("brightKeys"));
      });
      this.shares.draw(held, run);
    }
    /** @param {Run} run @param {HeadRows} held @param {boolean} grid */
    drawChoices(run, held, grid) {
      const { viewer } = this;
      const { state } = viewer;
      const [, heads] = held.shape;
      const { select } = this.head;
      this.show.select.value = grid ? "grid" : state.heads_show === "grid" ? "mean" : state.heads_show;
      if (select.childElementCount !== heads) {
        const numbers = Array.from({ length: heads }, (_, head) => el("option", { value: head, text: String(head) }));
        setChildren(select, ...numbers);
      }
      select.value = String(Math.min(state.head, heads - 1));
      this.head.root.hidden = state.heads_show !== "one";
      const word = run.quoted(run.first + tokenOf(viewer, 0));
      this.about.textContent = [word, run.layerWords(state.layer), t2("one scale for all heads of this token")].join(
        " · "
      );
    }
    /** @param {number} at @param {Run} run @param {Float32Array[]} rows @param {Scale} scale */
    gridOf(at, run, rows, scale) {
      const kind = KINDS2[at];
      const [sheet] = sheetsOf(run, groupOf(this.viewer, 0));
      this.rows[at] = rows;
      const unit = kind === "attention" ? "" : unitWords(kind, "raw");
      this.sides[at].draw({ run, sheet, scale, unit, layer: (head) => rows[head] }, WIDE2, rows.length);
    }
    /**
     * @param {RowPanel} panel
     * @param {Run} run
     * @param {HeadRows} held
     * @param {number[]} chosen layers
     * @param {Scale} scale
     * @param {Scale} wordScale
     */
    panelOf(panel, run, held, chosen2, scale, wordScale) {
      const { heads_show: how, head } = this.viewer.state;
      const step = tokenOf(this.viewer, 0);
      const row2 = (kind, layers) => headsRow(held, kind, layers, { how, head }, run.keys);
      const values = { attention: row2("attention", chosen2), saliency: row2("saliency", chosen2) };
      const shown2 = how === "one" ? t2("head {n}", { n: head }) : this.show.select.selectedOptions[0].text;
      const given = {
        run,
        steps: [step],
        values: values[panel.kind],
        reach: run.reach(step),
        scale,
        wordScale,
        layer: (layer) => row2(panel.kind, [layer]),
        lines: (key2) => KINDS2.map((kind) => (
          /** @type {[string, string]} */
          [t2(kind), formatNumber(values[kind][key2], 4)]
        ))
        // prettier-ignore
      };
      panel.show(given, panel.kind === "attention" ? shown2 : unitWords("saliency", "raw"));
    }
    /** @returns {import("../draw/csv_button.js").Table} */
    table() {
      return this.shares.table();
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      for (const panel of this.panels) panel.hover(key2, slot);
    }
    free() {
      this.shares.plot.free();
    }
  };
  var showNames = () => [
    ["grid", t2("every head")],
    ["one", t2("one head")],
    ["mean", t2("mean of the heads")],
    ["max", t2("largest of the heads")]
  ];

  // viewer/tabs/knock_layers.js
  var [LEFT3, TOP3, HIGH, BOTTOM3, MOST_WIDE] = [64, 10, 96, 30, 40];
  var LEAST = 1e-3;
  function knockLayers(viewer, { before, by_layer }, chosen2) {
    const changes = by_layer.map((value) => value - before);
    const [low, high] = [Math.min(0, ...changes), Math.max(0, ...changes)];
    const span = Math.max(high - low, LEAST);
    const y = (value) => TOP3 + (high - value) / span * HIGH;
    const wide = Math.max(8, Math.min(MOST_WIDE, 900 / changes.length));
    const width = LEFT3 + wide * changes.length + 12;
    const ends = [.../* @__PURE__ */ new Set([high, 0, low])].filter((end) => end === 0 || Math.abs(y(end) - y(0)) > 12);
    const ticks2 = ends.map((end) => (
      /** @type {[number, string]} */
      [y(end), formatNumber(end, 2)]
    ));
    const every = labelEvery(wide, 22);
    const bars = changes.map((change2, layer) => {
      const [top, bottom] = [Math.min(y(change2), y(0)), Math.max(y(change2), y(0))];
      const out = chosen2 !== null && !chosen2.includes(layer);
      const place = { x: LEFT3 + layer * wide + 1, width: wide - 2, y: top, height: Math.max(bottom - top, 1) };
      const kind = `sv-knock-bar${change2 > 0 ? " sv-knock-up" : ""}${out ? " sv-knock-out-of" : ""}`;
      return svgEl("rect", { ...place, class: kind, "data-layer": layer, "data-value": by_layer[layer] });
    });
    const names2 = changes.map(
      (_, layer) => layer % every ? null : label(String(layer), LEFT3 + (layer + 0.5) * wide, TOP3 + HIGH + 15, "middle")
    );
    const under = (event) => {
      const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
      const layer = Math.floor((x - LEFT3) / wide);
      return layer >= 0 && layer < changes.length ? layer : null;
    };
    const on = {
      pointermove: (event) => {
        const layer = under(event);
        viewer.hoverLayer(layer);
        if (layer === null) return viewer.tip.hide();
        const change2 = formatNumber(changes[layer], 4);
        viewer.tip.point(event, [t2("layer {n}", { n: layer }), [t2("change of log p"), change2], ["log p", formatNumber(by_layer[layer], 4)]]);
      },
      pointerleave: () => {
        viewer.hoverLayer(null);
        viewer.tip.hide();
      },
      click: (event) => {
        const layer = under(event);
        if (layer !== null) viewer.set({ layer });
      }
    };
    const title = label(t2("change of log p, in nats, with it hidden in one layer alone"), LEFT3, TOP3 + HIGH + BOTTOM3, "start");
    const name = t2("change of log p, layer by layer: {list}", { list: changes.map((one) => formatNumber(one, 2)).join(", ") });
    return chartOf(width, TOP3 + HIGH + BOTTOM3 + 6, name, on, [
      ...lines(LEFT3, width - 12, ticks2),
      ...bars,
      ...names2,
      title
    ]);
  }

  // viewer/tabs/told_cell.js
  function toldCell(viewer, [id, text, p], written2, on = {}) {
    const tint = tintOf(viewer.state.cmap, p, viewer.theme);
    return el(
      "td",
      {
        class: "sv-lens-cell" + (id === written2 ? " sv-written" : ""),
        "data-token": id,
        "data-value": p,
        style: { "--ground": tint.background, "--ink": tint.ink },
        on
      },
      el("span", { class: "sv-lens-word", text: visible(text).replace(/^ (?=.)/, "") }),
      el("span", { class: "sv-lens-p", text: formatNumber(p, 2) })
    );
  }

  // viewer/tabs/knock_words.js
  var FOLLOWING = 8;
  function knockWords(viewer, run, step, held) {
    const written2 = run.steps[step].token_id;
    const row2 = (name, top) => el("tr", {}, el("th", { scope: "row", text: name }), ...top.map((token) => toldCell(viewer, token, written2)));
    const heads = held.top_before.map((_, place) => el("th", { scope: "col", text: `${place + 1}.` }));
    const most = el(
      "table",
      { class: "sv-table sv-lens sv-knock-top", "data-knock": "top" },
      el("thead", {}, el("tr", {}, el("td", { text: t2("most probable") }), ...heads)),
      el("tbody", {}, row2(t2("as it is"), held.top_before), row2(t2("knocked out"), held.top_after))
    );
    const went = run.steps.slice(step, step + FOLLOWING).map((one) => one.text);
    const line3 = (name, text, which) => el("div", {}, el("dt", { text: name }), el("dd", { "data-follows": which, text: text.trim() || "∅" }));
    const follows = el("dl", { class: "sv-knock-follows" }, line3(t2("it went on"), went.join(""), "before"), line3(t2("it would go on"), held.follows, "after"));
    return [el("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t2("most probable") }, most), follows];
  }

  // viewer/tabs/knock_out.js
  var KnockOut = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new OnDemand(viewer, {
        kind: "knock_out",
        readings: 6,
        label: t2("knock out"),
        most: 64,
        detail: () => this.detail(),
        refuse: () => this.refusal(),
        about: t2("What this word becomes without what you hide: its log p before and after, the words that would follow, and every layer by itself."),
        // prettier-ignore
        read: (answer) => answer
      });
      const hide = (value) => viewer.set({ knock_hide: (
        /** @type {Hidden} */
        value
      ) });
      this.hide = choice(t2("hide"), [], hide);
      const layers = (
        /** @type {[string, string][]} */
        [["all", t2("every layer")], ["chosen", t2("the chosen layers")]]
      );
      const within3 = (value) => viewer.set({ knock_layers: (
        /** @type {any} */
        value
      ) });
      this.layers = choice(t2("in"), layers, within3);
      const head = (value) => viewer.set({ knock_head: value ? Number(value) : null });
      this.head = choice(t2("heads"), [], head);
      this.about = el("p", { class: "sv-knock-said", role: "status" });
      const save = csvButton(
        () => `knock-out-${tokenOf(viewer, 0)}`,
        () => this.table()
      );
      this.words = el("div", { class: "sv-knock-words" });
      this.strip = el("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t2("layer by layer") });
      const note2 = t2("Only what this word's own row takes is cut: what earlier rows had read from there before stays in them. What the hidden places had goes to the others in proportion; silent heads give nothing.");
      this.body = el(
        "div",
        { "data-picture": "knock-out", "data-about": "own" },
        this.about,
        this.strip,
        this.words,
        el("p", { class: "sv-hint", text: note2 })
      );
      const choices = el("div", { class: "sv-section-head" }, this.hide.root, this.layers.root, this.head.root, save);
      this.save = save;
      this.root = el("div", {}, choices, this.asked.root, this.body);
    }
    /** The keys that are hidden; null: all, so that heads are silent. @returns {number[] | null} */
    keys() {
      const { run, state } = this.viewer;
      if (!run || !run.steps.length || state.knock_hide === "all") return null;
      const reach = run.reach(tokenOf(this.viewer, 0));
      const before = Array.from({ length: reach - run.first }, (_, i) => run.first + i);
      const kinds = (kind) => run.wordKeys.filter((key2) => run.kinds[key2] === kind);
      const found = { pins: state.pins, picture: run.imageKeys, words: before, prompt: kinds("prompt") };
      return found[state.knock_hide].filter((key2) => key2 < reach);
    }
    /** @returns {number[] | null} null: every layer */
    layerList() {
      const { run, state } = this.viewer;
      return run && state.knock_layers === "chosen" ? run.layerList(state.layer) : null;
    }
    detail() {
      const { knock_head } = this.viewer.state;
      return { keys: this.keys(), layers: this.layerList(), heads: knock_head === null ? null : [knock_head] };
    }
    refusal() {
      const keys2 = this.keys();
      if (keys2 === null || keys2.length) return null;
      if (this.viewer.state.knock_hide !== "pins") return t2("There is nothing of this before the word: hide something else.");
      return t2("Nothing is pinned: click a patch or a word before, or drag over the picture, and pin it; or hide something else.");
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      if (run) this.drawChoices(run);
      const held = this.asked.draw();
      this.body.hidden = this.save.hidden = !held;
      if (!held || !run) return;
      const step = tokenOf(viewer, 0);
      const word = run.quoted(run.first + step);
      const p = (log) => formatNumber(Math.exp(log), 3);
      const change2 = held.after - held.before;
      const numbers = { w: word, a: p(held.before), b: p(held.after), x: formatNumber(held.before, 4), y: formatNumber(held.after, 4) };
      const said = t2("p of {w}: {a} → {b}; log p {x} → {y}", numbers);
      setChildren(
        this.about,
        el("b", { text: said }),
        el("span", { class: "sv-unit", text: ` · ${signed(change2)} nats · ${this.hiddenWords(run)}` })
      );
      Object.assign(this.about.dataset, { before: held.before, after: held.after });
      setChildren(this.strip, knockLayers(viewer, held, state.knock_layers === "all" ? null : this.layerList()));
      setChildren(this.words, ...knockWords(viewer, run, step, held));
    }
    /** @param {Run} run */
    drawChoices(run) {
      const { state } = this.viewer;
      const names2 = (
        /** @type {[Hidden, string][]} */
        [
          ["pins", t2("the pinned places ({n})", { n: state.pins.length })],
          ["picture", t2("the whole picture")],
          ["words", t2("all words before")],
          ["prompt", t2("the prompt")],
          ["all", t2("everything: silence the heads")]
        ]
      );
      setChildren(this.hide.select, ...names2.map(([value, text]) => el("option", { value, text })));
      this.hide.select.value = state.knock_hide;
      this.layers.select.value = state.knock_layers;
      const heads = Array.from({ length: run.payload.model.heads }, (_, n) => n);
      const options = heads.map((n) => el("option", { value: n, text: t2("head {n}", { n }) }));
      setChildren(this.head.select, el("option", { value: "", text: t2("every head") }), ...options);
      this.head.select.value = state.knock_head === null ? "" : String(state.knock_head);
    }
    /** What was hidden, in words. @param {Run} run */
    hiddenWords(run) {
      const { state } = this.viewer;
      const keys2 = this.keys();
      const what = keys2 === null ? t2("heads silent") : t2("{n} places hidden", { n: keys2.length });
      const where = state.knock_layers === "all" ? t2("every layer") : run.layerWords(state.layer);
      const head = state.knock_head === null ? t2("every head") : t2("head {n}", { n: state.knock_head });
      return [what, where, head].join(" · ");
    }
    /** @param {number | "target" | "all" | null} layer */
    hoverLayer(layer) {
      for (const bar3 of this.strip.querySelectorAll("[data-layer]")) {
        bar3.classList.toggle("sv-lit", Number(
          /** @type {SVGElement} */
          bar3.dataset.layer
        ) === layer);
      }
    }
    /** @returns {import("../draw/csv_button.js").Table} a line per layer, and one for all of them */
    table() {
      const { viewer } = this;
      const run = (
        /** @type {Run} */
        viewer.run
      );
      const held = this.asked.held;
      const step = run.steps[tokenOf(viewer, 0)];
      const rows = held.by_layer.map((value, layer) => [layer, held.before, value, value - held.before]);
      const columns2 = ["layer", "log_p_before", "log_p_after", "change"];
      const about2 = {
        model: run.payload.model.name,
        step: step.index,
        token: step.text,
        hidden: this.hiddenWords(run),
        log_p_after_all: held.after,
        follows: held.follows
      };
      return [[columns2, ...rows], about2];
    }
  };
  var signed = (value) => (value < 0 ? "−" : "+") + formatNumber(Math.abs(value), 3);

  // viewer/tabs/layers.js
  var WIDE3 = 150;
  var LayersTab = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.soon = 0;
      this.sides = [this.side("attention"), this.side("saliency")];
      this.root = el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
    }
    /** @param {Kind} kind */
    side(kind) {
      const { viewer } = this;
      const on = {
        click: (event) => {
          const layer = cellUnder(side, event);
          if (layer !== null) viewer.set({ layer });
        },
        pointermove: (event) => {
          viewer.hoverLayer(cellUnder(side, event));
          overCells(viewer, side, event, this.told(kind));
        },
        pointerleave: () => {
          viewer.hover(null);
          viewer.hoverLayer(null);
        }
      };
      const data = { "data-picture": "every-layer", "data-about": "layers" };
      const side = new CellCanvas(viewer, kind, on, data);
      return side;
    }
    /** @param {Kind} kind */
    told(kind) {
      const { viewer } = this;
      const run = (
        /** @type {Run} */
        viewer.run
      );
      const value = (layer, key2) => valuesOf(viewer, run, kind, stepsOf(viewer, 0), layer)[key2];
      return {
        sheet: sheetsOf(run, groupOf(viewer, 0))[0],
        name: (n) => t2("layer {n}", { n }),
        value
      };
    }
    hover() {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => {
        if (!this.viewer.gone && !this.root.hidden) this.draw();
      });
    }
    hoverLayer() {
      this.hover();
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      const steps = stepsOf(viewer, 0);
      const sheet = run && sheetsOf(run, groupOf(viewer, 0))[0];
      for (const side of this.sides) {
        const { kind } = side;
        side.canvas.setAttribute("aria-label", t2("every layer, {k}", { k: t2(kind) }));
        if (!run || !sheet || !steps.length) {
          side.clear();
          continue;
        }
        const scale = lockedScale(runsCompared(viewer), "image", kind, { ...state, layer: "all" }, steps);
        const layer = (one) => valuesOf(viewer, run, kind, steps, one);
        side.draw({ run, sheet, layer, scale, unit: unitWords(kind, state.normalization) }, WIDE3);
      }
    }
  };

  // viewer/tabs/lens_chart.js
  var ROW = 30;
  var WIDE4 = 160;
  function chartColumns(layers, word) {
    const most = Math.max(...layers.map((layer) => layer.rank));
    const decades = Math.max(1, Math.ceil(Math.log10(Math.max(2, most))));
    return [
      {
        name: "probability",
        title: t2("p of {w}", { w: word }),
        at: (layer) => layer.probability,
        ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]]
        // prettier-ignore
      },
      {
        name: "rank",
        title: t2("rank of {w}", { w: word }),
        at: (layer) => 1 - Math.log10(layer.rank) / decades,
        ticks: [[0, formatNumber(10 ** decades)], [1, "1"]]
        // prettier-ignore
      }
    ];
  }
  function lensChart(viewer, { title, at, ticks: ticks2, name }, layers) {
    const height = ROW * layers.length;
    const x = (place) => 10 + place * (WIDE4 - 24);
    const y = (layer) => height - ROW * (layer + 0.5);
    const axis = ticks2.flatMap(([place, text]) => [
      svgEl("line", { x1: x(place), x2: x(place), y1: 0, y2: height, class: "sv-axis" }),
      label(text, x(place), height + 11, place === 0 ? "start" : place === 1 ? "end" : "middle")
    ]);
    const points = layers.map((layer, i) => (
      /** @type {[number, number]} */
      [x(at(layer)), y(i)]
    ));
    const dots = layers.map((layer, i) => {
      const fill = cssColor(colorAt(viewer.state.cmap, layer.probability));
      const [cx, cy] = points[i];
      return svgEl("circle", { cx, cy, r: 4, class: "sv-dot", "data-layer": i, "data-value": layer[name], fill });
    });
    const nearest = (event) => {
      const up = height - (event.clientY - event.currentTarget.getBoundingClientRect().top);
      return Math.max(0, Math.min(layers.length - 1, Math.floor(up / ROW)));
    };
    const on = {
      pointermove: (event) => {
        const layer = nearest(event);
        const { probability, rank } = layers[layer];
        const p = formatNumber(probability, 5);
        viewer.tip.point(event, [t2("layer {n}", { n: layer }), ["p", p], [t2("rank"), String(rank)]]);
      },
      pointerleave: () => viewer.tip.hide(),
      click: (event) => viewer.set({ layer: nearest(event) })
    };
    const line3 = svgEl("path", { class: "sv-score", d: path(points) });
    const attributes = { width: WIDE4, height, role: "img", "aria-label": title, "data-curve": name, on };
    return svgEl("svg", attributes, ...axis, line3, ...dots);
  }

  // viewer/tabs/lens.js
  var Lens = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.asked = new OnDemand(viewer, {
        kind: "lens",
        readings: 2,
        label: t2("compute the lens of this step"),
        most: 64,
        about: t2("What the model would say if it ended after each of its layers: final norm and output head on that layer's state."),
        // prettier-ignore
        read: ({ layers }) => ({ layers })
      });
      this.about = el("span", { class: "sv-unit" });
      this.bar = el("span", { class: "sv-bar-box" });
      const save = csvButton(
        () => `lens-${tokenOf(viewer, 0)}`,
        () => this.table()
      );
      this.head = el("thead");
      this.rows = el("tbody");
      this.asked.home = el("div", { class: "sv-section-head" }, this.about, this.bar, save);
      const scroll = { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t2("Logit lens") };
      const note2 = t2("Early layers were not trained to be read this way: what they seem to say may mean little. Probabilities at temperature 1.");
      this.body = el(
        "div",
        { "data-picture": "logit-lens", "data-about": "own" },
        this.asked.home,
        el("div", scroll, el("table", { class: "sv-table sv-lens" }, this.head, this.rows)),
        el("p", { class: "sv-hint sv-lens-note", text: note2 })
      );
      this.root = el("div", {}, this.asked.root, this.body);
    }
    draw() {
      const { viewer } = this;
      const { run, state, theme } = viewer;
      const held = this.asked.draw();
      this.body.hidden = !held;
      if (!held || !run) return;
      const layers = held.layers;
      const step = run.steps[tokenOf(viewer, 0)];
      const word = run.quoted(run.first + step.index);
      const title = { w: word, i: step.index };
      this.about.textContent = t2("{w}, token {i}: the most probable tokens of each layer, the last layer on top", title);
      setChildren(this.bar, colorBar(linearScale(1), { name: state.cmap, theme, label: t2("probability") }));
      const columns2 = chartColumns(layers, word);
      const heading = (text, name = null) => el("th", { scope: "col", class: name, text });
      const places = layers[0].top.map((_, place) => heading(`${place + 1}.`));
      const [first, last] = columns2.map((column) => heading(column.title, "sv-lens-chart"));
      setChildren(this.head, el("tr", {}, heading(t2("layer")), first, ...places, last));
      const down = [...layers.keys()].reverse();
      setChildren(this.rows, ...down.map((layer) => this.row(run, layers, layer, columns2)));
    }
    /** @param {Run} run @param {Layer[]} layers @param {number} layer @param {Column[]} columns */
    row(run, layers, layer, columns2) {
      const { viewer } = this;
      const top = layer === layers.length - 1;
      const charts = columns2.map((column) => {
        const attributes = { class: "sv-lens-chart", rowspan: layers.length };
        return top && el("td", attributes, lensChart(viewer, column, layers));
      });
      const title = t2("layer {n}: click to choose", { n: layer });
      const choose = { click: () => viewer.set({ layer }) };
      const name = el("button", { type: "button", class: "sv-lens-layer", text: String(layer), title, on: choose });
      const chosen2 = run.layerList(viewer.state.layer).includes(layer);
      return el(
        "tr",
        {
          "data-layer": layer,
          class: chosen2 ? "sv-chosen" : "",
          on: { pointerenter: () => viewer.hoverLayer(layer), pointerleave: () => viewer.hoverLayer(null) }
        },
        el("th", { scope: "row" }, name),
        charts[0],
        ...layers[layer].top.map((token) => this.cell(run, layer, token)),
        charts[1]
      );
    }
    /** @param {Run} run @param {number} layer @param {[number, string, number]} token */
    cell(run, layer, [id, text, p]) {
      const { viewer } = this;
      const written2 = run.steps[tokenOf(viewer, 0)].token_id;
      const lines2 = () => (
        /** @type {import("../state/lines.js").Lines} */
        [quoted(text), [t2("layer"), String(layer)], ["p", formatNumber(p, 5)], ["id", String(id)]]
      );
      return toldCell(viewer, [id, text, p], written2, {
        pointermove: (event) => viewer.tip.point(event, lines2()),
        pointerleave: () => viewer.tip.hide()
      });
    }
    /** @param {number | "target" | "all" | null} layer */
    hoverLayer(layer) {
      for (const line3 of this.rows.children) {
        line3.classList.toggle("sv-lit", Number(
          /** @type {HTMLElement} */
          line3.dataset.layer
        ) === layer);
      }
    }
    /** @returns {import("../draw/csv_button.js").Table} */
    table() {
      const run = (
        /** @type {Run} */
        this.viewer.run
      );
      const step = run.steps[tokenOf(this.viewer, 0)];
      const layers = this.asked.held.layers;
      const rows = layers.flatMap(
        ({ probability, rank, top }, layer) => top.map(([id, text, p], place) => [layer, probability, rank, place + 1, id, text, p])
      );
      const columns2 = ["layer", "written_probability", "written_rank", "place", "token_id", "token", "probability"];
      return [[columns2, ...rows], { model: run.payload.model.name, step: step.index, token: step.text }];
    }
  };

  // viewer/numbers/judgements.js
  function auroc(right, wrong) {
    if (!right.length || !wrong.length) return null;
    let wins = 0;
    for (const a of right) for (const b of wrong) wins += a > b ? 1 : a === b ? 0.5 : 0;
    return wins / (right.length * wrong.length);
  }
  function byScore(scores, bins) {
    const high = Math.max(0, ...scores.right, ...scores.hallucinated) || 1;
    const counts = Array.from({ length: bins }, () => ({ right: 0, hallucinated: 0 }));
    for (
      const kind of
      /** @type {const} */
      ["right", "hallucinated"]
    ) {
      for (const score of scores[kind]) {
        let bin = 0;
        while (bin + 1 < bins && score >= (bin + 1) * (high / bins)) bin++;
        counts[bin][kind]++;
      }
    }
    return { high, counts, scores };
  }
  function meanAndSpread(scores) {
    if (!scores.length) return null;
    const mean2 = scores.reduce((a, b) => a + b, 0) / scores.length;
    const square = scores.reduce((sum, score) => sum + (score - mean2) ** 2, 0);
    return { mean: mean2, sd: scores.length > 1 ? Math.sqrt(square / (scores.length - 1)) : 0 };
  }

  // viewer/tabs/judgement_charts.js
  var [HEIGHT3, LEFT4, BOTTOM4, TOP4] = [178, 44, 22, 16];
  var TALL3 = HEIGHT3 - TOP4 - BOTTOM4;
  var KINDS3 = ["right", "hallucinated"];
  function spread2(scores) {
    const found = meanAndSpread(scores);
    return found ? `${formatNumber(found.mean)} ± ${formatNumber(found.sd)} (n = ${scores.length})` : "–";
  }
  function judgementCharts(found, width) {
    const { high, counts, scores } = found;
    const wide = (width - LEFT4) / counts.length;
    const chart = (name, ticks2, draw2) => {
      const axis = ticks2.map(([share, text]) => (
        /** @type {[number, string]} */
        [TOP4 + TALL3 * (1 - share), text]
      ));
      const below = (
        /** @type {const} */
        [[0, "start"], [0.5, "middle"], [1, "end"]].map(
          ([place, anchor]) => label(formatNumber(place * high, 2), LEFT4 + place * (width - LEFT4), HEIGHT3 - 6, anchor)
        )
      );
      const bars = counts.flatMap((bin, i) => draw2(bin, LEFT4 + i * wide + 1));
      const drawing = chartOf(width, HEIGHT3, name, {}, [...lines(LEFT4, width, axis), ...bars, ...below]);
      return el("figure", {}, el("figcaption", { class: "sv-unit", text: name }), drawing);
    };
    const top = Math.max(1, ...counts.map(({ right, hallucinated }) => right + hallucinated));
    const count = chart(t2("marked tokens by score S (Eq. 6)"), [[0, "0"], [1, String(top)]], (bin, x) => stacked(bin, x, wide, top));
    const rate = chart(t2("share of hallucinated in each bin"), [[0, "0"], [0.5, "50 %"], [1, "100 %"]], (bin, x) => rateBar(bin, x, wide));
    const names2 = KINDS3.map((kind) => {
      const swatch = el("i", { style: { background: JUDGEMENT_COLORS[kind] } });
      return el("span", { class: "sv-share" }, swatch, t2(kind) + " " + spread2(scores[kind]));
    });
    const hint = el("span", { class: "sv-hint", text: t2("numbers over the bars: tokens in the bin") });
    return [el("div", { class: "sv-marks-pair" }, count, rate), el("div", { class: "sv-share-legend" }, ...names2, hint)];
  }
  function stacked(bin, x, wide, top) {
    let y = TOP4 + TALL3;
    return KINDS3.map((kind) => {
      const height = bin[kind] / top * TALL3;
      y -= height;
      return bar2({ x, y, height, "data-chart": "count", "data-value": bin[kind] }, wide, kind);
    });
  }
  function rateBar({ right, hallucinated }, x, wide) {
    const all = right + hallucinated;
    const rate = all ? hallucinated / all : 0;
    const y = TOP4 + TALL3 * (1 - rate);
    const value = all ? rate : "";
    const box2 = bar2({ x, y, height: TALL3 * rate, "data-chart": "rate", "data-value": value }, wide, "hallucinated");
    return all ? [box2, label(String(all), x + wide / 2 - 1, y - 3, "middle")] : [box2];
  }
  var bar2 = (place, wide, kind) => svgEl("rect", { ...place, width: wide - 2, fill: JUDGEMENT_COLORS[kind], "data-kind": kind });

  // viewer/tabs/marks.js
  var BINS = 10;
  var Marks = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      const attributes = { type: "text", class: "sv-text", maxlength: 300, placeholder: t2("note (key n)") };
      const on = { change: () => this.keep(), keydown: (event) => this.key(event) };
      this.note = el("input", { ...attributes, "aria-label": t2("note"), on });
      const button = (judgement, text) => {
        const click2 = () => markToken(viewer, judgement);
        return el("button", { type: "button", class: "sv-button", text, "data-judgement": judgement, on: { click: click2 } });
      };
      this.buttons = [button("right", t2("right")), button("hallucinated", t2("hallucinated"))];
      this.word = el("b");
      this.chart = el("div", { class: "sv-chart" });
      this.summary = el("p", { class: "sv-hint" });
      const label2 = el("span", { class: "sv-label", text: t2("mark") });
      this.editor = el("div", { class: "sv-section-head" }, label2, this.word, ...this.buttons, this.note);
      const click = () => viewer.set({ reveal_truth: true });
      this.reveal = el("button", { type: "button", class: "sv-button", text: t2("reveal truth"), on: { click } });
      const data = { "data-picture": "marks", "data-about": "run" };
      this.root = el("div", data, this.editor, this.reveal, this.chart, this.summary);
    }
    /** Enter keeps the note, Escape the one before; both go back to the token. @param {KeyboardEvent} event */
    key(event) {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      const { viewer } = this;
      const mark = viewer.run && viewer.run.marks[tokenOf(viewer, 0)];
      if (event.key === "Escape") this.note.value = mark ? mark.note : "";
      viewer.strips[0].focus();
    }
    /** Key n: write a note on the chosen token, or mark it first. */
    write() {
      this.viewer.set({ view: "marks", reveal_truth: true });
      this.draw();
      (this.note.disabled ? this.buttons[0] : this.note).focus();
    }
    keep() {
      const { viewer } = this;
      const step = tokenOf(viewer, 0);
      const mark = viewer.run && viewer.run.marks[step];
      if (!mark) return;
      mark.note = this.note.value;
      viewer.act("mark", { step, judgement: mark.judgement, note: mark.note });
    }
    draw() {
      const { run, state } = this.viewer;
      const has = run && run.steps.length > 0;
      const count = has ? Object.keys(run.marks).length : 0;
      this.editor.hidden = !has;
      this.reveal.hidden = state.reveal_truth || !count;
      this.chart.hidden = !state.reveal_truth || !count;
      if (has) this.drawEditor(run);
      this.summary.textContent = has ? this.summarized(run, count) : t2("Marks of a run appear here.");
    }
    /** @param {Run} run */
    drawEditor(run) {
      const { viewer } = this;
      const step = tokenOf(viewer, 0);
      const mark = viewer.state.reveal_truth ? run.marks[step] : null;
      this.word.textContent = run.quoted(run.first + step);
      for (const button of this.buttons) {
        button.setAttribute("aria-pressed", String(Boolean(mark && mark.judgement === button.dataset.judgement)));
      }
      if (document.activeElement !== this.note) this.note.value = mark ? mark.note : "";
      this.note.disabled = !mark;
    }
    /** Draws the chart where there is one to draw, and says what it shows. @param {Run} run @param {number} count */
    summarized(run, count) {
      if (!count) {
        return t2("No token is marked yet. Mark some as right or hallucinated (keys r and h on the strip) to see whether the score tells them apart.");
      }
      if (!this.viewer.state.reveal_truth) return t2("{n} tokens are marked; look first, then reveal.", { n: count });
      const scores = scoresOf(run);
      const { right, hallucinated } = scores;
      const width = Math.max(240, Math.min(520, (this.root.clientWidth - 30) / 2));
      setChildren(this.chart, ...judgementCharts(byScore(scores, BINS), width));
      const area = auroc(right, hallucinated);
      const counts = { r: right.length, h: hallucinated.length };
      const told2 = { a: formatNumber(area) };
      return t2("{r} right, {h} hallucinated, scored by Eq. 6. ", counts) + (area === null ? t2("AUROC needs both.") : t2("AUROC {a}: the chance that a right one scores higher than a hallucinated one.", told2)) + (area !== null && this.viewer.can("claim") ? " " + t2("Not adjusted for position: “Does the claim hold?” is.") : "");
    }
  };
  function scoresOf(run) {
    const scores = { right: [], hallucinated: [] };
    for (const [at, { judgement }] of Object.entries(run.marks)) {
      const step = run.steps[Number(at)];
      if (step && step.score !== null && step.score !== void 0) scores[judgement].push(step.score);
    }
    return scores;
  }

  // viewer/tabs/query_row.js
  var KINDS4 = ["attention", "saliency"];
  var LISTS = { template: "template", system: "template", prompt: "prompt", output: "outputs" };
  var QueryRow = class {
    /** @param {Viewer} viewer @param {import("./matrix.js").Matrix} matrix */
    constructor(viewer, matrix) {
      this.viewer = viewer;
      this.matrix = matrix;
      this.listed = "";
      this.query = choice(t2("query"), [], (value) => viewer.set({ matrix_row: Number(value) }));
      this.loss = el("p", { class: "sv-hint sv-loss" });
      this.panels = KINDS4.map((kind) => new RowPanel(viewer, kind));
      const save = csvButton(
        () => `query-${this.query.select.value}-token-${tokenOf(viewer, 0)}`,
        () => this.table(matrix.asked.held)
      );
      const title = el("h2", { text: t2("One query of the map") });
      const hint = el("span", { class: "sv-hint", text: t2("click a row above, or choose a word") });
      this.parts = [
        el("div", { class: "sv-section-head sv-part-head" }, title, this.query.root, save, hint),
        this.loss,
        el("div", { class: "sv-pair" }, ...this.panels.map((panel) => panel.root))
      ];
    }
    /** @param {Run} run @param {Held} held @param {number} query */
    draw(run, held, query) {
      const { viewer, matrix } = this;
      const { transform } = viewer.state;
      const step = tokenOf(viewer, 0);
      this.list(run, held);
      this.query.select.value = String(query);
      const words2 = { q: run.quoted(query), p: query, t: run.quoted(run.first + step), i: step };
      this.loss.textContent = t2("Attention: what {q} (position {p}) attended to. Saliency: how much that attention mattered to one loss, −log p of {t} (token {i}), and not to {q} itself.", words2);
      const rows = { attention: matrix.row(held, "attention", query), saliency: matrix.row(held, "saliency", query) };
      const over = (kind, group2) => {
        const seen = (one) => {
          const row2 = matrix.row(held, kind, one);
          return run[group2].filter((key2) => key2 <= one).map((key2) => row2[key2]);
        };
        const name = [kind, group2, transform, run.version].join();
        return once(held, name, () => scaleOver(held.rows.map(seen), transform));
      };
      for (const panel of this.panels) {
        const { kind } = panel;
        const given = {
          run,
          steps: [],
          values: rows[kind],
          reach: query + 1,
          scale: over(kind, "imageKeys"),
          wordScale: over(kind, "brightKeys"),
          lines: (key2) => KINDS4.map((one) => (
            /** @type {[string, string]} */
            [t2(one), formatNumber(rows[one][key2], 4)]
          ))
          // prettier-ignore
        };
        panel.show(given, `${unitWords(kind, "raw")} · ${t2("one scale for every query of this map")}`);
      }
    }
    /** The queries there are, by part. @param {Run} run @param {Held} held */
    list(run, held) {
      const sign2 = JSON.stringify([run.id, run.version, held.rows]);
      if (this.listed === sign2) return;
      this.listed = sign2;
      const lists = ["prompt", "outputs", "template"].map((name) => {
        const keys2 = held.rows.filter((key2) => (LISTS[run.kinds[key2]] || "template") === name);
        const options = keys2.map((key2) => el("option", { value: key2, text: `${key2}: ${run.shown(key2)}` }));
        return keys2.length > 0 && el("optgroup", { label: t2(name) }, ...options);
      });
      setChildren(this.query.select, ...lists);
    }
    /** @param {Held} held @returns {import("../draw/csv_button.js").Table} */
    table(held) {
      const { viewer, matrix } = this;
      const run = (
        /** @type {Run} */
        viewer.run
      );
      const query = matrix.chosen(held);
      const step = tokenOf(viewer, 0);
      const [attention, saliency] = KINDS4.map((kind) => matrix.row(held, kind, query));
      const keys2 = Array.from({ length: query + 1 }, (_, key2) => key2);
      const rows = keys2.map((key2) => [...positionCells(run, key2), attention[key2], saliency[key2]]);
      const about2 = {
        model: run.payload.model.name,
        "loss of token": step,
        "its text": run.steps[step].text,
        "query position": query,
        query: run.texts[query],
        layers: run.layerWords(viewer.state.layer)
      };
      return [[["position", "part", "token", "patch", ...KINDS4], ...rows], about2];
    }
  };

  // viewer/tabs/matrix.js
  var MARGIN2 = { l: 96, r: 52, t: 4, b: 84 };
  var HEIGHT4 = 520;
  var Matrix = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.keys = [];
      this.values = [];
      this.asked = new OnDemand(viewer, {
        kind: "matrix",
        readings: 4,
        label: t2("compute the map of this token"),
        detail: () => ({ layer: viewer.state.layer }),
        about: t2("Every row's saliency for the loss of this one token: one more backward pass over the whole sequence."),
        read: ({ shape, rows, attention, saliency }) => ({
          keys: shape[1],
          rows,
          attention: unpacked(attention, shape[1]),
          saliency: unpacked(saliency, shape[1])
        })
      });
      const change2 = () => viewer.set({ matrix: (
        /** @type {Kind} */
        this.kind.value
      ) });
      const options = [el("option", { value: "saliency", text: t2("saliency") }), el("option", { value: "attention", text: t2("attention") })];
      this.kind = el("select", { class: "sv-select", "aria-label": t2("show"), on: { change: change2 } }, ...options);
      this.about = el("span", { class: "sv-unit" });
      this.plot = new Plot(viewer, {
        height: HEIGHT4,
        point: (x, y) => this.lines(x, y),
        click: (x, y) => viewer.set({ matrix_row: this.keys[y] }),
        hoverKey: (x) => this.keys[x]
      });
      this.query = new QueryRow(viewer, this);
      this.asked.home = el("div", { class: "sv-section-head" }, this.kind, this.about);
      const data = { "data-picture": "one-tokens-map", "data-about": "own" };
      const map = el("div", data, this.asked.home, this.plot.root);
      this.body = el("div", {}, map, ...this.query.parts);
      this.root = el("div", {}, this.asked.root, this.body);
    }
    /** Float32Array [keys] of a query's row; zeros beyond its reach. @param {Held} held @param {Kind} kind @param {number} query */
    row(held, kind, query) {
      const from = held.rows.indexOf(query) * held.keys;
      const out = new Float32Array(
        /** @type {Run} */
        this.viewer.run.keys
      );
      out.set(held[kind].subarray(from, from + held.keys));
      return out;
    }
    draw() {
      const { viewer } = this;
      const { run, state, theme } = viewer;
      const held = this.asked.draw();
      this.body.hidden = !held;
      if (!held || !run) return;
      this.kind.value = state.matrix;
      const word = run.quoted(run.first + tokenOf(viewer, 0));
      this.about.textContent = [word, run.layerWords(state.layer), unitWords(state.matrix, "raw")].join(" · ");
      const hidden = hiddenKeys(viewer, run);
      this.keys = run.wordKeys.filter((key2) => key2 < held.keys && !hidden.has(key2));
      this.values = this.keys.map((query2) => {
        const row2 = this.row(held, state.matrix, query2);
        return this.keys.map((key2) => key2 > query2 ? NaN : row2[key2]);
      });
      const known3 = this.values.map((row2) => row2.filter((value) => !Number.isNaN(value)));
      const scale = scaleOver(known3, state.transform === "log" ? "log" : "linear");
      const count = this.keys.length;
      const below = spread(count, this.plot.width - MARGIN2.l - MARGIN2.r);
      const left = spread(count, HEIGHT4 - MARGIN2.t - MARGIN2.b);
      const names2 = (ticks2) => ticks2.map((i) => plotlyText(run.shown(this.keys[i]).trim(), 14));
      const query = this.chosen(held);
      const at = this.keys.indexOf(query);
      this.plot.draw([heatTrace(scale, state.cmap, placed(this.values, scale))], {
        margin: MARGIN2,
        shapes: at < 0 ? [] : [rowFrame(at, theme)],
        xaxis: wordsBelow(below, names2(below), count),
        yaxis: wordsLeft(left, names2(left), count)
      });
      this.query.draw(run, held, query);
    }
    /** The query whose row is shown: the one chosen, if this map has it, else the row that predicts the token. @param {Held} held */
    chosen(held) {
      const { matrix_row: row2 } = this.viewer.state;
      return row2 !== null && held.rows.includes(row2) ? row2 : held.rows[held.rows.length - 1];
    }
    /** @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
    lines(x, y) {
      const { run: shown2, state } = this.viewer;
      const run = (
        /** @type {Run} */
        shown2
      );
      const value = this.values[y][x];
      const words2 = Number.isNaN(value) ? t2("not reached") : formatNumber(value, 4);
      return [`${run.quoted(this.keys[y])} ← ${run.quoted(this.keys[x])}`, [t2(state.matrix), words2]];
    }
    /** @returns {import("../draw/csv_button.js").Table} the chosen query's row */
    table() {
      return this.query.table(this.asked.held);
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      for (const panel of this.query.panels) panel.hover(key2, slot);
    }
    free() {
      this.plot.free();
    }
  };

  // viewer/tabs/share_columns.js
  var [HEIGHT5, LEFT5, BOTTOM5, TOP5] = [150, 50, 20, 6];
  var TALL4 = HEIGHT5 - TOP5 - BOTTOM5;
  var LABELS = 26;
  var USUAL = 400;
  var widthOf = (side) => side.shares.clientWidth || USUAL;
  var shareColumnX = (side, run, step) => LEFT5 + step * (widthOf(side) - LEFT5) / run.steps.length;
  function namesBelow(count, wide, from) {
    const names2 = [];
    const every = labelEvery(wide, LABELS);
    for (let at = 0; at < count; at += every) {
      names2.push(label(String(at + from), LEFT5 + (at + 0.5) * wide, HEIGHT5 - 5, "middle"));
    }
    return names2;
  }
  var columnBox = (at, wide, y, height) => ({
    x: LEFT5 + at * wide + 0.5,
    y,
    width: Math.max(0.5, wide - 1),
    height
  });
  function drawShares(viewer, side, run) {
    const width = widthOf(side);
    const wide = (width - LEFT5) / run.steps.length;
    const parts = lines(LEFT5, width, [
      [TOP5, "100 %"],
      [TOP5 + TALL4 / 2, "50 %"],
      [TOP5 + TALL4, "0"]
    ]);
    side.points.forEach((shares, step) => {
      let y = TOP5 + TALL4;
      if (!shares) parts.push(svgEl("rect", { ...columnBox(step, wide, TOP5, TALL4), class: "sv-missing" }));
      for (const part of shares ? PART_ORDER : []) {
        const height = (shares ? shares[part] : 0) * TALL4;
        y -= height;
        parts.push(svgEl("rect", { ...columnBox(step, wide, y, height), fill: PART_COLORS[part] }));
      }
    });
    const frame2 = { y: TOP5 - 3, width: wide, height: TALL4 + 6 };
    side.column = svgEl("rect", { ...frame2, class: "sv-column" });
    side.glimpse = svgEl("rect", { ...frame2, class: "sv-column sv-glimpse", visibility: "hidden" });
    parts.push(side.column, side.glimpse, ...namesBelow(run.steps.length, wide, 0));
    const at = (event) => {
      const step = Math.floor((event.clientX - side.shares.getBoundingClientRect().left - LEFT5) / wide);
      return Math.max(0, Math.min(run.steps.length - 1, step));
    };
    const on = {
      click: (event) => pickToken(viewer, 0, at(event)),
      pointerleave: () => viewer.hover(null),
      pointermove: (event) => {
        const step = at(event);
        const shares = side.points[step];
        viewer.hover(run.first + step, 0);
        const rows = PART_ORDER.map((part) => (
          /** @type {[string, string]} */
          [partName(part), formatPercent(shares && shares[part])]
        ));
        viewer.tip.point(event, [run.quoted(run.first + step), ...rows]);
      }
    };
    const name = t2("shares over the caption, {k}", { k: t2(side.kind) });
    setChildren(side.shares, chartOf(width, HEIGHT5, name, on, parts));
  }
  function drawDistances(viewer, side, run) {
    const { state } = viewer;
    const step = tokenOf(viewer, 0);
    const reach = run.reach(step);
    const count = reach - run.first;
    const word = run.shown(run.first + step).trim();
    side.away.textContent = t2("{k} of “{w}” over distance", { k: t2(side.kind), w: word });
    if (!run.has(step)) return setChildren(side.curve);
    const values = run.values(side.kind, step, state.layer, state.normalization);
    side.distance = Array.from({ length: count }, (_, back) => values[reach - 1 - back]);
    const width = side.curve.clientWidth || USUAL;
    const most = Math.max(0, ...side.distance);
    const high = most || 1;
    const wide = (width - LEFT5) / Math.max(1, run.steps.length - 1);
    const ticks2 = [[TOP5 + TALL4, "0"]];
    if (most) ticks2.unshift([TOP5, formatNumber(high, 2)], [TOP5 + TALL4 / 2, formatNumber(high / 2, 2)]);
    const bars = side.distance.map((value, back) => {
      const height = value / high * TALL4;
      const fill = cssColor(colorAt(state.cmap, value / high));
      return svgEl("rect", { ...columnBox(back, wide, TOP5 + TALL4 - height, height), fill, class: "sv-stem" });
    });
    const parts = [...locoreWindow(run, wide, count), ...lines(LEFT5, width, ticks2), ...bars];
    parts.push(...namesBelow(Math.max(count, 1), wide, 1));
    const on = {
      pointerleave: () => viewer.hover(null),
      pointermove: (event) => {
        const back = Math.floor((event.clientX - side.curve.getBoundingClientRect().left - LEFT5) / wide);
        if (back < 0 || back >= count) return viewer.hover(null);
        const value = formatNumber(side.distance[back], 4);
        viewer.hover(reach - 1 - back, 0);
        viewer.tip.point(event, [run.quoted(reach - 1 - back), [t2("distance"), String(back + 1)], [t2(side.kind), value]]);
      }
    };
    setChildren(side.curve, chartOf(width, HEIGHT5, side.away.textContent, on, parts));
  }
  function locoreWindow(run, wide, count) {
    const { locore } = run.settings;
    if (!locore || count <= 1) return [];
    const width = Math.min(locore.window, count - 1) * wide;
    return [svgEl("rect", { x: LEFT5 + wide, y: TOP5, width, height: TALL4, class: "sv-window" })];
  }

  // viewer/tabs/shares.js
  var Shares = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.whole = true;
      this.sides = [makeSide("attention"), makeSide("saliency")];
      const names2 = PART_ORDER.map((part) => {
        const swatch = el("i", { style: { background: PART_COLORS[part] }, "aria-hidden": "true" });
        return el("span", { class: "sv-share" }, swatch, partName(part));
      });
      const pair = el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root));
      this.root = el("div", {}, el("div", { class: "sv-share-legend" }, ...names2), pair);
    }
    draw() {
      const { viewer } = this;
      const { run, state, theme } = viewer;
      for (const side of this.sides) {
        if (!run || !run.steps.length) {
          setChildren(side.shares);
          setChildren(side.curve);
          side.sign = "";
          continue;
        }
        const wide = side.shares.clientWidth;
        const sign2 = [run.id, run.version, run.loaded, state.layer, state.normalization, wide, theme].join("|");
        if (side.sign !== sign2) {
          side.sign = sign2;
          const shares = (step) => run.shares(run.values(side.kind, step, state.layer, state.normalization));
          side.points = run.steps.map((_, step) => run.has(step) ? shares(step) : null);
          drawShares(viewer, side, run);
        }
        if (side.column) side.column.setAttribute("x", String(shareColumnX(side, run, tokenOf(viewer, 0))));
        drawDistances(viewer, side, run);
      }
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      const { viewer } = this;
      const { run } = viewer;
      const step = key2 === null || !run ? -1 : translate(viewer, key2, slot, 0) - run.first;
      for (const side of this.sides) {
        if (!side.glimpse || !run) continue;
        side.glimpse.setAttribute("visibility", step >= 0 ? "visible" : "hidden");
        side.glimpse.setAttribute("x", String(shareColumnX(side, run, Math.max(0, step))));
      }
    }
  };
  function makeSide(kind) {
    const [shares, curve] = [el("div", { class: "sv-chart" }), el("div", { class: "sv-chart" })];
    const away = el("h3");
    const unit = (text) => el("span", { class: "sv-unit", text });
    const root = el(
      "section",
      { class: "sv-panel", "data-kind": kind, "data-picture": "over-the-caption" },
      el("div", { class: "sv-panel-head" }, el("h3", { text: t2(kind) }), unit(t2("share of each part, output by output"))),
      shares,
      el("div", { class: "sv-panel-head" }, away, unit(t2("tokens back from the predicted one"))),
      curve
    );
    return { kind, root, shares, curve, away, sign: "", points: [], distance: [], column: null, glimpse: null };
  }

  // viewer/tabs/triangle.js
  var MARGIN3 = { l: 96, r: 52, t: 4, b: 84 };
  var HEIGHT6 = 520;
  var Triangle = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.whole = true;
      this.sign = "";
      this.placed = "";
      this.columns = [];
      this.values = [];
      this.kind = this.choice("triangle", [
        ["saliency", t2("saliency")],
        ["attention", t2("attention")],
        ["difference", t2("saliency − attention (shares)")]
      ]);
      this.keys = this.choice("triangle_keys", [
        ["outputs", t2("outputs")],
        ["words", t2("prompt and outputs")]
      ]);
      this.unit = el("span", { class: "sv-unit" });
      this.plot = new Plot(viewer, {
        height: HEIGHT6,
        point: (x, y) => this.lines(x, y),
        click: (x, y) => pickToken(viewer, 0, y),
        hoverKey: (x) => this.columns[x]
      });
      const head = el(
        "div",
        { class: "sv-section-head" },
        el("label", { class: "sv-choice" }, el("span", { text: t2("show") }), this.kind),
        el("label", { class: "sv-choice" }, el("span", { text: t2("over") }), this.keys),
        this.unit
      );
      this.root = el("div", { "data-picture": "words-by-words" }, head, this.plot.root);
    }
    /** @param {"triangle" | "triangle_keys"} name @param {[string, string][]} options value and text */
    choice(name, options) {
      const change2 = () => this.viewer.set({ [name]: select.value });
      const items = options.map(([value, text]) => el("option", { value, text }));
      const select = el("select", { class: "sv-select", on: { change: change2 } }, ...items);
      return select;
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      this.kind.value = state.triangle;
      this.keys.value = state.triangle_keys;
      if (!run || !run.steps.length) return;
      const signed2 = state.triangle === "difference";
      const { layer, normalization, triangle, triangle_keys, hide_sinks } = state;
      const sign2 = [run.id, run.version, run.loaded, triangle, triangle_keys, layer, normalization, hide_sinks].join("|");
      if (sign2 !== this.sign) this.measure(run);
      this.sign = sign2;
      const scale = this.scale();
      const at = [sign2, scale.low, scale.high, scale.transform].join("|");
      if (at !== this.placed) this.z = placed(this.values, scale);
      this.placed = at;
      const unit = signed2 ? t2("difference of shares of the row") : unitWords(triangle === "attention" ? "attention" : "saliency", normalization);
      this.unit.textContent = [unit, run.layerWords(layer), t2("each line has its own loss")].join(" · ");
      this.plot.draw([heatTrace(scale, signed2 ? DIVERGING : state.cmap, this.z || [])], this.layout(run));
    }
    /** @param {Run} run */
    measure(run) {
      const { state } = this.viewer;
      const { triangle, layer, normalization } = state;
      const hidden = hiddenKeys(this.viewer, run);
      const outputs = run.steps.map((_, step) => run.first + step);
      const words2 = run.wordKeys.filter((key2) => !hidden.has(key2));
      this.columns = state.triangle_keys === "outputs" ? outputs : words2;
      this.values = run.steps.map((_, step) => {
        if (!run.has(step)) return this.columns.map(() => NaN);
        const reach = run.reach(step);
        const value = (key2) => triangle === "difference" ? a[key2] - b[key2] : a[key2];
        const [a, b] = triangle === "difference" ? [run.values("saliency", step, layer, "share"), run.values("attention", step, layer, "share")] : [run.values(triangle, step, layer, normalization), new Float32Array()];
        return this.columns.map((key2) => key2 >= reach ? NaN : value(key2));
      });
    }
    scale() {
      const { viewer } = this;
      const { state } = viewer;
      if (state.triangle === "difference") {
        return signedScale(this.values.map((row2) => row2.filter((value) => !Number.isNaN(value))));
      }
      const locked = state.scale === "token" ? { ...state, scale: (
        /** @type {const} */
        "layer"
      ) } : state;
      return lockedScale(runsCompared(viewer), "words", state.triangle, locked, stepsOf(viewer, 0));
    }
    /** @param {Run} run */
    layout(run) {
      const { viewer, columns: columns2 } = this;
      const token = tokenOf(viewer, 0);
      const xs = spread(columns2.length, this.plot.width - 148, columns2.indexOf(run.first + token));
      const ys = spread(run.steps.length, HEIGHT6 - MARGIN3.t - MARGIN3.b, token);
      const named3 = (key2) => plotlyText(run.shown(key2).trim(), 14);
      const [across2, down] = [xs.map((i) => named3(columns2[i])), ys.map((i) => named3(run.first + i))];
      return {
        margin: MARGIN3,
        shapes: [rowFrame(token, viewer.theme)],
        xaxis: wordsBelow(xs, across2, columns2.length),
        yaxis: wordsLeft(ys, down, run.steps.length)
      };
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      const { viewer } = this;
      const mine = key2 === null || !viewer.run ? -1 : translate(viewer, key2, slot, 0);
      if (!viewer.run || mine < 0) return this.plot.light(null, null);
      this.plot.light(this.columns.indexOf(mine), mine - viewer.run.first);
    }
    /** @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
    lines(x, y) {
      const run = (
        /** @type {Run} */
        this.viewer.run
      );
      const value = this.values[y][x];
      const shown2 = Number.isNaN(value) ? t2("not reached") : formatNumber(value, 4);
      return [`${run.quoted(run.first + y)} ← ${run.quoted(this.columns[x])}`, [t2(this.viewer.state.triangle), shown2]];
    }
    free() {
      this.plot.free();
    }
  };

  // viewer/fold.js
  var LEAST2 = 260;
  var LOW = 820;
  var EDGE2 = 10;
  var Fold = class {
    /** @param {Viewer} viewer @param {{caption: HTMLElement, bench: HTMLElement, pair: HTMLElement, layers: HTMLElement}} parts */
    constructor(viewer, parts) {
      this.viewer = viewer;
      this.parts = parts;
      this.full = 0;
      this.line = false;
      this.asked = 0;
      this.watch = new ResizeObserver(() => this.soon());
      this.watch.observe(parts.caption);
      for (const part of parts.bench.children) this.watch.observe(part);
      viewer.root.classList.toggle("sv-short", innerHeight <= LOW);
      this.soon = this.soon.bind(this);
      this.scrolled = this.scrolled.bind(this);
      addEventListener("resize", this.soon);
      addEventListener("scroll", this.scrolled, { passive: true, capture: true });
    }
    /** Once for all changes of a frame. */
    soon() {
      if (this.asked || this.viewer.gone) return;
      this.asked = requestAnimationFrame(() => {
        this.asked = 0;
        if (this.viewer.gone) return;
        this.measure();
        this.scrolled();
      });
    }
    /** px from the window's upper edge to where the caption stays: what the page around keeps there. */
    get top() {
      return parseFloat(getComputedStyle(this.parts.caption).top) || 0;
    }
    /** The pair's pictures take what the caption, the row of the word and the row of layers leave of the window. */
    measure() {
      const { caption, bench, pair, layers } = this.parts;
      const { root } = this.viewer;
      root.classList.toggle("sv-short", innerHeight <= LOW);
      if (!this.line) this.full = caption.offsetHeight;
      const rows = (
        /** @type {HTMLElement[]} */
        [...pair.querySelectorAll(".sv-image-row")]
      );
      const picture = rows.find((row2) => row2.offsetParent);
      if (!picture) return;
      const gap = parseFloat(getComputedStyle(
        /** @type {Element} */
        caption.parentElement
      ).rowGap) || 0;
      const above = picture.getBoundingClientRect().top - bench.getBoundingClientRect().top;
      const below = layers.offsetHeight + parseFloat(getComputedStyle(layers).marginTop) || 0;
      const start = parseFloat(getComputedStyle(root).getPropertyValue("--sv-start")) || 0;
      const room = innerHeight - this.top - start - this.full - gap - above - below - EDGE2;
      const text = `${Math.max(LEAST2, Math.round(room))}px`;
      if (root.style.getPropertyValue("--sv-room") === text) return;
      root.style.setProperty("--sv-room", text);
      this.viewer.schedule();
    }
    /** Past the pair, the caption stays above as one line; what it gave up is kept as space, so that nothing jumps. */
    scrolled() {
      const { caption, layers } = this.parts;
      if (!this.full) return;
      const line3 = Boolean(this.viewer.run) && layers.getBoundingClientRect().top < this.top + this.full;
      if (line3 === this.line) return;
      this.line = line3;
      caption.classList.toggle("sv-line", line3);
      caption.style.marginBottom = line3 ? `${this.full - caption.offsetHeight}px` : "";
      for (const strip of this.viewer.strips) strip.keepInView(this.form);
    }
    /** In which form the strip stands: a change of it may hide the selected word. */
    get form() {
      return `${this.line} ${this.viewer.width} ${this.viewer.state.strip} ${this.viewer.state.content}`;
    }
    free() {
      this.watch.disconnect();
      cancelAnimationFrame(this.asked);
      removeEventListener("resize", this.soon);
      removeEventListener("scroll", this.scrolled, { capture: true });
    }
  };

  // viewer/texts/rejections.js
  function rejectionWords({ tokens, turned, support, threshold, image, outputs }) {
    const numbers = { n: turned, m: tokens, s: formatNumber(support, 2), t: formatNumber(threshold, 2) };
    const said = t2("SGRS turned down a candidate at {n} of {m} tokens: earlier words supported them by {s}, and it asked for {t} (medians).", numbers);
    if (image === null || outputs === null) return said;
    const percent = (share) => Math.round(100 * share);
    const from = { i: percent(image), o: percent(outputs) };
    const why = image > outputs ? t2("This model drew them from the picture ({i} %) rather than from earlier words ({o} %), which is what SGRS rejects. A lower α rejects less.", from) : t2("There {i} % of what mattered was the picture, {o} % earlier words. A lower α rejects less.", from);
    return `${said} ${why}`;
  }

  // viewer/views/caption_head.js
  var MOST3 = 3;
  var CaptionHead = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.about = el("div", { class: "sv-about" });
      this.legend = el("div", { class: "sv-legend" });
      this.signs = el("div", { class: "sv-signs", hidden: true });
      this.rejects = el("p", { class: "sv-hint sv-rejects", hidden: true });
      this.notice = el("div", { class: "sv-notice", hidden: true });
      this.signsDrawn = "";
      this.legendDrawn = "";
      this.pinned = "";
      this.factor = 0;
    }
    draw() {
      const { viewer } = this;
      const { run, root } = viewer;
      root.classList.toggle("sv-no-run", !run);
      root.classList.toggle("sv-example", Boolean(run && run.example));
      if (!run) return this.empty();
      const count = t2(run.steps.length === 1 ? "1 token" : "{n} tokens", { n: run.steps.length });
      const words2 = `${methodName(run)} · ${count}`;
      setChildren(
        this.about,
        run.example && el("span", { class: "sv-tag", text: t2("example") }),
        el("span", { class: "sv-hint", text: words2 })
      );
      this.drawSigns();
      this.drawRejects();
      this.drawLegend();
      this.drawNotice(run);
    }
    empty() {
      const hint = t2("The caption appears here, a button per token. Choose an example or run the model.");
      setChildren(this.about, el("span", { class: "sv-hint", text: hint }));
      setChildren(this.legend);
      this.notice.hidden = this.rejects.hidden = true;
    }
    /** What the lines under the strip's words say, of those that are drawn: [class, text]. */
    signNames() {
      const { viewer } = this;
      const runs2 = (
        /** @type {Run[]} */
        viewer.runs.filter(Boolean)
      );
      const marks = viewer.state.reveal_truth ? runs2.flatMap((run) => Object.values(run.marks)) : [];
      const judged2 = new Set(marks.map((mark) => mark.judgement));
      const beside2 = viewer.comparing && !viewer.holding;
      const differs2 = beside2 && changedSteps(viewer, 0).size + changedSteps(viewer, 1).size > 0;
      const rejected = runs2.some((run) => run.steps.some((step) => step.rejected));
      const names2 = [
        judged2.has("right") && ["right", t2("right")],
        judged2.has("hallucinated") && ["hallucinated", t2("hallucinated")],
        differs2 && ["changed", t2("differs between the two")],
        rejected && ["rejected", t2("✗n: candidates rejected, ⚑: fallback")]
      ];
      return (
        /** @type {[string, string][]} */
        names2.filter(Boolean)
      );
    }
    drawSigns() {
      const signs = this.signNames();
      const drawn = signs.map(([name]) => name).join();
      if (drawn !== this.signsDrawn) {
        const sign2 = ([name, text]) => el("span", { class: "sv-sign" }, el("i", { "data-sign": name, text: "abc", "aria-hidden": "true" }), text);
        setChildren(this.signs, ...signs.map(sign2));
      }
      this.signsDrawn = drawn;
      this.signs.hidden = !signs.length;
    }
    /** Of the runs on the screen, the first in which SGRS turned down most. */
    drawRejects() {
      const found = this.viewer.runs.map((run) => run && run.payload.rejects).find(Boolean);
      this.rejects.hidden = !found;
      this.rejects.textContent = found ? rejectionWords(found) : "";
    }
    drawLegend() {
      const { viewer } = this;
      const { state, theme } = viewer;
      const { scale, name } = stripValues(viewer, 0);
      const legend2 = [state.pins.length, name, scale.high, scale.largest, state.cmap, theme].join("|");
      if (legend2 === this.legendDrawn && this.legend.firstChild) return;
      this.legendDrawn = legend2;
      setChildren(
        this.legend,
        el("span", { class: "sv-unit", text: state.pins.length ? name : t2("support from earlier words") }),
        colorBar(scale, { name: state.cmap, theme, label: name })
      );
    }
    /** @param {Run} run */
    drawNotice(run) {
      const { viewer } = this;
      const { state } = viewer;
      this.notice.hidden = !state.pins.length;
      const pinned = state.pins.join() + state.pin_kind + state.layer + tokenOf(viewer, 0) + run.id;
      if (!state.pins.length || pinned === this.pinned) return;
      this.pinned = pinned;
      const patches = state.pins.filter((key2) => run.patchOf.has(key2)).length;
      const words2 = state.pins.length - patches;
      const what = [patches && t2("{n} patches", { n: patches }), words2 && t2("{n} words", { n: words2 })];
      const from = { k: t2(state.pin_kind), w: what.filter(Boolean).join(" + "), l: run.layerWords(state.layer) };
      const most = this.most(run);
      const unpin = () => viewer.set({ pins: [] });
      setChildren(
        this.notice,
        el("span", { text: t2("Reverse look-up: colours show how much {k} each output drew from {w}, {l}.", from) }),
        most && el("b", { text: t2("most: {list}", { list: most }) }),
        viewer.can("what_if") && this.whatIf(),
        el("button", { type: "button", class: "sv-button", text: t2("unpin (Esc)"), on: { click: unpin } })
      );
    }
    /** The outputs that drew most on the pins. @param {Run} run */
    most(run) {
      const { values } = stripValues(this.viewer, 0);
      const drawn = values.map((value, step) => ({ value: value ?? 0, step })).filter(({ value }) => value > 0);
      const most = drawn.sort((a, b) => b.value - a.value).slice(0, MOST3);
      return most.map(({ value, step }) => `${run.quoted(run.first + step)} ${formatNumber(value, 2)}`).join(", ");
    }
    /** "What if the attention to the pins were multiplied": only the server can answer. */
    whatIf() {
      const { viewer } = this;
      const shown2 = el("b", { text: `×${this.factor}` });
      const attributes = { type: "range", min: 0, max: 2, step: 0.1, value: this.factor, "aria-label": t2("factor") };
      const change2 = () => {
        this.factor = Number(input.value);
        shown2.textContent = `×${this.factor}`;
      };
      const input = el("input", { ...attributes, on: { input: change2 } });
      const ask = () => viewer.act("what_if", { step: tokenOf(viewer, 0), keys: [...viewer.state.pins], factor: this.factor });
      return el(
        "span",
        { class: "sv-what-if" },
        el("span", { text: t2("what if attention to them were") }),
        input,
        shown2,
        el("button", { type: "button", class: "sv-button", text: t2("regenerate from here"), on: { click: ask } })
      );
    }
  };

  // viewer/views/view_button.js
  var NAMED = 2;
  var EDGE3 = 8;
  var GAP3 = 6;
  var ViewButton = class {
    /** @param {Viewer} viewer @param {HTMLElement[]} children */
    constructor(viewer, ...children) {
      this.viewer = viewer;
      this.words = el("span");
      const on = { click: () => this.box.togglePopover() };
      const attributes = { type: "button", class: "sv-button sv-view-button", "aria-haspopup": "dialog" };
      this.button = el("button", { ...attributes, "aria-expanded": "false", on }, this.words);
      const toggled = (event) => this.toggled(event.newState === "open");
      const box2 = { class: "sv-controls", popover: "auto", role: "dialog", "aria-label": t2("View") };
      this.box = el("section", { ...box2, on: { toggle: toggled } }, ...children);
      this.place = this.place.bind(this);
    }
    /** @param {boolean} open */
    toggled(open2) {
      this.button.setAttribute("aria-expanded", String(open2));
      if (!open2) return removeEventListener("resize", this.place);
      this.place();
      addEventListener("resize", this.place);
    }
    /** Under the button as far as the window has room; it scrolls with the page, as the button does. */
    place() {
      const [at, size] = [this.button.getBoundingClientRect(), this.box.getBoundingClientRect()];
      const left = Math.max(
        EDGE3,
        Math.min(at.right - size.width, document.documentElement.clientWidth - size.width - EDGE3)
      );
      const top = Math.max(EDGE3, Math.min(at.bottom + GAP3, innerHeight - size.height - EDGE3));
      Object.assign(this.box.style, { left: `${left + scrollX}px`, top: `${top + scrollY}px` });
    }
    /** @param {(key: keyof import("../state/defaults.js").State) => string} nameOf a choice's value, in words */
    draw(nameOf) {
      const { state } = this.viewer;
      const other = TASTE.filter((key2) => state[key2] !== DEFAULTS[key2]).map(nameOf);
      const more = other.length > NAMED ? ` +${other.length - NAMED}` : "";
      const text = other.length ? `${t2("View")}: ${other.slice(0, NAMED).join(", ")}${more}` : t2("View");
      if (this.words.textContent === text) return;
      this.words.textContent = text;
      this.button.title = other.length ? t2("not as at first: {list}", { list: other.join(", ") }) : "";
      this.button.classList.toggle("sv-differs", other.length > 0);
    }
  };

  // viewer/views/controls.js
  var Controls = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.choices = {};
      this.sizes = el("span", { class: "sv-hint sv-sizes" });
      this.taps = el("span", { class: "sv-hint sv-taps" });
      const back = () => viewer.set(Object.fromEntries(TASTE.map((key2) => [key2, DEFAULTS[key2]])));
      this.reset = el("button", {
        type: "button",
        class: "sv-button sv-reset",
        text: t2("reset"),
        title: t2("scales, colours and what a click selects as they are at first"),
        on: { click: back }
      });
      const group2 = (...choices) => el("div", { class: "sv-choices" }, ...choices);
      const groups = [group2(...this.colourChoices()), group2(...this.rowChoices()), group2(...this.captionChoices())];
      this.view = new ViewButton(viewer, ...groups, this.reset);
      this.truth = this.check("reveal_truth", t2("reveal truth"), t2("underline words marked right or hallucinated"));
    }
    colourChoices() {
      return [
        this.select(
          "scale",
          t2("scale"),
          [
            ["layer", t2("locked: these layers")],
            ["run", t2("locked: every layer")],
            ["token", t2("this token only")],
            ["manual", t2("set by hand")]
          ],
          t2("What a colour means the same over. Only a locked scale compares between tokens.")
        ),
        this.select(
          "transform",
          t2("transform"),
          [
            ["percentile", t2("linear to 99 %")],
            ["linear", t2("linear to the top")],
            ["log", t2("log")]
          ],
          t2("99 %: the largest hundredth of the values shares the last colour; log shows three powers of ten")
        ),
        this.select(
          "cmap",
          t2("colours"),
          SEQUENTIAL.map((name) => [name, name])
        )
      ];
    }
    rowChoices() {
      return [
        this.select(
          "normalization",
          t2("saliency"),
          [
            ["row", t2("row l2 (Eq. 5)")],
            ["raw", t2("raw")],
            ["share", t2("share")]
          ],
          t2("raw is the only one that compares between tokens in size")
        ),
        this.sizes,
        this.select(
          "granularity",
          t2("select"),
          [
            ["token", t2("token")],
            ["word", t2("word")],
            ["sentence", t2("sentence")],
            ["range", t2("range")],
            ["several", t2("several")]
          ],
          t2("what a click selects; shift-click a range, ctrl-click to add; range and several need no keys")
        ),
        this.taps,
        this.select(
          "reduce",
          t2("as"),
          [
            ["mean", t2("mean")],
            ["max", t2("maximum")]
          ],
          t2("how the rows of several tokens (a word, a range) become one map: their mean, or the largest of them for each key")
          // prettier-ignore
        ),
        this.opacity(),
        this.check(
          "smooth",
          t2("smooth"),
          t2("values between the patches' middles, for the eye only: the numbers are the patches'")
        ),
        this.check(
          "hide_sinks",
          t2("hide sinks"),
          t2("leave out template tokens and attention sinks; what is left out is always stated")
        )
      ];
    }
    captionChoices() {
      return [
        this.select(
          "strip",
          t2("caption"),
          [
            ["auto", t2("bars, compact where long")],
            ["bars", t2("bars")],
            ["compact", t2("compact")]
          ],
          t2("compact: a word's score is its ground, and more words have room")
        ),
        this.select("curve", t2("score curve"), [
          ["auto", t2("where there is room")],
          ["shown", t2("shown")],
          ["folded", t2("folded away")]
        ])
      ];
    }
    /** A choice's value in words, for the button. @param {keyof State} key */
    nameOf(key2) {
      const input = this.choices[key2];
      if (!input || input.type === "checkbox")
        return key2 === "image_columns" ? t2("image columns") : t2(key2.replace("_", " "));
      if (key2 === "opacity") return `${t2("opacity")} ${Math.round(100 * this.viewer.state.opacity)} %`;
      const [option2] = (
        /** @type {HTMLSelectElement} */
        input.selectedOptions
      );
      return option2 ? option2.text : "";
    }
    /**
     * @param {keyof State} name
     * @param {string} label "": the state's own word, for who hears it
     * @param {[string, string][]} options value and text
     * @param {string} [title]
     */
    select(name, label2, options, title) {
      const items = options.map(([value, text]) => el("option", { value, text }));
      const change2 = () => this.viewer.set({ [name]: select.value });
      const aria = label2 ? null : t2(name);
      const select = el("select", { class: "sv-select", "aria-label": aria, on: { change: change2 } }, ...items);
      this.choices[name] = select;
      return el("label", { class: "sv-choice", title }, label2 && el("span", { text: label2 }), select);
    }
    /** @param {keyof State} name @param {string} label @param {string} title */
    check(name, label2, title) {
      const change2 = () => this.viewer.set({ [name]: box2.checked });
      const box2 = el("input", { type: "checkbox", on: { change: change2 } });
      this.choices[name] = box2;
      return el("label", { class: "sv-choice sv-check", title }, box2, el("span", { text: label2 }));
    }
    opacity() {
      const change2 = () => this.viewer.set({ opacity: Number(input.value) / 100 });
      const input = el("input", { type: "range", min: 0, max: 100, step: 1, on: { input: change2 } });
      this.choices.opacity = input;
      const title = t2("small values are drawn more transparent; at 100 % every patch hides the picture");
      return el("label", { class: "sv-choice", title }, el("span", { text: t2("opacity") }), input);
    }
    draw() {
      const { viewer, viewer: { state } } = this;
      this.reset.classList.toggle(
        "sv-idle",
        TASTE.every((key2) => state[key2] === DEFAULTS[key2])
      );
      for (const [name, input] of Object.entries(this.choices)) {
        const value = state[
          /** @type {keyof State} */
          name
        ];
        if (input.type === "checkbox") input.checked = Boolean(value);
        else input.value = String(name === "opacity" ? Math.round(100 * state.opacity) : value);
      }
      this.choices.reduce.disabled = state.granularity === "token" && !state.also.length;
      const raw = state.normalization === "raw";
      this.sizes.textContent = raw ? t2("sizes compare between tokens") : t2("only raw compares between tokens");
      this.taps.textContent = tapsHint(state.granularity);
      const judged2 = viewer.runs.some((run) => run && Object.keys(run.marks).length);
      this.truth.hidden = !judged2;
      this.view.draw((key2) => this.nameOf(key2));
    }
  };
  function tapsHint(granularity) {
    if (granularity === "range") return t2("tap the first, then the last token");
    return granularity === "several" ? t2("tap tokens to add or take away") : "";
  }

  // viewer/views/conversation.js
  var Conversation = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.drawn = void 0;
      this.root = el("div", { class: "sv-turns", tabindex: "0", hidden: true });
      this.field = el("input", {
        type: "text",
        class: "sv-text",
        maxlength: 2e3,
        placeholder: t2("a follow-up question about what is shown…"),
        "aria-label": t2("Ask a follow-up")
      });
      const submit = (event) => {
        event.preventDefault();
        this.send();
      };
      const send = el("button", { type: "submit", class: "sv-button", text: t2("Ask") });
      this.ask = el("form", { class: "sv-ask", hidden: true, on: { submit } }, this.field, send);
      this.opener = el("button", {
        type: "button",
        class: "sv-button sv-ask-open",
        text: t2("Ask a follow-up"),
        on: { click: () => this.open(this.ask.hidden) }
      });
    }
    /** @param {boolean} shown */
    open(shown2) {
      this.ask.hidden = !shown2;
      this.opener.setAttribute("aria-expanded", String(shown2));
      if (shown2) this.field.focus();
    }
    send() {
      const { viewer } = this;
      const question = this.field.value.trim();
      if (!question || !viewer.run || viewer.run.payload.ended === "running") return this.field.focus();
      this.field.value = "";
      viewer.act("ask", { prompt: question });
    }
    /** @param {string} who @param {string} text */
    line(who, text) {
      const name = el("span", { class: "sv-turn-who", text: who });
      return el("div", { class: "sv-turn" }, name, el("span", { class: "sv-turn-text", text }));
    }
    draw() {
      const { viewer } = this;
      const { run } = viewer;
      this.opener.hidden = !run || !run.steps.length || !viewer.can("ask");
      if (this.opener.hidden) this.open(false);
      if (run === this.drawn) return;
      this.drawn = run;
      const history2 = run && run.payload.history || [];
      const system = run && run.payload.system;
      this.root.hidden = !run || !(system || history2.length);
      if (!run || this.root.hidden) return setChildren(this.root);
      setChildren(
        this.root,
        system && this.line(t2("system"), system),
        ...history2.map(([who, text]) => this.line(who === "user" ? t2("asked") : t2("answered"), text)),
        this.line(t2("asked now"), run.payload.prompt)
      );
    }
  };

  // viewer/views/curve.js
  var [HEIGHT7, LEFT6, RIGHT3, TOP6, BOTTOM6] = [56, 46, 10, 12, 14];
  var known2 = (value) => value !== null && value !== void 0;
  var Curve = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.step = 0;
      const name = t2("Score and threshold over the caption");
      this.svg = svgEl("svg", { class: "sv-curve-svg", height: HEIGHT7, role: "img", "aria-label": name });
      this.cursor = this.upright("sv-cursor");
      this.glimpse = this.upright("sv-glimpse");
      const on = {
        pointermove: (event) => this.move(event),
        pointerleave: () => viewer.hover(null),
        click: (event) => {
          const step = this.at(event);
          if (step !== null) pickToken(viewer, 0, step, { range: event.shiftKey });
        }
      };
      this.root = el("div", { class: "sv-curve", on }, this.svg);
    }
    /** @param {string} name */
    upright(name) {
      return svgEl("line", { y1: TOP6, y2: HEIGHT7 - BOTTOM6, class: name, visibility: "hidden" });
    }
    /** @param {MouseEvent} event @returns {number | null} */
    at(event) {
      const { run } = this.viewer;
      if (!run || !run.steps.length || !this.step) return null;
      const x = event.clientX - this.svg.getBoundingClientRect().left;
      return Math.max(0, Math.min(run.steps.length - 1, Math.round((x - LEFT6) / this.step - 0.5)));
    }
    /** @param {MouseEvent} event */
    move(event) {
      const step = this.at(event);
      const { viewer } = this;
      if (step === null || !viewer.run) return;
      viewer.hover(viewer.run.first + step, 0);
      viewer.tip.point(event, stepLines(viewer, 0, step));
    }
    /** @param {number} step @returns {number} px */
    x(step) {
      return LEFT6 + (step + 0.5) * this.step;
    }
    draw() {
      const { viewer, svg } = this;
      this.root.dataset.curve = viewer.state.curve;
      const runs2 = runsCompared(viewer);
      const width = this.root.clientWidth || 600;
      const count = Math.max(1, ...runs2.map((run) => run.steps.length));
      svg.setAttribute("width", String(width));
      svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT7}`);
      this.step = (width - LEFT6 - RIGHT3) / count;
      const sizes = runs2.flatMap((run) => run.steps.flatMap(sizesOf)).filter(known2);
      const high = Math.max(1e-12, ...sizes) * 1.06;
      const y = (value) => HEIGHT7 - BOTTOM6 - Math.min(value, high) / high * (HEIGHT7 - TOP6 - BOTTOM6);
      const frame2 = { x: (step) => this.x(step), y };
      const scored = sizes.length > 0;
      const values = [high / 1.06];
      const ticks2 = values.map(
        (value) => (
          /** @type {[number, string]} */
          [y(value), scored ? formatNumber(value, 2) : ""]
        )
      );
      const parts = [...lines(LEFT6, width - RIGHT3, ticks2, 6), label(scored ? t2("score S") : "", 0, HEIGHT7 - 3, "start")];
      const every = labelEvery(this.step, 34);
      for (let step = 0; runs2.length && step < count; step += every) {
        parts.push(label(String(step), frame2.x(step), HEIGHT7 - 3, "middle"));
      }
      if (runs2.some((run) => fallOf(run).length)) {
        const legend2 = label(t2("grey: S expected from the position alone"), width - RIGHT3, TOP6 - 2, "end");
        legend2.append(svgEl("title", { text: t2("mean over the caption of S times its divisor (|J| in Eq. 6), over the divisor here: what is below it is low for its position") }));
        parts.push(legend2);
      }
      parts.push(this.cursor, this.glimpse);
      this.glimpse.setAttribute("visibility", "hidden");
      if (viewer.holding) parts.push(this.standing(this.upright("sv-held-line"), viewer.state.held));
      runs2.forEach((run, i) => parts.push(...this.series(run, frame2, i === 1)));
      this.standing(this.cursor, viewer.run && viewer.run.steps.length ? tokenOf(viewer, 0) : null);
      svg.replaceChildren(...parts);
    }
    /** A line at a step; none: hidden. @param {SVGLineElement} line @param {number | null} step */
    standing(line3, step) {
      line3.setAttribute("visibility", step === null ? "hidden" : "visible");
      for (const end of ["x1", "x2"]) line3.setAttribute(end, String(this.x(step || 0)));
      return line3;
    }
    /**
     * @param {Run} run
     * @param {Frame} frame
     * @param {boolean} second
     * @returns {Node[]}
     */
    series(run, { x, y }, second) {
      const { viewer } = this;
      const also = second ? " sv-second" : "";
      const scored = run.steps.flatMap(
        (step, i) => step.pending || !known2(step.score) ? [] : { i, step, score: step.score }
      );
      const tau = run.steps.flatMap(({ threshold }, i) => known2(threshold) ? { i, threshold } : []);
      const parts = [];
      const fall = fallOf(run).map(([i, value]) => (
        /** @type {Point} */
        [x(i), y(value)]
      ));
      if (fall.length && !second) parts.push(svgEl("path", { d: path(fall), class: "sv-expected" }));
      if (tau.length) {
        const points2 = tau.flatMap(({ i, threshold }) => [x(i - 0.5), x(i + 0.5)].map((at) => (
          /** @type {Point} */
          [at, y(threshold)]
        )));
        parts.push(svgEl("path", { d: path(points2), class: "sv-tau" + also }));
      }
      const points = scored.map(({ i, score }) => (
        /** @type {Point} */
        [x(i), y(score)]
      ));
      parts.push(svgEl("path", { d: path(points), class: "sv-score" + also }));
      const radius = Math.max(1.6, Math.min(4, this.step / 4));
      const scale = scoreScale(viewer);
      for (const { i, step, score } of scored) {
        const fill = second ? "none" : cssColor(colorAt(viewer.state.cmap, scale.at(score)));
        parts.push(svgEl("circle", { cx: x(i), cy: y(score), r: radius, class: "sv-dot" + also, fill }));
        if (second) continue;
        if (step.fallback) parts.push(svgEl("circle", { cx: x(i), cy: y(score), r: radius + 3, class: "sv-fallback" }));
        for (const value of rejectedOf(step)) parts.push(svgEl("path", { class: "sv-cross", d: cross2(x(i), y(value)) }));
      }
      return parts;
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      const { viewer } = this;
      const step = key2 === null || !viewer.run ? -1 : translate(viewer, key2, slot, 0) - viewer.run.first;
      this.standing(this.glimpse, step >= 0 ? step : null);
    }
  };
  function fallOf({ payload, steps }) {
    const { expected = [] } = payload;
    if (expected.length !== steps.length) return [];
    return expected.flatMap((value, i) => known2(value) ? [[i, value]] : []);
  }
  var rejectedOf = ({ candidates }) => candidates.flatMap(({ verdict, saliency }) => verdict === "rejected" && saliency !== null ? saliency : []);
  var sizesOf = (step) => [step.score, step.threshold, ...rejectedOf(step)];
  var cross2 = (x, y) => `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x - 3} ${y + 3}L${x + 3} ${y - 3}`;

  // viewer/views/facts.js
  var Facts = class {
    /** @param {Viewer} viewer @param {HTMLElement[]} choices what stands at the end of the line */
    constructor(viewer, ...choices) {
      this.viewer = viewer;
      this.word = el("span", { class: "sv-facts-word" });
      this.items = el("dl", { class: "sv-facts-items" });
      this.hold = el("button", { type: "button", class: "sv-button sv-hold", on: { click: () => viewer.hold() } });
      this.root = el(
        "section",
        { class: "sv-facts", "aria-label": t2("Selected token") },
        el("div", { class: "sv-facts-line" }, this.word, this.items, this.hold, ...choices)
      );
    }
    draw() {
      const { viewer } = this;
      const { run } = viewer;
      this.hold.hidden = !run || !run.steps.length;
      if (!run || !run.steps.length) {
        this.word.textContent = t2("No token yet");
        setChildren(this.items);
        return;
      }
      const steps = stepsOf(viewer, 0);
      const step = run.steps[tokenOf(viewer, 0)];
      const joined = visible(steps.map((i) => run.steps[i].text).join(""));
      this.word.textContent = (steps.length > 1 ? joined : run.shown(run.first + step.index)).replace(/^ (?=.)/, "");
      const place = { i: step.index, n: run.steps.length, p: step.position, id: step.token_id };
      this.word.title = t2("token {i} of {n}, position {p}, id {id}", place);
      const held = viewer.holding ? run.quoted(run.first + /** @type {number} */
      viewer.state.held) : "";
      this.hold.textContent = held ? t2("let go of {w}", { w: held }) : t2("hold");
      this.hold.setAttribute("aria-label", held ? t2("let go of {w}", { w: held }) : t2("hold this token"));
      this.hold.title = t2("Keep this token beside the next ones you choose, on one scale, with their difference (key t)");
      setChildren(this.items, ...this.facts(run, steps, step));
    }
    /**
     * @param {Run} run
     * @param {number[]} steps
     * @param {import("../payload.js").Step} step the current one
     */
    facts(run, steps, step) {
      const many = steps.length > 1;
      const items = [];
      const item = (name, value, title2, fact) => items.push(el("div", { title: title2 }, el("dt", { text: name }), el("dd", { text: value, "data-fact": fact })));
      const mean2 = (name) => {
        const known3 = steps.flatMap((i) => run.steps[i][name] ?? []);
        return known3.length ? known3.reduce((a, b) => a + b, 0) / known3.length : null;
      };
      const number = (name) => step.pending ? "…" : formatNumber(mean2(name));
      if (many) item(t2("tokens"), `${steps.length}`, t2("numbers are means over the selected tokens"), "count");
      const rank = step.pending || many ? "" : ` (${t2("rank {n}", { n: step.rank })})`;
      item("p", number("probability") + rank, t2("probability under the model at temperature 1"), "p");
      const how = { r: rangesText(run.target), kind: run.settings.sgrs ? run.settings.sgrs.score : "mean" };
      const meaning = how.kind === "mean" ? t2("S, Eq. 6: mean saliency on the words before, target layers {r}; the first output has none", how) : t2("S by “{kind}” of the saliency on the words before, target layers {r}; the first output has none", how);
      const place = step.pending || many ? null : supportRank(run, step.index);
      const title = [t2("support from earlier words"), meaning, `S = ${number("score")}`, place && place.long];
      item(t2("support"), step.pending ? "…" : formatSupport(mean2("score")), title.filter(Boolean).join("\n"), "score");
      if (place) items[items.length - 1].append(el("dd", { text: `(${place.short})`, "data-fact": "support-rank" }));
      if (step.threshold !== null && step.threshold !== void 0) {
        const tau = t2("threshold, Eq. 7: alpha times the mean score of outputs just before (which: see Candidates)");
        item("τ", formatNumber(mean2("threshold")), tau, "tau");
      }
      if (!many) {
        if (step.rejected) item(t2("rejected"), String(step.rejected), t2("candidates SGRS turned down here"), "rejected");
        const highest = t2("no candidate reached tau: the highest score was taken");
        if (step.fallback) item(t2("taken by"), t2("fallback"), highest, "fallback");
        if (step.forced) item(t2("taken by"), t2("you"), null, "forced");
      }
      const nats = step.pending ? "…" : `${formatSupport(mean2("entropy"))} nats`;
      item(t2("entropy"), nats, t2("of the distribution the token was taken from"), "entropy");
      const mark = run.marks[step.index];
      if (mark && this.viewer.state.reveal_truth) item(t2("truth"), t2(mark.judgement), mark.note || null, "mark");
      return items;
    }
  };

  // viewer/views/flip.js
  var Flip = class {
    /** @param {Viewer} viewer @param {HTMLElement} pair whose data-front the looks obey */
    constructor(viewer, pair) {
      this.viewer = viewer;
      this.pair = pair;
      this.front = 1;
      this.root = el("div", { class: "sv-segments sv-flip", role: "group" });
      this.buttons = [];
    }
    /** @param {number} place */
    show(place) {
      this.front = place;
      this.viewer.schedule();
    }
    draw() {
      const { panels } = this.viewer;
      if (this.buttons.length !== panels.length) {
        const button = (_, place) => el("button", { type: "button", on: { click: () => this.show(place) } });
        this.buttons = panels.map(button);
        this.front = Math.min(this.front, panels.length - 1);
        setChildren(this.root, ...this.buttons);
      }
      this.pair.dataset.front = String(this.front);
      this.buttons.forEach((button, place) => {
        button.textContent = panels[place].title.textContent;
        button.setAttribute("aria-pressed", String(place === this.front));
      });
    }
  };

  // viewer/views/frame_cell.js
  function makeBar() {
    const [letter, fill, number] = [el("i", { "aria-hidden": "true" }), el("span"), el("b")];
    const track = el("span", { class: "sv-frame-track" }, fill);
    return { letter, fill, number, root: el("span", { class: "sv-frame-bar" }, letter, track, number) };
  }
  function frameCell(run, group2, count) {
    const pictures = run.groups[group2];
    const bars = Array.from({ length: count }, makeBar);
    const images = pictures.map((picture) => el("img", { src: run.pictures[picture].src, alt: "", draggable: "false" }));
    const root = el(
      "button",
      {
        type: "button",
        role: "option",
        class: "sv-frame" + (pictures.length > 1 ? " sv-frame-pair" : ""),
        "data-group": group2
      },
      el("span", { class: "sv-frame-thumbs" }, ...images),
      el(
        "span",
        { class: "sv-frame-name" },
        el("span", { text: groupName(run, group2) }),
        el("span", { class: "sv-frame-time", text: groupTime(run, group2) })
      ),
      ...bars.map((bar3) => bar3.root)
    );
    return { root, bars };
  }
  function drawCell2({ root, bars }, run, group2, rows, scale, chosen2) {
    const words2 = rows.map(({ name, shares }) => `${name} ${formatPercent(shares && shares[group2])}`);
    root.setAttribute("aria-selected", String(chosen2));
    root.tabIndex = chosen2 ? 0 : -1;
    root.setAttribute("aria-label", [groupWords(run, group2), ...words2].join(", "));
    rows.forEach(({ letter, kind, slot, shares }, place) => {
      const bar3 = bars[place];
      const share = shares ? shares[group2] : null;
      const top = shares && share && share === Math.max(...shares);
      bar3.letter.textContent = letter;
      bar3.root.dataset.kind = kind;
      bar3.root.dataset.slot = String(slot);
      bar3.root.dataset.value = share === null ? "" : String(share);
      bar3.root.classList.toggle("sv-top", Boolean(top));
      bar3.fill.style.width = share === null ? "0" : `${100 * scale.at(share)}%`;
      bar3.number.textContent = formatPercent(share);
    });
  }

  // viewer/views/frames.js
  var Frames = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.title = el("h3");
      this.note = el("span", { class: "sv-unit" });
      const follow = () => viewer.set({ frame: viewer.state.frame === null ? groupOf(viewer, 0) : null });
      this.follow = el("button", { type: "button", class: "sv-button sv-follow", on: { click: follow } });
      const on = {
        click: (event) => this.choose(this.groupAt(event)),
        keydown: (event) => this.key(event),
        pointerover: (event) => this.over(event),
        pointerleave: () => viewer.tip.hide()
      };
      this.list = el("div", { class: "sv-frame-list", role: "listbox", "aria-orientation": "horizontal", on });
      const head = el("div", { class: "sv-panel-head" }, this.title, this.note, this.follow);
      const data = { "data-picture": "which-frame", "data-about": "own", hidden: true };
      this.root = el("section", { class: "sv-frames", ...data }, head, this.list);
      this.run = null;
      this.count = 0;
      this.cells = [];
      this.shown = [];
    }
    /** @param {Event} event @returns {number | null} */
    groupAt({ target: target3 }) {
      const node = target3 instanceof Element ? (
        /** @type {HTMLElement | null} */
        target3.closest(".sv-frame")
      ) : null;
      return node ? Number(node.dataset.group) : null;
    }
    /** @param {number | null} group */
    choose(group2) {
      if (group2 !== null) this.viewer.set({ frame: group2 });
    }
    /** @param {KeyboardEvent} event */
    key(event) {
      const at = groupOf(this.viewer, 0);
      const last = this.cells.length - 1;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (to === void 0) return;
      event.preventDefault();
      const group2 = Math.max(0, Math.min(last, to));
      this.choose(group2);
      this.cells[group2].root.focus();
    }
    /** Attention and saliency of the run, or one kind of the two runs compared. @param {Run} run @returns {Row[]} */
    rows(run) {
      const { viewer } = this;
      const { state } = viewer;
      const other = viewer.runs[1];
      const row2 = (kind2, slot, name, letter) => {
        const of = (
          /** @type {Run} */
          viewer.runs[slot]
        );
        const steps = stepsOf(viewer, slot);
        const shares = pictureShares(of, kind2, steps, state.layer, state.normalization, state.reduce);
        return { name, letter, kind: kind2, slot, shares };
      };
      if (!viewer.comparing || !other || other.groups.length !== run.groups.length) {
        return [row2("attention", 0, t2("attention"), t2("A")), row2("saliency", 0, t2("saliency"), t2("S"))];
      }
      const { compare_kind: kind } = state;
      return [row2(kind, 0, slotName(viewer, 0), "1"), row2(kind, 1, slotName(viewer, 1), "2")];
    }
    /** @param {Event} event */
    over(event) {
      const group2 = this.groupAt(event);
      const { run, tip } = this.viewer;
      if (group2 === null || !run) return;
      const shares = this.shown.map(({ name, shares: each }) => {
        return (
          /** @type {[string, string]} */
          [name, finePercent(each && each[group2])]
        );
      });
      const shared = run.groups[group2].length > 1 ? [t2("these frames share their tokens")] : [];
      tip.at(this.cells[group2].root, [groupWords(run, group2), ...shares, ...shared]);
    }
    /** @param {Run} run @param {number} count bars in each cell */
    build(run, count) {
      if (run === this.run && count === this.count) return;
      this.run = run;
      this.count = count;
      this.cells = run.groups.map((_, group2) => frameCell(run, group2, count));
      setChildren(this.list, ...this.cells.map((cell2) => cell2.root));
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      this.root.hidden = !run || !run.several || !run.steps.length;
      if (!run || this.root.hidden) return;
      this.shown = this.rows(run);
      this.build(run, this.shown.length);
      const scale = shareScale(viewer);
      const chosen2 = groupOf(viewer, 0);
      run.lastGroup = chosen2;
      this.title.textContent = run.isVideo ? t2("which frame mattered") : t2("which picture mattered");
      const about2 = { l: run.layerWords(state.layer), v: formatPercent(scale.largest) };
      this.note.textContent = t2("share of the row, {l}; bars end at {v}, the run's largest", about2);
      this.follow.textContent = t2("follow the most salient");
      this.follow.setAttribute("aria-pressed", String(state.frame === null));
      this.list.setAttribute("aria-label", this.title.textContent);
      this.cells.forEach((cell2, group2) => drawCell2(cell2, run, group2, this.shown, scale, group2 === chosen2));
      bringIn(this.list, this.cells[chosen2].root);
    }
  };
  function bringIn(list2, cell2) {
    const left = cell2.offsetLeft < list2.scrollLeft;
    const right = cell2.offsetLeft + cell2.offsetWidth > list2.scrollLeft + list2.clientWidth;
    if (left || right) list2.scrollLeft = cell2.offsetLeft - (list2.clientWidth - cell2.offsetWidth) / 2;
  }

  // viewer/draw/nearby.js
  var AHEAD = 100;
  var Nearby = class {
    /** @param {HTMLElement} root what must be near @param {() => void} draw */
    constructor(root, draw2) {
      this.root = root;
      this.draw = draw2;
      this.owed = false;
      this.near = false;
      this.watch = new IntersectionObserver(
        (all) => {
          this.near = all[all.length - 1].isIntersecting;
          if (this.near) this.pay();
        },
        { rootMargin: `${AHEAD}px 0px` }
      );
      this.watch.observe(root);
      addEventListener("beforeprint", this.onPrint = () => this.pay());
    }
    ask() {
      this.owed = true;
      if (this.near) this.pay();
      else this.look();
    }
    /** The observer tells a frame late: whoever waits for what is on the screen asks here. */
    look() {
      if (this.owed && onScreen(this.root)) this.pay();
    }
    pay() {
      if (!this.owed) return;
      this.owed = false;
      this.draw();
    }
    free() {
      this.watch.disconnect();
      removeEventListener("beforeprint", this.onPrint);
    }
  };

  // viewer/numbers/columns.js
  function columnsOf(parts, mode, hidden) {
    const found = [];
    const image = PARTS.indexOf("image");
    for (let key2 = 0; key2 < parts.length; key2++) {
      if (parts[key2] !== image) {
        if (!hidden.has(key2)) found.push({ keys: [key2], kind: "word" });
      } else if (mode === "each") found.push({ keys: [key2], kind: "patch" });
      else if (mode !== "none") {
        const last = found[found.length - 1];
        if (key2 > 0 && parts[key2 - 1] === image && last && last.kind === "block") last.keys.push(key2);
        else found.push({ keys: [key2], kind: "block" });
      }
    }
    return found;
  }
  var columnValue = ({ keys: keys2 }, row2, sum) => keys2.reduce((value, key2) => sum ? value + row2[key2] : Math.max(value, row2[key2]), 0);

  // viewer/views/heat.js
  var MARGIN4 = { l: 34, r: 48, t: 4, b: 74 };
  var Heat = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.columns = [];
      this.litColumn = null;
      this.litRow = null;
      this.sides = [this.side("attention"), this.side("saliency")];
      const modes = [
        ["max", t2("largest patch")],
        ["sum", t2("sum of patches")],
        ["each", t2("every patch")],
        ["none", t2("left out")]
      ];
      const change2 = () => viewer.set({ image_columns: (
        /** @type {any} */
        this.choice.value
      ) });
      const options = modes.map(([value, text]) => el("option", { value, text }));
      this.choice = el("select", { class: "sv-select", on: { change: change2 } }, ...options);
      const hint = t2("click a row to choose its layer; drag to zoom, double-click to return");
      this.root = el(
        "section",
        { class: "sv-heat", "aria-label": t2("layers by keys") },
        el(
          "div",
          { class: "sv-section-head" },
          el("h2", { text: t2("Layers × keys") }),
          el("label", { class: "sv-choice" }, el("span", { text: t2("image as") }), this.choice),
          el("span", { class: "sv-hint", text: hint })
        ),
        el("div", { class: "sv-pair" }, ...this.sides.map((side) => side.root))
      );
      this.plots = new Nearby(this.root, () => this.drawPlots());
    }
    /** @param {Kind} kind @returns {Side} */
    side(kind) {
      const { viewer } = this;
      const plot = new Plot(viewer, {
        height: 250,
        point: (x, y) => this.lines(side, x, y),
        click: (x, y) => viewer.set({ layer: y }),
        hoverLayer: (x, y) => y,
        hoverKey: (x) => {
          const column = this.columns[x];
          return column && column.keys.length === 1 ? column.keys[0] : null;
        }
      });
      const [title, unit] = [el("h3"), el("span", { class: "sv-unit" })];
      const data = { "data-kind": kind, "data-picture": "layers-by-keys", "data-about": "layers" };
      const head = el("div", { class: "sv-panel-head" }, title, unit);
      const root = el("section", { class: "sv-panel", ...data }, head, plot.root);
      const side = { kind, title, unit, plot, root, values: [] };
      return side;
    }
    /** @param {Run} run @param {Column} column */
    label(run, { keys: keys2, kind }) {
      if (kind === "word") return run.shown(keys2[0]).trim();
      if (kind === "patch") return "";
      return `[${t2(this.viewer.state.image_columns === "sum" ? "Σ image" : "image")}]`;
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      this.choice.value = state.image_columns;
      const steps = stepsOf(viewer, 0);
      const ready = run && steps.length && steps.every((step) => run.has(step));
      this.root.classList.toggle("sv-skeleton", !ready);
      if (!run || !ready) {
        for (const side of this.sides) side.title.textContent = t2(side.kind);
        return;
      }
      const words2 = scaleWords(state.scale === "layer" ? { scale: "run" } : state);
      for (const { kind, title, unit } of this.sides) {
        title.textContent = t2(kind) + (viewer.comparing ? ` (${slotName(viewer, 0)})` : "");
        unit.textContent = `${unitWords(kind, state.normalization)} · ${words2}`;
      }
      this.plots.ask();
    }
    /** plotly takes longer than all the rest of the page: where nobody sees them, they wait. */
    drawPlots() {
      const { viewer } = this;
      const { run, state } = viewer;
      const steps = stepsOf(viewer, 0);
      if (!run || !steps.length || !steps.every((step) => run.has(step))) return;
      this.columns = columnsOf(run.parts, state.image_columns, hiddenKeys(viewer, run));
      for (const side of this.sides) this.drawSide(side, run, steps);
      this.hover(viewer.lit, viewer.litSlot);
    }
    /** @param {Side} side @param {Run} run @param {number[]} steps */
    drawSide(side, run, steps) {
      const { viewer, columns: columns2 } = this;
      const { state, theme } = viewer;
      const { kind } = side;
      const reach = Math.max(...steps.map((step) => run.reach(step)));
      const scale = lockedScale(runsCompared(viewer), "words", kind, { ...state, layer: "all" }, steps);
      const sum = state.image_columns === "sum";
      side.values = run.layerList("all").map((layer) => {
        const row2 = valuesOf(viewer, run, kind, steps, layer);
        return columns2.map((column) => column.keys[0] < reach ? columnValue(column, row2, sum) : NaN);
      });
      const chosen2 = typeof state.layer === "number" ? [state.layer] : Array.isArray(state.layer) ? state.layer : [];
      const shapes = chosen2.map((layer) => rowFrame(layer, theme));
      const first = columns2.findIndex((column) => column.keys[0] >= run.first);
      const dotted = { color: "#8c8c8c", width: 1, dash: "dot" };
      const edge2 = { type: "line", x0: first - 0.5, x1: first - 0.5, yref: "paper", y0: 0, y1: 1, line: dotted };
      if (first > 0) shapes.push(edge2);
      const ticks2 = this.ticks();
      const names2 = ticks2.map((i) => plotlyText(this.label(run, columns2[i]), 14));
      side.plot.draw([heatTrace(scale, state.cmap, placed(side.values, scale))], {
        margin: MARGIN4,
        shapes,
        xaxis: wordsBelow(ticks2, names2, columns2.length),
        yaxis: numbered(t2("layer"), run.layers, 12)
      });
    }
    /** Columns whose name is written: the image's, and of the words as many as have room. */
    ticks() {
      const { columns: columns2 } = this;
      const every = everyNth(columns2.length, this.sides[0].plot.width - 82);
      const block = columns2.findIndex(({ kind }) => kind === "block");
      const clear = (i) => i % every === 0 && (block < 0 || Math.abs(i - block) >= every);
      return [...columns2.keys()].filter((i) => i === block || columns2[i].kind !== "patch" && clear(i));
    }
    /** The column of a position of the first run; a patch stands in the image's. @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      const mine = key2 === null ? -1 : translate(this.viewer, key2, slot, 0);
      this.litColumn = mine < 0 ? null : this.columns.findIndex((column) => column.keys.includes(mine));
      this.lightUp();
    }
    /** @param {number | "target" | "all" | null} layer */
    hoverLayer(layer) {
      this.litRow = typeof layer === "number" ? layer : null;
      this.lightUp();
    }
    lightUp() {
      for (const side of this.sides) side.plot.light(this.litColumn, this.litRow);
    }
    /** @param {Side} side @param {number} x @param {number} y @returns {import("../state/lines.js").Lines} */
    lines(side, x, y) {
      const run = (
        /** @type {Run} */
        this.viewer.run
      );
      const column = this.columns[x];
      const value = side.values[y][x];
      const { kind, keys: keys2 } = column;
      const name = kind === "block" ? this.label(run, column) : kind === "patch" ? t2("patch {n}", { n: run.patchOf.get(keys2[0]) }) : run.quoted(keys2[0]);
      const shown2 = Number.isNaN(value) ? t2("not reached") : formatNumber(value, 4);
      return [name, [t2("layer"), String(y)], [t2(side.kind), shown2]];
    }
    free() {
      this.plots.free();
      for (const side of this.sides) side.plot.free();
    }
  };

  // viewer/views/help.js
  var KEYS = [
    [
      "On the caption",
      [
        [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "← → ↑ ↓", "previous, next token; the line above, below"],
        [["Home", "End"], "Home End", "first, last token"],
        [[], "Shift / Ctrl click", "select a range, add a token"],
        [["r", "h"], "r  h", "mark the token right, hallucinated"],
        [["n"], "n", "write a note on a marked token; Enter keeps it"]
      ]
    ],
    [
      "Anywhere in the view",
      [
        [["[", "]"], "[  ]", "layer down, up"],
        [["t"], "t", "hold this token beside the next ones"],
        [["Escape"], "Esc", "unpin, select one token, let go of the held one"],
        [["?"], "?", "this help"]
      ]
    ],
    [
      "On the layers, frames and tabs",
      [
        [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"], "← → Home End", "choose the one before, after, first, last"]
        // prettier-ignore
      ]
    ],
    [
      "On pictures and words",
      [
        [[], "drag", "reverse look-up: which outputs drew on these patches"],
        [[], "click", "pin a patch or word"],
        [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"], "← → ↑ ↓", "go from one to the next"],
        [["Enter", " "], "Enter", "pin it"]
      ]
    ]
  ];
  var MEANINGS = [
    ["attention", "mean over heads of the row that predicts the token, with every edit that acted"],
    ["saliency", "|A · ∂L/∂A| summed over heads (Eq. 4), L = −log p of the token; what mattered to this prediction"],
    ["support from earlier words", "S (Eq. 6): mean row-normalised saliency on the words before, over the target layers"],
    ["τ", "alpha times the mean score at the last W + 1 positions (Eq. 7); SGRS rejects candidates below it"]
  ];
  var list = (rows, tag) => el(
    "dl",
    { class: "sv-help-list" },
    ...rows.flatMap(([name, text]) => [el("dt", {}, el(tag, { text: name })), el("dd", { text })])
  );
  var group = (where, rows) => el("div", { class: "sv-help-group" }, el("h3", { text: where }), list(rows, "kbd"));
  var shownGroups = (groups) => groups.map(
    ([where, rows]) => group(
      where,
      rows.map(([, shown2, text]) => [shown2, text])
    )
  );
  var ownGroups = () => KEYS.map(([where, rows]) => [
    t2(where),
    rows.map(([names2, shown2, text]) => [names2, names2.length ? shown2 : t2(shown2), t2(text)])
  ]);
  var Help = class {
    /** Options of the viewer: keys(), more groups in words of the page around it; tour, what its button calls. @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      const { tour } = viewer.options;
      const toTour = () => {
        this.toggle();
        if (tour) tour();
      };
      const button = (text, click) => el("button", { type: "button", class: "sv-button", text, on: { click } });
      const name = t2("Keys and meanings");
      this.theirs = el("div", { class: "sv-help-theirs" });
      this.close = button(t2("close"), () => this.toggle());
      const head = el("h2", { text: name });
      const caveat = t2("Attention and saliency are measured, not explanations: a large value says where the model's computation went, not why it is right.");
      const meanings = MEANINGS.map(([word, text]) => (
        /** @type {[string, string]} */
        [t2(word), t2(text)]
      ));
      const card2 = el(
        "div",
        { class: "sv-help-card" },
        el("div", { class: "sv-section-head" }, head, tour && button(t2("show the tour"), toTour), this.close),
        el(
          "div",
          { class: "sv-help-groups", tabindex: "0", role: "group", "aria-label": name },
          ...shownGroups(ownGroups()),
          this.theirs,
          list(meanings, "b"),
          el("p", { class: "sv-hint", text: caveat })
        )
      );
      const beside2 = (event) => event.target === this.root && this.toggle();
      const on = { click: beside2, keydown: (event) => this.around(event) };
      this.root = el("dialog", { class: "sv-help", "aria-label": name, on }, card2);
    }
    get open() {
      return this.root.open;
    }
    /** From the last stop to the first and back: a browser would go on to its own buttons. @param {KeyboardEvent} event */
    around(event) {
      if (event.key !== "Tab") return;
      const stops = (
        /** @type {HTMLElement[]} */
        [...this.root.querySelectorAll("button, [tabindex]")]
      );
      const [from, to] = event.shiftKey ? [stops[0], stops[stops.length - 1]] : [stops[stops.length - 1], stops[0]];
      if (document.activeElement !== from) return;
      event.preventDefault();
      to.focus();
    }
    toggle() {
      if (this.open) return this.root.close();
      const { keys: keys2 } = this.viewer.options;
      setChildren(this.theirs, ...shownGroups(keys2 ? keys2() : []));
      this.root.showModal();
      this.close.focus();
    }
  };

  // viewer/views/layers.js
  var FIRST2 = 6;
  var Layers = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.count = 0;
      const on = {
        click: (event) => this.click(event),
        pointerover: (event) => viewer.hoverLayer(this.under(event)),
        pointerleave: () => viewer.hoverLayer(null),
        keydown: (event) => this.key(event)
      };
      this.list = el("div", { class: "sv-layers", role: "radiogroup", "aria-label": t2("Layer"), on });
      this.root = el("div", { class: "sv-layer-row" }, this.list);
      this.run = null;
      this.group = -1;
      this.patches = [];
    }
    /** @returns {HTMLButtonElement[]} */
    get buttons() {
      return [...this.list.querySelectorAll("button")];
    }
    /** @param {Event} event @returns {Choice | null} */
    under({ target: target3 }) {
      const button = (
        /** @type {Element} */
        target3.closest("button")
      );
      return button && choiceOf(button);
    }
    /** @param {MouseEvent} event */
    click(event) {
      const layer = this.under(event);
      if (layer === null) return;
      const add = (event.ctrlKey || event.metaKey || event.shiftKey) && typeof layer === "number";
      this.viewer.set({ layer: add ? this.joined(layer) : layer });
    }
    /** @param {KeyboardEvent} event */
    key(event) {
      const { buttons } = this;
      const at = buttons.findIndex((button2) => button2.getAttribute("aria-checked") === "true");
      const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (to === void 0) return;
      event.preventDefault();
      const button = buttons[(to + buttons.length) % buttons.length];
      this.viewer.set({ layer: choiceOf(button) });
      button.focus();
    }
    /** The chosen layers with one more, or one less. @param {number} layer */
    joined(layer) {
      const { run, state } = this.viewer;
      const begun2 = run && typeof state.layer !== "string";
      const chosen2 = new Set(begun2 ? run.layerList(state.layer) : []);
      if (!chosen2.delete(layer) || !chosen2.size) chosen2.add(layer);
      return [...chosen2];
    }
    /** @param {Choice | null} layer */
    hoverLayer(layer) {
      for (const button of this.buttons) button.classList.toggle("sv-lit", choiceOf(button) === layer);
    }
    draw() {
      const { run, state } = this.viewer;
      this.build(run ? run.layers : FIRST2);
      const chosen2 = Array.isArray(state.layer) ? state.layer : [state.layer];
      for (const button of this.buttons) {
        const layer = choiceOf(button);
        const on = (
          /** @type {Choice[]} */
          chosen2.includes(layer)
        );
        button.setAttribute("aria-checked", String(on));
        button.tabIndex = layer === chosen2[0] ? 0 : -1;
        button.disabled = !run;
        const target3 = typeof layer === "number" && Boolean(run && run.target.includes(layer));
        button.classList.toggle("sv-target", target3);
      }
      this.drawPictures();
    }
    /** @param {number} count */
    build(count) {
      if (this.count === count) return;
      this.count = count;
      const numbers = Array.from({ length: count }, (_, layer) => makeButton(layer, String(layer)));
      setChildren(this.list, ...numbers, makeButton("target", t2("mean")), makeButton("all", t2("all")));
    }
    /** The picture whose patches are drawn, and its shape, when another run or group of pictures is shown. @param {Run} run */
    look(run) {
      const group2 = groupOf(this.viewer, 0);
      if (run === this.run && group2 === this.group) return;
      [this.run, this.group] = [run, group2];
      const [sheet] = sheetsOf(run, group2);
      this.patches = sheet ? sheet.patches : [];
      const { width, height } = sheet ? run.pictures[sheet.picture] : { width: 1, height: 1 };
      const fit = PIXELS / Math.max(width, height);
      this.root.classList.toggle("sv-no-picture", !sheet);
      this.list.style.setProperty("--shape", `${width} / ${height}`);
      for (const canvas of this.list.querySelectorAll("canvas")) {
        Object.assign(canvas, {
          width: Math.max(1, Math.round(fit * width)),
          height: Math.max(1, Math.round(fit * height))
        });
      }
    }
    /** Every layer on one scale, so that a faint one looks faint. */
    drawPictures() {
      const { viewer } = this;
      const { run, state } = viewer;
      const steps = stepsOf(viewer, 0);
      if (!run || !steps.length || !steps.every((step) => run.has(step))) return this.clear();
      this.look(run);
      const scale = lockedScale([run], "image", "saliency", { ...state, layer: "all" }, steps);
      const hidden = hiddenKeys(viewer, run);
      const patches = this.patches.filter((patch) => !hidden.has(run.imageKeys[patch]));
      for (const button of this.buttons) {
        const layer = choiceOf(button);
        const values = valuesOf(viewer, run, "saliency", steps, layer);
        button.title = this.titleOf(run, layer, (run.shares(values) || { image: 0 }).image);
        const canvas = button.querySelector("canvas");
        const shown2 = { run, patches, values, scale, map: state.cmap, opacity: state.opacity };
        if (canvas && patches.length) drawThumbnail(canvas, shown2);
      }
    }
    clear() {
      for (const button of this.buttons) {
        button.title = "";
        const canvas = button.querySelector("canvas");
        if (canvas) canvas.width = canvas.width;
      }
    }
    /** @param {Run} run @param {Choice} layer @param {number} image its share on the image */
    titleOf(run, layer, image) {
      if (typeof layer !== "number") return run.layerWords(layer);
      const share = t2("layer {n}: {v} of its saliency on the image", { n: layer, v: formatPercent(image) });
      const target3 = run.target.includes(layer) && t2("target layer");
      return [share, t2("ctrl-click: the mean of several"), target3].filter(Boolean).join(" · ");
    }
  };
  function choiceOf(button) {
    const text = button.dataset.layer;
    return text === "target" || text === "all" ? text : Number(text);
  }
  function makeButton(layer, text) {
    const classes = "sv-layer" + (typeof layer === "number" ? "" : " sv-layer-word");
    const attributes = { type: "button", role: "radio", class: classes, "data-layer": layer };
    const picture = layer === "all" ? el("i", { "aria-hidden": "true" }) : el("canvas", { "aria-hidden": "true" });
    return el("button", attributes, picture, el("span", { text }));
  }

  // viewer/views/reading.js
  var Reading = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.caption = el("div", { class: "sv-reading", "data-reading": "caption" });
      this.word = el("div", { class: "sv-reading", "data-reading": "word" });
      const click = () => viewer.set({ reveal_truth: true });
      this.reveal = el("button", { type: "button", class: "sv-button sv-reveal", text: t2("show what is true"), on: { click } });
    }
    draw() {
      const { viewer } = this;
      const { run, state } = viewer;
      const sentences = run ? captionSentences(run, state.reveal_truth) : [];
      const hidden = run && !state.reveal_truth && Object.keys(run.marks).length > 0;
      write(this.caption, sentences, hidden ? this.reveal : null);
      const steps = stepsOf(viewer, 0);
      write(this.word, run && steps.length ? wordSentences(run, steps, state.reveal_truth) : [], null);
      this.word.title = run ? t2("Shares of the saliency of the target layers, {r}; support is S, Eq. 6", { r: rangesText(run.target) }) : "";
    }
  };
  function write(root, sentences, button) {
    const text = sentences.join(" ").replaceAll("。 ", "。");
    if (root.dataset.text !== text || Boolean(button) !== root.childElementCount > 0) setChildren(root, text && `${text} `, button);
    root.dataset.text = text;
    root.hidden = !text && !button;
  }

  // viewer/numbers/content_words.js
  var SMALL2 = new Set(
    "a an the this that these those there here it its he she they them his her their we you i is are was were be been being am do does did has have had having can could will would may might must shall should and or but nor so yet if then than as of in on at to by for from with without into onto over under above below between among through during before after about against off out up down near next also very just not no some any each every both all which who whom whose what where when how while because s t ' other another one's".split(" ")
  );
  function contentWords(texts) {
    const found = [];
    for (let start = 0, stop; start < texts.length; start = stop) {
      stop = start + 1;
      while (stop < texts.length && /^[\p{L}\p{N}'’]/u.test(texts[stop]) && /[\p{L}\p{N}'’]$/u.test(texts[stop - 1]))
        stop++;
      const word = texts.slice(start, stop).join("").trim().toLowerCase();
      const carries = /[\p{L}\p{N}]/u.test(word) && !SMALL2.has(word);
      for (let i = start; i < stop; i++) found.push(carries && /[\p{L}\p{N}]/u.test(texts[i]));
    }
    return found;
  }

  // viewer/views/strip_token.js
  var tokenButton = (step) => el(
    "button",
    { class: "sv-token", type: "button", role: "option", "data-step": step },
    el("span", { class: "sv-token-text" }),
    el("span", { class: "sv-token-bar", "aria-hidden": "true" }, el("span")),
    el("span", { class: "sv-badge", "aria-hidden": "true" })
  );
  function paintToken(button, step, look, { scale, name, map, theme }) {
    const { value, selected, focus, held, changed, judgement } = look;
    const known3 = value !== null && value !== void 0 && !Number.isNaN(value);
    const place = known3 ? scale.at(value) : 0;
    const [text, bar3, badge] = button.children;
    text.textContent = look.text;
    badge.textContent = badgeOf(step);
    breakAfter(button, /[\n\r]$/.test(step.text));
    const tint = tintOf(map, place, theme);
    button.style.setProperty("--ground", known3 ? tint.background : "transparent");
    button.style.setProperty("--ink", known3 ? tint.ink : "var(--sv-ink)");
    const fill = (
      /** @type {HTMLElement} */
      bar3.firstElementChild
    );
    fill.style.setProperty("--bar", cssColor(colorAt(map, place)));
    fill.style.height = known3 ? `${Math.max(1, Math.round(place * 18))}px` : "0";
    button.dataset.value = known3 ? String(value) : "";
    const classes = {
      "sv-pending": step.pending,
      "sv-selected": selected,
      "sv-none": !known3,
      "sv-changed": changed,
      "sv-held": held,
      "sv-moved": differs(step),
      "sv-hallucinated": judgement === "hallucinated",
      "sv-right": judgement === "right"
    };
    for (const [one, on] of Object.entries(classes)) button.classList.toggle(one, Boolean(on));
    button.setAttribute("aria-selected", String(selected));
    button.tabIndex = focus ? 0 : -1;
    button.setAttribute("aria-label", inWords(step, look, name));
  }
  var badgeOf = (step) => (step.rejected ? "✗" + step.rejected : "") + (step.fallback ? "⚑" : "") + (step.forced ? "✎" : "");
  function breakAfter(button, breaks) {
    const next = button.nextElementSibling;
    const there = next && next.tagName === "BR";
    if (breaks && !there) button.after(document.createElement("br"));
    if (!breaks && there) next.remove();
  }
  function inWords(step, { text, value, held, judgement }, name) {
    return [
      `${step.index}: ${text}`,
      step.pending ? t2("not observed yet") : `${name} ${formatSupport(value)}`,
      step.rejected && t2("{n} candidates rejected", { n: step.rejected }),
      step.fallback && t2("fallback: no candidate reached tau"),
      step.forced && t2("chosen by you"),
      step.plain && differs(step) && t2("without the decoder: {w}", { w: quoted(step.plain.text) }),
      held && t2("held"),
      judgement && t2(judgement)
    ].filter(Boolean).join("; ");
  }

  // viewer/views/strip_walk.js
  var ROOM = 8;
  function beside(buttons, at, way) {
    let to = at + way;
    while (buttons[to] && buttons[to].hidden) to += way;
    return buttons[to] ? to : at;
  }
  function across(buttons, at, way) {
    const from = buttons[at] && buttons[at].getBoundingClientRect();
    if (!from) return at;
    const middle = from.left + from.width / 2;
    let [best, cost] = [at, Infinity];
    let line3 = null;
    for (let i = at + way; i >= 0 && i < buttons.length; i += way) {
      const box2 = buttons[i].getBoundingClientRect();
      if (!box2.width || Math.abs(box2.bottom - from.bottom) < 4) continue;
      if (line3 === null) line3 = box2.bottom;
      if (Math.abs(box2.bottom - line3) > 4) break;
      const distance = Math.abs(box2.left + box2.width / 2 - middle);
      if (distance < cost) [best, cost] = [i, distance];
    }
    return best;
  }
  function bringIn2(list2, button) {
    const [frame2, own] = [list2.getBoundingClientRect(), button.getBoundingClientRect()];
    if (own.top < frame2.top || own.bottom > frame2.bottom) list2.scrollTop += own.top - frame2.top - ROOM;
    if (own.left < frame2.left || own.right > frame2.right) list2.scrollLeft += own.left - frame2.left - frame2.width / 3;
  }

  // viewer/views/strip.js
  var LONG2 = 60;
  var Strip = class {
    /** @param {Viewer} viewer @param {0 | 1} slot */
    constructor(viewer, slot) {
      this.viewer = viewer;
      this.slot = slot;
      this.opened = false;
      const on = {
        click: (event) => this.click(event),
        keydown: (event) => this.key(event),
        pointerover: (event) => this.over(event),
        pointerleave: () => viewer.hover(null),
        focusin: (event) => this.over(event)
      };
      const label2 = t2(slot ? "Tokens of the second run" : "Tokens of the caption");
      const attributes = { role: "listbox", "aria-orientation": "horizontal", "aria-label": label2 };
      this.list = el("div", { class: "sv-strip", ...attributes, on });
      this.name = el("div", { class: "sv-strip-name" });
      this.root = el("div", { class: "sv-strip-box" }, this.name, this.list);
      this.buttons = [];
      this.drawn = [];
      this.read = null;
      this.content = [];
      this.shownAt = "";
    }
    /** @param {EventTarget | null} target @returns {number | null} */
    indexOf(target3) {
      const button = target3 instanceof Element ? (
        /** @type {HTMLElement | null} */
        target3.closest(".sv-token")
      ) : null;
      return button ? Number(button.dataset.step) : null;
    }
    /** @param {MouseEvent} event */
    click(event) {
      const step = this.indexOf(event.target);
      if (step === null) return;
      const { granularity } = this.viewer.state;
      this.opened = granularity === "range" && !event.shiftKey && !this.opened;
      pickToken(this.viewer, this.slot, step, {
        add: event.ctrlKey || event.metaKey || granularity === "several",
        range: event.shiftKey || granularity === "range" && !this.opened
      });
      this.focus();
    }
    /** @param {KeyboardEvent} event */
    key(event) {
      const at = tokenOf(this.viewer, this.slot);
      const { buttons } = this;
      const last = buttons.length - 1;
      const to = { ArrowLeft: beside(buttons, at, -1), ArrowRight: beside(buttons, at, 1), ArrowUp: across(buttons, at, -1), ArrowDown: across(buttons, at, 1), Home: 0, End: last }[event.key];
      if (to === void 0 || event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
      event.preventDefault();
      pickToken(this.viewer, this.slot, Math.max(0, Math.min(last, to)), { range: event.shiftKey });
      this.focus();
    }
    /** @param {Event} event */
    over(event) {
      const step = this.indexOf(event.target);
      const { viewer, slot } = this;
      const run = viewer.runs[slot];
      if (step === null || !run) return;
      viewer.hover(run.first + step, slot);
      if (event.type === "pointerover") viewer.tip.at(this.buttons[step], stepLines(viewer, slot, step));
    }
    focus() {
      const button = this.buttons[tokenOf(this.viewer, this.slot)];
      if (button) button.focus({ preventScroll: false });
    }
    /** Everything is drawn anew, another run has come. */
    forget() {
      this.drawn = [];
    }
    draw() {
      const { viewer, slot } = this;
      const run = viewer.runs[slot];
      this.root.hidden = slot === 1 && (!run || viewer.holding);
      this.name.hidden = !viewer.comparing || viewer.holding;
      if (this.root.hidden) return;
      if (viewer.comparing) this.name.textContent = runName(viewer, slot);
      this.cut(run ? run.steps.length : 0);
      const { strip } = viewer.state;
      const two = viewer.comparing && !viewer.holding;
      const compact = strip === "compact" || strip === "auto" && Boolean(two || run && run.steps.length >= LONG2);
      this.list.classList.toggle("sv-compact", compact);
      if (run && run.steps.length) this.drawTokens(run);
    }
    /** Buttons beyond so many go. @param {number} count */
    cut(count) {
      for (const gone of this.buttons.splice(count)) {
        if (gone.nextElementSibling && gone.nextElementSibling.tagName === "BR") gone.nextElementSibling.remove();
        gone.remove();
      }
      this.drawn.length = Math.min(this.drawn.length, count);
    }
    /** @param {Run} run */
    drawTokens(run) {
      const { viewer, slot } = this;
      const { theme, state } = viewer;
      const shown2 = stripValues(viewer, slot);
      const [chosen2, current] = [new Set(stepsOf(viewer, slot)), tokenOf(viewer, slot)];
      const changed = changedSteps(viewer, slot);
      const left = this.leftOut(run);
      const held = new Set(viewer.holding && slot === 0 ? stepsOf(viewer, 1) : []);
      const badges = run.steps.some((step) => step.rejected || step.fallback || step.forced);
      this.list.classList.toggle("sv-badges", badges);
      run.steps.forEach((step, i) => {
        if (!this.buttons[i]) {
          this.buttons.push(tokenButton(i));
          this.list.append(this.buttons[i]);
        }
        this.buttons[i].hidden = left(i) && !chosen2.has(i);
        const look = {
          text: run.shown(run.first + i),
          value: step.pending ? null : shown2.values[i],
          selected: chosen2.has(i),
          focus: i === current,
          held: held.has(i),
          changed: changed.has(i),
          judgement: state.reveal_truth && run.marks[i] ? run.marks[i].judgement : null
        };
        const { rejected, fallback, forced, pending } = step;
        const flags = [
          rejected,
          fallback,
          forced,
          pending,
          step.plain && step.plain.token_id,
          shown2.scale.high,
          theme,
          state.cmap
        ];
        const sign2 = JSON.stringify([look, step.text, ...flags]);
        if (this.drawn[i] === sign2) return;
        this.drawn[i] = sign2;
        paintToken(this.buttons[i], step, look, { ...shown2, map: state.cmap, theme });
      });
    }
    /** Which steps the filter leaves out; none while it is off. @param {Run} run @returns {(step: number) => boolean} */
    leftOut(run) {
      if (!this.viewer.state.content) return () => false;
      if (this.read !== run || this.content.length !== run.steps.length) {
        this.read = run;
        this.content = contentWords(run.steps.map((step) => step.text));
      }
      return (step) => !this.content[step];
    }
    /** The selected word is brought into the strip's own window. @param {string} form and size the strip stands in */
    keepInView(form) {
      const step = tokenOf(this.viewer, this.slot);
      const sign2 = `${step} ${form}`;
      if (!this.buttons[step] || this.root.hidden || sign2 === this.shownAt) return;
      this.shownAt = sign2;
      bringIn2(this.list, this.buttons[step]);
    }
    /** @param {number | null} key @param {number} slot */
    hover(key2, slot) {
      const run = this.viewer.runs[this.slot];
      const step = run && key2 !== null ? translate(this.viewer, key2, slot, this.slot) - run.first : -1;
      if (this.lit) this.lit.classList.remove("sv-lit");
      this.lit = this.buttons[step];
      if (this.lit) this.lit.classList.add("sv-lit");
    }
  };

  // viewer/layout.js
  var tabViews = (viewer) => [
    ["candidates", t2("Candidates"), new Candidates(viewer)],
    ["claim", t2("Does the claim hold?"), new ClaimTab(viewer)],
    ["layers", t2("All layers"), new LayersTab(viewer)],
    ["words", t2("Words × words"), new Triangle(viewer)],
    ["over", t2("Over the caption"), new Shares(viewer)],
    ["frames", t2("Frames"), new FrameTab(viewer)],
    ["lens", t2("Logit lens"), new Lens(viewer)],
    ["heads", t2("Heads"), new Heads(viewer)],
    ["matrix", t2("One token's map"), new Matrix(viewer)],
    ["knock_out", t2("Knock-out"), new KnockOut(viewer)],
    ["faithfulness", t2("Faithfulness"), new Faithfulness(viewer)],
    ["marks", t2("Marks"), new Marks(viewer)],
    ["data", t2("Data"), new Data(viewer)]
  ];
  function makeViews(viewer) {
    const strips = [new Strip(viewer, 0), new Strip(viewer, 1)];
    const head = new CaptionHead(viewer);
    const conversation = new Conversation(viewer);
    const [curve, controls, layers] = [new Curve(viewer), new Controls(viewer), new Layers(viewer)];
    const kinds = kindChoice(viewer);
    const facts = new Facts(viewer, kinds, controls.view.button);
    const [frames, heat] = [new Frames(viewer), new Heat(viewer)];
    const [live, help] = [new Live(viewer), new Help(viewer)];
    const pair = el("div", { class: "sv-pair sv-bench-pair" });
    const flip = new Flip(viewer, pair);
    const readings = new Reading(viewer);
    const tabs = tabViews(viewer).map(([name, title, view]) => ({ name, view, button: tabButton(viewer, name, title) }));
    const onKey = (event) => tabKey(viewer, event);
    const tabList = el("div", { class: "sv-tabs", role: "tablist", on: { keydown: onKey } }, ...tabs.map((tab) => tab.button));
    const tabBody = el("div", { class: "sv-tab-body", role: "tabpanel" }, ...tabs.map((tab) => tab.view.root));
    const ofFirst = el("p", { class: "sv-hint sv-of-first", hidden: true });
    const captionCard = makeCaption(viewer, { strips, head, conversation, curve, controls, help, readings });
    const bench = card("sv-token-card", facts.root, readings.word, controls.view.box, frames.root, flip.root, pair);
    const shell = el(
      "div",
      { class: "sv-shell" },
      captionCard,
      bench,
      card("sv-heat-card", heat.root),
      card("sv-tab-card", tabList, ofFirst, tabBody),
      head.notice
    );
    viewer.root.append(shell, live.root, help.root);
    const fold = new Fold(viewer, { caption: captionCard, bench, pair, layers: layers.root });
    return { fold, flip, layers, strips, head, conversation, curve, facts, controls, frames, heat, live, help, pair, readings, kinds, tabs, tabList, tabBody, ofFirst };
  }
  function makeCaption(viewer, { strips, head, conversation, curve, controls, help, readings }) {
    const title = el("h2", { text: t2("Caption") });
    const content = controls.check(
      "content",
      t2("content words"),
      t2("leave out marks and the small words of the sentence")
    );
    const helpButton2 = viewer.options.help !== false && makeHelpButton(help);
    const { opener } = conversation;
    const parts = [title, head.about, opener, viewer.rows.root, controls.truth, content, head.legend, helpButton2];
    return el(
      "section",
      { class: "sv-card sv-caption", "data-picture": "caption", "data-about": "run" },
      el("div", { class: "sv-section-head" }, ...parts),
      conversation.root,
      strips[0].root,
      strips[1].root,
      readings.caption,
      head.signs,
      head.rejects,
      curve.root,
      conversation.ask
    );
  }
  var card = (name, ...children) => el("section", { class: `sv-card ${name}` }, ...children);
  function makeHelpButton(help) {
    const name = t2("Keys and meanings");
    const attributes = { type: "button", class: "sv-button sv-help-button", text: "?", "aria-label": name, title: name };
    return el("button", { ...attributes, on: { click: () => help.toggle() } });
  }
  function kindChoice(viewer) {
    const button = (kind, text) => el("button", { type: "button", text, "data-kind": kind, on: { click: () => viewer.set({ compare_kind: kind }) } });
    const buttons = [button("attention", t2("attention")), button("saliency", t2("saliency"))];
    return el("div", { class: "sv-segments", role: "group", "aria-label": t2("compare"), hidden: true }, ...buttons);
  }
  var tabButton = (viewer, name, text) => el("button", {
    type: "button",
    role: "tab",
    class: "sv-tab",
    text,
    "data-view": name,
    on: { click: () => viewer.set({ view: name }) }
  });
  function tabKey(viewer, event) {
    const tabs = viewer.tabs.filter((tab2) => !tab2.button.hidden);
    const at = tabs.findIndex((tab2) => tab2.name === viewer.state.view);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === void 0) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    viewer.set({ view: tab.name });
    tab.button.focus();
  }

  // viewer/numbers/pace.js
  var QUICK = 1;
  var Pace = class {
    constructor() {
      this.known = /* @__PURE__ */ new Map();
    }
    /** @param {string} model @param {number} readings @param {number} seconds from question to answer */
    heard(model, readings, seconds) {
      this.known.set(model, seconds / readings);
    }
    /** @param {Made} run @param {number} steps of it @param {number} readings */
    quick(run, steps, readings) {
      const reading = this.known.get(run.model.name) ?? readingOf(run, steps);
      return reading !== null && readings * reading < QUICK;
    }
  };
  function readingOf({ seconds }, steps) {
    const { prefill, decode = 0, observe = 0 } = seconds || {};
    return prefill && steps ? prefill + (decode + observe) / steps : null;
  }

  // viewer/state/layers.js
  function layersOf(layer, target3, count) {
    if (layer === "target") return target3;
    if (Array.isArray(layer)) return layer.filter((one) => one < count);
    if (layer === "all") return Array.from({ length: count }, (_, i) => i);
    return [Math.max(0, Math.min(count - 1, Number(layer) || 0))];
  }
  function layerWords(layer, target3, count) {
    if (layer === "all") return t2("mean of all {n} layers", { n: count });
    if (Array.isArray(layer)) return t2("mean of layers {r}", { r: rangesText(layer) });
    if (layer === "target") return t2("mean of target layers {r}", { r: rangesText(target3) });
    return t2("layer {n}", { n: layer });
  }

  // viewer/state/sequence.js
  var Sequence = class {
    /** @type {Step[]} */
    steps = [];
    keys = 0;
    /** @type {string[]} */
    texts = [];
    /** @type {string[]} the span's own word */
    kinds = [];
    /** index in PARTS */
    parts = new Uint8Array();
    /** @type {number[]} */
    imageKeys = [];
    /** @type {Map<number, number>} key -> index among the image's */
    patchOf = /* @__PURE__ */ new Map();
    /** @type {Set<number>} template and sink positions: outside the scale */
    dimmed = /* @__PURE__ */ new Set();
    /** @type {number[]} every key that is no image's */
    wordKeys = [];
    /** @type {number[]} of them, those that are not dimmed */
    brightKeys = [];
    /** @param {Payload} payload */
    constructor(payload) {
      this.payload = payload;
      this.first = payload.first_output;
    }
    /** Steps came or went. */
    refresh() {
      const { payload, first, steps } = this;
      this.keys = first + steps.length;
      this.texts = payload.prompt_texts.concat(steps.map((step) => step.text));
      const { parts, kinds, imageKeys } = positionsOf(payload.spans, first, this.keys);
      Object.assign(this, { parts, kinds, imageKeys });
      this.patchOf = new Map(imageKeys.map((key2, patch) => [key2, patch]));
      this.dimmed = new Set(payload.dimmed || []);
      this.wordKeys = [...kinds.keys()].filter((key2) => kinds[key2] !== "image");
      this.brightKeys = this.wordKeys.filter((key2) => !this.dimmed.has(key2));
    }
    /** Keys the row that predicts a step can see. @param {number} step */
    reach(step) {
      return this.first + step;
    }
    /** A position's text as a person can see it; the stop token, which has none, by name. @param {number} key */
    shown(key2) {
      const last = key2 === this.keys - 1 && key2 >= this.first && this.payload.ended === "end";
      return last && this.texts[key2] === "" ? t2("⟨end⟩") : visible(this.texts[key2]);
    }
    /** @param {number} key */
    quoted(key2) {
      return `“${this.shown(key2).replace(/^ (?=.)/, "")}”`;
    }
  };

  // viewer/state/run.js
  var MEMO = 2e3;
  var Run = class extends Sequence {
    /** @param {Payload} payload */
    constructor(payload) {
      super(payload);
      this.id = payload.run || "";
      this.example = false;
      this.layers = payload.model.layers;
      this.target = payload.target_layers;
      this.settings = payload.settings;
      this.pictures = payload.pictures;
      this.boxes = payload.boxes;
      this.boxImages = payload.box_images;
      this.boxScales = payload.box_scales;
      this.ranges = payload.ranges;
      this.partShares = payload.part_shares || [];
      this.marks = { ...payload.marks };
      this.together = payload.frames_per_token || 1;
      this.groups = grouped(this.pictures.length, this.together);
      this.several = this.pictures.length > this.together;
      this.isVideo = Boolean(payload.fps);
      this.lastGroup = 0;
      this.rows = [];
      this.version = 0;
      this.loaded = 0;
      this.memo = /* @__PURE__ */ new Map();
      this.whole = /* @__PURE__ */ new Map();
      this.sums = null;
      this.place(payload.steps, 0, payload.rows);
    }
    /**
     * Steps from `start` on are replaced by these; rows are of the first of them.
     * @param {Payload["steps"]} steps
     * @param {number} start
     * @param {Rows | null} rows
     */
    place(steps, start, rows) {
      this.steps.length = Math.min(this.steps.length, start);
      this.rows.length = this.steps.length;
      for (const step of steps) {
        this.steps.push(step);
        this.rows.push(null);
      }
      if (rows) this.addRows(start, rows);
      this.refresh();
      this.forget();
    }
    /** @param {number} start @param {Rows} rows what was worked out before is forgotten */
    placeRows(start, rows) {
      this.addRows(start, rows);
      this.forget();
    }
    /**
     * Rows of steps that are there already, come one by one: nothing that was worked out before changes.
     * @param {number} start
     * @param {Rows} rows
     */
    addRows(start, rows) {
      for (const [i, row2] of decodeRows(rows).entries()) this.rows[start + i] = row2;
      this.loaded += rows.shape[0];
    }
    forget() {
      this.version++;
      this.memo.clear();
      this.whole.clear();
    }
    /** @param {number} step */
    has(step) {
      return Boolean(this.rows[step]);
    }
    get complete() {
      return this.rows.every(Boolean);
    }
    /** @param {Layers} layer */
    layerList(layer) {
      return layersOf(layer, this.target, this.layers);
    }
    /** @param {Layers} layer */
    layerWords(layer) {
      return layerWords(layer, this.target, this.layers);
    }
    /**
     * Float32Array [keys]: one layer's row that predicts a step; zeros where there is none.
     * @param {Kind} kind
     * @param {number} step
     * @param {number} layer
     * @param {Normalization} normalization
     */
    row(kind, step, layer, normalization) {
      const held = this.rows[step];
      if (!held) return new Float32Array(this.keys);
      return layerRow(held, kind, layer, normalization, this.keys, this.reach(step));
    }
    /**
     * Float32Array [keys]: mean over the chosen layers; several steps (a word, a range): the mean or max of theirs.
     * @param {Kind} kind
     * @param {number | number[]} steps
     * @param {Layers} layer
     * @param {Normalization} normalization
     * @param {Reduce} [reduce]
     * @returns {Float32Array}
     */
    values(kind, steps, layer, normalization, reduce = "mean") {
      const chosen2 = Array.isArray(steps) ? steps : [steps];
      const name = [kind, chosen2, layer, normalization, chosen2.length > 1 ? reduce : ""].join("|");
      const known3 = this.memo.get(name);
      if (known3) return known3;
      const one = (step) => this.values(kind, step, layer, normalization);
      const layers = () => this.layerList(layer).map((index2) => this.row(kind, chosen2[0], index2, normalization));
      const out = chosen2.length > 1 ? reducedRow(chosen2.map(one), reduce) : meanRow(layers(), this.keys);
      if (!chosen2.every((step) => this.has(step))) return out;
      if (this.memo.size > MEMO) this.memo.clear();
      this.memo.set(name, out);
      return out;
    }
    /** @param {Float32Array} values [keys] */
    shares(values) {
      return partShares(values, this.parts);
    }
    /**
     * How much each output took from the given keys together: Float32Array [steps].
     * @param {number[]} keys
     * @param {Kind} kind
     * @param {Layers} layer
     * @param {Normalization} normalization
     */
    drawnOn(keys2, kind, layer, normalization) {
      return Float32Array.from(this.steps, (_, step) => {
        const values = this.values(kind, step, layer, normalization);
        return keys2.reduce((sum, key2) => sum + values[key2], 0);
      });
    }
    /** The factor LocoRE put on each key in the row that predicts a step (Eq. 8): as Trace.gain. @param {number} step */
    gain(step) {
      const { locore } = this.settings;
      const gain = new Float32Array(this.keys).fill(1);
      const row2 = this.reach(step) - 1;
      if (locore) for (let key2 = Math.max(this.first, row2 - locore.window); key2 < row2; key2++) gain[key2] += locore.beta;
      return gain;
    }
  };

  // viewer/state/arrivals.js
  var FRESH = { token: null, also: [], pins: [], held: null, frame: null };
  function placeRun(viewer, payload, { slot = 0, example = false } = {}) {
    const { state, runs: runs2 } = viewer;
    const before = runs2[slot];
    const same = before && payload && before.id && before.id === (payload.run || "");
    const run = payload ? new Run(payload) : null;
    if (run) run.example = example;
    if (slot) viewer.beside = run;
    else runs2[0] = run;
    if (slot && run) state.held = null;
    viewer.aligned = null;
    viewer.images.clear();
    if (slot === 0 && !same && !viewer.asked) Object.assign(state, FRESH);
    viewer.asked = false;
    viewer.strips[slot].forget();
    checkState(viewer);
    viewer.schedule();
  }
  function growRun(viewer, delta) {
    const run = delta.slot ? viewer.beside : viewer.runs[0];
    if (!run || delta.run && run.id !== delta.run) return;
    run.place(delta.steps, delta.start, delta.rows);
    viewer.aligned = null;
    viewer.grew = performance.now();
    viewer.schedule();
  }

  // viewer/surroundings.js
  var Surroundings = class {
    /** @param {Viewer} viewer */
    constructor(viewer) {
      this.viewer = viewer;
      this.width = 0;
      this.dark = void 0;
      this.themeWatch = new MutationObserver(() => this.look());
      for (const node of [document.documentElement, document.body]) {
        this.themeWatch.observe(node, { attributes: true, attributeFilter: ["class"] });
      }
      this.sizeWatch = new ResizeObserver(() => this.measure());
      this.sizeWatch.observe(viewer.root);
      this.look();
    }
    look() {
      const { root, options } = this.viewer;
      const page2 = Boolean(root.closest(".dark")) || document.body.classList.contains("dark");
      const dark = options.theme ? options.theme === "dark" : page2;
      if (dark === this.dark) return;
      this.dark = dark;
      root.classList.toggle("sv-dark", dark);
      this.viewer.schedule();
    }
    measure() {
      const { clientWidth } = this.viewer.root;
      if (Math.abs(clientWidth - this.width) < 1) return;
      this.width = clientWidth;
      this.viewer.schedule();
    }
    free() {
      this.themeWatch.disconnect();
      this.sizeWatch.disconnect();
    }
  };

  // viewer/viewer.js
  var Viewer = class {
    /** @param {HTMLElement} root @param {ViewerOptions} [options] */
    constructor(root, options = {}) {
      this.options = options;
      this.Plotly = options.plotly || /** @type {any} */
      window.Plotly;
      setLanguage(options.lang);
      this.root = root;
      this.state = { ...DEFAULTS };
      this.runs = [null, null];
      this.beside = null;
      this.aligned = null;
      this.anchor = null;
      this.second = null;
      this.lit = null;
      this.litSlot = 0;
      this.litLayer = /** @type {number | "target" | "all" | null} */
      null;
      this.asked = false;
      this.gone = false;
      this.grew = -Infinity;
      this.images = new Images(() => this.schedule());
      root.classList.add("sv-root");
      this.tip = new Tip(root);
      this.rows = new RowLoader(this);
      this.pace = new Pace();
      this.panels = [];
      const views = makeViews(this);
      this.strips = views.strips;
      this.heat = views.heat;
      this.controls = views.controls;
      this.layers = views.layers;
      this.curve = views.curve;
      this.tabs = views.tabs;
      this.live = views.live;
      this.help = views.help;
      this.drawing = new Drawing(this, views);
      root.addEventListener("keydown", this.onKey = (event) => this.key(event));
      this.surroundings = new Surroundings(this);
      this.draw();
    }
    get run() {
      return this.runs[0];
    }
    get comparing() {
      return Boolean(this.runs[0] && this.runs[1]);
    }
    get holding() {
      return Boolean(this.runs[0]) && this.runs[0] === this.runs[1];
    }
    /** @returns {"light" | "dark"} */
    get theme() {
      return this.surroundings && this.surroundings.dark ? "dark" : "light";
    }
    get width() {
      return this.surroundings ? this.surroundings.width : 0;
    }
    get shownTab() {
      return (
        /** @type {import("./layout.js").Tab} */
        this.tabs.find((tab) => tab.name === this.state.view).view
      );
    }
    /** @param {Payload | null} payload @param {{slot?: 0 | 1, example?: boolean}} [options] */
    setRun(payload, options) {
      placeRun(this, payload, options);
    }
    /** @param {import("./payload.js").Delta} delta news of a growing run */
    appendSteps(delta) {
      growRun(this, delta);
    }
    /** @param {Partial<State>} partial */
    setState(partial) {
      if ("token" in partial) this.asked = !this.run;
      this.change(partial);
    }
    /** @returns {State} */
    getState() {
      return { ...this.state, token: this.run && this.run.steps.length ? this.tokenOf(0) : this.state.token };
    }
    clear() {
      this.beside = null;
      this.runs[1] = null;
      this.asked = false;
      placeRun(this, null);
    }
    destroy() {
      this.gone = true;
      this.drawing.free();
      this.surroundings.free();
      this.live.free();
      this.root.removeEventListener("keydown", this.onKey);
      this.heat.free();
      for (const { view } of this.tabs) if (view.free) view.free();
      this.root.replaceChildren();
      this.root.classList.remove("sv-root", "sv-dark");
    }
    /** Resolves when everything asked for so far is on the screen. */
    drawn() {
      return this.drawing.done();
    }
    draw() {
      this.drawing.draw();
    }
    schedule() {
      this.drawing.schedule();
    }
    /** @param {number} slot */
    tokenOf(slot) {
      return tokenOf(this, slot);
    }
    /** @param {number} slot */
    stepsOf(slot) {
      return stepsOf(this, slot);
    }
    /** @param {number} [step] */
    hold(step) {
      holdToken(this, step);
    }
    /** @param {KeyboardEvent} event */
    key(event) {
      pressKey(this, event);
    }
    /** @param {Partial<State>} partial */
    change(partial) {
      Object.assign(this.state, partial);
      checkState(this);
      this.schedule();
    }
    /** The same by a person's hand: the page is told. @param {Partial<State>} partial */
    set(partial) {
      this.change(partial);
      if (this.options.onState) this.options.onState(this.getState(), partial);
    }
    /** @param {string} action */
    can(action) {
      const { onAction, actions } = this.options;
      return Boolean(onAction) && (!actions || actions.includes(action));
    }
    /**
     * What only the server can do. It may answer with a promise; news({done, total}) tells how far it is.
     * @param {string} name
     * @param {object} detail
     * @param {(news: any) => void} [news]
     */
    act(name, detail, news) {
      const { onAction } = this.options;
      return onAction ? onAction(name, { run: this.run && this.run.id, ...detail }, news) : null;
    }
    /** @param {Run} run @param {number} index */
    image(run, index2) {
      return this.images.get(run.pictures[index2].src);
    }
    /** A key under the pointer. @param {number | null} key @param {number} [slot] */
    hover(key2, slot = 0) {
      lightKey(this, key2, slot);
    }
    /** @param {number | "target" | "all" | null} layer under the pointer */
    hoverLayer(layer) {
      lightLayer(this, layer);
    }
  };

  // app/models/photo_banner.js
  var uploaded = () => Boolean(page.media && page.media.files && page.media.files.some((file) => file.path));
  var PhotoBanner = class {
    constructor() {
      this.root = el("section", { class: "app-photo", role: "status", hidden: true });
      this.about = "";
      this.dismissed = "";
      this.wanted = "";
    }
    start() {
      listeners.add(() => this.look());
      choiceListeners.add(() => this.chosen());
    }
    /** What it would speak of; "" for nothing. */
    subject() {
      const [first] = shown;
      if (page.model !== "demo") return "";
      if (first && first.foreign) return first.id;
      return uploaded() ? JSON.stringify(page.media.files) : "";
    }
    async look() {
      const about2 = this.subject();
      if (about2 === this.about) return;
      this.about = about2;
      this.root.hidden = true;
      if (!about2 || about2 === this.dismissed || !page.header) return;
      const offers2 = await page.header.server.fetch_offers(null);
      if (about2 !== this.about) return;
      if (offers2.error)
        this.about = "";
      else this.draw(offers2.photographs);
    }
    /** @param {Row | null} row the model to take */
    draw(row2) {
      const close = { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×" };
      const dismiss = () => {
        this.dismissed = this.about;
        this.root.hidden = true;
      };
      const button = (key2, kind, click) => el("button", { type: "button", class: "app-button " + kind, text: t(key2), on: { click } });
      const others = button("photo_others", "", () => press("#app-model"));
      const text = row2 ? t("photo_banner", { model: modelLabel(row2.key), figures: figures(row2) }) : t("photo_none");
      const use = row2 && button("photo_use", "app-primary", () => this.use(row2.key));
      this.root.replaceChildren(
        el("p", { text }),
        el("div", { class: "app-photo-do" }, use, others),
        el("button", { ...close, on: { click: dismiss } })
      );
      this.root.hidden = false;
    }
    /** @param {string} key */
    use(key2) {
      this.wanted = key2;
      if (page.header) page.header.trigger("model", { name: key2 });
    }
    /** Another model is chosen: the picture in the field is captioned with the one wanted from here. */
    chosen() {
      this.look();
      const run = this.wanted && page.model === this.wanted;
      this.wanted = "";
      if (run) press("#app-run");
    }
  };
  function figures(row2) {
    const files = row2.here ? t("photo_here") : t("photo_download", { size: fetched(row2) });
    const parts = [files, t("photo_memory", { size: memory(row2) }), row2.seconds === null ? "" : speed(row2.seconds)];
    return parts.filter(Boolean).join(", ");
  }

  // app/page/tour_place.js
  var EDGE4 = 8;
  var GAP4 = 12;
  var FOOT = 230;
  var HEAD = 60;
  function bringIn3(box2) {
    if (!box2) return;
    const away = box2.top < HEAD || Math.min(box2.bottom, box2.top + 240) > innerHeight - FOOT;
    if (away) box2.node.scrollIntoView({ behavior: behavior(), block: small() ? "start" : "center" });
  }
  function placeTour(ring2, card2, box2) {
    ring2.hidden = !box2;
    card2.classList.toggle("low", small() || !box2);
    if (!box2) return;
    const [left, top] = [Math.max(4, box2.left - EDGE4), Math.max(4, box2.top - EDGE4)];
    const [right, bottom] = [Math.min(innerWidth - 4, box2.right + EDGE4), Math.min(innerHeight - 4, box2.bottom + EDGE4)];
    const [width, height] = [Math.max(0, right - left), Math.max(0, bottom - top)];
    Object.assign(ring2.style, {
      transform: `translate(${left}px, ${top}px)`,
      width: `${width}px`,
      height: `${height}px`
    });
    if (small()) {
      Object.assign(card2.style, { left: "", top: "" });
      return;
    }
    const size = card2.getBoundingClientRect();
    const beside2 = right + GAP4 + size.width < innerWidth && right < innerWidth / 2;
    const below = bottom + GAP4 + size.height < innerHeight;
    const above = top - GAP4 - size.height > 0;
    const under = below ? bottom + GAP4 : above ? top - GAP4 - size.height : innerHeight - size.height - 24;
    const aside = !beside2 && !below && !above ? 12 : left + GAP4;
    const x = Math.min(beside2 ? right + GAP4 : aside, innerWidth - size.width - 12);
    const y = Math.max(12, Math.min(beside2 ? top : under, innerHeight - size.height - 12));
    Object.assign(card2.style, { left: `${x}px`, top: `${y}px` });
  }

  // app/page/tour.js
  var FLAG = "saliency-viz-tour";
  var STEPS = [
    ["#app-image", "#app-image", "#app-examples", "#app-prompt", "#app-buttons"],
    [".sv-strip"],
    [".sv-token-card", ".sv-facts", ".sv-layer-row"],
    // what is seen without scrolling
    [".sv-tabs"],
    ["#app-methods"]
    // back at the top
  ];
  var open = null;
  var Tour = class {
    constructor() {
      this.at = 0;
      this.before = /** @type {HTMLElement | null} */
      document.activeElement;
      this.ring = el("div", { class: "app-tour-ring", "aria-hidden": "true" });
      const labels = { "aria-labelledby": "app-tour-title", "aria-describedby": "app-tour-text" };
      const dialog = { role: "dialog", "aria-modal": "false", tabindex: "-1" };
      this.card = el("div", { class: "app-tour-card", ...dialog, ...labels });
      this.root = el("div", { class: "app-tour" }, this.ring, this.card);
      this.follow = () => placeTour(this.ring, this.card, target2(this.at));
      this.key = (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) this.end();
      };
      this.size = new ResizeObserver(this.follow);
    }
    start() {
      document.body.append(this.root);
      document.addEventListener("keydown", this.key);
      addEventListener("resize", this.follow);
      addEventListener("scroll", this.follow, { capture: true, passive: true });
      this.size.observe(document.body);
      this.show(0);
    }
    end() {
      open = null;
      keep(FLAG, "seen");
      document.removeEventListener("keydown", this.key);
      removeEventListener("resize", this.follow);
      removeEventListener("scroll", this.follow, { capture: true });
      this.size.disconnect();
      this.root.remove();
      if (this.before && this.before.isConnected) this.before.focus({ preventScroll: true });
    }
    /** All was seen: the page stands as it was found. */
    done() {
      this.end();
      scrollTo({ top: 0 });
    }
    /** @param {number} at */
    show(at) {
      this.at = at;
      this.card.replaceChildren(
        el("p", { class: "app-tour-count", text: t("tour_count", { n: at + 1, all: STEPS.length }) }),
        el("h2", { id: "app-tour-title", text: t(`tour_${at + 1}`) }),
        el("p", { id: "app-tour-text", text: t(`tour_${at + 1}_text`) }),
        this.buttons(at)
      );
      bringIn3(target2(at));
      this.follow();
      const next = (
        /** @type {HTMLElement} */
        this.card.querySelector("[data-tour=next]")
      );
      next.focus({ preventScroll: true });
    }
    /** @param {number} at */
    buttons(at) {
      const last = at === STEPS.length - 1;
      const button = (name, text, click) => el("button", { type: "button", class: "app-button", "data-tour": name, text, on: { click } });
      const dots = STEPS.map((_, step) => el("i", { class: step === at ? "on" : null }));
      const next = button("next", t(last ? "tour_done" : "tour_next"), () => last ? this.done() : this.show(at + 1));
      next.classList.add("app-primary");
      return el(
        "div",
        { class: "app-tour-buttons" },
        !last && button("skip", t("tour_skip"), () => this.end()),
        el("span", { class: "app-tour-dots", "aria-hidden": "true" }, ...dots),
        at > 0 && button("back", t("tour_back"), () => this.show(at - 1)),
        next
      );
    }
  };
  function target2(at) {
    const [first, ...others] = STEPS[at];
    const names2 = small() || !others.length ? [first] : others;
    const nodes = names2.flatMap((name) => document.querySelector(name) ?? []);
    const seen = nodes.filter((node) => node.getClientRects().length);
    const boxes = seen.map((node) => node.getBoundingClientRect());
    if (!boxes.length) return null;
    return {
      node: seen[0],
      left: Math.min(...boxes.map((box2) => box2.left)),
      top: Math.min(...boxes.map((box2) => box2.top)),
      right: Math.max(...boxes.map((box2) => box2.right)),
      bottom: Math.max(...boxes.map((box2) => box2.bottom))
    };
  }
  function startTour() {
    if (open) return;
    open = new Tour();
    open.start();
  }
  var asked2 = false;
  function firstTour() {
    if (asked2) return;
    asked2 = true;
    const linked = [...new URL(location.href).searchParams.keys()].some((name) => !name.startsWith("__"));
    if (!linked && canKeep() && recalled(FLAG) === null) startTour();
  }

  // app/parts/places.js
  var Places = class {
    /** @param {import("../page/state.js").Part} part @param {Viewer} viewer */
    constructor({ props, server, watch }, viewer) {
      this.props = props;
      this.server = server;
      this.viewer = viewer;
      this.serials = [0, 0];
      this.loaded = [null, null];
      this.refused = null;
      this.chain = Promise.resolve();
      watch(["run", "second"], () => this.changed());
      const pressed2 = ({ target: target3 }) => {
        if (target3 instanceof Element && target3.closest("#app-run")) page.asked = page.picks;
      };
      document.addEventListener("click", pressed2, true);
      watch("delta", () => this.grew());
      this.changed();
    }
    /** @param {() => unknown} work */
    queue(work) {
      this.chain = this.chain.then(work).catch((error) => {
        console.error(error);
        say({ kind: "error", key: "unexpected" });
      });
    }
    changed() {
      for (
        const slot of
        /** @type {const} */
        [0, 1]
      ) {
        const reference = told(slot ? this.props.second : this.props.run);
        const serial = reference ? reference.serial : 0;
        if (this.serials[slot] === serial) continue;
        this.serials[slot] = serial;
        const place = reference && reference.id ? reference : null;
        shown[slot] = place;
        this.queue(() => this.show(slot, place));
        this.queue(() => {
          for (const listener of listeners) listener();
          remember();
        });
        this.queue(() => {
          this.viewer.drawn().then(firstTour);
        });
      }
    }
    /** @param {0 | 1} slot @param {Reference | null} reference */
    async show(slot, reference) {
      const { viewer, loaded } = this;
      if (!reference) {
        loaded[slot] = null;
        viewer.setRun(null, { slot });
        return;
      }
      const { picks } = page;
      const ask = () => this.server.fetch_run(reference.id);
      const payload = await patiently(ask, () => shown[slot] === reference);
      if (payload.gone && shown[slot] !== reference) return;
      if (payload.error) return say(this.refused = { kind: "error", text: payload.error });
      if (this.refused) takeBack(this.refused);
      const since = reference.of ? page.asked : picks;
      if (slot === 0 && loaded[0] !== reference.id && reference.of !== "run") page.stale(page.picks !== since);
      loaded[slot] = reference.id;
      const kept2 = reference.keep ? viewer.getState() : null;
      viewer.setRun(payload, { slot, example: Boolean(reference.example) });
      if (kept2) viewer.setState(kept2);
      if (slot) return;
      if (reference.truth) viewer.setState({ reveal_truth: true });
      if (reference.state) viewer.setState(parsed(reference.state));
      settle(reference, payload);
    }
    grew() {
      const delta = told(this.props.delta);
      if (!delta || !delta.run) return;
      this.queue(async () => {
        if (this.loaded[delta.slot] !== delta.run) return;
        const run = this.viewer.runs[
          /** @type {0 | 1} */
          delta.slot
        ];
        if (run && run.steps.length >= delta.start) this.viewer.appendSteps(delta);
        else await this.show(delta.slot, shown[
          /** @type {0 | 1} */
          delta.slot
        ]);
      });
    }
  };

  // app/parts/questions.js
  var Questions = class {
    /** @param {import("../page/state.js").Part} part */
    constructor({ props, trigger, server, watch }) {
      this.props = props;
      this.trigger = trigger;
      this.server = server;
      this.waiting = /* @__PURE__ */ new Map();
      this.latest = {};
      this.tickets = 0;
      watch("answer", () => this.answered());
      watch("progress", () => this.progressed());
      refusedListeners.add(({ ticket }, sentence) => this.refused(ticket, sentence));
    }
    /** @param {string} kind @param {object} detail @param {(news: any) => void} [news] @returns {Promise<any>} */
    ask(kind, detail, news) {
      const ticket = String(++this.tickets);
      this.latest[kind] = ticket;
      this.trigger("look", { ...detail, kind, ticket });
      return new Promise((resolve, reject) => this.waiting.set(ticket, { resolve, reject, news }));
    }
    /** @param {string} kind */
    halt(kind) {
      this.trigger("halt", { ticket: this.latest[kind] });
    }
    async answered() {
      const { ticket, key: key2 } = told(this.props.answer) || {};
      const asked3 = this.waiting.get(ticket);
      if (!asked3) return;
      this.waiting.delete(ticket);
      const answer = await this.server.fetch_answer(key2);
      if (answer.error) asked3.reject(new Error(answer.error));
      else asked3.resolve(answer);
    }
    /** @param {string} ticket of a question that did not get into the queue @param {string} sentence */
    refused(ticket, sentence) {
      const asked3 = this.waiting.get(ticket);
      this.waiting.delete(ticket);
      if (asked3) asked3.reject(new Error(sentence));
    }
    progressed() {
      const { ticket, ...news } = told(this.props.progress) || {};
      const asked3 = this.waiting.get(ticket);
      if (asked3 && asked3.news) asked3.news(news);
    }
  };

  // app/parts/viewer_part.js
  var QUESTIONS = ["heads", "matrix", "lens", "knock_out", "faithfulness"];
  var PARTS2 = ["#app-header", "#app-image", "#app-prompt", "#app-buttons", "#app-methods", "#app-decoding"];
  function showWhole() {
    const tall = (node) => node !== null && node.offsetHeight > 0;
    const whole = PARTS2.every((name) => tall(document.querySelector(name)));
    requestAnimationFrame(whole ? () => document.body.classList.add("app-ready") : showWhole);
  }
  function mountViewer(part) {
    const { element, server, trigger } = part;
    rememberedTheme();
    const root = (
      /** @type {HTMLElement} */
      element.querySelector(".app-viewer")
    );
    const questions = new Questions(part);
    const viewer = new Viewer(root, {
      plotly: (
        /** @type {any} */
        window.Plotly
      ),
      lang: language,
      keys,
      tour: startTour,
      help: false,
      // the header has its button, and the whole page its key
      actions: ["force", "what_if", "mark", "ask", "claim", ...QUESTIONS],
      model: () => page.model,
      reports: part.props.reports,
      onState: (state, changed) => {
        remember();
        like(state, changed);
        for (const listener of stateListeners) listener();
      },
      onAction: (kind, detail, news) => {
        if (QUESTIONS.includes(kind)) return questions.ask(kind, detail, news);
        if (kind === "claim") return claim(server, detail);
        if (kind === "halt") return questions.halt(detail.kind);
        trigger(kind === "mark" ? "mark" : "action", { ...detail, kind });
        if (kind !== "mark") begun(root);
        return null;
      },
      fetchRows: async (run, step, count = 1) => {
        const rows = await server.fetch_rows([run, step, count]);
        if (rows.error) throw new Error(rows.error);
        return rows;
      }
    });
    page.stale = (on) => document.body.classList.toggle("app-stale", on && Boolean(viewer.run));
    likeBefore(viewer);
    page.viewer = viewer;
    const banner = new PhotoBanner();
    root.before(banner.root);
    banner.start();
    showWhole();
    new Places(part, viewer);
  }
  function begun(root) {
    say({ kind: "busy", key: "queued" });
    const caption = (
      /** @type {HTMLElement} */
      root.querySelector(".sv-caption")
    );
    if (caption.getBoundingClientRect().top < 0) caption.scrollIntoView({ behavior: behavior(), block: "start" });
  }
  async function claim(server, detail) {
    const runs2 = page.header && told(page.header.props.runs) || [];
    const answer = await server.fetch_claim({ ...detail, runs: runs2.map((run) => run.id) });
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  // app/runs/methods_line.js
  var judged = ({ hallucinated, right }) => hallucinated === null ? "–" : `${hallucinated} / ${hallucinated + (right || 0)}`;
  var numbersOf = (line3) => [
    line3.changed === null || line3.name === "plain" ? "–" : `${line3.changed} / ${line3.words}`,
    judged(line3),
    formatNumber(line3.score),
    String(line3.rejected),
    t("methods_seconds", { n: formatNumber(line3.seconds, 2) })
  ];
  function captionOf2({ pieces, name, rejects }) {
    const parts = pieces.map(([text, changed, judgement]) => {
      const isNew = changed && name !== "plain";
      const title = [isNew && t("methods_new"), judgement && t("methods_judged_" + judgement)].filter(Boolean).join(" · ");
      const attributes = { "data-judged": judgement, title: title || null, text };
      return isNew ? el("mark", attributes) : el("span", attributes);
    });
    const words2 = el("span", { class: "app-methods-words" }, ...parts);
    return [words2, rejects && el("p", { class: "app-note", text: rejectionWords(rejects) })];
  }
  function waits(name, { at, done }) {
    if (!at || at.name !== name) return t(done ? "methods_unmade" : "methods_waits");
    const searching = !at.tokens && at.searched > 0;
    return t(searching ? "methods_searching" : "methods_at", { n: searching ? at.searched : at.tokens, m: at.of });
  }

  // app/runs/methods_table.js
  var PLACES = ["methods_first", "methods_second"];
  var NUMBERS = ["methods_changed", "methods_hallucinated", "methods_score", "methods_rejected", "methods_time"];
  var COLUMNS2 = [...PLACES, "methods_method", "methods_caption", ...NUMBERS];
  var numberCell = (text, i) => el("td", { class: "app-num", "data-column": t(NUMBERS[i]), text });
  var MethodsTable = class {
    /** @param {Part} part */
    constructor({ element, props, trigger }) {
      this.props = props;
      this.trigger = trigger;
      this.root = /** @type {HTMLElement} */
      element.querySelector(".app-methods");
      this.chosen = [null, null];
      this.dismissed = false;
      this.serial = 0;
    }
    changed() {
      const table3 = told(this.props.table);
      const begins = table3 && table3.serial !== this.serial;
      if (begins) {
        this.dismissed = false;
        this.chosen = [null, null];
        this.serial = table3.serial;
      }
      this.draw();
      if (begins && small()) this.root.scrollIntoView({ behavior: behavior(), block: "start" });
    }
    /** @param {string} run @param {0 | 1} at */
    choose(run, at) {
      this.chosen[at] = run;
      if (this.chosen[1 - at] === run) this.chosen[1 - at] = null;
      this.draw();
    }
    /** A person's choice stays while its runs are there; else the first two. @param {string[]} runs */
    fillChosen(runs2) {
      this.chosen = this.chosen.map((run) => run && runs2.includes(run) ? run : null);
      for (const at of [0, 1]) {
        if (!this.chosen[at]) this.chosen[at] = runs2.find((run) => !this.chosen.includes(run)) || null;
      }
    }
    draw() {
      const { root } = this;
      const table3 = told(this.props.table);
      root.hidden = !table3 || this.dismissed;
      if (!table3 || root.hidden) return root.replaceChildren();
      this.fillChosen(table3.lines.filter((line3) => line3.run).map((line3) => line3.run));
      const active = document.activeElement;
      const focus = active instanceof HTMLInputElement && root.contains(active) ? { name: active.name, value: active.value } : null;
      root.replaceChildren(this.head(table3), this.body(table3));
      const inputs = [...root.querySelectorAll("input")];
      const again = focus && inputs.find((one) => one.name === focus.name && one.value === focus.value);
      if (again) again.focus();
    }
    /** Both under the header, where one sees them. @param {string | null} first @param {string | null} second */
    open(first, second) {
      this.trigger("show_pair", { first, second });
      const viewer = document.getElementById("app-viewer");
      if (viewer) viewer.scrollIntoView({ behavior: behavior(), block: "start" });
    }
    /** @param {Table} table */
    head(table3) {
      const [first, second] = this.chosen;
      const open2 = el("button", {
        type: "button",
        class: "app-button app-primary",
        "data-methods": "open",
        text: t("methods_open"),
        on: { click: () => this.open(first, second) }
      });
      open2.disabled = !(first && second);
      const dismiss = () => {
        this.dismissed = true;
        this.draw();
      };
      const made4 = table3.lines.filter((line3) => line3.run).length;
      const text = table3.done ? t("methods_done", { n: made4, m: table3.all.length }) : t("methods_running");
      const close = { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×", on: { click: dismiss } };
      const status = el("span", { role: "status", class: "app-methods-said", text });
      const title = el("h2", { text: t("methods_title") });
      return el("div", { class: "app-methods-head" }, title, status, open2, el("button", close));
    }
    /** @param {Table} table */
    body(table3) {
      const heads = COLUMNS2.map((key2) => {
        const hint = t(key2 + "_hint");
        return el("th", { scope: "col", text: t(key2), title: hint === key2 + "_hint" ? null : hint });
      });
      const rows = table3.all.map(
        (name) => this.row(
          name,
          table3.lines.find((line3) => line3.name === name),
          table3
        )
      );
      const inside = el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
      const region = { tabindex: "0", role: "region", "aria-label": t("methods_title") };
      return el("div", { class: "app-methods-scroll", ...region }, inside);
    }
    /** @param {string} name @param {Line | undefined} line @param {Table} table */
    row(name, line3, table3) {
      const title = decodingName(name, table3.titles);
      const head = el("th", { scope: "row", text: title });
      if (!line3 || line3.refused) {
        const kind = "app-methods-wait" + (line3 ? " app-methods-refused" : "");
        const said = el("td", {
          class: kind,
          colspan: COLUMNS2.length - 3,
          text: line3 ? line3.refused : waits(name, table3)
        });
        return el("tr", { "data-method": name }, el("td"), el("td"), head, said);
      }
      const words2 = el("td", { class: "app-methods-caption" }, ...captionOf2(line3));
      const numbers = numbersOf(line3).map(numberCell);
      const radios = (
        /** @type {const} */
        [0, 1].map((at) => this.radio(title, line3, at))
      );
      return el("tr", { "data-method": name }, ...radios, head, words2, ...numbers);
    }
    /** @param {string} title @param {Line} line @param {0 | 1} place */
    radio(title, line3, place) {
      const side = t(PLACES[place]);
      const label2 = `${title}: ${side}`;
      const change2 = () => this.choose(line3.run, place);
      const attributes = { type: "radio", name: "app-methods-" + place, value: line3.run, "aria-label": label2 };
      const input = el("input", { ...attributes, on: { change: change2 } });
      input.checked = this.chosen[place] === line3.run;
      return el("td", { "data-column": side }, input);
    }
  };
  function mountMethods(part) {
    const table3 = new MethodsTable(part);
    part.watch("table", () => table3.changed());
    table3.draw();
  }

  // app/index.js
  listenToPage();
  watchServer();
  var face = {
    // ui/components.py mounts the parts; ui/wiring.py asks for `recall` and tells `decodingChosen`.
    decodings: mountDecodings,
    header: mountHeader,
    media: mountMedia,
    methods: mountMethods,
    note: mountNote,
    notice: mountNotice,
    thumbnails: mountThumbnails,
    viewer: mountViewer,
    recall,
    decodingChosen,
    setTexts,
    // What is on the screen, for tests and whoever looks from the console.
    DEFAULTS,
    address,
    parsed,
    runs,
    say,
    shown,
    lookAtModel: () => page.lookAtModel(),
    get current() {
      return page.viewer;
    },
    get model() {
      return page.model;
    },
    set model(key2) {
      page.model = key2;
    }
  };
  Object.assign(window, { SaliencyApp: face });
})();
