/** Brings the boxes to the typed text: text first, boxes follow. */

import { align } from "../alignment.js";
import { isOver, mix, shiftInside } from "../geometry.js";
import { findRows } from "../rows.js";
import { setQuads, spreadBoxes } from "./boxes.js";

/**
 * Gives each character the model's box that stands for it, and the others a place between those. Where the model knows
 * nothing of the region, the boxes are spread evenly.
 */
export function alignBoxes(state) {
  const known = findAnchors(state);
  if (known.every((quad) => quad === null)) return spreadBoxes(state);
  const quads = findRows(state).flatMap(({ first, count }) => {
    const anchors = known.slice(first, first + count);
    if (anchors.every((quad) => quad === null)) return state.cells.slice(first, first + count).map(({ quad }) => quad);
    return anchors.map((quad, index) => quad ?? shiftInside(estimate(anchors, index), state.photo));
  });
  return isSame(quads, state.cells) ? state : setQuads(state, quads);
}

const isSame = (quads, cells) => JSON.stringify(quads) === JSON.stringify(cells.map(({ quad }) => quad));

/** The model's box of each cell; null where it read nothing there, or outside of the region. */
function findAnchors({ cells, region, reading }) {
  const anchors = cells.map(() => null);
  const pairs = align(reading.map(({ symbol }) => symbol), cells.map(({ symbol }) => symbol));
  for (const { before, after } of pairs) {
    const quad = before !== null && after !== null ? reading[before].quad : null;
    if (quad && region && isOver(quad, region)) anchors[after] = quad;
  }
  return anchors;
}

/** Where a box without an anchor is: between the nearest two, or as far beyond them as the characters are apart. */
function estimate(anchors, index) {
  const left = anchors.findLastIndex((quad, at) => quad && at < index);
  const right = anchors.findIndex((quad, at) => quad && at > index);
  if (left >= 0 && right >= 0) return mix(anchors[left], anchors[right], (index - left) / (right - left));
  const near = left >= 0 ? left : right;
  const far = nextAnchor(anchors, near, left >= 0 ? -1 : 1);
  if (far === null) return stepAside(anchors[near], index - near);
  return mix(anchors[near], anchors[far], (index - near) / (far - near));
}

/** The index of the next anchor in a direction; null where there is none. */
function nextAnchor(anchors, from, direction) {
  for (let at = from + direction; at >= 0 && at < anchors.length; at += direction) if (anchors[at]) return at;
  return null;
}

/** So many characters beside the only box that is known. */
function stepAside(quad, steps) {
  const [[x0, y0], [x1, y1]] = quad;
  const pitch = 1.15;
  return quad.map(([x, y]) => [x + (x1 - x0) * pitch * steps, y + (y1 - y0) * pitch * steps]);
}
