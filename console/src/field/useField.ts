/** The phone page's state: the link, the order as the server last gave it, and what waits to be sent. */

import { computed, reactive, shallowRef } from "vue";
import { codeOf, failureOf, openOrder, photoLineOf, readOrder, tell } from "./lib/calls";
import { deviceSecret, tokenOf, uuid } from "./lib/marks";
import { openStore, type PhoneStore } from "./lib/phoneStore";
import { Outbox, type OutboxState, type Queued } from "./lib/queue";
import { sendOne } from "./lib/sending";
import { toldAt } from "./lib/clocks";
import { Pace } from "./lib/upload";
import type { Answer, FieldOrder, Spot, ToldKind } from "./lib/wire";

export type Stage = "starting" | "link" | "opening" | "order" | "refused" | "none" | "unreachable";

/** What a person has put together to tell. */
export interface Draft {
  kind: ToldKind;
  answer: Answer | null;
  reason: string | null;
  note: string;
  place: Spot | null;
  photo: Blob | null;
}

const TOKEN = "firewatch.field.token";
const DEVICE = "firewatch.field.device";
const REFRESH_MS = 20_000;

/** Takes the token out of the address; a tab that the phone has put to sleep keeps it until it is used. */
function takeToken(): string | null {
  const token = tokenOf(location.hash);
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  try {
    if (token !== null) sessionStorage.setItem(TOKEN, token);
    return token ?? sessionStorage.getItem(TOKEN);
  } catch {
    return token;
  }
}

function dropToken(): void {
  try {
    sessionStorage.removeItem(TOKEN);
  } catch {
    // nothing was kept there
  }
}

/** The secret that this phone opens links with until an answer has come: the same in every tab. */
function keptDevice(): string {
  try {
    const kept = localStorage.getItem(DEVICE) ?? deviceSecret();
    localStorage.setItem(DEVICE, kept);
    return kept;
  } catch {
    return deviceSecret();
  }
}

/** From here on the cookie holds it, where no script reads it. */
function dropDevice(): void {
  try {
    localStorage.removeItem(DEVICE);
  } catch {
    // nothing was kept there
  }
}

