// One line of news or trouble above the page, and quiet remarks elsewhere.
(function (App) {
  "use strict";

  const { el, t, told } = App;
  let notice = null;
  const STOPPABLE = ["running", "waiting_model", "queued", "queued_seconds"]; // a caption in the making

  function say(news) {
    if (!notice) return;
    App.heard(news);
    clearTimeout(notice.timer);
    notice.root.replaceChildren();
    notice.kind = "";
    notice.root.className = "app-notice" + (news && news.kind ? " on " + news.kind : "");
    if (!news || !news.kind) return;
    notice.root.setAttribute("role", news.kind === "error" ? "alert" : "status");
    if (news.kind === "busy") notice.root.append(el("span", { class: "app-spinner", "aria-hidden": "true" }));
    notice.root.append(el("span", { class: "app-notice-text", text: news.text || t(news.key, news.values) }));
    notice.kind = news.kind;
    if (STOPPABLE.includes(news.key)) notice.root.append(el("button", { type: "button", class: "app-button", text: t("stop"), on: { click: () => document.querySelector("#app-stop").click() } }));
    for (const offer of news.offers || []) {
      notice.root.append(el("button", { type: "button", class: "app-button", "data-do": offer.do, text: t(offer.key), on: { click: () => { say(null); App.offers[offer.do](news); } } }));
    }
    notice.root.append(el("button", { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×", on: { click: () => say(null) } }));
    if (news.kind === "info") notice.timer = setTimeout(() => say(null), 8000);
  }

  function mountNotice({ element, props, watch }) {
    notice = { root: element.querySelector(".app-notice"), timer: 0 };
    const draw = () => {
      const news = told(props.note);
      if (news && news.wanted) App.want(news.wanted);
      say(news);
    };
    watch("note", draw);
    draw();
    // What was refused is being changed: the sentence about it has done its work.
    document.addEventListener("input", ({ target }) => { if (notice.kind === "error" && target.closest("#app-left")) say(null); });
  }

  function mountNote({ element, props, watch }) {
    const root = element.querySelector(".app-note");
    const draw = () => {
      const note = told(props.note) || "";
      root.textContent = note.key ? t(note.key, note.values) : note;
      root.classList.toggle("app-note-refused", note.fits === false);
    };
    watch("note", draw);
    draw();
  }

  Object.assign(App, { say, notice: mountNotice, note: mountNote });
})((window.SaliencyApp = window.SaliencyApp || {}));
