/** The head, the notices, the buttons and the judgements about the text. */

import { ILLEGIBLE, LENGTH, checkDigit, judgeCheckDigit } from "../vin.js";
import { textOf } from "../state.js";
import { isFix, isMarkedUnreadable } from "../verdicts.js";
import { part, setAttribute, setHidden, setText } from "./dom.js";

const SAVE_WORDS = {
  idle: "", pending: "Saving …", saved: "Draft saved", offline: "No connection: kept on this device, trying again",
  refused: "Not saved on the server", kept: "Kept on this device",
};

const CHECK_WORDS = {
  incomplete: "", valid: "✓ Check digit fits",
  absent: "Check digit does not fit: usual outside North America and China",
};

/** Commands that need a region. */
const ON_REGION = ["align", "spread", "turn", "rotateLeft", "rotateRight", "row"];

export function createHead(root, { kind }) {
  const find = (name) => part(root, name);
  const parts = {
    name: find("photo-name"), waiting: find("waiting"), why: find("why"), save: find("save"), notice: find("notice"),
    rejection: find("rejection"), rejectionText: find("rejection-text"), outcome: find("outcome"),
    outcomeText: find("outcome-text"), unsent: find("unsent"), unsentName: find("unsent-name"),
    length: find("length"), check: find("check"), undo: find("undo-word"),
  };
  const acceptWord = kind === "review" ? find("accept-word") : null;
  const buttons = [...root.querySelectorAll("[data-command]")];

  return function render(store) {
    const { state, screen } = store;
    renderHead(parts, screen);
    renderJudgement(parts, textOf(state), state.cells.length);
    renderButtons(buttons, store);
    setText(parts.undo, !store.canUndo && screen.last?.isReversible ? "Take back" : "Undo");
    if (acceptWord) setText(acceptWord, nameAccept(store));
  };
}

/** How much more waits: in the head, and on the place where one is in the navigation. */
function renderWaiting(element, waiting) {
  const count = waiting < 1000 ? String(waiting) : "999+";
  setText(element, waiting ? `${waiting < 1000 ? waiting : "1000 or"} more waiting` : "");
  const badge = document.querySelector('.nav-link[aria-current="page"] .count');
  if (!badge) return;
  setText(badge, count);
  setHidden(badge, !waiting);
}

/** Why this photo is asked about, in a few words. */
function renderWhy(element, reasons) {
  const words = reasons.map((reason) => reason.words).join("; ");
  setHidden(element, words === "");
  setText(element, words.charAt(0).toUpperCase() + words.slice(1));
}

/** What the reviewer's first button does to what is on the screen. */
function nameAccept(store) {
  if (isFix(store)) return "Fix and accept";
  return isMarkedUnreadable(store) ? "Accept as unreadable" : "Accept";
}

function renderHead(parts, screen) {
  const { bundle, save, notice, unsent } = screen;
  const { task, photo, annotation, lease } = bundle;
  const isMarked = isMarkedUnreadable({ screen });
  setText(parts.name, photo.name);
  renderWaiting(parts.waiting, task.waiting);
  renderWhy(parts.why, lease.kind === "annotate" ? task.reasons ?? [] : []);
  setText(parts.save, save.message ? `${SAVE_WORDS[save.status]}: ${save.message}` : SAVE_WORDS[save.status]);
  setAttribute(parts.save, "data-status", save.status);
  setText(parts.notice, notice?.text ?? "");
  setAttribute(parts.notice, "data-tone", notice?.tone ?? null);
  setHidden(parts.rejection, !(lease.kind === "annotate" && task.rejection_reason));
  setText(parts.rejectionText, task.rejection_reason ?? "");
  setHidden(parts.unsent, unsent === null);
  setText(parts.unsentName, unsent ?? "");
  setHidden(parts.outcome, !isMarked);
  setText(parts.outcomeText, isMarked ? `${annotation.unreadable_reason}.` : "");
}

function renderJudgement(parts, text, count) {
  const illegible = [...text].filter((symbol) => symbol === ILLEGIBLE).length;
  setText(parts.length, `${text.length} of ${LENGTH}${illegible ? `, ${illegible} illegible` : ""}`);
  setAttribute(parts.length, "data-tone", text.length === LENGTH && count === LENGTH ? "good" : "warning");
  const judgement = judgeCheckDigit(text);
  const wrong = `▲ Check digit: ${checkDigit(text)} expected at position 9`;
  setText(parts.check, judgement === "wrong" ? wrong : CHECK_WORDS[judgement]);
  setAttribute(parts.check, "data-tone", { wrong: "warning", valid: "good" }[judgement] ?? null);
}

function renderButtons(buttons, { state, screen, canUndo, canRedo }) {
  const isBusy = screen.phase !== "working";
  const idle = {
    undo: !canUndo && !screen.last?.isReversible, redo: !canRedo, delete: state.focus >= state.cells.length,
    ...Object.fromEntries(ON_REGION.map((name) => [name, !state.region])),
    split: !state.cells[state.focus], box: !state.region || !state.cells[state.focus], merge: !state.cells[state.focus + 1],
  };
  for (const button of buttons) {
    button.disabled = Boolean(idle[button.dataset.command]);
    if (button.matches(".primary")) setAttribute(button, "aria-busy", isBusy ? "true" : null);
    if (button.dataset.mode) setAttribute(button, "aria-pressed", String(screen.mode === button.dataset.mode));
  }
}
