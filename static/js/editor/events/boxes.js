/**
 * The character boxes in the strip: a press chooses the character, a drag moves its box or one of its edges, and a drag
 * beside the boxes draws the box of the character that has the focus.
 */

import { placeBox } from "../actions/boxes.js";
import { focusCell } from "../actions/cells.js";
import { applyToQuad, boundsOf, invert, rectangle } from "../geometry.js";
import { drag, listen } from "../listen.js";
import { toStrip } from "../pointer.js";
import { setAttribute } from "../render/dom.js";

/** How near to an edge, in strip pixels, a press takes the edge rather than the box. */
const REACH = { mouse: 7, touch: 16 };
/** A shorter drag beside the boxes is a slip of the hand. */
const SLIP = 6;

export function bindBoxes(app) {
  const bands = app.root.querySelector("[data-bands]");
  return listen([
    [bands, "pointerdown", (event) => onPress(app, event)],
    [bands, "pointermove", (event) => showReach(app, event)],
  ]);
}

function onPress(app, event) {
  const boxes = event.target.closest(".strip-boxes");
  if (event.button !== 0 || !boxes || app.store.screen.phase !== "working") return;
  event.preventDefault();
  const band = bandOf(app, boxes);
  const index = findBox(app, event, band);
  if (index === null) startDrawing(app, event, band);
  else startDragging(app, event, band, index);
}

const bandOf = (app, boxes) => app.render.bands().find(({ strip }) => strip === boxes.parentElement);

/** The band in whose strip the pointer is; undefined where it is in none. */
export function bandAt(app, event) {
  const boxes = event.target.closest(".strip-boxes");
  return boxes ? bandOf(app, boxes) : undefined;
}

const reachOf = ({ pointerType }) => (pointerType === "touch" ? REACH.touch : REACH.mouse);

/** The box under the pointer, or that of the focus where one of its edges is within reach; null where there is none. */
function findBox({ store: { state } }, event, { strip, layout: { homography } }) {
  if (event.target.dataset.index !== undefined) return Number(event.target.dataset.index);
  const quad = state.cells[state.focus]?.quad;
  if (!quad) return null;
  const { left, right, top, bottom } = boundsOf(applyToQuad(homography, quad));
  const [x, y] = toStrip(strip, event);
  const reach = reachOf(event);
  const isNear = x > left - reach && x < right + reach && y > top - reach && y < bottom + reach;
  return isNear ? state.focus : null;
}

/** The pointer's shape says what a drag would pull: an edge, a corner, or the whole box. */
function showReach(app, event) {
  const boxes = event.target.closest(".strip-boxes");
  if (!boxes || event.buttons || app.store.screen.phase !== "working") return;
  const band = bandOf(app, boxes);
  const index = findBox(app, event, band);
  const quad = index === null ? null : applyToQuad(band.layout.homography, app.store.state.cells[index].quad);
  const { edge, side } = quad ? edgesAt(quad, toStrip(band.strip, event), reachOf(event)) : {};
  const pulls = quad ? [edge && "edge", side && "side"].filter(Boolean).join(" ") || "whole" : null;
  setAttribute(boxes, "data-pulls", pulls);
}

function startDragging(app, event, { strip, layout: { homography } }, index) {
  const { store, render } = app;
  store.act(focusCell, index);
  render.focus(store);
  const quad = applyToQuad(homography, store.state.cells[index].quad);
  const start = toStrip(strip, event);
  const pull = pullAt(quad, start, reachOf(event));
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

/** The edges near a point, as the corners that move with each: the left or the right one, and the upper or the lower one. */
function edgesAt(quad, [x, y], reach) {
  const { left, right, top, bottom } = boundsOf(quad);
  const within = Math.min(reach, (right - left) / 4);
  const near = (at, line, out) => (at - line) * out > -within && (at - line) * out < reach;
  return {
    edge: near(x, left, -1) ? [1, 0, 0, 1] : near(x, right, 1) ? [0, 1, 1, 0] : null,
    side: near(y, top, -1) ? [1, 1, 0, 0] : near(y, bottom, 1) ? [0, 0, 1, 1] : null,
  };
}

/** How a drag by (dx, dy) that starts at a point changes the quad: one edge moves, or all of it. */
function pullAt(quad, start, reach) {
  const { edge, side } = edgesAt(quad, start, reach);
  const isWhole = !edge && !side;
  const shares = (mask) => (isWhole ? [1, 1, 1, 1] : mask ?? [0, 0, 0, 0]);
  return ([dx, dy]) => quad.map(([px, py], corner) => [px + dx * shares(edge)[corner], py + dy * shares(side)[corner]]);
}
