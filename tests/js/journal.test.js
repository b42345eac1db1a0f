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

test("what nobody came back to in two weeks is swept, and what cannot be read", async () => {
  const storage = createStorage();
  createJournal(storage, () => 0).write("t", 1, { text: "A" });
  storage.setItem("vinloop-journal:u:1", "{spoilt");
  storage.setItem("somebody-else", "stays");
  const journal = createJournal(storage, () => 15 * 24 * 3600 * 1000);
  journal.write("v", 1, { text: "B" });
  await journal.restore();
  assert.equal(storage.length, 2);
  assert.equal(journal.read("v", 1).text, "B");
});

test("a browser without storage, or with a spoilt entry, leaves the work alone", async () => {
  const broken = { get length() { throw new Error("denied"); }, getItem() { throw new Error("denied"); },
    setItem() { throw new Error("full"); } };
  const journal = createJournal(broken);
  journal.write("t", 1, { text: "A" });
  assert.equal(journal.read("t", 1), null);
  journal.erase("t");
  await journal.restore();
});

/** A vault in memory. */
function createVault(entries = []) {
  const kept = new Map(entries);
  return {
    kept,
    put: async (key, entry) => { kept.set(key, entry); },
    remove: async (key) => { kept.delete(key); },
    list: async () => [...kept],
  };
}

test("what the browser had no time to write before it was killed comes back from the vault", async () => {
  const vault = createVault();
  createJournal(createStorage(), () => 5, vault).write("t", 1, { text: "A" });
  const after = createJournal(createStorage(), () => 6, vault);
  assert.equal(after.read("t", 1), null);
  await after.restore();
  assert.equal(after.read("t", 1).text, "A");
});

test("an older entry of the vault does not replace a newer one", async () => {
  const vault = createVault([["vinloop-journal:t:1", { text: "old", saved_at: 5 }]]);
  const journal = createJournal(createStorage(), () => 9, { ...createVault(), list: vault.list });
  journal.write("t", 1, { text: "new" });
  await journal.restore();
  assert.equal(journal.read("t", 1).text, "new");
});

test("what is erased is gone from both", async () => {
  const vault = createVault();
  const journal = createJournal(createStorage(), () => 5, vault);
  journal.write("t", 1, { text: "A" });
  journal.erase("t");
  await journal.restore();
  assert.deepEqual([vault.kept.size, journal.read("t", 1)], [0, null]);
});

test("a vault that fails leaves the rest working", async () => {
  const fail = async () => { throw new Error("denied"); };
  const journal = createJournal(createStorage(), () => 5, { put: fail, remove: fail, list: fail });
  journal.write("t", 1, { text: "A" });
  await journal.restore();
  assert.equal(journal.read("t", 1).text, "A");
});
