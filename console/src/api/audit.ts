/** The log of what people and programs did. */

import { call } from "./transport";

/** What deeds are done to: the noun of their action. */
export type DeedKind = "aircraft" | "alert" | "calibration" | "camera" | "candidate" | "channel" | "danger" | "dual" | "duty" | "evidence" | "flight" | "handover" | "incident" | "land" | "learning" | "ledger" | "look" | "mask" | "model" | "node" | "nuisance" | "observation" | "passages" | "replay" | "schedule" | "sweep" | "terrain" | "token" | "user" | "weather" | "wind";

/** One entry of the audit log. */
export interface Deed {
  number: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  details: Record<string, string | number | null>;
}

/** A page of it, newest first; `before` asks for the next one. */
export interface DeedPage {
  deeds: Deed[];
  before: number | null;
}

export const auditCalls = {
  deeds: (kind: DeedKind | "", before: number | null) => {
    const asked = new URLSearchParams({ limit: "50" });
    if (kind !== "") asked.set("kind", kind);
    if (before !== null) asked.set("before", String(before));
    return call<DeedPage>("GET", `/api/audit?${asked}`);
  },
};
