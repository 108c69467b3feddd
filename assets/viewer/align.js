// Two captions laid beside each other: longest common subsequence of token ids, and which positions mean the same.
(function (SV) {
  "use strict";

  // [[i, j], ...] of equal elements in order, as many as there can be.
  SV.common = (first, second) => {
    const n = first.length, m = second.length, length = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
    for (let i = n - 1; i >= 0; i--) {
      for (let j = m - 1; j >= 0; j--) {
        length[i][j] = first[i] === second[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
      }
    }
    const pairs = [];
    for (let i = 0, j = 0; i < n && j < m;) {
      if (first[i] === second[j]) pairs.push([i++, j++]);
      else if (length[i + 1][j] >= length[i][j + 1]) i++;
      else j++;
    }
    return pairs;
  };

  // {there: Map first key -> second key, back: the reverse, changed: [Set of steps, Set of steps], sameImage}
  SV.align = (first, second) => {
    if (first === second) { // two tokens of one run
      const same = new Map(Array.from({ length: first.keys }, (_, key) => [key, key]));
      return { there: same, back: same, changed: [new Set(), new Set()], sameImage: true, pairs: first.steps.map((_, i) => [i, i]) };
    }
    const there = new Map(), ids = (run) => run.steps.map((step) => step.token_id);
    const pairs = SV.common(ids(first), ids(second));
    for (const [i, j] of pairs) there.set(first.first + i, second.first + j);
    const sameImage = first.imageKeys.length === second.imageKeys.length && JSON.stringify(first.boxes) === JSON.stringify(second.boxes);
    if (sameImage) first.imageKeys.forEach((key, patch) => there.set(key, second.imageKeys[patch]));
    const words = (run) => run.wordKeys.filter((key) => key < run.first);
    const [a, b] = [words(first), words(second)];
    for (const [i, j] of SV.common(a.map((key) => first.texts[key]), b.map((key) => second.texts[key]))) there.set(a[i], b[j]);
    const changed = [new Set(first.steps.keys()), new Set(second.steps.keys())];
    for (const [i, j] of pairs) {
      changed[0].delete(i);
      changed[1].delete(j);
    }
    return { there, back: new Map([...there].map(([key, other]) => [other, key])), changed, sameImage, pairs };
  };

  // The step of the second run that stands where one of the first does: its partner, or the one after the last pair before it.
  SV.partner = (pairs, step, count) => {
    let best = null;
    for (const [i, j] of pairs) {
      if (i === step) return j;
      if (i < step) best = [i, j];
    }
    const guess = best ? best[1] + (step - best[0]) : step;
    return Math.max(0, Math.min(count - 1, guess));
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
