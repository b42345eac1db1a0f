/** When the lease is gone or a newer revision exists: both versions on the screen, nothing dropped. */

import { chooseBase, openVersion } from "./opening.js";
import { textOf, toKept } from "./state.js";

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
    store.show({ lost: { message, mine, theirs } });
  }

  /** Claims the task again, with one's own version or with the newest one of the server. */
  async function claimAgain(keepMine) {
    const { lost, bundle } = store.screen;
    try {
      const fresh = await api.claimTask(bundle.task.id, kind);
      if (!keepMine) journal.erase(bundle.task.id);
      begin(fresh, openVersion(fresh, keepMine ? toKept(lost.mine) : chooseBase(fresh)));
      saving.changed();
    } catch (error) {
      if (error.isSignedOut) store.show({ isSignedOut: true });
      else store.show({ lost: { ...lost, message: error.message } });
    }
  }

  return { lose, compare, claimAgain };
}
