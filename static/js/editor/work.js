/** The work on one photo after another: claim it, keep the lease, save, go on. */

import { createConflict } from "./conflict.js";
import { createHeartbeat } from "./heartbeat.js";
import { chooseBase, chooseVersion, findStaleDraft, openVersion } from "./opening.js";
import { createSaving } from "./saving.js";
import { createVerdicts } from "./verdicts.js";

const LOOK_AGAIN_AFTER = 20000;
const RETRY_AFTER = 4000;
const NEXT_STATE = { annotate: "new", review: "submitted", adjudicate: "conflict" };

/**
 * What the screen shows besides the reading.
 * `original` is the server's version as a state; `lost` holds both versions once the lease is gone;
 * `last` is the submit that can be taken back.
 */
export const FIRST_SCREEN = Object.freeze({
  phase: "loading", bundle: null, original: null, save: { status: "idle", message: "" },
  lost: null, isSignedOut: false, last: null, notice: null, mode: "typing",
});

/**
 * @param {object} parts
 * @param {(urls: string[]) => void} parts.preload
 * @param {string} parts.project slug
 * @param {"annotate"|"review"|"adjudicate"} parts.kind
 */
export function createWork({ api, journal, store, timers, preload, project, kind }) {
  let lookAgain = null;
  const saving = createSaving({ api, journal, store, timers, onTrouble });
  const heartbeat = createHeartbeat({ api, timers, onTrouble });
  const conflict = createConflict({ api, journal, store, saving, heartbeat, begin, kind });
  const verdicts = createVerdicts({ api, journal, store, saving, heartbeat, onTrouble, say, close, claimNext, claimTask });
  const unsubscribe = store.subscribe((hasChanged) => {
    if (hasChanged && store.screen.phase === "working") saving.changed();
  });

  function say(tone, text) {
    store.show({ notice: { tone, text } });
  }

  /** @returns {boolean} whether the error means that the lease or the session is gone */
  function onTrouble(error) {
    if (error.isSignedOut) store.show({ isSignedOut: true });
    else if (error.isLost) conflict.lose(error.message);
    return Boolean(error.isSignedOut || error.isLost);
  }

  async function claim(ask) {
    timers.clear(lookAgain);
    store.show({ phase: store.screen.bundle ? "submitting" : "loading" });
    try {
      const bundle = await ask();
      if (bundle) open(bundle);
      else rest();
    } catch (error) {
      refuseClaim(error, ask);
    }
  }

  function claimNext() {
    return claim(() => api.claimNext(project, kind));
  }

  function claimTask(task) {
    return claim(() => api.claimTask(task, kind));
  }

  function refuseClaim(error, ask) {
    close();
    store.show({ phase: "broken", isSignedOut: Boolean(error.isSignedOut) });
    say("error", error.message);
    if (error.name === "Unreachable") lookAgain = timers.set(() => claim(ask), RETRY_AFTER);
  }

  function open(bundle) {
    const kept = journal.read(bundle.task.id, bundle.task.revision);
    const stale = findStaleDraft(bundle);
    begin(bundle, openVersion(bundle, chooseVersion(bundle, kept)));
    if (stale) conflict.compare("A newer revision was submitted since you last worked on this photo.", openVersion(bundle, stale));
    api.listWaiting(project, NEXT_STATE[kind]).then((answer) => preloadNext(answer.items, bundle.photo), () => {});
  }

  /** Puts a state on the screen as the work under the bundle's lease. */
  function begin(bundle, state) {
    saving.stop();
    const original = openVersion(bundle, chooseBase(bundle));
    store.show({ ...FIRST_SCREEN, phase: "opening", last: store.screen.last, bundle, original });
    store.open(state);
    store.show({ phase: "working" });
    heartbeat.start(bundle.lease);
  }

  function preloadNext(items, photo) {
    const others = items.filter((item) => item.photo !== photo.id);
    preload(others.map((item) => photo.display_url.replace(photo.id, item.photo)));
  }

  function close() {
    saving.stop();
    heartbeat.stop();
    store.show({ ...FIRST_SCREEN, last: store.screen.last });
    store.open(null);
  }

  function rest() {
    close();
    store.show({ phase: "empty" });
    lookAgain = timers.set(claimNext, LOOK_AGAIN_AFTER);
  }

  /** Gives the photo back without a result. What was typed stays on the server as a draft. */
  async function leave() {
    timers.clear(lookAgain);
    const { bundle } = store.screen;
    if (!bundle) return;
    await saving.save();
    heartbeat.stop();
    await api.release(bundle.lease.id).catch(() => {});
  }

  /** Goes on where the session ended, after the person logged in again. */
  async function resume() {
    const { bundle } = store.screen;
    if (!bundle) return claimNext();
    try {
      await api.renew(bundle.lease.id);
    } catch (error) {
      if (!error.isSignedOut && error.isLost) store.show({ isSignedOut: false });
      return onTrouble(error);
    }
    store.show({ isSignedOut: false, notice: null });
    heartbeat.start(bundle.lease);
    return saving.resume();
  }

  function stop() {
    unsubscribe();
    timers.clear(lookAgain);
    close();
  }

  return {
    claimNext, claimTask, leave, resume, stop, say, flush: saving.flush, saveNow: saving.resume,
    claimAgain: conflict.claimAgain, ...verdicts,
  };
}
