/** Figures of a plan as they are read. */

import type { AirWind } from "../api/sweeps";
import { wind } from "./format";

/** `99.6 %`; never 100 unless all of it is, never more than was seen. */
export function covered(share: number): string {
  return share >= 1 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** `12.4 ha`, `3.9 km²`. */
export function area(square_m: number): string {
  return square_m < 1e6 ? `${(square_m / 1e4).toFixed(1)} ha` : `${(square_m / 1e6).toFixed(2)} km²`;
}

export const windWords = (it: AirWind, t: (key: string, named: Record<string, unknown>) => string): string =>
  it.speed_ms === 0 ? t("wind.calm", {}) : t("wind.blows", { from: t(`wind.${wind(it.from_deg)}`, {}), speed: Number(it.speed_ms.toFixed(1)) });
