/** The modes for drawing: a drag over the photo spans the region, or the second row. */

import { drawRow } from "../actions/boxes.js";
import { drawRegion } from "../actions/region.js";
import { commandFor } from "../keys.js";
import { drag, listen } from "../listen.js";
import { toPhoto } from "../pointer.js";

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
    const start = toPhoto(app, event);
    drag(event, (move) => store.preview(draw, start, toPhoto(app, move)), finish);
  }

  function finish() {
    store.settle();
    app.enter("typing");
  }

  function onKey(event) {
    const isOwnKey = commandFor(event, app.settings.kind, store.screen.keys) === command;
    if (event.key !== "Escape" && !isOwnKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isOwnKey) app.commands[command]();
    else app.enter("typing");
  }

  return listen([
    [port, "pointerdown", onPress, { capture: true }],
    [document, "keydown", onKey],
  ]);
}
