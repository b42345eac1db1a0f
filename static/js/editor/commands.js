/** What each command of the key table does. A button and a key of the same name do the same. */

import * as cells from "./actions/cells.js";
import { alignBoxes } from "./actions/align.js";
import { breakRow, joinRows, mergeBoxes, nudgeBox, splitBox, spreadBoxes, stretchBox } from "./actions/boxes.js";
import { rotateRegion, turnRegion } from "./actions/region.js";
import { findOtherCode } from "./barcode.js";
import { lastFocus } from "./state.js";
import { isWhole, showRegion, showWhole, toggle, zoomAt } from "./view.js";
import { ILLEGIBLE, LENGTH, MEANT_BY, isSymbol, parsePasted } from "./vin.js";

const ZOOM_STEP = 1.4;

/**
 * @param {object} app
 * @param {object} app.store
 * @param {object} app.work
 * @param {{start: () => void, finish: (action: () => any) => any}} app.comments
 * @param {{guidelines: string}} app.settings
 * @param {(name: string) => void} app.enter changes the mode
 * @param {(change: (view: object, photo: object, port: object) => object) => void} app.look changes the view
 * @returns {Record<string, () => boolean|void>} false: not taken, the browser does what it does with the key
 */
export function createCommands({ store, work, comments, settings, enter, look }) {
  const act = (action, ...args) => () => store.act(action, ...args);
  const moveOrLeave = (action) => () => {
    const before = store.state.focus;
    store.act(action);
    return store.state.focus !== before;
  };
  const zoom = (factor) => () => look((view, photo, port) => (
    zoomAt(view, factor, [port.width / 2, port.height / 2], photo, port)
  ));
  return {
    submit: () => { comments.finish(work.submitAnnotation); },
    accept: () => { comments.finish(work.accept); },
    acceptReading: () => { comments.finish(work.acceptReading); },
    decide: () => { comments.finish(work.decide); },
    takeFirst: () => work.takeReading(0),
    takeSecond: () => work.takeReading(1),
    unreadable: () => enter("unreadable"),
    skip: () => enter("skip"),
    reject: () => enter("reject"),
    help: () => enter("help"),
    comment: () => comments.start(),
    guidelines: () => { window.open(settings.guidelines, "vinloop-guidelines"); },
    draw: () => enter(store.screen.mode === "drawing" ? "typing" : "drawing"),
    box: () => enter(store.screen.mode === "box" || !store.state.cells[store.state.focus] ? "typing" : "box"),
    nextSuspect: moveOrLeave(cells.focusNextSuspect),
    previousSuspect: moveOrLeave(cells.focusPreviousSuspect),
    left: act(cells.moveFocus, -1),
    right: act(cells.moveFocus, 1),
    first: act(cells.focusCell, 0),
    last: () => store.act(cells.focusCell, lastFocus(store.state)),
    previousOption: act(cells.cycleOption, -1),
    nextOption: act(cells.cycleOption, 1),
    illegible: act(cells.writeSymbol, ILLEGIBLE),
    insert: act(cells.insertCell),
    delete: act(cells.deleteCell),
    erase: act(cells.eraseBefore),
    undo: () => { if (store.canUndo) store.undo(); else work.takeBack(); },
    redo: () => store.redo(),
    turn: act(turnRegion),
    rotateLeft: act(rotateRegion, -1),
    rotateRight: act(rotateRegion, 1),
    align: act(alignBoxes),
    spread: act(spreadBoxes),
    split: act(splitBox),
    merge: act(mergeBoxes),
    boxLeft: act(nudgeBox, [-1, 0]),
    boxRight: act(nudgeBox, [1, 0]),
    boxUp: act(nudgeBox, [0, -1]),
    boxDown: act(nudgeBox, [0, 1]),
    boxNarrower: act(stretchBox, [-1, 0]),
    boxWider: act(stretchBox, [1, 0]),
    boxLower: act(stretchBox, [0, -1]),
    boxHigher: act(stretchBox, [0, 1]),
    row: () => {
      if (store.screen.mode !== "row") return enter("row");
      store.cancel();
      store.act(store.state.focus === 0 ? joinRows : breakRow);
      return enter("typing");
    },
    barcode: () => {
      const code = findOtherCode(store);
      if (code) store.act(cells.fillText, [...code.vin]);
    },
    zoomIn: zoom(ZOOM_STEP),
    zoomOut: zoom(1 / ZOOM_STEP),
    fit: () => look((view, photo, port) => (
      isWhole(view) && store.state?.region ? showRegion(view, store.state.region, photo, port) : showWhole(view)
    )),
    contrast: () => look((view) => toggle(view, "contrast")),
    invert: () => look((view) => toggle(view, "invert")),
    sharpen: () => look((view) => toggle(view, "sharpen")),
  };
}

/** Takes a typed character: a symbol is written, a letter that no VIN holds is explained, and taken when repeated. */
export function typeCharacter({ store, work }, typed) {
  const character = typed.toUpperCase();
  const { insisted } = store.screen;
  const isRepeated = insisted?.character === character && insisted.focus === store.state.focus;
  store.show({ insisted: null });
  if (isSymbol(character)) store.act(cells.writeSymbol, character);
  else if (character in MEANT_BY) explain(character, isRepeated);
  else if (character.trim()) work.say("warning", `A VIN holds only digits and Latin capital letters, not “${typed}”.`);

  function explain(letter, isMeant) {
    const digit = MEANT_BY[letter];
    if (isMeant) {
      store.act(cells.writeSymbol, digit);
      return;
    }
    store.show({ insisted: { character: letter, focus: store.state.focus } });
    work.say("hint", `No VIN holds the letter ${letter}. Press ${letter} once more for ${digit}.`);
  }
}

/** Takes a pasted text: one character is typed, more replace the whole text. */
export function pasteText({ store, work }, text) {
  const { symbols, foreign } = parsePasted(text);
  if (symbols.length === 1 && foreign.length === 0) {
    store.act(cells.writeSymbol, symbols[0]);
    return;
  }
  if (symbols.length === 0 || symbols.length > LENGTH) {
    work.say("warning", `A VIN has ${LENGTH} characters; the pasted text has ${symbols.length}.`);
    return;
  }
  store.act(cells.fillText, symbols);
  if (foreign.length) work.say("hint", `No VIN holds ${foreign.join(", ")}: those places are empty. Type what the photo shows.`);
}
