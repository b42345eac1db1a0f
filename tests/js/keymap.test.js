import assert from "node:assert/strict";
import { test } from "node:test";

import { assignKey, findClash, findProblem, isAllowed, showKey } from "../../static/js/editor/keymap.js";
import { COMMANDS, commandFor, keyOf } from "../../static/js/editor/keys.js";

const press = (key, modifiers = {}) => (
  { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers }
);

test("the table holds to its own rules", () => {
  for (const { name, key } of COMMANDS) assert.equal(findProblem(name, key, {}), null, name);
});

test("digits, letters, and what the browser keeps cannot be chosen", () => {
  for (const key of ["a", "A", "7", " ", "Escape", "F5", "Ctrl+w", "Ctrl+c", "Ctrl+Shift+z", "Alt+x", "Dead", "F8\n"]) {
    assert.equal(isAllowed(key), false, key);
  }
  for (const key of ["F8", "!", "ö", "Ctrl+s", "Shift+F9", "Ctrl+Enter", "PageDown"]) assert.equal(isAllowed(key), true, key);
});

test("a clash is refused in a sentence that names what has the key", () => {
  assert.equal(findProblem("help", "/", {}), "/ is taken: “Photo cannot be read, with a reason”. Choose another key, or change that one first.");
  assert.equal(findProblem("help", "/", { unreadable: "F8" }), null);
  assert.equal(findClash("help", "F8", { unreadable: "F8" }).name, "unreadable");
  assert.equal(findProblem("reject", "/", {}), null); // never in the same kind of work
});

test("a key of one's own takes the place of the table's, and the table's key is free", () => {
  const keys = assignKey({}, "illegible", "!");
  assert.equal(commandFor(press("!", { shiftKey: true }), "annotate", keys), "illegible");
  assert.equal(commandFor(press("?", { shiftKey: true }), "annotate", keys), null);
  assert.equal(keyOf(COMMANDS.find(({ name }) => name === "illegible"), keys), "!");
  assert.deepEqual(assignKey(keys, "illegible", "?"), {});
});

test("a key of one's own goes before the table's of a command that came later", () => {
  const keys = { illegible: "!" };
  const later = COMMANDS.find(({ name }) => name === "acceptReading");
  assert.equal(commandFor(press("!", { shiftKey: true }), "review", keys), "illegible");
  assert.equal(keyOf(later, keys), null);
  assert.equal(showKey(keyOf(later, keys)), "none");
  assert.equal(findProblem("acceptReading", "F8", keys), null);
});

test("keys are written as people read them", () => {
  const shown = ["ArrowLeft", "Ctrl+Shift+ArrowUp", "Ctrl+z", "Ctrl++", "+", "Shift+Tab", "PageUp", "\\"].map(showKey);
  assert.deepEqual(shown, ["←", "Ctrl+Shift+↑", "Ctrl+Z", "Ctrl++", "+", "Shift+Tab", "Page up", "\\"]);
});
