/** The whole photo, the region drawn on it, and the corners that can be dragged. */

import { filterOf, placePhoto } from "../view.js";
import { part, pointsOf, setAttribute, setHidden, setPhoto, setText } from "./dom.js";

/** How far from the region the knob is that turns it, in pixels of the screen. */
const TURNER_AWAY = 34;

/** What is drawn in which mode: for whoever points, and besides for whoever has keys. */
const DRAWING_WORDS = {
  drawing: () => [
    "Drag over the VIN from its top left to its bottom right, or press the two places one after the other.",
    "Without a pointer: Enter, then the arrows. Esc ends it.",
  ],
  row: (position) => [
    position === 1
      ? "The second row begins at a later character: go there first. “Second row” again makes one row of all."
      : `Drag over the second row, which begins at position ${position}, or press two of its corners. “Second row” again halves the region.`,
    "Esc ends it.",
  ],
  box: (position) => [
    `Drag over character ${position} in the strip above, or press two corners of its box.`, "Esc ends it.",
  ],
};
const PICKED_WORDS = ["Press where this corner of the region belongs.", "Esc leaves it where it is."];
const NO_REGION_WORDS = ["No region yet: choose “Draw region” and draw around the VIN.", ""];

export function createPhoto(root) {
  const port = part(root, "port");
  const image = part(root, "stage");
  const overlay = part(root, "overlay");
  const line = part(root, "region-line");
  const grip = part(root, "region-grip");
  const start = part(root, "region-start");
  const note = part(root, "photo-note");
  const noteWords = part(root, "photo-note-words");
  const noteKeys = part(root, "photo-note-keys");
  const turner = part(root, "turner");
  const corners = [...root.querySelectorAll("[data-corner]")];
  const toggles = [...root.querySelectorAll("[data-toggle]")];

  const measure = () => ({ width: port.clientWidth || 1, height: port.clientHeight || 1 });

  function render({ state, screen }) {
    const { photo } = screen.bundle;
    const size = measure();
    const place = placePhoto(screen.view, photo, size);
    setPhoto(image, photo.display_url);
    setAttribute(image, "alt", `Photo ${photo.name}`);
    image.style.width = `${photo.width}px`;
    image.style.height = `${photo.height}px`;
    image.style.transform = `translate(${place.left}px, ${place.top}px) scale(${place.scale})`;
    image.style.filter = filterOf(screen.view);
    setAttribute(overlay, "viewBox", `0 0 ${size.width} ${size.height}`);
    setAttribute(port, "data-drawing", ["drawing", "row"].includes(screen.mode) || screen.picked !== null);
    toggles.forEach((button) => setAttribute(button, "aria-pressed", String(screen.view[button.dataset.toggle])));
    renderRegion(state.region, place, size);
    corners.forEach((corner, index) => setAttribute(corner, "data-picked", screen.picked === index));
    renderNote(screen, state);
  }

  function renderRegion(region, { scale, left, top }, port) {
    const quad = region?.map(([x, y]) => [x * scale + left, y * scale + top]) ?? null;
    setAttribute(line, "points", quad ? pointsOf(quad) : "");
    setAttribute(grip, "points", quad ? pointsOf(quad) : "");
    setAttribute(start, "d", quad ? sideOf(quad) : "");
    corners.forEach((corner, index) => {
      setHidden(corner, quad === null);
      if (quad) corner.style.transform = `translate(${quad[index][0]}px, ${quad[index][1]}px)`;
    });
    setHidden(turner, quad === null);
    if (quad) turner.style.transform = `translate(${placeTurner(quad, port).join("px, ")}px)`;
  }

  function renderNote(screen, state) {
    const drawing = DRAWING_WORDS[screen.mode]?.(state.focus + 1) ?? (screen.picked === null ? undefined : PICKED_WORDS);
    const [words, keys] = drawing ?? (state.region ? ["", ""] : NO_REGION_WORDS);
    setHidden(note, words === "");
    setText(noteWords, words);
    setText(noteKeys, keys);
  }

  return { render, measure };
}

/** Above the middle of the region, or below it where there is no room; inside of the port in any case. */
function placeTurner([tl, tr, br, bl], { width, height }) {
  const middle = (one, other) => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
  const [above, below] = [beyond(middle(bl, br), middle(tl, tr)), beyond(middle(tl, tr), middle(bl, br))];
  const isIn = ([x, y]) => x > 0 && y > 0 && x < width && y < height;
  const clamp = (value, limit) => Math.min(Math.max(value, TURNER_AWAY / 2), limit - TURNER_AWAY / 2);
  const [x, y] = isIn(above) || !isIn(below) ? above : below;
  return [clamp(x, width), clamp(y, height)];
}

/** A little further on the way from one point to another. */
function beyond(from, to) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  return to.map((value, axis) => value + ((value - from[axis]) / length) * TURNER_AWAY);
}

/** The side where the text begins, drawn thicker, so that the reading direction shows. */
function sideOf([tl, , , bl]) {
  return `M${tl[0].toFixed(1)} ${tl[1].toFixed(1)}L${bl[0].toFixed(1)} ${bl[1].toFixed(1)}`;
}
