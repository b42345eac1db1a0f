/** The magnified strip of a row: the photo under a homography, and the character boxes over it. */

import { applyToQuad, boundsOf, centerOf, isWedge, layOutStrip, toMatrix3d } from "../geometry.js";
import { certaintyOf, statusOf } from "../state.js";
import { filterOf } from "../view.js";
import { keepChildren, makeSvg, pointsOf, setAttribute, setHidden, setPhoto, setText } from "./dom.js";

const WEDGE_WORDS = "The region is pulled to a wedge, so there is no strip of it. Drag its corners apart, draw it anew, or undo.";

/** Room beside the strip, so that the first and the last cell have their own. */
const SIDE = 8;

/** The strip of a row in a mat of this size; null where the row has no place in the photo, or the mat none on the page. */
export function layOut({ quad }, { width, height }) {
  if (!quad || width <= 2 * SIDE) return null;
  const strip = layOutStrip(quad, { width: width - 2 * SIDE, height });
  return { ...strip, left: (width - strip.width) / 2 };
}

/** @param {{mat: Element, strip: HTMLElement, note: Element, image: HTMLImageElement, boxes: SVGElement}} band */
export function renderStrip({ mat, strip, note, image, boxes }, { state, screen }, row, layout) {
  setHidden(mat, layout === null);
  if (!layout) return;
  const isHidden = isWedge(row.quad);
  setText(note, isHidden ? WEDGE_WORDS : "");
  setHidden(note, !isHidden);
  setHidden(strip, isHidden);
  strip.style.width = `${layout.width}px`;
  strip.style.height = `${layout.height}px`;
  placeImage(image, screen, layout.homography);
  setAttribute(boxes, "viewBox", `0 0 ${layout.width.toFixed(1)} ${layout.height.toFixed(1)}`);
  renderBoxes(boxes, state, row, layout.homography);
}

function placeImage(image, { bundle, view }, homography) {
  const { photo } = bundle;
  setPhoto(image, photo.display_url);
  image.style.width = `${photo.width}px`;
  image.style.height = `${photo.height}px`;
  image.style.transform = `matrix3d(${toMatrix3d(homography).join(",")})`;
  image.style.filter = filterOf(view);
}

function renderBoxes(parent, state, { first, count }, homography) {
  const cells = state.cells.slice(first, first + count);
  const polygons = keepChildren(parent, cells.length, () => makeSvg("polygon"));
  polygons.forEach((polygon, at) => {
    const cell = cells[at];
    setAttribute(polygon, "points", cell.quad ? pointsOf(applyToQuad(homography, cell.quad)) : "");
    setAttribute(polygon, "data-index", first + at);
    setAttribute(polygon, "data-certainty", certaintyOf(cell));
    setAttribute(polygon, "data-status", statusOf(cell));
    setAttribute(polygon, "data-focused", first + at === state.focus);
  });
}

/** The middle of the box of each of a row's cells, in pixels of the mat; null where there is none. */
export function findCenters({ cells }, { first, count }, layout) {
  return cells.slice(first, first + count).map(({ quad }) => {
    if (!quad || !layout) return null;
    return layout.left + centerOf(applyToQuad(layout.homography, quad))[0];
  });
}

/** From where to where a row reaches, in pixels of the mat; all of the mat where it has no place in the photo. */
export function findSpan({ quad }, layout, width) {
  if (!layout) return { left: 0, right: width };
  const { left, right } = boundsOf(applyToQuad(layout.homography, quad));
  return { left: layout.left + left, right: layout.left + right };
}
