import assert from "node:assert/strict";
import test from "node:test";

import { findOpenMention, suggestNames } from "../../static/js/shared/mentions.js";

const NAMES = ["ana", "ana.maria", "Bob"];

test("a name is being typed from the @ to the caret", () => {
  assert.deepEqual(findOpenMention("see @an today", 7), { start: 5, typed: "an" });
  assert.deepEqual(findOpenMention("@", 1), { start: 1, typed: "" });
  assert.equal(findOpenMention("see @an today", 10), null);
  assert.equal(findOpenMention("mail ana@example", 16), null);
});

test("names are offered that begin like it, not the one that is complete", () => {
  assert.deepEqual(suggestNames(NAMES, "an"), ["ana", "ana.maria"]);
  assert.deepEqual(suggestNames(NAMES, "ANA"), ["ana.maria"]);
  assert.deepEqual(suggestNames(NAMES, "bo"), ["Bob"]);
  assert.deepEqual(suggestNames(NAMES, ""), NAMES);
  assert.deepEqual(suggestNames(NAMES, "x"), []);
});
