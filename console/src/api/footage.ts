/** The library of recordings, what people say is true of each, and what the detector proposes. */

import type { FrameMode, Label } from "./shared";
import { answerTo, call, FILE_WAIT_MS } from "./transport";
import { sent } from "./upload";

export const FOOTAGE_KINDS = ["video", "pictures", "ring", "drone"] as const;
export const FOOTAGE_STATES = ["queued", "ready", "refused"] as const;
export const LIGHTS = ["day", "dusk", "night"] as const;
export const MODES = ["visible", "infrared", "thermal"] as const;
export const SKIES = ["clear", "cloud", "haze", "fog", "rain", "snow"] as const;
export const SEASONS = ["spring", "summer", "autumn", "winter"] as const;
export const LABEL_FORMATS = ["coco", "yolo", "voc", "figlib", "furg", "cvat"] as const;

export type FootageKind = (typeof FOOTAGE_KINDS)[number];
export type FootageState = (typeof FOOTAGE_STATES)[number];
export type LabelFormat = (typeof LABEL_FORMATS)[number];
export type ProposalState = "queued" | "ready" | "refused" | "accepted" | "declined";

export interface Conditions {
  light: (typeof LIGHTS)[number] | null;
  mode: FrameMode | null;
  sky: (typeof SKIES)[number] | null;
  season: (typeof SEASONS)[number] | null;
  range_m: number | null;
}

export interface Rights {
  licence: string;
  owner: string;
  may_train: boolean;
  may_leave: boolean;
}

/** What decoding every frame told; beside it what the container claims. */
export interface FootageFacts {
  codec: string;
  width_px: number;
  height_px: number;
  frames: number;
  damaged: number;
  first_at_s: number;
  last_at_s: number;
  rate_hz: number | null;
  is_steady: boolean;
  begins_at: string | null;
  claimed_rate_hz: number | null;
  damage: string;
}

export interface Footage {
  footage_id: number;
  name: string;
  kind: FootageKind;
  scene: string;
  conditions: Conditions;
  rights: Rights;
  camera_id: string;
  imagery_id: number | null;
  size_bytes: number;
  sha256: string;
  state: FootageState;
  /** Of a refusal; else empty. */
  code: string;
  message: string;
  remedy: string;
  facts: FootageFacts | null;
  version: number;
  /** Of the newest truth; 0 while there is none. */
  truth_version: number;
  author: string;
  entered_at: string;
}

export interface FootagePage {
  footage: Footage[];
  next_before: number | null;
}

export interface FootageFilter {
  scene: string | null;
  kind: FootageKind | null;
  state: FootageState | null;
  light: Conditions["light"];
  mode: FrameMode | null;
}

/** Left, upper, right, lower, as shares of the upright picture. */
export type Sides = readonly [number, number, number, number];

/** Times of a truth are seconds from the zero of its recording. */
export interface TrueFire {
  name: string;
  first_visible_s: number | null;
  ignition_s: number | null;
  clear_s: number | null;
  until_s: number | null;
  lon_deg: number | null;
  lat_deg: number | null;
  unseen: string;
}

export interface TrueBox {
  at_s: number;
  label: Label;
  box: Sides;
  fire: string;
}

export interface Ignored {
  from_s: number;
  until_s: number | null;
  box: Sides;
  why: string;
}

export interface Truth {
  fires: readonly TrueFire[];
  boxes: readonly TrueBox[];
  boxed_at_s: readonly number[];
  ignored: readonly Ignored[];
}

export interface TruthVersion {
  version: number;
  author: string;
  at: string;
  note: string;
  fires: number;
  boxes: number;
}

export interface TruthAnswer {
  footage_id: number;
  version: number;
  /** Null while nobody has said anything. */
  truth: Truth | null;
  versions: TruthVersion[];
}

export interface Frame {
  number: number;
  at_s: number;
  captured_at: string | null;
}

export interface FramePage {
  frames: Frame[];
  count: number;
  next_from_s: number | null;
}

export interface ProposedBox {
  at_s: number;
  label: Label;
  score: number;
  box: Sides;
}

export interface Proposal {
  proposal_id: number;
  footage_id: number;
  frames: number[];
  at_s: number[];
  state: ProposalState;
  boxes: ProposedBox[];
  /** Name and version of the weights; empty while nobody has looked. */
  model: string;
  code: string;
  message: string;
  author: string;
  asked_at: string;
  decided_by: string;
  decided_at: string | null;
}

export interface LabelsAnswer {
  version: number;
  fires: number;
  boxes: number;
  boxed_frames: number;
  refused: { code: string; message: string }[];
  refused_count: number;
}

