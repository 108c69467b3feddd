// Which caption is being made, kept in the tab: the page that is loaded after this one says what became of it.

import { MAKING } from "../page/prefs.js";
import { listeners, page, shown } from "../page/state.js";
import { forgetInTab, keepInTab } from "../page/storage.js";
import { newsListeners, STOPPABLE } from "./notice.js";

export function watchMaking() {
  let making = false;
  newsListeners.add((news) => {
    const now = Boolean(news && STOPPABLE.includes(news.key || ""));
    if (!now && news && news.kind === "busy") return; // of something beside it
    if (!now) forgetInTab(MAKING);
    else if (!making) keepInTab(MAKING, ""); // it has no word yet
    making = now;
  });
  listeners.add(() => {
    const runs = page.viewer ? page.viewer.runs : [];
    const growing = shown.find((reference, slot) => reference && runs[slot] && runs[slot].payload.ended === "running");
    if (making && growing) keepInTab(MAKING, growing.id);
  });
}
