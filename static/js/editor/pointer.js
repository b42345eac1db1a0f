/** Where a pointer is, in photo pixels and in strip pixels. */

import { placePhoto } from "./view.js";

/** @returns {[number, number]} photo pixels */
export const toPhoto = (app, event) => freezePhoto(app)(event);

/**
 * Where the photo is now. A drag that changes the layout, as a second row does, keeps what it began with: else the photo
 * would move under the pointer, and the pointer would draw something else.
 * @returns {(event: MouseEvent) => [number, number]} photo pixels
 */
export function freezePhoto({ root, store, render }) {
  const { left, top } = root.querySelector("[data-port]").getBoundingClientRect();
  const { bundle, view } = store.screen;
  const place = placePhoto(view, bundle.photo, render.port());
  return ({ clientX, clientY }) => [(clientX - left - place.left) / place.scale, (clientY - top - place.top) / place.scale];
}

/** @returns {[number, number]} viewport pixels of the photo's panel */
export function toPort({ root }, event) {
  const { left, top } = root.querySelector("[data-port]").getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

/** @returns {[number, number]} pixels of that strip */
export function toStrip(strip, event) {
  const { left, top } = strip.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}
