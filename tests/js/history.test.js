import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, openHistory, redo, replacePresent, undo } from "../../static/js/editor/history.js";

test("undo and redo walk over whole states", () => {
  const history = commit(commit(openHistory("a"), "b"), "c");
  assert.equal(undo(history).present, "b");
  assert.equal(undo(undo(history)).present, "a");
  assert.equal(redo(undo(history)).present, "c");
});

test("at either end nothing happens", () => {
  const history = openHistory("a");
  assert.equal(undo(history), history);
  assert.equal(redo(history), history);
});

test("a new step forgets what was undone", () => {
  const history = commit(undo(commit(openHistory("a"), "b")), "c");
  assert.equal(redo(history).present, "c");
  assert.equal(undo(history).present, "a");
});

test("replacing the present is no step", () => {
  const history = replacePresent(commit(openHistory("a"), "b"), "b2");
  assert.equal(history.present, "b2");
  assert.equal(undo(history).present, "a");
});
