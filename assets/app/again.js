// A link whose run is gone: what it wanted to show waits until the run has been made again, or its trace opened.
(function (App) {
  "use strict";

  let wanted = null; // {state: strings of the link, beside: recipe of the second run or null}

  const want = (what) => { wanted = what; };

  // A whole run came into the first place: it is looked at as the link says, and the second is made.
  function settle(reference, payload, viewer) {
    if (!wanted || reference.aside || payload.ended === "running") return;
    const { state, beside } = wanted;
    wanted = null;
    if (reference.example) return; // the person went elsewhere
    viewer.setState(App.parsed(state));
    if (beside) App.compareWith(beside);
  }

  const open = (place) => (document.querySelector(`#app-open-${place} input[type=file], input[type=file]#app-open-${place}`) || document.querySelector(`#app-open-${place}`)).click();

  const offers = {
    again: () => document.querySelector("#app-run").click(),
    again_beside: (news) => App.compareWith(news.recipe),
    open: () => open("first"),
    open_beside: () => open("second"),
  };

  Object.assign(App, { want, settle, offers, openTrace: open });
})((window.SaliencyApp = window.SaliencyApp || {}));
