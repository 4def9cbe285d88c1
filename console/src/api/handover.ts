/** The handover of a shift: the draft of now, pages that were signed, and both signatures. */

import { call } from "./transport";

/** In the order of a page. */
export const HANDOVER_SECTIONS = ["fires", "orders", "cameras", "burns", "drones", "notices", "duty", "weather"] as const;
export type HandoverSection = (typeof HANDOVER_SECTIONS)[number];

export interface HandoverItem {
  section: HandoverSection;
  /** Number or name of what it tells of. */
  subject: string;
  since: string | null;
  until_at: string | null;
  state: string;
  text: string;
  value: number | null;
  is_drill: boolean;
  /** Of an order, the fire that it is for. */
  incident_id: number | null;
}

export interface HandoverDraft {
  from_at: string;
  until_at: string;
  items: HandoverItem[];
}

export interface HandoverHead {
  handover_id: number;
  from_at: string;
  until_at: string;
  remark: string;
  given_by: string;
  given_at: string;
  /** Empty before the second signature. */
  taken_by: string;
  taken_at: string | null;
  taken_remark: string;
}

export interface Handover extends HandoverHead {
  items: HandoverItem[];
}

export interface HandoverList {
  handovers: HandoverHead[];
  /** Of all pages, how many wait for their second signature. */
  untaken: number;
  next_before: number | null;
}

export interface TakeRequest {
  /** Of somebody who signs at this console; null, with the password, for whoever is signed in. */
  name: string | null;
  password: string | null;
  remark: string;
}

export const handoverCalls = {
  handoverDraft: () => call<HandoverDraft>("GET", "/api/handovers/draft"),
  handovers: (limit: number, before: number | null = null) =>
    call<HandoverList>("GET", `/api/handovers?limit=${limit}${before === null ? "" : `&before=${before}`}`),
  handover: (id: number) => call<Handover>("GET", `/api/handovers/${id}`),
  giveHandover: (until_at: string, remark: string) => call<Handover>("POST", "/api/handovers", { until_at, remark }),
  takeHandover: (id: number, request: TakeRequest) => call<Handover>("POST", `/api/handovers/${id}/take`, request),
};
