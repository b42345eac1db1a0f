/** The row of cells, each under its own character's pixels. */

import { placeCells } from "../geometry.js";
import { certaintyOf, isSuspect, statusOf } from "../state.js";
import { LENGTH } from "../vin.js";
import { keepChildren, make, makeSvg, setAttribute, setText } from "./dom.js";

/** Between two cells; what a finger needs is taken from it first. */
const GAP = { least: 2, most: 4 };
const FINGER = 44;
/** A cell and the gap beside it; narrower than this only where 17 of them do not fit. */
const PITCH = { least: 46, most: 60 };

const MARKS = { empty: "empty", illegible: "illegible", edited: "edited", confirmed: "kept" };

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** What stands under a cell: the model's percentage, or who wrote the symbol instead of it. */
export function markOf(cell) {
  if (isRated(cell)) return `${percentOf(cell.confidence)}%`;
  return MARKS[statusOf(cell)] ?? "";
}

/** Whether the mark is the model's percentage. */
const isRated = (cell) => statusOf(cell) === "model" && cell.confidence !== null;

/** Rounded down, so that 100 means certain. */
export const percentOf = (confidence) => Math.floor(confidence * 100 + 1e-9);

/** What a screen reader says of a cell. */
export function describeCell(cell, index) {
  const position = `position ${index + 1}`;
  const status = cell ? statusOf(cell) : "empty";
  if (status === "empty") return `${position}, empty`;
  if (status === "illegible") return `${position}, marked illegible`;
  const was = status === "edited" && cell.predicted ? `, the model read ${cell.predicted}` : "";
  if (status !== "model") return `${position}, character ${cell.symbol}, ${MARKS[status]}${was}`;
  if (cell.confidence === null) return `${position}, character ${cell.symbol}`;
  const doubt = isSuspect(cell) ? ", check it" : "";
  return `${position}, character ${cell.symbol}, ${percentOf(cell.confidence)} % certain${doubt}`;
}

/**
 * Where each place stands: under its box, those without one beside their neighbours, the empty ones at the end.
 * @param {(number|null)[]} centers of the cells' boxes
 * @param {number} total width of the row
 * @param {{left: number, right: number}} span of the row: where no box is known, the places share it
 * @param {number} count of the places
 * @returns {{centers: number[], width: number}}
 */
export function layOutCells(centers, total, span, count = Math.max(LENGTH, centers.length)) {
  const share = (span.right - span.left) / count;
  const pitch = Math.min(clamp(medianStep(centers) ?? share, PITCH.least, PITCH.most), total / count);
  const known = Array.from({ length: count }, (_, index) => centers[index] ?? null);
  const isUnknown = known.every((center) => center === null);
  const wanted = isUnknown ? known.map((_, index) => span.left + (index + 0.5) * share) : fillGaps(known, pitch);
  return { centers: placeCells(wanted, pitch, total), width: pitch - clamp(pitch - FINGER, GAP.least, GAP.most) };
}

/** The usual distance between two characters; null where it is not known. */
function medianStep(centers) {
  const steps = centers.slice(1)
    .flatMap((center, index) => (center === null || centers[index] === null ? [] : [center - centers[index]]))
    .sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? null;
}

/** Places without a box follow the one before them, or, at the start, run up to the first that has one. */
function fillGaps(known, pitch) {
  const first = known.findIndex((center) => center !== null);
  let last = known[first] - (first + 1) * pitch;
  return known.map((center) => {
    last = center ?? last + pitch;
    return last;
  });
}

/**
 * The cells of one band.
 * @param {{row: object, places: number, width: number, span: object}} place
 * @param {(number|null)[]} centers of the boxes
 * @returns {number[]} where the cells stand
 */
export function renderCells(band, { state, screen }, { row, places, width, span }, centers) {
  const placed = layOutCells(centers, width, span, places);
  const changed = findChanged(state, screen);
  const elements = keepChildren(band.cells, places, makeCell);
  elements.forEach((element, at) => {
    element.style.left = `${placed.centers[at] - placed.width / 2}px`;
    element.style.width = `${placed.width}px`;
    renderCell(element, state.cells[row.first + at] ?? null, row.first + at, { state, changed });
  });
  renderLeaders(band.leaders, centers, placed.centers, width, state.focus - row.first);
  return placed.centers;
}

/** The places where the annotation under review says something else than the model. */
function findChanged(state, { bundle }) {
  if (bundle.lease.kind !== "review") return () => false;
  return (cell) => cell.symbol !== cell.predicted;
}

function makeCell() {
  const cell = make("div", "vin-cell");
  const input = make("input");
  Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false, inputMode: "text" });
  input.setAttribute("autocapitalize", "characters");
  input.setAttribute("autocorrect", "off");
  input.setAttribute("enterkeyhint", "send");
  cell.append(make("span", "cell-position figure"), input, make("span", "cell-mark figure"));
  return cell;
}

function renderCell(element, cell, index, { state, changed }) {
  const [position, input, mark] = element.children;
  const isFocused = index === state.focus;
  setText(position, String(index + 1));
  setAttribute(position, "data-was", cell && statusOf(cell) === "edited" && cell.predicted);
  if (input.value !== (cell?.symbol ?? "")) input.value = cell?.symbol ?? "";
  setAttribute(input, "data-index", index);
  setAttribute(input, "aria-label", describeCell(cell, index));
  input.tabIndex = isFocused ? 0 : -1;
  setText(mark, cell ? markOf(cell) : "");
  setAttribute(mark, "title", cell && isRated(cell) ? "How sure the model is of this character" : null);
  setAttribute(element, "data-certainty", cell && certaintyOf(cell));
  setAttribute(element, "data-status", cell ? statusOf(cell) : "absent");
  setAttribute(element, "data-focused", isFocused);
  setAttribute(element, "data-changed", Boolean(cell) && changed(cell));
  setAttribute(element, "data-surplus", index >= LENGTH);
}

/** Thin lines from a box to its cell, where the cell could not stand right under it. */
function renderLeaders(parent, centers, placed, total, focus) {
  setAttribute(parent, "viewBox", `0 0 ${total} 10`);
  const lines = keepChildren(parent, centers.length, () => makeSvg("line"));
  lines.forEach((line, index) => {
    const from = centers[index] ?? placed[index];
    Object.entries({ x1: from, y1: 0, x2: placed[index], y2: 10 }).forEach(([name, value]) => (
      setAttribute(line, name, value.toFixed(1))
    ));
    setAttribute(line, "data-focused", index === focus);
    setAttribute(line, "data-absent", centers[index] === null);
  });
}
