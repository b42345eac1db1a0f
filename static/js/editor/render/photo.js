/** The whole photo, the region drawn on it, and the corners that can be dragged. */

import { filterOf, placePhoto } from "../view.js";
import { part, pointsOf, setAttribute, setHidden, setPhoto, setText } from "./dom.js";

export function createPhoto(root) {
  const port = part(root, "port");
  const image = part(root, "stage");
  const overlay = part(root, "overlay");
  const line = part(root, "region-line");
  const grip = part(root, "region-grip");
  const start = part(root, "region-start");
  const note = part(root, "photo-note");
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
    setAttribute(port, "data-drawing", screen.mode === "drawing");
    toggles.forEach((button) => setAttribute(button, "aria-pressed", String(screen.view[button.dataset.toggle])));
    renderRegion(state.region, place);
    renderNote(screen, state);
  }

  function renderRegion(region, { scale, left, top }) {
    const quad = region?.map(([x, y]) => [x * scale + left, y * scale + top]) ?? null;
    setAttribute(line, "points", quad ? pointsOf(quad) : "");
    setAttribute(grip, "points", quad ? pointsOf(quad) : "");
    setAttribute(start, "d", quad ? sideOf(quad) : "");
    corners.forEach((corner, index) => {
      setHidden(corner, quad === null);
      if (quad) corner.style.transform = `translate(${quad[index][0]}px, ${quad[index][1]}px)`;
    });
  }

  function renderNote(screen, state) {
    const drawing = screen.mode === "drawing" ? "Drag over the VIN from its top left to its bottom right. Esc ends it." : "";
    const text = drawing || (state.region ? "" : "No region yet: press + and draw around the VIN.");
    setHidden(note, text === "");
    setText(note, text);
  }

  return { render, measure };
}

/** The side where the text begins, drawn thicker, so that the reading direction shows. */
function sideOf([tl, , , bl]) {
  return `M${tl[0].toFixed(1)} ${tl[1].toFixed(1)}L${bl[0].toFixed(1)} ${bl[1].toFixed(1)}`;
}
