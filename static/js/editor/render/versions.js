/** The model's text, the annotator's and one's own, character under character. */

import { align } from "../alignment.js";
import { showKey } from "../keymap.js";
import { COMMANDS, keyOf } from "../keys.js";
import { percentOf } from "./cells.js";
import { make, part, setAttribute, setHidden, setText } from "./dom.js";
import { textOf } from "../state.js";

export function createVersions(root, settings) {
  const history = part(root, "history");
  const list = part(root, "versions");
  const quality = part(root, "quality");
  const last = part(root, "last");
  const words = part(root, "last-words");
  const takeBack = part(root, "take-back");
  let shown = "";

  return function render({ state, screen }) {
    setAttribute(history, "href", `${settings.photos}${screen.bundle.photo.id}/history/`);
    const rows = listVersions(state, screen);
    const key = JSON.stringify(rows);
    if (key !== shown) list.replaceChildren(...rows.map(makeRow));
    shown = key;
    setText(quality, describeQuality(screen.bundle.prediction));
    setHidden(last, screen.last === null);
    setText(words, screen.last?.words ?? "");
    setHidden(takeBack, !screen.last?.isReversible);
  };
}

/** @returns {{who: string, note: string, text: string}[]} */
export function listVersions(state, { bundle, keys = {} }) {
  const { prediction, annotation, lease, readings = [] } = bundle;
  if (readings.length === 2) return listReadings(state, readings, keys);
  const rows = [];
  if (prediction) rows.push(describePrediction(prediction));
  if (annotation) {
    const isRead = annotation.outcome === "read";
    const note = isRead ? `revision ${annotation.revision}` : "marked unreadable";
    rows.push({ who: annotation.author ?? "Annotator", note, text: isRead ? annotation.text : "" });
  }
  rows.push({ who: lease.kind === "review" ? "Your review" : "You", note: "", text: textOf(state) });
  const base = rows[0].text;
  const others = rows.slice(1).map((row) => ({ ...row, differs: differencesTo(base, row.text) }));
  return [{ ...rows[0], differs: others.length ? differencesTo(others.at(-1).text, base) : [] }, ...others];
}

/** What the model read. Where it doubts that this is a VIN at all, its characters are there all the same: people begin with them. */
function describePrediction({ vin, confidence, characters = [], model_version: version }) {
  const who = `Model ${version}`;
  if (vin) return { who, note: `${percentOf(confidence)} % sure of the whole VIN`, text: vin };
  const text = characters.map(({ symbol }) => symbol).join("");
  return { who, note: text ? "doubts that it is a VIN" : "found no VIN", text };
}

/** The two readings, marked where they differ from each other, and what the third person makes of them. */
function listReadings(state, readings, keys) {
  const [first, second] = ["takeFirst", "takeSecond"].map((name) => COMMANDS.find((command) => command.name === name));
  const rows = readings.map(({ author, outcome, text }, index) => ({
    who: author ?? ["First reader", "Second reader"][index],
    note: outcome === "read" ? `take it: ${showKey(keyOf(index === 0 ? first : second, keys))}` : "marked unreadable",
    text,
    differs: differencesTo(readings[1 - index].text, text),
  }));
  return [...rows, { who: "Your decision", note: "", text: textWithGaps(state), differs: [] }];
}

/** A dot stands for what is not decided yet, so that the characters behind it stay under those of the readings. */
const textWithGaps = ({ cells }) => cells.map(({ symbol }) => symbol || "·").join("");

/** Indexes in `text` that say something else than `base` there, or that `base` does not have. */
export function differencesTo(base, text) {
  if (!base) return [];
  return align([...base], [...text])
    .filter(({ before, after }) => after !== null && base[before] !== text[after])
    .map(({ after }) => after);
}

function makeRow({ who, note, text, differs }) {
  const row = make("div", "version");
  const head = make("div", "version-who", who);
  if (note) head.append(make("small", "figure", note));
  row.append(head, makeVin(text, differs));
  return row;
}

/** A VIN in its three groups, with marked characters where it differs. */
export function makeVin(text, differs = []) {
  if (!text) return make("span", "faint", "no text");
  const vin = make("span", "vin");
  vin.translate = false;
  [...text].forEach((symbol, index) => {
    const mark = make(differs.includes(index) ? "mark" : "span", [3, 9].includes(index) ? "vin-group" : "", symbol);
    vin.append(mark);
  });
  return vin;
}

/**
 * What the quality report says about the photo, as one line. How to take a better one, after the colon, is for whoever
 * takes photos; that no VIN was found stands beside the model's text.
 */
export function describeQuality(prediction) {
  const issues = (prediction?.quality?.issues ?? []).filter(({ code, advice }) => code !== "no_vin" && advice);
  return issues.map(({ advice }) => `${advice.split(":")[0].replace(/\.$/, "")}.`).join(" ");
}
