// Waiting for one's turn: how many are before, about how long, and a sentence when the queue takes no more.
// gradio 6.31 answers a full queue with status 503 and a short message of its own; the page says what to do instead.
(function (App) {
  "use strict";

  const AGAIN = 2500; // milliseconds between two looks at the queue
  let server = null, waiting = 0, timer = 0;

  async function place(full) {
    const ticket = waiting;
    let found;
    try {
      found = await server.fetch_place(full);
    } catch (offline) {
      return;
    }
    if (ticket !== waiting) return; // the run began, or something else was said
    if (full) return App.say({ kind: "error", ...found });
    App.say({ kind: "busy", ...found });
  }

  // Called with everything the notice says: while it says "queued", it is kept up to date.
  function heard(news) {
    clearTimeout(timer);
    const queued = Boolean(news && news.kind === "busy" && String(news.key).startsWith("queued"));
    waiting += queued ? 0 : 1;
    if (queued && server) timer = setTimeout(() => place(false), AGAIN);
  }

  const ask = window.fetch;
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    const address = String((given[0] && given[0].url) || given[0]);
    if (answer.status === 503 && address.includes("/queue/join") && server) { heard(null); place(true); }
    return answer;
  };

  function watchQueue(header) { server = header; }

  Object.assign(App, { heard, watchQueue });
})((window.SaliencyApp = window.SaliencyApp || {}));
