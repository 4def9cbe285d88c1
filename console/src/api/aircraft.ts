/** Aircraft as data: what a plan must know of them, and what the law asks for. */

import { answerTo, call, FILE_WAIT_MS, TEST_WAIT_MS } from "./transport";

export const AUTOPILOTS = ["dji", "px4", "ardupilot"] as const;
export type Autopilot = (typeof AUTOPILOTS)[number];
export const FLEET_FORMATS = ["toml", "json", "csv"] as const;
export type FleetFormat = (typeof FLEET_FORMATS)[number];

export interface AircraftCamera {
  name: string;
  horizontal_fov_deg: number;
  vertical_fov_deg: number;
  width_px: number;
  height_px: number;
  is_thermal: boolean;
  lens: string;
}

export interface BatteryPoint {
  airspeed_ms: number;
  endurance_s: number;
}

export interface WpmlCodes {
  drone: number;
  drone_sub: number;
  payload: number;
  payload_position: number;
}

export interface Registration {
  number: string;
  product_id: string;
  operator_certificate: string;
  insurance: string;
  pilot: string;
  is_activated: boolean;
}

/** An unknown limit is null (an unknown battery empty); nothing is assumed. */
export interface Aircraft {
  name: string;
  model: string;
  autopilot: Autopilot;
  speed_ms: number;
  cameras: AircraftCamera[];
  most_airspeed_ms: number | null;
  most_wind_ms: number | null;
  climb_ms: number | null;
  descent_ms: number | null;
  acceleration_ms2: number;
  battery: BatteryPoint[];
  usable_share: number;
  ceiling_m: number | null;
  least_gimbal_deg: number;
  most_gimbal_deg: number;
  turnaround_s: number;
  wpml: WpmlCodes | null;
  registration: Registration;
  home_name: string;
  home_lon_deg: number | null;
  home_lat_deg: number | null;
  note: string;
}

/** One of the bureau's own. */
export interface OwnAircraft extends Aircraft {
  version: number;
  missing_limits: string[];
}

export interface Fleet {
  aircraft: OwnAircraft[];
  /** Models with their makers' figures. */
  catalogue: Aircraft[];
}

export interface FleetImport {
  taken: string[];
  changed: string[];
  refused: { name: string; message: string; remedy: string; code: string }[];
}

const address = (name: string): string => `/api/aircraft/${encodeURIComponent(name)}`;

async function fleetFile(format: FleetFormat): Promise<Blob> {
  const answer = await answerTo(`/api/aircraft/file?format=${format}`, { signal: AbortSignal.timeout(TEST_WAIT_MS) });
  return answer.blob();
}

export const aircraftCalls = {
  fleet: () => call<Fleet>("GET", "/api/aircraft"),
  keepAircraft: (aircraft: Aircraft, version: number | null) => call<OwnAircraft>("PUT", address(aircraft.name), { aircraft, version }),
  retireAircraft: (name: string, version: number) => call<void>("DELETE", `${address(name)}?version=${version}`),
  importFleet: (file: File, format: FleetFormat) => call<FleetImport>("POST", `/api/aircraft/import?format=${format}`, new Blob([file]), FILE_WAIT_MS),
  fleetFile,
};
