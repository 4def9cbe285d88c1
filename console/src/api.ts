/** The server's HTTP contract in types. Times are ISO 8601 UTC, degrees are true north, metres. */

import type { DismissReason } from "./lib/reasons";
import type { StatedPoint } from "./lib/coordinates";

export type Role = "viewer" | "monitor" | "admin";
export type Label = "smoke" | "flame";
/** Where a fire stands, and with it its evidence; see `models/incident/life.py`. */
export type FireState =
  | "open"
  | "acknowledged"
  | "confirmed"
  | "dispatched"
  | "arrived"
  | "controlled"
  | "closed"
  | "dismissed";
export type FrameMode = "visible" | "infrared" | "thermal";
export type Provenance = "live" | "recorded" | "drill";
export type TimeSource =
  | "sender"
  | "file_name"
  | "exif"
  | "camera_clock"
  | "container"
  | "simulated"
  | "receipt";
export type Caution = "" | "drill" | "synthetic" | "coarse";
export type CameraKind = "tower" | "canopy";
export type CameraState =
  | "connecting"
  | "live"
  | "degraded"
  | "stale"
  | "lost"
  | "ended"
  | "disabled";
export type Finding =
  | "persisted"
  | "strong"
  | "grew"
  | "stood_still"
  | "changed"
  | "looked_same"
  | "drifted"
  | "regrew"
  | "new_position"
  | "second_plume"
  | "second_sensor"
  | "night_flame"
  | "second_agrees"
  | "second_doubts"
  | "second_absent"
  | "late"
  | "promoted";
export type Holder = "mask" | "nuisance" | "burn" | "cool_down" | "duplicate" | "declined";
export type Release = "grew" | "new_position" | "second_plume" | "second_sensor" | "night_flame";
export type Layer =
  | "township"
  | "village"
  | "mountain_unit"
  | "forest_stand"
  | "forest_belt"
  | "water_point"
  | "helipad"
  | "pool"
  | "pipe"
  | "hydrant"
  | "intake"
  | "quay"
  | "road"
  | "checkpoint"
  | "tower"
  | "post"
  | "node"
  | "station";
export type NoFixReason = "sky" | "near_field" | "outside_terrain" | "no_terrain" | "no_pose" | "moved";
export type LonLat = [number, number];

export interface User {
  name: string;
  role: Role;
  must_change_password: boolean;
  townships: string[];
}

export interface Position {
  lon_deg: number;
  lat_deg: number;
  height_m: number;
  height_datum: "sea_level" | "ellipsoid" | "ground";
}

export interface Pose {
  azimuth_deg: number;
  tilt_deg: number;
  roll_deg: number;
  horizontal_fov_deg: number;
}

/** A pose with all that calibration finds of it. */
export interface FullPose extends Pose {
  radial_k1: number;
  azimuth_sigma_deg: number;
  tilt_sigma_deg: number;
}

export type CalibrationMethod = "landmarks" | "skyline" | "sun";
export type HeightDatum = Position["height_datum"];

/** A place as somebody states it: longitude and latitude, or easting and northing of its system. */
export interface StatedPlace {
  coordinates: string;
  east: number;
  north: number;
  height_m: number;
  height_datum: HeightDatum;
}

export interface MarkRequest extends StatedPlace {
  name: string;
  x_px: number;
  y_px: number;
}

export interface LinePx {
  x_px: number[];
  y_px: number[];
}

export interface FitRequest {
  picture: string;
  method: CalibrationMethod;
  start?: FullPose;
  marks?: MarkRequest[];
  line?: LinePx;
  /** Height of the trees on the ridges of a skyline. */
  canopy_m?: number;
  suns?: { picture: string; x_px: number; y_px: number }[];
}

/** A picture that the server has set aside to be worked on. */
export interface WorkPicture {
  picture: string;
  captured_at: string;
  clock_sigma_s: number | null;
  time_source: TimeSource;
  width_px: number;
  height_px: number;
  /** Nothing speaks against its showing its preset's view. */
  is_view: boolean;
}

/** Why there is no pose; `suspects` are landmarks without which the others agree. */
export interface FitRefusal {
  code: string;
  detail: string;
  remedy: string;
  suspects: string[];
}

/** A thing in a picture, and how far it was marked from where the pose puts it. */
export interface FittedMark {
  name: string;
  x_px: number;
  y_px: number;
  azimuth_deg: number;
  elevation_deg: number;
  right_px: number;
  down_px: number;
  is_outlier: boolean;
  position: Position | null;
}

export interface Fit {
  before: FullPose;
  after: FullPose | null;
  marks: FittedMark[];
  misfit_px: number;
  points: number;
  share: number;
  fov_fitted: boolean;
  refusal: FitRefusal | null;
}

/** Where the terrain's skyline and places lie in a picture of a pose, pixels. */
export interface SeenFrom {
  skyline: [number, number][][];
  places: ([number, number] | null)[];
}

