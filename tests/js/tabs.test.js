import assert from "node:assert/strict";
import { test } from "node:test";

import { writeSymbol } from "../../static/js/editor/actions/cells.js";
import { textOf } from "../../static/js/editor/state.js";
import { VIN, bundleOf } from "./bundles.js";
import { createDesk, createStorage, settle } from "./server.js";

const FIXED = "1HGCM82633A804352";

/** Channels between the tabs of one browser: each hears the others, and not itself. */
function createChannels(count) {
  const channels = Array.from({ length: count }, () => new EventTarget());
  channels.forEach((channel, index) => {
    channel.postMessage = (data) => channels.forEach((other, at) => {
      if (at !== index) other.dispatchEvent(Object.assign(new Event("message"), { data }));
    });
  });
  return channels;
}

async function openTwice() {
  const storage = createStorage();
  const [first, second] = createChannels(2).map((channel) => createDesk(
    { claimNext: () => bundleOf(), claimTask: () => bundleOf() }, { channel, storage },
  ));
  await first.work.claimNext();
  first.store.act(writeSymbol, "8");
  await second.work.claimNext();
  await settle();
  return { first, second };
}

test("the photo goes on in the tab that opened it last, with all that was typed in the other", async () => {
  const { first, second } = await openTwice();
  assert.equal(textOf(second.store.state), FIXED);
  assert.equal(second.store.screen.lost, null);
  assert.ok(first.store.screen.lost.isTab);
  assert.equal(textOf(first.store.screen.lost.mine), FIXED);
  const saved = first.server.count("saveDraft");
  await first.timers.pass(600000);
  assert.deepEqual([first.server.count("saveDraft"), first.server.count("renew")], [saved, 0]);
});

test("the first tab shows what is typed in the second, and can take it", async () => {
  const { first, second } = await openTwice();
  second.store.act(writeSymbol, "B");
  first.work.followTab();
  assert.equal(first.store.screen.lost.theirs.text, "1HGBM82633A804352");
  await first.work.claimAgain(false);
  assert.equal(textOf(first.store.state), "1HGBM82633A804352");
  assert.ok(second.store.screen.lost.isTab);
});

test("or it goes on with its own version, and the second tab keeps its", async () => {
  const { first, second } = await openTwice();
  second.store.act(writeSymbol, "B");
  await first.work.claimAgain(true);
  assert.deepEqual([textOf(first.store.state), first.store.screen.lost], [FIXED, null]);
  assert.equal(textOf(second.store.screen.lost.mine), "1HGBM82633A804352");
});

test("another photo in another tab is no matter", async () => {
  const [channel, other] = createChannels(2);
  const desk = createDesk({ claimNext: () => bundleOf() }, { channel });
  await desk.work.claimNext();
  other.postMessage({ opened: "task-9" });
  assert.equal(desk.store.screen.lost, null);
  assert.equal(textOf(desk.store.state), VIN);
});
