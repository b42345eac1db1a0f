/** Counts what a photo costs: presses of keys and of the pointer. A key that is held counts once, Shift alone never. */

import { listen } from "../listen.js";

const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"]);

export function bindEffort({ effort }) {
  const onKey = (event) => {
    if (event.repeat || MODIFIERS.has(event.key)) effort.note();
    else effort.count();
  };
  const passive = { capture: true, passive: true };
  return listen([
    [document, "keydown", onKey, passive],
    [document, "pointerdown", effort.count, passive],
    [document, "pointermove", effort.note, passive],
    [document, "wheel", effort.note, passive],
    [document, "visibilitychange", () => effort.setInView(document.visibilityState === "visible"), passive],
  ]);
}
