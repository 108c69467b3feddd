// A server that takes nothing more at the moment: gradio 6.31 answers with status 503 and a short message of its own, the
// page says what to do instead. Whose turn it is the server itself tells.

import { say } from "./notice.js";

export function watchQueue() {
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const answer = await ask(...given);
    const address = given[0] instanceof Request ? given[0].url : String(given[0]);
    if (answer.status === 503 && address.includes("/queue/join")) say({ kind: "error", key: "server_busy" });
    return answer;
  };
}
