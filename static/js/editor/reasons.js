/** The reasons that a digit picks. The digit 0 always asks for other words. */

export const REASONS = Object.freeze({
  unreadable: {
    title: "Why can nobody read this photo?",
    choices: [
      "Blurred", "Glare or reflection", "Too dark or too bright", "Worn, dirty or damaged", "Cut off or covered",
      "No VIN in the photo", "Too small or too far away",
    ],
  },
  skip: {
    title: "Why skip this photo?",
    choices: ["I am not sure", "Somebody else should decide", "More than one VIN in the photo"],
  },
  reject: {
    title: "Why send it back?",
    choices: [
      "A character is wrong", "A character is missing or too many", "The boxes do not fit", "The region does not fit",
      "Marked unreadable, but it can be read",
    ],
  },
});

/** The reason that a key picks; null where it picks none. */
export function reasonFor(name, key) {
  return REASONS[name]?.choices[Number(key) - 1] ?? null;
}
