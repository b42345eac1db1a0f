/** The mode for drawing the region anew: a drag over the photo spans it. */

import { drawRegion } from "../actions/region.js";
import { drag, listen } from "../listen.js";
import { toPhoto } from "../pointer.js";

export function enterDrawing(app) {
  const { root, store } = app;
  const port = root.querySelector("[data-port]");

  function onPress(event) {
    if (event.button !== 0 || event.target.closest("[data-corner]")) return;
    event.stopImmediatePropagation();
    const start = toPhoto(app, event);
    drag(event, (move) => store.preview(drawRegion, start, toPhoto(app, move)), finish);
  }

  function finish() {
    store.settle();
    app.enter("typing");
  }

  function onKey(event) {
    if (event.key === "Escape" || event.key === "+") {
      event.preventDefault();
      app.enter("typing");
    }
  }

  return listen([
    [port, "pointerdown", onPress, { capture: true }],
    [document, "keydown", onKey],
  ]);
}
