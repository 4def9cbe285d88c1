/** Numbers as a monitor reads them. Zero is a value; null is a dash. */

import type { Position } from "../api/shared";

export const DASH = "—";

/** `840 m`, `3.42 km`, `12.8 km`. */
export function metres(value: number): string {
  // The bounds are those of the rounded number: 999.6 is not "1000 m".
  if (value < 999.5) return `${Math.round(value)} m`;
  if (value < 9995) return `${(value / 1000).toFixed(2)} km`;
  return `${(value / 1000).toFixed(1)} km`;
}

/** `1.2–1.9 km`: one unit for both ends. */
export function metreRange(low: number, high: number): string {
  if (high < 999.5) return `${Math.round(low)}–${Math.round(high)} m`;
  const digits = high < 9995 ? 2 : 1;
  return `${(low / 1000).toFixed(digits)}–${(high / 1000).toFixed(digits)} km`;
}

/** `063.4°`: three digits before the point, as bearings are read aloud. */
export function bearing(value: number | null): string {
  return value === null ? DASH : `${value.toFixed(1).padStart(5, "0")}°`;
}

/** `87 %`; a score that is not quite one never reads 100 %, one that is not zero never 0 %. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 100 && share < 1) return "99 %";
  if (whole === 0 && share > 0) return "<1 %";
  return `${whole} %`;
}

/** Latitude first, as people read positions aloud: `36.61234, -84.25678`. */
export function latLon(at: Position): string {
  return `${degrees(at.lat_deg)}, ${degrees(at.lon_deg)}`;
}

/** `36.61234`: a metre, near enough. */
export function degrees(value: number): string {
  return value.toFixed(5);
}

/** `36°36′44.4″N`. */
export function sexagesimal(value: number, positive: string, negative: string): string {
  let tenths = Math.round(Math.abs(value) * 36_000);
  const whole = Math.floor(tenths / 36_000);
  tenths -= whole * 36_000;
  const minutes = Math.floor(tenths / 600);
  const seconds = (tenths - minutes * 600) / 10;
  const side = value < 0 ? negative : positive;
  return `${whole}°${String(minutes).padStart(2, "0")}′${seconds.toFixed(1).padStart(4, "0")}″${side}`;
}

/** Eight-wind name key of a bearing: n ne e se s sw w nw. */
export function wind(value: number): string {
  return ["n", "ne", "e", "se", "s", "sw", "w", "nw"][Math.round(value / 45) % 8]!;
}

/** `CPU` of `CPUExecutionProvider`: the part of a runtime's name that a monitor can use. */
export function providerName(provider: string): string {
  return provider.replace(/ExecutionProvider$/, "");
}
