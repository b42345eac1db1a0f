import assert from "node:assert/strict";
import { test } from "node:test";

import { deleteCell, writeSymbol } from "../../static/js/editor/actions/cells.js";
import { textOf } from "../../static/js/editor/state.js";
import { VIN, REGION, bundleOf, charactersOf } from "./bundles.js";
import { createDesk, lost, settle, signedOut, unreachable } from "./server.js";

const FIXED = "1HGCM82633A804352";
const FREE = { keystrokes: 0, active_ms: 0 };

async function open(answers = {}, options = {}) {
  const desk = createDesk({ claimNext: () => bundleOf(), ...answers }, options);
  await desk.work.claimNext();
  await settle();
  return desk;
}

test("what is typed is in the journal at once and on the server within two seconds, once", async () => {
  const { store, timers, server, journal } = await open();
  store.act(writeSymbol, "8");
  assert.equal(journal.read("task-1", 0).text, FIXED);
  store.act(writeSymbol, "0");
  await timers.pass(2000);
  assert.equal(server.count("saveDraft"), 1);
  const [, lease, body] = server.last("saveDraft");
  assert.deepEqual([lease, body.text, body.base_revision], ["lease-1", FIXED, 0]);
  assert.equal(store.screen.save.status, "saved");
});

test("while somebody types on and on, every change is on the server within two seconds", async () => {
  const saved = [];
  const { store, timers } = await open({ saveDraft: (lease, body) => { saved.push({ at: timers.now, text: body.text }); } });
  const typed = [];
  for (let turn = 0; turn < 40; turn += 1) {
    store.act((state) => ({ ...state, focus: turn % 17 }));
    store.act(writeSymbol, "0123456789"[turn % 10]);
    typed.push({ at: timers.now, text: textOf(store.state) });
    await timers.pass(150);
  }
  await timers.pass(2000);
  const arrivedAt = ({ at, text }) => {
    const later = typed.filter((change) => change.at >= at).map((change) => change.text);
    return saved.find((save) => save.at >= at && (save.text === text || later.includes(save.text))).at;
  };
  assert.ok(typed.every((change) => arrivedAt(change) - change.at <= 2000));
  assert.equal(saved.at(-1).text, textOf(store.state));
  assert.ok(saved.length < 10, `${saved.length} requests for 40 keys`);
});

test("moving the focus saves nothing", async () => {
  const { store, timers, server } = await open();
  store.act((state) => ({ ...state, focus: 2 }));
  await timers.pass(5000);
  assert.equal(server.count("saveDraft"), 0);
});

test("without a connection the editor says so, goes on, and saves when the connection is back", async () => {
  const { store, timers, server } = await open({ saveDraft: unreachable });
  store.act(writeSymbol, "8");
  await timers.pass(1000);
  assert.equal(store.screen.save.status, "offline");
  store.act(writeSymbol, "B");
  assert.equal(store.screen.save.status, "offline");
  server.answers.saveDraft = () => null;
  await timers.pass(15000);
  assert.equal(store.screen.save.status, "saved");
  assert.equal(server.last("saveDraft")[2].text, "1HGCM82633A8B4352");
});

test("a submit sends everything, forgets the journal and opens the next photo", async () => {
  const { store, work, server, storage } = await open();
  store.act(writeSymbol, "8");
  server.answers.claimNext = () => bundleOf({ lease: { id: "lease-2", kind: "annotate", seconds: 300 } });
  await work.submitAnnotation();
  const [, lease, body] = server.last("submitAnnotation");
  assert.deepEqual([lease, body.text, body.base_revision], ["lease-1", FIXED, 0]);
  assert.equal(body.characters[11].edited, true);
  assert.equal(store.screen.bundle.lease.id, "lease-2");
  assert.equal(storage.length, 0);
  assert.equal(store.canUndo, false);
});

test("an incomplete text is not sent, and the person hears why", async () => {
  const { store, work, server } = await open();
  store.act(deleteCell);
  await work.submitAnnotation();
  assert.equal(server.count("submitAnnotation"), 0);
  assert.match(store.screen.notice.text, /1 of 17 characters missing/);
});

