/** The only module that touches the page, with its parts under render/. It reads the store and changes nothing in it. */

import { createCells } from "./render/cells.js";
import { createDialogs, dialogFor } from "./render/dialogs.js";
import { part, setAttribute, setHidden, setText } from "./render/dom.js";
import { createHead } from "./render/head.js";
import { createOptions } from "./render/options.js";
import { createPhoto } from "./render/photo.js";
import { createStrip, findCenters, findSpan, layOut } from "./render/strip.js";
import { createVersions } from "./render/versions.js";

/** @param {HTMLElement} root */
export function createRender(root, settings) {
  const renderHead = createHead(root, settings);
  const renderStrip = createStrip(root);
  const cells = createCells(root);
  const renderOptions = createOptions(root);
  const photo = createPhoto(root);
  const renderVersions = createVersions(root);
  const renderDialogs = createDialogs(root, settings);
  const renderFrame = createFrame(root);
  const mat = part(root, "strip-mat");
  let layout = null;
  let openedLease = null;

  function render(store) {
    const isOpen = store.state !== null && store.screen.bundle !== null;
    renderFrame(store.screen);
    if (isOpen) renderWork(store);
    renderDialogs(store.screen);
    if (isOpen) moveFocus(store);
  }

  function renderWork(store) {
    const width = mat.clientWidth;
    layout = layOut(store.state, { width, height: mat.clientHeight });
    renderStrip(store, layout);
    const span = findSpan(store.state, layout, width);
    const centers = cells.render(store, findCenters(store.state, layout), width, span);
    renderOptions(store, centers, width);
    photo.render(store);
    renderHead(store);
    renderVersions(store);
  }

  /** Puts the browser's focus where the state's is, and takes it from nothing else than a cell. */
  function moveFocus({ state, screen }) {
    const isNew = screen.bundle.lease.id !== openedLease;
    openedLease = screen.bundle.lease.id;
    if (dialogFor(screen)) return;
    const active = document.activeElement;
    const isFree = active === null || active === document.body || active.matches(".vin-cell input");
    if (isFree || isNew) cells.inputAt(state.focus)?.focus({ preventScroll: true });
  }

  return Object.assign(render, {
    /** Gives the browser's focus back to the cell that has the state's. */
    focus: ({ state }) => cells.inputAt(state.focus)?.focus({ preventScroll: true }),
    /** The size of the photo's viewport. */
    port: photo.measure,
    /** The strip's layout: size and homography; null where there is no region. */
    strip: () => layout,
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
