import assert from "node:assert/strict";
import { test } from "node:test";

import { IDLE_AFTER, createEffort } from "../../static/js/editor/effort.js";

function createWatch() {
  const watch = { now: 0, pass(milliseconds) { watch.now += milliseconds; } };
  return { watch, effort: createEffort(() => watch.now) };
}

test("keys count, and the time between them is time at work", () => {
  const { watch, effort } = createWatch();
  effort.start();
  watch.pass(1000);
  effort.count();
  watch.pass(500);
  effort.count();
  watch.pass(250);
  assert.deepEqual(effort.read(), { keystrokes: 2, active_ms: 1750 });
});

test("who does nothing for long is at work for a while only", () => {
  const { watch, effort } = createWatch();
  effort.start();
  watch.pass(3600 * 1000);
  assert.equal(effort.read().active_ms, IDLE_AFTER);
  effort.note();
  watch.pass(100);
  assert.equal(effort.read().active_ms, IDLE_AFTER + 100);
  assert.equal(effort.idle, 100);
});

test("a photo that is out of view costs nothing", () => {
  const { watch, effort } = createWatch();
  effort.start();
  watch.pass(1000);
  effort.setInView(false);
  watch.pass(20000);
  effort.setInView(true);
  watch.pass(500);
  assert.deepEqual(effort.read(), { keystrokes: 0, active_ms: 1500 });
});

test("the next photo starts from nothing, one that was left goes on", () => {
  const { watch, effort } = createWatch();
  effort.count();
  watch.pass(700);
  effort.start();
  assert.deepEqual(effort.read(), { keystrokes: 0, active_ms: 0 });
  effort.start({ keystrokes: 4, active_ms: 9000 });
  watch.pass(50);
  effort.count();
  assert.deepEqual(effort.read(), { keystrokes: 5, active_ms: 9050 });
});

test("never more than the API takes", () => {
  const { effort } = createWatch();
  effort.start({ keystrokes: 1, active_ms: 10 ** 12 });
  assert.equal(effort.read().active_ms, 24 * 3600 * 1000);
});
