/** A look at an unconfirmed fire from the air: who could fly it and when, and a person's word to fly. */

import type { AirWind, LookViews, SweepPlan } from "./sweeps";
import { call } from "./transport";

/** One aircraft's answer; times and plan are null where it cannot. */
export interface LookProposal {
  aircraft: string;
  is_feasible: boolean;
  free_at: string;
  looks_at: string | null;
  back_at: string | null;
  energy_share: number | null;
  views: LookViews | null;
  message: string;
  remedy: string;
  code: string;
  plan: SweepPlan | null;
}

export interface LookAnswer {
  proposals: LookProposal[];
  place: { lon_deg: number; lat_deg: number; radius_m: number };
  wind: AirWind | null;
}

export interface LookOrder {
  aircraft: string;
  /** The same key is the same flight, however often it is sent. */
  key: string;
  views?: LookViews;
}

export interface LookFlown {
  run_id: number;
  sweep_id: number;
}

/** Each aircraft is planned for. */
const LOOK_WAIT_MS = 60_000;

export const lookCalls = {
  proposeLooks: (incident_id: number, views: LookViews | null) =>
    call<LookAnswer>("POST", `/api/incidents/${incident_id}/looks`, views === null ? {} : { views }, LOOK_WAIT_MS),
  flyLook: (incident_id: number, order: LookOrder) => call<LookFlown>("POST", `/api/incidents/${incident_id}/looks/fly`, order, LOOK_WAIT_MS),
};
