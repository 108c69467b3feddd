// One tooltip for every view: lines of text beside the pointer or a node, inside the viewer's own frame.
(function (SV) {
  "use strict";

  class Tip {
    constructor(root) {
      this.root = root;
      this.box = SV.el("div", { class: "sv-tip", role: "status", hidden: true });
      root.append(this.box);
    }

    // lines: [[label, value]] or [text].
    show(lines, x, y) {
      if (!lines || !lines.length) return this.hide();
      SV.fill(this.box, ...lines.map((line) => Array.isArray(line)
        ? SV.el("div", { class: "sv-tip-row" }, SV.el("span", { text: line[0] }), SV.el("b", { text: line[1] }))
        : SV.el("div", { class: "sv-tip-text", text: line })));
      this.box.hidden = false;
      const frame = this.root.getBoundingClientRect(), size = this.box.getBoundingClientRect();
      const left = Math.max(4, Math.min(frame.width - size.width - 4, x - frame.left + 14));
      let top = y - frame.top + 16;
      if (y + 16 + size.height > window.innerHeight) top = y - frame.top - size.height - 10;
      this.box.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(0, top))}px)`;
    }
    point(event, lines) { this.show(lines, event.clientX, event.clientY); }
    at(node, lines) {
      const box = node.getBoundingClientRect();
      this.show(lines, box.left - 14, box.bottom - 10);
    }
    hide() { this.box.hidden = true; }
  }
  SV.Tip = Tip;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
