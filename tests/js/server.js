/** A scripted server and a clock for the tests of the work on the server. The real server is met in the browser tests. */

import { Refusal, Unreachable } from "../../static/js/editor/api.js";
import { createEffort } from "../../static/js/editor/effort.js";
import { createJournal } from "../../static/js/editor/journal.js";
import { createStore } from "../../static/js/editor/store.js";
import { FIRST_SCREEN, createWork } from "../../static/js/editor/work.js";

export const lost = () => new Refusal(409, { error: "lease_lost", message: "Your time ran out." });
export const signedOut = () => new Refusal(401, { error: "not_authenticated", message: "Log in." });
export const unreachable = () => new Unreachable(new TypeError("fetch failed"));

/** Timers that fire when the test says so. */
export function createTimers() {
  let waiting = [];
  let now = 0;
  return {
    get now() { return now; },
    set(action, milliseconds) {
      const timer = { action, at: now + milliseconds };
      waiting.push(timer);
      return timer;
    },
    clear(timer) { waiting = waiting.filter((other) => other !== timer); },
    async pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const next = waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = next.at;
        this.clear(next);
        await next.action();
        await settle();
      }
      now = end;
    },
  };
}

export const settle = () => new Promise((resolve) => { setImmediate(resolve); });

/** A Storage in memory. */
export function createStorage() {
  const entries = new Map();
  return {
    get length() { return entries.size; },
    key: (index) => [...entries.keys()][index],
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => entries.set(key, String(value)),
    removeItem: (key) => entries.delete(key),
  };
}

/**
 * The API of the editor with an answer for each function.
 * @param {Record<string, (...args: any[]) => any>} answers what is asked otherwise gets null; an Error is thrown
 */
export function createServer(answers = {}) {
  const calls = [];
  const names = [
    "claimNext", "claimAhead", "claimTask", "renew", "release", "saveDraft", "submitAnnotation", "markUnreadable", "skip",
    "submitReview", "submitAdjudication", "getTask", "reopen",
  ];
  const answer = (name) => async (...args) => {
    calls.push([name, ...args]);
    const result = (await server.answers[name]?.(...args)) ?? null;
    if (result instanceof Error) throw result;
    return result;
  };
  const api = Object.fromEntries(names.map((name) => [name, answer(name)]));
  const server = {
    api: { ...api, listWaiting: async () => ({ items: [] }) },
    answers,
    calls,
    count: (name) => calls.filter(([called]) => called === name).length,
    last: (name) => calls.findLast(([called]) => called === name),
  };
  return server;
}

/** The work of one person, ready to claim. */
export function createDesk(answers, { kind = "annotate", channel = null, storage = createStorage() } = {}) {
  const timers = createTimers();
  const server = createServer(answers);
  const store = createStore({ ...FIRST_SCREEN });
  const journal = createJournal(storage, () => 1000);
  const effort = createEffort(() => timers.now);
  const work = createWork({
    api: server.api, journal, store, timers, preload() {}, project: "yard", kind, effort, channel,
  });
  return { timers, server, store, storage, journal, work, effort };
}
