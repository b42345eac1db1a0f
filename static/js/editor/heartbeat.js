/** Renews the lease while the photo is open. */

const RETRY_AFTER = 5000;

/** @param {(error: Error) => boolean} onTrouble takes an error that ends or suspends the lease; says whether it did */
export function createHeartbeat({ api, timers, onTrouble }) {
  let timer = null;
  /** The lease that is kept; an answer about another one comes too late to mean anything. */
  let kept = null;

  function start(lease) {
    stop();
    kept = lease;
    plan(lease, (lease.seconds * 1000) / 3);
  }

  function plan(lease, milliseconds) {
    timer = timers.set(() => beat(lease), milliseconds);
  }

  async function beat(lease) {
    let pause = (lease.seconds * 1000) / 3;
    try {
      await api.renew(lease.id);
    } catch (error) {
      if (kept !== lease || onTrouble(error)) return;
      pause = RETRY_AFTER;
    }
    if (kept === lease) plan(lease, pause);
  }

  function stop() {
    if (timer !== null) timers.clear(timer);
    timer = null;
    kept = null;
  }

  return { start, stop };
}
