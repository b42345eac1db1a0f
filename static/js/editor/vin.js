/**
 * The rules of vehicle identification numbers: ISO 3779, and the check digit of 49 CFR 565 and GB 16735.
 * They advise; what a person reads off the plate always wins.
 */

export const ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
export const LENGTH = 17;
export const ILLEGIBLE = "?";

/** The letters that no VIN holds, and the digit that is meant by whoever types them. */
export const MEANT_BY = Object.freeze({ I: "1", O: "0", Q: "0" });

const CHECK_INDEX = 8;
const CHECK_DIGITS = "0123456789X";
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const LETTER_VALUES = "A1B2C3D4E5F6G7H8J1K2L3M4N5P7R9S2T3U4V5W6X7Y8Z9";

/** What a symbol counts in the check sum (49 CFR 565.15, table III). */
function valueOf(symbol) {
  if (symbol >= "0" && symbol <= "9") return Number(symbol);
  return Number(LETTER_VALUES[LETTER_VALUES.indexOf(symbol) + 1]);
}

/** Whether the character may stand in a VIN. */
export function isSymbol(character) {
  return character.length === 1 && ALPHABET.includes(character);
}

export function isVin(text) {
  return text.length === LENGTH && [...text].every(isSymbol);
}

/** The check digit that belongs at position 9, or null where the text is no complete VIN. */
export function checkDigit(text) {
  if (!isVin(text)) return null;
  const total = WEIGHTS.reduce((sum, weight, index) => sum + weight * valueOf(text[index]), 0);
  return CHECK_DIGITS[total % 11];
}

/** Whether the maker's country (ISO 3780) demands a check digit: North America and China. */
export function expectsCheckDigit(text) {
  if (text[0] === "7") return text.length > 1 && !"ABCDE".includes(text[1]);
  return text.length > 0 && "12345L".includes(text[0]);
}

/**
 * What the check digit says about a text.
 * @returns {"incomplete" | "valid" | "wrong" | "absent"} `absent`: it does not add up, and need not there.
 */
export function judgeCheckDigit(text) {
  const expected = checkDigit(text);
  if (expected === null) return "incomplete";
  if (expected === text[CHECK_INDEX]) return "valid";
  return expectsCheckDigit(text) ? "wrong" : "absent";
}

/**
 * A pasted text as symbols: spaces, dashes and dots dropped, capitals made.
 * @returns {{symbols: string[], foreign: string[]}} a letter that no VIN holds leaves an empty place;
 *   `foreign` names each of them, and any other character, which leaves none.
 */
export function parsePasted(text) {
  const symbols = [];
  const foreign = [];
  for (const character of text.replace(/[\s.\-*]/g, "").toUpperCase()) {
    const known = isSymbol(character) || character === ILLEGIBLE;
    if (!known) foreign.push(character);
    if (known || character in MEANT_BY) symbols.push(known ? character : "");
  }
  return { symbols, foreign: [...new Set(foreign)] };
}
