/** What is learnt of verdicts: digests of the nights, what they propose, and labelled data. */

import type { DismissReason } from "../lib/reasons";
import type { LedgerTimes } from "./review";
import { answerTo, call, FILE_WAIT_MS } from "./transport";

export type NuisanceState = "open" | "accepted" | "declined" | "overtaken";

/** A picture of a false alarm; the box is left, upper, right, lower edge as shares of it. */
export interface NuisanceSample {
  alert_id: number;
  index: number;
  captured_at: string;
  width_px: number;
  height_px: number;
  box: [number, number, number, number];
}

export interface ViewBox {
  camera_id: string;
  preset: number;
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

export interface NuisanceProposal {
  proposal_id: number;
  night: string;
  camera_id: string;
  preset: number;
  reason: DismissReason;
  alert_ids: number[];
  first_at: string;
  last_at: string;
  days: number;
  view: ViewBox;
  from_at: string;
  until_at: string;
  times: LedgerTimes;
  state: NuisanceState;
  decided_by: string;
  decided_at: string | null;
  entry_id: number | null;
  samples: NuisanceSample[];
}

export interface NuisancePage {
  proposals: NuisanceProposal[];
  next_before: number | null;
  open: number;
}

export interface NightDigest {
  night: string;
  made_at: string;
  dismissed: number;
  confirmed: number;
  proposals: number[];
}

export interface DigestList {
  digests: NightDigest[];
  hour: number;
  look_back_days: number;
  least_alarms: number;
  least_days: number;
}

/** What is left out stays as it is proposed. */
export interface Acceptance {
  note: string;
  until_at?: string;
  times?: { from_minute: number | null; to_minute: number | null };
}

export interface VerdictWish {
  from_at: string | null;
  until_at: string | null;
  names: boolean;
}

export const learningCalls = {
  nuisances: (state: NuisanceState | "", before: number | null, limit = 20) => {
    const asked = new URLSearchParams({ limit: String(limit) });
    if (state !== "") asked.set("state", state);
    if (before !== null) asked.set("before", String(before));
    return call<NuisancePage>("GET", `/api/learning/proposals?${asked}`);
  },
  acceptNuisance: (id: number, body: Acceptance) => call<NuisanceProposal>("POST", `/api/learning/proposals/${id}/accept`, body),
  declineNuisance: (id: number, note: string) => call<NuisanceProposal>("POST", `/api/learning/proposals/${id}/decline`, { note }),
  nightDigests: () => call<DigestList>("GET", "/api/learning/digests?limit=14"),
  verdictSet: async (wish: VerdictWish): Promise<Blob> => {
    const asked = new URLSearchParams({ names: String(wish.names) });
    if (wish.from_at !== null) asked.set("from", wish.from_at);
    if (wish.until_at !== null) asked.set("until", wish.until_at);
    return (await answerTo(`/api/learning/export?${asked}`, { signal: AbortSignal.timeout(FILE_WAIT_MS) })).blob();
  },
};
