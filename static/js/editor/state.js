/**
 * What is being edited: cells and a region. A state is never changed; actions return another one.
 *
 * @typedef {[number, number]} Point
 * @typedef {[Point, Point, Point, Point]} Quad photo pixels; top-left first, clockwise, of the upright text
 * @typedef {{symbol: string, confidence: number}} Option
 *
 * @typedef {object} Cell one place of the VIN
 * @property {number} id            stays with the cell while the photo is open
 * @property {string} symbol        "" while the place is empty, "?" where nobody can read it
 * @property {string|null} predicted what the model read at this place; null where it read nothing
 * @property {number|null} confidence the model's, of `predicted`; null as well where it read that elsewhere in the photo
 * @property {Option[]} options     what the model thinks of, best first
 * @property {Quad|null} quad
 * @property {boolean} written      whether a person wrote the symbol
 *
 * @typedef {object} State
 * @property {Cell[]} cells         in reading order
 * @property {Quad|null} region
 * @property {number} focus         0 to cells.length; the last one is the empty place after the text
 * @property {number[]} seen        ids of the cells that had the focus
 * @property {{width: number, height: number}} photo
 * @property {boolean} [boxesFollow] whether the boxes are only spread over the region, and so go where it goes
 * @property {{symbol: string, quad: Quad|null}[]} reading what the model read, to align boxes to; never changes
 */

import { align } from "./alignment.js";
import { isOver, keepInside } from "./geometry.js";
import { LENGTH } from "./vin.js";

/** Below this the model is wrong often enough for a person to look at the character. The lists use the same steps. */
export const SUSPICIOUS_BELOW = 0.95;
const LOW_BELOW = 0.75;
/** The API takes ten alternatives beside the symbol itself. */
const MOST_OPTIONS = 11;

/**
 * The state in which a photo is opened.
 * @param {{text: string, characters: object[], region: Quad|null}|null} version where to begin; null: from nothing
 * @param {{vin: string|null, characters: object[]}|null} prediction what the model read, to compare with
 */
export function openState(version, prediction, photo) {
  const characters = charactersOf(version);
  const predicted = prediction?.characters ?? [];
  const partner = new Map();
  for (const pair of align(predicted.map(symbolOf), characters.map(symbolOf))) {
    if (pair.after !== null && pair.before !== null) partner.set(pair.after, predicted[pair.before]);
  }
  const region = regionOf(version, prediction);
  const cells = characters.map((character, index) => {
    const read = partner.get(index) ?? null;
    const cell = openCell(character, read, index);
    return region && read?.quad && !isOver(read.quad, region) ? withoutDoubt(cell) : cell;
  });
  const reading = predicted.map((character) => ({ symbol: symbolOf(character), quad: character.quad ?? null }));
  const state = { cells, region, focus: 0, seen: [], photo, reading };
  return { ...state, focus: leastCertain(state) };
}

const symbolOf = (character) => character.symbol ?? "";

/** A region comes as a bare quad, or with the model's confidence in it. */
function regionOf(version, prediction) {
  const region = version?.region ?? prediction?.region ?? null;
  return region?.quad ?? region;
}

function charactersOf(version) {
  const characters = version?.characters ?? [];
  const text = version?.text ?? "";
  if (characters.map(symbolOf).join("") === text) return characters;
  return [...text].map((symbol) => ({ symbol, quad: null, edited: true }));
}

function openCell(character, predicted, id) {
  const options = optionsOf(predicted);
  return {
    id,
    symbol: symbolOf(character),
    predicted: predicted?.symbol ?? null,
    confidence: predicted?.confidence ?? null,
    options,
    quad: character.quad ?? null,
    written: Boolean(character.edited ?? predicted === null),
  };
}

function optionsOf(predicted) {
  if (!predicted) return [];
  const first = { symbol: predicted.symbol, confidence: predicted.confidence ?? 0 };
  const others = (predicted.alternatives ?? []).filter(({ symbol }) => symbol !== first.symbol);
  return [first, ...others].slice(0, MOST_OPTIONS);
}

