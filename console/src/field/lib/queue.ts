/**
 * What was told and has not arrived: kept before it is sent, sent in its order, never twice.
 *
 * Every one carries a key of its own, so that one whose receipt was lost is sent again and counts
 * once. Words go first and in their order; photos, which take minutes on a weak link, follow them, and
 * stand back for words that come meanwhile. A break of the link is waited out, longer each time; what
 * the server refuses stays where a person sees it and holds up nothing behind it; an order that this
 * phone may tell nothing of any more holds up its own.
 */

import type { Answer, Spot, ToldKind } from "./wire";

export interface QueuedPhoto {
  /** Mark of the upload, by which it is resumed. */
  upload: string;
  bytes: number;
  /** Bytes that the server has, as far as this phone knows. */
  received: number;
  /** What names it to the server; null until it is there whole. */
  token: string | null;
  /** Code with which the server refused it; what was told goes without it then. */
  refused: string | null;
}

export interface Queued {
  /** Rising in the order of telling; the store gives it. */
  seq?: number;
  key: string;
  order_id: number;
  kind: ToldKind;
  answer: Answer | null;
  reason: string | null;
  note: string;
  place: Spot | null;
  told_at: string;
  photo: QueuedPhoto | null;
  /** Code with which the server refused it; null while it waits. */
  refused: string | null;
}

/** Where they are kept: IndexedDB on a phone. All of an `add` is there, or nothing of it. */
export interface Store {
  all(): Promise<Queued[]>;
  add(items: Queued[], photos: ReadonlyMap<string, Blob>): Promise<void>;
  put(item: Queued): Promise<void>;
  drop(item: Queued): Promise<void>;
  photo(upload: string): Promise<Blob | null>;
}

/** How one try to send ended; "aside": words have come, and its photo goes on after them. */
export type Outcome = { end: "sent" } | { end: "later" } | { end: "aside" } | { end: "refused"; code: string } | { end: "over"; code: string };

export interface OutboxState {
  /** In their order; also those that were refused. */
  items: Queued[];
  sending: boolean;
  /** Orders that this phone may tell nothing of any more, with the code that said so. */
  over: ReadonlyMap<number, string>;
}

interface Parts {
  store: Store;
  /** Sends one; it may `put` what it learns about its photo on the way. */
  send: (item: Queued) => Promise<Outcome>;
  /** Calls back after so long, and gives what takes that back. */
  later: (wait_ms: number, callback: () => void) => () => void;
  changed: (state: OutboxState) => void;
  /** 0 to below 1: spreads the phones that lost the same link. */
  random: () => number;
}

export const FIRST_WAIT_MS = 2_000;
export const LONGEST_WAIT_MS = 60_000;

/** How long to wait after so many tries without success (from 1): doubled each, and ± a fifth. */
export function waitOf(tries: number, random: number): number {
  const wait_ms = Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 16), LONGEST_WAIT_MS);
  return Math.round(wait_ms * (0.8 + 0.4 * random));
}

/** Whether a photo of it is still to be sent. */
export const isHeavy = ({ photo }: Queued): boolean => photo !== null && photo.token === null && photo.refused === null;

/** What is sent next of those that may be. */
export function nextOf(items: Queued[], over: ReadonlyMap<number, string>): Queued | undefined {
  const waiting = items.filter((item) => item.refused === null && !over.has(item.order_id));
  return waiting.find((item) => !isHeavy(item)) ?? waiting[0];
}

export class Outbox {
  private tries = 0;
  private items: Queued[] = [];
  private over = new Map<number, string>();
  private running: Promise<void> | null = null;
  private asked = false;
  private cancel: (() => void) | null = null;

  constructor(private readonly parts: Parts) {}

  /** The server has shown an order to this phone: what was told of it may be sent, again. */
  async serve(order_id: number): Promise<void> {
    this.over = new Map([...this.over].filter(([other]) => other !== order_id));
    await this.flush();
  }

  /** Whether words wait that a photo stands back for. */
  get hasWords(): boolean {
    const next = this.next();
    return next !== undefined && !isHeavy(next);
  }

  /** Read what an earlier visit left. */
  async load(): Promise<void> {
    this.items = await this.parts.store.all();
    this.tell();
  }

  /** Keep it, then send it. Resolves when it is kept. */
  async add(items: Queued[], photos: ReadonlyMap<string, Blob> = new Map()): Promise<void> {
    await this.parts.store.add(items, photos);
    await this.load();
    void this.flush();
  }

  /** A person has read what was refused, or does without it. */
  async forget(item: Queued): Promise<void> {
    await this.parts.store.drop(item);
    await this.load();
  }

  /** What a send has learned about its photo. */
  async note(item: Queued): Promise<void> {
    await this.parts.store.put(item);
    await this.load();
  }

  /** Send what waits, now; one run at a time. Resolves when it has ended. */
  async flush(): Promise<void> {
    this.asked = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
      this.tell();
    });
    await this.running;
  }

  private async run(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    await this.load();
    // Asked again while it ended: there may be something new.
    for (this.asked = true; this.asked; ) {
      this.asked = false;
      for (let next = this.next(); next !== undefined; next = this.next()) {
        const outcome = await this.parts.send(next);
        if (outcome.end === "later") return this.wait();
        this.tries = 0;
        if (outcome.end === "over") this.over = new Map(this.over).set(next.order_id, outcome.code);
        else if (outcome.end === "sent") await this.parts.store.drop(next);
        else if (outcome.end === "refused")
          await this.parts.store.put({ ...this.known(next), refused: outcome.code });
        await this.load();
      }
    }
  }

  private next(): Queued | undefined {
    return nextOf(this.items, this.over);
  }

  private wait(): void {
    this.tries += 1;
    const wait_ms = waitOf(this.tries, this.parts.random());
    this.cancel = this.parts.later(wait_ms, () => void this.flush());
  }

  /** With what was learned about its photo on the way. */
  private known(item: Queued): Queued {
    return this.items.find((one) => one.key === item.key) ?? item;
  }

  private tell(): void {
    this.parts.changed({ items: this.items, sending: this.running !== null, over: this.over });
  }
}
