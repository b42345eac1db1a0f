/**
 * The local journal: what was typed, kept in the browser at once, under the task and the revision it started from.
 * It is read from `localStorage`, which all tabs share, and written to a vault as well, which survives a kill.
 * A browser that allows no storage leaves the editor working, with the server's drafts alone.
 */

const PREFIX = "vinloop-journal:";
const KEPT_FOR = 14 * 24 * 3600 * 1000;
/** A vault that takes longer to open must not keep a person from working. */
const PATIENCE = 5000;
/** Stands where the browser has no vault. */
const NO_VAULT = { put: async () => {}, remove: async () => {}, list: async () => [] };

/**
 * @param {Storage} storage
 * @param {import("./vault.js").Vault} vault
 */
export function createJournal(storage, now = Date.now, vault = NO_VAULT) {
  const keyOf = (task, revision) => `${PREFIX}${task}:${revision}`;
  const quietly = (promise) => { promise.catch(() => {}); };

  function remove(keys) {
    for (const key of keys) {
      attempt(() => storage.removeItem(key));
      quietly(vault.remove(key));
    }
  }

  return {
    write(task, revision, payload) {
      const [key, entry] = [keyOf(task, revision), { ...payload, saved_at: now() }];
      attempt(() => storage.setItem(key, JSON.stringify(entry)));
      quietly(vault.put(key, entry));
    },
    /** @returns {{text: string, characters: object[], region: object|null, saved_at: number}|null} */
    read(task, revision) {
      return readEntry(storage, keyOf(task, revision));
    },
    erase(task) {
      remove(keysOf(storage).filter((key) => key.startsWith(`${PREFIX}${task}:`)));
    },
    /** Brings back what the browser had no time to write before it ended, and drops what nobody came back to. */
    async restore() {
      const saved = await Promise.race([vault.list().catch(() => []), wait(PATIENCE)]);
      for (const [key, entry] of saved) {
        const known = readEntry(storage, key)?.saved_at ?? 0;
        if (entry.saved_at > known) attempt(() => storage.setItem(key, JSON.stringify(entry)));
      }
      remove(keysOf(storage).filter((key) => now() - (readEntry(storage, key)?.saved_at ?? 0) > KEPT_FOR));
    },
  };
}

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(() => resolve([]), milliseconds); });

const readEntry = (storage, key) => attempt(() => JSON.parse(storage.getItem(key))) ?? null;

const keysOf = (storage) => attempt(() => Array.from({ length: storage.length }, (_, index) => storage.key(index))
  .filter((key) => key.startsWith(PREFIX))) ?? [];

/** Storage that is full, forbidden or spoilt must not stop a person from working. */
function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
