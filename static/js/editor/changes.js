/** What the annotator made of the model's reading, one line for each position that differs. */

/**
 * @typedef {object} Line
 * @property {number|null} index   of the character in the annotation; null where it was taken away
 * @property {number} position     1 to 17, in the annotation, or in the prediction where it was taken away
 * @property {string} before       what the model read; "" where nothing
 * @property {string} after        what stands there now; "" where nothing
 * @property {string} box          what became of its box; "" where nothing
 */

/**
 * Characters and boxes of a comparison, together by position.
 * @param {{symbols: object[], boxes: object[]}} changes as the API gives them
 * @param {string} text of the annotation
 * @returns {Line[]} in reading order
 */
export function listChanges({ symbols, boxes }, text) {
  const lines = new Map();
  const lineOf = ({ before_index: before, after_index: after }) => {
    const key = `${before} ${after}`;
    const symbol = text[after] ?? "";
    const made = { index: after, position: (after ?? before) + 1, before: symbol, after: symbol, box: "" };
    return lines.get(key) ?? lines.set(key, made).get(key);
  };
  for (const change of symbols) Object.assign(lineOf(change), { before: change.before, after: change.after });
  for (const change of boxes) lineOf(change).box = sayBox(change);
  return [...lines.values()].sort((a, b) => a.position - b.position || Number(a.index !== null) - Number(b.index !== null));
}

/** "moved 4 px, overlap 81 %", "added" or "removed". */
export function sayBox({ kind, pixels, iou }) {
  return kind === "moved" ? `moved ${Math.round(pixels)} px, overlap ${Math.floor(100 * iou)} %` : kind;
}

/** The boxes of the prediction that the annotator moved or took away, to be drawn where they were. */
export const listBefore = ({ boxes, region }) => (
  [...boxes, ...(region ? [region] : [])].flatMap(({ before_quad: quad }) => (quad ? [quad] : []))
);