export interface PictureLine extends LinePx {
  share: number;
  refusal: FitRefusal | null;
}

export interface Calibration {
  calibration_id: number;
  camera_id: string;
  preset: number;
  method: CalibrationMethod;
  author: string;
  at: string;
  captured_at: string;
  before: FullPose;
  after: FullPose;
  width_px: number;
  height_px: number;
  misfit_px: number;
  points: number;
  marks: FittedMark[];
  terrain: string;
  in_force: boolean;
  has_picture: boolean;
}

/** How the pose of a preset was found; the history is empty where nobody ever calibrated it. */
export interface CalibratedPreset {
  preset: number;
  name: string;
  pose: FullPose;
  history: Calibration[];
}

export interface TerrainReference {
  name: string;
  cell_m: number;
  caution: Caution;
}

export interface Terrain extends TerrainReference {
  min_zoom: number;
  max_zoom: number;
  tiles: string;
}

export interface Site {
  name: string;
  version: string;
  time_zone: string;
  datum: string;
  drill: boolean;
  bounds: [number, number, number, number];
  terrain: Terrain | null;
  model: { name: string; version: string; provider: string };
  replay_rate: number | null;
  now: string;
}

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
  kind: "drifted" | "unchecked";
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

export type DangerClass = 1 | 2 | 3 | 4 | 5;

/** A view with the camera's own token of it; without one no tour can go there. */
export interface TouredPreset extends Preset {
  token: string;
}

export interface TourStop {
  preset: number;
  dwell_s: number;
}

export interface Season {
  from_month: number;
  from_day: number;
  to_month: number;
  to_day: number;
}

export interface TourTimes {
  from_minute: number | null;
  to_minute: number | null;
  weekdays: number[];
  season: Season | null;
}

export interface Tour {
  name: string;
  stops: TourStop[];
  times: TourTimes;
  least_danger: DangerClass;
  most_danger: DangerClass;
}

export interface PatrolRequest {
  address: string;
  profile: string;
  is_on: boolean;
  presets: TouredPreset[];
  tours: Tour[];
}

export interface Patrol extends PatrolRequest {
  camera_id: string;
  is_there: boolean;
}

export type PatrolPhase =
  | "off"
  | "waiting"
  | "moving"
  | "watching"
  | "proving"
  | "steered"
  | "unreached";
export type PoseTrust = "commanded" | "reported" | "verified";

/** What turns a camera, and who: as it is now. */
export interface PatrolStatus {
  camera_id: string;
  phase: PatrolPhase;
  since: string;
  tour: string;
  stop: number | null;
  preset: number | null;
  shown: number | null;
  trust: PoseTrust | null;
  next_at: string | null;
  next_preset: number | null;
  holder: string;
  until_at: string | null;
  stuck: boolean;
  unreached: string;
  overdue: number;
  skipped: number[];
}

export type GapCause = "operator" | "stuck" | "unreached";

/** A time in which a part of a camera's area was not seen for too long. */
export interface Overdue {
  from_at: string;
  until_at: string;
  presets: number[];
  cause: GapCause | null;
}

export interface CameraSweep {
  camera_id: string;
  planned_s: number;
  in_time_s: number;
  verified_s: number;
  longest_s: number;
  overdue: Overdue[];
}

export interface WatchGap {
  camera_id: string;
  cause: GapCause;
  who: string;
  from_at: string;
  until_at: string | null;
}

/** Whether the towers saw their whole area in time; the worst camera first. */
export interface SweepReport {
  from_at: string;
  until_at: string;
  limit_s: number;
  share: number | null;
  verified_share: number | null;
  longest_s: number;
  cameras: CameraSweep[];
  gaps: WatchGap[];
}

