/** The one door to the server: JSON in, JSON or a Problem out. */

import type {
  Aircraft,
  Alert,
  CalibratedPreset,
  Calibration,
  Camera,
  CameraCredential,
  CameraLink,
  CameraRequest,
  CameraSetup,
  CameraTest,
  Candidate,
  DangerClass,
  DeedKind,
  DeedPage,
  Fit,
  FitRequest,
  FullPose,
  Land,
  Layer,
  LedgerEntry,
  LedgerRequest,
  ListReport,
  Mask,
  MaskRequest,
  MaskShape,
  OwnPreset,
  Patrol,
  PatrolRequest,
  PatrolStatus,
  PictureLine,
  ProblemDetails,
  RecorderFacts,
  SeenFrom,
  Site,
  StatedPlace,
  Sweep,
  SweepReport,
  SweepRequest,
  User,
  WorkPicture,
} from "./api";
import type { Coverage, PlaceSight, WatchedLand } from "./coverage";
import type { FullLandAnswer, WindNow } from "./landanswer";
import type { Danger, Reading, Weather, WeatherEntry, WeatherImport } from "./weather";
import type { ImportApplied, ImportDraft, ImportMode, KeptReport, LandChange, LandMapping, LandUpload, LayerAttributes } from "./landdata";
import type { LandDrawing, LandEdit, LandFeatureNow, LandHistoryEntry, LandState, LayerSchema } from "./landedit";
import type { FireStep, Incident, IncidentFilter, IncidentList, Neighbour, PhotoToken } from "./incidents";
import type { FindingShapes, Network } from "./network";
import type { Channel, ChannelHealth, ChannelRequest, ChannelTested, Delivery } from "./notices";
import type { Account, AccountChange, AccountRequest, NewAccount, NewToken, Token, TokenRequest } from "./people";
import { freshKey } from "./lib/keys";
import type { LetIn, StatedPoint } from "./lib/coordinates";
import type { Crossings, Lookouts, Observation, ObservationRequest } from "./crossings";

/** A refusal of the server, or the network's silence (`code` "unreachable"). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;

  constructor(details: Partial<ProblemDetails>) {
    super(details.detail ?? details.title ?? details.code ?? "problem");
    this.status = details.status ?? 0;
    this.code = details.code ?? "unknown";
    this.detail = details.detail ?? details.title ?? "";
    this.remedy = details.remedy ?? "";
  }
}

const WAIT_MS = 15_000;
/** A camera may take half a minute to its first picture. */
const TEST_WAIT_MS = 60_000;
/** A sender may take a minute. */
const NOTICE_WAIT_MS = 75_000;
/** A file of 64 MB on a slow line, and the reading of it. */
const FILE_WAIT_MS = 900_000;

let onSignedOut: () => void = () => undefined;

/** Called once by the session: any later 401 ends it. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<ProblemDetails>;
    return new Problem({ ...body, status: response.status });
  } catch {
    return new Problem({ status: response.status, title: response.statusText });
  }
}

const landPath = (what: string, layer: Layer, code: string): string =>
  `/api/land/${what}/${layer}/${code.split("/").map(encodeURIComponent).join("/")}`;

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  wait_ms = WAIT_MS,
): Promise<T> {
  const json = body !== undefined && !(body instanceof Blob);
  const response = await answerTo(path, {
    method,
    headers: json ? { "Content-Type": "application/json" } : {},
    body: json ? JSON.stringify(body) : ((body as Blob | undefined) ?? null),
    signal: AbortSignal.timeout(wait_ms),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

const AGAIN_MS = 800;

/** What is done to a fire: sent with a key of its own, so that it is safe to send it twice. */
async function deed(id: number, what: string, body: unknown): Promise<Incident> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": freshKey() };
  const send = async () => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const request = { method: "POST", headers, body: JSON.stringify(body), signal };
    return (await (await answerTo(`/api/incidents/${id}/${what}`, request)).json()) as Incident;
  };
  try {
    return await send();
  } catch (problem) {
    // A line that broke tells nothing of whether it was done: ask again, under the same key.
    if (!(problem instanceof Problem) || problem.code !== "unreachable") throw problem;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    return await send();
  }
}

