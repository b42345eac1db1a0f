/** What the editor listens to in every mode. */

import { bindBoxes } from "./events/boxes.js";
import { bindDialogs } from "./events/dialogs.js";
import { bindEffort } from "./events/effort.js";
import { bindPhoto } from "./events/photo.js";
import { focusCell, writeSymbol } from "./actions/cells.js";
import { listen } from "./listen.js";

/**
 * @param {object} app
 * @param {() => void} draw renders anew, after the size of the page changed
 * @returns {() => void} stops listening
 */
export function bindEvents(app, draw) {
  // Effort first: the key that submits is counted before it is sent.
  const unbind = [
    bindEffort(app), bindButtons(app), bindPage(app, draw), bindPhoto(app), bindBoxes(app), bindDialogs(app),
  ];
  return () => unbind.forEach((stop) => stop());
}

function bindButtons(app) {
  const { root, store, work } = app;
  const actions = {
    "[data-command]": (button) => press(app, button.dataset.command),
    "[data-change-place]": (button) => write(focusCell, Number(button.dataset.changePlace)),
    "[data-option]": (button) => write(writeSymbol, button.dataset.option),
    "[data-take-back]": () => work.takeBack(),
    "[data-look-again]": () => work.claimNext(),
    "[data-next-photo]": () => work.claimNext(),
    "[data-claim-again]": (button) => work.claimAgain(button.dataset.claimAgain === "mine"),
    "[data-leave]": () => app.leave(),
  };
  function write(action, value) {
    store.act(action, value);
    app.render.focus(store);
  }
  function onClick(event) {
    for (const [selector, act] of Object.entries(actions)) {
      const button = event.target.closest(selector);
      if (button) act(button);
    }
  }
  return listen([[root, "click", onClick]]);
}

/** A button does what its key does; the focus goes back to the character that it was about. */
function press({ store, commands, render }, name) {
  if (store.screen.phase !== "working") return;
  store.show({ notice: null });
  commands[name]();
  if (store.screen.mode === "typing" && store.state) render.focus(store);
}

function bindPage(app, draw) {
  const { work, store } = app;
  const onVisible = () => {
    if (document.visibilityState === "hidden") work.save();
    else if (store.screen.isSignedOut) work.resume();
  };
  const observer = new ResizeObserver(draw);
  observer.observe(app.root);
  observer.observe(app.root.querySelector("[data-port]"));
  const stop = listen([
    [document, "visibilitychange", onVisible],
    [window, "pagehide", work.flush],
    [window, "storage", work.followTab],
    [window, "online", () => { if (store.screen.save.status === "offline") work.saveNow(); }],
  ]);
  return () => {
    observer.disconnect();
    stop();
  };
}
