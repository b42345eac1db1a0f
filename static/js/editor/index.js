/** Where the page starts. */

import { createApi, readCsrfToken } from "./api.js";
import { startEditor } from "./app.js";
import { createJournal } from "./journal.js";
import { openVault } from "./vault.js";

const root = document.getElementById("editor");
const timers = {
  set: (action, milliseconds) => window.setTimeout(action, milliseconds),
  clear: (timer) => window.clearTimeout(timer),
};

startEditor(root, {
  settings: JSON.parse(document.getElementById("editor-settings").textContent),
  api: createApi({ fetch: window.fetch.bind(window), csrfToken: () => readCsrfToken(document.cookie) }),
  journal: createJournal(window.localStorage, Date.now, openVault(window.indexedDB)),
  storage: window.localStorage,
  timers,
  clock: () => performance.now(),
  channel: "BroadcastChannel" in window ? new BroadcastChannel("vinloop-editor") : null,
});
