/** A look at a fire from the air: whether one may be proposed, who goes first, how long it takes. */

import type { FlightRow } from "../api/flights";
import type { Incident } from "../api/incidents";
import type { LookProposal } from "../api/looks";
import { isEnded } from "./flightStates";
import { SETTLED } from "./states";

/** Why nobody can look: the fire is over, belongs to another one, or nobody knows where it is. */
export type NoLook = "settled" | "merged" | "no_place" | "direction_only";

export function noLook(fire: Pick<Incident, "state" | "merged_into" | "place">): NoLook | null {
  if (fire.merged_into !== null) return "merged";
  if (SETTLED.has(fire.state)) return "settled";
  if (fire.place === null) return "no_place";
  return fire.place.direction_only ? "direction_only" : null;
}

/** Those that can go by when they look, then those that cannot by name. */
export function soonestFirst(proposals: readonly LookProposal[]): LookProposal[] {
  const when = (it: LookProposal): number => (it.is_feasible && it.looks_at !== null ? Date.parse(it.looks_at) : Infinity);
  const rank = (it: LookProposal): number => Number(!it.is_feasible);
  return [...proposals].sort((a, b) => rank(a) - rank(b) || (when(a) === when(b) ? a.aircraft.localeCompare(b.aircraft) : when(a) - when(b)));
}

/** Minutes until a moment, a begun one counted; 0 for what is past. */
export const minutesTo = (iso: string, now: Date): number => Math.max(0, Math.ceil((Date.parse(iso) - now.getTime()) / 60_000));

/** How old a proposal may be: wind, batteries and other flights have changed since. */
export const STALE_MS = 120_000;

/** Flights to the fire that are not over. */
export const underway = <T extends Pick<FlightRow, "state">>(runs: readonly T[]): T[] => runs.filter((it) => !isEnded(it.state));

/** The newest flight first. */
export const newestFirst = <T extends Pick<FlightRow, "run_id">>(runs: readonly T[]): T[] => [...runs].sort((a, b) => b.run_id - a.run_id);
