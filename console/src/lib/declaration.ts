/** What a person wants to be remembered of a dismissed place, as the ledger's request. */

import type { Alert } from "../api/alerts";
import type { LedgerRequest } from "../api/review";
import type { DismissReason } from "./reasons";

export interface Declaration {
  wanted: boolean;
  days: number;
  hours: "all" | "day" | "night";
  reported_by: string;
  responsible: string;
  phone: string;
}

export const NOTHING: Declaration = { wanted: false, days: 7, hours: "all", reported_by: "", responsible: "", phone: "" };

/** Reasons that name a thing which stays where it is; weather does not. */
const LASTING: ReadonlySet<DismissReason> = new Set([
  "light",
  "lens_droplet",
  "cliff",
  "tree",
  "water",
  "road",
  "building",
  "antenna",
  "vehicle",
  "chimney",
  "kitchen_smoke",
  "steam",
  "registered_burn",
  "other",
]);

const HOURS = {
  all: undefined,
  day: { from_minute: 360, to_minute: 1080 },
  night: { from_minute: 1080, to_minute: 360 },
};

const LEAST_RADIUS_M = 200;
const MOST_RADIUS_M = 2000;
const DAY_MS = 86_400_000;

export const canLast = (reason: DismissReason | null): boolean =>
  reason !== null && LASTING.has(reason);

/** A burn is registered on the ground, so only where the alert has a place. */
export const isBurn = (alert: Alert, reason: DismissReason | null): boolean =>
  reason === "registered_burn" && alert.fix.clusters.length > 0;

/** The end is a minute early, so that a clock that runs ahead asks for no more than is allowed. */
export function requestOf(
  alert: Alert,
  reason: DismissReason,
  wish: Declaration,
  note: string,
  now: Date,
): LedgerRequest {
  const until_at = new Date(now.getTime() + wish.days * DAY_MS - 60_000).toISOString();
  const common = { until_at, reason, note };
  const [spot] = alert.fix.clusters;
  if (isBurn(alert, reason) && spot !== undefined)
    return {
      ...common,
      kind: "burn",
      reported_by: wish.reported_by,
      responsible: wish.responsible,
      phone: wish.phone,
      place: {
        kind: "ground",
        lon_deg: spot.position.lon_deg,
        lat_deg: spot.position.lat_deg,
        radius_m: Math.min(MOST_RADIUS_M, Math.max(LEAST_RADIUS_M, Math.round(spot.r90_m))),
      },
    };
  const times = HOURS[wish.hours];
  return {
    ...common,
    kind: "nuisance",
    place: { kind: "alert", alert_id: alert.alert_id },
    ...(times === undefined ? {} : { times }),
  };
}
