/** Under the cell that has the focus: what the model thinks of there. */

import { keepChildren, make, part, setAttribute, setText } from "./dom.js";
import { percentOf } from "./cells.js";

const MOST = 4;

export function createOptions(root) {
  const row = part(root, "options");
  const bands = part(root, "bands");

  /** @param {number} wanted where the cell that has the focus stands */
  return function render({ state }, wanted) {
    const cell = state.cells[state.focus];
    const options = cell?.options.filter(isWorthSaying).slice(0, MOST) ?? [];
    const buttons = keepChildren(row, options.length, makeOption);
    buttons.forEach((button, index) => renderOption(button, options[index], cell));
    const half = row.offsetWidth / 2;
    const center = Math.min(Math.max(wanted, half), bands.clientWidth - half);
    row.style.left = `${center - half}px`;
  };
}

/** What is less than a hundredth likely only says that something had to be in the list; up and down still reach it. */
const isWorthSaying = ({ confidence }, index) => index === 0 || percentOf(confidence) > 0;

function makeOption() {
  const button = make("button", "option");
  button.type = "button";
  button.tabIndex = -1;
  button.append(make("b"), make("span", "figure"));
  return button;
}

function renderOption(button, { symbol, confidence }, cell) {
  const [letter, share] = button.children;
  setText(letter, symbol);
  setText(share, `${percentOf(confidence)} %`);
  setAttribute(button, "data-option", symbol);
  setAttribute(button, "aria-pressed", String(symbol === cell.symbol));
  setAttribute(button, "aria-label", `${symbol}, ${percentOf(confidence)} % certain`);
}
