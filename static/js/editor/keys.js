/**
 * Which key does what. A VIN needs digits and letters, so punctuation and named keys are free for commands.
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {string} key     as `KeyboardEvent.key` has it, with "Ctrl+" or "Ctrl+Shift+" before it
 * @property {string} shown   what the buttons and the help show
 * @property {string} does
 * @property {"annotate"|"review"|"adjudicate"} [kind] only there
 */

/** @type {readonly Command[]} */
export const COMMANDS = Object.freeze([
  { name: "submit", key: "Enter", shown: "Enter", does: "Submit and open the next photo", kind: "annotate" },
  { name: "accept", key: "Enter", shown: "Enter", does: "Accept, with your changes if there are any", kind: "review" },
  { name: "reject", key: "-", shown: "-", does: "Send back, with a reason", kind: "review" },
  { name: "decide", key: "Enter", shown: "Enter", does: "Decide, and open the next photo", kind: "adjudicate" },
  { name: "takeFirst", key: "<", shown: "<", does: "Take the first reading", kind: "adjudicate" },
  { name: "takeSecond", key: ">", shown: ">", does: "Take the second reading", kind: "adjudicate" },
  { name: "unreadable", key: "/", shown: "/", does: "Photo cannot be read, with a reason", kind: "annotate" },
  { name: "unreadable", key: "/", shown: "/", does: "Photo cannot be read, with a reason", kind: "adjudicate" },
  { name: "skip", key: ".", shown: ".", does: "Skip, with a reason", kind: "annotate" },
  { name: "nextSuspect", key: "Tab", shown: "Tab", does: "Next character that the model is unsure of" },
  { name: "previousSuspect", key: "Shift+Tab", shown: "Shift+Tab", does: "Previous one" },
  { name: "left", key: "ArrowLeft", shown: "←", does: "Character to the left" },
  { name: "right", key: "ArrowRight", shown: "→", does: "Character to the right" },
  { name: "first", key: "Home", shown: "Home", does: "First character" },
  { name: "last", key: "End", shown: "End", does: "Last character" },
  { name: "previousOption", key: "ArrowUp", shown: "↑", does: "The model's more likely option" },
  { name: "nextOption", key: "ArrowDown", shown: "↓", does: "The model's next option" },
  { name: "illegible", key: "?", shown: "?", does: "Nobody can read this character" },
  { name: "insert", key: "Insert", shown: "Insert", does: "Make room for a missing character" },
  { name: "delete", key: "Delete", shown: "Delete", does: "Take away a character that is not there" },
  { name: "erase", key: "Backspace", shown: "Backspace", does: "Empty the character before" },
  { name: "undo", key: "Ctrl+z", shown: "Ctrl+Z", does: "Undo; with nothing to undo, take the last photo back" },
  { name: "redo", key: "Ctrl+Shift+z", shown: "Ctrl+Y", does: "Redo" },
  { name: "draw", key: "+", shown: "+", does: "Draw the region anew in the photo" },
  { name: "turn", key: "*", shown: "*", does: "Turn the reading direction by a quarter" },
  { name: "spread", key: "=", shown: "=", does: "Spread the boxes evenly over the region" },
  { name: "zoomIn", key: "]", shown: "]", does: "Zoom in" },
  { name: "zoomOut", key: "[", shown: "[", does: "Zoom out" },
  { name: "fit", key: ",", shown: ",", does: "Whole photo; again: the region" },
  { name: "contrast", key: ";", shown: ";", does: "More contrast" },
  { name: "invert", key: "'", shown: "'", does: "Invert" },
  { name: "sharpen", key: "\\", shown: "\\", does: "Sharpen" },
  { name: "help", key: "F1", shown: "F1", does: "These keys" },
]);

const ALIASES = { "Ctrl+y": "Ctrl+Shift+z" };

/** A key press as the table writes it. Shift is named only where it does not already make another character. */
export function describeKey({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey && !ctrlKey) return null;
  const isNamed = key.length > 1;
  if (ctrlKey && altKey) return key; // AltGr, as it arrives on Windows: how many layouts type [ ] \
  if (!ctrlKey && !metaKey) return isNamed && shiftKey ? `Shift+${key}` : key;
  const chord = `Ctrl+${shiftKey ? "Shift+" : ""}${key.toLowerCase()}`;
  return ALIASES[chord] ?? chord;
}

/** The command that a key press asks for, or null. */
export function commandFor(event, kind) {
  const key = describeKey(event);
  const command = COMMANDS.find((each) => each.key === key && (each.kind ?? kind) === kind);
  return command?.name ?? null;
}

/** The command of this name, as this kind of work has it. */
export function findCommand(name, kind) {
  return COMMANDS.find((each) => each.name === name && (each.kind ?? kind) === kind) ?? null;
}
