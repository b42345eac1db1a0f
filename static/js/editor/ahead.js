/**
 * The photo that comes next: claimed and loaded while the person is still at this one, so that it is on the screen at
 * once. Its lease is renewed while the person is at work, and given back when they rest or leave.
 */

const IDLE_LIMIT = 60000;

/**
 * @param {object} parts
 * @param {(urls: string[]) => void} parts.preload
 * @param {{idle: number}} parts.effort
 */
export function createAhead({ api, timers, preload, effort }) {
  /** What was asked for: a promise of the bundle, or of null where too little waits or the server said no. */
  let asked = null;
  let bundle = null;
  let timer = null;

  /**
   * @param {{id: string}} lease the one at hand
   * @returns {Promise<object|null>} the bundle of the photo that comes next; null where too little waits
   */
  function prepare(lease) {
    if (asked) return asked;
    const asking = api.claimAhead(lease.id).catch(() => null);
    asked = asking;
    asking.then((found) => {
      if (asked !== asking || !found) return;
      bundle = found;
      preload([found.photo.display_url]);
      plan(found.lease);
    });
    return asking;
  }

  function plan({ seconds }) {
    timer = timers.set(keep, (seconds * 1000) / 3);
  }

  async function keep() {
    if (effort.idle > IDLE_LIMIT) return giveBack();
    const { lease } = bundle;
    try {
      await api.renew(lease.id);
    } catch (error) {
      if (error.name !== "Unreachable") forget(lease);
    }
    if (bundle?.lease === lease) plan(lease);
  }

  function forget(lease) {
    if (bundle?.lease === lease) drop();
  }

  function drop() {
    if (timer !== null) timers.clear(timer);
    [asked, bundle, timer] = [null, null, null];
  }

  /** Holds a photo that was on the screen already as the next one. */
  function put(found) {
    giveBack();
    [asked, bundle] = [Promise.resolve(found), found];
    plan(found.lease);
  }

  /** The next photo if it is here already, which is the caller's from now on; else null. */
  function takeReady() {
    const found = bundle;
    if (found) drop();
    return found;
  }

  /** The same, but waits for one that is under way. */
  async function take() {
    const found = await asked;
    drop();
    return found;
  }

  /** Whoever waits gets it. An answer that is still under way is given back when it comes. */
  function giveBack(options) {
    const [asking, found] = [asked, bundle];
    const release = ({ lease }) => api.release(lease.id, options).catch(() => {});
    drop();
    // A page that goes away waits for no promise.
    return found ? release(found) : asking?.then((late) => late && release(late));
  }

  return {
    prepare, put, take, takeReady, giveBack,
    /** Another tab of the same person has the lease as well: it is theirs to give back. */
    leave: drop,
  };
}
