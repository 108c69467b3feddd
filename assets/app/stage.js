// The viewer on this page: which runs it shows, news of a growing one, and what only the model can add.
(function (App) {
  "use strict";

  const { t, told, say, shown, listeners, language } = App;
  const LOOKS = ["heads", "matrix", "lens", "faithfulness"]; // computed for one step, when asked for

  // The page is shown once every part has its height (gradio draws them frame by frame), at the latest after 4 s (app.css).
  const PARTS = ["#app-header", "#app-image", "#app-prompt", "#app-buttons", "#app-methods", "#app-decoding"];
  function settle() {
    const whole = PARTS.every((name) => (document.querySelector(name) || { offsetHeight: 0 }).offsetHeight > 0);
    requestAnimationFrame(whole ? () => document.body.classList.add("app-ready") : settle);
  }

  function mountViewer({ element, props, trigger, watch, server }) {
    App.rememberedTheme();
    const root = element.querySelector(".app-viewer");
    const viewer = window.SaliencyViewer.create(root, {
      plotly: window.Plotly,
      lang: language,
      keys: App.keys,
      tour: App.tour,
      help: false, // the header has its button, and the whole page its key
      actions: ["force", "what_if", "mark", "ask", ...LOOKS],
      model: () => App.model,
      onState: (state, changed) => {
        App.remember();
        App.like(state, changed);
        for (const listener of App.stateListeners) listener();
      },
      onAction: (kind, detail, news) => {
        if (LOOKS.includes(kind)) return look({ ...detail, kind }, news);
        if (kind === "halt") return trigger("halt", { ticket: latest[detail.kind] });
        trigger(kind === "mark" ? "mark" : "action", { ...detail, kind });
        if (kind !== "mark") {
          say({ kind: "busy", key: "queued" });
          const caption = element.querySelector(".sv-caption"); // where it will be written
          if (caption.getBoundingClientRect().top < 0) caption.scrollIntoView({ behavior: App.calm() ? "auto" : "smooth", block: "start" });
        }
        return null;
      },
      fetchRows: async (run, step, count) => {
        const rows = await server.fetch_rows([run, step, count || 1]);
        if (rows.error) throw new Error(rows.error);
        return rows;
      },
    });
    App.stale = (on) => root.classList.toggle("app-stale", on && Boolean(viewer.run)); // of a picture that is no longer in the field
    App.likeBefore(viewer);
    App.current = viewer;
    settle();
    const serials = [0, 0];
    const loaded = [null, null];
    let chain = Promise.resolve(); // one change after the other, in the order they came
    const queue = (work) => { chain = chain.then(work).catch((error) => { console.error(error); say({ kind: "error", key: "unexpected" }); }); };

    // What the model adds is computed in the queue, like a run; the server tells this page the key of the answer, once it is there.
    const waiting = new Map(), latest = {};
    let tickets = 0;
    function look(detail, news) {
      const ticket = (latest[detail.kind] = String(++tickets));
      trigger("look", { ...detail, ticket });
      return new Promise((resolve, reject) => waiting.set(ticket, { resolve, reject, news }));
    }
    async function answerCame() {
      const { ticket, key } = told(props.answer) || {}, asked = waiting.get(ticket);
      if (!asked) return;
      waiting.delete(ticket);
      try {
        const answer = await server.fetch_answer(key);
        if (answer.error) asked.reject(new Error(answer.error));
        else asked.resolve(answer);
      } catch (lost) {
        asked.reject(new Error(t("unexpected")));
      }
    }
    function progressCame() {
      const { ticket, ...news } = told(props.progress) || {}, asked = waiting.get(ticket);
      if (asked && asked.news) asked.news(news);
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
      if (slot === 0) App.stale(false);
      const kept = reference.keep ? viewer.getState() : null;
      viewer.setRun(payload, { slot, example: Boolean(reference.aside) });
      if (kept) viewer.setState(kept);
      if (reference.state && slot === 0) viewer.setState(App.parsed(reference.state));
      if (slot === 0) App.settle(reference, payload, viewer);
    }

    function runChanged() {
      [told(props.run), told(props.second)].forEach((reference, slot) => {
        const serial = reference ? reference.serial : 0;
        if (serials[slot] === serial) return;
        serials[slot] = serial;
        shown[slot] = reference && reference.id ? reference : null;
        queue(() => show(slot, shown[slot]));
        queue(() => { for (const listener of listeners) listener(); App.remember(); });
        queue(() => { viewer.drawn().then(App.firstTour); });
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
    watch("progress", progressCame);
    runChanged();
  }

  Object.assign(App, { viewer: mountViewer });
})((window.SaliencyApp = window.SaliencyApp || {}));
