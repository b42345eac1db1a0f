import assert from "node:assert/strict";
import { test } from "node:test";

import { findCode, findOtherCode } from "../../static/js/editor/barcode.js";
import { chooseVersion, openVersion } from "../../static/js/editor/opening.js";
import { VIN, bundleOf, predictionOf } from "./bundles.js";

const OTHER = "1HGCM82633A804352";

function look(barcodes) {
  const bundle = bundleOf({ prediction: { ...predictionOf(), barcodes } });
  return { state: openVersion(bundle, chooseVersion(bundle, null)), screen: { bundle } };
}

test("a bar code that says something else is found, one that agrees with the text is not", () => {
  assert.equal(findOtherCode(look([{ format: "Code39", text: OTHER, vin: OTHER }])).vin, OTHER);
  assert.equal(findOtherCode(look([{ format: "Code39", text: VIN, vin: VIN }])), null);
});

test("where one of several agrees, nothing is said", () => {
  assert.equal(findOtherCode(look([{ vin: OTHER }, { vin: VIN }])), null);
});

test("bar codes without a VIN, and photos without bar codes, say nothing", () => {
  for (const barcodes of [[{ format: "QRCode", text: "https://example.org", vin: "" }], [], undefined]) {
    assert.deepEqual([findCode(look(barcodes).screen), findOtherCode(look(barcodes))], [null, null]);
  }
});
