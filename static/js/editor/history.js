/** Undo and redo over whole states. A history is a value; every function returns a new one. */

const LIMIT = 500;

export const openHistory = (state) => ({ past: [], present: state, future: [] });

/** Replaces the present without a step: where the focus is, or a drag that is still under way. */
export const replacePresent = (history, state) => ({ ...history, present: state });

/** Makes `state` the present, one undo step after the last. */
export function commit(history, state) {
  if (state === history.present) return history;
  return { past: [...history.past, history.present].slice(-LIMIT), present: state, future: [] };
}

export function undo(history) {
  if (history.past.length === 0) return history;
  return {
    past: history.past.slice(0, -1),
    present: history.past.at(-1),
    future: [history.present, ...history.future],
  };
}

export function redo(history) {
  if (history.future.length === 0) return history;
  return {
    past: [...history.past, history.present],
    present: history.future[0],
    future: history.future.slice(1),
  };
}
