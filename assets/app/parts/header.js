// The header: name, model, runs, link, export, theme, help.

import { el } from "../../shared/dom.js";
import { ModelStatus } from "../models/status.js";
import { icon } from "../page/icons.js";
import { toggleHelp } from "../page/keys.js";
import { languageButton } from "../page/language.js";
import { address, copy, forgetBack, watchHistory } from "../page/links.js";
import { behavior, listeners, page, shown } from "../page/state.js";
import { language, t } from "../page/texts.js";
import { themeButton } from "../page/theme.js";
import { ExportMenu } from "../runs/export_menu.js";
import { RunChooser } from "../runs/run_chooser.js";
import { watchDue } from "../runs/run_due.js";
import { watchMaking } from "./making.js";
import { newsListeners, say } from "./notice.js";

/** @param {import("../page/state.js").Part} part */
export function mountHeader(part) {
  const { element, server } = part;
  page.header = part;
  watchMaking();
  watchDue();
  watchHistory();
  newsListeners.add((news) => news && news.kind === "error" && forgetBack());
  document.documentElement.lang = language;
  const link = linkButton(server);
  const exports = new ExportMenu(server);
  const models = new ModelStatus(part);
  const runs = new RunChooser(part);
  const right = el(
    "div",
    { class: "app-group-right" },
    toInputs(),
    link,
    exports.root,
    languageButton(),
    themeButton(),
    helpButton(),
  );
  const header = /** @type {HTMLElement} */ (element.querySelector(".app-header"));
  header.replaceChildren(skipLink(), brand(), models.root, runs.root, right);
  models.start();
  runs.start();
  page.lookAtModel = () => models.poll();
  const allow = () => {
    link.disabled = !shown[0];
    exports.allow(Boolean(shown[0]));
  };
  listeners.add(allow);
  allow();
}

const brand = () =>
  el(
    "h1",
    { class: "app-brand" },
    el("span", { class: "app-mark", "aria-hidden": "true" }),
    el("span", { text: "saliency_viz" }),
  );

function skipLink() {
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (page.viewer) page.viewer.strips[0].focus();
  };
  return el("a", { class: "app-skip", href: "#app-viewer", text: t("skip"), on: { click: skip } });
}

/** On a phone the result comes first: a way down to picture, prompt and Run. */
function toInputs() {
  const go = () => {
    const inputs = document.getElementById("app-left");
    if (inputs) inputs.scrollIntoView({ behavior: behavior(), block: "start" });
  };
  const attributes = { type: "button", class: "app-button app-primary", id: "app-to-inputs", text: t("to_inputs") };
  return el("button", { ...attributes, on: { click: go } });
}

function helpButton() {
  const name = { "aria-label": t("help"), title: t("help") + " (?)", text: "?" };
  return el("button", { type: "button", class: "app-button app-round", id: "app-help", ...name, on: { click: toggleHelp } }); // prettier-ignore
}

/** @param {import("../page/state.js").Part["server"]} server */
function linkButton(server) {
  const copyLink = async () => {
    if (!shown[0]) return;
    const own = shown.flatMap((reference) => (reference && !reference.example ? [reference.id] : []));
    const shared = Promise.all(own.map((run) => server.share_run(run)));
    await copy(address()); // at once: a browser lets no script copy long after the click
    const lost = (await shared).find((answer) => answer.error);
    if (lost) return say({ kind: "error", text: lost.error });
    const short = shown.some((reference) => reference && reference.short);
    say(short ? { kind: "warning", key: "copied_short" } : { kind: "info", key: "copied" });
  };
  const name = { title: t("copy_link"), "aria-label": t("copy_link") };
  const attributes = { type: "button", class: "app-button", id: "app-copy-link", ...name };
  return el("button", { ...attributes, on: { click: copyLink } }, icon("link"), el("span", { text: t("copy_link") }));
}
