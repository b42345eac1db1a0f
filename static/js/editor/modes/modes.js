/** One mode at a time. Entering one binds what it listens to; leaving it unbinds that. */

import { enterDrawing } from "./drawing.js";
import { enterReasons } from "./reasons.js";
import { enterTyping } from "./typing.js";

const ENTER = {
  typing: enterTyping, drawing: enterDrawing, help: () => () => {},
  unreadable: enterReasons, skip: enterReasons, reject: enterReasons,
};

export function createModes(app) {
  let current = null;
  let exit = () => {};

  return {
    /** Leaves the mode that is on, if it is another one, and enters this one; null only leaves. */
    follow(name) {
      if (name === current) return;
      exit();
      current = name;
      exit = name === null ? () => {} : ENTER[name](app, name);
    },
  };
}
