// What only the model can add: asked through gradio's queue, like a run; the server tells this page the key of the answer.

import { told } from "../page/state.js";
import { refusedListeners } from "./server.js";

/** @typedef {{resolve: (answer: any) => void, reject: (error: Error) => void, news?: (news: any) => void}} Asked */

export class Questions {
  /** @param {import("../page/state.js").Part} part */
  constructor({ props, trigger, server, watch }) {
    this.props = props;
    this.trigger = trigger;
    this.server = server;
    /** @type {Map<string, Asked>} by ticket */
    this.waiting = new Map();
    /** @type {Record<string, string>} the last ticket of each kind */
    this.latest = {};
    this.tickets = 0;
    watch("answer", () => this.answered());
    watch("progress", () => this.progressed());
    refusedListeners.add(({ ticket }, sentence) => this.refused(ticket, sentence));
  }

  /** @param {string} kind @param {object} detail @param {(news: any) => void} [news] @returns {Promise<any>} */
  ask(kind, detail, news) {
    const ticket = String(++this.tickets);
    this.latest[kind] = ticket;
    this.trigger("look", { ...detail, kind, ticket });
    return new Promise((resolve, reject) => this.waiting.set(ticket, { resolve, reject, news }));
  }

  /** @param {string} kind */
  halt(kind) {
    this.trigger("halt", { ticket: this.latest[kind] });
  }

  async answered() {
    const { ticket, key } = told(this.props.answer) || {};
    const asked = this.waiting.get(ticket);
    if (!asked) return;
    this.waiting.delete(ticket);
    const answer = await this.server.fetch_answer(key);
    if (answer.error) asked.reject(new Error(answer.error));
    else asked.resolve(answer);
  }

  /** @param {string} ticket of a question that did not get into the queue @param {string} sentence */
  refused(ticket, sentence) {
    const asked = this.waiting.get(ticket);
    this.waiting.delete(ticket);
    if (asked) asked.reject(new Error(sentence));
  }

  progressed() {
    const { ticket, ...news } = told(this.props.progress) || {};
    const asked = this.waiting.get(ticket);
    if (asked && asked.news) asked.news(news);
  }
}
