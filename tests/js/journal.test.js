import assert from "node:assert/strict";
import { test } from "node:test";

import { createJournal } from "../../static/js/editor/journal.js";
import { createStorage } from "./server.js";

test("work is kept under its task and revision", () => {
  const journal = createJournal(createStorage(), () => 5);
  journal.write("t", 1, { text: "A" });
  assert.deepEqual(journal.read("t", 1), { text: "A", saved_at: 5 });
  assert.equal(journal.read("t", 2), null);
  assert.equal(journal.read("u", 1), null);
});

test("erasing a task erases all its revisions and no other task", () => {
  const journal = createJournal(createStorage());
  journal.write("t", 1, { text: "A" });
  journal.write("t", 2, { text: "B" });
  journal.write("u", 1, { text: "C" });
  journal.erase("t");
  assert.equal(journal.read("t", 1) ?? journal.read("t", 2), null);
  assert.equal(journal.read("u", 1).text, "C");
});

test("what nobody came back to in two weeks is swept, and what cannot be read", () => {
  const storage = createStorage();
  createJournal(storage, () => 0).write("t", 1, { text: "A" });
  storage.setItem("vinloop-journal:u:1", "{spoilt");
  storage.setItem("somebody-else", "stays");
  const journal = createJournal(storage, () => 15 * 24 * 3600 * 1000);
  journal.write("v", 1, { text: "B" });
  journal.sweep();
  assert.equal(storage.length, 2);
  assert.equal(journal.read("v", 1).text, "B");
});

test("a browser without storage, or with a spoilt entry, leaves the work alone", () => {
  const broken = { get length() { throw new Error("denied"); }, getItem() { throw new Error("denied"); },
    setItem() { throw new Error("full"); } };
  const journal = createJournal(broken);
  journal.write("t", 1, { text: "A" });
  assert.equal(journal.read("t", 1), null);
  journal.erase("t");
  journal.sweep();
});
