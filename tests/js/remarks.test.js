import assert from "node:assert/strict";
import test from "node:test";

import { deleteCell, insertCell } from "../../static/js/editor/actions/cells.js";
import { commentAt, describePlace, firstRemarked, placeOf, remarksAt } from "../../static/js/editor/remarks.js";
import { openState } from "../../static/js/editor/state.js";
import { PHOTO, VIN, bundleOf, charactersOf } from "./bundles.js";

const stateOf = (text = VIN) => openState({ text, characters: charactersOf(text), region: null }, null, PHOTO);
const remark = (index, more = {}) => ({ id: 1, index, text: "here", pieces: [], is_mine: false, revision: 1, ...more });
const sentBack = (comments, kind = "annotate") => bundleOf({
  lease: { id: "lease-2", kind }, task: { id: "task-1", revision: 1, rejection_reason: "wrong" }, comments,
});

test("a comment is on the character with the focus", () => {
  const state = { ...stateOf(), focus: 11 };
  assert.equal(commentAt(state), 11);
  assert.equal(describePlace(state, 11), `character 12 (${VIN[11]})`);
  assert.equal(describePlace(state, null), "the photo");
  assert.equal(commentAt({ ...state, focus: 17 }), null);
});

test("it stays with its character when one is put in or taken out before it", () => {
  const longer = insertCell({ ...stateOf(VIN.slice(1)), focus: 2 });
  assert.equal(placeOf(longer, 5), 6);
  assert.deepEqual(remarksAt(longer, [remark(5)], 6).length, 1);
  const shorter = deleteCell({ ...stateOf(), focus: 5 });
  assert.equal(placeOf(shorter, 5), -1);
});

test("a photo that was sent back opens at the first character that was spoken of", () => {
  assert.equal(firstRemarked(stateOf(), sentBack([remark(null), remark(11), remark(4)])), 4);
});

test("old comments, one's own and those on the photo lead nowhere", () => {
  const comments = [remark(3, { revision: 0 }), remark(4, { is_mine: true }), remark(null)];
  assert.equal(firstRemarked(stateOf(), sentBack(comments)), -1);
  assert.equal(firstRemarked(stateOf(), sentBack([remark(3)], "review")), -1);
  assert.equal(firstRemarked(stateOf(), bundleOf({ comments: [remark(3)] })), -1);
});
