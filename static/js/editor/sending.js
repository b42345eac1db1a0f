/**
 * Sends a verdict. Where the next photo is here already it is shown at once, and the verdict goes on its way meanwhile:
 * again and again while the server cannot be reached, and back on the screen, as it was, where the server refuses it.
 */

const FIRST_RETRY = 2000;
const LONGEST_RETRY = 15000;

/**
 * @param {object} parts
 * @param {(sheet: object) => void} parts.bringBack puts a photo on the screen again, and the one that is there aside
 * @param {(next: object, arrived: Promise<boolean>) => void} parts.openNext
 */
export function createSending({
  journal, store, timers, saving, heartbeat, ahead, effort, onTrouble, say, claimNext, openNext, bringBack,
}) {
  /** The verdict on its way: whether it `arrived`, once that is known, and when it `stalls`; null where none is. */
  let underWay = null;

  /**
   * @param {(lease: string) => Promise<any>} send
   * @param {boolean} isReversible whether the person may take it back until somebody opens it
   */
  async function finish(send, words, isReversible = false) {
    if (store.screen.phase !== "working" || !(await settle())) return;
    const sheet = takeSheet();
    saving.stop();
    heartbeat.stop();
    const next = ahead.takeReady();
    if (!next) store.show({ phase: "submitting", notice: null });
    let stall;
    const stalls = new Promise((resolve) => { stall = () => resolve(false); });
    const arrived = deliver(send, sheet, { task: sheet.bundle.task.id, words, isReversible }, stall);
    if (!next) {
      if (await arrived) await claimNext();
      return;
    }
    underWay = { arrived, stalls };
    openNext(next, arrived);
    await arrived;
    underWay = null;
  }

  /** Waits until nothing is on its way; false where it came back to the screen, or waits for the connection. */
  async function settle() {
    if (!underWay) return true;
    store.show({ phase: "submitting" });
    const hasArrived = await Promise.race([underWay.arrived, underWay.stalls]);
    if (store.screen.phase === "submitting") store.show({ phase: "working" });
    const { unsent } = store.screen;
    if (unsent) say("error", `${unsent} is not sent yet. What you typed here is kept; send it after that.`);
    return hasArrived;
  }

  /** All that it takes to put the photo back on the screen as it is. */
  function takeSheet() {
    const { bundle, original } = store.screen;
    return { bundle, original, history: store.history, cost: effort.read() };
  }

  const isOnScreen = ({ bundle }) => store.screen.bundle === bundle;

  async function deliver(send, sheet, last, stall) {
    for (let pause = FIRST_RETRY; ; pause = Math.min(pause * 2, LONGEST_RETRY)) {
      try {
        await send(sheet.bundle.lease.id);
        break;
      } catch (error) {
        if (isOnScreen(sheet) || error.name !== "Unreachable") return refuse(error, sheet);
        store.show({ unsent: sheet.bundle.photo.name });
        stall();
        await new Promise((resolve) => { timers.set(resolve, pause); });
      }
    }
    journal.erase(sheet.bundle.task.id);
    store.show({ last, unsent: null });
    return true;
  }

  function refuse(error, sheet) {
    if (isOnScreen(sheet)) store.show({ phase: "working" });
    else bringBack(sheet);
    heartbeat.start(sheet.bundle.lease);
    if (onTrouble(error)) return false;
    if (error.name !== "Unreachable") {
      say("error", error.message);
      return false;
    }
    say("error", "Not sent: the server cannot be reached. What you typed is kept; send it again in a moment.");
    saving.resume();
    return false;
  }

  return { finish, settle };
}