export const emptyCell = (id, quad = null) => (
  { id, symbol: "", predicted: null, confidence: null, options: [], quad, written: true }
);

/** A cell that stands elsewhere now than the model read its symbol: what the model thinks of that is of no use here. */
export const withoutDoubt = (cell) => ({ ...cell, confidence: null, options: [] });

export const nextId = (state) => Math.max(-1, ...state.cells.map(({ id }) => id)) + 1;

export const textOf = (state) => state.cells.map(({ symbol }) => symbol).join("");

/** The last place that the focus can take: one beyond the text while the text is short. */
export const lastFocus = ({ cells }) => (cells.length < LENGTH ? cells.length : cells.length - 1);

/**
 * Where a cell's symbol comes from, and so what may be said about it.
 * @returns {"empty" | "illegible" | "model" | "confirmed" | "edited"}
 */
export function statusOf(cell) {
  if (cell.symbol === "") return "empty";
  if (cell.symbol === "?") return "illegible";
  if (cell.symbol !== cell.predicted) return "edited";
  return cell.written ? "confirmed" : "model";
}

/** @returns {"high" | "medium" | "low" | null} null where the symbol is not the model's own */
export function certaintyOf(cell) {
  if (statusOf(cell) !== "model" || cell.confidence === null) return null;
  if (cell.confidence < LOW_BELOW) return "low";
  return cell.confidence < SUSPICIOUS_BELOW ? "medium" : "high";
}

/** Whether a person should look at the cell: the model is unsure of it, or the place is empty. */
export function isSuspect(cell) {
  return cell.symbol === "" || ["low", "medium"].includes(certaintyOf(cell));
}

const doubt = (cell) => (cell.symbol === "" ? -1 : (statusOf(cell) === "model" && cell.confidence) || 2);

/** The index of the cell to look at first. */
export function leastCertain({ cells }) {
  let best = 0;
  cells.forEach((cell, index) => {
    if (doubt(cell) < doubt(cells[best])) best = index;
  });
  return best;
}

/** Why the text cannot be submitted, as a sentence; null where it can. */
export function findObstacle(state) {
  const hole = state.cells.findIndex(({ symbol }) => symbol === "");
  if (hole >= 0) return `Position ${hole + 1} is empty: type its character, or mark it as illegible.`;
  if (state.cells.length === 0) return "There is no character yet: type the VIN, or choose “Unreadable” and say why.";
  const missing = LENGTH - state.cells.length;
  if (missing > 0) return `${missing} of ${LENGTH} characters missing: type them. “Character” makes room in between.`;
  if (missing < 0) return `${-missing} too many: take away the characters that are not there.`;
  return null;
}

/** Whether two states say the same about the photo. */
export const hasSameContent = (one, other) => one.cells === other.cells && one.region === other.region;

/** Whether two states would be submitted as the same. */
export const saysTheSame = (one, other) => JSON.stringify(toPayload(one)) === JSON.stringify(toPayload(other));

/** The body that the API takes for a draft, an annotation or a review. Places still empty are left out. */
export function toPayload(state) {
  return describe(state, state.cells.filter(({ symbol }) => symbol !== ""));
}

/** What the local journal keeps: the same, with the places that are still empty. */
export const toKept = (state) => describe(state, state.cells);

function describe(state, cells) {
  const characters = cells.map((cell, index) => toCharacter(cell, index, state.photo));
  const region = state.region && keepInside(state.region, state.photo);
  return { text: characters.map(symbolOf).join(""), characters, region };
}

function toCharacter(cell, index, photo) {
  const byModel = cell.symbol === cell.predicted;
  return {
    index,
    symbol: cell.symbol,
    confidence: byModel ? cell.confidence : null,
    quad: cell.quad && keepInside(cell.quad, photo),
    alternatives: byModel ? cell.options.slice(1) : [],
    edited: !byModel,
  };
}
