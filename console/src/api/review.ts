/** What did not alert, and the ledger of burns and nuisances. */

import type { DismissReason } from "../lib/reasons";
import type { Alert, Finding, FrameScore, Holder } from "./alerts";
import type { CameraKind } from "./cameras";
import type { FrameMode, Label, Provenance } from "./shared";
import { call } from "./transport";

/** What holds an alert back; the areas are 0 for a declined candidate. */
export interface Held {
  by: Holder;
  reference: string;
  since: string;
  until: string | null;
  area_px: number;
  grows_at_px: number;
}

export interface Candidate {
  candidate_id: number;
  label: Label;
  camera: { camera_id: string; name: string; kind: CameraKind };
  preset: number;
  mode: FrameMode;
  provenance: Provenance;
  first_seen_at: string;
  last_seen_at: string;
  frames_seen: number;
  best_score: number;
  log_odds: number;
  peak_log_odds: number;
  threshold_log_odds: number;
  findings: Finding[];
  held: Held;
  scores: FrameScore[];
  model: { name: string; version: string; sha256: string };
  config_version: string;
  picture_url: string | null;
  alert_id: number | null;
  promoted_by: string;
}

export interface LedgerTimes {
  from_minute: number | null;
  to_minute: number | null;
  weekdays: number[];
}

export interface LedgerEntry {
  entry_id: number;
  kind: "nuisance" | "burn";
  view: { camera_id: string; preset: number } | null;
  ground: { lon_deg: number; lat_deg: number; radius_m: number } | null;
  from_at: string;
  until_at: string;
  times: LedgerTimes;
  reason: DismissReason;
  reported_by: string;
  responsible: string;
  /** Null for viewers, and of what is no burn. */
  phone: string | null;
  note: string;
  author: string;
  in_force: boolean;
}

export interface LedgerRequest {
  kind: "nuisance" | "burn";
  place:
    | { kind: "alert"; alert_id: number }
    | { kind: "ground"; lon_deg: number; lat_deg: number; radius_m: number };
  until_at: string;
  from_at?: string;
  times?: Pick<LedgerTimes, "from_minute" | "to_minute"> & Partial<LedgerTimes>;
  reason: DismissReason;
  reported_by?: string;
  responsible?: string;
  phone?: string;
  note?: string;
}

export const reviewCalls = {
  candidates: () => call<{ candidates: Candidate[] }>("GET", "/api/candidates?limit=100"),
  promote: (id: number) => call<Alert>("POST", `/api/candidates/${id}/promote`),
  ledger: () => call<{ entries: LedgerEntry[] }>("GET", "/api/ledger"),
  declare: (request: LedgerRequest) => call<LedgerEntry>("POST", "/api/ledger", request),
  changeEntry: (id: number, request: LedgerRequest) => call<LedgerEntry>("PUT", `/api/ledger/${id}`, request),
  endEntry: (id: number) => call<LedgerEntry>("POST", `/api/ledger/${id}/end`),
};
