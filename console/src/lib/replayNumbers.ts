/** Numbers of a replay as people read them. Zero is a value; what nothing tells is a dash. */

import type { Measure } from "../api/replays";

/** A number and the key of its unit (`replay_result.unit`); empty for none. */
export interface Told {
  unit: "" | "s" | "min" | "h" | "d" | "m" | "km" | "frames" | "frame" | "percent";
  n: string;
}

export const NOTHING = "–";
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
/** Shown in percent; other figures without a unit are shown as they are. */
const SHARES = new Set(["event_recall", "precision", "region_holds"]);
const WHOLE = new Set(["early_alarms"]);

/** A number to so many significant digits, thousands apart, never with an exponent. */
export function rounded(number: number, digits: number, signed = false): string {
  if (number === 0) return "0";
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(number))));
  const text = grouped(number, Math.min(places, 9));
  const sign = number < 0 ? "−" : signed ? "+" : "";
  return sign + (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
}

/** A count, thousands apart; parts of one to two places. */
export const counted = (number: number): string => grouped(number, Number.isInteger(number) ? 0 : 2);

function fixed(number: number, places: number, signed: boolean): string {
  const text = Math.abs(number).toFixed(places);
  if (Number(text) === 0) return text;
  return (number < 0 ? "−" : signed ? "+" : "") + text;
}

function grouped(number: number, places: number): string {
  const [whole, part] = Math.abs(number).toFixed(places).split(".");
  const apart = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return part === undefined ? apart : `${apart}.${part}`;
}

/** A time in the unit that suits it. */
export function duration(time_s: number, signed = false): Told {
  const units = [["d", DAY_S], ["h", HOUR_S], ["min", MINUTE_S]] as const;
  for (const [unit, unit_s] of units) if (Math.abs(time_s) >= 2 * unit_s) return { unit, n: rounded(time_s / unit_s, 3, signed) };
  return { unit: "s", n: rounded(time_s, 3, signed) };
}

/** A moment of a recording, counted from its zero. */
export const moment = (at_s: number): Told => (at_s === 0 ? { unit: "", n: "0" } : duration(at_s, true));

/** A distance in metres, or in kilometres from one on. */
export function length(length_m: number, signed = false): Told {
  if (Math.abs(length_m) >= 1000) return { unit: "km", n: rounded(length_m / 1000, 3, signed) };
  return { unit: "m", n: rounded(length_m, 3, signed) };
}

/** A value of a measure, or a difference of two of them (`signed`), with its unit. */
export function measured(measure: Pick<Measure, "name" | "unit">, value: number | null, signed = false): Told {
  if (value === null) return { unit: "", n: NOTHING };
  if (measure.unit === "s") return duration(value, signed);
  if (measure.unit === "m") return length(value, signed);
  if (measure.unit === "frames") {
    const n = rounded(value, 3, signed);
    return { unit: n.replace(/^[+−]/, "") === "1" ? "frame" : "frames", n };
  }
  if (measure.unit === "1/camera-day") return { unit: "", n: rounded(value, 3, signed) };
  if (SHARES.has(measure.name)) return { unit: "percent", n: fixed(100 * value, 1, signed) };
  return { unit: "", n: WHOLE.has(measure.name) ? rounded(value, 3, signed) : fixed(value, 3, signed) };
}

