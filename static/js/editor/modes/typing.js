/** The mode for reading: keys and typed characters go to the cells. */

import { focusCell } from "../actions/cells.js";
import { commandFor } from "../keys.js";
import { listen } from "../listen.js";

/** Keys that mean something else on a button, a corner or in a text field. */
const NATIVE = new Set([
  "Enter", "Tab", "Shift+Tab", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Delete", "Backspace", " ",
]);

const isCell = (element) => element instanceof Element && element.matches(".vin-cell input");
const isOutside = (element) => element === document.body || element === document.documentElement;

export function enterTyping(app) {
  const { store, commands } = app;
  const isReady = () => store.screen.phase === "working" && !document.querySelector("dialog[open]");

  function onKey(event) {
    if (event.defaultPrevented || event.isComposing || !isReady()) return;
    const isFree = isCell(event.target) || isOutside(event.target);
    const name = commandFor(event, app.settings.kind, store.screen.keys);
    if (!isFree && (event.target.matches("input, textarea") || NATIVE.has(event.key))) return;
    if (name) run(name, event);
    else if (isOutside(event.target) && isCharacter(event)) app.type(event.key);
  }

  function run(name, event) {
    if (store.screen.notice) store.show({ notice: null });
    if (commands[name]() !== false) event.preventDefault();
  }

  /** The characters themselves come as input, so that screen keyboards work as well. */
  function onBeforeInput(event) {
    if (!isCell(event.target) || !event.cancelable) return;
    event.preventDefault();
    if (!isReady()) return;
    if (event.inputType === "deleteContentBackward") commands.erase();
    else write(event.data ?? "");
  }

  /** A screen keyboard that composes cannot be stopped before; what it put in is taken out by the next rendering. */
  function onInput(event) {
    if (!isCell(event.target) || !isReady()) return;
    const last = [...event.target.value].at(-1);
    event.target.value = "";
    if (last) write(last);
    else commands.erase();
  }

  function write(text) {
    if (store.screen.notice) store.show({ notice: null });
    for (const character of text) {
      if (character === "?") commands.illegible();
      else app.type(character);
    }
  }

  function onPaste(event) {
    if (!isReady() || (!isCell(event.target) && !isOutside(event.target))) return;
    event.preventDefault();
    store.show({ notice: null });
    app.paste(event.clipboardData.getData("text"));
  }

  function onFocus(event) {
    if (isCell(event.target) && isReady()) store.act(focusCell, Number(event.target.dataset.index));
  }

  return listen([
    [document, "keydown", onKey],
    [document, "paste", onPaste],
    [app.root, "beforeinput", onBeforeInput],
    [app.root, "input", onInput],
    [app.root, "focusin", onFocus],
  ]);
}

const isCharacter = (event) => event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
