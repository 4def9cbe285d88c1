/** The duty room: people, their shifts and leave, who is on now, gaps, and what an import became. */

import { call, TEST_WAIT_MS } from "./transport";

/** In the order in which they are called. */
export const POSTS = ["grid", "team", "station", "committee"] as const;
export type Post = (typeof POSTS)[number];
export const TEAMS = ["full_time", "volunteer"] as const;
export type TeamKind = (typeof TEAMS)[number];
export type Reach = "village" | "township" | "district";

export interface DutyPersonRequest {
  name: string;
  phone: string;
  post: Post;
  /** Code; empty for the duty room of the district. */
  township: string;
  /** Code; empty for all of the township. */
  village: string;
  team: TeamKind | null;
  note: string;
}

export interface DutyPerson extends DutyPersonRequest {
  person_id: number;
}

export interface ShiftRequest {
  person_id: number;
  from_at: string;
  until_at: string;
  /** 0 is called first. */
  deputy: number;
}

export interface Shift extends ShiftRequest {
  shift_id: number;
  name: string;
  post: Post;
  township: string;
  village: string;
}

export interface LeaveRequest {
  person_id: number;
  from_at: string;
  until_at: string;
  reason: string;
}

export interface Leave extends LeaveRequest {
  leave_id: number;
  name: string;
}

export interface OnDuty {
  person_id: number;
  name: string;
  phone: string;
  post: Post;
  team: TeamKind | null;
  reach: Reach;
  deputy: number;
  shift_until_at: string;
}

/** Whom to call for a place, in this order. */
export interface DutyPlace {
  township: string;
  name: string;
  /** That a fire lies in it; of what is not asked for a fire null. */
  probability: number | null;
  people: OnDuty[];
}

export interface DutyNow {
  at: string;
  places: DutyPlace[];
}

export interface DutyGap {
  township: string;
  name: string;
  post: Post;
  from_at: string;
  until_at: string;
  /** Names of those who would be on and are on leave. */
  on_leave: string[];
}

export interface DutyGaps {
  /** Whether the land says which townships there are; else only those of the roster are looked at. */
  townships_known: boolean;
  gaps: DutyGap[];
}

export interface DutyRefusal {
  row: number;
  /** Heading of what is wrong. */
  column: string;
  code: string;
  title: string;
  remedy: string;
}

export interface DutyImport {
  people_new: number;
  people_changed: number;
  shifts_new: number;
  shifts_replaced: number;
  unchanged: number;
  refused: DutyRefusal[];
}

const span = (from: Date, until: Date): URLSearchParams =>
  new URLSearchParams({ from: from.toISOString(), until: until.toISOString() });

export const dutyCalls = {
  dutyPeople: () => call<{ people: DutyPerson[] }>("GET", "/api/duty/people"),
  addDutyPerson: (person: DutyPersonRequest) => call<DutyPerson>("POST", "/api/duty/people", person),
  changeDutyPerson: (id: number, person: DutyPersonRequest) => call<DutyPerson>("PUT", `/api/duty/people/${id}`, person),
  removeDutyPerson: (id: number) => call<void>("DELETE", `/api/duty/people/${id}`),
  shifts: (from: Date, until: Date, township: string) =>
    call<{ shifts: Shift[] }>("GET", `/api/duty/shifts?${span(from, until)}&township=${encodeURIComponent(township)}`),
  addShift: (shift: ShiftRequest) => call<Shift>("POST", "/api/duty/shifts", shift),
  removeShift: (id: number) => call<void>("DELETE", `/api/duty/shifts/${id}`),
  leaves: (from: Date, until: Date) => call<{ leaves: Leave[] }>("GET", `/api/duty/leaves?${span(from, until)}`),
  addLeave: (leave: LeaveRequest) => call<Leave>("POST", "/api/duty/leaves", leave),
  removeLeave: (id: number) => call<void>("DELETE", `/api/duty/leaves/${id}`),
  dutyNow: () => call<DutyNow>("GET", "/api/duty/now"),
  dutyOfFire: (incident_id: number) => call<DutyNow>("GET", `/api/duty/now?incident_id=${incident_id}`),
  dutyGaps: (from: Date, until: Date) => call<DutyGaps>("GET", `/api/duty/gaps?${span(from, until)}`),
  importDuty: (file: File) =>
    call<DutyImport>("POST", `/api/duty/import?name=${encodeURIComponent(file.name.slice(-120))}`, new Blob([file]), TEST_WAIT_MS),
};