test("a submit that does not arrive keeps the text on the screen", async () => {
  const { store, work } = await open({ submitAnnotation: unreachable });
  store.act(writeSymbol, "8");
  await work.submitAnnotation();
  assert.equal(textOf(store.state), FIXED);
  assert.equal(store.screen.phase, "working");
  assert.match(store.screen.notice.text, /Not sent/);
});

test("a lost lease shows both versions and writes nothing more", async () => {
  const annotation = { revision: 1, text: VIN, author: "ben", characters: charactersOf(VIN), region: REGION, outcome: "read" };
  const { store, timers, server } = await open({ saveDraft: lost, getTask: () => ({ annotation }) });
  store.act(writeSymbol, "8");
  await timers.pass(1000);
  assert.equal(textOf(store.screen.lost.mine), FIXED);
  assert.equal(store.screen.lost.theirs.author, "ben");
  const before = server.calls.length;
  await timers.pass(600000);
  assert.equal(server.calls.length, before);
});

test("claimed again with one's own version: it is on the screen, on the new revision, and saved", async () => {
  const annotation = { revision: 1, text: VIN, author: "ben", characters: charactersOf(VIN), region: REGION, outcome: "read" };
  const again = bundleOf({ annotation, lease: { id: "lease-2", kind: "annotate", seconds: 300 }, task: { id: "task-1", revision: 1 } });
  const { store, timers, server, work } = await open({ saveDraft: lost, claimTask: () => again });
  store.act(writeSymbol, "8");
  await timers.pass(1000);
  server.answers.saveDraft = () => null;
  await work.claimAgain(true);
  assert.equal(store.screen.lost, null);
  assert.equal(textOf(store.state), FIXED);
  await timers.pass(1000);
  const [, lease, body] = server.last("saveDraft");
  assert.deepEqual([lease, body.text, body.base_revision], ["lease-2", FIXED, 1]);
});

test("claimed again with the server's version", async () => {
  const annotation = { revision: 1, text: VIN.replace("9", "8"), author: "ben", characters: [], region: REGION, outcome: "read" };
  const again = bundleOf({ annotation, task: { id: "task-1", revision: 1 } });
  const { store, timers, work } = await open({ saveDraft: lost, claimTask: () => again });
  store.act(writeSymbol, "8");
  await timers.pass(1000);
  await work.claimAgain(false);
  assert.equal(textOf(store.state), annotation.text);
});

test("a task that somebody else has cannot be claimed again; both versions stay", async () => {
  const { store, timers, work } = await open({ saveDraft: lost, claimTask: lost });
  store.act(writeSymbol, "8");
  await timers.pass(1000);
  await work.claimAgain(true);
  assert.equal(textOf(store.screen.lost.mine), FIXED);
  assert.equal(store.screen.lost.message, "Your time ran out.");
});

test("a draft of an older revision is shown beside the newer one", async () => {
  const annotation = { revision: 1, text: VIN, author: "ben", characters: charactersOf(VIN), region: REGION, outcome: "read" };
  const draft = { text: FIXED, characters: charactersOf(FIXED), region: REGION, base_revision: 0, saved_at: "2026-01-01T00:00:00Z" };
  const { store } = await open({ claimNext: () => bundleOf({ annotation, draft, task: { id: "task-1", revision: 1 } }) });
  assert.deepEqual([textOf(store.screen.lost.mine), store.screen.lost.theirs.text], [FIXED, VIN]);
});

test("the lease is renewed at a third of its time, and the loss of it is noticed", async () => {
  const { store, timers, server } = await open();
  await timers.pass(100000);
  assert.equal(server.count("renew"), 1);
  server.answers.renew = lost;
  await timers.pass(100000);
  assert.ok(store.screen.lost);
});

test("a heartbeat that does not arrive is tried again soon", async () => {
  const { timers, server, store } = await open({ renew: unreachable });
  await timers.pass(106000);
  assert.equal(server.count("renew"), 2);
  assert.equal(store.screen.lost, null);
});

test("a session that ended is asked for, and the work goes on after logging in", async () => {
  const { store, timers, server, work } = await open({ saveDraft: signedOut });
  store.act(writeSymbol, "8");
  await timers.pass(1000);
  assert.equal(store.screen.isSignedOut, true);
  server.answers.saveDraft = () => null;
  await work.resume();
  assert.equal(store.screen.isSignedOut, false);
  assert.equal(server.last("saveDraft")[2].text, FIXED);
  assert.equal(store.screen.save.status, "saved");
});

