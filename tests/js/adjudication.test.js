import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseBase, openVersion } from "../../static/js/editor/opening.js";
import { listVersions } from "../../static/js/editor/render/versions.js";
import { leastCertain, textOf } from "../../static/js/editor/state.js";
import { VIN, bundleOf, charactersOf } from "./bundles.js";

const OTHER = "1HGCM82638A004352";

const readingOf = (text, changes = {}) => ({
  text, characters: charactersOf(text), region: null, outcome: "read", author: null, revision: 1, ...changes,
});

function conflictOf(first, second) {
  return bundleOf({ lease: { id: "lease-1", kind: "adjudicate", seconds: 300 }, readings: [first, second] });
}

test("a place at which the readings differ is empty and has the focus", () => {
  const bundle = conflictOf(readingOf(VIN), readingOf(OTHER));
  const state = openVersion(bundle, chooseBase(bundle));
  assert.equal(state.cells.length, 17);
  assert.deepEqual(state.cells.filter(({ symbol }) => symbol === "").map(({ id }) => id), [9]);
  assert.equal(leastCertain(state), 9);
  assert.deepEqual(state.cells[9].quad, charactersOf(VIN)[9].quad);
});

test("where one could not read it, the other's reading is there", () => {
  const unreadable = readingOf("", { outcome: "unreadable", characters: [] });
  for (const readings of [[readingOf(OTHER), unreadable], [unreadable, readingOf(OTHER)]]) {
    const bundle = conflictOf(...readings);
    assert.equal(textOf(openVersion(bundle, chooseBase(bundle))), OTHER);
  }
});

test("both readings are listed with their differences, and nobody is named who is hidden", () => {
  const bundle = conflictOf(readingOf(VIN), readingOf(OTHER, { author: "ada" }));
  const rows = listVersions(openVersion(bundle, chooseBase(bundle)), { bundle });
  assert.deepEqual(rows.map(({ who }) => who), ["First reader", "ada", "Your decision"]);
  assert.deepEqual(rows.map(({ differs }) => differs), [[9], [9], []]);
  assert.equal(rows[2].text, `${VIN.slice(0, 9)}·${VIN.slice(10)}`);
});
