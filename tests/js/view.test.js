import assert from "node:assert/strict";
import { test } from "node:test";

import { FIRST_VIEW, filterOf, keepInSight, panBy, placePhoto, showRegion, showWhole, toggle, zoomAt } from "../../static/js/editor/view.js";
import { PHOTO, REGION } from "./bundles.js";

const PORT = { width: 800, height: 600 };

test("at first the whole photo is seen, in the middle", () => {
  assert.deepEqual(placePhoto(FIRST_VIEW, PHOTO, PORT), { scale: 0.8, left: 0, top: 100 });
});

test("zooming keeps the point under the pointer where it is", () => {
  const under = (view, [x, y]) => {
    const { scale, left, top } = placePhoto(view, PHOTO, PORT);
    return [(x - left) / scale, (y - top) / scale];
  };
  const view = zoomAt(FIRST_VIEW, 3, [200, 300], PHOTO, PORT);
  const [before, after] = [under(FIRST_VIEW, [200, 300]), under(view, [200, 300])];
  assert.equal(view.zoom, 3);
  before.forEach((value, index) => assert.ok(Math.abs(value - after[index]) < 1e-6));
});

test("zoom has an end", () => {
  assert.equal(zoomAt(FIRST_VIEW, 1000, [0, 0], PHOTO, PORT).zoom, 40);
  assert.equal(zoomAt(FIRST_VIEW, 0.001, [0, 0], PHOTO, PORT).zoom, 0.5);
});

test("panning moves the photo with the pointer, and never out of sight", () => {
  const view = panBy({ ...FIRST_VIEW, zoom: 2 }, [80, 0], PHOTO, PORT);
  const moved = placePhoto(view, PHOTO, PORT).left - placePhoto({ ...FIRST_VIEW, zoom: 2 }, PHOTO, PORT).left;
  assert.ok(Math.abs(moved - 80) < 1e-9);
  assert.equal(panBy(FIRST_VIEW, [1e6, 0], PHOTO, PORT).x, 0);
});

test("the region comes into the middle and fills the width", () => {
  const view = showRegion(FIRST_VIEW, REGION, PHOTO, PORT);
  assert.deepEqual([view.x, view.y], [0.44, 0.46]);
  const { scale } = placePhoto(view, PHOTO, PORT);
  assert.ok(680 * scale < PORT.width && 680 * scale > PORT.width / 2);
  assert.equal(showWhole(view).zoom, 1);
});

test("filters are named in one CSS value", () => {
  assert.equal(filterOf(FIRST_VIEW), "none");
  assert.equal(filterOf(toggle(toggle(FIRST_VIEW, "contrast"), "invert")), "url(#contrast) invert(1)");
});

test("another photo under the same view comes to its region where that would not be seen", () => {
  const zoomed = { ...FIRST_VIEW, zoom: 8, x: 0.1, y: 0.9 };
  const moved = keepInSight(zoomed, REGION, PHOTO, PORT);
  assert.deepEqual([moved.x, moved.y, moved.zoom], [0.44, 0.46, 8]);
  assert.equal(keepInSight(moved, REGION, PHOTO, PORT), moved);
  assert.equal(keepInSight(FIRST_VIEW, REGION, PHOTO, PORT), FIRST_VIEW);
  assert.equal(keepInSight(zoomed, null, PHOTO, PORT), zoomed);
});
