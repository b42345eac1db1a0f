/**
 * How the photo is looked at: zoom, pan and filters. It is no part of the work, has no undo, and is kept from photo to
 * photo, so the center is a share of the photo's size and zoom 1 is the whole photo.
 *
 * @typedef {{zoom: number, x: number, y: number, contrast: boolean, invert: boolean, sharpen: boolean}} View
 */

import { boundsOf } from "./geometry.js";

export const WHOLE = Object.freeze({ zoom: 1, x: 0.5, y: 0.5 });
export const FIRST_VIEW = Object.freeze({ ...WHOLE, contrast: false, invert: false, sharpen: false });
const [LEAST, MOST] = [0.5, 40];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const fitting = (photo, port) => Math.min(port.width / photo.width, port.height / photo.height);

/** Photo pixels -> viewport pixels: multiply by `scale`, then add `left` and `top`. */
export function placePhoto(view, photo, port) {
  const scale = fitting(photo, port) * view.zoom;
  return {
    scale,
    left: port.width / 2 - view.x * photo.width * scale,
    top: port.height / 2 - view.y * photo.height * scale,
  };
}

/** Zooms so that the photo under a point of the viewport stays there. */
export function zoomAt(view, factor, [px, py], photo, port) {
  const zoom = clamp(view.zoom * factor, LEAST, MOST);
  const before = placePhoto(view, photo, port);
  const after = placePhoto({ ...view, zoom }, photo, port);
  const shift = (at, start, old, extent) => ((at - start) / before.scale - (at - old) / after.scale) / extent;
  return {
    ...view,
    zoom,
    x: clamp(view.x + shift(px, before.left, after.left, photo.width), 0, 1),
    y: clamp(view.y + shift(py, before.top, after.top, photo.height), 0, 1),
  };
}

export function panBy(view, [dx, dy], photo, port) {
  const { scale } = placePhoto(view, photo, port);
  return {
    ...view,
    x: clamp(view.x - dx / scale / photo.width, 0, 1),
    y: clamp(view.y - dy / scale / photo.height, 0, 1),
  };
}

/** A place, as shares of the photo's size, in the middle. */
export const centerAt = (view, [x, y]) => ({ ...view, x: clamp(x, 0, 1), y: clamp(y, 0, 1) });

/** The region in the middle, with half of itself around it. */
export function showRegion(view, region, photo, port) {
  const { left, right, top, bottom } = boundsOf(region);
  const wanted = Math.min(port.width / (1.5 * (right - left)), port.height / (3 * (bottom - top)));
  return {
    ...view,
    zoom: clamp(wanted / fitting(photo, port), 1, MOST),
    x: (left + right) / 2 / photo.width,
    y: (top + bottom) / 2 / photo.height,
  };
}

/** Another photo under the same view: the zoom stays, and where the middle of its region would not be seen, it moves there. */
export function keepInSight(view, region, photo, port) {
  if (!region || isWhole(view)) return view;
  const { scale, left, top } = placePhoto(view, photo, port);
  const bounds = boundsOf(region);
  const [x, y] = [(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2];
  const isSeen = isWithin(x * scale + left, port.width) && isWithin(y * scale + top, port.height);
  return isSeen ? view : { ...view, x: x / photo.width, y: y / photo.height };
}

const isWithin = (value, most) => value >= 0 && value <= most;

export const showWhole = (view) => ({ ...view, ...WHOLE });
export const isWhole = ({ zoom, x, y }) => zoom === WHOLE.zoom && x === WHOLE.x && y === WHOLE.y;
export const toggle = (view, name) => ({ ...view, [name]: !view[name] });

/** The CSS filter of a view; the kernel that sharpens and the line that stretches the contrast are SVG filters of the page. */
export function filterOf({ contrast, invert, sharpen }) {
  const parts = [contrast && "url(#contrast)", invert && "invert(1)", sharpen && "url(#sharpen)"];
  return parts.filter(Boolean).join(" ") || "none";
}
