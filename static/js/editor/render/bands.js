/**
 * The VIN as bands, one under another: each a row's strip with its cells under it. A VIN in one row is one band, and two
 * where the screen is too narrow for 17 cells that a finger can hit.
 */

import { findRows, foldRows } from "../rows.js";
import { LENGTH } from "../vin.js";
import { renderCells } from "./cells.js";
import { keepChildren, make, makeSvg, part, setAttribute, setHidden } from "./dom.js";
import { findCenters, findSpan, layOut, renderStrip } from "./strip.js";

/** The narrowest cell, with the gap beside it, that a finger and that a mouse hit. */
const NARROWEST = { touch: 48, mouse: 30 };

/** The rows to show: those of the boxes, or the halves of a single one. */
export function chooseRows(state, width, isTouched) {
  const rows = findRows(state);
  const shown = rows.length ? rows : [{ first: 0, count: state.cells.length, quad: null }];
  const isNarrow = width / LENGTH < (isTouched ? NARROWEST.touch : NARROWEST.mouse);
  return isNarrow ? foldRows(shown, state.cells, LENGTH) : shown;
}

export function createBands(root) {
  const parent = part(root, "bands");
  const empty = part(root, "strip-empty");
  const touch = window.matchMedia("(pointer: coarse)");
  let bands = [];

  function render(store) {
    const { state } = store;
    const width = parent.clientWidth;
    const rows = chooseRows(state, width, touch.matches);
    setHidden(empty, state.region !== null);
    setAttribute(parent, "data-count", rows.length);
    const elements = keepChildren(parent, rows.length, makeBand);
    bands = rows.map((row, index) => {
      const places = index < rows.length - 1 ? row.count : Math.max(LENGTH - row.first, row.count);
      return renderBand(partsOf(elements[index]), store, row, places, width);
    });
  }

  return {
    render,
    /** What was laid out: each band's row, its strip, and the strip's size and homography; null where there is none. */
    get all() { return bands; },
    inputAt: (index) => parent.querySelector(`input[data-index="${index}"]`),
    /** Where the middle of the focused cell is, in pixels of the page's width. */
    centerAt: (index) => bands.flatMap(({ row, centers }) => centers[index - row.first] ?? [])[0] ?? 0,
  };
}

/** @param {number} places how many cells the band shows, empty ones at the end included */
function renderBand(band, store, row, places, width) {
  setHidden(band.mat, !row.quad);
  const layout = layOut(row, { width, height: band.mat.clientHeight });
  renderStrip(band, store, row, layout);
  const span = findSpan(row, layout, width);
  const centers = renderCells(band, store, { row, places, width, span }, findCenters(store.state, row, layout));
  return { row, centers, strip: band.strip, before: band.before, layout };
}

function makeBand() {
  const band = make("div", "band");
  const mat = make("div", "strip-mat");
  const strip = make("div", "strip");
  const image = Object.assign(make("img", "strip-photo"), { alt: "", draggable: false });
  const before = makeDrawing("strip-before");
  const boxes = makeDrawing("strip-boxes");
  [image.dataset.stripPhoto, boxes.dataset.stripBoxes] = ["", ""];
  strip.append(image, before, boxes);
  mat.append(strip, make("p", "strip-note"));
  band.append(mat, makeDrawing("leaders"), make("div", "vin-cells"));
  return band;
}

/** An SVG that says nothing that the cells do not say. */
function makeDrawing(name) {
  const drawing = makeSvg("svg");
  setAttribute(drawing, "class", name);
  setAttribute(drawing, "aria-hidden", "true");
  return drawing;
}

function partsOf(band) {
  const [mat, leaders, cells] = band.children;
  const [strip, note] = mat.children;
  const [image, before, boxes] = strip.children;
  return { mat, strip, note, image, before, boxes, leaders, cells };
}
