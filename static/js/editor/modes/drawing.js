/** The modes for drawing: a drag over the photo spans the region, or the second row. */

import { drawRow } from "../actions/boxes.js";
import { drawRegion } from "../actions/region.js";
import { commandFor } from "../keys.js";
import { drag, listen } from "../listen.js";
import { freezePhoto } from "../pointer.js";

/** The command that begins each mode, which once more ends it, and what a drag draws. */
const DRAWINGS = { drawing: { command: "draw", draw: drawRegion }, row: { command: "row", draw: drawRow } };

export function enterDrawing(app, mode) {
  const { root, store } = app;
  const port = root.querySelector("[data-port]");
  const { command, draw } = DRAWINGS[mode];

  function onPress(event) {
    if (event.button !== 0) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const at = freezePhoto(app);
    const start = at(event);
    drag(event, (move) => store.preview(draw, start, at(move)), finish);
  }

  function finish() {
    store.settle();
    app.enter("typing");
  }

  /** What a key does here; undefined where it does nothing. */
  function actionFor(event) {
    if (commandFor(event, app.settings.kind, store.screen.keys) === command) return app.commands[command];
    return { Escape: () => app.enter("typing"), Enter: mode === "drawing" ? drawInTheMiddle : undefined }[event.key];
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
    store.act(drawRegion, [width * 0.2, height * 0.45], [width * 0.8, height * 0.55]);
    app.enter("typing");
    root.querySelector("[data-corner]").focus();
  }

  return listen([
    [port, "pointerdown", onPress, { capture: true }],
    [document, "keydown", onKey],
  ]);
}
