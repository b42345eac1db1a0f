/** The dialogs: reasons, both versions, logging in again, keys. Which one is open follows from the screen. */

import { COMMANDS, keyOf } from "../keys.js";
import { showKey } from "../keymap.js";
import { REASONS } from "../reasons.js";
import { textOf } from "../state.js";
import { commentAt, describePlace } from "../remarks.js";
import { make, part, setAttribute, setHidden, setText } from "./dom.js";
import { differencesTo, makeVin } from "./versions.js";

const LOST_WORDS = {
  server: {
    title: "This photo is no longer yours to write to", "keep-mine": "Claim again, keep mine",
    "take-theirs": "Claim again, take the server's",
  },
  tab: {
    title: "This photo is open in another tab", "keep-mine": "Go on here, with this version",
    "take-theirs": "Go on here, with the other tab's",
  },
};

/** @returns {string|null} the dialog that the screen asks for */
export function dialogFor({ isSignedOut, lost, mode }) {
  if (isSignedOut) return "login";
  if (lost) return "lost";
  if (mode in REASONS) return "reasons";
  return mode === "help" ? "help" : null;
}

export function createDialogs(root, { kind, keys }) {
  const dialogs = [...root.querySelectorAll("dialog[data-dialog]")];
  const renderKeys = createKeys(root, kind);
  renderKeys({ keys, asked: null, keyProblem: "" });

  return function render({ screen, state }) {
    const wanted = dialogFor(screen);
    if (wanted === "reasons") renderReasons(root, screen.mode, screen.bundle.lease.id);
    if (wanted === "reasons") renderReasonComment(root, screen.mode, state);
    if (wanted === "lost") renderLost(root, screen.lost);
    if (wanted === "help") renderKeys(screen);
    for (const dialog of dialogs) toggleDialog(dialog, dialog.dataset.dialog === wanted);
  };
}

function toggleDialog(dialog, isWanted) {
  if (dialog.open === isWanted) return;
  if (isWanted) dialog.showModal();
  else dialog.close();
}

function renderReasons(root, mode, lease) {
  const list = part(root, "reason-list");
  if (list.dataset.shown === `${mode} ${lease}`) return;
  list.dataset.shown = `${mode} ${lease}`;
  setText(part(root, "reasons-title"), REASONS[mode].title);
  part(root, "reason-words").value = "";
  part(root, "reason-comment").value = "";
  part(root, "reason-photo").checked = false;
  list.replaceChildren(...REASONS[mode].choices.map((words, index) => {
    const button = make("button", "button wide", words);
    button.type = "button";
    button.dataset.reason = words;
    button.append(make("kbd", "", String(index + 1)));
    return button;
  }));
}

/** A rejection takes a comment along, on the character that has the focus. */
function renderReasonComment(root, mode, state) {
  setHidden(part(root, "reason-comment-field"), mode !== "reject");
  setText(part(root, "reason-about"), describePlace(state, commentAt(state)));
}

function renderLost(root, { message, mine, theirs, isTab }) {
  const words = LOST_WORDS[isTab ? "tab" : "server"];
  for (const [name, text] of Object.entries(words)) setText(part(root, `lost-${name}`), text);
  setText(part(root, "lost-message"), message);
  setHidden(part(root, "next-photo"), isTab);
  setHidden(part(root, "leave-tab"), !isTab);
  const [own, other] = [textOf(mine), theirs.text];
  part(root, "lost-mine").replaceChildren(makeVin(own, differencesTo(other, own)));
  part(root, "lost-theirs").replaceChildren(makeVin(other, differencesTo(own, other)));
  const author = theirs.author ? `On the server, by ${theirs.author}` : "On the server: the model's reading";
  setText(part(root, "lost-author"), isTab ? "In the other tab" : author);
}

/** Under which heading the keys stand, and the command of the table that each begins with. */
const KEY_GROUPS = [
  { heading: "The photo" }, { heading: "Characters", from: "nextSuspect" }, { heading: "Boxes", from: "align" },
  { heading: "Region", from: "row" }, { heading: "View", from: "zoomIn" }, { heading: "Beside the photo", from: "comment" },
];

/** Every key with what it does; a press on one asks for another. */
function createKeys(root, kind) {
  const problem = part(root, "key-problem");
  const rows = COMMANDS.filter((command) => (command.kind ?? kind) === kind).map(makeKeyRow);
  part(root, "key-list").replaceChildren(...groupKeys(rows));

  return function render({ keys, asked, keyProblem }) {
    setText(problem, keyProblem);
    for (const { row, button, command } of rows) {
      const isAsked = command.name === asked;
      const key = showKey(keyOf(command, keys));
      setText(button.firstElementChild, isAsked ? "Press a key …" : key);
      const label = isAsked ? `Press a key for: ${command.does}. Escape keeps ${key}.` : `${key}: ${command.does}. Change`;
      setAttribute(button, "aria-label", label);
      setAttribute(row, "data-asked", isAsked);
      setAttribute(row, "data-own", command.name in keys);
    }
  };
}

function makeKeyRow(command) {
  const row = make("div");
  const term = make("dt");
  const button = make("button", "key-button");
  Object.assign(button, { type: "button" }).dataset.askKey = command.name;
  button.append(make("kbd"));
  term.append(button);
  row.append(term, make("dd", "", command.does));
  return { row, button, command };
}

/** The rows under their headings, in the order of the table. */
function groupKeys(rows) {
  const groups = new Map();
  let heading = KEY_GROUPS[0].heading;
  for (const { row, command } of rows) {
    heading = KEY_GROUPS.find(({ from }) => from === command.name)?.heading ?? heading;
    if (!groups.has(heading)) groups.set(heading, make("dl"));
    groups.get(heading).append(row);
  }
  return [...groups].flatMap(([words, list]) => [make("h3", "", words), list]);
}
