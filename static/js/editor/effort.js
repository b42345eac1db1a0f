/**
 * What a photo costs its person: keys, clicks and drags, and the milliseconds at work. A person who does nothing is at
 * work for a while yet, as reading takes time; then they are counted as gone until the next key or movement.
 */

export const IDLE_AFTER = 30000;
/** What the API takes at most: a day. */
const MOST = 24 * 3600 * 1000;

/** @param {() => number} now milliseconds of a clock that only goes forward */
export function createEffort(now) {
  let keystrokes = 0;
  let active = 0;
  let lastSign = now();
  let isInView = true;

  const sinceLastSign = () => (isInView ? Math.min(now() - lastSign, IDLE_AFTER) : 0);

  function note() {
    active += sinceLastSign();
    lastSign = now();
  }

  return {
    /** Begins with a photo, or goes on with what it had cost when its page was left. */
    start(kept = null) {
      keystrokes = kept?.keystrokes ?? 0;
      active = kept?.active_ms ?? 0;
      lastSign = now();
    },
    /** A sign of life: the pointer moves, the wheel turns. */
    note,
    /** A key, a click, or a drag. */
    count() {
      note();
      keystrokes += 1;
    },
    /** Time out of view is nobody's work. */
    setInView(inView) {
      if (inView === isInView) return;
      note();
      isInView = inView;
    },
    /** Milliseconds since the last sign of life. */
    get idle() { return now() - lastSign; },
    /** @returns {{keystrokes: number, active_ms: number}} as the API takes them */
    read: () => ({ keystrokes, active_ms: Math.min(Math.round(active + sinceLastSign()), MOST) }),
  };
}
