// A server that does not take what it is asked to do: with too many requests gradio 6.31 answers with status 503, a proxy
// before one that is gone with a page of its own, or nobody does. Whose turn it is the server itself tells.

import { t } from "../page/texts.js";
import { say } from "./notice.js";

/** @type {Set<(event: any, sentence: string) => void>} called with what a part told of what was not taken */
export const refusedListeners = new Set();

export function watchQueue() {
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const address = given[0] instanceof Request ? given[0].url : String(given[0]);
    if (!address.includes("/queue/join")) return ask(...given);
    const answer = await ask(...given).catch((error) => {
      refused(given[1], t("server_gone")); // gradio loads the page anew as soon as there is one
      throw error;
    });
    if (answer.ok) return answer;
    const detail = t(answer.status === 503 ? "server_busy" : "server_gone");
    refused(given[1], detail);
    say({ kind: "error", text: detail }); // by no key: that a question is answered does not take it back
    return new Response(JSON.stringify({ detail }), { status: answer.status }); // or gradio shows what it cannot read
  };
}

/** @param {RequestInit | undefined} asked @param {string} sentence */
function refused(asked, sentence) {
  const { event_data: event } = JSON.parse(String((asked && asked.body) || "{}"));
  for (const listener of refusedListeners) listener(event || {}, sentence);
}
