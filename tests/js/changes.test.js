import assert from "node:assert/strict";
import test from "node:test";

import { listBefore, listChanges, sayBox } from "../../static/js/editor/changes.js";

const QUAD = [[0, 0], [1, 0], [1, 1], [0, 1]];
const symbol = (before_index, after_index, before, after) => ({ before_index, after_index, before, after });
const box = (kind, before_index, after_index, more = {}) => (
  { kind, before_index, after_index, iou: null, pixels: null, before_quad: null, ...more }
);

test("a character and its box are one line", () => {
  const changes = { symbols: [symbol(2, 2, "8", "0")], boxes: [box("moved", 2, 2, { pixels: 3.6, iou: 0.819 })] };
  assert.deepEqual(listChanges(changes, "AB0"), [
    { index: 2, position: 3, before: "8", after: "0", box: "moved 4 px, overlap 81 %" },
  ]);
});

test("a box that moved under a character that stayed names the character", () => {
  const [line] = listChanges({ symbols: [], boxes: [box("added", 1, 1)] }, "AB0");
  assert.deepEqual([line.before, line.after, line.box], ["B", "B", "added"]);
});

test("what was put in and what was taken away are lines of their own, in reading order", () => {
  const symbols = [symbol(null, 4, "", "C"), symbol(1, null, "X", "")];
  const lines = listChanges({ symbols, boxes: [box("removed", 1, null)] }, "ABDEC");
  assert.deepEqual(lines.map(({ index, position, before, after, box: said }) => [index, position, before, after, said]), [
    [null, 2, "X", "", "removed"], [4, 5, "", "C", ""],
  ]);
});

test("where boxes were is drawn for those that had a place", () => {
  const changes = { boxes: [box("moved", 0, 0, { before_quad: QUAD }), box("added", 1, 1)], region: null };
  assert.deepEqual(listBefore(changes), [QUAD]);
  assert.deepEqual(listBefore({ boxes: [], region: box("moved", null, null, { before_quad: QUAD }) }), [QUAD]);
});

test("an overlap is never rounded up to all", () => {
  assert.equal(sayBox({ kind: "moved", pixels: 0.6, iou: 0.999 }), "moved 1 px, overlap 99 %");
});