async function answerTo(path: string, request: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...request });
  } catch {
    throw new Problem({ code: "unreachable" });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && problem.code !== "wrong_credentials") onSignedOut();
    throw problem;
  }
  return response;
}

/** A camera's newest picture, and when it was made: the list may tell of an older or newer one. */
export interface Still {
  picture: Blob;
  captured_at: string | null;
  received_at: string | null;
}

async function still(id: string, width: 320 | 960, signal: AbortSignal): Promise<Still> {
  const path = `/api/cameras/${encodeURIComponent(id)}/still.jpg?width=${width}`;
  const response = await answerTo(path, { signal });
  return {
    picture: await response.blob(),
    captured_at: response.headers.get("X-Captured-At"),
    received_at: response.headers.get("X-Received-At"),
  };
}

/** The newest picture of one preset, as it left the gateway. */
async function presetStill(
  id: string,
  preset: number,
  signal: AbortSignal,
): Promise<Omit<Still, "received_at">> {
  const response = await answerTo(`/api/masks/view/${encodeURIComponent(id)}/${preset}.jpg`, {
    signal,
  });
  return {
    picture: await response.blob(),
    captured_at: response.headers.get("X-Captured-At"),
  };
}

/** A picture of a wall; times are Unix milliseconds. */
export interface WallPicture {
  camera_id: string;
  captured_at: number;
  received_at: number;
  picture: Blob;
}

/** The pictures of some cameras that are newer than those that were seen, in one answer. */
async function wall(
  seen: ReadonlyMap<string, number>,
  width: 320 | 960,
  signal: AbortSignal,
): Promise<WallPicture[]> {
  const cameras = [...seen].map(([id, captured_at]) => `${id}:${captured_at}`).join(",");
  const asked = new URLSearchParams({ cameras, width: String(width) });
  const waiting = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
  const response = await answerTo(`/api/wall?${asked}`, { signal: waiting });
  const data = await response.arrayBuffer();
  const size = new DataView(data).getUint32(0);
  const list = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size))) as {
    pictures: (Omit<WallPicture, "picture"> & { size: number })[];
  };
  let at = 4 + size;
  return list.pictures.map(({ size: length, ...it }) => {
    at += length;
    const picture = new Blob([data.slice(at - length, at)], { type: "image/jpeg" });
    return { ...it, picture };
  });
}

/** A camera's video as it comes. */
async function live(
  id: string,
  signal: AbortSignal,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await answerTo(`/api/cameras/${encodeURIComponent(id)}/live.mp4`, { signal });
  if (response.body === null) throw new Problem({ code: "live_no_player" });
  return response.body.getReader();
}

