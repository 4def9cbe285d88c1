/** A store that lasts as long as the page: where the browser keeps nothing, and in tests. */

import type { Queued, Store } from "./queue";

export class MemoryStore implements Store {
  private readonly kept = new Map<number, Queued>();
  private readonly blobs = new Map<string, Blob>();
  private last = 0;

  async all(): Promise<Queued[]> {
    return [...this.kept.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)).map((item) => structuredClone(item));
  }

  async add(items: Queued[], photos: ReadonlyMap<string, Blob>): Promise<void> {
    for (const item of items) {
      this.last += 1;
      this.kept.set(this.last, { ...structuredClone(item), seq: this.last });
    }
    for (const [upload, blob] of photos) this.blobs.set(upload, blob);
  }

  async put(item: Queued): Promise<void> {
    if (item.seq !== undefined && this.kept.has(item.seq)) this.kept.set(item.seq, structuredClone(item));
  }

  async drop(item: Queued): Promise<void> {
    if (item.seq !== undefined) this.kept.delete(item.seq);
    if (item.photo !== null) this.blobs.delete(item.photo.upload);
  }

  async photo(upload: string): Promise<Blob | null> {
    return this.blobs.get(upload) ?? null;
  }
}
