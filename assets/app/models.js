// Which model captions, and where it stands: downloading, reading, ready, unloaded, failed.
(function (App) {
  "use strict";

  const { el, t, icon } = App;
  const SOON = 700, LATER = 20000; // milliseconds until the next look at a model that loads, and at one that rests
  const bytes = (count) => (count >= 1e8 ? (count / 1e9).toFixed(1) + " GB" : (count / 1e6).toFixed(1) + " MB");

  // A model's key for people (see serving/model_key.py); a directory by its last part.
  function label(key) {
    const [name, , adapter] = key.split("::");
    return [name, adapter].filter(Boolean).map((part) => (part.startsWith("/") ? part.split("/").pop() : part)).join(" + ");
  }

  // The words of a chip for a state.
  function words(state) {
    if (state.state === "loading" && state.stage) {
      const share = state.total ? Math.floor((100 * state.done) / state.total) : 0;
      const key = state.stage === "download" && !state.total ? "looking" : state.stage;
      return t("status_" + key, { done: bytes(state.done), total: bytes(state.total), share });
    }
    return t("status_" + state.state, state);
  }

  // The button that names the model and opens the chooser, and the chip that says where the model stands.
  function modelChooser({ props, trigger, watch, server }) {
    const name = el("span", { class: "app-pop-value app-model-name" });
    const button = el("button", { type: "button", class: "app-button", id: "app-model", "aria-haspopup": "dialog", "aria-expanded": "false" }, el("span", { class: "app-pop-label", text: t("model") }), name, icon("down"));
    const text = el("span", { class: "app-status-text" });
    const bar = el("span", { class: "app-status-bar", "aria-hidden": "true" });
    const status = el("span", { class: "app-status", role: "status" }, text, bar);
    const halt = el("button", { type: "button", class: "app-button app-status-do", id: "app-model-halt", hidden: true, on: { click: () => trigger("halt_model", { name: props.model }) } });
    const again = el("button", { type: "button", class: "app-button app-status-do", id: "app-model-again", hidden: true, text: t("models_again"), on: { click: () => trigger("model", { name: props.model }) } });
    halt.textContent = t("models_halt");
    const chooser = App.chooserPanel({ button, server, choose: (key) => trigger("model", { name: key }), chosen: () => props.model });

    let polls = 0, before = {}, retry = 0;
    async function poll() {
      const ticket = ++polls;
      clearTimeout(retry);
      let state = null;
      try {
        state = await server.fetch_status(props.model);
      } catch (offline) {
        return;
      }
      if (ticket !== polls) return;
      draw(state);
      const soon = state.state === "loading" || state.state === "none";
      retry = setTimeout(() => { if (ticket === polls) poll(); }, soon ? SOON : LATER);
    }

    function draw(state) {
      const changed = state.state !== before.state || state.name !== before.name;
      status.dataset.state = state.state;
      status.setAttribute("aria-live", state.state === "loading" ? "off" : "polite");
      status.title = state.reason || (state.revision ? state.revision.slice(0, 10) : "");
      text.textContent = words(state);
      bar.style.setProperty("--share", state.state === "loading" && state.total ? state.done / state.total : 0);
      halt.hidden = state.state !== "loading";
      again.hidden = !(state.state === "failed" || (state.state === "none" && state.reason));
      if (changed && state.state === "failed") App.say({ kind: "error", text: state.reason });
      if (changed && state.note) App.say({ kind: "warning", text: state.note });
      if (changed && state.state === "ready") trigger("plan", {});
      before = state;
    }

    function modelChanged() {
      App.model = props.model;
      name.textContent = label(props.model);
      Object.assign(status.dataset, { state: "asked" });
      text.textContent = "";
      if (App.current) App.current.schedule();
      poll();
    }
    watch(["model"], modelChanged);
    App.listeners.add(() => trigger("plan", {})); // another run is shown: its picture may be another, and memory is
    document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
    modelChanged();
    App.lookAtModel = poll;
    return el("div", { class: "app-group-left" }, el("div", { class: "app-pop-box" }, button, chooser), status, halt, again);
  }

  Object.assign(App, { modelChooser });
})((window.SaliencyApp = window.SaliencyApp || {}));
