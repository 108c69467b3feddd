// The address of what is on the screen: written as one looks around, copied on request, read when a page opens.
(function (App) {
  "use strict";

  const { el, shown } = App;

  function address() {
    const url = new URL(location.href);
    const keep = url.searchParams.get("__theme");
    url.search = "";
    const [first, second] = shown;
    for (const [key, value] of Object.entries((first && first.recipe) || {})) url.searchParams.set(key, value);
    const state = App.current ? App.current.getState() : {}, usual = window.SaliencyViewer.DEFAULTS;
    if (first && second && typeof state.held !== "number") { // a held token stands before a second run
      url.searchParams.set("beside", second.id);
      for (const [key, value] of Object.entries(second.recipe)) if (!second.example && key !== "run") url.searchParams.set("beside_" + key, value);
    }
    for (const [key, value] of Object.entries(state)) {
      const always = key === "token" || key === "layer";
      if (value === null || typeof value === "undefined") continue;
      if (always || JSON.stringify(value) !== JSON.stringify(usual[key])) url.searchParams.set(key, written(value, usual[key]));
    }
    if (keep) url.searchParams.set("__theme", keep);
    return url;
  }

  // Many positions are written as ranges: [3, 4, 5, 9] is "3-5.9".
  function written(value, usual) {
    if (!Array.isArray(usual)) return typeof value === "string" ? value : JSON.stringify(value);
    const parts = [];
    for (const number of [...value].sort((a, b) => a - b)) {
      const last = parts[parts.length - 1];
      if (last && number === last[1] + 1) last[1] = number;
      else parts.push([number, number]);
    }
    return parts.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(".");
  }

  function unwritten(text) {
    return text.split(".").slice(0, 2000).flatMap((part) => {
      const [low, high = low] = part.split("-").map(Number);
      return Number.isInteger(low) && Number.isInteger(high) && high - low < 20000 ? Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i) : [];
    });
  }

  // A link's strings as a whole state of the viewer; the viewer checks them. What a link does not say is the default,
  // not what this visitor last chose.
  function parsed(state) {
    const usual = window.SaliencyViewer.DEFAULTS, found = { ...usual };
    for (const [key, text] of Object.entries(state)) {
      if (Array.isArray(usual[key]) && /^[\d.-]+$/.test(text)) found[key] = unwritten(text);
      else try { found[key] = JSON.parse(text); } catch (plain) { found[key] = text; }
    }
    return found;
  }

  let writing = 0;
  function remember() {
    if (!shown[0] || shown[0].aside) return;
    clearTimeout(writing);
    writing = setTimeout(() => history.replaceState(null, "", address()), 250);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch (refused) { // an address without https has no clipboard
      const field = el("textarea", { "aria-hidden": "true", class: "app-offscreen" });
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
  }

  Object.assign(App, { address: () => address().href, parsed, remember, copy });
})((window.SaliencyApp = window.SaliencyApp || {}));
