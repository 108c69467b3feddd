// Waiting for one's turn: how many are before, about how long, and a sentence when the queue takes no more.
// gradio 6.31 answers a full queue with status 503 and a short message of its own; the page says what to do instead.

import { newsListeners, say } from "./notice.js";

/** @typedef {import("../page/state.js").Part["server"]} Server */

const AGAIN = 2500; // ms between two looks at the queue

let waiting = 0; // grows whenever the page says something else
let timer = 0;

/** @param {Server} server @param {boolean} full it was refused */
async function place(server, full) {
  const ticket = waiting;
  const found = await server.fetch_place(full).catch(() => null); // offline
  if (!found || ticket !== waiting) return; // the run began, or something else was said
  say({ kind: full ? "error" : "busy", ...found });
}

/** While the notice says "queued", it is kept up to date; a refusal is put in the page's words. @param {Server} server */
export function watchQueue(server) {
  const heard = (/** @type {import("./notice.js").News | null} */ news) => {
    clearTimeout(timer);
    const queued = Boolean(news && news.kind === "busy" && String(news.key).startsWith("queued"));
    if (queued) timer = window.setTimeout(() => place(server, false), AGAIN);
    else waiting++;
  };
  newsListeners.add(heard);
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    const address = given[0] instanceof Request ? given[0].url : String(given[0]);
    if (answer.status === 503 && address.includes("/queue/join")) {
      heard(null);
      place(server, true);
    }
    return answer;
  };
}
