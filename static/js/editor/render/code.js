/** What the bar code says, beside a text that says something else. */

import { findCode, findOtherCode } from "../barcode.js";
import { textOf } from "../state.js";
import { part, setHidden } from "./dom.js";
import { differencesTo, makeVin } from "./versions.js";

export function createCode(root) {
  const line = part(root, "code");
  const vin = part(root, "code-vin");
  const agrees = part(root, "code-agrees");
  let shown = "";

  return function render(store) {
    const other = findOtherCode(store);
    setHidden(line, other === null);
    setHidden(agrees, other !== null || findCode(store.screen) === null);
    const text = textOf(store.state);
    if (other && shown !== other.vin + text) vin.replaceChildren(makeVin(other.vin, differencesTo(text, other.vin)));
    shown = other ? other.vin + text : "";
  };
}
