import assert from "node:assert/strict";
import { test } from "node:test";

import { writeSymbol } from "../../static/js/editor/actions/cells.js";
import { PHOTO, bundleOf } from "./bundles.js";
import { createDesk, lost, settle, unreachable } from "./server.js";

const NEXT = bundleOf({
  lease: { id: "lease-2", kind: "annotate", seconds: 300 }, task: { id: "task-2", revision: 0, waiting: 2 },
  photo: { ...PHOTO, id: "photo-2", name: "next.jpg" },
});

async function open(answers = {}) {
  const desk = createDesk({ claimNext: () => bundleOf(), claimAhead: () => NEXT, ...answers });
  await desk.work.claimNext();
  await settle();
  return desk;
}

test("the next photo is claimed while this one is open, and opened without asking again", async () => {
  const { work, server, store } = await open();
  assert.deepEqual(server.last("claimAhead"), ["claimAhead", "lease-1"]);
  server.answers.claimAhead = () => null;
  await work.submitAnnotation();
  assert.equal(store.screen.bundle.photo.name, "next.jpg");
  assert.equal(server.count("claimNext"), 1);
  await settle();
  assert.deepEqual(server.last("claimAhead"), ["claimAhead", "lease-2"]);
});

test("where too little waits, the next photo is claimed after the submit", async () => {
  for (const claimAhead of [() => null, unreachable, lost]) {
    const { work, server } = await open({ claimAhead });
    await work.submitAnnotation();
    assert.equal(server.count("claimNext"), 2);
  }
});

test("a submit waits for a claim that is still under way, and claims nothing twice", async () => {
  let answer;
  const { work, server, store } = await open({ claimAhead: () => new Promise((resolve) => { answer = resolve; }) });
  const submitted = work.submitAnnotation();
  await settle();
  server.answers.claimAhead = () => null;
  answer(NEXT);
  await submitted;
  assert.equal(store.screen.bundle.photo.name, "next.jpg");
  assert.equal(server.count("claimNext"), 1);
});

test("both leases are given back when the person leaves", async () => {
  const { work, server } = await open();
  await work.leave();
  assert.deepEqual(server.calls.filter(([name]) => name === "release").map(([, lease]) => lease), ["lease-2", "lease-1"]);
});

test("a submit that is taken back gives both back first: the photo at hand is the one that was claimed first", async () => {
  const { work, server, store } = await open();
  server.answers.claimAhead = () => bundleOf({ lease: { id: "lease-3", kind: "annotate", seconds: 300 } });
  await work.submitAnnotation();
  await settle();
  server.answers.claimTask = () => bundleOf({ lease: { id: "lease-4", kind: "annotate", seconds: 300 } });
  await work.takeBack();
  const tail = server.calls.filter(([name]) => ["release", "claimTask"].includes(name)).map(([name, key]) => `${name} ${key}`);
  assert.deepEqual(tail, ["release lease-2", "release lease-3", "claimTask task-1"]);
  assert.equal(store.screen.bundle.lease.id, "lease-4");
});

test("when the page goes away the next photo is given back, and this one stays for a reload", async () => {
  const { work, server } = await open();
  work.flush();
  assert.equal(server.count("release"), 1);
  const [, lease, options] = server.last("release");
  assert.deepEqual([lease, options.keepalive], ["lease-2", true]);
});

test("the lease ahead is kept while the person is at work, and given back when they rest", async () => {
  const { server, timers, effort } = await open();
  const renewals = () => server.calls.filter(([name, lease]) => name === "renew" && lease === "lease-2").length;
  await timers.pass(99000);
  effort.note();
  await timers.pass(2000);
  assert.equal(renewals(), 1);
  await timers.pass(300000);
  assert.equal(renewals(), 1);
  assert.deepEqual(server.last("release").slice(0, 2), ["release", "lease-2"]);
});

test("a lease ahead that is lost is forgotten; what is at hand stays as it is", async () => {
  const { server, timers, effort, store, work } = await open({
    renew: (lease) => (lease === "lease-2" ? lost() : null),
  });
  store.act(writeSymbol, "8");
  await timers.pass(99000);
  effort.note();
  await timers.pass(2000);
  assert.equal(store.screen.lost, null);
  await work.submitAnnotation();
  assert.equal(server.count("claimNext"), 2);
});
