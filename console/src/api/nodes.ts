/** Nodes under the trees: how each fares and is set up, its frames, and the looks that its heat proposes. */

import type { LookAnswer as SortieAnswer, LookFlown, LookOrder } from "./looks";
import type { HeightDatum } from "./shared";
import type { LookViews } from "./sweeps";
import { answerTo, call } from "./transport";

/** See `models/heat_node.py`; the gravest first. */
export const NODE_TROUBLES = ["moved", "forged", "silent", "battery", "clock", "drift", "dirty", "signal", "backlog"] as const;
export type NodeTrouble = (typeof NODE_TROUBLES)[number];

/** See `models/thermal.py`. */
export const THERMAL_ENCODINGS = ["as_told", "celsius", "celsius_tenths", "decikelvin", "centikelvin", "kelvin_25ths", "white_hot", "black_hot"] as const;
export type ThermalEncoding = (typeof THERMAL_ENCODINGS)[number];
export type ThermalScale = "celsius" | "relative";

/** What a node says of itself; null for what it cannot tell. */
export interface NodeReading {
  battery_v: number | null;
  battery_share: number | null;
  solar_v: number | null;
  signal_dbm: number | null;
  board_c: number | null;
  shutter_c: number | null;
  lon_deg: number | null;
  lat_deg: number | null;
  tilt_deg: number | null;
  kept_frames: number | null;
  firmware: string;
}

export interface NodeStanding {
  last_received_at: string | null;
  last_captured_at: string | null;
  reading: NodeReading;
  /** By which its clock is ahead; null until it is known. */
  clock_error_s: number | null;
  troubles: NodeTrouble[];
  frames: number;
  waiting: number;
  repeated: number;
  /** Pushes that were refused, by reason. */
  refused: Record<string, number>;
}

/** Warm by nature; shares of the picture's width and height from its upper left corner. */
export interface WarmPlace {
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
  note: string;
}

export interface HeatNode {
  /** Rises with every change of its set-up. */
  version: number;
  node_id: string;
  name: string;
  lon_deg: number;
  lat_deg: number;
  height_m: number;
  height_datum: HeightDatum;
  /** All three null where nobody measured where it looks. */
  azimuth_deg: number | null;
  horizontal_fov_deg: number | null;
  tilt_deg: number | null;
  reach_m: number;
  encoding: ThermalEncoding;
  /** Seconds between two frames for danger classes 1 to 5. */
  intervals_s: number[];
  is_drill: boolean;
  is_retired: boolean;
  warm_places: WarmPlace[];
  /** Of which thermal camera it is a view; null for a node that pushes. */
  view: { camera_id: string; preset: number } | null;
  standing: NodeStanding;
}

/** What is set up of a node; its key is in the address. */
export type NodeRequest = Omit<HeatNode, "version" | "node_id" | "standing" | "view">;

export type FrameState = "waiting" | "seen" | "unreadable";

export interface NodeFrame {
  frame_id: number;
  sequence: number;
  captured_at: string;
  received_at: string;
  state: FrameState;
  code: string;
  /** Null without temperatures, or until it is looked at. */
  hottest_c: number | null;
  spots: number | null;
  has_file: boolean;
}

/** A frame's numbers: whole steps of 16 bits from `low` to `high`. */
export interface FrameLevels {
  width_px: number;
  height_px: number;
  scale: ThermalScale;
  low: number;
  high: number;
  levels_base64: string;
}

/** See `models/heat_look.py`; the first three stay where they are. */
export const NO_FIRE_REASONS = ["stove", "sun", "burn", "people", "animal", "engine", "sensor", "other"] as const;
export type NoFireReason = (typeof NO_FIRE_REASONS)[number];

export type LookState = "open" | "looking" | "fire" | "no_fire" | "faded";

