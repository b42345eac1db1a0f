import assert from "node:assert/strict";
import { test } from "node:test";

import * as act from "../../static/js/editor/actions/cells.js";
import { placeBox, spreadBoxes } from "../../static/js/editor/actions/boxes.js";
import { drawRegion, moveCorner, moveRegion, rotateRegion, turnRegion } from "../../static/js/editor/actions/region.js";
import { openState, statusOf, textOf, toPayload } from "../../static/js/editor/state.js";
import { centerOf, isUpright } from "../../static/js/editor/geometry.js";
import { PHOTO, REGION, VIN, charactersOf, predictionOf } from "./bundles.js";

const open = (text = VIN, prediction = predictionOf()) => openState(
  { text, characters: charactersOf(text), region: REGION }, prediction, PHOTO,
);
const freeze = (value) => {
  if (value && typeof value === "object" && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
};

test("no action changes the state it is given", () => {
  const state = freeze(open());
  const actions = [
    [act.writeSymbol, "B"], [act.cycleOption, 1], [act.insertCell], [act.deleteCell], [act.eraseBefore],
    [act.fillText, [..."AB"]], [act.moveFocus, 1], [act.focusNextSuspect], [moveCorner, 0, [90, 190]],
    [moveRegion, [5, 5]], [drawRegion, [0, 0], [50, 20]], [turnRegion], [rotateRegion, 5], [spreadBoxes],
  ];
  for (const [action, ...args] of actions) assert.notEqual(action(state, ...args), state, action.name);
});

test("typing overwrites and moves on", () => {
  const state = act.writeSymbol(open(), "8");
  assert.equal(textOf(state), "1HGCM82633A804352");
  assert.equal(state.focus, 12);
  assert.equal(statusOf(state.cells[11]), "edited");
});

test("typing what the model read confirms it", () => {
  assert.equal(statusOf(act.writeSymbol(open(), "0").cells[11]), "confirmed");
});

test("typing the last of 17 characters stays there", () => {
  const state = act.writeSymbol(act.focusCell(open(), 16), "9");
  assert.deepEqual([state.focus, textOf(state)], [16, "1HGCM82633A004359"]);
});

test("typing beyond a short text appends, with a box one step beyond the last two", () => {
  const state = act.writeSymbol(act.focusCell(open(VIN.slice(0, 16)), 16), "2");
  assert.equal(textOf(state), VIN);
  assert.deepEqual(state.cells[16].quad[0], [740, 200]);
});

test("a whole VIN can be typed where nothing was read", () => {
  const typed = [...VIN].reduce(act.writeSymbol, openState(null, null, PHOTO));
  assert.equal(textOf(typed), VIN);
});

test("up and down go through the model's options, round and round", () => {
  const symbols = [1, 1, 1, -1].reduce(([state, seen], steps) => {
    const next = act.cycleOption(state, steps);
    return [next, [...seen, next.cells[11].symbol]];
  }, [open(), []])[1];
  assert.deepEqual(symbols, ["8", "3", "0", "3"]);
});

test("a character put in gets a box between its neighbours, one taken away takes its box along", () => {
  const without = act.deleteCell(act.focusCell(open(), 4));
  assert.equal(textOf(without), "1HGC82633A004352");
  const state = act.writeSymbol(act.insertCell(without), "M");
  assert.equal(textOf(state), VIN);
  assert.deepEqual(centerOf(state.cells[4].quad), [278, 230]);
  assert.equal(new Set(state.cells.map(({ id }) => id)).size, 17);
});

test("backspace empties the character before, and at the end of a full text the last one", () => {
  const state = act.eraseBefore(act.focusCell(open(), 5));
  assert.deepEqual([state.focus, state.cells[4].symbol, state.cells.length], [4, "", 17]);
  const end = act.eraseBefore(act.focusCell(open(), 16));
  assert.equal(textOf(end), VIN.slice(0, 16));
  assert.equal(act.eraseBefore(act.focusCell(open(), 0)).focus, 0);
});

test("tab goes to each suspect once and then on to the buttons; shift+tab goes back to the left", () => {
  const first = open();
  const second = act.focusNextSuspect(first);
  assert.deepEqual([first.focus, second.focus], [11, 3]);
  assert.equal(act.focusNextSuspect(second).focus, 3);
  assert.equal(act.focusPreviousSuspect(first).focus, 3);
  assert.equal(act.focusPreviousSuspect(second).focus, 3);
});

test("pasting a text keeps the boxes of the characters that it stands for", () => {
  const short = open(VIN.slice(0, 6) + VIN.slice(7));
  const state = act.fillText(short, [...VIN]);
  assert.equal(textOf(state), VIN);
  assert.deepEqual(state.cells[16].quad, short.cells[15].quad);
  assert.ok(state.cells[6].quad);
  assert.equal(state.cells.filter(({ written }) => written).length, 1);
});

test("pasting with an empty place puts the focus there", () => {
  const symbols = [...VIN];
  symbols[2] = "";
  assert.equal(act.fillText(open(), symbols).focus, 2);
});

test("a corner goes where it is moved, stays in the photo, and never folds the region over", () => {
  assert.deepEqual(moveCorner(open(), 0, [90, -50]).region[0], [90, 0]);
  const state = open();
  assert.equal(moveCorner(state, 0, [900, 400]), state);
});

test("the whole region moves, and stops at the edge of the photo", () => {
  assert.deepEqual(moveRegion(open(), [-500, 10]).region[0], [0, 210]);
});

test("a drag in any direction draws an upright region", () => {
  assert.deepEqual(drawRegion(open(), [300, 200], [100, 100]).region, [[100, 100], [300, 100], [300, 200], [100, 200]]);
  const state = open();
  assert.equal(drawRegion(state, [300, 200], [301, 200]), state);
});

test("four quarter turns change nothing, one makes another corner the first", () => {
  const turned = turnRegion(open());
  assert.deepEqual(turned.region[0], REGION[1]);
  assert.deepEqual([1, 2, 3].reduce(turnRegion, turned).region, REGION);
  assert.ok(isUpright(turned.region));
});

test("the region turns by any angle about its middle, and back", () => {
  const turned = rotateRegion(open(), 7);
  assert.deepEqual(centerOf(turned.region).map(Math.round), [440, 230]);
  assert.ok(isUpright(turned.region));
  const slope = Math.atan2(turned.region[1][1] - turned.region[0][1], turned.region[1][0] - turned.region[0][0]);
  assert.ok(Math.abs((slope * 180) / Math.PI - 7) < 1e-9);
  rotateRegion(turned, -7).region.forEach(([x, y], index) => {
    assert.ok(Math.hypot(x - REGION[index][0], y - REGION[index][1]) < 1e-9);
  });
});

test("boxes are spread over the region, and one can be moved", () => {
  const state = spreadBoxes(open());
  assert.ok(state.cells.every(({ quad }) => isUpright(quad)));
  const quad = [[10, 10], [30, 10], [30, 40], [10, 40]];
  assert.deepEqual(placeBox(state, 3, quad).cells[3].quad, quad);
  assert.equal(placeBox(state, 3, [[10, 10], [10, 10], [10, 40], [10, 40]]), state);
});

test("what is typed after a region was drawn has its share of it as its box", () => {
  const drawn = drawRegion(openState(null, null, PHOTO), [160, 300], [840, 340]);
  const typed = [..."1HG"].reduce(act.writeSymbol, drawn);
  assert.deepEqual(typed.cells.map(({ quad }) => Math.round(quad[0][0])), [163, 203, 243]);
  const pasted = act.fillText(drawn, [...VIN]);
  assert.deepEqual(pasted.cells.map(({ quad }) => quad), spreadBoxes(pasted).cells.map(({ quad }) => quad));
});

test("boxes that are all outside of a drawn region come into it, and the typing begins again", () => {
  const state = drawRegion(open(), [160, 300], [840, 340]);
  assert.deepEqual([state.focus, textOf(state)], [0, VIN]);
  assert.deepEqual(state.cells[0].quad[0].map(Math.round), [163, 300]);
  const [first] = rotateRegion(state, 10).cells;
  assert.notDeepEqual(first.quad, state.cells[0].quad);
  const placed = placeBox(state, 3, state.cells[4].quad);
  assert.equal(rotateRegion(placed, 10).cells[0], placed.cells[0]);
});

test("what the model thought of another place in the photo is not said of a region drawn elsewhere", () => {
  const state = drawRegion(open(), [160, 300], [840, 340]);
  assert.ok(state.cells.every(({ confidence, options, predicted }) => confidence === null && !options.length && predicted));
  const again = openState({ ...toPayload(state) }, predictionOf(), PHOTO);
  assert.ok(again.cells.every(({ confidence }) => confidence === null));
});

test("boxes that are spread go where the region goes, until one is touched", () => {
  const state = moveRegion(spreadBoxes(open()), [0, 40]);
  assert.equal(Math.round(state.cells[0].quad[0][1]), 240);
  const placed = placeBox(state, 3, state.cells[4].quad);
  assert.equal(moveRegion(placed, [0, 40]).cells[0], placed.cells[0]);
});

test("boxes inside of a region that is drawn more closely stay where they are", () => {
  const state = open();
  const drawn = drawRegion(state, [90, 190], [790, 270]);
  assert.equal(drawn.cells, state.cells);
  assert.equal(drawn.focus, state.focus);
});
