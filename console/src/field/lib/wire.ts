/** What the phone's part of the server says and takes; see docs/orders.md. */

export type ClockKind = "push" | "verify" | "leave";
export type ClockState = "running" | "overdue" | "kept" | "missed" | "void";
export type ToldKind = "answered" | "left" | "arrived" | "noted";
export type Answer = "real" | "false" | "handled" | "unsure";

/** Degrees, in the system that the name of the field says. */
export interface Point {
  lon_deg: number;
  lat_deg: number;
}

/** Where a phone says that it is: WGS 84, and the radius that holds it with 95 %. */
export interface Spot extends Point {
  accuracy_m: number;
}

export interface FieldClock {
  kind: ClockKind;
  limit_s: number;
  elapsed_s: number;
  state: ClockState;
}

export interface SentPhoto {
  taken_at: string | null;
  lon_deg: number | null;
  lat_deg: number | null;
}

export interface FieldEntry {
  entry_id: number;
  kind: string;
  at: string;
  answer: Answer | null;
  reason: string | null;
  note: string;
  photo: SentPhoto | null;
  place: Spot | null;
  told_at: string | null;
  /** With which this phone told it. */
  key: string;
}

export interface FieldOrder {
  order_id: number;
  state: string;
  is_drill: boolean;
  township_name: string;
  note: string;
  opened_at: string;
  clocks: FieldClock[];
  /** `gcj02` is null outside China, where that system is not defined. */
  place: (Point & { radius_m: number; wgs84: Point; gcj02: Point | null }) | null;
  bearing: { from_name: string; from_lon_deg: number; from_lat_deg: number; bearing_deg: number } | null;
  picture: boolean;
  answers: Answer[];
  reasons: string[];
  entries: FieldEntry[];
  server_at: string;
}

/** What is told, as it goes over the wire. */
export interface TellBody {
  kind: ToldKind;
  answer: Answer | null;
  reason: string | null;
  note: string;
  photo: string | null;
  place: Spot | null;
  told_at: string;
  key: string;
}