/** A preset as the camera itself tells of it. */
export interface OwnPreset {
  token: string;
  name: string;
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

export interface LandProperties {
  layer: Layer;
  code: string;
  name: string;
  drill: boolean;
  [fact: string]: string | number | boolean | null;
}

export type LandFeature = GeoJSON.Feature<GeoJSON.Geometry, LandProperties>;
export type Land = GeoJSON.FeatureCollection<GeoJSON.Geometry, LandProperties>;

export interface Box {
  label: Label;
  score: number;
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

export interface FrameScore {
  frame_sequence: number;
  captured_at: string;
  score: number;
  box: Box | null;
}

/** A suppression that yielded, and to what. */
export interface Overcome {
  by: Holder;
  reference: string;
  release: Release;
  area_px: number;
  now_px: number;
}

export interface Decision {
  decided_at: string;
  log_odds: number;
  threshold_log_odds: number;
  findings: Finding[];
  scores: FrameScore[];
  model: { name: string; version: string; sha256: string };
  config_version: string;
  overcome: Overcome[];
}

export interface FixCluster {
  position: Position;
  weight: number;
  r90_m: number;
  range_m: number;
  range_min_m: number;
  range_max_m: number;
  outline_lonlat: LonLat[];
}

/** Ground behind a ridge that the ray grazes: the fire may be there, out of sight. */
export interface HiddenStretch {
  from_m: number;
  to_m: number;
  smoke_m: number;
  line_lonlat: [LonLat, LonLat];
}

export interface Fix {
  outcome: "located" | "direction_only" | "unknown";
  reason: NoFixReason | null;
  observer: Position;
  bearing_deg: number | null;
  bearing_sigma_deg: number | null;
  elevation_deg: number | null;
  clusters: FixCluster[];
  unresolved_weight: number;
  terrain: TerrainReference | null;
  hidden: HiddenStretch[];
  took_ms: number;
}

export interface NearestAsset {
  layer: Layer;
  code: string;
  name: string;
  distance_m: number;
  distance_min_m: number;
  distance_max_m: number;
  bearing_deg: number | null;
  drill: boolean;
}

export interface Evidence {
  index: number;
  captured_at: string;
  received_at: string;
  url: string;
  width_px: number;
  height_px: number;
  boxes: Box[];
}

export interface Verdict {
  author: string;
  at: string;
  from_state: FireState;
  to_state: FireState;
  reason: DismissReason | null;
  note: string;
}

/** One file of a recording; a browser plays `play_url`, which may be a small copy. */
export interface RecordingPart {
  from_at: string;
  until_at: string;
  seconds: number;
  size_bytes: number;
  sha256: string;
  codec: string;
  width_px: number;
  height_px: number;
  url: string | null;
  play_url: string | null;
  is_preview: boolean;
}

export type RecordingState = "wanted" | "cut" | "partial" | "missing" | "cleared";

/** A span of the camera's time that an alert wants, and what there is of it. */
export interface Recording {
  recording_id: number;
  state: RecordingState;
  from_at: string;
  until_at: string;
  seconds: number;
  size_bytes: number;
  settled_at: string | null;
  parts: RecordingPart[];
}

/** Evidence that is not there any more. */
export interface Clearing {
  kind: "video" | "clip" | "stills";
  cause: "retention" | "quota" | "space" | "missing" | "unwritten";
  at: string;
  files: number;
}

/** How the server's recorder fares; of `/api/health`. */
export interface RecorderFacts {
  state: "off" | "starting" | "on" | "full" | "failing";
}

export interface Alert {
  alert_id: number;
  incident_id: number;
  state: FireState;
  label: Label;
  score: number;
  mode: FrameMode;
  provenance: Provenance;
  time_source: TimeSource;
  camera: { camera_id: string; name: string; kind: CameraKind };
  preset: number;
  pose: Pose | null;
  captured_at: string;
  received_at: string;
  first_seen_at: string;
  opened_at: string;
  last_seen_at: string;
  decision: Decision;
  fix: Fix;
  land: {
    townships: { code: string; name: string; probability: number }[];
    nearest: NearestAsset[];
  };
  evidence: Evidence[];
  clip_url: string | null;
  recordings: Recording[];
  cleared: Clearing[];
  verdicts: Verdict[];
}

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
  note?: string;
}

export interface FeedEvent {
  sequence: number;
  kind: string;
  subject_id: number;
  at: string;
}

export interface Aircraft {
  name: string;
  speed_ms: number;
  climb_ms: number;
  endurance_s: number;
  ceiling_m: number;
  horizontal_fov_deg: number;
  vertical_fov_deg: number;
}

export interface SweepRequest {
  belt_code: string;
  aircraft: string;
  height_above_ground_m: number;
}

export interface Sweep {
  target_code: string;
  aircraft: Aircraft;
  waypoints: { lon_deg: number; lat_deg: number; height_above_ground_m: number }[];
  length_m: number;
  duration_s: number;
  footprint_width_m: number;
  footprint_lonlat: LonLat[];
  covered_share: number;
  fits_endurance: boolean;
}

export interface ProblemDetails {
  status: number;
  code: string;
  title: string;
  detail: string;
  remedy: string;
}

/** What deeds are done to: the noun of their action. */
export type DeedKind = "alert" | "calibration" | "camera" | "candidate" | "channel" | "danger" | "evidence" | "incident" | "land" | "ledger" | "mask" | "observation" | "terrain" | "token" | "user" | "weather" | "wind";

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

export type MaskKind = "privacy" | "nuisance";

export interface MaskShape {
  polygon: [number, number][];
  expires_at: string | null;
  fov_min_deg: number | null;
  fov_max_deg: number | null;
  note: string;
}

export interface MaskRequest extends MaskShape {
  camera_id: string;
  preset: number;
  kind: MaskKind;
}

export interface Mask extends MaskRequest {
  mask_id: number;
  author: string;
  created_at: string;
  ended_by: string;
  ended_at: string | null;
  /** Of the picture, as it was drawn. */
  share: number;
  is_over: boolean;
}
