/** What bar codes in the photo say beside the text. */

import { textOf } from "./state.js";

/** The first bar code that holds a VIN; null where none does. */
export const findCode = ({ bundle }) => (bundle?.prediction?.barcodes ?? []).find(({ vin }) => vin) ?? null;

/** A bar code that says something else than the text does now; null where there is none. */
export function findOtherCode({ state, screen }) {
  if (!state) return null;
  const text = textOf(state);
  const codes = (screen.bundle?.prediction?.barcodes ?? []).filter(({ vin }) => vin);
  return codes.some(({ vin }) => vin === text) ? null : codes[0] ?? null;
}
