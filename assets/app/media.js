// The field for pictures and videos: dropped, pasted or chosen, and shown as the model will get them, in their order.
// Files go up as they are; what is shown comes back from the server, which opens, turns and samples them (ui/media.py).
(function (App) {
  "use strict";

  const { el, t, told, say } = App;
  const VIDEO = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|m2?ts)$/i;
  const LIMITS = { pictures: 50, video: 200 }; // MB
  const FRAMES = { least: 1, usual: 8, most: 32 };
  const ACCEPT = "image/*,.heic,.heif,.avif,.tif,.tiff,video/*,.mkv,.m4v,.avi,.ts";
  const EMPTY = { items: [] };
  const seconds = (time) => (time < 9.95 ? time.toFixed(1) : time < 600 ? String(Math.round(time)) : Math.floor(time / 60) + ":" + String(Math.round(time % 60)).padStart(2, "0"));
  const isVideo = (file) => file.type.startsWith("video/") || VIDEO.test(file.name);

  function mountMedia({ element, props, trigger, watch, server, upload }) {
    const root = element.querySelector(".app-media");
    let value = {}, seen = EMPTY, serial = 0, ticket = 0, patience = 0;

    const field = el("input", { type: "file", multiple: true, accept: ACCEPT, tabindex: "-1", class: "app-offscreen", "aria-hidden": "true", on: { change: () => { take([...field.files], field.dataset.add === "true"); field.value = ""; } } });
    const choose = (add) => { field.dataset.add = String(Boolean(add)); field.click(); };
    const stage = el("div", { class: "app-media-stage" });
    const about = el("div", { class: "app-media-about" });
    const warning = el("p", { class: "app-media-warning", role: "status" });
    root.replaceChildren(stage, about, warning, field);

    // ---- what comes in

    async function take(files, add) {
      if (!files.length) return say({ kind: "error", key: "media_unknown" });
      const videos = files.filter(isVideo), several = value.kind === "pictures" && (add || value.files.length > 1);
      if (videos.length && (files.length > 1 || add)) return say({ kind: "error", key: "media_mixed" });
      const kind = videos.length ? "video" : "pictures";
      for (const file of files) {
        const size = Math.ceil(file.size / 2 ** 20);
        if (size > LIMITS[kind]) return say({ kind: "error", text: t("media_large", { name: file.name, limit: LIMITS[kind], size }) });
      }
      const mine = busy("media_uploading"), kept = [];
      for (const file of files) {
        try {
          kept.push({ path: (await upload(file)).path, name: file.name });
        } catch (lost) {
          if (mine === ticket) { say({ kind: "error", text: t("media_lost", { name: file.name }) }); draw(); }
          return undefined;
        }
      }
      if (mine !== ticket) return undefined;
      const next = kind === "video" ? { kind, files: kept, frames: FRAMES.usual } : { kind, files: several ? [...value.files, ...kept] : kept };
      return look(next, true);
    }

    // Ask the server what a value looks like; only then it counts, so that a bad file takes nothing away.
    async function look(next, mine) {
      const asked = busy("media_reading");
      let found;
      try {
        found = await server.look_at(next);
      } catch (lost) {
        found = { error: t("unexpected") };
      }
      if (asked !== ticket) return;
      if (found.error) {
        say({ kind: "error", text: found.error });
        draw();
        return;
      }
      settle(next, found, mine);
    }

    function settle(next, found, mine) {
      ticket++;
      value = next;
      seen = found;
      props.value = next;
      App.chosen = next;
      draw();
      for (const listener of App.listeners) listener();
      if (mine && App.stale) App.stale(true);
      if (mine) trigger(next.kind ? "chosen" : "cleared", {});
    }

    const clear = () => { settle({}, EMPTY, true); (stage.querySelector("button") || root).focus(); };

    function busy(key) {
      stage.classList.add("busy");
      stage.dataset.wait = t(key);
      stage.setAttribute("aria-busy", "true");
      return ++ticket;
    }

    // ---- several pictures: order and removal

    const permuted = (list, from, to) => { const copy = [...list]; copy.splice(to, 0, ...copy.splice(from, 1)); return copy; };
    function move(from, to) {
      if (to < 0 || to >= value.files.length || from === to) return;
      settle({ ...value, files: permuted(value.files, from, to) }, { ...seen, items: permuted(seen.items, from, to) }, true);
      stage.querySelectorAll("li[tabindex]")[to].focus();
    }
    function remove(at) {
      const without = (list) => list.filter((_, index) => index !== at);
      if (value.files.length === 1) return clear();
      const next = { ...value, files: without(value.files) };
      if (next.files.length === 1) return look(next, true); // one picture is shown larger
      settle(next, { ...seen, items: without(seen.items) }, true);
      const rest = stage.querySelectorAll("li[tabindex]");
      return rest[Math.min(at, rest.length - 1)].focus();
    }
    function key(event, at) {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key], all = stage.querySelectorAll("li[tabindex]");
      if (event.target !== all[at]) return;
      if (event.key === "Delete" || event.key === "Backspace") remove(at);
      else if (step && event.altKey) move(at, at + step);
      else if (step && all[at + step]) all[at + step].focus();
      else return;
      event.preventDefault();
    }

    // ---- drawing

    const tool = (name, key, sign, act) => el("button", { type: "button", class: "app-media-tool " + name, title: t(key), "aria-label": t(key), text: sign, on: { click: (event) => { event.stopPropagation(); act(); } } });

    function cell(item, at) {
      const count = seen.items.length;
      const node = el("li", { class: "app-media-cell", tabindex: "0", draggable: "true", "aria-label": t("media_item", { n: at + 1, count, width: item.width, height: item.height }), on: {
        keydown: (event) => key(event, at),
        dragstart: (event) => { event.dataTransfer.setData("application/x-place", String(at)); event.dataTransfer.effectAllowed = "move"; },
        dragover: (event) => { if (event.dataTransfer.types.includes("application/x-place")) { event.preventDefault(); event.stopPropagation(); node.classList.add("over"); } },
        dragleave: () => node.classList.remove("over"),
        drop: (event) => {
          const from = event.dataTransfer.getData("application/x-place");
          if (from === "") return;
          event.preventDefault();
          event.stopPropagation();
          move(Number(from), at);
        },
      } },
      el("img", { src: item.src, alt: "", draggable: "false" }), el("span", { class: "app-media-number", text: String(at + 1), "aria-hidden": "true" }),
      el("span", { class: "app-media-hands" },
        at > 0 && tool("earlier", "media_earlier", "‹", () => move(at, at - 1)),
        tool("remove", "media_remove", "×", () => remove(at)),
        at < count - 1 && tool("later", "media_later", "›", () => move(at, at + 1))));
      return node;
    }

    function frame(item) {
      const timed = item.time !== null, name = timed ? t("media_frame", { time: seconds(item.time) }) : "";
      return el("li", { class: "app-media-cell app-media-frame" }, el("img", { src: item.src, alt: name, draggable: "false" }),
        timed && el("span", { class: "app-media-time", text: seconds(item.time) + " s" }));
    }

    function drawVideo() {
      const count = seen.items.length;
      let later = 0;
      const shown = el("output", { text: String(value.frames) });
      const slider = el("input", { type: "range", min: FRAMES.least, max: FRAMES.most, step: 1, value: value.frames, "aria-label": t("media_frames"), on: { input: () => {
        shown.textContent = slider.value;
        clearTimeout(later);
        later = setTimeout(() => look({ ...value, frames: Number(slider.value) }, true), 300);
      } } });
      slider.value = value.frames;
      about.replaceChildren(
        el("label", { class: "app-media-frames" }, el("span", { text: t("media_frames") }), slider, shown),
        el("p", { class: "app-note", text: t("media_video", { duration: seconds(seen.duration), all: seen.source_frames, count }) }));
    }

    function draw() {
      const count = seen.items.length, kind = value.kind || "empty";
      stage.className = "app-media-stage";
      stage.removeAttribute("aria-busy");
      root.dataset.kind = seen.video ? "video" : count > 1 ? "several" : kind;
      about.replaceChildren();
      if (!count) {
        stage.replaceChildren(el("button", { type: "button", class: "app-media-drop", on: { click: () => choose(false) } },
          el("span", { class: "app-media-plus", text: "+", "aria-hidden": "true" }), el("span", { text: t("media_drop") }), el("small", { text: t("media_hint") })));
      } else {
        const tools = el("div", { class: "app-media-tools" }, tool("replace", "media_replace", "↻", () => choose(false)),
          kind === "pictures" && tool("add", "media_add", "+", () => choose(true)), tool("clear", count > 1 ? "media_remove_all" : "media_remove", "×", clear));
        if (seen.video || (kind === "run" && count > 1)) stage.replaceChildren(el("ol", { class: "app-media-list" }, ...seen.items.map(frame)), tools);
        else if (count > 1) stage.replaceChildren(el("ol", { class: "app-media-list" }, ...seen.items.map(cell)), tools);
        else stage.replaceChildren(el("img", { class: "app-media-one", src: seen.items[0].src, alt: t("media_one"), draggable: "false" }), tools);
      }
      if (kind === "run") about.replaceChildren(el("p", { class: "app-note", text: t("media_run", { count }) }));
      else if (kind === "video") drawVideo();
      else if (count === 1) about.replaceChildren(value.files[0].example ? "" : el("p", { class: "app-note", text: `${seen.items[0].width} × ${seen.items[0].height}` }));
      limits();
    }

    // Some families see only the middle of a picture: framed, as soon as it is known. The drawing has the picture's own box.
    function frameSeen() {
      const region = (told(props.part) || {}).region, one = stage.querySelector(".app-media-one"), old = stage.querySelector(".app-media-seen");
      if (old) old.remove();
      if (!region || !one) return;
      const { width, height } = seen.items[0], [left, top, right, bottom] = region;
      const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path"), title = document.createElementNS(space, "title");
      svg.setAttribute("class", "app-media-seen");
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", t("media_part"));
      title.textContent = t("media_part");
      const box = (x, y, to, down) => `M${x} ${y}H${to}V${down}H${x}Z`;
      path.setAttribute("d", box(0, 0, width, height) + box(left * width, top * height, right * width, bottom * height));
      svg.append(title, path);
      one.after(svg);
    }

    // Whether the chosen model takes this is known once it is loaded: said before the run.
    async function limits() {
      clearTimeout(patience);
      warning.textContent = "";
      const count = seen.items.length, video = Boolean(seen.video);
      if (!video && count < 2) return;
      const asked = ticket, able = await server.fetch_takes(props.model).catch(() => null);
      if (asked !== ticket) return;
      if (!able) patience = setTimeout(limits, 1200);
      else if (video && !able.video) warning.textContent = t("takes_no_video", { families: able.videos });
      else if (!video && able.pictures && count > able.pictures) warning.textContent = t("takes_one", { families: able.many });
    }

    // ---- the outside

    const files = (event) => [...((event.dataTransfer || event.clipboardData || {}).files || [])];
    // Anywhere on the page: the browser would leave it for a file that just misses the field.
    const carried = (event) => [...((event.dataTransfer || {}).types || [])].includes("Files");
    document.addEventListener("dragover", (event) => { if (carried(event)) { event.preventDefault(); stage.classList.add("over"); } });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) stage.classList.remove("over"); });
    document.addEventListener("drop", (event) => {
      stage.classList.remove("over");
      if (event.defaultPrevented || !(carried(event) || root.contains(event.target))) return;
      event.preventDefault();
      take(files(event), false);
    });
    document.addEventListener("paste", (event) => {
      const pasted = files(event);
      if (!pasted.length) return; // words belong to the field they are pasted into
      event.preventDefault();
      take(pasted, false);
    });

    function givenCame() {
      const given = told(props.given);
      if (!given || given.serial === serial) return;
      serial = given.serial;
      props.value = given.value;
      look(given.value, false);
    }
    watch("given", givenCame);
    watch("model", limits);
    watch("part", frameSeen);
    draw();
    givenCame();
  }

  Object.assign(App, { media: mountMedia });
})((window.SaliencyApp = window.SaliencyApp || {}));