test("when nothing waits the page says so and looks again by itself", async () => {
  const { store, timers, server } = await open({ claimNext: () => null });
  assert.equal(store.screen.phase, "empty");
  server.answers.claimNext = () => bundleOf();
  await timers.pass(20000);
  assert.equal(store.screen.phase, "working");
});

test("a submit can be taken back: the photo opens again, the next one goes back", async () => {
  const { store, work, server } = await open({ claimTask: () => bundleOf() });
  await work.submitAnnotation();
  await work.takeBack();
  assert.deepEqual(server.calls.slice(-4).map(([name]) => name), ["reopen", "release", "claimTask", "claimAhead"]);
  assert.equal(store.screen.phase, "working");
  assert.deepEqual(store.screen.last, { task: "task-1", words: "Taken back.", isReversible: false });
});

test("a skip can be taken back like a submit, but not one that sent a second reading to a reviewer", async () => {
  const { store, work, server } = await open({ claimTask: () => bundleOf() });
  await work.skip("I am not sure");
  await work.takeBack();
  assert.deepEqual(server.calls.slice(-4).map(([name]) => name), ["reopen", "release", "claimTask", "claimAhead"]);
  const second = await open({ claimNext: () => bundleOf({ task: { id: "task-1", revision: 1, state: "in_second_reading" } }) });
  await second.work.skip("I am not sure");
  assert.equal(second.store.screen.last.isReversible, false);
});

test("unreadable and skipped go with their reason", async () => {
  const { work, server } = await open();
  await work.markUnreadable("Blurred");
  assert.deepEqual(server.last("markUnreadable")[2], { reason: "Blurred", base_revision: 0, ...FREE });
  await work.skip("I am not sure");
  assert.deepEqual(server.last("skip")[2], { reason: "I am not sure" });
});

const reviewed = (changes = {}) => bundleOf({
  lease: { id: "lease-1", kind: "review", seconds: 300 }, task: { id: "task-1", revision: 1 },
  annotation: { revision: 1, text: VIN, author: "ana", characters: charactersOf(VIN), region: REGION, outcome: "read", ...changes },
});

test("a review accepts what it did not change", async () => {
  const { work, server } = await open({ claimNext: () => reviewed() }, { kind: "review" });
  await work.accept();
  assert.deepEqual(server.last("submitReview")[2], { verdict: "accepted", reason: "", base_revision: 1, ...FREE });
});

test("a review that changed a character fixes and accepts; undone, it only accepts", async () => {
  const { store, work, server } = await open({ claimNext: () => reviewed() }, { kind: "review" });
  store.act(writeSymbol, "8");
  store.undo();
  await work.accept();
  assert.equal(server.last("submitReview")[2].verdict, "accepted");
  store.act(writeSymbol, "8");
  await work.accept();
  const body = server.last("submitReview")[2];
  assert.deepEqual([body.verdict, body.text], ["fixed_and_accepted", store.screen.last.words.slice(0, 17)]);
});

test("a review can accept that nobody can read the photo, or send it back", async () => {
  const claimNext = () => reviewed({ text: "", characters: [], outcome: "unreadable", unreadable_reason: "Blurred" });
  const { work, server } = await open({ claimNext }, { kind: "review" });
  await work.accept();
  assert.equal(server.last("submitReview")[2].verdict, "accepted");
  await work.reject("It can be read");
  assert.deepEqual(server.last("submitReview")[2], { verdict: "rejected", reason: "It can be read", base_revision: 1, ...FREE });
});

test("a draft or a heartbeat that is answered after the submit is no lost lease", async () => {
  for (const late of ["saveDraft", "renew"]) {
    let answer;
    const { store, work, timers, server } = await open({
      [late]: () => new Promise((resolve) => { answer = resolve; }),
    });
    store.act(writeSymbol, "8");
    timers.pass(100000);
    for (let turn = 0; turn < 5; turn += 1) await settle();
    assert.ok(answer, late);
    server.answers.claimNext = () => new Promise(() => {});
    work.submitAnnotation();
    await settle();
    answer(lost());
    await settle();
    assert.equal(store.screen.lost, null, late);
  }
});
