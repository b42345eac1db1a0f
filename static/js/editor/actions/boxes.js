/** What can be done to the boxes of the characters. Points come in photo pixels. */

import { clampPoint, divide, encloseIn, isUsable, partOf, shiftInside, sizeOf } from "../geometry.js";
import { findRows } from "../rows.js";
import { emptyCell, nextId } from "../state.js";
import { LENGTH } from "../vin.js";

/** How far a key moves a box, in heights of the box. */
const STEP = 0.04;
/** What is left free between the halves of a box that is split. */
const GAP = 0.02;

/** Gives one cell another box. */
export function placeBox(state, index, quad) {
  if (!state.cells[index] || !isUsable(quad)) return state;
  const placed = quad.map((point) => clampPoint(point, state.photo));
  return setQuads(state, state.cells.map((cell, at) => (at === index ? placed : cell.quad)));
}

/** Moves the box of the focused cell by steps along the text and across it. */
export function nudgeBox(state, direction) {
  const quad = state.cells[state.focus]?.quad;
  if (!quad) return state;
  const [dx, dy] = stepOf(state, quad, direction);
  return placeBox(state, state.focus, shiftInside(quad.map(([x, y]) => [x + dx, y + dy]), state.photo));
}

/** Moves the far edge of the focused cell's box along the text, or its lower edge across it. */
export function stretchBox(state, direction) {
  const quad = state.cells[state.focus]?.quad;
  if (!quad) return state;
  const [dx, dy] = stepOf(state, quad, direction);
  const isMoved = direction[0] ? [0, 1, 1, 0] : [0, 0, 1, 1];
  return placeBox(state, state.focus, quad.map(([x, y], corner) => [x + dx * isMoved[corner], y + dy * isMoved[corner]]));
}

/** A step in photo pixels; `direction` is [1, 0] along the text and [0, 1] down from it. */
function stepOf({ region }, quad, [along, across]) {
  const [tl, tr, , bl] = region ?? quad;
  const length = Math.max(1, STEP * sizeOf(quad).height);
  const unit = ([x0, y0], [x1, y1]) => [(x1 - x0) / Math.hypot(x1 - x0, y1 - y0), (y1 - y0) / Math.hypot(x1 - x0, y1 - y0)];
  const [right, down] = [unit(tl, tr), unit(tl, bl)];
  return [0, 1].map((axis) => length * (right[axis] * along + down[axis] * across));
}

/** Cuts the focused cell's box in two, for two characters that were taken for one; the second is empty yet. */
export function splitBox(state) {
  const { cells, focus } = state;
  const cell = cells[focus];
  if (!cell) return state;
  const half = (bounds) => cell.quad && partOf(cell.quad, bounds);
  const [left, right] = [half({ right: 0.5 - GAP }), half({ left: 0.5 + GAP })];
  const second = emptyCell(nextId(state), right);
  const halves = [{ ...cell, quad: left }, second];
  const split = [...cells.slice(0, focus), ...halves, ...cells.slice(focus + 1)];
  return { ...state, cells: split, focus: focus + 1, boxesFollow: false };
}

/** Joins the focused cell's box with the next one, for a character that was taken for two; its symbol stays. */
export function mergeBoxes(state) {
  const { cells, focus } = state;
  const [cell, next] = [cells[focus], cells[focus + 1]];
  if (!next) return state;
  const quad = cell.quad && next.quad ? encloseIn(cell.quad, [...cell.quad, ...next.quad]) : cell.quad ?? next.quad;
  return { ...state, cells: [...cells.slice(0, focus), { ...cell, quad }, ...cells.slice(focus + 2)], boxesFollow: false };
}

/** Spreads the boxes evenly over their rows: 17 places in a single one, or as many as there are characters. */
export function spreadBoxes(state) {
  const rows = findRows(state);
  if (rows.length === 0 || state.cells.length === 0) return state;
  if (rows.length === 1) return { ...joinRows(state), boxesFollow: true };
  return setQuads(state, rows.flatMap(({ quad, count }) => divide(quad, count)));
}

/** One row again: the boxes spread evenly over the whole region. */
export function joinRows(state) {
  if (!state.region || state.cells.length === 0) return state;
  return setQuads(state, divide(state.region, Math.max(LENGTH, state.cells.length)).slice(0, state.cells.length));
}

/** The second row begins at the focused cell: the halves of the region are the rows. */
export function breakRow(state) {
  if (!state.region || state.focus === 0) return state;
  const whole = fillUp(state);
  const rows = [partOf(state.region, { bottom: 0.5 }), partOf(state.region, { top: 0.5 })];
  const counts = [state.focus, whole.cells.length - state.focus];
  return setQuads(whole, rows.flatMap((quad, index) => divide(quad, counts[index])));
}

/** Draws the second row, which begins at the focused cell, between two opposite corners; the region grows around it. */
export function drawRow(state, from, to) {
  if (!state.region || state.focus === 0) return state;
  const corners = [from, to].map((point) => clampPoint(point, state.photo));
  const quad = encloseIn(state.region, corners);
  if (!isUsable(quad)) return state;
  const whole = fillUp(state);
  const second = divide(quad, whole.cells.length - state.focus);
  const quads = whole.cells.map((cell, index) => (index < state.focus ? cell.quad : second[index - state.focus]));
  const region = encloseIn(state.region, [...state.region, ...quad]).map((point) => clampPoint(point, state.photo));
  return isUsable(region) ? setQuads({ ...whole, region }, quads) : state;
}

/** Where the focus is beyond the text, empty places for what is still to be typed. */
function fillUp(state) {
  if (state.focus < state.cells.length) return state;
  const missing = Math.max(LENGTH - state.cells.length, 1);
  const places = Array.from({ length: missing }, (_, index) => emptyCell(nextId(state) + index));
  return { ...state, cells: [...state.cells, ...places] };
}

/** Gives the cells these boxes, which stay where they are when the region moves. */
export function setQuads(state, quads) {
  return { ...state, cells: state.cells.map((cell, index) => ({ ...cell, quad: quads[index] })), boxesFollow: false };
}
