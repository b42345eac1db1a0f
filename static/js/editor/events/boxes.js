/**
 * The character boxes in the strip: a press chooses the character, a drag moves its box or one of its edges, and a drag
 * beside the boxes draws the box of the character that has the focus.
 */

import { placeBox } from "../actions/boxes.js";
import { focusCell } from "../actions/cells.js";
import { applyToQuad, boundsOf, invert, rectangle } from "../geometry.js";
import { drag, listen } from "../listen.js";
import { toStrip } from "../pointer.js";

/** How near to an edge, in strip pixels, a press takes the edge rather than the box. */
const REACH = { mouse: 7, touch: 16 };
/** A shorter drag beside the boxes is a slip of the hand. */
const SLIP = 6;

export function bindBoxes(app) {
  return listen([[app.root.querySelector("[data-bands]"), "pointerdown", (event) => onPress(app, event)]]);
}

function onPress(app, event) {
  const boxes = event.target.closest(".strip-boxes");
  if (event.button !== 0 || !boxes || app.store.screen.phase !== "working") return;
  event.preventDefault();
  const band = app.render.bands().find(({ strip }) => strip === boxes.parentElement);
  const index = event.target.dataset.index;
  if (index === undefined) startDrawing(app, event, band);
  else startDragging(app, event, band, Number(index));
}

function startDragging(app, event, { strip, layout: { homography } }, index) {
  const { store, render } = app;
  store.act(focusCell, index);
  render.focus(store);
  const quad = applyToQuad(homography, store.state.cells[index].quad);
  const start = toStrip(strip, event);
  const pull = pullAt(quad, start, event.pointerType === "touch" ? REACH.touch : REACH.mouse);
  const toPhotoPixels = invert(homography);
  drag(event, (move) => {
    const [x, y] = toStrip(strip, move);
    store.preview(placeBox, index, applyToQuad(toPhotoPixels, pull([x - start[0], y - start[1]])));
  }, store.settle);
}

function startDrawing(app, event, { strip, layout: { homography } }) {
  const { store } = app;
  const index = store.state.focus;
  const start = toStrip(strip, event);
  const toPhotoPixels = invert(homography);
  drag(event, (move) => {
    const end = toStrip(strip, move);
    if (Math.abs(end[0] - start[0]) < SLIP || Math.abs(end[1] - start[1]) < SLIP) return;
    store.preview(placeBox, index, applyToQuad(toPhotoPixels, rectangle(boundsOf([start, end]))));
  }, store.settle);
}

/** How a drag by (dx, dy) that starts at a point changes the quad: one edge moves, or all of it. */
function pullAt(quad, [x, y], reach) {
  const { left, right, top, bottom } = boundsOf(quad);
  const near = (a, b) => Math.abs(a - b) < Math.min(reach, (right - left) / 4);
  const edge = near(x, left) ? [1, 0, 0, 1] : near(x, right) ? [0, 1, 1, 0] : null;
  const side = near(y, top) ? [1, 1, 0, 0] : near(y, bottom) ? [0, 0, 1, 1] : null;
  const isWhole = !edge && !side;
  const shares = (mask) => (isWhole ? [1, 1, 1, 1] : mask ?? [0, 0, 0, 0]);
  return ([dx, dy]) => quad.map(([px, py], corner) => [px + dx * shares(edge)[corner], py + dy * shares(side)[corner]]);
}
