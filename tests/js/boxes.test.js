import assert from "node:assert/strict";
import { test } from "node:test";

import { alignBoxes } from "../../static/js/editor/actions/align.js";
import {
  breakRow, drawRow, joinRows, mergeBoxes, nudgeBox, placeBox, splitBox, spreadBoxes, stretchBox,
} from "../../static/js/editor/actions/boxes.js";
import { deleteCell, fillText, focusCell, insertCell, writeSymbol } from "../../static/js/editor/actions/cells.js";
import { boundsOf, centerOf, isUpright } from "../../static/js/editor/geometry.js";
import { chooseRows } from "../../static/js/editor/render/bands.js";
import { findRows, foldRows } from "../../static/js/editor/rows.js";
import { openState, textOf, toPayload } from "../../static/js/editor/state.js";
import { LENGTH } from "../../static/js/editor/vin.js";
import { PHOTO, REGION, VIN, charactersOf, predictionOf } from "./bundles.js";

const open = (text = VIN, prediction = predictionOf()) => openState(
  { text, characters: charactersOf(text), region: REGION }, prediction, PHOTO,
);
const lefts = (state) => state.cells.map(({ quad }) => Math.round(quad[0][0]));
const MODEL = Array.from({ length: 17 }, (_, index) => 100 + index * 40);

test("aligned, each character has the model's box that stands for it again", () => {
  const shifted = open();
  const moved = { ...shifted, cells: shifted.cells.map((cell) => ({ ...cell, quad: cell.quad.map(([x, y]) => [x + 13, y]) })) };
  assert.deepEqual(lefts(alignBoxes(moved)), MODEL);
});

test("one missing and one spurious box shift nothing else", () => {
  const read = VIN.slice(0, 3) + "7" + VIN.slice(3, 13) + VIN.slice(14);
  const state = openState({ text: VIN, characters: charactersOf(VIN), region: REGION }, predictionOf(read), PHOTO);
  const aligned = lefts(alignBoxes(state));
  assert.deepEqual(aligned.slice(0, 3), MODEL.slice(0, 3));
  assert.deepEqual(aligned.slice(3, 13), MODEL.slice(4, 14));
  assert.deepEqual(aligned.slice(13), [640, ...MODEL.slice(14)]);
});

test("what the model did not read is estimated beyond what it did", () => {
  const state = openState({ text: VIN, characters: [], region: REGION }, predictionOf(VIN.slice(2, 15)), PHOTO);
  assert.deepEqual(lefts(alignBoxes(state)), [20, 60, ...MODEL.slice(0, 13), 620, 660]);
});

test("where the model knows nothing of the region, the boxes are spread evenly", () => {
  const even = lefts(spreadBoxes(open()));
  const aligned = open();
  assert.equal(alignBoxes(aligned), aligned);
  const region = [[100, 400], [780, 400], [780, 460], [100, 460]];
  assert.deepEqual(lefts(alignBoxes({ ...open(), region })), even);
  const typed = fillText(openState(null, null, PHOTO), [...VIN]);
  assert.deepEqual(lefts(alignBoxes({ ...typed, region: REGION })), even);
  assert.equal(alignBoxes(typed), typed);
});

test("keys move a box along the text and across it, and stretch its far and lower edge", () => {
  const state = focusCell(open(), 2);
  const [[x, y], , [right, bottom]] = state.cells[2].quad;
  assert.deepEqual(nudgeBox(state, [1, 0]).cells[2].quad[0], [x + 2.4, y]);
  assert.deepEqual(nudgeBox(state, [0, -1]).cells[2].quad[0], [x, y - 2.4]);
  assert.deepEqual(stretchBox(state, [1, 0]).cells[2].quad[2], [right + 2.4, bottom]);
  assert.deepEqual(stretchBox(state, [0, 1]).cells[2].quad[2], [right, bottom + 2.4]);
  assert.deepEqual(stretchBox(state, [0, 1]).cells[2].quad[0], [x, y]);
  const typed = fillText(openState(null, null, PHOTO), [...VIN]);
  assert.equal(nudgeBox(typed, [1, 0]), typed);
});

test("a box cannot be stretched away, nor nudged out of the photo", () => {
  let state = focusCell(open(), 0);
  for (let step = 0; step < 100; step += 1) state = stretchBox(state, [-1, 0]);
  assert.ok(isUpright(state.cells[0].quad));
  for (let step = 0; step < 100; step += 1) state = nudgeBox(state, [-1, 0]);
  assert.equal(state.cells[0].quad[0][0], 0);
});

