// Four steps around the page for a first visit. Dismissed once, it does not come back by itself; the help shows it again.
(function (App) {
  "use strict";

  const { el, t } = App;
  const FLAG = "saliency-viz-tour"; // in localStorage: "seen"
  // What each step points at: all of these together, on a small screen the first.
  const STEPS = [["#app-image", "#app-examples", "#app-prompt", "#app-buttons"], [".sv-strip"], [".sv-token-card"], [".sv-tabs"]];
  const EDGE = 8, GAP = 12; // pixels around what is pointed at, and from there to the card

  const seen = () => { try { return localStorage.getItem(FLAG); } catch (refused) { return "seen"; } };
  const remember = () => { try { localStorage.setItem(FLAG, "seen"); } catch (refused) { /* private window */ } };

  let open = null; // {at, root, ring, card, before, follow}

  function start() {
    if (open) return;
    const ring = el("div", { class: "app-tour-ring", "aria-hidden": "true" });
    const card = el("div", { class: "app-tour-card", role: "dialog", "aria-modal": "false", "aria-labelledby": "app-tour-title", "aria-describedby": "app-tour-text", tabindex: "-1" });
    const root = el("div", { class: "app-tour" }, ring, card);
    document.body.append(root);
    open = { at: 0, root, ring, card, before: document.activeElement, follow: () => place() };
    document.addEventListener("keydown", key);
    addEventListener("resize", open.follow);
    addEventListener("scroll", open.follow, { capture: true, passive: true });
    open.size = new ResizeObserver(open.follow);
    open.size.observe(document.body);
    show(0);
  }

  function end() {
    if (!open) return;
    const { root, before, follow, size } = open;
    open = null;
    remember();
    document.removeEventListener("keydown", key);
    removeEventListener("resize", follow);
    removeEventListener("scroll", follow, { capture: true });
    size.disconnect();
    root.remove();
    if (before && before.isConnected) before.focus({ preventScroll: true });
  }

  const small = () => innerWidth <= 860;

  // The frame around what the step points at, and its first part; null when nothing of it can be seen.
  function target() {
    const nodes = STEPS[open.at].map((name) => document.querySelector(name)).filter((node) => node && node.getClientRects().length);
    const boxes = (small() ? nodes.slice(0, 1) : nodes).map((node) => node.getBoundingClientRect());
    const edge = (side, most) => most(...boxes.map((box) => box[side]));
    return boxes.length ? { node: nodes[0], left: edge("left", Math.min), top: edge("top", Math.min), right: edge("right", Math.max), bottom: edge("bottom", Math.max) } : null;
  }

  function show(at) {
    open.at = at;
    const last = at === STEPS.length - 1, button = (name, text, call, more) => el("button", { type: "button", class: "app-button", "data-tour": name, text, on: { click: call }, ...more });
    open.card.replaceChildren(
      el("p", { class: "app-tour-count", text: t("tour_count", { n: at + 1, all: STEPS.length }) }),
      el("h2", { id: "app-tour-title", text: t(`tour_${at + 1}`) }),
      el("p", { id: "app-tour-text", text: t(`tour_${at + 1}_text`) }),
      el("div", { class: "app-tour-buttons" },
        !last && button("skip", t("tour_skip"), end),
        el("span", { class: "app-tour-dots", "aria-hidden": "true" }, ...STEPS.map((_, step) => el("i", { class: step === at ? "on" : null }))),
        at > 0 && button("back", t("tour_back"), () => show(at - 1)),
        button("next", t(last ? "tour_done" : "tour_next"), () => (last ? end() : show(at + 1)), { class: "app-button app-primary" })));
    const box = target();
    const away = box && (box.top < 60 || Math.min(box.bottom, box.top + 240) > innerHeight - 230);
    if (away) box.node.scrollIntoView({ behavior: App.calm() ? "auto" : "smooth", block: small() ? "start" : "center" });
    place();
    open.card.querySelector("[data-tour=next]").focus({ preventScroll: true });
  }

  // The ring around the target, the card below it, above it, or at the foot of a small screen.
  function place() {
    if (!open) return;
    const { ring, card } = open, box = target();
    ring.hidden = !box;
    card.classList.toggle("low", small() || !box);
    if (!box) return;
    const size = card.getBoundingClientRect();
    const left = Math.max(4, box.left - EDGE), top = Math.max(4, box.top - EDGE);
    const right = Math.min(innerWidth - 4, box.right + EDGE), bottom = Math.min(innerHeight - 4, box.bottom + EDGE);
    Object.assign(ring.style, { left: `${left}px`, top: `${top}px`, width: `${Math.max(0, right - left)}px`, height: `${Math.max(0, bottom - top)}px` });
    if (small()) {
      Object.assign(card.style, { left: "", top: "" });
      return;
    }
    const beside = right + GAP + size.width < innerWidth && right < innerWidth / 2;
    const below = bottom + GAP + size.height < innerHeight, above = top - GAP - size.height > 0;
    const y = beside ? top : below ? bottom + GAP : above ? top - GAP - size.height : innerHeight - size.height - 24;
    const x = beside ? right + GAP : left + GAP;
    Object.assign(card.style, { left: `${Math.min(x, innerWidth - size.width - 12)}px`, top: `${Math.max(12, Math.min(y, innerHeight - size.height - 12))}px` });
  }

  function key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) end(); // the view may have had something to unpin
  }

  // A first visit that came without a link: once the page shows something to point at.
  let asked = false;
  function first() {
    if (asked) return;
    asked = true;
    if (seen() || [...new URL(location.href).searchParams.keys()].some((name) => !name.startsWith("__"))) return;
    start();
  }

  Object.assign(App, { tour: start, firstTour: first });
})((window.SaliencyApp = window.SaliencyApp || {}));
