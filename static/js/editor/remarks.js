/** What comments are about, and who is named in them, as values. */

import { LENGTH } from "./vin.js";

/**
 * @typedef {object} Remark a comment as the API gives it
 * @property {number} id
 * @property {number|null} index of the character in the revision on which it was made; null: the photo
 * @property {string} text
 * @property {{text: string, name: string}[]} pieces of the text; those with a name mention that member
 * @property {string} author
 * @property {boolean} is_mine
 */

/** The index that a comment on the character with the focus has; null where no VIN has such a character. */
export const commentAt = (state) => (state && state.focus < LENGTH ? state.focus : null);

/** "character 12 (0)", or "the photo". */
export function describePlace(state, index) {
  if (index === null) return "the photo";
  const symbol = state?.cells[index]?.symbol;
  return symbol ? `character ${index + 1} (${symbol})` : `character ${index + 1}`;
}

/** Where the cell stands now that had this index when the photo was opened; -1 where it was taken away. */
export const placeOf = (state, index) => state.cells.findIndex(({ id }) => id === index);

/** The comments on the cell at a place, as it is now. */
export function remarksAt(state, remarks, place) {
  const id = state.cells[place]?.id;
  return id === undefined ? [] : remarks.filter(({ index }) => index === id);
}

/**
 * Where to begin with a photo that was sent back: at the first character that somebody else says something about.
 * @returns {number} -1 where nothing was said
 */
export function firstRemarked(state, { lease, task, comments = [] }) {
  if (lease?.kind !== "annotate" || !task.rejection_reason) return -1;
  const places = comments
    .filter(({ index, is_mine, revision }) => index !== null && !is_mine && revision === task.revision)
    .map(({ index }) => placeOf(state, index))
    .filter((place) => place >= 0);
  return places.length ? Math.min(...places) : -1;
}
