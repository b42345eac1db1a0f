/** The work on one photo after another: claim it, keep the lease, save, go on with the one that was loaded ahead. */

import { createAhead } from "./ahead.js";
import { createConflict } from "./conflict.js";
import { createHeartbeat } from "./heartbeat.js";
import { chooseBase, chooseVersion, findStaleDraft, openVersion } from "./opening.js";
import { createSaving } from "./saving.js";
import { createSending } from "./sending.js";
import { createTabs } from "./tabs.js";
import { createVerdicts } from "./verdicts.js";

const LOOK_AGAIN_AFTER = 20000;
const RETRY_AFTER = 4000;
const NEWER = "A newer revision was submitted since you last worked on this photo.";
const NEXT_STATE = { annotate: "new", review: "submitted", adjudicate: "conflict" };

/**
 * What the screen shows besides the reading.
 * `original` is the server's version as a state; `lost` holds both versions once the lease is gone;
 * `picked` is the corner of the region that the next press places;
 * `last` is the submit or skip that can be taken back; `unsent` names the photo whose verdict waits for the connection.
 */
export const FIRST_SCREEN = Object.freeze({
  phase: "loading", bundle: null, original: null, save: { status: "idle", message: "" },
  lost: null, isSignedOut: false, last: null, unsent: null, notice: null, mode: "typing", picked: null,
});

/**
 * @param {object} parts
 * @param {(urls: string[]) => void} parts.preload
 * @param {string} parts.project slug
 * @param {"annotate"|"review"|"adjudicate"} parts.kind
 * @param {object} parts.effort what the photo has cost so far
 * @param {BroadcastChannel|null} parts.channel to the other tabs
 */
export function createWork({ api, journal, store, timers, preload, project, kind, effort, channel }) {
  let lookAgain = null;
  const ahead = createAhead({ api, timers, preload, effort });
  const saving = createSaving({ api, journal, store, timers, onTrouble, effort });
  const heartbeat = createHeartbeat({ api, timers, onTrouble });
  const conflict = createConflict({ api, journal, store, saving, heartbeat, begin, kind });
  const sending = createSending({
    journal, store, timers, saving, heartbeat, ahead, effort, onTrouble, say, claimNext, openNext: open, bringBack,
  });
  const verdicts = createVerdicts({ api, store, sending, ahead, effort, say, close, claimTask });
  const tabs = createTabs(channel, (task) => {
    if (task !== store.screen.bundle?.task.id) return;
    ahead.leave();
    conflict.yieldToTab();
  });
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
    return claim(async () => (await ahead.take()) ?? api.claimNext(project, kind));
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

  /** @param {Promise<boolean>} [sent] whether the verdict on the photo before has arrived */
  function open(bundle, sent = Promise.resolve(true)) {
    const kept = journal.read(bundle.task.id, bundle.task.revision);
    const stale = findStaleDraft(bundle);
    effort.start(kept?.effort);
    begin(bundle, openVersion(bundle, chooseVersion(bundle, kept)));
    if (stale) conflict.compare(NEWER, openVersion(bundle, stale));
    sent.then((hasArrived) => hasArrived && loadNext(bundle));
  }

  async function loadNext({ lease, photo }) {
    if (store.screen.bundle?.lease === lease) (await ahead.prepare(lease)) ?? guessNext(photo);
  }

  /** Where nothing can be claimed ahead, the photos that probably come next are loaded at least. */
  function guessNext(photo) {
    api.listWaiting(project, NEXT_STATE[kind]).then((answer) => preloadNext(answer.items, photo), () => {});
  }

  /** Puts a state on the screen as the work under the bundle's lease. */
  function begin(bundle, state) {
    saving.stop();
    show(bundle, openVersion(bundle, chooseBase(bundle)), () => store.open(state));
    heartbeat.start(bundle.lease);
    tabs.tell(bundle.task.id);
  }

  function show(bundle, original, fill) {
    const { last, unsent } = store.screen;
    store.batch(() => {
      store.show({ ...FIRST_SCREEN, phase: "working", last, unsent, bundle, original });
      fill();
    });
  }

  /** Puts a photo that was sent too early back on the screen; the one that is there comes after it again. */
  function bringBack({ bundle, original, history, cost }) {
    const next = store.screen.bundle;
    saving.flush();
    saving.stop();
    if (next) ahead.put(next);
    store.show({ unsent: null });
    effort.start(cost);
    show(bundle, original, () => store.restore(history));
  }

  function preloadNext(items, photo) {
    const others = items.filter((item) => item.photo !== photo.id);
    preload(others.map((item) => photo.display_url.replace(photo.id, item.photo)));
  }

  function close() {
    saving.stop();
    heartbeat.stop();
    store.batch(() => {
      store.show({ ...FIRST_SCREEN, last: store.screen.last });
      store.open(null);
    });
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
    await ahead.giveBack();
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

  /** The page goes away: what is left is sent by the browser alone. */
  function flush() {
    saving.flush();
    ahead.giveBack({ keepalive: true, signal: undefined });
  }

  function stop() {
    unsubscribe();
    tabs.stop();
    timers.clear(lookAgain);
    ahead.giveBack();
    close();
  }

  return {
    claimNext, claimTask, leave, resume, stop, say, save: saving.flush, flush, saveNow: saving.resume,
    claimAgain: conflict.claimAgain, followTab: conflict.followTab, ...verdicts,
  };
}
