/**
 * The modes for drawing: two opposite corners, by a drag or a press on each, span the region or the second row in the photo,
 * or the focused character's box in the strip.
 */

import { drawRow, placeBox } from "../actions/boxes.js";
import { drawRegion } from "../actions/region.js";
import { bandAt } from "../events/boxes.js";
import { applyToQuad, boundsOf, invert, rectangle } from "../geometry.js";
import { commandFor } from "../keys.js";
import { listen } from "../listen.js";
import { freezePhoto, toStrip } from "../pointer.js";
import { bindSpan } from "../span.js";

/** What is drawn in each mode, and where; the command that begins a mode ends it once more. */
const DRAWINGS = {
  drawing: { command: "draw", part: "[data-port]", prepare: inPhoto(drawRegion) },
  row: { command: "row", part: "[data-port]", prepare: inPhoto(drawRow) },
  box: { command: "box", part: "[data-bands]", prepare: inStrip },
};

export function enterDrawing(app, mode) {
  const { root, store } = app;
  const { command, part, prepare } = DRAWINGS[mode];
  const drawing = prepare(app);

  function finish() {
    store.settle();
    leave();
  }

  /** Back to the characters: what is typed next is about them, not about the button that began the drawing. */
  function leave() {
    app.enter("typing");
    app.render.focus(store);
  }

  /** What a key does here; undefined where it does nothing. */
  function actionFor(event) {
    if (commandFor(event, app.settings.kind, store.screen.keys) === command) return app.commands[command];
    return { Escape: leave, Enter: mode === "drawing" ? drawInTheMiddle : undefined }[event.key];
  }

  function onKey(event) {
    const act = actionFor(event);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  /** Without a pointer: a region to begin with, whose corners the arrow keys move. */
  function drawInTheMiddle() {
    const { width, height } = store.screen.bundle.photo;
    store.cancel();
    store.act(drawRegion, [width * 0.2, height * 0.45], [width * 0.8, height * 0.55]);
    app.enter("typing");
    root.querySelector("[data-corner]").focus();
  }

  const stops = [bindSpan(root.querySelector(part), { ...drawing, finish }), listen([[document, "keydown", onKey]])];
  return () => {
    stops.forEach((stop) => stop());
    store.cancel();
  };
}

/** The photo stays where it was when the drawing began, whatever the second row does to the layout. */
function inPhoto(draw) {
  return (app) => ({
    begin: () => freezePhoto(app),
    show: (from, to) => app.store.preview(draw, from, to),
  });
}

/** Corners in pixels of the strip in which the first one is; a strip that moved meanwhile would draw something else. */
function inStrip(app) {
  const index = app.store.state.focus;
  let toPhotoPixels = null;
  return {
    begin(event) {
      const band = bandAt(app, event);
      if (!band) return null;
      toPhotoPixels ??= invert(band.layout.homography);
      return (move) => toStrip(band.strip, move);
    },
    show(from, to) {
      app.store.preview(placeBox, index, applyToQuad(toPhotoPixels, rectangle(boundsOf([from, to]))));
    },
  };
}
