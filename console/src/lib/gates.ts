/** Gates and passages as they are read: no words of a language, no page. */

import type { Gate, NearGate, Passage } from "../api/gates";
import type { Role } from "../api/session";

/** How a gate fares: it has told nothing ever, nothing for long, or goes on telling. */
export type GateState = "never" | "silent" | "tells";

export function gateState(gate: Gate): GateState {
  if (gate.last_at === null) return "never";
  return gate.silent ? "silent" : "tells";
}

const ORDER: readonly GateState[] = ["silent", "tells", "never"];

/** Those that fell silent first, last those that never told: most have nothing to tell with. */
export function byNeed(gates: readonly Gate[]): Gate[] {
  const rank = (gate: Gate): number => ORDER.indexOf(gateState(gate));
  return [...gates].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "zh") || (a.gate < b.gate ? -1 : 1));
}

/** Whether it makes sense to ask where a plate was; what a role may exactly, the server says. */
export function mayAsk(user: { readonly role: Role; readonly townships: readonly string[] } | null): boolean {
  return user !== null && user.role !== "viewer" && user.townships.length === 0;
}

/** What a vehicle is called in an answer; empty for whoever was only counted. */
export function vehicle(passage: Passage): string {
  return passage.who ?? passage.mark8;
}

/**
 * How often each vehicle passed any of the gates, by its mark: gates write one plate in several
 * ways. Whoever was only counted is none.
 */
export function timesOf(gates: readonly Pick<NearGate, "passages">[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { passages } of gates)
    for (const { mark8 } of passages) if (mark8 !== "") times.set(mark8, (times.get(mark8) ?? 0) + 1);
  return times;
}

/** Whether plates or codes stand in an answer: then the log has it that they were shown. */
export function holdsPlates(gates: readonly Pick<NearGate, "passages">[]): boolean {
  return gates.some(({ passages }) => passages.some(({ who }) => who !== null));
}

export interface Tally {
  in: number;
  out: number;
  unknown: number;
}

export function tally(passages: readonly Passage[]): Tally {
  const sum: Tally = { in: 0, out: 0, unknown: 0 };
  for (const { way } of passages) sum[way] += 1;
  return sum;
}

/** Whole minutes; only no way at all takes none. */
export function travelMinutes(travel_s: number): number {
  return travel_s <= 0 ? 0 : Math.max(1, Math.round(travel_s / 60));
}

export interface Span {
  from: string;
  until: string;
}

const HOUR_MS = 3_600_000;

/** The last hours until now, as the server is asked for them. */
export function lastHours(hours: number, now: Date): Span {
  return { from: new Date(now.getTime() - hours * HOUR_MS).toISOString(), until: now.toISOString() };
}
