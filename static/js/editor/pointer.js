/** Where a pointer is, in photo pixels and in strip pixels. */

import { placePhoto } from "./view.js";

/** @returns {[number, number]} photo pixels */
export function toPhoto({ root, store, render }, event) {
  const { left, top } = root.querySelector("[data-port]").getBoundingClientRect();
  const { bundle, view } = store.screen;
  const place = placePhoto(view, bundle.photo, render.port());
  return [(event.clientX - left - place.left) / place.scale, (event.clientY - top - place.top) / place.scale];
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
