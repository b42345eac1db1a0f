import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseVersion, findStaleDraft, openVersion } from "../../static/js/editor/opening.js";
import {
  certaintyOf, findObstacle, isSuspect, leastCertain, openState, saysTheSame, statusOf, textOf, toKept, toPayload,
} from "../../static/js/editor/state.js";
import { describeCell, markOf } from "../../static/js/editor/render/cells.js";
import { PHOTO, REGION, VIN, bundleOf, charactersOf, predictionOf } from "./bundles.js";

const opened = (bundle = bundleOf(), kept = null) => openVersion(bundle, chooseVersion(bundle, kept));

test("a photo opens with the prediction, at the least certain character", () => {
  const state = opened();
  assert.equal(textOf(state), VIN);
  assert.equal(state.focus, 11);
  assert.deepEqual(state.region, REGION);
  assert.deepEqual(state.cells.map(certaintyOf).slice(2, 5), ["high", "medium", "high"]);
  assert.equal(certaintyOf(state.cells[11]), "low");
});

test("without a prediction there is nothing but empty places", () => {
  const state = opened(bundleOf({ prediction: null }));
  assert.deepEqual([textOf(state), state.focus, state.region], ["", 0, null]);
});

test("a refused photo opens with what was made out all the same", () => {
  const state = opened(bundleOf({ prediction: { ...predictionOf(), vin: "" } }));
  assert.equal(textOf(state), VIN);
  assert.equal(statusOf(state.cells[11]), "model");
  assert.equal(state.focus, 11);
});

test("work of one's own on the newest revision comes first, the newer of journal and server", () => {
  const draft = { text: "AAA", characters: [], region: null, base_revision: 0, saved_at: "2026-01-01T00:00:10Z" };
  const kept = { text: "BBB", characters: [], region: null, saved_at: Date.parse("2026-01-01T00:00:20Z") };
  assert.equal(textOf(opened(bundleOf({ draft }))), "AAA");
  assert.equal(textOf(opened(bundleOf({ draft }), kept)), "BBB");
  assert.equal(textOf(opened(bundleOf({ draft: { ...draft, saved_at: "2026-01-01T00:00:30Z" } }), kept)), "AAA");
});

test("a draft of an older revision is not opened but compared", () => {
  const draft = { text: "AAA", characters: [], region: null, base_revision: 0, saved_at: "2026-01-01T00:00:10Z" };
  const annotation = { revision: 1, text: VIN, characters: charactersOf(VIN), region: REGION, outcome: "read" };
  const bundle = bundleOf({ draft, annotation, task: { id: "task-1", revision: 1 } });
  assert.equal(textOf(opened(bundle)), VIN);
  assert.equal(findStaleDraft(bundle), draft);
});

test("what a person wrote never shows the model's confidence", () => {
  const characters = charactersOf(VIN.replace("8", "B"));
  characters[5] = { ...characters[5], edited: true, confidence: null };
  const state = openState({ text: VIN.replace("8", "B"), characters, region: REGION }, predictionOf(), PHOTO);
  assert.equal(statusOf(state.cells[5]), "edited");
  assert.equal(markOf(state.cells[5]), "edited");
  assert.equal(describeCell(state.cells[5], 5), "position 6, character B, edited, the model read 8");
  assert.equal(toPayload(state).characters[5].confidence, null);
  assert.equal(toPayload(state).characters[5].edited, true);
});

test("a cell says its position, its character and how certain the model is", () => {
  const { cells } = opened();
  assert.equal(describeCell(cells[4], 4), "position 5, character M, 99 % certain");
  assert.equal(describeCell(cells[11], 11), "position 12, character 0, 40 % certain, check it");
  assert.equal(describeCell(null, 16), "position 17, empty");
});

test("an annotation that lacks a character compares with the right characters of the prediction", () => {
  const text = VIN.slice(0, 4) + VIN.slice(5);
  const state = openState({ text, characters: charactersOf(text), region: REGION }, predictionOf(), PHOTO);
  assert.ok(state.cells.every(({ symbol, predicted }) => symbol === predicted));
});

test("characters that do not spell the text give way to the text", () => {
  const state = openState({ text: "ABC", characters: charactersOf("XYZ"), region: null }, null, PHOTO);
  assert.equal(textOf(state), "ABC");
  assert.ok(state.cells.every(({ quad }) => quad === null));
});

test("suspects are what the model is unsure of and what is empty", () => {
  const { cells } = opened();
  assert.deepEqual(cells.flatMap((cell, index) => (isSuspect(cell) ? [index] : [])), [3, 11]);
  assert.equal(leastCertain({ cells: [...cells.slice(0, 2), { ...cells[2], symbol: "", written: true }, ...cells.slice(3)] }), 2);
});

test("only 17 characters, each filled, can be submitted", () => {
  const state = opened();
  assert.equal(findObstacle(state), null);
  assert.match(findObstacle({ ...state, cells: state.cells.slice(1) }), /1 of 17 characters missing/);
  assert.match(findObstacle({ ...state, cells: [...state.cells, state.cells[0]] }), /1 too many/);
  const holed = state.cells.map((cell, index) => (index === 4 ? { ...cell, symbol: "" } : cell));
  assert.match(findObstacle({ ...state, cells: holed }), /Position 5 is empty/);
});

test("a payload numbers the characters it holds, inside the photo; the journal keeps the empty places too", () => {
  const state = opened();
  const cells = state.cells.map((cell, index) => (index === 4 ? { ...cell, symbol: "" } : cell));
  cells[0] = { ...cells[0], quad: [[-3, 200], [36, 200], [36, 260], [-3, 260]] };
  const payload = toPayload({ ...state, cells });
  assert.equal(payload.text, VIN.slice(0, 4) + VIN.slice(5));
  assert.deepEqual(payload.characters.map(({ index }) => index), [...Array(16).keys()]);
  assert.deepEqual(payload.characters[0].quad[0], [0, 200]);
  assert.equal(toKept({ ...state, cells }).characters.length, 17);
  const again = openState(toKept({ ...state, cells }), predictionOf(), PHOTO);
  assert.equal(again.cells[4].symbol, "");
  assert.equal(again.focus, 4);
});

test("what a model put outside of the photo is brought inside, or left out", () => {
  const region = [[-20, 190], [780, 200], [780, 260], [-20, 260]];
  const state = { ...opened(), region };
  state.cells = state.cells.map((cell, index) => (index === 16 ? { ...cell, quad: [[1001, 0], [1040, 0], [1040, 9], [1001, 9]] } : cell));
  const payload = toPayload(state);
  assert.deepEqual(payload.region, [[0, 190], [780, 200], [780, 260], [0, 260]]);
  assert.equal(payload.characters[16].quad, null);
});

test("opening what was submitted says the same again", () => {
  const state = opened();
  assert.ok(saysTheSame(state, openState(toPayload(state), predictionOf(), PHOTO)));
});
