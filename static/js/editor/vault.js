/**
 * What outlives a browser that is killed. `localStorage` is on the disk only seconds later; a transaction of IndexedDB
 * is when it completes.
 *
 * @typedef {{put: (key: string, entry: object) => Promise<void>, remove: (key: string) => Promise<void>,
 *   list: () => Promise<[string, object][]>}} Vault
 */

const STORE = "journal";

/** @param {IDBFactory} indexedDB @returns {Vault} */
export function openVault(indexedDB) {
  const opened = open(indexedDB);

  async function run(mode, act) {
    const database = await opened;
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const requests = act(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(requests.map(({ result }) => result));
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    put: async (key, entry) => { await run("readwrite", (store) => [store.put(entry, key)]); },
    remove: async (key) => { await run("readwrite", (store) => [store.delete(key)]); },
    async list() {
      const [keys, entries] = await run("readonly", (store) => [store.getAllKeys(), store.getAll()]);
      return keys.map((key, index) => [key, entries[index]]);
    },
  };
}

function open(indexedDB) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("vinloop", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