export function useField() {
  const stage = shallowRef<Stage>("starting");
  const code = shallowRef("");
  /** Whether what was refused is a link that was just opened. */
  const wasLink = shallowRef(false);
  const order = shallowRef<FieldOrder | null>(null);
  /** Whether the order is shown as it was seen before, for want of a link; by the phone's clock. */
  const seenAt = shallowRef<string | null>(null);
  /** When the server's numbers came, on the timer that no set clock moves. */
  const heard_ms = shallowRef(0);
  const outbox = shallowRef<OutboxState>({ items: [], sending: false, over: new Map() });
  const lasting = shallowRef(true);
  const progress = reactive(new Map<string, number>());
  const pace = new Pace();
  let token: string | null = null;
  let device: string | null = null;
  let offset_ms = 0;
  let store: PhoneStore;
  let queue: Outbox;

  const mine = computed(() => (order.value === null ? [] : outbox.value.items.filter((it) => it.order_id === order.value?.order_id)));
  /** Told of other orders that this phone has had. */
  const others = computed(() => outbox.value.items.filter((it) => it.order_id !== order.value?.order_id));

  function hear(heard: FieldOrder): void {
    order.value = heard;
    heard_ms.value = performance.now();
    offset_ms = Date.parse(heard.server_at) - Date.now();
    seenAt.value = null;
    stage.value = "order";
    void store.keepSeen({ order: heard, at: new Date().toISOString() }).catch(() => undefined);
  }

  /** The session is over: nothing of the order stays on the phone but what was not sent. */
  function end(why: string): void {
    code.value = why;
    stage.value = "refused";
    void store.keepSeen(null).catch(() => undefined);
  }

  async function start(): Promise<void> {
    token = takeToken();
    store = await openStore();
    lasting.value = store.lasting;
    queue = new Outbox({
      store,
      send: (item) =>
        sendOne(item, {
          lineOf: photoLineOf,
          tell,
          photo: (upload) => store.photo(upload),
          note: (changed) => queue.note(changed),
          progress: (upload, received) => progress.set(upload, received),
          arrived: (told) => {
            if (order.value === null || told.order_id === order.value.order_id) hear(told);
          },
          failure: failureOf,
          code: codeOf,
          pace,
          isAside: () => queue.hasWords,
        }),
      later: (wait_ms, callback) => {
        const timer = setTimeout(callback, wait_ms);
        return () => clearTimeout(timer);
      },
      changed: (state) => {
        outbox.value = state;
        const over = order.value === null ? undefined : state.over.get(order.value.order_id);
        if (over !== undefined && stage.value === "order") end(over);
      },
      random: Math.random,
    });
    await queue.load();
    void queue.flush();
    if (token === null) await resume();
    else stage.value = "link";
    window.addEventListener("hashchange", () => {
      const again = takeToken();
      if (again === null) return;
      token = again;
      stage.value = "link";
    });
    window.addEventListener("online", () => void refresh());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void refresh();
    });
    setInterval(() => {
      if (!document.hidden) void refresh();
    }, REFRESH_MS);
  }

  /** The session of an earlier visit. */
  async function resume(): Promise<void> {
    wasLink.value = false;
    try {
      const read = await readOrder();
      hear(read);
      void queue.serve(read.order_id);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === "later") {
        const seen = await store.seen().catch(() => null);
        if (seen === null) {
          code.value = codeOf(error);
          stage.value = "unreachable";
          return;
        }
        order.value = seen.order;
        seenAt.value = seen.at;
        stage.value = "order";
      } else if (outbox.value.items.length === 0 && failure === "over" && codeOf(error) === "device_unknown") stage.value = "none";
      else end(codeOf(error));
    }
  }

  /** A person has pressed the button: this and nothing else uses the link. */
  async function open(): Promise<void> {
    if (token === null) return;
    stage.value = "opening";
    try {
      const opened = await openOrder(token, (device ??= keptDevice()));
      token = null;
      device = null;
      dropToken();
      dropDevice();
      hear(opened);
      await queue.serve(opened.order_id);
    } catch (error) {
      code.value = codeOf(error);
      if (failureOf(error) === "later") {
        stage.value = "link";
        return;
      }
      token = null;
      dropToken();
      wasLink.value = true; // another order of this phone may be open
      code.value = codeOf(error);
      stage.value = "refused";
    }
  }

  async function refresh(): Promise<void> {
    if (stage.value === "unreachable") return resume();
    if (stage.value !== "order") return;
    try {
      const read = await readOrder();
      hear(read);
      await queue.serve(read.order_id);
    } catch (error) {
      if (failureOf(error) === "over") end(codeOf(error));
    }
  }

  async function say(draft: Draft): Promise<void> {
    if (order.value === null) return;
    const { photo } = draft;
    const item: Queued = {
      key: uuid(),
      order_id: order.value.order_id,
      kind: draft.kind,
      answer: draft.answer,
      reason: draft.reason,
      note: draft.note.trim(),
      place: draft.place,
      told_at: toldAt(Date.now(), offset_ms),
      photo: null,
      refused: null,
    };
    if (photo === null) return queue.add([item]);
    const upload = uuid();
    const queued = { upload, bytes: photo.size, received: 0, token: null, refused: null };
    const isNote = draft.kind === "noted";
    // An answer does not wait for its photo, which follows as a note: its clock runs in minutes.
    const follows: Queued = { ...item, key: uuid(), kind: "noted", answer: null, reason: null, note: "", place: null, photo: queued };
    await queue.add(isNote ? [{ ...item, photo: queued }] : [item, follows], new Map([[upload, photo]]));
  }

  const forget = (item: Queued): Promise<void> => queue.forget(item);
  const retry = (): Promise<void> => refresh().then(() => queue.flush());

  return { stage, code, order, seenAt, heard_ms, outbox, mine, others, lasting, progress, wasLink, start, open, resume, refresh, say, forget, retry };
}

export type Field = ReturnType<typeof useField>;
