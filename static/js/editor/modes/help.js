/** The mode that shows the keys. A press on one of them asks for another; the next key is taken for it. */

import { assignKey, findProblem } from "../keymap.js";
import { describeKey } from "../keys.js";
import { listen } from "../listen.js";

const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta"]);

export function enterHelp(app) {
  const { root, store, api } = app;
  const ask = (asked, problem = "") => store.show({ asked, keyProblem: problem });

  async function keep(keys) {
    try {
      const answer = await api.saveKeys(keys);
      store.show({ keys: answer.keys, asked: null, keyProblem: "" });
    } catch (error) {
      ask(null, error.name === "Refusal" ? error.message : "Not kept: the server cannot be reached. Try again in a moment.");
    }
  }

  function onKey(event) {
    const { asked, keys } = store.screen;
    if (!asked || event.isComposing || MODIFIERS.has(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key === "Escape") return ask(null);
    const key = describeKey(event);
    const problem = findProblem(asked, key ?? `Alt+${event.key}`, keys);
    if (problem) return ask(asked, problem);
    keep(assignKey(keys, asked, key));
  }

  function onClick(event) {
    const button = event.target.closest("[data-ask-key]");
    if (button) ask(button.dataset.askKey);
    if (event.target.closest("[data-reset-keys]")) keep({});
  }

  const stop = listen([[document, "keydown", onKey, { capture: true }], [root, "click", onClick]]);
  return () => {
    stop();
    ask(null);
  };
}