/** Pixels of the frame; `x_max` and `y_max` lie behind the last one. */
export interface HeatBox {
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

export interface HeatEvent {
  number: number;
  first_at: string;
  last_at: string;
  frames: number;
  peak_c: number | null;
  log_odds: number;
  reasons: { code: string; log_odds: number }[];
  box: HeatBox;
  /** The hottest pixel of its latest frame. */
  peak_x: number;
  peak_y: number;
  is_due: boolean;
}

export interface TowerView {
  camera_id: string;
  name: string;
  bearing_deg: number;
  tilt_deg: number;
  range_m: number;
  /** Null without relief. */
  is_visible: boolean | null;
  can_turn: boolean;
}

export interface HeatLook {
  look_id: number;
  node_id: string;
  node_name: string;
  frame_id: number;
  opened_at: string;
  state: LookState;
  lon_deg: number;
  lat_deg: number;
  sigma_m: number;
  is_drill: boolean;
  event: HeatEvent;
  towers: TowerView[];
  observation_id: number | null;
  incident_id: number | null;
  decided_by: string;
  decided_at: string | null;
  note: string;
  reason: NoFireReason | null;
}

export interface LookPage {
  looks: HeatLook[];
  next_before: number | null;
  /** How many wait for somebody in all. */
  open: number;
}

/** What became of the wish to turn a camera; its code says why it was not. */
export interface TurnAnswer {
  look: HeatLook;
  is_turned: boolean;
  preset: number | null;
  preset_name: string;
  bearing_deg: number;
  tilt_deg: number;
  code: string;
}

interface Paged {
  before?: number | null;
  limit: number;
}

function query(asked: Record<string, string | number | null | undefined>): string {
  const told = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined && value !== null && value !== "") told.set(name, String(value));
  return `?${told}`;
}

/** A camera takes its time to turn, and each aircraft is planned for. */
const TURN_WAIT_MS = 30_000;
const SORTIE_WAIT_MS = 60_000;

export const nodeCalls = {
  nodes: () => call<{ nodes: HeatNode[] }>("GET", "/api/nodes"),
  addNode: (id: string, node: NodeRequest) => call<unknown>("PUT", `/api/nodes/${id}`, node),
  /** Only as it was read: its version stands in the tag that the server gives with it; false where it is another by now. */
  changeNode: async (id: string, as_read: number, node: NodeRequest): Promise<boolean> => {
    const read = await answerTo(`/api/nodes/${id}`, { cache: "no-store" });
    if (((await read.json()) as HeatNode).version !== as_read) return false;
    const headers = { "Content-Type": "application/json", "If-Match": read.headers.get("ETag") ?? "*" };
    await answerTo(`/api/nodes/${id}`, { method: "PUT", headers, body: JSON.stringify(node) });
    return true;
  },
  /** A new key, told this once; the old one is void. */
  newNodeKey: (id: string) => call<{ key: string }>("POST", `/api/nodes/${id}/key`),
  retireNode: (id: string) => call<unknown>("POST", `/api/nodes/${id}/retire`),
  nodeFrames: (id: string, asked: Paged) => call<{ frames: NodeFrame[]; next_before: number | null }>("GET", `/api/nodes/${id}/frames${query({ ...asked })}`),
  frameLevels: (id: string, frame_id: number) => call<FrameLevels>("GET", `/api/nodes/${id}/frames/${frame_id}/levels`),
  heatLooks: (asked: Paged & { state?: LookState | "" }) => call<LookPage>("GET", `/api/looks${query({ ...asked })}`),
  heatLook: (id: number) => call<HeatLook>("GET", `/api/looks/${id}`),
  turnToHeat: (id: number, camera_id: string) => call<TurnAnswer>("POST", `/api/looks/${id}/turn`, { camera_id }, TURN_WAIT_MS),
  proposeSorties: (id: number, views: LookViews) => call<SortieAnswer>("POST", `/api/looks/${id}/sortie`, { views }, SORTIE_WAIT_MS),
  flySortie: (id: number, order: LookOrder) => call<LookFlown>("POST", `/api/looks/${id}/sortie/fly`, order, SORTIE_WAIT_MS),
  heatIsFire: (id: number, note: string) => call<HeatLook>("POST", `/api/looks/${id}/fire`, { note }),
  heatIsNone: (id: number, reason: NoFireReason, note: string) => call<HeatLook>("POST", `/api/looks/${id}/no-fire`, { reason, note }),
};

/** The picture of a frame as the server paints it for people. */
export const frameUrl = (node_id: string, frame_id: number): string => `/api/nodes/${node_id}/frames/${frame_id}.png`;
