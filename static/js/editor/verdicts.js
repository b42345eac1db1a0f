/** The ways to be done with a photo. What was typed stays on the screen until the server has it. */

import { openVersion } from "./opening.js";
import { findObstacle, saysTheSame, toPayload } from "./state.js";

export function createVerdicts({ api, journal, store, saving, heartbeat, onTrouble, say, close, claimNext, claimTask }) {
  const base = () => ({ base_revision: store.screen.bundle.task.revision });

  /**
   * @param {(lease: string) => Promise<any>} send
   * @param {boolean} isReversible whether the person may take it back until somebody opens it
   */
  async function finish(send, words, isReversible = false) {
    const { bundle, phase } = store.screen;
    if (phase !== "working") return;
    saving.stop();
    heartbeat.stop();
    store.show({ phase: "submitting", notice: null });
    try {
      await send(bundle.lease.id);
    } catch (error) {
      refuse(error, bundle.lease);
      return;
    }
    journal.erase(bundle.task.id);
    store.show({ last: { task: bundle.task.id, words, isReversible } });
    await claimNext();
  }

  function refuse(error, lease) {
    store.show({ phase: "working" });
    heartbeat.start(lease);
    if (onTrouble(error)) return;
    if (error.name !== "Unreachable") {
      say("error", error.message);
      return;
    }
    say("error", "Not sent: the server cannot be reached. What you typed is kept; send it again in a moment.");
    saving.resume();
  }

  function submitAnnotation() {
    const obstacle = findObstacle(store.state);
    if (obstacle) return say("warning", obstacle);
    const work = { ...toPayload(store.state), ...base() };
    return finish((lease) => api.submitAnnotation(lease, work), `${work.text} submitted.`, true);
  }

  /** Accepts the annotation; what the reviewer changed goes with it. */
  function accept() {
    if (!isFix(store)) {
      const work = { verdict: "accepted", reason: "", ...base() };
      return finish((lease) => api.submitReview(lease, work), "Accepted.");
    }
    const obstacle = findObstacle(store.state);
    if (obstacle) return say("warning", obstacle);
    const work = { verdict: "fixed_and_accepted", reason: "", ...toPayload(store.state), ...base() };
    return finish((lease) => api.submitReview(lease, work), `${work.text} fixed and accepted.`);
  }

  function reject(reason) {
    const work = { verdict: "rejected", reason, ...base() };
    return finish((lease) => api.submitReview(lease, work), "Sent back.");
  }

  /** Settles what two people read differently. */
  function decide() {
    const obstacle = findObstacle(store.state);
    if (obstacle) return say("warning", obstacle);
    const work = { outcome: "read", ...toPayload(store.state), ...base() };
    return finish((lease) => api.submitAdjudication(lease, work), `${work.text} settled.`);
  }

  /** Puts one of the two readings on the screen, to be decided on or changed. */
  function takeReading(index) {
    const { bundle } = store.screen;
    const reading = bundle.readings[index];
    if (!reading) return;
    if (reading.outcome === "read") store.act(() => openVersion(bundle, reading));
    else say("hint", "This reader could not read the photo. If you cannot either, press / and say why.");
  }

  function markUnreadable(reason) {
    if (store.screen.bundle.lease.kind === "adjudicate") {
      const work = { outcome: "unreadable", reason, ...base() };
      return finish((lease) => api.submitAdjudication(lease, work), "Settled: unreadable.");
    }
    return finish((lease) => api.markUnreadable(lease, { reason, ...base() }), "Marked unreadable.", true);
  }

  function skip(reason) {
    return finish((lease) => api.skip(lease, { reason }), "Skipped.");
  }

  /** Takes the last submit back and opens that photo again. The photo that is open now goes back into the queue. */
  async function takeBack() {
    const { last, bundle } = store.screen;
    if (!last?.isReversible) return;
    try {
      await api.reopen(last.task);
      if (bundle) await api.release(bundle.lease.id);
    } catch (error) {
      if (error.isSignedOut) store.show({ isSignedOut: true });
      else say("error", error.message);
      return;
    }
    close();
    store.show({ last: null });
    await claimTask(last.task);
  }

  return { submitAnnotation, accept, reject, decide, takeReading, markUnreadable, skip, takeBack };
}

/** Whether a reviewer's version says anything else than the annotation under review. */
export function isFix({ state, screen }) {
  return state !== null && screen.original !== null && !saysTheSame(state, screen.original);
}
