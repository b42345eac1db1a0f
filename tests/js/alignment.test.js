import assert from "node:assert/strict";
import { test } from "node:test";

import { align } from "../../static/js/editor/alignment.js";

const write = (before, after) => align([...before], [...after]).map((pair) => (
  `${pair.before === null ? "-" : before[pair.before]}${pair.after === null ? "-" : after[pair.after]}`
)).join(" ");

test("equal texts stand side by side", () => assert.equal(write("ABC", "ABC"), "AA BB CC"));
test("a replaced symbol is one pair", () => assert.equal(write("ABC", "AXC"), "AA BX CC"));
test("a missing and a spurious symbol shift nothing else", () => {
  assert.equal(write("ABCD", "ACD"), "AA B- CC DD");
  assert.equal(write("ACD", "ABCD"), "AA -B CC DD");
});
test("nothing beside something", () => {
  assert.equal(write("", "AB"), "-A -B");
  assert.equal(write("AB", ""), "A- B-");
});
