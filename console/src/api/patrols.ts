/** Tours of cameras that turn, who turns them now, and whether the towers saw their area in time. */

import type { Preset } from "./cameras";
import { call, TEST_WAIT_MS } from "./transport";
import type { DangerClass } from "./weather";

/** A view with the camera's own token of it; without one no tour can go there. */
export interface TouredPreset extends Preset {
  token: string;
}

export interface TourStop {
  preset: number;
  dwell_s: number;
}

export interface Season {
  from_month: number;
  from_day: number;
  to_month: number;
  to_day: number;
}

export interface TourTimes {
  from_minute: number | null;
  to_minute: number | null;
  weekdays: number[];
  season: Season | null;
}

export interface Tour {
  name: string;
  stops: TourStop[];
  times: TourTimes;
  least_danger: DangerClass;
  most_danger: DangerClass;
}

export interface PatrolRequest {
  address: string;
  profile: string;
  is_on: boolean;
  presets: TouredPreset[];
  tours: Tour[];
}

export interface Patrol extends PatrolRequest {
  camera_id: string;
  is_there: boolean;
}

export type PatrolPhase =
  | "off"
  | "waiting"
  | "moving"
  | "watching"
  | "proving"
  | "steered"
  | "unreached";

export type PoseTrust = "commanded" | "reported" | "verified";

/** What turns a camera, and who: as it is now. */
export interface PatrolStatus {
  camera_id: string;
  phase: PatrolPhase;
  since: string;
  tour: string;
  stop: number | null;
  preset: number | null;
  shown: number | null;
  trust: PoseTrust | null;
  next_at: string | null;
  next_preset: number | null;
  holder: string;
  until_at: string | null;
  stuck: boolean;
  unreached: string;
  overdue: number;
  skipped: number[];
}

export type GapCause = "operator" | "stuck" | "unreached";

/** A time in which a part of a camera's area was not seen for too long. */
export interface Overdue {
  from_at: string;
  until_at: string;
  presets: number[];
  cause: GapCause | null;
}

export interface CameraSweep {
  camera_id: string;
  planned_s: number;
  in_time_s: number;
  verified_s: number;
  longest_s: number;
  overdue: Overdue[];
}

export interface WatchGap {
  camera_id: string;
  cause: GapCause;
  who: string;
  from_at: string;
  until_at: string | null;
}

/** Whether the towers saw their whole area in time; the worst camera first. */
export interface SweepReport {
  from_at: string;
  until_at: string;
  limit_s: number;
  share: number | null;
  verified_share: number | null;
  longest_s: number;
  cameras: CameraSweep[];
  gaps: WatchGap[];
}

/** A preset as the camera itself tells of it. */
export interface OwnPreset {
  token: string;
  name: string;
}

export const patrolCalls = {
  patrol: (id: string) => call<Patrol>("GET", `/api/patrols/${id}`),
  putPatrol: (id: string, request: PatrolRequest) =>
    call<Patrol>("PUT", `/api/patrols/${id}`, request),
  removePatrol: (id: string) => call<void>("DELETE", `/api/patrols/${id}`),
  patrols: () => call<PatrolStatus[]>("GET", "/api/patrols"),
  /** The presets that a camera itself knows; it is asked at the address that stands in the form. */
  ownPresets: (id: string, address: string, profile: string) =>
    call<OwnPreset[]>("POST", `/api/patrols/${id}/read`, { address, profile }, TEST_WAIT_MS),
  takeOver: (id: string, minutes: number) =>
    call<void>("POST", `/api/patrols/${id}/lease`, { minutes }),
  giveBack: (id: string) => call<void>("DELETE", `/api/patrols/${id}/lease`),
  steer: (id: string, pan: number, tilt: number, zoom: number) =>
    call<void>("POST", `/api/patrols/${id}/steer`, { pan, tilt, zoom }),
  goTo: (id: string, preset: number) => call<void>("POST", `/api/patrols/${id}/goto`, { preset }),
  sweepReport: (hours: number) => call<SweepReport>("GET", `/api/patrols/sweeps?hours=${hours}`),
};
