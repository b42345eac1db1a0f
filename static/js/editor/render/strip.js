/** The magnified strip: the photo under a homography, and the character boxes over it. */

import { applyToQuad, boundsOf, centerOf, layOutStrip, toMatrix3d } from "../geometry.js";
import { certaintyOf, statusOf } from "../state.js";
import { filterOf } from "../view.js";
import { keepChildren, makeSvg, part, pointsOf, setAttribute, setHidden, setPhoto } from "./dom.js";

/** Room beside the strip, so that the first and the last cell have their own. */
const SIDE = 8;

/** The strip of a state in a mat of this size; null where there is no region. */
export function layOut(state, { width, height }) {
  if (!state.region) return null;
  const strip = layOutStrip(state.region, { width: width - 2 * SIDE, height });
  return { ...strip, left: (width - strip.width) / 2 };
}

export function createStrip(root) {
  const strip = part(root, "strip");
  const image = part(root, "strip-photo");
  const boxes = part(root, "strip-boxes");
  const empty = part(root, "strip-empty");

  return function render({ state, screen }, layout) {
    setHidden(strip, layout === null);
    setHidden(empty, layout !== null);
    if (!layout) return;
    strip.style.width = `${layout.width}px`;
    strip.style.height = `${layout.height}px`;
    placeImage(image, screen, layout.homography);
    setAttribute(boxes, "viewBox", `0 0 ${layout.width.toFixed(1)} ${layout.height.toFixed(1)}`);
    renderBoxes(boxes, state, layout.homography);
  };
}

function placeImage(image, { bundle, view }, homography) {
  const { photo } = bundle;
  setPhoto(image, photo.display_url);
  image.style.width = `${photo.width}px`;
  image.style.height = `${photo.height}px`;
  image.style.transform = `matrix3d(${toMatrix3d(homography).join(",")})`;
  image.style.filter = filterOf(view);
}

function renderBoxes(parent, state, homography) {
  const polygons = keepChildren(parent, state.cells.length, () => makeSvg("polygon"));
  polygons.forEach((polygon, index) => {
    const cell = state.cells[index];
    setAttribute(polygon, "points", cell.quad ? pointsOf(applyToQuad(homography, cell.quad)) : "");
    setAttribute(polygon, "data-index", index);
    setAttribute(polygon, "data-certainty", certaintyOf(cell));
    setAttribute(polygon, "data-status", statusOf(cell));
    setAttribute(polygon, "data-focused", index === state.focus);
  });
}

/** The middle of each cell's box, in pixels of the mat; null where there is none. */
export function findCenters(state, layout) {
  return state.cells.map(({ quad }) => {
    if (!quad || !layout) return null;
    return layout.left + centerOf(applyToQuad(layout.homography, quad))[0];
  });
}

/** From where to where the region reaches, in pixels of the mat; all of the mat where there is none. */
export function findSpan(state, layout, width) {
  if (!layout) return { left: 0, right: width };
  const { left, right } = boundsOf(applyToQuad(layout.homography, state.region));
  return { left: layout.left + left, right: layout.left + right };
}
