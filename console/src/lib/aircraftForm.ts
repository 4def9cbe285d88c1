/** An aircraft as it is edited: its numbers with their ranges, and what is still lacking. */

import type { Aircraft, AircraftCamera, Registration } from "../api/aircraft";

type NumberName = "speed_ms" | "acceleration_ms2" | "most_airspeed_ms" | "most_wind_ms" | "climb_ms" | "descent_ms" | "usable_share" | "turnaround_s" | "ceiling_m" | "least_gimbal_deg" | "most_gimbal_deg";

interface NumberField {
  name: NumberName;
  min: number;
  max: number;
  step: number;
  unit: string;
  needed: boolean;
}

export const NUMBERS: readonly NumberField[] = [
  { name: "speed_ms", min: 0.1, max: 60, step: 0.5, unit: "m/s", needed: true },
  { name: "most_airspeed_ms", min: 0.1, max: 80, step: 0.5, unit: "m/s", needed: false },
  { name: "most_wind_ms", min: 0, max: 60, step: 0.5, unit: "m/s", needed: false },
  { name: "climb_ms", min: 0.1, max: 30, step: 0.5, unit: "m/s", needed: false },
  { name: "descent_ms", min: 0.1, max: 30, step: 0.5, unit: "m/s", needed: false },
  { name: "acceleration_ms2", min: 0.1, max: 20, step: 0.1, unit: "m/s²", needed: true },
  { name: "usable_share", min: 0.05, max: 1, step: 0.05, unit: "", needed: true },
  { name: "turnaround_s", min: 0, max: 86_400, step: 60, unit: "s", needed: true },
  { name: "ceiling_m", min: 1, max: 10_000, step: 10, unit: "m", needed: false },
  { name: "least_gimbal_deg", min: -90, max: 90, step: 1, unit: "°", needed: true },
  { name: "most_gimbal_deg", min: -90, max: 90, step: 1, unit: "°", needed: true },
];
export const HOME_NUMBERS = [
  { name: "home_lon_deg", min: -180, max: 180 },
  { name: "home_lat_deg", min: -90, max: 90 },
] as const;
export const WPML_NUMBERS = ["drone", "drone_sub", "payload", "payload_position"] as const;
export const CAMERA_NUMBERS = [
  { name: "horizontal_fov_deg", min: 0.1, max: 179.9 },
  { name: "vertical_fov_deg", min: 0.1, max: 179.9 },
  { name: "width_px", min: 1, max: 65_535 },
  { name: "height_px", min: 1, max: 65_535 },
] as const;
export const PAPERS = ["number", "product_id", "operator_certificate", "insurance", "pilot"] as const;
const LIMITS = ["most_airspeed_ms", "most_wind_ms", "climb_ms", "descent_ms", "ceiling_m"] as const;

const NO_PAPERS: Registration = { number: "", product_id: "", operator_certificate: "", insurance: "", pilot: "", is_activated: false };

export function blankCamera(names: readonly string[]): AircraftCamera {
  let name = "wide";
  for (let number = 2; names.includes(name); number += 1) name = `camera${number}`;
  return { name, horizontal_fov_deg: 70, vertical_fov_deg: 55, width_px: 4000, height_px: 3000, is_thermal: false, lens: "" };
}

/** What may not be empty has a usual value; limits are left unknown. */
export const blankAircraft = (): Aircraft => ({
  name: "", model: "", autopilot: "dji", speed_ms: 10, cameras: [blankCamera([])],
  most_airspeed_ms: null, most_wind_ms: null, climb_ms: null, descent_ms: null, acceleration_ms2: 2.5,
  battery: [], usable_share: 0.6, ceiling_m: null, least_gimbal_deg: -90, most_gimbal_deg: 30, turnaround_s: 900,
  wpml: null, registration: { ...NO_PAPERS }, home_name: "", home_lon_deg: null, home_lat_deg: null, note: "",
});

/** An own one of a model: a name of its own, its papers empty, its home to be told. */
export function fromCatalogue(model: Aircraft, taken: readonly string[]): Aircraft {
  let number = 1;
  const named = (): string => `${model.name}-${String(number).padStart(2, "0")}`;
  while (taken.includes(named())) number += 1;
  return { ...structuredClone(model), name: named(), registration: { ...NO_PAPERS }, home_name: "", home_lon_deg: null, home_lat_deg: null };
}

/** Limits without which nothing is planned; 0 is a value. */
export const limitsMissing = (it: Aircraft): string[] => [...LIMITS.filter((name) => it[name] === null), ...(it.battery.length === 0 ? ["battery"] : [])];

export const papersMissing = (it: Registration): string[] => [...PAPERS.filter((name) => it[name].trim() === ""), ...(it.is_activated ? [] : ["is_activated"])];

/** Whether it can be kept, limits or not: the server judges the rest. */
export function ready(it: Aircraft): boolean {
  const named = it.name.trim() !== "" && it.model.trim() !== "";
  const numbers = NUMBERS.every(({ name, needed }) => !needed || it[name] !== null);
  const cameras = it.cameras.length > 0 && it.cameras.every((camera) => camera.name.trim() !== "") && new Set(it.cameras.map((camera) => camera.name)).size === it.cameras.length;
  return named && numbers && cameras && (it.home_lon_deg === null) === (it.home_lat_deg === null);
}

/** As it is kept: names without blanks around, the battery by rising airspeed. */
export const toKeep = (it: Aircraft): Aircraft => ({ ...it, name: it.name.trim(), model: it.model.trim(), battery: [...it.battery].sort((a, b) => a.airspeed_ms - b.airspeed_ms) });
