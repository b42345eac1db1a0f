/** The modes for drawing: a drag over the photo spans the region, or the second row. */

import { breakRow, drawRow, joinRows } from "../actions/boxes.js";
import { drawRegion } from "../actions/region.js";
import { commandFor } from "../keys.js";
import { drag, listen } from "../listen.js";
import { toPhoto } from "../pointer.js";

/** What a drag draws in each mode, and what its own key does when it is pressed once more. */
const DRAWINGS = {
  drawing: { command: "draw", draw: drawRegion, repeat: () => {} },
  row: { command: "row", draw: drawRow, repeat: ({ store }) => store.act(store.state.focus === 0 ? joinRows : breakRow) },
};

export function enterDrawing(app, mode) {
  const { root, store } = app;
  const port = root.querySelector("[data-port]");
  const { command, draw, repeat } = DRAWINGS[mode];

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
    if (isOwnKey) repeat(app);
    app.enter("typing");
  }

  return listen([
    [port, "pointerdown", onPress, { capture: true }],
    [document, "keydown", onKey],
  ]);
}
