/** Models: those there are, sets that judge them, releases with their verdicts, and what is in force. */

import { FILE_WAIT_MS, call } from "./transport";

export interface Weights {
  name: string;
  version: string;
  sha256: string;
}

export interface ZooModel extends Weights {
  title: string;
  origin: "shipped" | "bureau";
  is_active: boolean;
  /** Why it cannot be used, in English; empty when it can. */
  problem: string;
  licence: string;
  trained_with: string;
  notes: string[];
  classes: string[];
  width_px: number | null;
  metrics: { name: string; value: number; source: string }[];
  data: string[];
  non_commercial: boolean;
}

export interface Activation {
  activation_id: number;
  model: Weights;
  /** null of one that goes back, or of the settings' model. */
  release_id: number | null;
  author: string;
  at: string;
  note: string;
}

export interface Models {
  models: ZooModel[];
  in_force: Weights;
  /** null before the first release went live. */
  active: Activation | null;
  activations: Activation[];
  /** Why the newest activation is not in force; empty when it is. */
  problem: string;
  began_with: string;
}

export interface FrozenSet {
  gate_id: number;
  name: string;
  footage: { footage_id: number; name: string; sha256: string; truth_version: number }[];
  drill_fires: number;
  drill_seed: number;
  note: string;
  sha256: string;
  author: string;
  frozen_at: string;
  retired_by: string;
  retired_at: string | null;
}

export type SetRequest = { name: string; footage_ids: number[]; drill_fires: number; drill_seed: number; note: string };

export type GateRule = "same_set" | "same_decision" | "lost_fires" | "false_alarms" | "speed";

/** What one rule says; words by `code`. */
export interface GateCheck {
  rule: GateRule;
  passes: boolean;
  code: string;
  values: Record<string, number | string | null>;
  names: string[];
}

export type ReleaseState = "failed" | "passed" | "signed" | "declined";

export interface Release {
  release_id: number;
  gate_id: number;
  candidate_run: number;
  incumbent_run: number;
  note: string;
  candidate: Weights;
  incumbent: Weights;
  checks: GateCheck[];
  state: ReleaseState;
  author: string;
  asked_at: string;
  decided_by: string;
  decided_at: string | null;
  decision_note: string;
}

export type ReleaseRequest = { gate_id: number; candidate_run: number; incumbent_run: number; note: string };

export const modelCalls = {
  models: () => call<Models>("GET", "/api/models"),
  modelSets: async () => (await call<{ sets: FrozenSet[] }>("GET", "/api/models/sets")).sets,
  freezeSet: (body: SetRequest) => call<FrozenSet>("POST", "/api/models/sets", body),
  retireSet: (id: number) => call<FrozenSet>("POST", `/api/models/sets/${id}/retire`),
  releases: async () => (await call<{ releases: Release[] }>("GET", "/api/models/releases")).releases,
  /** Two results of many megabytes are read. */
  proposeRelease: (body: ReleaseRequest) => call<Release>("POST", "/api/models/releases", body, FILE_WAIT_MS),
  signRelease: (id: number, note: string) => call<Release>("POST", `/api/models/releases/${id}/sign`, { note }),
  declineRelease: (id: number, note: string) => call<Release>("POST", `/api/models/releases/${id}/decline`, { note }),
  /** The new weights are loaded and tried before they look. */
  activateRelease: (id: number) => call<Activation>("POST", `/api/models/releases/${id}/activate`, undefined, FILE_WAIT_MS),
  rollBack: (activation_id: number, note: string) => call<Activation>("POST", "/api/models/roll-back", { activation_id, note }, FILE_WAIT_MS),
};
