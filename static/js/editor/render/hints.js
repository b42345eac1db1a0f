/** The keys on the buttons and in the sentences, as this person has them. */

import { COMMANDS, keyOf } from "../keys.js";
import { showKey } from "../keymap.js";
import { setHidden, setText } from "./dom.js";

export function createKeyHints(root) {
  const hints = [...root.querySelectorAll("[data-command] kbd, kbd[data-key]")].map((element) => {
    const name = element.dataset.key ?? element.closest("[data-command]").dataset.command;
    return { element, command: COMMANDS.find((command) => command.name === name) };
  });
  let shown = null;

  return function render(keys) {
    if (keys === shown) return;
    shown = keys;
    for (const { element, command } of hints) {
      const key = keyOf(command, keys);
      setText(element, key === null ? "" : showKey(key));
      setHidden(element, key === null);
    }
  };
}
