/** When the lease is gone, a newer revision exists, or another tab went on: both versions on the screen, nothing dropped. */

import { chooseBase, openVersion } from "./opening.js";
import { textOf, toKept } from "./state.js";

const OTHER_TAB = "You opened this photo in another tab, which goes on with it. What you typed here is kept.";

/** @param {(bundle: object, state: object) => void} parts.begin puts a state on the screen under a new lease */
export function createConflict({ api, journal, store, saving, heartbeat, begin, kind }) {
  /** Stops writing, and shows what is here beside what the server has. */
  async function lose(message) {
    if (store.screen.lost) return;
    heartbeat.stop();
    saving.stop();
    store.show({ save: { status: "kept", message: "" } });
    compare(message, store.state);
    const { task } = store.screen.bundle;
    const fresh = await api.getTask(task.id).catch(() => null);
    const { lost } = store.screen;
    if (fresh?.annotation && lost) store.show({ lost: { ...lost, theirs: fresh.annotation } });
  }

  function compare(message, mine) {
    const { bundle, original } = store.screen;
    const theirs = bundle.annotation ?? { text: textOf(original), author: null };
    store.show({ lost: { message, mine, theirs, isTab: false } });
  }

  /** Stops writing, as another tab has the same photo now, and the same lease. */
  function yieldToTab() {
    if (store.screen.lost || !store.state) return;
    heartbeat.stop();
    saving.flush();
    saving.stop();
    const mine = store.state;
    store.show({
      save: { status: "kept", message: "" },
      lost: { message: OTHER_TAB, mine, theirs: readTab() ?? { ...toKept(mine), author: null }, isTab: true },
    });
  }

  /** What the other tab has typed so far: both keep the same journal. */
  function readTab() {
    const { task } = store.screen.bundle;
    return journal.read(task.id, task.revision);
  }

  function followTab() {
    const { lost } = store.screen;
    const theirs = lost?.isTab ? readTab() : null;
    if (theirs) store.show({ lost: { ...lost, theirs } });
  }

  /** Claims the task again, with one's own version or with the other one. */
  async function claimAgain(keepMine) {
    const { lost, bundle } = store.screen;
    try {
      const fresh = await api.claimTask(bundle.task.id, kind);
      if (!keepMine && !lost.isTab) journal.erase(bundle.task.id);
      begin(fresh, openVersion(fresh, keepMine ? toKept(lost.mine) : lost.isTab ? lost.theirs : chooseBase(fresh)));
      saving.changed();
    } catch (error) {
      if (error.isSignedOut) store.show({ isSignedOut: true });
      else store.show({ lost: { ...lost, message: error.message } });
    }
  }

  return { lose, compare, claimAgain, yieldToTab, followTab };
}