test("a split box is two, the second empty and focused; merged, it is one again", () => {
  const state = focusCell(open(), 4);
  const split = splitBox(state);
  assert.deepEqual([split.cells.length, split.focus, split.cells[5].symbol], [18, 5, ""]);
  assert.ok(split.cells[4].quad[1][0] < split.cells[5].quad[0][0]);
  const merged = mergeBoxes(focusCell(split, 4));
  assert.equal(textOf(merged), VIN);
  merged.cells[4].quad.forEach(([x, y], corner) => {
    assert.ok(Math.hypot(x - state.cells[4].quad[corner][0], y - state.cells[4].quad[corner][1]) < 1e-6);
  });
  assert.equal(mergeBoxes(focusCell(open(), 16)).cells.length, 17);
});

test("a region is one row until its boxes stand in two", () => {
  assert.deepEqual(findRows(open()), [{ first: 0, count: 17, quad: REGION }]);
  assert.deepEqual(findRows({ ...open(), region: null }), []);
  const broken = breakRow(focusCell(open(), 9));
  const rows = findRows(broken);
  assert.deepEqual(rows.map(({ first, count }) => [first, count]), [[0, 9], [9, 8]]);
  assert.ok(boundsOf(rows[0].quad).bottom < boundsOf(rows[1].quad).bottom);
  assert.equal(textOf(broken), VIN);
  assert.deepEqual(findRows(joinRows(broken)).length, 1);
});

test("a second row is drawn from the focused character on, and the region grows around it", () => {
  const state = focusCell(open(), 9);
  const drawn = drawRow(state, [120, 300], [440, 360]);
  assert.deepEqual(findRows(drawn).map(({ count }) => count), [9, 8]);
  assert.deepEqual(lefts(drawn).slice(0, 9), MODEL.slice(0, 9));
  assert.deepEqual(Object.values(boundsOf(drawn.region)).map(Math.round), [100, 780, 200, 360]);
  assert.ok(centerOf(drawn.cells[9].quad)[0] < centerOf(drawn.cells[8].quad)[0]);
  assert.equal(drawRow(focusCell(open(), 0), [120, 300], [440, 360]).region, REGION);
});

test("where the text ends with the first row, the second has room for what is still to be typed", () => {
  const drawn = drawRow(focusCell(open(VIN.slice(0, 9)), 9), [120, 300], [440, 360]);
  assert.equal(drawn.cells.length, LENGTH);
  const typed = [...VIN.slice(9)].reduce(writeSymbol, drawn);
  assert.equal(textOf(typed), VIN);
  assert.deepEqual(findRows(typed).map(({ count }) => count), [9, 8]);
  assert.ok(toPayload(typed).characters.every(({ quad }) => quad));
});

test("rows are aligned and spread each by itself, and a character put in stays in its row", () => {
  const state = drawRow(focusCell(open(), 9), [120, 300], [440, 360]);
  assert.deepEqual(findRows(spreadBoxes(state)).map(({ count }) => count), [9, 8]);
  const inserted = writeSymbol(insertCell(focusCell(deleteCell(focusCell(state, 12)), 12)), "4");
  assert.deepEqual(findRows(inserted).map(({ count }) => count), [9, 8]);
});

test("a region that does not fit its boxes makes no rows", () => {
  const turned = { ...open(), region: [[420, 20], [460, 20], [460, 480], [420, 480]] };
  assert.equal(findRows(turned).length, 1);
});

test("a narrow screen folds a row in the middle, between two boxes", () => {
  const state = open();
  const [left, right] = foldRows(findRows(state), state.cells, LENGTH);
  assert.deepEqual([left.first, left.count, right.first, right.count], [0, 9, 9, 8]);
  assert.ok(left.quad[1][0] > state.cells[8].quad[1][0] - 1 && left.quad[1][0] < state.cells[9].quad[0][0] + 1);
  assert.deepEqual(left.quad[1], right.quad[0]);
  const two = findRows(breakRow(focusCell(state, 9)));
  assert.equal(foldRows(two, state.cells, LENGTH), two);
});

test("a box is placed anywhere in the photo", () => {
  const quad = [[10, 10], [30, 10], [30, 40], [10, 40]];
  assert.deepEqual(placeBox(open(), 3, quad).cells[3].quad, quad);
});

test("a row is folded where a finger, or a mouse, would not hit 17 cells side by side", () => {
  const count = (...screen) => chooseRows(open(), ...screen).length;
  assert.deepEqual([count(1200, true), count(720, true), count(720, false), count(400, false)], [1, 2, 1, 2]);
});

test("cells without a region are folded too", () => {
  const empty = openState(null, null, PHOTO);
  assert.deepEqual(chooseRows(empty, 400, true), [{ first: 0, count: 9, quad: null }, { first: 9, count: 8, quad: null }]);
  assert.equal(chooseRows({ ...open(), region: null }, 400, true)[1].quad, null);
});
