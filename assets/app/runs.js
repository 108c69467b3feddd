// The run shown first, and what stands beside it: a token of its own, another decoding, or any other run.
(function (App) {
  "use strict";

  const { el, t, told, popover, runList, runEntry, shown, listeners } = App;
  const METHODS = ["plain", "sgrs", "locore", "both"];

  function runChooser({ props, trigger, watch }) {
    const runs = () => told(props.runs) || [];
    const named = (reference) => { const known = runs().find((run) => run.id === reference.id); return known ? known.label : reference.label; };
    const held = () => (App.current && App.current.holding ? App.current.run.quoted(App.current.run.first + App.current.state.held) : null);

    const list = popover({ label: t("run_list"), id: "app-runs", fill: (panel) => {
      const known = runs(), first = shown[0];
      const act = (run, what, more) => trigger("manage", { run: run.id, act: what, ...more });
      const choose = (run) => { list.open(false); trigger("show_run", { run: run.id, slot: 0 }); };
      const example = first && !known.some((run) => run.id === first.id) && el("p", { class: "app-pop-note", text: t(first.example ? "runs_example" : "runs_opened", { name: first.label }) });
      panel.replaceChildren(el("strong", { text: t("runs_title") }), ...[example || null,
        known.length ? runList(known, { current: first && first.id, choose, act }) : el("p", { class: "app-pop-note", text: t("no_runs") }),
        known.length ? el("p", { class: "app-pop-note", text: t("runs_note") }) : null].filter(Boolean));
    } });

    const compare = popover({ label: t("compare"), id: "app-compare", fill: (panel) => {
      const done = (call) => () => { compare.open(false); call(); };
      const pick = (name, text, call, hint) => el("button", { type: "button", class: "app-pick", "data-compare": name, title: hint || null, on: { click: done(call) } }, el("span", { text }));
      const others = runs().filter((run) => !shown[0] || run.id !== shown[0].id);
      const nothing = () => { if (App.current.state.held !== null) App.current.hold(); else trigger("show_run", { run: null, slot: 1 }); };
      panel.replaceChildren(...[
        (shown[1] || held()) && pick("nothing", t("compare_none"), nothing),
        shown[1] && !held() && pick("swap", t("swap"), () => trigger("show_pair", { first: shown[1].id, second: shown[0].id })),
        pick("token", t("compare_token"), () => App.current.hold(), t("compare_token_hint")),
        el("strong", { text: t("compare_methods") }),
        el("div", { class: "app-pop-row" }, ...METHODS.map((method) => pick("method:" + method, t("method_" + method), () => trigger("compare", { method })))),
        pick("all", t("compare_all"), () => trigger("compare_all", {}), t("compare_all_hint")),
        el("strong", { text: t("compare_runs") }),
        others.length ? el("ul", { class: "app-entries" }, ...others.map((run) => runEntry(run, { current: shown[1] && shown[1].id === run.id, choose: done(() => trigger("show_run", { run: run.id, slot: 1 })) })))
          : el("p", { class: "app-pop-note", text: t("compare_no_runs") }),
        pick("open", t("open_trace_second"), () => App.openTrace("second"))].filter(Boolean));
    } });

    function draw() {
      const [first, second] = shown, token = held();
      list.say(first ? named(first) : t("no_runs"));
      compare.say(token ? t("compare_held", { word: token }) : second ? named(second) : t("compare_none"));
      compare.button.disabled = !first;
      for (const one of [list, compare]) one.again();
    }

    App.compareWith = (recipe) => trigger("compare", { recipe });
    App.runs = runs;
    watch(["runs"], draw);
    listeners.add(draw);
    App.stateListeners.add(draw);
    draw();
    return el("div", { class: "app-group-middle" }, list.root, compare.root);
  }

  Object.assign(App, { runChooser });
})((window.SaliencyApp = window.SaliencyApp || {}));
