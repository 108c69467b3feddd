// The view in words, for who hears it: where a panel is strongest, and what the selected token drew on. Methods of Viewer.
(function (SV) {
  "use strict";

  const STRONGEST = 3;

  // Row and column of a patch among those of its picture, from 1.
  function cell(run, sheet, patch) {
    const place = (side) => [...new Set(sheet.patches.map((one) => run.boxes[one][side]))].sort((a, b) => a - b).indexOf(run.boxes[patch][side]) + 1;
    return { row: place(1), column: place(0) };
  }

  SV.Said = {
    // What a panel draws on the picture, as a sentence.
    saidPanel(source) {
      const { run, values } = source;
      if (!run || !values || !run.imageKeys.length) return "";
      const sheets = run.sheets.flatMap((sheet) => sheet.patches.map((patch) => ({ sheet, patch, value: values[run.imageKeys[patch]] })));
      const size = ({ value }) => (Number.isNaN(value) ? -1 : Math.abs(value));
      const list = sheets.sort((a, b) => size(b) - size(a)).slice(0, STRONGEST).map(({ sheet, patch, value }) => {
        const words = SV.t("row {row}, column {column}: {v}", { ...cell(run, sheet, patch), v: SV.number(value) });
        return run.pictures.length > 1 ? `${SV.t("picture {n}", { n: sheet.picture + 1 })}, ${words}` : words;
      });
      return SV.t("Strongest patches: {list}.", { list: list.join("; ") });
    },

    // The selected token and where its saliency went.
    saidToken() {
      const { run } = this;
      if (!run || !run.steps.length) return "";
      const steps = this.stepsOf(0), word = steps.map((step) => run.shown(run.first + step).trim()).join(" ");
      if (!steps.every((step) => run.has(step))) return `${word}: ${SV.t("not observed yet")}`;
      const shares = run.shares(run.values("saliency", steps, this.state.layer, this.state.normalization));
      const parts = shares ? [["image", "image"], ["prompt", "prompt"], ["words before", "outputs"]].map(([name, part]) => `${SV.t(name)} ${SV.percent(shares[part])}`) : [];
      return `${word}: ${SV.t("saliency")} ${parts.join(", ")}; ${run.layerWords(this.state.layer)}`;
    },

    // Told a moment after the last change, so that stepping fast is not read word by word.
    tellSoon() {
      clearTimeout(this.telling);
      this.telling = setTimeout(() => {
        const words = this.gone ? "" : this.saidToken();
        if (this.live.textContent !== words) this.live.textContent = words;
      }, 400);
    },
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
