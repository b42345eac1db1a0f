/** Which of the versions that exist a photo is opened with. */

import { openState } from "./state.js";

/**
 * The person's own unfinished work where it started from the newest revision, else the newest annotation, else the
 * prediction.
 * @param {object} bundle the editor bundle of the API
 * @param {object|null} kept the local journal's entry for this task and revision
 */
export function chooseVersion(bundle, kept) {
  const { draft, task } = bundle;
  const saved = draft && draft.base_revision === task.revision ? draft : null;
  return newest(saved, kept) ?? chooseBase(bundle);
}

/** What the server holds besides drafts. A photo marked unreadable has no text: then the prediction helps. */
export function chooseBase({ annotation, prediction, readings = [] }) {
  if (readings.length === 2) return mergeReadings(readings);
  return annotation?.text ? annotation : asVersion(prediction);
}

/** What both readings have in common: a place at which they differ is empty, as a third person has to fill it. */
function mergeReadings([first, second]) {
  if (first.outcome !== "read") return second;
  if (second.outcome !== "read") return first;
  const symbols = [...first.text].map((symbol, index) => (second.text[index] === symbol ? symbol : ""));
  const quads = new Map(first.characters.map(({ index, quad }) => [index, quad]));
  const characters = symbols.map((symbol, index) => ({ symbol, quad: quads.get(index) ?? null, edited: true }));
  return { text: symbols.join(""), characters, region: first.region ?? second.region };
}

function newest(saved, kept) {
  if (!saved || !kept) return saved ?? kept;
  return kept.saved_at > Date.parse(saved.saved_at) ? kept : saved;
}

/** Of a refused photo what was made out all the same, which no VIN vouches for: better than an empty line. */
const textOf = ({ vin, characters }) => vin || (characters ?? []).map(({ symbol }) => symbol).join("");

const asVersion = (prediction) => (
  prediction && { text: textOf(prediction), characters: prediction.characters ?? [], region: prediction.region }
);

/** Work of one's own that started from an older revision than the newest, so that somebody has to compare them. */
export function findStaleDraft({ draft, task }) {
  return draft && draft.base_revision !== task.revision ? draft : null;
}

export function openVersion(bundle, version) {
  return openState(version, bundle.prediction, { width: bundle.photo.width, height: bundle.photo.height });
}
