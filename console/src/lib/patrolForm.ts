/** What a person edits of a patrol, and what it is to the server. */

import type { OwnPreset, Patrol, PatrolRequest, Season, Tour, TouredPreset, TourTimes } from "../api/patrols";
import type { DangerClass } from "../api/weather";

export const DANGER_CLASSES: readonly DangerClass[] = [1, 2, 3, 4, 5];
/** LY/T 2581: the whole area within half an hour. */
export const LONGEST_SWEEP_S = 1800;
/** To turn, to stand still and to be sure of it; the sweep page tells the true time. */
export const TURNING_S = 12;

export const ALWAYS: TourTimes = { from_minute: null, to_minute: null, weekdays: [], season: null };

export function newPreset(presets: readonly TouredPreset[]): TouredPreset {
  const number = presets.reduce((most, it) => Math.max(most, it.number + 1), 0);
  const pose = { azimuth_deg: 0, tilt_deg: 0, roll_deg: 0, horizontal_fov_deg: 60 };
  return { number, name: "", pose: { ...(presets[0]?.pose ?? pose), azimuth_deg: 0 }, token: "" };
}

/** A tour over every preset that the camera itself knows. */
export function newTour(name: string, presets: readonly TouredPreset[]): Tour {
  const stops = presets
    .filter((it) => it.token !== "")
    .map((it) => ({ preset: it.number, dwell_s: 20 }));
  return { name, stops, times: ALWAYS, least_danger: 1, most_danger: 5 };
}

/** About how long one round takes, seconds. */
export const roundOf = (tour: Tour): number =>
  tour.stops.reduce((sum, stop) => sum + stop.dwell_s + TURNING_S, 0);

/** Minute of the day as `06:30`, and back; null for what is no time. */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

export function minuteOf(text: string): number | null {
  const [, hour, minute] = /^([01]?\d|2[0-4])[:：]([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const found = Number(hour) * 60 + Number(minute);
  if (found > 1440) return null;
  return found % 1440; // 24:00 is the midnight that ends the day
}

/** Days of the year as `02-01`, and back; null for what is no span. */
export const daysOf = (season: Season | null): [string, string] => {
  const two = (number: number): string => String(number).padStart(2, "0");
  if (season === null) return ["", ""];
  return [
    `${two(season.from_month)}-${two(season.from_day)}`,
    `${two(season.to_month)}-${two(season.to_day)}`,
  ];
};

export function seasonOf(from: string, to: string): Season | null {
  const [first, last] = [from, to].map((text) => /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.trim()));
  if (!first || !last) return null;
  const [from_month, from_day, to_month, to_day] = [first[1], first[2], last[1], last[2]].map(Number);
  if (!isDay(from_month, from_day) || !isDay(to_month, to_day)) return null;
  return { from_month, from_day, to_month, to_day } as Season;
}

function isDay(month = 0, day = 0): boolean {
  const at = new Date(Date.UTC(2024, month - 1, day)); // a leap year: 29 February is a day
  return month >= 1 && day >= 1 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

/** What is still needed, as the keys of its words. */
export function missingIn(patrol: PatrolRequest): string[] {
  return [
    ...(patrol.address.trim() === "" ? ["address"] : []),
    ...(patrol.tours.some((it) => it.name.trim() === "") ? ["tour_name"] : []),
    ...(patrol.tours.some((it) => it.stops.length === 0) ? ["stops"] : []),
  ];
}

export function requestOf(patrol: Patrol): PatrolRequest {
  const { address, profile, is_on, presets, tours } = patrol;
  return { address: address.trim(), profile: profile.trim(), is_on, presets, tours };
}

/** Presets without one; a tour forgets it, and a tour without stops goes too. */
export function without(patrol: Patrol, number: number): Patrol {
  const tours = patrol.tours
    .map((it) => ({ ...it, stops: it.stops.filter((stop) => stop.preset !== number) }))
    .filter((it) => it.stops.length > 0);
  return { ...patrol, tours, presets: patrol.presets.filter((it) => it.number !== number) };
}

/**
 * With the presets that the camera itself knows: one of ours without a token takes that of its name;
 * one that we have not comes in, and where it looks is still to be entered.
 */
export function withOwn(patrol: Patrol, own: readonly OwnPreset[]): Patrol {
  const known = new Set(patrol.presets.map((it) => it.token).filter((it) => it !== ""));
  const free = own.filter((it) => !known.has(it.token));
  const presets = patrol.presets.map((it) => {
    if (it.token !== "") return it;
    const index = free.findIndex((one) => one.name !== "" && one.name === it.name);
    const [same] = index < 0 ? [] : free.splice(index, 1);
    return same === undefined ? it : { ...it, token: same.token };
  });
  for (const { token, name } of free) presets.push({ ...newPreset(presets), token, name });
  return { ...patrol, presets };
}
