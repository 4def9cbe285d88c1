/** Checkpoints and smart gates, and who passed them. */

import { call, FILE_WAIT_MS } from "./transport";

export type Way = "in" | "out" | "unknown";
export type PassageKind = "plate" | "code" | "count";

/** A gate with the time of its last passage. Its place is null where the land does not know it. */
export interface Gate {
  gate: string;
  name: string;
  lon_deg: number | null;
  lat_deg: number | null;
  last_at: string | null;
  silent: boolean;
}

/**
 * The mark tells vehicles apart and is empty of a count. The plate or code itself is null of a
 * count, for whoever may not see it, and where the key that sealed it is gone.
 */
export interface Passage {
  passage_id: number;
  at: string;
  way: Way;
  kind: PassageKind;
  mark8: string;
  who: string | null;
}

export interface FoundPassage extends Passage {
  gate: string;
  name: string;
}

/** Newest first; `more` than the server tells at once. */
export interface FoundPassages {
  passages: FoundPassage[];
  more: boolean;
}

/** One of the gates nearest to a fire: how far it is, and who passed it within its time. */
export interface NearGate {
  gate: string;
  name: string;
  lon_deg: number;
  lat_deg: number;
  /** Along the way that `by` names, and how long that takes at the least. */
  distance_m: number;
  travel_s: number;
  by: "road" | "straight";
  /** Window of those who came in, or whose way is not known. */
  from_at: string;
  until_at: string;
  /** End of the window of those who left. */
  out_until_at: string;
  passages: Passage[];
  more: boolean;
}

export interface FirePassages {
  first_seen_at: string;
  /** Without a place of the fire there is no nearest gate. */
  placed: boolean;
  gates: NearGate[];
  /** Gates that told something, and whose place nobody knows. */
  unknown_gates: number;
  plates_shown: boolean;
}

/** A row of a table that was left out; rows are counted from 1, headings included. */
export interface RefusedPassage {
  row: number;
  /** Heading; empty where the table has none. */
  column: string;
  code: string;
  title: string;
}

export interface PassageImport {
  new: number;
  known: number;
  refused_rows: number;
  /** The first hundred of them. */
  refused: RefusedPassage[];
}

export const gateCalls = {
  gates: () => call<{ gates: Gate[] }>("GET", "/api/gates"),
  importPassages: (file: File) =>
    call<PassageImport>("POST", `/api/gates/import?name=${encodeURIComponent(file.name.slice(-120))}`, new Blob([file]), FILE_WAIT_MS),
  /** Where a plate or a code was; written into the log each time. */
  passagesOf: (who: string, from: string, until: string) =>
    call<FoundPassages>("POST", "/api/gates/search", { who, from, until }),
  /** With plates it is written into the log each time: only for whoever wants to see it now. */
  passagesNear: (incident_id: number) =>
    call<FirePassages>("GET", `/api/incidents/${incident_id}/passages`),
};
