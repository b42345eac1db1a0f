/**
 * A person's own keys: where they differ from the table in keys.js, by the command's name. The server keeps them, and
 * holds them to the same rules.
 *
 * @typedef {Record<string, string>} Keys
 */

import { COMMANDS, canMeet, keyOf } from "./keys.js";

/** Punctuation and letters outside of the Latin alphabet: a VIN needs the others. */
const SIGN = "[!-/:-@\\[-`{-~\\u00a1-\\u00ff]";
const NAMED = "Enter|Tab|Arrow(?:Left|Right|Up|Down)|Home|End|PageUp|PageDown|Insert|Delete|Backspace|F[1-46-9]";
const CHORD = "Enter|Arrow(?:Left|Right|Up|Down)|Home|End|Delete|Backspace";
const ALLOWED = new RegExp(`^(?:${SIGN}|(?:Shift\\+)?(?:${NAMED})|Ctrl\\+(?:Shift\\+)?(?:[a-z]|${SIGN}|${CHORD}))$`);
/** What browsers and text fields keep for themselves, and Ctrl+Shift+Z, which is another name of Ctrl+Y. */
const TAKEN = new Set([
  ..."acfjlnpqrtvwx".split("").map((letter) => `Ctrl+${letter}`),
  ..."cijnpqrtw".split("").map((letter) => `Ctrl+Shift+${letter}`),
  "Ctrl+Shift+z", "Ctrl+-", "Ctrl++", "Ctrl+=", "Shift+Insert", "Shift+Delete", "Ctrl+Shift+Delete",
]);

const NAMES = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: "Page up", PageDown: "Page down",
};

/** Whether a command may have the key, as `describeKey` writes it. */
export const isAllowed = (key) => ALLOWED.test(key) && !TAKEN.has(key);

/** A key as people read it: on buttons and in the help. */
export function showKey(key) {
  if (key === null) return "none";
  const chord = /^((?:Ctrl\+)?(?:Shift\+)?)(.+)$/s.exec(key);
  const last = NAMES[chord[2]] ?? (chord[1].startsWith("Ctrl") ? chord[2].toUpperCase() : chord[2]);
  return chord[1] + last;
}

/** The command that has the key already, in the same kind of work; null where it is free. */
export function findClash(name, key, keys) {
  const own = COMMANDS.filter((command) => command.name === name);
  const others = COMMANDS.filter((other) => other.name !== name && own.some((command) => canMeet(command, other)));
  return others.find((other) => keyOf(other, keys) === key) ?? null;
}

/** Why a command cannot have a key, as a sentence; null where it can. */
export function findProblem(name, key, keys) {
  if (!isAllowed(key)) {
    return `${showKey(key)} cannot be used: digits and letters are for the VIN, and some keys belong to the browser.`;
  }
  const clash = findClash(name, key, keys);
  return clash && `${showKey(key)} is taken: “${clash.does}”. Choose another key, or change that one first.`;
}

/** The keys with one more change; a command that has the key of the table again is left out. */
export function assignKey(keys, name, key) {
  const { [name]: _, ...others } = keys;
  const command = COMMANDS.find((each) => each.name === name);
  return key === command.key ? others : { ...others, [name]: key };
}
