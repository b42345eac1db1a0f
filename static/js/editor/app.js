/** Joins the parts of the editor: the store, the work on the server, what keys and buttons do, and the screen. */

import { createCommands, pasteText, typeCharacter } from "./commands.js";
import { createEffort } from "./effort.js";
import { createComments } from "./comments.js";
import { bindEvents } from "./events.js";
import { createModes } from "./modes/modes.js";
import { createRender } from "./render.js";
import { createStore } from "./store.js";
import { FIRST_VIEW, keepInSight } from "./view.js";
import { FIRST_SCREEN, createWork } from "./work.js";

const VIEW_KEY = "vinloop-view";

/**
 * @param {HTMLElement} root the element of templates/editor.html
 * @param {object} options
 * @param {{project: string, kind: "annotate"|"review"|"adjudicate", task: string|null, home: string}} options.settings
 * @returns {() => void} takes the editor off the page again
 */
export function startEditor(root, { settings, api, journal, storage, timers, clock, channel }) {
  const store = createStore({ ...FIRST_SCREEN, view: readView(storage), keys: settings.keys, asked: null, keyProblem: "" });
  const effort = createEffort(clock);
  const { project, kind } = settings;
  const work = createWork({
    api, journal, store, timers, preload: createPreload(), project, kind, effort, channel,
  });
  const render = createRender(root, settings);
  const focus = () => render.focus(store);
  const comments = createComments({ api, root, store, say: work.say, members: settings.members, focus });
  const app = { root, store, work, api, effort, settings, render, comments, look, enter, leave };
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
    await comments.finish(work.leave);
    window.location.assign(settings.home);
  }

  let seen = null;
  const draw = () => {
    modes.follow(store.screen.mode);
    render(store);
    const { state, screen } = store;
    if (!state || screen.bundle.lease.id === seen) return;
    seen = screen.bundle.lease.id;
    look((view, photo, port) => keepInSight(view, state.region, photo, port));
  };
  const unsubscribe = store.subscribe(draw);
  const unbind = bindEvents(app, draw);
  draw();
  journal.restore().then(() => (settings.task ? work.claimTask(settings.task) : work.claimNext()));

  return () => {
    unsubscribe();
    comments.stop();
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

/** Loads and decodes photos that come soon. They are held, or the browser would forget them before their turn. */
function createPreload() {
  let held = [];
  return function preload(urls) {
    held = urls.slice(0, 2).map((url) => Object.assign(new Image(), { src: url }));
    for (const image of held) image.decode().catch(() => {});
  };
}
