import assert from "node:assert/strict";
import { test } from "node:test";

import { checkDigit, expectsCheckDigit, isSymbol, isVin, judgeCheckDigit, parsePasted } from "../../static/js/editor/vin.js";

test("check digits of VINs that are printed in 49 CFR 565 and its commentaries", () => {
  assert.equal(checkDigit("1M8GDM9AXKP042788"), "X");
  assert.equal(checkDigit("11111111111111111"), "1");
  assert.equal(checkDigit("5GZCZ43D13S812715"), "1");
  assert.equal(checkDigit("1HGCM82633A004352"), "3");
});

test("a check digit is asked of whole VINs only", () => {
  assert.equal(checkDigit("1HGCM82633A00435"), null);
  assert.equal(checkDigit("1HGCM82633A00435?"), null);
  assert.equal(judgeCheckDigit("1HGCM8"), "incomplete");
});

test("a wrong check digit is a warning only where the maker's country demands one", () => {
  assert.equal(judgeCheckDigit("1HGCM82633A004352"), "valid");
  assert.equal(judgeCheckDigit("1HGCM82733A004352"), "wrong");
  assert.equal(judgeCheckDigit("WBAAA82733A004352"), "absent");
});

test("North America and China demand check digits", () => {
  assert.deepEqual(["1", "2", "3", "4", "5", "L", "7F"].map(expectsCheckDigit), Array(7).fill(true));
  assert.deepEqual(["W", "J", "X", "7A", "9", ""].map(expectsCheckDigit), Array(6).fill(false));
});

test("I, O, Q, lower case and look-alikes are no symbols", () => {
  assert.ok(isSymbol("0") && isSymbol("Z"));
  for (const foreign of ["I", "O", "Q", "a", "А", "", "AB", "?"]) assert.ok(!isSymbol(foreign), foreign);
  assert.ok(!isVin("IHGCM82633A004352"));
});

test("a pasted text loses its spaces and dashes and gets capitals", () => {
  const { symbols, foreign } = parsePasted(" 1hg-cm82633a 004352\n");
  assert.equal(symbols.join(""), "1HGCM82633A004352");
  assert.deepEqual(foreign, []);
});

test("a pasted letter that no VIN holds leaves an empty place, a foreign character none", () => {
  assert.deepEqual(parsePasted("1OG"), { symbols: ["1", "", "G"], foreign: ["O"] });
  assert.deepEqual(parsePasted("1А2"), { symbols: ["1", "2"], foreign: ["А"] });
  assert.deepEqual(parsePasted("1?2").symbols, ["1", "?", "2"]);
});
