/**
 * More contrast: tones are stretched over those of the region, so that neither a bright windshield nor a dark plate
 * loses what is written on it, as a fixed factor around middle gray would.
 */

/** The share of the region's pixels that may become black, and as many white: glare and dirt. */
const CLIPPED = 0.02;
/** Tones nearer together than this are noise, and are not blown up to fill the scale. */
const LEAST = 0.12;
const LEVELS = 256;

/** A fixed stretch around middle gray, where nothing is known of the photo yet. */
export const PLAIN = Object.freeze({ slope: 1.8, intercept: -0.4 });

/**
 * The line through the darkest and the lightest tone that count: `slope * tone + intercept` is from 0 to 1 between them.
 * @param {Uint8ClampedArray|number[]} pixels red, green, blue and alpha of each, 0 to 255
 */
export function stretchOver(pixels) {
  const counts = new Array(LEVELS).fill(0);
  let total = 0;
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    if (pixels[at + 3] === 0) continue;
    // Luma of ITU-R BT.709.
    counts[Math.round(0.2126 * pixels[at] + 0.7152 * pixels[at + 1] + 0.0722 * pixels[at + 2])] += 1;
    total += 1;
  }
  if (total === 0) return PLAIN;
  const [low, high] = [toneAt(counts, CLIPPED * total), toneAt(counts, (1 - CLIPPED) * total)];
  const missing = Math.max(0, LEAST - (high - low)) / 2;
  const slope = 1 / (high - low + 2 * missing);
  return { slope, intercept: -(low - missing) * slope };
}

/** The tone, from 0 to 1, up to which so many pixels reach. */
function toneAt(counts, wanted) {
  let seen = 0;
  const level = counts.findIndex((count) => {
    seen += count;
    return seen >= wanted && seen > 0;
  });
  return level / (LEVELS - 1);
}
