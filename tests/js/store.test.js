import assert from "node:assert/strict";
import { test } from "node:test";

import { createStore } from "../../static/js/editor/store.js";
import { moveFocus, writeSymbol } from "../../static/js/editor/actions/cells.js";
import { moveCorner } from "../../static/js/editor/actions/region.js";
import { openVersion, chooseVersion } from "../../static/js/editor/opening.js";
import { bundleOf } from "./bundles.js";

function open() {
  const store = createStore({ view: {} });
  const bundle = bundleOf();
  store.open(openVersion(bundle, chooseVersion(bundle, null)));
  return store;
}

test("typing is one undo step, moving the focus none", () => {
  const store = open();
  store.act(moveFocus, 1);
  assert.equal(store.canUndo, false);
  store.act(writeSymbol, "8");
  store.act(moveFocus, -3);
  store.undo();
  assert.equal(store.canUndo, false);
  assert.equal(store.state.cells[12].symbol, "0");
  store.redo();
  assert.equal(store.state.cells[12].symbol, "8");
});

test("a whole drag is one undo step", () => {
  const store = open();
  const [before] = store.state.region;
  for (const x of [101, 105, 111]) store.preview(moveCorner, 0, [x, 199]);
  store.settle();
  assert.deepEqual(store.state.region[0], [111, 199]);
  store.undo();
  assert.deepEqual(store.state.region[0], before);
  assert.equal(store.canUndo, false);
});

test("a press that moves nothing is no step", () => {
  const store = open();
  store.preview((state) => state);
  store.settle();
  assert.equal(store.canUndo, false);
});

test("listeners hear whether the reading changed, until they stop listening", () => {
  const store = open();
  const heard = [];
  const stop = store.subscribe((hasChanged) => heard.push(hasChanged));
  store.act(writeSymbol, "8");
  store.act(moveFocus, 1);
  store.show({ notice: null });
  stop();
  store.undo();
  assert.deepEqual(heard, [true, false, false]);
});
