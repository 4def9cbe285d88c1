/** Fires, and what people do about them. */

import type { DismissReason } from "../lib/reasons";
import type { Alert } from "./alerts";
import type { Observation, TownshipShare } from "./crossings";
import { deed as deedOf } from "./deed";
import type { FireState, LonLat, Position } from "./shared";
import { call, FILE_WAIT_MS } from "./transport";

export type Level = "single" | "corroborated" | "strong";

/** One reason of the urgency, with its weight and the numbers and names of its sentence. */
export interface UrgencyFactor {
  reason: string;
  points: number;
  values: Record<string, number>;
  words: Record<string, string>;
}

export interface Urgency {
  points: number;
  level: Level;
  factors: UrgencyFactor[];
  at: string;
}

/** By all evidence together; of a mere direction, the point from which it is looked at. */
export interface FirePlace {
  lon_deg: number;
  lat_deg: number;
  ring_lonlat: LonLat[];
  r90_m: number | null;
  bearing_deg: number | null;
  townships: TownshipShare[];
  direction_only: boolean;
}

/** A verdict that waits for a second person. */
export interface Proposal {
  entry_id: number;
  to_state: FireState;
  reason: DismissReason | null;
  note: string;
  author: string;
  at: string;
}

export interface Photo {
  url: string;
  width_px: number;
  height_px: number;
  taken_at: string | null;
  position: Position | null;
  bearing_deg: number | null;
}

export type EntryKind =
  | "opened"
  | "stepped"
  | "proposed"
  | "declined"
  | "undone"
  | "reopened"
  | "joined"
  | "left"
  | "absorbed"
  | "merged"
  | "split"
  | "split_off"
  | "raised"
  | "noted";

export interface Entry {
  entry_id: number;
  kind: EntryKind;
  at: string;
  author: string;
  from_state: FireState | null;
  to_state: FireState | null;
  reason: DismissReason | null;
  note: string;
  subject: { kind: "alert" | "observation" | "incident"; number: number } | null;
  link: string;
  photo: Photo | null;
  undoes: number | null;
}

/** One fire with all its evidence and its history, oldest entry first. */
export interface Incident {
  incident_id: number;
  state: FireState;
  is_drill: boolean;
  opened_at: string;
  first_seen_at: string;
  last_seen_at: string;
  changed_at: string;
  version: number;
  merged_into: number | null;
  proposal: Proposal | null;
  /** What this user may take back; without an end for an administrator. */
  undo: { entry_id: number; until: string | null } | null;
  urgency: Urgency | null;
  place: FirePlace | null;
  alerts: Alert[];
  observations: Observation[];
  entries: Entry[];
}

export interface IncidentList {
  incidents: Incident[];
  next_cursor: string | null;
  last_event_sequence: number;
}

export interface IncidentFilter {
  scope: "working" | "all";
  limit?: number;
  cursor?: string | null;
  state?: FireState | null;
  from?: string | null;
  until?: string | null;
  township?: string | null;
}

export interface FireStep {
  expected_state: FireState;
  to_state: FireState;
  reason?: DismissReason;
  note?: string;
  photo?: string;
}

export interface PhotoToken {
  photo: string;
  width_px: number;
  height_px: number;
  taken_at: string | null;
  is_placed: boolean;
}

/** A fire that may be the same one. */
export interface Neighbour {
  incident_id: number;
  state: FireState;
  reason: string;
  detail: string;
  distance_m: number | null;
  last_seen_at: string;
}

/** What is done to a fire. */
const deed = (id: number, what: string, body: unknown): Promise<Incident> => deedOf<Incident>(`/api/incidents/${id}/${what}`, body);

export const incidentCalls = {
  incidents: (filter: IncidentFilter) => {
    const asked = new URLSearchParams();
    for (const [key, value] of Object.entries(filter)) if (value != null) asked.set(key, String(value));
    return call<IncidentList>("GET", `/api/incidents?${asked}`);
  },
  incident: (id: number) => call<Incident>("GET", `/api/incidents/${id}`),
  neighbours: (id: number) =>
    call<{ neighbours: Neighbour[] }>("GET", `/api/incidents/${id}/neighbours`),
  stepFire: (id: number, step: FireStep) => deed(id, "steps", step),
  agree: (id: number, entry_id: number, note: string) => deed(id, "agree", { entry_id, note }),
  decline: (id: number, entry_id: number, note: string) => deed(id, "decline", { entry_id, note }),
  undo: (id: number, entry_id: number) => deed(id, "undo", { entry_id }),
  reopen: (id: number, note: string) => deed(id, "reopen", { note }),
  noteFire: (id: number, note: string, photo?: string) => deed(id, "notes", { note, photo }),
  mergeFire: (id: number, into: number, note: string) => deed(id, "merge", { into, note }),
  unmerge: (id: number) => deed(id, "unmerge", {}),
  splitFire: (id: number, part: { alerts: number[]; observations: number[]; note: string }) =>
    deed(id, "split", part),
  sendPhoto: (id: number, file: File) =>
    call<PhotoToken>("POST", `/api/incidents/${id}/photos`, file, FILE_WAIT_MS),
};
