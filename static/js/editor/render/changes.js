/** For the reviewer: what the annotator changed, as a table, and where the model's boxes were, on the strip. */

import { listBefore, listChanges, sayBox } from "../changes.js";
import { applyToQuad } from "../geometry.js";
import { keepChildren, make, makeSvg, part, pointsOf, setAttribute, setHidden, setText } from "./dom.js";

const NOTHING = Object.freeze({ symbols: [], boxes: [], region: null });

export function createChanges(root, { kind }) {
  if (kind !== "review") return () => {};
  const table = part(root, "changes-table");
  const rows = part(root, "changes");
  const none = part(root, "changes-none");
  const region = part(root, "changes-region");
  let shown = null;

  return function render({ screen }, bands) {
    const { bundle } = screen;
    const changes = bundle.changes ?? NOTHING;
    bands.forEach((band) => renderBefore(band, changes));
    if (shown === bundle.lease.id) return;
    shown = bundle.lease.id;
    const lines = hasRead(bundle) ? listChanges(changes, bundle.annotation?.text ?? "") : [];
    rows.replaceChildren(...lines.map(makeRow));
    setHidden(table, lines.length === 0);
    setText(none, sayNothing(bundle, lines));
    setHidden(none, none.textContent === "");
    setText(region, changes.region ? `Region: ${sayBox(changes.region)}` : "");
    setHidden(region, !changes.region);
  };
}

/** Whether there was a reading to change: a VIN, or characters that the model was not sure of. */
const hasRead = ({ prediction }) => Boolean(prediction?.vin || prediction?.characters?.length);

/** Why the table is empty, as a sentence; empty where it is not. */
function sayNothing(bundle, lines) {
  const { annotation, changes } = bundle;
  if (annotation?.outcome !== "read") return "Nothing: the photo was marked unreadable.";
  if (!hasRead(bundle)) return "The model read nothing: all of it is the annotator's.";
  return lines.length || changes?.region ? "" : "Nothing: the model's reading was kept as it was.";
}

function renderBefore({ before, layout }, changes) {
  if (!layout) return;
  setAttribute(before, "viewBox", `0 0 ${layout.width.toFixed(1)} ${layout.height.toFixed(1)}`);
  const quads = listBefore(changes);
  const polygons = keepChildren(before, quads.length, () => makeSvg("polygon"));
  polygons.forEach((polygon, index) => (
    setAttribute(polygon, "points", pointsOf(applyToQuad(layout.homography, quads[index])))
  ));
}

/** One position; a press on its number puts the focus there. */
function makeRow(line) {
  const row = make("tr");
  const place = make("th");
  place.scope = "row";
  place.append(line.index === null ? String(line.position) : makePlace(line));
  row.append(place, makeSymbol(line.before, line), makeSymbol(line.after, line), make("td", "figure", line.box || ""));
  return row;
}

function makePlace({ index, position }) {
  const button = make("button", "change-place figure", String(position));
  button.type = "button";
  button.dataset.changePlace = index;
  button.setAttribute("aria-label", `Go to position ${position}`);
  return button;
}

function makeSymbol(symbol, { before, after }) {
  const cell = make("td", "vin");
  cell.translate = false;
  cell.append(symbol ? make(before === after ? "span" : "mark", "", symbol) : make("span", "faint", "–"));
  return cell;
}
