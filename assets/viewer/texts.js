// Every sentence of the viewer through one table: the English sentence is the key. Values go in as {name}.
(function (SV) {
  "use strict";

  SV.languages = SV.languages || { en: {} };
  let table = SV.languages.en;

  SV.setLanguage = (name) => { table = SV.languages[(name || "en").slice(0, 2)] || SV.languages.en; };
  SV.t = (sentence, values) => {
    const text = table[sentence] || sentence;
    return values ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole)) : text;
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
