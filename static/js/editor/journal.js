/**
 * The local journal: what was typed, kept in the browser at once, under the task and the revision it started from.
 * A browser that allows no storage leaves the editor working, with the server's drafts alone.
 */

const PREFIX = "vinloop-journal:";
const KEPT_FOR = 14 * 24 * 3600 * 1000;

/** @param {Storage} storage */
export function createJournal(storage, now = Date.now) {
  const keyOf = (task, revision) => `${PREFIX}${task}:${revision}`;
  return {
    write(task, revision, payload) {
      attempt(() => storage.setItem(keyOf(task, revision), JSON.stringify({ ...payload, saved_at: now() })));
    },
    /** @returns {{text: string, characters: object[], region: object|null, saved_at: number}|null} */
    read(task, revision) {
      return attempt(() => JSON.parse(storage.getItem(keyOf(task, revision)))) ?? null;
    },
    erase(task) {
      attempt(() => keysOf(storage).filter((key) => key.startsWith(`${PREFIX}${task}:`))
        .forEach((key) => storage.removeItem(key)));
    },
    /** Drops what nobody came back to. */
    sweep() {
      attempt(() => keysOf(storage).filter((key) => isOld(storage.getItem(key), now()))
        .forEach((key) => storage.removeItem(key)));
    },
  };
}

const keysOf = (storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index))
  .filter((key) => key.startsWith(PREFIX));

function isOld(entry, now) {
  const savedAt = attempt(() => JSON.parse(entry).saved_at) ?? 0;
  return now - savedAt > KEPT_FOR;
}

/** Storage that is full, forbidden or spoilt must not stop a person from working. */
function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
