/**
 * Which key does what. A VIN needs digits and letters, so punctuation and named keys are free for commands.
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {string} key     as `KeyboardEvent.key` has it, with "Ctrl+" or "Ctrl+Shift+" before it
 * @property {string} does
 * @property {"annotate"|"review"|"adjudicate"} [kind] only there
 */

/** @type {readonly Command[]} */
export const COMMANDS = Object.freeze([
  { name: "submit", key: "Enter", does: "Submit and open the next photo", kind: "annotate" },
  { name: "accept", key: "Enter", does: "Accept, with your changes if there are any", kind: "review" },
  { name: "acceptReading", key: "!", does: "Marked unreadable: accept the reading on the screen instead", kind: "review" },
  { name: "reject", key: "-", does: "Send back, with a reason", kind: "review" },
  { name: "decide", key: "Enter", does: "Decide, and open the next photo", kind: "adjudicate" },
  { name: "takeFirst", key: "<", does: "Take the first reading", kind: "adjudicate" },
  { name: "takeSecond", key: ">", does: "Take the second reading", kind: "adjudicate" },
  { name: "unreadable", key: "/", does: "Photo cannot be read, with a reason", kind: "annotate" },
  { name: "unreadable", key: "/", does: "Photo cannot be read, with a reason", kind: "adjudicate" },
  { name: "skip", key: ".", does: "Skip, with a reason", kind: "annotate" },
  { name: "nextSuspect", key: "Tab", does: "Next character that the model is unsure of" },
  { name: "previousSuspect", key: "Shift+Tab", does: "Previous character that the model is unsure of" },
  { name: "left", key: "ArrowLeft", does: "Character to the left" },
  { name: "right", key: "ArrowRight", does: "Character to the right" },
  { name: "first", key: "Home", does: "First character" },
  { name: "last", key: "End", does: "Last character" },
  { name: "previousOption", key: "ArrowUp", does: "The model's more likely option" },
  { name: "nextOption", key: "ArrowDown", does: "The model's next option" },
  { name: "illegible", key: "?", does: "Nobody can read this character" },
  { name: "insert", key: "Insert", does: "Make room for a missing character" },
  { name: "delete", key: "Delete", does: "Take away a character that is not there" },
  { name: "erase", key: "Backspace", does: "Empty the character before" },
  { name: "undo", key: "Ctrl+z", does: "Undo; with nothing to undo, take the last photo back" },
  { name: "redo", key: "Ctrl+y", does: "Redo" },
  { name: "barcode", key: "#", does: "Take the VIN of the bar code" },
  { name: "align", key: "=", does: "Align the boxes to the text" },
  { name: "spread", key: "_", does: "Spread the boxes evenly" },
  { name: "box", key: "\"", does: "Draw this character's box anew in the strip" },
  { name: "split", key: "|", does: "Cut the box in two" },
  { name: "merge", key: "&", does: "Join the box with the next" },
  { name: "boxLeft", key: "Ctrl+ArrowLeft", does: "Move the box to the left" },
  { name: "boxRight", key: "Ctrl+ArrowRight", does: "Move the box to the right" },
  { name: "boxUp", key: "Ctrl+ArrowUp", does: "Move the box up" },
  { name: "boxDown", key: "Ctrl+ArrowDown", does: "Move the box down" },
  { name: "boxNarrower", key: "Ctrl+Shift+ArrowLeft", does: "Make the box narrower" },
  { name: "boxWider", key: "Ctrl+Shift+ArrowRight", does: "Make the box wider" },
  { name: "boxLower", key: "Ctrl+Shift+ArrowUp", does: "Make the box lower" },
  { name: "boxHigher", key: "Ctrl+Shift+ArrowDown", does: "Make the box higher" },
  { name: "row", key: ":", does: "Draw the second row, from this character on; again: halve the region" },
  { name: "draw", key: "+", does: "Draw the region anew in the photo" },
  { name: "turn", key: "*", does: "Turn the reading direction by a quarter" },
  { name: "rotateLeft", key: "(", does: "Turn the region by a degree, to the left" },
  { name: "rotateRight", key: ")", does: "Turn the region by a degree, to the right" },
  { name: "zoomIn", key: "]", does: "Zoom in" },
  { name: "zoomOut", key: "[", does: "Zoom out" },
  { name: "fit", key: ",", does: "Whole photo; again: the region" },
  { name: "contrast", key: ";", does: "More contrast" },
  { name: "invert", key: "'", does: "Invert" },
  { name: "sharpen", key: "\\", does: "Sharpen" },
  { name: "comment", key: "F2", does: "Comment on the character, or on the photo" },
  { name: "guidelines", key: "F4", does: "Guidelines, in another tab" },
  { name: "help", key: "F1", does: "These keys" },
]);

const ALIASES = { "Ctrl+Shift+z": "Ctrl+y" };

/** A key press as the table writes it. Shift is named only where it does not already make another character. */
export function describeKey({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey && !ctrlKey) return null;
  const isNamed = key.length > 1;
  if (ctrlKey && altKey) return key; // AltGr, as it arrives on Windows: how many layouts type [ ] \
  if (!ctrlKey && !metaKey) return isNamed && shiftKey ? `Shift+${key}` : key;
  const chord = `Ctrl+${shiftKey ? "Shift+" : ""}${isNamed ? key : key.toLowerCase()}`;
  return ALIASES[chord] ?? chord;
}

/** Whether two commands can be asked for in the same kind of work. */
export const canMeet = (one, other) => !one.kind || !other.kind || one.kind === other.kind;

/**
 * The key of a command for this person: their own, else the table's, unless another command of theirs has that one.
 * @param {Record<string, string>} keys the person's own, where they differ from the table
 * @returns {string|null} null where the command is left without a key
 */
export function keyOf(command, keys) {
  const isTaken = (other) => keys[other.name] === command.key && other.name !== command.name && canMeet(command, other);
  return keys[command.name] ?? (COMMANDS.some(isTaken) ? null : command.key);
}

/** The command that a key press asks for, or null. */
export function commandFor(event, kind, keys = {}) {
  const key = describeKey(event);
  const command = COMMANDS.find((each) => (each.kind ?? kind) === kind && keyOf(each, keys) === key);
  return command && key !== null ? command.name : null;
}
