/**
 * The rows of a VIN. A state holds no rows: they follow from the boxes, and each box has its own quad. A row that is too
 * wide for the screen is shown in two pieces, which are rows like any other.
 *
 * @typedef {{first: number, count: number, quad: import("./state.js").Quad}} Row the cells first to first + count - 1,
 *   and where in the photo they are; null where that is not known
 */

import { applyToQuad, boundsOf, centerOf, invert, partOf, rectangle, squareToQuad } from "./geometry.js";

/** How far a row reaches beyond its boxes, in heights of the row. */
const MARGIN = 0.15;
/** A box begins another row where it is so many heights below the one before, and so many widths to its left. */
const DROP = 0.6;
const RETURN = 0.8;
/** More rows than any plate has: then the region does not fit its boxes, and rows say nothing. */
const MOST = 4;

/**
 * The rows of a state, in reading order; one row is the whole region.
 * @returns {Row[]} empty where there is no region
 */
export function findRows({ cells, region }) {
  if (!region) return [];
  const toRegion = invert(squareToQuad(region));
  const places = cells.map(({ quad }) => quad && boundsOf(applyToQuad(toRegion, quad)));
  const starts = findStarts(places);
  if (starts.length === 1 || starts.length > MOST) return [{ first: 0, count: cells.length, quad: region }];
  return starts.map((first, index) => {
    const end = starts[index + 1] ?? cells.length;
    return { first, count: end - first, quad: rowQuad(places.slice(first, end), region) };
  });
}

/** Where the text goes back to the left and down at the same time, a row begins. */
function findStarts(places) {
  const starts = [0];
  let last = null;
  places.forEach((place, index) => {
    if (!place) return;
    const isBelow = last && middleOf(place) - middleOf(last) > DROP * Math.min(heightOf(place), heightOf(last));
    const isBack = last && last.left - place.left > RETURN * (place.right - place.left);
    if (isBelow && isBack) starts.push(index);
    last = place;
  });
  return starts;
}

const middleOf = ({ top, bottom }) => (top + bottom) / 2;
const heightOf = ({ top, bottom }) => bottom - top;

function rowQuad(places, region) {
  const bounds = boundsOf(places.flatMap((place) => (place ? rectangle(place) : [])));
  const [x, y] = [MARGIN * 0.1, MARGIN * heightOf(bounds)];
  const { left, right, top, bottom } = bounds;
  return partOf(region, { left: left - x, right: right + x, top: top - y, bottom: bottom + y });
}

/**
 * The same rows, each cut in the middle: for a screen on which 17 cells side by side would be too narrow to touch.
 * @param {number} length places in a whole VIN, so that a short text is cut where the full one would be
 */
export function foldRows(rows, cells, length) {
  if (rows.length !== 1) return rows;
  const [{ quad, count }] = rows;
  const total = Math.max(length, count);
  const cut = Math.ceil(total / 2);
  const share = (quad && findCut(cells, cut, quad)) ?? cut / total;
  return [
    { first: 0, count: cut, quad: quad && partOf(quad, { right: share }) },
    { first: cut, count: total - cut, quad: quad && partOf(quad, { left: share }) },
  ];
}

/** Half-way between the boxes on both sides of the cut, as a share of the row; null where it is not known. */
function findCut(cells, cut, quad) {
  const [left, right] = [cells[cut - 1]?.quad, cells[cut]?.quad];
  if (!left || !right) return null;
  const toRow = invert(squareToQuad(quad));
  const share = (centerOf(applyToQuad(toRow, left))[0] + centerOf(applyToQuad(toRow, right))[0]) / 2;
  return share > 0.2 && share < 0.8 ? share : null;
}
