// Whether a caption is being made, kept in the tab: the page that is loaded after this one says what became of it.

import { MAKING } from "../page/prefs.js";
import { forgetInTab, keepInTab } from "../page/storage.js";
import { newsListeners, STOPPABLE } from "./notice.js";

export function watchMaking() {
  newsListeners.add((news) => {
    if (news && STOPPABLE.includes(news.key || "")) keepInTab(MAKING, "1");
    else if (!news || news.kind !== "busy") forgetInTab(MAKING);
  });
}