/** A recording of gigabytes on a slow line. */
const UPLOAD_WAIT_MS = 4 * 3_600_000;
/** Hours of a recorder are cut in a minute or two. */
const CUT_WAIT_MS = 600_000;
/** A frame deep in a transport stream is read from its beginning, after its turn. */
const FRAME_WAIT_MS = 90_000;

const query = (asked: object): string => {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(asked)) if (value !== null && value !== undefined && value !== "") words.set(key, String(value));
  return words.toString();
};

export const footageCalls = {
  footagePage: (filter: FootageFilter, before: number | null, limit: number) => call<FootagePage>("GET", `/api/footage?${query({ ...filter, before, limit })}`),
  footage: (id: number) => call<Footage>("GET", `/api/footage/${id}`),
  sendFootage: (file: File, scene: string, progress: (share: number) => void, signal: AbortSignal) =>
    sent<Footage>(`/api/footage?${query({ name: file.name.slice(-120), scene })}`, file, progress, signal, UPLOAD_WAIT_MS),
  cutFootage: (camera_id: string, from_at: Date, until_at: Date, scene: string) =>
    call<Footage>("POST", `/api/footage?${query({ camera_id, from_at: from_at.toISOString(), until_at: until_at.toISOString(), scene })}`, undefined, CUT_WAIT_MS),
  footageOfImagery: (imagery_id: number, scene: string) => call<Footage>("POST", `/api/footage?${query({ imagery_id, scene })}`, undefined, CUT_WAIT_MS),
  /** Only as it was read: its version stands in the tag that the server gave with it. */
  changeFootage: async (id: number, as_read: number, change: Partial<Pick<Footage, "scene" | "conditions" | "rights">>): Promise<Footage | null> => {
    const read = await answerTo(`/api/footage/${id}`, { cache: "no-store" });
    if (((await read.json()) as Footage).version !== as_read) return null;
    const headers = { "Content-Type": "application/json", "If-Match": read.headers.get("ETag") ?? "*" };
    return (await (await answerTo(`/api/footage/${id}`, { method: "PATCH", headers, body: JSON.stringify(change) })).json()) as Footage;
  },
  removeFootage: (id: number) => call<void>("DELETE", `/api/footage/${id}`),
  truth: (id: number, version: number | null = null) => call<TruthAnswer>("GET", `/api/footage/${id}/truth${version === null ? "" : `?version=${version}`}`),
  putTruth: (id: number, truth: Truth, base: number, note: string) => call<TruthAnswer>("PUT", `/api/footage/${id}/truth`, { truth, base, note }, FILE_WAIT_MS),
  framesFrom: (id: number, from_number: number, limit: number) => call<FramePage>("GET", `/api/footage/${id}/frames?${query({ from_number, limit })}`),
  framesAt: (id: number, from_s: number, limit: number) => call<FramePage>("GET", `/api/footage/${id}/frames?${query({ from_s, limit })}`),
  framePicture: async (id: number, number: number, width_px: number, signal: AbortSignal): Promise<Blob> => {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(FRAME_WAIT_MS)]);
    return (await answerTo(`/api/footage/${id}/frames/${number}.jpg?width_px=${width_px}`, { signal: patience })).blob();
  },
  proposals: (id: number) => call<{ proposals: Proposal[] }>("GET", `/api/footage/${id}/proposals`),
  askProposal: (id: number, frames: readonly number[]) => call<Proposal>("POST", `/api/footage/${id}/proposals`, { frames }),
  acceptProposal: (id: number, proposal_id: number, keep: readonly number[], base: number, fire: string) =>
    call<TruthVersion>("POST", `/api/footage/${id}/proposals/${proposal_id}/accept`, { keep, base, fire }),
  declineProposal: (id: number, proposal_id: number) => call<Proposal>("POST", `/api/footage/${id}/proposals/${proposal_id}/decline`),
  sendLabels: (id: number, file: File, format: LabelFormat, base: number, classes: string, note: string) =>
    call<LabelsAnswer>("POST", `/api/footage/labels?${query({ footage_id: id, format, base, name: file.name.slice(-120), classes, note })}`, new Blob([file]), FILE_WAIT_MS),
  /** A set with splits by scene, of all that was boxed and may be trained on; a zip. */
  trainingSet: async (val_share: number, footage_ids: readonly number[] = []): Promise<Blob> => {
    const asked = new URLSearchParams(footage_ids.map((id) => ["footage_id", String(id)]));
    asked.set("val_share", String(val_share));
    return (await answerTo(`/api/footage/export?${asked}`, { signal: AbortSignal.timeout(UPLOAD_WAIT_MS) })).blob();
  },
};
