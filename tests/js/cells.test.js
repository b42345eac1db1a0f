import assert from "node:assert/strict";
import { test } from "node:test";

import { layOutCells, percentOf } from "../../static/js/editor/render/cells.js";
import { describeQuality, differencesTo, listVersions } from "../../static/js/editor/render/versions.js";
import { dialogFor } from "../../static/js/editor/render/dialogs.js";
import { openVersion, chooseVersion } from "../../static/js/editor/opening.js";
import { VIN, bundleOf, charactersOf } from "./bundles.js";

const SPAN = { left: 100, right: 1120 };
const row = (count, first = 130, step = 60) => Array.from({ length: count }, (_, index) => first + index * step);

test("each place stands under its box", () => {
  assert.deepEqual(layOutCells(row(17), 1200, SPAN).centers, row(17));
});

test("without boxes the places share the region", () => {
  const { centers } = layOutCells([], 1200, SPAN);
  assert.deepEqual([centers.length, centers[0], centers[16]], [17, 130, 1090]);
});

test("a place without a box stands between its neighbours, the empty ones follow the last", () => {
  const { centers } = layOutCells([130, null, 250], 1200, SPAN);
  assert.deepEqual(centers.slice(0, 5), [130, 190, 250, 310, 370]);
});

test("places before the first box run up to it", () => {
  assert.deepEqual(layOutCells([null, null, 250, 310], 1200, SPAN).centers.slice(0, 3), [130, 190, 250]);
});

test("narrow characters make narrow cells, down to what can be touched; all fit into the row", () => {
  assert.equal(layOutCells(row(17, 300, 48), 1200, SPAN).width, 44);
  assert.equal(layOutCells(row(17, 500, 20), 1200, SPAN).width, 44);
  const { centers, width } = layOutCells(row(18, 10, 40), 730, { left: 0, right: 730 });
  assert.ok(centers[0] - width / 2 >= 0 && centers[17] + width / 2 <= 730);
});

test("a percentage is rounded down, so that 100 means certain", () => {
  assert.deepEqual([0.999, 0.29, 1, 0].map(percentOf), [99, 29, 100, 0]);
});

test("versions say where they differ from the model's, and the model's what is gone from the last", () => {
  const annotation = { revision: 1, text: VIN.replace("M", "N"), author: "ana", outcome: "read", characters: charactersOf(VIN.replace("M", "N")) };
  const bundle = bundleOf({ annotation, lease: { id: "l", kind: "review", seconds: 300 }, task: { id: "t", revision: 1 } });
  const rows = listVersions(openVersion(bundle, chooseVersion(bundle, null)), { bundle });
  assert.deepEqual(rows.map(({ who }) => who), ["Model v1", "ana", "Your review"]);
  assert.equal(rows[0].note, "70 % sure of the whole VIN");
  assert.deepEqual(rows.map(({ differs }) => differs), [[4], [4], [4]]);
  assert.deepEqual(differencesTo("", VIN), []);
  assert.deepEqual(differencesTo("ABC", "ABXC"), [2]);
});

test("of what is wrong with a photo the cause is said, not how to take a better one, and no VIN only beside the text", () => {
  const issue = (code, advice) => ({ code, advice });
  const quality = { issues: [issue("no_vin", "No VIN was found: come closer."), issue("glare", "Light is reflected: tilt."), issue("x", "Odd.")] };
  assert.equal(describeQuality({ quality }), "Light is reflected. Odd.");
  assert.equal(describeQuality(null), "");
});

test("logging in comes before everything, both versions before reasons", () => {
  assert.equal(dialogFor({ isSignedOut: true, lost: {}, mode: "skip" }), "login");
  assert.equal(dialogFor({ isSignedOut: false, lost: {}, mode: "skip" }), "lost");
  assert.equal(dialogFor({ isSignedOut: false, lost: null, mode: "skip" }), "reasons");
  assert.equal(dialogFor({ isSignedOut: false, lost: null, mode: "help" }), "help");
  assert.equal(dialogFor({ isSignedOut: false, lost: null, mode: "typing" }), null);
});
