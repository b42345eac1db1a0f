/** Saves what is typed: to the local journal at once, to the server within two seconds, and again until it arrives. */

import { toKept, toPayload } from "./state.js";

export const SAVE_AFTER = 1000;
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 15000;

/**
 * @param {object} parts
 * @param {(error: Error) => boolean} parts.onTrouble takes an error that ends or suspends the lease; says whether it did
 * @param {{set: (action: () => void, milliseconds: number) => any, clear: (timer: any) => void}} parts.timers
 */
export function createSaving({ api, journal, store, timers, onTrouble, effort }) {
  let timer = null;
  let retryAfter = FIRST_RETRY;
  let isDirty = false;
  let isSaving = false;
  /** Counts up when the work ends, so that an answer that comes later is about nothing any more. */
  let turn = 0;

  const work = () => ({ ...toPayload(store.state), base_revision: store.screen.bundle.task.revision });
  const report = (status, message = "") => store.show({ save: { status, message } });

  function changed() {
    const { task } = store.screen.bundle;
    journal.write(task.id, task.revision, { ...toKept(store.state), effort: effort.read() });
    isDirty = true;
    if (store.screen.save.status !== "offline") report("pending");
    plan(SAVE_AFTER);
  }

  function plan(milliseconds) {
    timer ??= timers.set(save, milliseconds);
  }

  async function save() {
    timer = null;
    if (!isDirty || isSaving) return;
    isDirty = false;
    isSaving = true;
    const started = turn;
    try {
      await api.saveDraft(store.screen.bundle.lease.id, work());
      if (started === turn) succeed();
    } catch (error) {
      if (started === turn) fail(error);
    } finally {
      isSaving = false;
      if (isDirty && store.screen.bundle) plan(retryAfter === FIRST_RETRY ? SAVE_AFTER : retryAfter);
    }
  }

  function succeed() {
    retryAfter = FIRST_RETRY;
    report(isDirty ? "pending" : "saved");
  }

  function fail(error) {
    if (onTrouble(error)) {
      report("kept");
      return;
    }
    if (error.name === "Refusal") {
      report("refused", error.message);
      return;
    }
    isDirty = true;
    report("offline");
    plan(retryAfter);
    retryAfter = Math.min(retryAfter * 2, LONGEST_RETRY);
  }

  return {
    changed,
    save,
    /** Forgets what waits to be saved: it was submitted, or belongs to a photo that is no longer open. */
    stop() {
      if (timer !== null) timers.clear(timer);
      timer = null;
      isDirty = false;
      retryAfter = FIRST_RETRY;
      turn += 1;
    },
    /** Tries at once: the connection or the session is back. */
    resume() {
      isDirty = true;
      if (timer !== null) timers.clear(timer);
      return save();
    },
    /** Sends what is left when the page goes away; the browser finishes it by itself. */
    flush() {
      if (!isDirty || !store.screen.bundle) return;
      isDirty = false;
      api.saveDraft(store.screen.bundle.lease.id, work(), { keepalive: true, signal: undefined }).catch(() => {});
    },
  };
}
