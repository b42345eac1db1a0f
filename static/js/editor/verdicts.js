/** The ways to be done with a photo. What was typed stays on the screen until the server has it. */

import { openVersion } from "./opening.js";
import { findObstacle, saysTheSame, toPayload } from "./state.js";

export function createVerdicts({ api, store, sending, ahead, effort, say, close, claimTask }) {
  const { finish } = sending;

  /** What goes with every verdict: the revision that was on the screen, and what it cost. */
  const base = () => ({ base_revision: store.screen.bundle.task.revision, ...effort.read() });

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
    return fix();
  }

  /** Accepts the reading on the screen of a photo that was marked unreadable: there, keeping it as it is is a fix. */
  function acceptReading() {
    return isMarkedUnreadable(store) ? fix() : undefined;
  }

  function fix() {
    const obstacle = findObstacle(store.state);
    if (obstacle) return say("warning", obstacle);
    const work = { verdict: "fixed_and_accepted", reason: "", ...toPayload(store.state), ...base() };
    return finish((lease) => api.submitReview(lease, work), `${work.text} fixed and accepted.`);
  }

  /** @param {{text: string, index: number|null}|null} comment kept together with the verdict */
  function reject(reason, comment = null) {
    const said = comment ? { comment: comment.text, comment_index: comment.index } : {};
    const work = { verdict: "rejected", reason, ...said, ...base() };
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
    else say("hint", "This reader could not read the photo. If you cannot either, choose “Unreadable” and say why.");
  }

  function markUnreadable(reason) {
    if (store.screen.bundle.lease.kind === "adjudicate") {
      const work = { outcome: "unreadable", reason, ...base() };
      return finish((lease) => api.submitAdjudication(lease, work), "Settled: unreadable.");
    }
    return finish((lease) => api.markUnreadable(lease, { reason, ...base() }), "Marked unreadable.", true);
  }

  /** What somebody else has read and one cannot goes to a reviewer, and stays there. */
  function skip(reason) {
    const isReversible = store.screen.bundle.task.state !== "in_second_reading";
    return finish((lease) => api.skip(lease, { reason }), "Skipped.", isReversible);
  }

  /**
   * Takes the last submit or skip back and opens that photo again. The photo that is open now goes back into the queue,
   * and so does the one ahead: of a person's two leases, the older one is at hand.
   */
  async function takeBack() {
    if (!(await sending.settle())) return;
    const { last, bundle } = store.screen;
    if (!last?.isReversible) return;
    try {
      await api.reopen(last.task);
      if (bundle) await api.release(bundle.lease.id);
      await ahead.giveBack();
    } catch (error) {
      if (error.isSignedOut) store.show({ isSignedOut: true });
      else say("error", error.message);
      return;
    }
    close();
    store.show({ last: { task: last.task, words: "Taken back.", isReversible: false } });
    await claimTask(last.task);
  }

  return { submitAnnotation, accept, acceptReading, reject, decide, takeReading, markUnreadable, skip, takeBack };
}

/**
 * Whether a reviewer's version says anything else than the annotation under review. One that says nothing is contradicted
 * by whoever types, even what the model had read there.
 */
export function isFix({ state, screen }) {
  if (state === null || screen.original === null) return false;
  return !saysTheSame(state, screen.original) || (isMarkedUnreadable({ screen }) && state.cells.some(({ written }) => written));
}

/** Whether the annotation under review says that nobody can read the photo. */
export const isMarkedUnreadable = ({ screen: { bundle } }) => (
  bundle?.lease.kind === "review" && bundle.annotation?.outcome === "unreadable"
);
