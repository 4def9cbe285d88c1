/** Cameras: how each fares, and how it is set up, tested and brought in from lists. */

import type { LetIn, StatedPoint } from "../lib/coordinates";
import type { FrameMode, HeightDatum, Pose, Position, Provenance, TimeSource } from "./shared";
import { call, TEST_WAIT_MS } from "./transport";

export type CameraKind = "tower" | "canopy";

export type CameraState =
  | "connecting"
  | "live"
  | "degraded"
  | "stale"
  | "lost"
  | "ended"
  | "disabled";

export interface Preset {
  number: number;
  name: string;
  pose: Pose;
}

export type Light = "day" | "night" | "infrared";

export type Condition =
  | "fogged"
  | "blurred"
  | "overexposed"
  | "moved"
  | "still"
  | "partly_hidden"
  | "clock_wrong"
  | "late"
  | "stuck"
  | "unreached"
  | "unsettled";

/** A preset that looks beside where it was calibrated, or that could not be checked since. */
export interface PoseFlag {
  camera_id: string;
  preset: number;
  name: string;
  kind: "drifted" | "unchecked" | "heat_drifted" | "heat_unchecked";
  at: string;
  azimuth_off_deg: number;
  tilt_off_deg: number;
  roll_off_deg: number;
  zoom_off: number;
  sigma_deg: number;
  why: "no_pictures" | "unclear" | "other_shape" | null;
}

export interface Camera {
  camera_id: string;
  name: string;
  kind: CameraKind;
  position: Position;
  presets: Preset[];
  linked: boolean;
  state: CameraState;
  since: string | null;
  trouble: string;
  trouble_code: string;
  next_attempt_at: string | null;
  conditions: Condition[];
  light: Light | null;
  usual_gap_s: number | null;
  reconnects: number;
  hanging: number;
  mode: FrameMode | null;
  provenance: Provenance | null;
  captured_at: string | null;
  received_at: string | null;
  frames_received: number;
  frames_dropped: Record<string, number>;
  frames_said: Record<string, number>;
  has_still: boolean;
  /** Something of it is painted over: it gives masked stills and no video. */
  privacy_masked: boolean;
  poses: PoseFlag[];
}

export type Adapter = "rtsp" | "mjpeg" | "snapshot" | "onvif" | "folder" | "video";

export const ADAPTERS: readonly Adapter[] = ["rtsp", "onvif", "snapshot", "mjpeg", "folder", "video"];

export interface CameraLink {
  adapter: Adapter;
  address: string;
  every_s: number;
  transport: "tcp" | "udp";
  decoding: "auto" | "key_frames" | "all";
  mode: FrameMode | null;
  enabled: boolean;
  /** How the numbers of its pictures are to be read where they are pictures of heat. */
  encoding: "as_told" | "white_hot" | "black_hot";
}

export interface CameraSetup {
  camera_id: string;
  name: string;
  kind: CameraKind;
  position: Position;
  presets: Preset[];
  link: CameraLink | null;
  has_credential: boolean;
}

/** A word that is left out beside the other one stays as it is stored; none at all forgets both. */
export interface CameraCredential {
  user?: string;
  password?: string;
}

/** Without `credential` the stored one stays; without `presets` or `link` those stay. */
export interface CameraRequest {
  name: string;
  kind: CameraKind;
  position: StatedPoint & { height_m: number; height_datum: HeightDatum };
  presets?: Preset[];
  link?: CameraLink | null;
  credential?: CameraCredential;
}

export interface CameraTest {
  adapter: Adapter;
  width_px: number;
  height_px: number;
  codec: string;
  first_picture_s: number;
  gap_s: number | null;
  key_interval_s: number | null;
  bits_per_s: number | null;
  time_source: TimeSource;
  clock_offset_s: number | null;
  light: Light | null;
  advice: string[];
  lines: string[];
  picture: string;
}

/** Why a list, or a camera of it, is not taken. */
export interface ListFault {
  code: string;
  field: string;
  limit: string;
  text: string;
}

export interface ListLine {
  line: number;
  camera_id: string;
  name: string;
  outcome: "added" | "changed" | "same" | "refused";
  changes: string[];
  fault: ListFault | null;
}

export interface ListReport {
  written: boolean;
  lines: ListLine[];
  fault: ListFault | null;
}

export const cameraCalls = {
  cameras: () => call<Camera[]>("GET", "/api/cameras"),
  cameraSetup: (id: string) => call<CameraSetup>("GET", `/api/cameras/${id}/setup`),
  putCamera: (id: string, request: CameraRequest) =>
    call<CameraSetup>("PUT", `/api/cameras/${id}`, request),
  /** What coordinates of any system become; changes nothing. */
  letIn: (point: StatedPoint) => call<LetIn>("POST", "/api/cameras/place", point),
  removeCamera: (id: string) => call<void>("DELETE", `/api/cameras/${id}`),
  trustView: (id: string) => call<void>("POST", `/api/cameras/${id}/trust-view`),
  testCamera: (camera_id: string, link: CameraLink, credential?: CameraCredential) =>
    call<CameraTest>("POST", "/api/cameras/test", { camera_id, link, credential }, TEST_WAIT_MS),
  /** Looks through a list of cameras; `write` takes it, `good` as far as it is good. */
  importCameras: (file: File, write: boolean, good: boolean, coordinates: string) =>
    call<ListReport>(
      "POST",
      `/api/cameras/import?suffix=${/\.toml$/i.test(file.name) ? "toml" : "csv"}&write=${write}&take_good=${good}&coordinates=${encodeURIComponent(coordinates)}`,
      new Blob([file]),
      TEST_WAIT_MS,
    ),
};
