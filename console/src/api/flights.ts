/** Flights: when they are due, the gates before them, what became of each, and who flies now. */

import type { Season } from "./patrols";
import type { LonLat } from "./shared";
import { call } from "./transport";
import type { DangerClass } from "./weather";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type SunEvent = "sunrise" | "sunset";

export type RunState =
  | "planned"
  | "waiting"
  | "claimed"
  | "uploading"
  | "ready"
  | "starting"
  | "flying"
  | "paused"
  | "returning"
  | "landed"
  | "aborted"
  | "failed"
  | "missed"
  | "skipped"
  | "cancelled";

export type RunCause = "schedule" | "by_hand" | "verification";
/** See `models/flight/run.py`. */
export type RunReason = string;
/** See `models/flight/gates.py`. */
export type Gate = string;
export type GateAnswer = "open" | "closed" | "unknown" | "not_asked";
export type GateRound = "before" | "start";
export const WORDS = ["pause", "resume", "come_home", "land"] as const;
export type FlightWord = (typeof WORDS)[number];
export type FlightPhase = "unknown" | "ground" | "armed" | "mission" | "paused" | "returning" | "landing" | "by_hand";

/** Exactly one of the three ways is given; the others are empty. */
export interface Timing {
  at_minutes: number[];
  sun: SunEvent | null;
  sun_offset_s: number;
  by_danger: { danger: DangerClass; every_s: number | null }[];
  from_minute: number;
  until_minute: number;
  weekdays: Weekday[];
  seasons: Season[];
}

export interface ScheduleBody {
  name: string;
  sweep_id: number;
  sweep_version: number | null;
  timing: Timing;
  window_s: number;
  aircraft: { sortie: number; aircraft: string }[];
  approval_number: string;
  approved_from_at: string | null;
  approved_until_at: string | null;
  needs_approval: boolean;
  needs_release: boolean;
  is_enabled: boolean;
  note: string;
}

export interface Schedule extends ScheduleBody {
  schedule_id: number;
  version: number;
  changed_at: string;
  changed_by: string;
  next_due_at: string | null;
  sweep_name: string;
}

export interface FlightWindow {
  due_at: string;
  until_at: string;
}

export interface FlightRow {
  run_id: number;
  cause: RunCause;
  schedule_id: number | null;
  schedule_name: string | null;
  incident_id: number | null;
  sweep_id: number;
  sweep_name: string;
  sweep_version: number | null;
  sortie: number;
  aircraft: string;
  /** Its aircraft is simulated: nothing flies. */
  is_drill: boolean;
  due_at: string;
  until_at: string;
  state: RunState;
  reason: RunReason;
  released_by: string;
  released_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  /** Gates that kept it on the ground when they were asked last. */
  closed: Gate[];
}

export interface FlightStep {
  at: string;
  state: RunState;
  reason: RunReason;
  author: string;
  note: string;
}

export interface GateReading {
  gate: Gate;
  answer: GateAnswer;
  value: number | null;
  limit: number | null;
  unit: string;
  read_at: string | null;
  message: string;
  remedy: string;
}

export interface GateCheck {
  round: GateRound;
  at: string;
  may_fly: boolean;
  readings: GateReading[];
}

export interface Flight extends FlightRow {
  steps: FlightStep[];
  checks: GateCheck[];
}

export interface FlightPage {
  flights: FlightRow[];
  next_before: number | string | null;
}

export interface FlightRequest {
  sweep_id: number;
  version: number;
  sortie: number;
  aircraft: string;
  due_at: string | null;
  window_s: number;
  key: string;
}

export interface AircraftNow {
  aircraft: string;
  has_link: boolean;
  is_heard: boolean;
  is_drill: boolean;
  run_id: number | null;
  state: AircraftTold | null;
}

export interface AircraftTold {
  phase: FlightPhase;
  lon_deg: number | null;
  lat_deg: number | null;
  above_take_off_m: number | null;
  heading_deg: number | null;
  ground_speed_ms: number | null;
  battery_share: number | null;
  mission_point: number | null;
  at: string;
  warnings: { code: string; level: number; message: string }[];
}

export interface FlightsNow {
  /** Whether this process leads the flights; null where none are flown from here. */
  leads: boolean | null;
  aircraft: AircraftNow[];
}

export interface FlightTrack {
  points: [lon_deg: number, lat_deg: number, above_take_off_m: number | null, at: string][];
  path: GeoJSON.Geometry | GeoJSON.Feature | GeoJSON.FeatureCollection | null;
}

export interface FlightsAsked {
  from?: Date;
  until?: Date;
  before?: number | string | null;
  limit?: number;
  schedule_id?: number;
  incident_id?: number;
}

function query(asked: FlightsAsked): string {
  const told = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || value === null) continue;
    told.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = told.toString();
  return text === "" ? "" : `?${text}`;
}

export const flightCalls = {
  schedules: () => call<{ schedules: Schedule[] }>("GET", "/api/schedules"),
  addSchedule: (schedule: ScheduleBody) => call<Schedule>("POST", "/api/schedules", { schedule }),
  putSchedule: (id: number, schedule: ScheduleBody, version: number) => call<Schedule>("PUT", `/api/schedules/${id}`, { schedule, version }),
  retireSchedule: (id: number, version: number) => call<void>("DELETE", `/api/schedules/${id}?version=${version}`),
  previewSchedule: (schedule: ScheduleBody) => call<{ windows: FlightWindow[] }>("POST", "/api/schedules/preview", { schedule }),
  flights: (asked: FlightsAsked) => call<FlightPage>("GET", `/api/flights${query(asked)}`),
  flight: (id: number) => call<Flight>("GET", `/api/flights/${id}`),
  addFlight: (request: FlightRequest) => call<FlightRow>("POST", "/api/flights", request),
  releaseFlight: (id: number, version: number) => call<unknown>("POST", `/api/flights/${id}/release`, { version }),
  cancelFlight: (id: number, note: string) => call<unknown>("POST", `/api/flights/${id}/cancel`, { note }),
  /** Said to the aircraft as soon as can be; what it does is told by its state. */
  flightWord: (id: number, word: FlightWord) => call<unknown>("POST", `/api/flights/${id}/words`, { word }),
  flightsNow: () => call<FlightsNow>("GET", "/api/flights/now"),
  flightTrack: (id: number) => call<FlightTrack>("GET", `/api/flights/${id}/track`),
};

/** A place that an aircraft has told; null where it has told none. */
export const placeOf = (told: AircraftTold | null): LonLat | null =>
  told === null || told.lon_deg === null || told.lat_deg === null ? null : [told.lon_deg, told.lat_deg];
