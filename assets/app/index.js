// What gradio's parts and the page's own scripts call: the global SaliencyApp of the bundle.

import { DEFAULTS } from "../viewer/state/defaults.js";
import { mountMedia } from "./media/field.js";
import { listenToPage } from "./page/keys.js";
import { address, parsed } from "./page/links.js";
import { recall } from "./page/prefs.js";
import { page, shown } from "./page/state.js";
import { setTexts } from "./page/texts.js";
import { mountHeader } from "./parts/header.js";
import { mountNote, mountNotice, say } from "./parts/notice.js";
import { watchServer } from "./parts/server.js";
import { mountThumbnails } from "./parts/thumbnails.js";
import { mountViewer } from "./parts/viewer_part.js";
import { mountDecodings } from "./runs/decodings.js";
import { mountMethods } from "./runs/methods_table.js";
import { runs } from "./runs/run_chooser.js";
import { decodingChosen } from "./runs/run_due.js";

listenToPage();
watchServer();

const face = {
  // ui/components.py mounts the parts; ui/wiring.py asks for `recall` and tells `decodingChosen`.
  decodings: mountDecodings,
  header: mountHeader,
  media: mountMedia,
  methods: mountMethods,
  note: mountNote,
  notice: mountNotice,
  thumbnails: mountThumbnails,
  viewer: mountViewer,
  recall,
  decodingChosen,
  setTexts,

  // What is on the screen, for tests and whoever looks from the console.
  DEFAULTS,
  address,
  parsed,
  runs,
  say,
  shown,
  lookAtModel: () => page.lookAtModel(),
  get current() {
    return page.viewer;
  },
  get model() {
    return page.model;
  },
  set model(key) {
    page.model = key;
  },
};

Object.assign(window, { SaliencyApp: face });
