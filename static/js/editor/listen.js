/** Binding that can be undone. */

/**
 * Listens to events.
 * @param {[EventTarget, string, (event: any) => void, object?][]} bindings
 * @returns {() => void} stops listening
 */
export function listen(bindings) {
  bindings.forEach(([target, type, handler, options]) => target.addEventListener(type, handler, options));
  return () => bindings.forEach(([target, type, handler, options]) => target.removeEventListener(type, handler, options));
}

/**
 * Follows one pointer from the press to the release.
 * @param {PointerEvent} press
 * @param {(event: PointerEvent) => void} move
 * @param {(event: PointerEvent) => void} [end] also when the browser takes the pointer away
 */
export function drag(press, move, end = () => {}) {
  const target = press.currentTarget;
  const isSame = (event) => event.pointerId === press.pointerId;
  target.setPointerCapture(press.pointerId);
  const stop = listen([
    [target, "pointermove", (event) => isSame(event) && move(event)],
    ...["pointerup", "pointercancel"].map((type) => [target, type, (event) => {
      if (!isSame(event)) return;
      stop();
      end(event);
    }]),
  ]);
}
