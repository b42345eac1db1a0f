/** Two opposite corners by one pointer: a drag from one to the other, or a press on each where dragging is hard. */

import { drag, listen } from "./listen.js";

/** Pixels of the screen; a shorter way is a press and no drag. */
const SLIP = 6;

/**
 * @param {Element} target
 * @param {object} parts
 * @param {(event: PointerEvent) => ((event: PointerEvent) => [number, number])|null} parts.begin how places are read from
 *   the first press on; null where that is beside what can be spanned
 * @param {(from: [number, number], to: [number, number]) => void} parts.show
 * @param {() => void} parts.finish
 * @returns {() => void} stops listening
 */
export function bindSpan(target, { begin, show, finish }) {
  /** The first corner with the way to read places; null until there is one. */
  let first = null;

  function onPress(event) {
    if (event.button !== 0) return;
    const found = begin(event);
    if (!found) return;
    const isSecond = first !== null;
    const at = first?.at ?? found;
    event.stopImmediatePropagation();
    event.preventDefault();
    first ??= { at, corner: at(event) };
    if (isSecond) show(first.corner, at(event));
    follow(event, isSecond);
  }

  function follow(press, isSecond) {
    let isMeant = isSecond;
    drag(press, (move) => {
      isMeant ||= Math.hypot(move.clientX - press.clientX, move.clientY - press.clientY) >= SLIP;
      if (isMeant) show(first.corner, first.at(move));
    }, () => { if (isMeant) finish(); });
  }

  /** Between the two presses the pointer shows what the second one would draw. */
  function onMove(event) {
    if (first && !event.buttons) show(first.corner, first.at(event));
  }

  return listen([[target, "pointerdown", onPress, { capture: true }], [target, "pointermove", onMove]]);
}