/** Save all evidence of an alert. Fetched first, so that a refusal is told and not saved. */
async function exportAlert(id: number): Promise<void> {
  const response = await answerTo(`/api/evidence/alerts/${id}.zip`, {});
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `firewatch-alert-${id}.zip`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export const http = {
  session: () => call<User>("GET", "/api/session"),
  signIn: (name: string, password: string) =>
    call<User>("POST", "/api/session", { name, password }),
  signOut: () => call<void>("DELETE", "/api/session"),
  changePassword: (current: string, fresh: string) =>
    call<User>("POST", "/api/session/password", { current, new: fresh }),
  site: () => call<Site>("GET", "/api/site"),
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
  still,
  presetStill,
  masks: (id: string) =>
    call<{ masks: Mask[] }>("GET", `/api/masks?camera_id=${encodeURIComponent(id)}&over=true`),
  drawMask: (request: MaskRequest) => call<Mask>("POST", "/api/masks", request),
  redrawMask: (id: number, shape: MaskShape) => call<Mask>("PUT", `/api/masks/${id}`, shape),
  endMask: (id: number) => call<Mask>("POST", `/api/masks/${id}/end`),
  calibrations: (id: string) => call<CalibratedPreset[]>("GET", `/api/calibration/${id}`),
  workPicture: (view: string) => call<WorkPicture>("POST", `/api/calibration/${view}/picture`),
  workJpeg: async (view: string, picture: string) =>
    (await answerTo(`/api/calibration/${view}/picture/${picture}.jpg`, {})).blob(),
  skylineOf: (view: string, asked: { picture: string; canopy_m: number; start?: FullPose }) =>
    call<PictureLine>("POST", `/api/calibration/${view}/skyline`, asked, TEST_WAIT_MS),
  seenFrom: (view: string, asked: { pose: FullPose; width_px: number; height_px: number; canopy_m: number; places: StatedPlace[] }) =>
    call<SeenFrom>("POST", `/api/calibration/${view}/seen`, asked),
  fit: (view: string, request: FitRequest) =>
    call<Fit>("POST", `/api/calibration/${view}/fit`, request),
  calibrate: (view: string, request: FitRequest & { before: FullPose }) =>
    call<Calibration>("POST", `/api/calibration/${view}`, request),
  calibrateAgain: (number: number, before: FullPose) =>
    call<Calibration>("POST", `/api/calibration/number/${number}/again`, { before }),
  undoCalibration: (number: number) =>
    call<FullPose>("POST", `/api/calibration/number/${number}/undo`),
  wall,
  live,
  /** Looks through a list of cameras; `write` takes it, `good` as far as it is good. */
  importCameras: (file: File, write: boolean, good: boolean, coordinates: string) =>
    call<ListReport>(
      "POST",
      `/api/cameras/import?suffix=${/\.toml$/i.test(file.name) ? "toml" : "csv"}&write=${write}&take_good=${good}&coordinates=${encodeURIComponent(coordinates)}`,
      new Blob([file]),
      TEST_WAIT_MS,
    ),
  patrol: (id: string) => call<Patrol>("GET", `/api/patrols/${id}`),
  putPatrol: (id: string, request: PatrolRequest) =>
    call<Patrol>("PUT", `/api/patrols/${id}`, request),
  removePatrol: (id: string) => call<void>("DELETE", `/api/patrols/${id}`),
  patrols: () => call<PatrolStatus[]>("GET", "/api/patrols"),
  /** The presets that a camera itself knows; it is asked at the address that stands in the form. */
  ownPresets: (id: string, address: string, profile: string) =>
    call<OwnPreset[]>("POST", `/api/patrols/${id}/read`, { address, profile }, TEST_WAIT_MS),
  takeOver: (id: string, minutes: number) =>
    call<void>("POST", `/api/patrols/${id}/lease`, { minutes }),
  giveBack: (id: string) => call<void>("DELETE", `/api/patrols/${id}/lease`),
  steer: (id: string, pan: number, tilt: number, zoom: number) =>
    call<void>("POST", `/api/patrols/${id}/steer`, { pan, tilt, zoom }),
  goTo: (id: string, preset: number) => call<void>("POST", `/api/patrols/${id}/goto`, { preset }),
  sweepReport: (hours: number) => call<SweepReport>("GET", `/api/patrols/sweeps?hours=${hours}`),
  danger: () => call<Danger>("GET", "/api/danger"),
  enterDanger: (danger: DangerClass) => call<Danger>("PUT", "/api/danger", { danger }),
  weather: () => call<Weather>("GET", "/api/weather"),
  enterWeather: (reading: Reading) => call<WeatherEntry>("POST", "/api/weather", reading),
  importWeather: (file: File) =>
    call<WeatherImport>("POST", `/api/weather/import?name=${encodeURIComponent(file.name.slice(-120))}`, new Blob([file]), TEST_WAIT_MS),
  withdrawWeather: (id: number) => call<WeatherEntry>("DELETE", `/api/weather/${id}`),
  wind: () => call<WindNow>("GET", "/api/wind"),
  enterWind: (from_deg: number, speed_m_s: number) =>
    call<WindNow>("PUT", "/api/wind", { from_deg, speed_m_s }),
  landAt: (lon: number, lat: number, radius_m: number) =>
    call<FullLandAnswer>(
      "GET",
      `/api/land/answer?lon_deg=${lon}&lat_deg=${lat}&radius_m=${radius_m}`,
    ),
  land: () => call<Land>("GET", "/api/land"),
  network: (query: string) => call<Network>("GET", `/api/land/network?${query}`),
  networkShapes: (query: string) => call<FindingShapes>("GET", `/api/land/network/shapes?${query}`),
  landAttributes: () => call<LayerAttributes[]>("GET", "/api/land/attributes"),
  sendLand: (file: File) =>
    call<LandUpload>("POST", `/api/land/imports?name=${encodeURIComponent(file.name)}`, new Blob([file]), FILE_WAIT_MS),
  readLand: (id: string, encoding: string | null) =>
    call<LandUpload>("POST", `/api/land/imports/${id}/read`, { encoding }, FILE_WAIT_MS),
  checkLand: (id: string, layer_number: number, mapping: LandMapping) =>
    call<ImportDraft>("POST", `/api/land/imports/${id}/check`, { layer_number, mapping }, FILE_WAIT_MS),
  applyLand: (id: string, request: { draft: number; mode: ImportMode; note: string; key: string }) =>
    call<ImportApplied>("POST", `/api/land/imports/${id}/apply`, request, FILE_WAIT_MS),
  forgetLand: (id: string) => call<void>("DELETE", `/api/land/imports/${id}`),
  landReports: () => call<number[]>("GET", "/api/land/imports/reports"),
  landReport: (change_id: number) =>
    call<KeptReport>("GET", `/api/land/imports/reports/${change_id}`, undefined, TEST_WAIT_MS),
  landChanges: (before: number | null, limit: number) =>
    call<{ changes: LandChange[] }>("GET", `/api/land/changes?limit=${limit}${before === null ? "" : `&before=${before}`}`),
  undoLand: (change_id: number) => call<LandChange>("POST", `/api/land/changes/${change_id}/undo`),
  coverage: () => call<Coverage>("GET", "/api/coverage"),
  watchedLand: (smoke_m: number) =>
    call<WatchedLand>("GET", `/api/coverage/watched?smoke=${smoke_m}`),
  placeSight: (lon: number, lat: number, smoke_m: number, at: string | null) => {
    const asked = new URLSearchParams({ lon: `${lon}`, lat: `${lat}`, smoke: `${smoke_m}` });
    if (at !== null) asked.set("at", at);
    return call<PlaceSight>("GET", `/api/coverage/at?${asked}`);
  },
  incidents: (filter: IncidentFilter) => {
    const asked = new URLSearchParams();
    for (const [key, value] of Object.entries(filter)) if (value != null) asked.set(key, String(value));
    return call<IncidentList>("GET", `/api/incidents?${asked}`);
  },
  incident: (id: number) => call<Incident>("GET", `/api/incidents/${id}`),
  landOfIncident: (id: number) => call<FullLandAnswer>("GET", `/api/incidents/${id}/land`),
  neighbours: (id: number) =>
    call<{ neighbours: Neighbour[] }>("GET", `/api/incidents/${id}/neighbours`),
  stepFire: (id: number, step: FireStep) => deed(id, "steps", step),
  agree: (id: number, entry_id: number, note: string) => deed(id, "agree", { entry_id, note }),
  decline: (id: number, entry_id: number, note: string) => deed(id, "decline", { entry_id, note }),
  undo: (id: number, entry_id: number) => deed(id, "undo", { entry_id }),
  reopen: (id: number, note: string) => deed(id, "reopen", { note }),
  noteFire: (id: number, note: string, photo?: string) => deed(id, "notes", { note, photo }),
  mergeFire: (id: number, into: number, note: string) => deed(id, "merge", { into, note }),
  unmerge: (id: number) => deed(id, "unmerge", {}),
  splitFire: (id: number, part: { alerts: number[]; observations: number[]; note: string }) =>
    deed(id, "split", part),
  sendPhoto: (id: number, file: File) =>
    call<PhotoToken>("POST", `/api/incidents/${id}/photos`, file, FILE_WAIT_MS),
  alert: (id: number) => call<Alert>("GET", `/api/alerts/${id}`),
  exportAlert,
  crossings: (id: number) => call<Crossings>("GET", `/api/alerts/${id}/crossings`),
  lookouts: (id: number) => call<Lookouts>("GET", `/api/alerts/${id}/lookouts`),
  observations: () => call<{ observations: Observation[] }>("GET", "/api/observations?limit=100"),
  addObservation: (request: ObservationRequest) =>
    call<Observation>("POST", "/api/observations", request),
  withdrawObservation: (id: number) =>
    call<Observation>("POST", `/api/observations/${id}/withdraw`),
  health: () => call<{ recorder: RecorderFacts | null }>("GET", "/api/health"),
  candidates: () => call<{ candidates: Candidate[] }>("GET", "/api/candidates?limit=100"),
  promote: (id: number) => call<Alert>("POST", `/api/candidates/${id}/promote`),
  ledger: () => call<{ entries: LedgerEntry[] }>("GET", "/api/ledger"),
  landLayers: () => call<{ version: number; layers: LayerSchema[] }>("GET", "/api/land/layers"),
  landFeature: (layer: Layer, code: string) => call<LandFeatureNow>("GET", landPath("features", layer, code)),
  drawLand: (layer: Layer, drawing: LandDrawing) => call<LandFeatureNow>("POST", `/api/land/features/${layer}`, drawing),
  editLand: (layer: Layer, code: string, edit: LandEdit) => call<LandFeatureNow>("PATCH", landPath("features", layer, code), edit),
  removeLand: (it: LandState, note: string) =>
    call<void>("DELETE", `${landPath("features", it.layer, it.code)}?${new URLSearchParams({ before: it.tag, note })}`),
  landHistory: (layer: Layer, code: string) =>
    call<{ entries: LandHistoryEntry[]; left_out: number }>("GET", landPath("history", layer, code)),
  declare: (request: LedgerRequest) => call<LedgerEntry>("POST", "/api/ledger", request),
  changeEntry: (id: number, request: LedgerRequest) => call<LedgerEntry>("PUT", `/api/ledger/${id}`, request),
  endEntry: (id: number) => call<LedgerEntry>("POST", `/api/ledger/${id}/end`),
  deeds: (kind: DeedKind | "", before: number | null) => {
    const asked = new URLSearchParams({ limit: "50" });
    if (kind !== "") asked.set("kind", kind);
    if (before !== null) asked.set("before", String(before));
    return call<DeedPage>("GET", `/api/audit?${asked}`);
  },
  noticeHealth: () => call<{ health: ChannelHealth[] }>("GET", "/api/notices/health"),
  channels: () => call<{ channels: Channel[]; health: ChannelHealth[] }>("GET", "/api/notices/channels"),
  addChannel: (request: ChannelRequest) => call<Channel>("POST", "/api/notices/channels", request),
  changeChannel: (id: number, request: ChannelRequest) =>
    call<Channel>("PUT", `/api/notices/channels/${id}`, request),
  removeChannel: (id: number) => call<void>("DELETE", `/api/notices/channels/${id}`),
  testChannel: (id: number) =>
    call<ChannelTested>("POST", `/api/notices/channels/${id}/test`, undefined, NOTICE_WAIT_MS),
  receipts: (id: number) =>
    call<{ deliveries: Delivery[] }>("GET", `/api/incidents/${id}/deliveries`),
  accounts: () => call<{ accounts: Account[] }>("GET", "/api/users"),
  addAccount: (request: AccountRequest) => call<NewAccount>("POST", "/api/users", request),
  changeAccount: (name: string, change: AccountChange) =>
    call<Account>("PATCH", `/api/users/${encodeURIComponent(name)}`, change),
  removeAccount: (name: string) => call<void>("DELETE", `/api/users/${encodeURIComponent(name)}`),
  resetPassword: (name: string) =>
    call<NewAccount>("POST", `/api/users/${encodeURIComponent(name)}/password`),
  endSessions: (name: string) =>
    call<void>("DELETE", `/api/users/${encodeURIComponent(name)}/sessions`),
  tokens: () => call<{ tokens: Token[] }>("GET", "/api/tokens"),
  addToken: (request: TokenRequest) => call<NewToken>("POST", "/api/tokens", request),
  revokeToken: (id: number) => call<Token>("DELETE", `/api/tokens/${id}`),
  aircraft: () => call<Aircraft[]>("GET", "/api/aircraft"),
  planSweep: (request: SweepRequest) => call<Sweep>("POST", "/api/sweeps/plan", request),
};
