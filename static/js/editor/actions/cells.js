/** What can be done to the cells. Each action takes a state and returns another, or the same where it changes nothing. */

import { align } from "../alignment.js";
import { between, beyond, divide, shiftInside } from "../geometry.js";
import { emptyCell, isSuspect, lastFocus, leastCertain, nextId } from "../state.js";
import { LENGTH } from "../vin.js";

export function focusCell(state, index) {
  const focus = Math.min(Math.max(index, 0), Math.max(lastFocus(state), 0));
  const leaving = state.cells[state.focus]?.id;
  const seen = leaving === undefined || state.seen.includes(leaving) ? state.seen : [...state.seen, leaving];
  return focus === state.focus && seen === state.seen ? state : { ...state, focus, seen };
}

export const moveFocus = (state, steps) => focusCell(state, state.focus + steps);

export const focusLeastCertain = (state) => focusCell(state, leastCertain(state));

/** The next suspect that nobody looked at yet: to the right first, then from the left; the same state where none is left. */
export function focusNextSuspect(state) {
  const waiting = state.cells.flatMap((cell, index) => (isUnseenSuspect(state, cell, index) ? [index] : []));
  const target = waiting.find((index) => index > state.focus) ?? waiting[0];
  return target === undefined ? state : focusCell(state, target);
}

const isUnseenSuspect = (state, cell, index) => (
  index !== state.focus && isSuspect(cell) && !state.seen.includes(cell.id)
);

/** The suspect to the left, looked at or not; the same state where there is none. */
export function focusPreviousSuspect(state) {
  const target = state.cells.findLastIndex((cell, index) => index < state.focus && isSuspect(cell));
  return target < 0 ? state : focusCell(state, target);
}

/** Writes a symbol over the cell that has the focus, and moves on. */
export function writeSymbol(state, symbol) {
  if (state.focus >= state.cells.length) return moveFocus(appendCell(state, symbol), 1);
  return moveFocus(updateCell(state, state.focus, { symbol, written: true }), 1);
}

/** Puts another of the model's options into the cell: `steps` 1 is the next less likely one. */
export function cycleOption(state, steps) {
  const cell = state.cells[state.focus];
  if (!cell || cell.options.length === 0) return state;
  const at = cell.options.findIndex(({ symbol }) => symbol === cell.symbol);
  const count = cell.options.length;
  const { symbol } = cell.options[at < 0 ? 0 : (at + steps + count) % count];
  return symbol === cell.symbol ? state : updateCell(state, state.focus, { symbol, written: true });
}

/** Makes room before the cell that has the focus. */
export function insertCell(state) {
  const { cells, focus } = state;
  const cell = emptyCell(nextId(state), quadAt(state, focus));
  return { ...state, cells: [...cells.slice(0, focus), cell, ...cells.slice(focus)] };
}

/** Takes away the cell that has the focus, with its box. */
export function deleteCell(state) {
  if (state.focus >= state.cells.length) return state;
  const cells = state.cells.filter((_, index) => index !== state.focus);
  return { ...state, cells, focus: Math.min(state.focus, Math.max(lastFocus({ cells }), 0)) };
}

/** Empties the cell before the one that has the focus; at the end of a full text, the last one. */
export function eraseBefore(state) {
  const current = state.cells[state.focus];
  const isLast = state.focus === LENGTH - 1 && current !== undefined && current.symbol !== "";
  const target = isLast ? state.focus : state.focus - 1;
  if (target < 0) return state;
  if (target === state.cells.length - 1) return focusCell({ ...state, cells: state.cells.slice(0, -1) }, target);
  return focusCell(updateCell(state, target, { symbol: "", written: true }), target);
}

/**
 * Replaces the whole text, as by pasting. Each symbol keeps the box of the character that it stands for.
 * @param {string[]} symbols "" for a place that stays empty
 */
export function fillText(state, symbols) {
  let filled = { ...state, cells: [] };
  for (const pair of align(state.cells.map(({ symbol }) => symbol), symbols)) {
    if (pair.after === null) continue;
    const old = pair.before === null ? emptyCell(nextFreeId(state, filled)) : state.cells[pair.before];
    const symbol = symbols[pair.after];
    const cell = old.symbol === symbol ? old : { ...old, symbol, written: true };
    filled = { ...filled, cells: [...filled.cells, cell] };
  }
  const boxed = filled.cells.map((cell, index) => (cell.quad ? cell : { ...cell, quad: quadAmong(filled, index) }));
  const hole = boxed.findIndex(({ symbol }) => symbol === "");
  return focusCell({ ...filled, cells: boxed }, hole < 0 ? boxed.length : hole);
}

const nextFreeId = (one, other) => Math.max(nextId(one), nextId(other));

function updateCell(state, index, change) {
  const cells = state.cells.map((cell, at) => (at === index ? { ...cell, ...change } : cell));
  return { ...state, cells };
}

function appendCell(state, symbol) {
  const cell = { ...emptyCell(nextId(state), quadAt(state, state.cells.length)), symbol };
  return { ...state, cells: [...state.cells, cell] };
}

/**
 * The box of a character put in at `index`: between its neighbours, or one step beyond the last two; its share of a
 * region that a person drew where there are no two.
 */
function quadAt(state, index) {
  const { cells, photo } = state;
  const quad = (at) => cells[at]?.quad ?? null;
  const [left, right] = [quad(index - 1), quad(index)];
  if (left && right) return between(left, right);
  const [near, far] = left ? [left, quad(index - 2)] : [right, quad(index + 1)];
  return near && far ? shiftInside(beyond(far, near), photo) : shareOf(state, index);
}

const shareOf = ({ region, boxesFollow }, index) => (region && boxesFollow ? divide(region, LENGTH)[index] ?? null : null);

/** The box for the cell at `index`, which is there already and has none. */
function quadAmong(state, index) {
  return quadAt({ ...state, cells: state.cells.filter((_, at) => at !== index) }, index);
}
