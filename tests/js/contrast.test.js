import assert from "node:assert/strict";
import { test } from "node:test";

import { PLAIN, stretchOver } from "../../static/js/editor/contrast.js";

const gray = (levels) => levels.flatMap((level) => [level, level, level, 255]);
const levelAt = ({ slope, intercept }, level) => Math.round(255 * (slope * (level / 255) + intercept));
const ramp = (from, to) => gray(Array.from({ length: 1000 }, (_, index) => Math.round(from + ((to - from) * index) / 999)));

test("a bright windshield is stretched over its own tones, and nothing of it becomes white", () => {
  const stretch = stretchOver(ramp(180, 250));
  assert.ok(Math.abs(levelAt(stretch, 181) - 0) < 8);
  assert.ok(Math.abs(levelAt(stretch, 249) - 255) < 8);
  assert.ok(levelAt(stretch, 215) > 110 && levelAt(stretch, 215) < 145);
});

test("a few pixels of glare do not count", () => {
  const stretch = stretchOver([...ramp(20, 90), ...gray(new Array(10).fill(255))]);
  assert.ok(levelAt(stretch, 89) > 240);
});

test("what is flat is not blown up to noise", () => {
  const { slope } = stretchOver(gray(new Array(100).fill(128)));
  assert.ok(slope < 9);
});

test("outside of the photo there are no tones", () => {
  assert.equal(stretchOver([0, 0, 0, 0]), PLAIN);
  assert.deepEqual(stretchOver([0, 0, 0, 0, ...ramp(100, 200)]), stretchOver(ramp(100, 200)));
});
