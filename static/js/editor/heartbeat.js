/** Renews the lease while the photo is open. */

const RETRY_AFTER = 5000;

/** @param {(error: Error) => boolean} onTrouble takes an error that ends or suspends the lease; says whether it did */
export function createHeartbeat({ api, timers, onTrouble }) {
  let timer = null;

  function start(lease) {
    stop();
    const pause = (lease.seconds * 1000) / 3;
    const beat = async () => {
      const wait = await renew(lease, pause);
      if (wait !== null && timer !== null) timer = timers.set(beat, wait);
    };
    timer = timers.set(beat, pause);
  }

  /** @returns {Promise<number|null>} when to renew next; null where there is nothing left to renew */
  async function renew(lease, pause) {
    try {
      await api.renew(lease.id);
      return pause;
    } catch (error) {
      return onTrouble(error) ? null : RETRY_AFTER;
    }
  }

  function stop() {
    if (timer !== null) timers.clear(timer);
    timer = null;
  }

  return { start, stop };
}
