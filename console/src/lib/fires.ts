/** What is asked of a fire in more than one place: its order, its best evidence, its words' parts. */

import type { Alert } from "../api/alerts";
import type { Incident } from "../api/incidents";
import type { LonLat } from "../api/shared";
import { SETTLED } from "./states";

export const isSettled = (fire: Incident): boolean => SETTLED.has(fire.state);

const POINTS_UNKNOWN = 101; // not reckoned yet: taken for the worst

const points = (fire: Incident): number => fire.urgency?.points ?? POINTS_UNKNOWN;

/** The most urgent first; of equally urgent ones the newest. Rounded, so that cards do not flutter. */
export function byUrgency(a: Incident, b: Incident): number {
  return Math.round(points(b)) - Math.round(points(a)) || b.incident_id - a.incident_id;
}

const KNOWS = { located: 2, direction_only: 1, unknown: 0 } as const;

/** The evidence that a fire is shown by: what knows the place, then what is surest. */
export function bestOf(fire: Incident): Alert | null {
  const sorted = [...fire.alerts].sort(
    (a, b) => KNOWS[b.fix.outcome] - KNOWS[a.fix.outcome] || b.score - a.score,
  );
  return sorted[0] ?? null;
}

/** Where a fire is marked on the map; null where nobody knows: no place is drawn then. */
export function spotOf(fire: Incident): LonLat | null {
  if (fire.place !== null && !fire.place.direction_only)
    return [fire.place.lon_deg, fire.place.lat_deg];
  const position = bestOf(fire)?.fix.clusters[0]?.position;
  return position === undefined ? null : [position.lon_deg, position.lat_deg];
}

/** The township that it lies in most likely; null where that is not known. */
export function townshipOf(fire: Incident): string | null {
  const units = fire.place?.townships.length
    ? fire.place.townships
    : (bestOf(fire)?.land.townships ?? fire.observations[0]?.townships ?? []);
  return units[0]?.name ?? null;
}

/** Of the last time that it opened again; 0 for one that never did. */
export function reopenedBy(fire: Incident): number {
  return fire.entries.findLast((it) => it.kind === "reopened")?.entry_id ?? 0;
}

export const evidenceCount = (fire: Incident): number =>
  fire.alerts.length + fire.observations.length;
