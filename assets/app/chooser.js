// The panel that offers models: by family, with what each needs beside what is free; weights, adapter, any other name.
// What cannot fit is shown and cannot be chosen, with the reason. Names enter through textContent only.
(function (App) {
  "use strict";

  const { el, t } = App;

  // button: opens it. choose(key): a model was chosen. chosen(): key of the one in use.
  function chooserPanel({ button, server, choose, chosen }) {
    let offers = null, weights = "", asked = 0;
    const room = el("span", { class: "app-models-room" });
    const kinds = el("div", { class: "app-models-kinds", role: "radiogroup", "aria-label": t("models_weights") });
    const list = el("div", { class: "app-models-list" });
    const other = el("input", { type: "text", class: "app-models-text", name: "app-model-other", placeholder: t("models_other_hint"), maxlength: 300, spellcheck: "false", autocomplete: "off" });
    const adapter = el("input", { type: "text", class: "app-models-text", name: "app-model-adapter", placeholder: t("models_adapter_hint"), maxlength: 300, spellcheck: "false", autocomplete: "off" });
    const otherRow = el("label", { class: "app-models-field", hidden: true }, el("span", { text: t("models_other") }), other);
    const adapterRow = el("label", { class: "app-models-field", hidden: true }, el("span", { text: t("models_adapter") }), adapter);
    const lacking = el("p", { class: "app-models-lacking" });
    const use = el("button", { type: "submit", class: "app-button app-models-use", text: t("models_use") });
    const form = el("form", { class: "app-models", role: "dialog", "aria-label": t("models_title"), hidden: true },
      el("div", { class: "app-models-head" }, el("strong", { text: t("models_title") }), room),
      kinds, list, otherRow, adapterRow, lacking, el("div", { class: "app-models-foot" }, use));

    const parts = (key) => { const [name, kind, lora] = key.split("::"); return { name, kind: kind || "", lora: lora || "" }; };
    const joined = (name, kind, lora) => (lora ? [name, kind, lora].join("::") : kind ? name + "::" + kind : name);

    function open(on) {
      if (on === !form.hidden) return;
      form.hidden = !on;
      button.setAttribute("aria-expanded", String(on));
      if (!on) return button.focus();
      const now = parts(chosen());
      weights = now.kind;
      adapter.value = now.lora;
      other.value = "";
      ask();
    }

    async function ask() {
      const ticket = ++asked;
      if (!offers) list.replaceChildren(el("p", { class: "app-models-wait", text: t("models_reading") }));
      form.setAttribute("aria-busy", "true");
      let found;
      try {
        found = await server.fetch_offers(weights || null);
      } catch (lost) {
        found = { error: t("unexpected") };
      }
      if (ticket !== asked) return;
      form.removeAttribute("aria-busy");
      if (found.error) return list.replaceChildren(el("p", { class: "app-models-wait", text: found.error }));
      offers = found;
      draw();
    }

    function draw() {
      room.textContent = offers.room ? t("models_room", offers) : t("models_room_unknown", offers);
      const choices = [["", "models_whole", null], ...offers.quantizations.map((kind) => [kind.name, "models_" + kind.name, kind.lacking])];
      kinds.replaceChildren(el("span", { text: t("models_weights") }), ...choices.map(([value, key, lack]) => {
        const input = el("input", { type: "radio", name: "app-model-weights", value, disabled: Boolean(lack) });
        input.checked = value === weights;
        input.addEventListener("change", () => { weights = value; ask(); });
        return el("label", { class: "app-models-kind", title: lack || null }, input, el("span", { text: t(key) }));
      }));
      const missing = [...new Set([...offers.quantizations.map((kind) => kind.lacking), offers.adapters && offers.adapter_lacking].filter(Boolean))];
      lacking.textContent = missing.join(" ");
      lacking.hidden = !missing.length;
      otherRow.hidden = !offers.free;
      adapterRow.hidden = !offers.adapters;
      adapter.disabled = Boolean(offers.adapter_lacking) || !(offers.free || offers.adapter);
      const groups = new Map();
      for (const row of offers.rows) {
        const family = row.family || t("models_named");
        if (!groups.has(family)) groups.set(family, []);
        groups.get(family).push(row);
      }
      list.replaceChildren(...[...groups].map(([family, rows]) => el("fieldset", { class: "app-models-family" }, el("legend", { text: family }), ...rows.map(line))));
      const checked = list.querySelector("input:checked") || list.querySelector("input:not(:disabled)");
      if (checked) { checked.focus(); checked.scrollIntoView({ block: "nearest" }); }
    }

    // "owner/name", the owner quieter; a directory's path never comes here.
    function named(label) {
      const cut = label.lastIndexOf("/") + 1;
      return [cut && el("span", { class: "app-models-org", text: label.slice(0, cut) }), document.createTextNode(label.slice(cut))];
    }

    function line(row) {
      const able = row.fits && row.reachable;
      const input = el("input", { type: "radio", name: "app-model", value: row.key, disabled: !able });
      input.checked = parts(row.key).name === parts(chosen()).name;
      const size = row.needed ? (row.about ? t("models_about", { size: row.needed }) : row.needed) : "";
      const reason = !row.fits ? t("models_too_large", { needed: size, room: offers.room }) : !row.reachable ? t("models_offline") : size;
      const gauge = el("span", { class: "app-models-gauge", "aria-hidden": "true" });
      gauge.style.setProperty("--share", row.share === null ? 0 : row.share);
      const tags = [row.state === "ready" && el("em", { class: "app-models-loaded", text: t("models_loaded") }), !row.here && row.reachable && el("em", { text: t("models_download") })];
      return el("label", { class: "app-models-row" + (able ? "" : " off") }, input,
        el("span", { class: "app-models-name" }, el("span", {}, ...named(row.label)), ...tags),
        el("span", { class: "app-models-params", text: row.parameters }), gauge, el("span", { class: "app-models-size", text: reason }));
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const typed = other.value.trim(), picked = list.querySelector("input:checked");
      const key = typed ? joined(typed, weights, adapter.value.trim()) : picked && joined(parts(picked.value).name, parts(picked.value).kind, parts(picked.value).name === "demo" ? "" : adapter.value.trim());
      if (!key) return;
      open(false);
      choose(key);
    });
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); open(false); } });
    list.addEventListener("dblclick", (event) => { if (event.target.closest(".app-models-row:not(.off)")) form.requestSubmit(); });
    button.addEventListener("click", () => open(form.hidden));
    document.addEventListener("pointerdown", (event) => {
      if (!form.hidden && !form.contains(event.target) && !button.contains(event.target)) { form.hidden = true; button.setAttribute("aria-expanded", "false"); }
    });
    return form;
  }

  Object.assign(App, { chooserPanel });
})((window.SaliencyApp = window.SaliencyApp || {}));
