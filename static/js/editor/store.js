/** The one place that holds what changes: the history of the work, and everything else that the screen shows. */

import { commit, openHistory, redo, replacePresent, undo } from "./history.js";
import { hasSameContent } from "./state.js";

/** @param {object} screen what the screen shows beside the work: phase, notices, view of the photo */
export function createStore(screen) {
  let history = openHistory(null);
  let beforeDrag = null;
  let shown = screen;
  const listeners = new Set();
  let isBatched = false;
  /** What a batch has to tell at its end; null where it changed nothing. */
  let untold = null;

  function tell(hasChanged) {
    if (isBatched) untold = Boolean(untold || hasChanged);
    else listeners.forEach((listener) => listener(hasChanged));
  }

  function setHistory(next) {
    const hasChanged = !hasSameContent(history.present, next.present);
    history = next;
    tell(hasChanged);
  }

  /** Other work takes the place of what was there, which nobody has changed by that. */
  function replace(next) {
    beforeDrag = null;
    history = next;
    tell(false);
  }

  return {
    get state() { return history.present; },
    get screen() { return shown; },
    /** All of the work, to `restore` later. */
    get history() { return history; },
    get canUndo() { return history.past.length > 0; },
    get canRedo() { return history.future.length > 0; },
    open: (state) => replace(openHistory(state)),
    restore: replace,
    /** Several changes that are told, and so drawn, as one. */
    batch(work) {
      if (isBatched) return work();
      isBatched = true;
      try {
        return work();
      } finally {
        isBatched = false;
        const hasChanged = untold;
        untold = null;
        if (hasChanged !== null) tell(hasChanged);
      }
    },
    /** Applies an action. What changes the photo's reading is an undo step; where the focus goes is not. */
    act(action, ...args) {
      const next = action(history.present, ...args);
      if (next === history.present) return;
      const keep = hasSameContent(next, history.present);
      setHistory(keep ? replacePresent(history, next) : commit(history, next));
    },
    /** Shows an action while the pointer is down, each time from where the drag began; `settle` makes it one undo step. */
    preview(action, ...args) {
      beforeDrag ??= history;
      setHistory(replacePresent(history, action(beforeDrag.present, ...args)));
    },
    settle() {
      if (beforeDrag === null) return;
      const before = beforeDrag;
      beforeDrag = null;
      setHistory(hasSameContent(before.present, history.present) ? before : commit(before, history.present));
    },
    /** Takes back what is only shown. */
    cancel() {
      if (beforeDrag === null) return;
      const before = beforeDrag;
      beforeDrag = null;
      setHistory(before);
    },
    undo: () => setHistory(undo(history)),
    redo: () => setHistory(redo(history)),
    show(change) {
      shown = { ...shown, ...change };
      tell(false);
    },
    /** @param {(hasChanged: boolean) => void} listener told whether the reading itself changed */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
