/** The character boxes in the strip: a press chooses the character, a drag moves its box or one of its edges. */

import { focusCell } from "../actions/cells.js";
import { placeBox } from "../actions/region.js";
import { applyToQuad, boundsOf, invert } from "../geometry.js";
import { drag, listen } from "../listen.js";
import { toStrip } from "../pointer.js";

/** How near to an edge, in strip pixels, a press takes the edge rather than the box. */
const REACH = 7;

export function bindBoxes(app) {
  const boxes = app.root.querySelector("[data-strip-boxes]");
  return listen([[boxes, "pointerdown", (event) => onPress(app, event)]]);
}

function onPress(app, event) {
  const index = Number(event.target.dataset.index ?? -1);
  if (event.button !== 0 || index < 0) return;
  event.preventDefault();
  const { store, render } = app;
  store.act(focusCell, index);
  render.focus(store);
  const { homography } = render.strip();
  const quad = applyToQuad(homography, store.state.cells[index].quad);
  const start = toStrip(app, event);
  const pull = pullAt(quad, start);
  const toPhotoPixels = invert(homography);
  drag(event, (move) => {
    const [x, y] = toStrip(app, move);
    store.preview(placeBox, index, applyToQuad(toPhotoPixels, pull([x - start[0], y - start[1]])));
  }, store.settle);
}

/** How a drag by (dx, dy) that starts at a point changes the quad: one edge moves, or all of it. */
function pullAt(quad, [x, y]) {
  const { left, right, top, bottom } = boundsOf(quad);
  const near = (a, b) => Math.abs(a - b) < Math.min(REACH, (right - left) / 4);
  const edge = near(x, left) ? [1, 0, 0, 1] : near(x, right) ? [0, 1, 1, 0] : null;
  const side = near(y, top) ? [1, 1, 0, 0] : near(y, bottom) ? [0, 0, 1, 1] : null;
  const isWhole = !edge && !side;
  const shares = (mask) => (isWhole ? [1, 1, 1, 1] : mask ?? [0, 0, 0, 0]);
  return ([dx, dy]) => quad.map(([px, py], corner) => [px + dx * shares(edge)[corner], py + dy * shares(side)[corner]]);
}
