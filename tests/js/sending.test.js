import assert from "node:assert/strict";
import { test } from "node:test";

import { writeSymbol } from "../../static/js/editor/actions/cells.js";
import { Refusal } from "../../static/js/editor/api.js";
import { textOf } from "../../static/js/editor/state.js";
import { PHOTO, VIN, bundleOf } from "./bundles.js";
import { createDesk, lost, settle, signedOut, unreachable } from "./server.js";

const NEXT = bundleOf({
  lease: { id: "lease-2", kind: "annotate", seconds: 300 }, task: { id: "task-2", revision: 0, waiting: 2 },
  photo: { ...PHOTO, id: "photo-2", name: "next.jpg" },
});
const FIXED = "1HGCM82633A804352";

/** The first photo with a change in it, and a submit whose answer the test decides. */
async function send(answers = {}) {
  let answer;
  const submitAnnotation = () => new Promise((resolve) => { answer = resolve; });
  const desk = createDesk({ claimNext: () => bundleOf(), claimAhead: () => NEXT, submitAnnotation, ...answers });
  await desk.work.claimNext();
  await settle();
  desk.store.act(writeSymbol, "8");
  const sent = desk.work.submitAnnotation();
  await settle();
  return { ...desk, sent, answer: async (result) => { answer(result); await settle(); await settle(); } };
}

test("the next photo is there before the server has answered", async () => {
  const { store, journal, server, answer, sent } = await send();
  assert.deepEqual([store.screen.bundle.photo.name, store.screen.phase], ["next.jpg", "working"]);
  assert.equal(journal.read("task-1", 0).text, FIXED);
  assert.equal(server.count("claimAhead"), 1);
  await answer(null);
  await sent;
  assert.equal(journal.read("task-1", 0), null);
  assert.deepEqual(store.screen.last, { task: "task-1", words: `${FIXED} submitted.`, isReversible: true });
  assert.deepEqual(server.last("claimAhead"), ["claimAhead", "lease-2"]);
});

test("what the server refuses comes back as it was, with its undo, and the next photo keeps what was typed", async () => {
  const { store, timers, journal, server, answer, work } = await send();
  store.act(writeSymbol, "B");
  await answer(new Refusal(400, { error: "invalid_text", message: "No." }));
  assert.deepEqual([store.screen.bundle.photo.name, textOf(store.state), store.canUndo], ["door.jpg", FIXED, true]);
  assert.equal(store.screen.notice.text, "No.");
  assert.equal(journal.read("task-2", 0).text, "1HGCM82633AB04352");
  server.answers.submitAnnotation = () => null;
  await work.submitAnnotation();
  assert.deepEqual([store.screen.bundle.photo.name, textOf(store.state)], ["next.jpg", "1HGCM82633AB04352"]);
  await timers.pass(2000);
});

test("a lease that was lost shows both versions of the photo that it was about", async () => {
  const { store, answer } = await send();
  await answer(lost());
  assert.equal(store.screen.bundle.photo.name, "door.jpg");
  assert.equal(textOf(store.screen.lost.mine), FIXED);
});

test("an ended session asks for the password over the photo that was not taken", async () => {
  const { store, answer } = await send();
  await answer(signedOut());
  assert.deepEqual([store.screen.isSignedOut, textOf(store.state)], [true, FIXED]);
});

test("without a connection the work goes on, and the verdict is sent until it arrives", async () => {
  const { store, timers, server, answer } = await send();
  await answer(unreachable());
  assert.deepEqual([store.screen.bundle.photo.name, store.screen.unsent], ["next.jpg", "door.jpg"]);
  server.answers.submitAnnotation = unreachable;
  await timers.pass(2000);
  server.answers.submitAnnotation = () => null;
  assert.equal(store.screen.unsent, "door.jpg");
  await timers.pass(4000);
  assert.equal(server.count("submitAnnotation"), 3);
  assert.deepEqual([store.screen.unsent, store.screen.last.task], [null, "task-1"]);
});

test("the second submit waits for the first", async () => {
  const { store, server, answer, work } = await send();
  const second = work.submitAnnotation();
  await settle();
  assert.deepEqual([server.count("submitAnnotation"), store.screen.phase], [1, "submitting"]);
  server.answers.submitAnnotation = () => null;
  await answer(null);
  await second;
  assert.equal(server.last("submitAnnotation")[1], "lease-2");
});

test("where the first comes back, the second is not sent", async () => {
  const { store, server, answer, work } = await send();
  const second = work.submitAnnotation();
  await answer(lost());
  await second;
  assert.equal(server.count("submitAnnotation"), 1);
  assert.equal(textOf(store.screen.lost.mine), FIXED);
  assert.notEqual(FIXED, VIN);
});

test("while one verdict waits for the connection the next photo can be worked on, and is not sent before it", async () => {
  const { store, timers, server, answer, work } = await send();
  const second = work.submitAnnotation();
  await settle();
  await answer(unreachable());
  await second;
  assert.deepEqual([server.count("submitAnnotation"), store.screen.phase], [1, "working"]);
  assert.match(store.screen.notice.text, /door.jpg is not sent yet/);
  store.act(writeSymbol, "B");
  await work.submitAnnotation();
  assert.equal(server.count("submitAnnotation"), 1);
  server.answers.submitAnnotation = () => null;
  await timers.pass(2000);
  await work.submitAnnotation();
  assert.deepEqual(server.calls.filter(([name]) => name === "submitAnnotation").map(([, lease]) => lease), ["lease-1", "lease-1", "lease-2"]);
  assert.equal(server.last("submitAnnotation")[2].text, "1HGCM82633AB04352");
});
