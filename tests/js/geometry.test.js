import assert from "node:assert/strict";
import { test } from "node:test";

import {
  apply, applyToQuad, between, beyond, divide, invert, isUpright, isWedge, layOutStrip, multiply, nearestCorner, placeCells,
  shiftInside, squareToQuad, toMatrix3d,
} from "../../static/js/editor/geometry.js";

const TILTED = [[217, 312], [531, 288], [540, 330], [212, 345]];
const near = (actual, expected, tolerance = 1e-6) => {
  actual.flat().forEach((value, index) => assert.ok(
    Math.abs(value - expected.flat()[index]) < tolerance, `${value} is not ${expected.flat()[index]}`,
  ));
};

test("a homography takes the corners of the square to those of the quad, and back", () => {
  const homography = squareToQuad(TILTED);
  const square = [[0, 0], [1, 0], [1, 1], [0, 1]];
  near(applyToQuad(homography, square), TILTED);
  near(applyToQuad(invert(homography), TILTED), square);
});

test("a homography times its inverse changes no point", () => {
  const homography = squareToQuad(TILTED);
  near(apply(multiply(homography, invert(homography)), [3, 4]), [3, 4]);
});

test("matrix3d says to the browser what the homography says", () => {
  const homography = squareToQuad(TILTED);
  const m = toMatrix3d(homography);
  const [x, y] = [0.3, 0.8];
  const w = m[3] * x + m[7] * y + m[15];
  near([(m[0] * x + m[4] * y + m[12]) / w, (m[1] * x + m[5] * y + m[13]) / w], apply(homography, [x, y]));
});

test("the strip is upright, fits, keeps its proportions and shows some of the photo around the region", () => {
  const strip = layOutStrip(TILTED, { width: 1200, height: 160 });
  const [tl, tr, br, bl] = applyToQuad(strip.homography, TILTED);
  assert.ok(strip.width <= 1200 + 1e-9 && strip.height <= 160 + 1e-9);
  near([tl[1], bl[0]], [tr[1], tl[0]]);
  assert.ok(tl[0] > 10 && tl[1] > 5 && br[0] < strip.width - 10 && br[1] < strip.height - 5);
  const aspect = (tr[0] - tl[0]) / (bl[1] - tl[1]);
  const lengths = (Math.hypot(314, 24) + Math.hypot(328, 15)) / (Math.hypot(5, 33) + Math.hypot(9, 42));
  near([aspect], [lengths], 1e-6);
});

test("a region that is pulled to a wedge has no strip; one seen from the side has", () => {
  assert.ok(!isWedge(TILTED));
  assert.ok(!isWedge([[0, 0], [300, 20], [300, 40], [0, 60]]));
  assert.ok(isWedge([[584, 655], [731, 662], [731, 671], [463, 653]]));
  assert.ok(isWedge([[0, 0], [300, 28], [300, 32], [0, 60]]));
});

test("the corner that is nearest to a point", () => {
  assert.equal(nearestCorner(TILTED, [216, 325]), 0);
  assert.equal(nearestCorner(TILTED, [216, 332]), 3);
  assert.equal(nearestCorner(TILTED, [600, 400]), 2);
});

test("upright quads turn clockwise; folded and mirrored ones do not", () => {
  const [a, b, c, d] = TILTED;
  assert.ok(isUpright(TILTED));
  assert.ok(!isUpright([a, c, b, d]));
  assert.ok(!isUpright([b, a, d, c]));
});

test("a box between two others, and one beyond the last", () => {
  const at = (x) => [[x, 0], [x + 10, 0], [x + 10, 20], [x, 20]];
  near(between(at(0), at(40)), at(20));
  near(beyond(at(0), at(12)), at(24));
});

test("a quad that sticks out is moved inside", () => {
  near(shiftInside([[95, 5], [115, 5], [115, 15], [95, 15]], { width: 100, height: 50 }),
    [[80, 5], [100, 5], [100, 15], [80, 15]]);
});

test("a quad is divided into as many quads side by side, none overlapping", () => {
  const parts = divide([[0, 0], [170, 0], [170, 10], [0, 10]], 17);
  assert.equal(parts.length, 17);
  parts.slice(1).forEach((part, index) => assert.ok(part[0][0] > parts[index][1][0]));
  assert.ok(parts.every(isUpright));
});

test("cells stand where they want to when there is room", () => {
  assert.deepEqual(placeCells([50, 150, 250], 60, 400), [50, 150, 250]);
});

test("cells that would overlap move apart as little as possible, and keep their order", () => {
  const placed = placeCells([100, 110, 120, 300], 60, 400);
  near(placed, [50, 110, 170, 300]);
});

test("cells stay inside the row", () => {
  const placed = placeCells([5, 10, 395], 60, 400);
  assert.ok(placed[0] >= 30 && placed[2] <= 370);
  placed.slice(1).forEach((center, index) => assert.ok(center - placed[index] >= 60 - 1e-9));
});

test("boxes of two rows, whose x start again, still give one row of cells", () => {
  const placed = placeCells([10, 60, 110, 12, 62, 112], 50, 320);
  placed.slice(1).forEach((center, index) => assert.ok(center - placed[index] >= 50 - 1e-9));
});
