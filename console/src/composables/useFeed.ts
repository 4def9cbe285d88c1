/** The live feed: one EventSource, resumed after every cut, with the list read anew. */

import { readonly, ref } from "vue";
import type { FeedEvent } from "../api/site";
import { Problem } from "../api/transport";
import { useAlerts } from "./useAlerts";
import { useClock } from "./useClock";
import { useFlights } from "./useFlights";
import { useHandover } from "./useHandover";
import { useIncidents } from "./useIncidents";
import { useLooks } from "./useLooks";
import { useNodesRoom } from "./useNodesRoom";
import { useObservations } from "./useObservations";
import { useOrders } from "./useOrders";
import { useReplayRoom } from "./useReplayRoom";
import { useSite } from "./useSite";

export type FeedState = "connecting" | "live" | "reconnecting";

/** An alert that opens has opened or changed its fire, which is told of too. */
const KINDS = ["alert.updated", "incident.opened", "incident.changed"] as const;
const OBSERVED = ["observation.added", "observation.withdrawn"] as const;
const HANDED = "handover.changed";
const ORDERED = "order.changed";
const FLOWN = ["schedule.changed", "flight.changed"] as const;
const PLAYED = ["replay", "model"] as const;
const HEATED = ["node", "look"] as const;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

const state = ref<FeedState>("connecting");
/** The last moment at which the page was known to be in step with the server. */
const current_at = ref<string | null>(null);

let source: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let last_sequence = 0;
let wait_ms = FIRST_WAIT_MS;
let running = false;

const alerts = useAlerts();
const fires = useIncidents();
const observations = useObservations();
const clock = useClock();
const handover = useHandover();
const orders = useOrders();
const flights = useFlights();
const looks = useLooks();
const replay = useReplayRoom();
const nodes = useNodesRoom();
const site = useSite();

function mark(): void {
  current_at.value = clock.now.value.toISOString();
}

async function receive(message: MessageEvent<string>): Promise<void> {
  const event = JSON.parse(message.data) as FeedEvent;
  last_sequence = Math.max(last_sequence, event.sequence);
  try {
    const number = Number(event.subject_id);
    if (event.kind === "alert.updated") await alerts.refresh(number);
    else await fires.heard(number);
    mark();
  } catch (problem) {
    // A fire that may not be read is not a cut; silence and a failing server are: the list is
    // read anew when the feed is back, and until then the cut is on the screen.
    if (!(problem instanceof Problem) || problem.status === 0 || problem.status >= 500) retry();
  }
}

function retry(): void {
  if (!running) return;
  source?.close();
  source = null;
  if (state.value === "live") mark();
  state.value = "reconnecting";
  clearTimeout(timer);
  timer = setTimeout(() => void connect(), wait_ms);
  wait_ms = Math.min(LONGEST_WAIT_MS, wait_ms * 2);
}

async function connect(): Promise<void> {
  if (!running) return;
  try {
    last_sequence = await fires.load();
    void observations.load();
    void handover.look();
    orders.heard();
    flights.heard();
    looks.heard();
    for (const kind of PLAYED) replay.hear(kind);
    for (const kind of HEATED) nodes.hear(kind);
  } catch {
    retry();
    return;
  }
  if (!running) return;
  source?.close();
  const opened = new EventSource(`/api/events?after=${last_sequence}`);
  source = opened;
  opened.onopen = () => {
    state.value = "live";
    wait_ms = FIRST_WAIT_MS;
    mark();
  };
  opened.onerror = () => {
    if (opened === source) retry();
  };
  for (const kind of KINDS)
    opened.addEventListener(kind, (message) => void receive(message as MessageEvent<string>));
  for (const kind of OBSERVED)
    opened.addEventListener(kind, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as FeedEvent;
      last_sequence = Math.max(last_sequence, event.sequence);
      void observations.changed();
    });
  opened.addEventListener(HANDED, (message) => {
    const event = JSON.parse((message as MessageEvent<string>).data) as FeedEvent;
    last_sequence = Math.max(last_sequence, event.sequence);
    void handover.look();
  });
  opened.addEventListener(ORDERED, (message) => {
    const event = JSON.parse((message as MessageEvent<string>).data) as FeedEvent;
    last_sequence = Math.max(last_sequence, event.sequence);
    orders.heard();
  });
  for (const kind of FLOWN)
    opened.addEventListener(kind, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as FeedEvent;
      last_sequence = Math.max(last_sequence, event.sequence);
      flights.heard();
      looks.heard();
    });
  for (const kind of PLAYED)
    opened.addEventListener(`${kind}.changed`, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as FeedEvent;
      last_sequence = Math.max(last_sequence, event.sequence);
      replay.hear(kind);
      if (kind === "model") void site.refresh();
    });
  for (const kind of HEATED)
    opened.addEventListener(`${kind}.changed`, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as FeedEvent;
      last_sequence = Math.max(last_sequence, event.sequence);
      nodes.hear(kind);
    });
}

function start(): void {
  if (running) return;
  running = true;
  state.value = "connecting";
  void connect();
}

function stop(): void {
  running = false;
  clearTimeout(timer);
  source?.close();
  source = null;
}

/** Another request has just proved that the server does not answer. */
function doubt(): void {
  if (state.value === "live") retry();
}

export function useFeed() {
  return { state: readonly(state), current_at: readonly(current_at), start, stop, doubt };
}
