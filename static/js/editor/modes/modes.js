/** One mode at a time. Entering one binds what it listens to; leaving it unbinds that. */

import { enterDrawing } from "./drawing.js";
import { enterHelp } from "./help.js";
import { enterReasons } from "./reasons.js";
import { enterTyping } from "./typing.js";

const ENTER = {
  typing: enterTyping, drawing: enterDrawing, row: enterDrawing, box: enterDrawing, help: enterHelp,
  unreadable: enterReasons, skip: enterReasons, reject: enterReasons,
};

export function createModes(app) {
  let current = null;
  let exit = () => {};

  return {
    /** Leaves the mode that is on, if it is another one, and enters this one; null only leaves. */
    follow(name) {
      if (name === current) return;
      // What is left may show something, which is drawn, which asks for the mode again: by then it is the new one.
      const leave = exit;
      [current, exit] = [name, () => {}];
      leave();
      if (name !== null) exit = ENTER[name](app, name);
    },
  };
}
