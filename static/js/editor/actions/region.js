/** What can be done to the region. Points come in photo pixels. */

import { boundsOf, centerOf, clampPoint, isUsable, rectangle, rotate, shiftInside } from "../geometry.js";

/** Moves one corner of the region; a move that would fold the region over is not taken. */
export function moveCorner(state, corner, point) {
  return state.region ? placeRegion(state, state.region.map((old, index) => (index === corner ? point : old))) : state;
}

/** Moves the whole region by (dx, dy). */
export function moveRegion(state, [dx, dy]) {
  if (!state.region) return state;
  return { ...state, region: shiftInside(state.region.map(([x, y]) => [x + dx, y + dy]), state.photo) };
}

/** Draws the region anew, upright, between two opposite corners. */
export function drawRegion(state, from, to) {
  const region = rectangle(boundsOf([from, to].map((point) => clampPoint(point, state.photo))));
  return isUsable(region) ? { ...state, region } : state;
}

/** Turns the reading direction of the region by a quarter, for a VIN that stands on its side or its head. */
export function turnRegion(state) {
  if (!state.region) return state;
  const [first, ...rest] = state.region;
  return { ...state, region: [...rest, first] };
}

/** Turns the region about its middle by any angle, clockwise. */
export function rotateRegion(state, degrees) {
  return state.region ? placeRegion(state, rotate(state.region, degrees, centerOf(state.region))) : state;
}

/** Gives the region other corners. */
export function placeRegion(state, quad) {
  const region = quad.map((point) => clampPoint(point, state.photo));
  return isUsable(region) ? { ...state, region } : state;
}
