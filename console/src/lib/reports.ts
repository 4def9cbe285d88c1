/** Figures of a report in words, by the rules of the server's files. Zero is a value; null is unknown. */

import type { Figure } from "../api/reports";

export const NOTHING = "—";
const RATES = new Set(["per_camera_day", "per_10000_ha"]);
const SMALLEST_RATE = 0.000001;
/** Columns of shares, 0 to 1, whatever their table; the server has the same. */
export const SHARES = new Set(["in_time", "verified", "share", "low", "high"]);
/** Ends of columns of which nothing is known where there was nothing: a dash says so. */
export const OF_NONE = ["median_s", "p95_s", "longest_s"];
/** Columns of numbers that have names. */
export const NUMBERED = new Set(["weekday", "danger"]);
/** Which of the console's words stand in a column of a table, or of any; the server has the same. */
export const SECTIONS: Record<string, string> = {
  "watch_gap_causes.cause": "gap_cause",
  ".cause": "reason",
  ".post": "duty_post",
  ".finding": "network_kind",
  ".danger": "danger_class",
};

/** A value without its unit: a share as hundredths, rates to three digits that mean something. */
export function plain(value: number, unit: string): string {
  if (unit === "share") return hundredths(value);
  if (RATES.has(unit)) return rate(value);
  const size = Math.abs(value);
  return rounded(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

const UNITS_S = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
const LARGER: [number, "days" | "hours" | "minutes"][] = [
  [172_800, "days"],
  [7200, "hours"],
  [600, "minutes"],
];

/** A time in the unit that is read at a glance: 10 minutes and more, 2 hours and more, 2 days. */
export function scaled(value: number, unit: string): [number, string] {
  const each = unit === "seconds" || unit === "minutes" ? UNITS_S[unit] : Infinity; // hours are added up over cameras or posts
  const seconds = value * each;
  const larger = LARGER.find(([least, name]) => Math.abs(seconds) >= least && UNITS_S[name] > each);
  return larger === undefined ? [value, unit] : [seconds / UNITS_S[larger[1]], larger[1]];
}

/** A value with its unit; `word` of it, empty for a count. */
export function shown(value: number, unit: string, word: string): string {
  return `${plain(value, unit)} ${unit === "share" ? "%" : word}`.trimEnd();
}

/** An interval with its unit once; empty where there is none. */
export function ends(low: number | null, high: number | null, unit: string, word: string): string {
  if (low === null && high === null) return "";
  const span = low === null ? `≤ ${plain(high!, unit)}` : high === null ? `≥ ${plain(low, unit)}` : `${plain(low, unit)}–${plain(high, unit)}`;
  return `${span} ${unit === "share" ? "%" : word}`.trimEnd();
}

/** Numerator and denominator; of a median how many it is of. */
export function basisOf(figure: Figure): string {
  if (figure.counted === null) return figure.of === null ? NOTHING : `n = ${plain(figure.of, "count")}`;
  return `${plain(figure.counted, "count")} / ${figure.of === null ? NOTHING : plain(figure.of, "count")}`;
}

export type Kept = "yes" | "yes_unsure" | "no" | "no_unsure" | "unknown";

/** A figure held against its limit; unsure where its interval reaches to the limit's other side. */
export function keptOf(figure: Figure): Kept {
  const { value, limit } = figure;
  if (limit === null || value === null) return "unknown";
  const reach = [figure.low, figure.high].filter((end): end is number => end !== null);
  if (value <= limit) return reach.some((end) => end > limit) ? "yes_unsure" : "yes";
  return reach.some((end) => end <= limit) ? "no_unsure" : "no";
}

export interface Bar {
  low: number;
  high: number;
  value: number;
  limit: number | null;
}

/** Where value, interval and limit lie on a line of 0 to 100; null without an interval. */
export function barOf(figure: Figure): Bar | null {
  const { value, low, high, limit } = figure;
  if (value === null || low === null || high === null) return null;
  const top = figure.unit === "share" ? 1 : Math.max(high, limit ?? 0) * 1.05;
  if (top <= 0) return null;
  const at = (one: number): number => Math.round((Math.min(Math.max(one, 0), top) / top) * 1000) / 10;
  return { low: at(low), high: at(high), value: at(value), limit: limit === null ? null : at(limit) };
}

const PERIOD = { monthly: /^(\d{4})-(0[1-9]|1[0-2])$/, yearly: /^(\d{4})$/ } as const;

/** The period so many later (negative: before); the same where it is none. */
export function periodAfter(kind: "monthly" | "yearly", period: string, by: number): string {
  const [, year, month = "1"] = PERIOD[kind].exec(period) ?? [];
  if (year === undefined) return period;
  if (kind === "yearly") return String(Number(year) + by).padStart(4, "0");
  const months = Number(year) * 12 + Number(month) - 1 + by;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
}

/** The last month that is over by the site's clock, or this year: what is opened first. */
export function periodOf(kind: "monthly" | "yearly", today: string): string {
  return kind === "yearly" ? today.slice(0, 4) : periodAfter("monthly", today.slice(0, 7), -1);
}

function hundredths(share: number): string {
  if (share === 0 || share === 1) return String(share * 100);
  const value = share * 100;
  if (value > 0 && value < 0.05) return "<0.1";
  if (value >= 99.95 && value < 100) return ">99.9";
  return rounded(value, 1);
}

function rate(value: number): string {
  if (value === 0) return "0";
  if (value > 0 && value < SMALLEST_RATE) return "<0.000001";
  return rounded(value, Math.max(0, 2 - Number(value.toExponential().split("e")[1])));
}

/** Thousands are set apart; zeros at the end are left out. */
function rounded(value: number, digits: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(3);
  const [whole = "", part] = value.toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = part?.replace(/0+$/, "") ?? "";
  const text = rest === "" ? grouped : `${grouped}.${rest}`;
  return text === "-0" ? "0" : text;
}
