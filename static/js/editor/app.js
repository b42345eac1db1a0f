/** Joins the parts of the editor: the store, the work on the server, what keys and buttons do, and the screen. */

import { createCommands, pasteText, typeCharacter } from "./commands.js";
import { bindEvents } from "./events.js";
import { createModes } from "./modes/modes.js";
import { createRender } from "./render.js";
import { createStore } from "./store.js";
import { FIRST_VIEW } from "./view.js";
import { FIRST_SCREEN, createWork } from "./work.js";

const VIEW_KEY = "vinloop-view";

/**
 * @param {HTMLElement} root the element of templates/editor.html
 * @param {object} options
 * @param {{project: string, kind: "annotate"|"review"|"adjudicate", task: string|null, home: string}} options.settings
 * @returns {() => void} takes the editor off the page again
 */
export function startEditor(root, { settings, api, journal, storage, timers }) {
  const store = createStore({ ...FIRST_SCREEN, view: readView(storage) });
  const work = createWork({ api, journal, store, timers, preload, project: settings.project, kind: settings.kind });
  const render = createRender(root, settings);
  const app = { root, store, work, settings, render, look, enter, leave };
  const modes = createModes(app);
  app.commands = createCommands(app);
  app.type = (character) => typeCharacter(app, character);
  app.paste = (text) => pasteText(app, text);

  function enter(mode) {
    store.show({ mode });
  }

  function look(change) {
    const { bundle, view } = store.screen;
    if (!bundle) return;
    store.show({ view: change(view, bundle.photo, render.port()) });
    storage.setItem(VIEW_KEY, JSON.stringify(store.screen.view));
  }

  async function leave() {
    await work.leave();
    window.location.assign(settings.home);
  }

  const draw = () => {
    modes.follow(store.screen.mode);
    render(store);
  };
  const unsubscribe = store.subscribe(draw);
  const unbind = bindEvents(app, draw);
  draw();
  journal.sweep();
  if (settings.task) work.claimTask(settings.task);
  else work.claimNext();

  return () => {
    unsubscribe();
    unbind();
    modes.follow(null);
    work.stop();
  };
}

function readView(storage) {
  try {
    return { ...FIRST_VIEW, ...JSON.parse(storage.getItem(VIEW_KEY)) };
  } catch {
    return FIRST_VIEW;
  }
}

/** Asks for photos that come soon, so that they are in the browser's cache when their turn comes. */
function preload(urls) {
  for (const url of urls.slice(0, 2)) new Image().src = url;
}
