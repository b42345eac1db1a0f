/** The only module that touches the page, with its parts under render/. It reads the store and changes nothing in it. */

import { createBands } from "./render/bands.js";
import { createChanges } from "./render/changes.js";
import { createCode } from "./render/code.js";
import { createContrast } from "./render/contrast.js";
import { createCommentList } from "./render/comments.js";
import { createDialogs, dialogFor } from "./render/dialogs.js";
import { part, setAttribute, setHidden, setText } from "./render/dom.js";
import { createHead } from "./render/head.js";
import { createKeyHints } from "./render/hints.js";
import { createOptions } from "./render/options.js";
import { createPhoto } from "./render/photo.js";
import { createVersions } from "./render/versions.js";

/** @param {HTMLElement} root */
export function createRender(root, settings) {
  const renderHead = createHead(root, settings);
  const bands = createBands(root);
  const renderCode = createCode(root);
  const renderHints = createKeyHints(root);
  const renderOptions = createOptions(root);
  const photo = createPhoto(root);
  const renderContrast = createContrast(root);
  const renderVersions = createVersions(root, settings);
  const renderChanges = createChanges(root, settings);
  const renderComments = createCommentList(root);
  const renderDialogs = createDialogs(root, settings);
  const renderFrame = createFrame(root);
  let openedLease = null;

  function render(store) {
    const isOpen = store.state !== null && store.screen.bundle !== null;
    renderFrame(store.screen);
    renderHints(store.screen.keys);
    if (isOpen) renderWork(store);
    renderDialogs(store);
    if (isOpen) moveFocus(store);
  }

  function renderWork(store) {
    bands.render(store);
    renderOptions(store, bands.centerAt(store.state.focus));
    renderCode(store);
    photo.render(store);
    renderContrast(store);
    renderHead(store);
    renderVersions(store);
    renderChanges(store, bands.all);
    renderComments(store);
  }

  /** Puts the browser's focus where the state's is, and takes it from nothing else than a cell. */
  function moveFocus({ state, screen }) {
    const isNew = screen.bundle.lease.id !== openedLease;
    openedLease = screen.bundle.lease.id;
    if (dialogFor(screen)) return;
    const active = document.activeElement;
    const isFree = active === null || active === document.body || active.matches(".vin-cell input");
    if (isFree || isNew) bands.inputAt(state.focus)?.focus({ preventScroll: true });
  }

  return Object.assign(render, {
    /** Gives the browser's focus back to the cell that has the state's. */
    focus: ({ state }) => bands.inputAt(state.focus)?.focus({ preventScroll: true }),
    /** The size of the photo's viewport. */
    port: photo.measure,
    /** The bands as they were laid out: each with its row of cells, its strip and its homography. */
    bands: () => bands.all,
  });
}

/** What is on the page at all: the work, the empty state, or what went wrong. */
function createFrame(root) {
  const rest = part(root, "rest");
  const broken = part(root, "broken");
  const loading = part(root, "loading");
  const restTakeBack = part(root, "rest-take-back");
  const announcement = part(root, "announcement");

  return function render(screen) {
    setAttribute(root, "data-phase", screen.phase);
    setHidden(rest, screen.phase !== "empty");
    setHidden(broken, screen.phase !== "broken");
    setHidden(loading, screen.phase !== "loading");
    setHidden(restTakeBack, !screen.last?.isReversible);
    setText(part(root, "broken-text"), screen.phase === "broken" ? screen.notice?.text ?? "" : "");
    setText(part(root, "rest-notice"), screen.phase === "empty" ? screen.notice?.text ?? "" : "");
    setText(announcement, announce(screen));
  };
}

/** What a screen reader hears without asking. */
function announce({ phase, bundle, save, last }) {
  if (phase === "empty") return "Nothing waits.";
  if (phase !== "working") return "";
  const saved = { saved: "Draft saved.", offline: "No connection. What you typed is kept on this device." };
  return saved[save.status] ?? `${last ? `${last.words} ` : ""}Photo ${bundle.photo.name}.`;
}
