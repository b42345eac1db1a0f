/** The whole photo under the pointer: pan, zoom, the region and its corners. */

import { moveCorner, moveRegion, placeRegion, rotateRegion } from "../actions/region.js";
import { centerOf, nearestCorner, rotate } from "../geometry.js";
import { drag, listen } from "../listen.js";
import { toPhoto, toPort } from "../pointer.js";
import { centerAt, panBy, zoomAt } from "../view.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 10;
/** Pixels of the screen; a shorter way is a press and no drag. */
const SLIP = 4;

export function bindPhoto(app) {
  const port = app.root.querySelector("[data-port]");
  const grip = app.root.querySelector("[data-region-grip]");
  const corners = [...app.root.querySelectorAll("[data-corner]")];
  const turner = app.root.querySelector("[data-turner]");
  return listen([
    [port, "pointerdown", (event) => placePicked(app, event), { capture: true }],
    [port, "pointerdown", createPan(app)],
    [port, "dblclick", (event) => onDoubleClick(app, event)],
    [document, "keydown", (event) => { if (event.key === "Escape") drop(app); }],
    // A drag over the photo must not take the focus from the character.
    [port, "mousedown", (event) => event.preventDefault()],
    [port, "wheel", (event) => onWheel(app, event), { passive: false }],
    [grip, "pointerdown", (event) => onGrip(app, event)],
    ...corners.map((corner) => [corner, "pointerdown", (event) => onCorner(app, event)]),
    ...corners.map((corner) => [corner, "keydown", (event) => onCornerKey(app, event)]),
    [turner, "pointerdown", (event) => onTurner(app, event)],
    [turner, "keydown", (event) => onTurnerKey(app, event)],
  ]);
}

function onWheel(app, event) {
  event.preventDefault();
  const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002));
  app.look((view, photo, port) => zoomAt(view, factor, toPort(app, event), photo, port));
}

/** One pointer pans, two pinch. */
function createPan(app) {
  const points = new Map();

  function onMove(event) {
    const before = [...points.values()];
    const from = points.get(event.pointerId);
    const to = toPort(app, event);
    points.set(event.pointerId, to);
    if (points.size === 1) {
      app.look((view, photo, port) => panBy(view, [to[0] - from[0], to[1] - from[1]], photo, port));
    } else if (points.size === 2) {
      pinch(before, [...points.values()]);
    }
  }

  function pinch(before, after) {
    const factor = spanOf(after) / Math.max(spanOf(before), 1);
    app.look((view, photo, port) => zoomAt(view, factor, middleOf(after), photo, port));
  }

  return function onPress(event) {
    if (event.button !== 0) return;
    points.set(event.pointerId, toPort(app, event));
    drag(event, onMove, () => points.delete(event.pointerId));
  };
}

const spanOf = ([[x0, y0], [x1, y1]]) => Math.hypot(x1 - x0, y1 - y0);
const middleOf = ([[x0, y0], [x1, y1]]) => [(x0 + x1) / 2, (y0 + y1) / 2];

/** Drags the whole region by its edge. */
function onGrip(app, event) {
  if (event.button !== 0) return;
  event.stopPropagation();
  const [startX, startY] = toPhoto(app, event);
  drag(event, (move) => {
    const [x, y] = toPhoto(app, move);
    app.store.preview(moveRegion, [x - startX, y - startY]);
  }, app.store.settle);
}

/**
 * A drag moves the corner; a press alone picks it up, and the next press says where it belongs. Handles of a low region
 * lie over each other, so it is the corner that is nearest, whichever handle took the press.
 */
function onCorner(app, event) {
  if (event.button !== 0) return;
  event.stopPropagation();
  const { store } = app;
  const [startX, startY] = toPhoto(app, event);
  const corner = nearestCorner(store.state.region, [startX, startY]);
  const [x, y] = store.state.region[corner];
  let isMoved = false;
  drag(event, (move) => {
    isMoved ||= Math.hypot(move.clientX - event.clientX, move.clientY - event.clientY) >= SLIP;
    const point = toPhoto(app, move);
    if (isMoved) store.preview(moveCorner, corner, [x + point[0] - startX, y + point[1] - startY]);
  }, () => {
    store.settle();
    store.show({ picked: isMoved || store.screen.picked === corner ? null : corner });
  });
}

function placePicked(app, event) {
  const { picked } = app.store.screen;
  if (picked === null || event.button !== 0 || event.target.closest("button")) return;
  event.stopImmediatePropagation();
  event.preventDefault();
  app.store.act(moveCorner, picked, toPhoto(app, event));
  drop(app);
}

function drop({ store }) {
  if (store.screen.picked !== null) store.show({ picked: null });
}

/** Without a drag: what is pressed twice comes to the middle, as near as it is. */
function onDoubleClick(app, event) {
  if (event.target.closest("button")) return;
  const [x, y] = toPhoto(app, event);
  const { width, height } = app.store.screen.bundle.photo;
  app.look((view) => centerAt(view, [x / width, y / height]));
}

function onCornerKey(app, event) {
  const direction = ARROWS[event.key];
  if (!direction) return;
  event.preventDefault();
  const corner = Number(event.currentTarget.dataset.corner);
  const step = event.shiftKey ? FAR : 1;
  const [x, y] = app.store.state.region[corner];
  app.store.act(moveCorner, corner, [x + direction[0] * step, y + direction[1] * step]);
}

/** Turns the region about its middle, by the angle that the pointer goes round it. */
function onTurner(app, event) {
  if (event.button !== 0) return;
  event.stopPropagation();
  const { region } = app.store.state;
  const center = centerOf(region);
  const angleTo = ([x, y]) => (Math.atan2(y - center[1], x - center[0]) * 180) / Math.PI;
  const start = angleTo(toPhoto(app, event));
  drag(event, (move) => {
    app.store.preview(placeRegion, rotate(region, angleTo(toPhoto(app, move)) - start, center));
  }, app.store.settle);
}

function onTurnerKey(app, event) {
  const direction = ARROWS[event.key]?.[0];
  if (!direction) return;
  event.preventDefault();
  app.store.act(rotateRegion, direction * (event.shiftKey ? FAR : 1));
}
