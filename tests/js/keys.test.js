import assert from "node:assert/strict";
import { test } from "node:test";

import { createCommands } from "../../static/js/editor/commands.js";
import { COMMANDS, commandFor, describeKey } from "../../static/js/editor/keys.js";
import { REASONS, reasonFor } from "../../static/js/editor/reasons.js";
import { isSymbol } from "../../static/js/editor/vin.js";

const press = (key, modifiers = {}) => (
  { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers }
);

test("no key means two things in the same kind of work", () => {
  for (const kind of ["annotate", "review"]) {
    const keys = COMMANDS.filter((command) => (command.kind ?? kind) === kind).map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length, kind);
  }
});

test("no command takes a key that a VIN needs", () => {
  for (const { key } of COMMANDS) assert.ok(!isSymbol(key.toUpperCase()) && !/^[ioq]$/i.test(key), key);
});

test("every command does something", () => {
  const commands = createCommands({ store: { redo() {} }, work: {}, enter() {}, look() {} });
  for (const { name } of COMMANDS) assert.equal(typeof commands[name], "function", name);
});

test("enter submits an annotation and accepts in a review", () => {
  assert.equal(commandFor(press("Enter"), "annotate"), "submit");
  assert.equal(commandFor(press("Enter"), "review"), "accept");
  assert.equal(commandFor(press("-"), "annotate"), null);
  assert.equal(commandFor(press("-"), "review"), "reject");
});

test("a question mark needs shift on many keyboards and is still a question mark", () => {
  assert.equal(commandFor(press("?", { shiftKey: true }), "annotate"), "illegible");
});

test("undo and redo with Ctrl, Command, or Ctrl+Y", () => {
  assert.equal(commandFor(press("z", { ctrlKey: true }), "annotate"), "undo");
  assert.equal(commandFor(press("z", { metaKey: true }), "annotate"), "undo");
  assert.equal(commandFor(press("Z", { ctrlKey: true, shiftKey: true }), "annotate"), "redo");
  assert.equal(commandFor(press("y", { ctrlKey: true }), "annotate"), "redo");
});

test("AltGr types a bracket, Alt alone is left to the browser", () => {
  assert.equal(commandFor(press("]", { ctrlKey: true, altKey: true }), "annotate"), "zoomIn");
  assert.equal(describeKey(press("ArrowLeft", { altKey: true })), null);
});

test("a digit picks a reason", () => {
  assert.equal(reasonFor("unreadable", "1"), REASONS.unreadable.choices[0]);
  assert.equal(reasonFor("unreadable", "9"), null);
  assert.equal(reasonFor("reject", "a"), null);
});
