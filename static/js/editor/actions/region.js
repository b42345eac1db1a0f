/** What can be done to the region and the boxes. Points come in photo pixels. */

import { boundsOf, clampPoint, divide, isUpright, rectangle, shiftInside, sizeOf } from "../geometry.js";
import { LENGTH } from "../vin.js";

/** The smallest side, in photo pixels, of anything drawn. */
const SMALLEST = 3;

const isUsable = (quad) => {
  const { width, height } = sizeOf(quad);
  return isUpright(quad) && width >= SMALLEST && height >= SMALLEST;
};

/** Moves one corner of the region; a move that would fold the region over is not taken. */
export function moveCorner(state, corner, point) {
  if (!state.region) return state;
  const region = state.region.map((old, index) => (index === corner ? clampPoint(point, state.photo) : old));
  return isUsable(region) ? { ...state, region } : state;
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

/** Spreads the boxes evenly over the region: 17 places, or as many as there are characters. */
export function spreadBoxes(state) {
  if (!state.region || state.cells.length === 0) return state;
  const quads = divide(state.region, Math.max(LENGTH, state.cells.length));
  return { ...state, cells: state.cells.map((cell, index) => ({ ...cell, quad: quads[index] })) };
}

/** Gives one cell another box. */
export function placeBox(state, index, quad) {
  if (!state.cells[index] || !isUsable(quad)) return state;
  const placed = quad.map((point) => clampPoint(point, state.photo));
  return { ...state, cells: state.cells.map((cell, at) => (at === index ? { ...cell, quad: placed } : cell)) };
}
