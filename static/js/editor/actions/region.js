/** What can be done to the region. Points come in photo pixels. */

import { boundsOf, centerOf, clampPoint, isUsable, rectangle, rotate, shiftInside } from "../geometry.js";
import { withoutDoubt } from "../state.js";
import { joinRows } from "./boxes.js";

/** Moves one corner of the region; a move that would fold the region over is not taken. */
export function moveCorner(state, corner, point) {
  return state.region ? placeRegion(state, state.region.map((old, index) => (index === corner ? point : old))) : state;
}

/** Moves the whole region by (dx, dy). */
export function moveRegion(state, [dx, dy]) {
  if (!state.region) return state;
  return withRegion(state, shiftInside(state.region.map(([x, y]) => [x + dx, y + dy]), state.photo));
}

/**
 * Draws the region anew, upright, between two opposite corners. Where the boxes are all elsewhere they stood for another
 * text: they come into the region without the model's doubts, follow it from now on, and the typing begins again.
 */
export function drawRegion(state, from, to) {
  const bounds = boundsOf([from, to].map((point) => clampPoint(point, state.photo)));
  const region = rectangle(bounds);
  if (!isUsable(region)) return state;
  if (state.boxesFollow) return withRegion(state, region);
  const isKept = state.cells.some(({ quad }) => quad && isWithin(centerOf(quad), bounds));
  if (isKept) return { ...state, region };
  return { ...withRegion({ ...state, cells: state.cells.map(withoutDoubt), boxesFollow: true }, region), focus: 0 };
}

const isWithin = ([x, y], { left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom;

/** Turns the reading direction of the region by a quarter, for a VIN that stands on its side or its head. */
export function turnRegion(state) {
  if (!state.region) return state;
  const [first, ...rest] = state.region;
  return withRegion(state, [...rest, first]);
}

/** Turns the region about its middle by any angle, clockwise. */
export function rotateRegion(state, degrees) {
  return state.region ? placeRegion(state, rotate(state.region, degrees, centerOf(state.region))) : state;
}

/** Gives the region other corners. */
export function placeRegion(state, quad) {
  const region = quad.map((point) => clampPoint(point, state.photo));
  return isUsable(region) ? withRegion(state, region) : state;
}

/** Boxes that nobody has touched since the region was drawn are spread over it again. */
function withRegion(state, region) {
  const moved = { ...state, region };
  return state.boxesFollow ? { ...joinRows(moved), boxesFollow: true } : moved;
}
