// The example row: a click puts a scene and its ready run on the page.
(function (App) {
  "use strict";

  const { el, t, listeners } = App;
  const FEW = 9; // shown at first, with a tile that shows the rest

  function mountThumbnails({ element, props, trigger }) {
    const root = element.querySelector(".app-thumbs");
    root.setAttribute("aria-label", t("examples"));
    const buttons = (props.items || []).map((item) =>
      el("button", { type: "button", class: "app-thumb", title: item.title + (item.note ? "\n" + item.note : ""), "data-name": item.name, on: { click: () => pick(item.name) } },
        el("img", { src: item.src, alt: item.title, width: 56, height: 56, draggable: "false" })));
    const more = el("button", { type: "button", class: "app-thumbs-more", text: "+" + (buttons.length - FEW), "aria-label": t("more_examples", { n: buttons.length - FEW }), title: t("more_examples", { n: buttons.length - FEW }), on: { click: () => { all(true); buttons[FEW].focus(); } } });
    function all(on) {
      buttons.forEach((button, place) => { button.hidden = !on && place >= FEW; });
      more.hidden = on;
    }
    root.replaceChildren(...buttons, more);
    all(buttons.length <= FEW + 1);
    function pick(name) {
      props.value = { name };
      trigger("pick", {});
    }
    const mark = () => {
      const one = App.chosen && App.chosen.kind === "pictures" && App.chosen.files.length === 1 && App.chosen.files[0], name = one && one.example;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.name === name));
      if (buttons.some((button) => button.hidden && button.dataset.name === name)) all(true);
    };
    listeners.add(mark);
    mark();
  }

  Object.assign(App, { thumbnails: mountThumbnails });
})((window.SaliencyApp = window.SaliencyApp || {}));
