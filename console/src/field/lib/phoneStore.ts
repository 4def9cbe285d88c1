/** The phone's own store (IndexedDB): what was told, its photos, and the order as it was last seen. */

import { MemoryStore } from "./memoryStore";
import type { Queued, Store } from "./queue";
import type { FieldOrder } from "./wire";

const NAME = "firewatch-field";
const TOLD = "told";
const PHOTOS = "photos";
const SEEN = "seen";

/** The order as it was last seen, so that it can be read without a link. */
export interface Seen {
  order: FieldOrder;
  /** By this phone's clock, shown only. */
  at: string;
}

export interface PhoneStore extends Store {
  /** Whether it survives the closing of the browser. */
  lasting: boolean;
  seen(): Promise<Seen | null>;
  keepSeen(seen: Seen | null): Promise<void>;
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
  });
}

/** Resolves when all of it is on the phone's disk, as far as the browser says. */
function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB"));
  });
}

class IndexedStore implements PhoneStore {
  readonly lasting = true;

  constructor(private readonly database: IDBDatabase) {}

  async all(): Promise<Queued[]> {
    return asked(this.read(TOLD).getAll());
  }

  async add(items: Queued[], photos: ReadonlyMap<string, Blob>): Promise<void> {
    const transaction = this.database.transaction([TOLD, PHOTOS], "readwrite", { durability: "strict" });
    for (const [upload, blob] of photos) transaction.objectStore(PHOTOS).put(blob, upload);
    for (const item of items) transaction.objectStore(TOLD).add(item);
    await done(transaction);
  }

  async put(item: Queued): Promise<void> {
    await this.write(TOLD, (store) => store.put(item));
  }

  async drop(item: Queued): Promise<void> {
    const transaction = this.database.transaction([TOLD, PHOTOS], "readwrite");
    if (item.seq !== undefined) transaction.objectStore(TOLD).delete(item.seq);
    if (item.photo !== null) transaction.objectStore(PHOTOS).delete(item.photo.upload);
    await done(transaction);
  }

  async photo(upload: string): Promise<Blob | null> {
    return ((await asked(this.read(PHOTOS).get(upload))) as Blob | undefined) ?? null;
  }

  async seen(): Promise<Seen | null> {
    return ((await asked(this.read(SEEN).get(0))) as Seen | undefined) ?? null;
  }

  async keepSeen(seen: Seen | null): Promise<void> {
    await this.write(SEEN, (store) => (seen === null ? store.delete(0) : store.put(seen, 0)));
  }

  private read(name: string): IDBObjectStore {
    return this.database.transaction(name).objectStore(name);
  }

  private async write(name: string, deed: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.database.transaction(name, "readwrite");
    deed(transaction.objectStore(name));
    await done(transaction);
  }
}

class PassingStore extends MemoryStore implements PhoneStore {
  readonly lasting = false;
  private order: Seen | null = null;

  async seen(): Promise<Seen | null> {
    return this.order;
  }

  async keepSeen(seen: Seen | null): Promise<void> {
    this.order = seen;
  }
}

/** The phone's store; one that passes with the page where the browser keeps nothing. */
export async function openStore(): Promise<PhoneStore> {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TOLD, { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore(PHOTOS);
      request.result.createObjectStore(SEEN);
    };
    const database = await asked(request);
    // Asked for, not relied on: without it a phone that runs out of room may forget.
    void navigator.storage?.persist?.().catch(() => false);
    return new IndexedStore(database);
  } catch {
    return new PassingStore();
  }
}
