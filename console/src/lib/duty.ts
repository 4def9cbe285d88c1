/** The roster by the site's clock: days of a week, what of a shift lies in them, who is away. */

import type { DutyGap, DutyPlace, Leave, OnDuty, Post, Shift } from "../api/duty";
import { minuteOf, writtenIn } from "./time";

export const DISTRICT = "";
export const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;

/** A later day of the calendar, `2026-03-01` from `2026-02-28` and 1. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Monday of the day's week. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return dayAfter(day, -((weekday + 6) % 7));
}

/** Seven days, from Monday on. */
export const weekOf = (day: string): string[] =>
  Array.from({ length: 7 }, (_, index) => dayAfter(mondayOf(day), index));

/** 1 for Monday, 7 for Sunday. */
export const weekdayOf = (day: string): number => ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;

/** A day that is written as one, `2026-4-5` and `2026-04-05`; null for what is none. */
export function writtenDay(text: string): string | null {
  const [, year, month, day] = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text.trim()) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const found = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const at = Date.parse(`${found}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== found ? null : found;
}

/** When a day begins by the site's clock. */
export function startOf(day: string, zone: string): Date {
  // Where a change of the clock leaves midnight out, the day begins with the first hour that there is.
  return writtenIn(zone, `${day} 00:00`) ?? writtenIn(zone, `${day} 01:00`) ?? new Date(`${day}T00:00:00Z`);
}

const CLOCK = /^(\d{1,2})(?:[:：](\d{2}))?$/;

/** A time of day as `08:00`, also of `8`, `8:00` and `24:00`; null for what is none. */
export function clockIn(text: string): string | null {
  const [, hour, minute = "00"] = CLOCK.exec(text.trim()) ?? [];
  if (hour === undefined) return null;
  const minutes = Number(hour) * 60 + Number(minute);
  if (Number(minute) > 59 || minutes > DAY_MINUTES) return null;
  return `${hour.padStart(2, "0")}:${minute}`;
}

/**
 * A span of a day by the site's clock; an end that is not later is of the next day, so that
 * `08:00`–`08:00` is a day and a night. Null for what is none.
 */
export function spanOf(day: string, from: string, until: string, zone: string): { from: Date; until: Date } | null {
  const [begins, ends] = [clockIn(from), clockIn(until)];
  if (begins === null || ends === null || begins === "24:00") return null;
  const last = ends <= begins ? dayAfter(day, 1) : day;
  const [first, end] = [momentIn(day, begins, zone), momentIn(last, ends, zone)];
  return first === null || end === null || first >= end ? null : { from: first, until: end };
}

function momentIn(day: string, clock: string, zone: string): Date | null {
  if (clock === "24:00") return startOf(dayAfter(day, 1), zone);
  return clock === "00:00" ? startOf(day, zone) : writtenIn(zone, `${day} ${clock}`);
}

/** Whole days, both included, `2026-04-05` to `2026-04-07`; null for what is none. */
export function daysSpan(first: string, last: string, zone: string): { from: Date; until: Date } | null {
  const [from, until] = [writtenDay(first), writtenDay(last)];
  if (from === null || until === null || until < from) return null;
  return { from: startOf(from, zone), until: startOf(dayAfter(until, 1), zone) };
}

interface Spanned {
  from_at: string;
  until_at: string;
}

/** What of a span lies in a day: `08:00` to `24:00`, or null. */
export function partIn(day: string, span: Spanned, zone: string): { from: string; until: string } | null {
  const [begins, ends] = [startOf(day, zone).getTime(), startOf(dayAfter(day, 1), zone).getTime()];
  const [from, until] = [Date.parse(span.from_at), Date.parse(span.until_at)];
  if (until <= begins || from >= ends) return null;
  return {
    from: from <= begins ? "00:00" : minuteOf(new Date(from), zone),
    until: until >= ends ? "24:00" : minuteOf(new Date(until), zone),
  };
}

export const overlaps = (one: Spanned, other: Spanned): boolean =>
  Date.parse(one.from_at) < Date.parse(other.until_at) && Date.parse(other.from_at) < Date.parse(one.until_at);

/** What of a shift lies in a day. */
export interface CellShift {
  shift: Shift;
  from: string;
  until: string;
  /** On leave for some of what lies in the day. */
  away: boolean;
}

export interface CellGap {
  from: string;
  until: string;
  on_leave: string[];
}

export interface Cell {
  shifts: CellShift[];
  gaps: CellGap[];
}

/** What of a township's week is shown. */
export interface WeekOf {
  shifts: readonly Shift[];
  leaves: readonly Leave[];
  gaps: readonly DutyGap[];
}

/** Day by day, post by post: who is on from when until when, and when nobody is. */
export function weekGrid(days: readonly string[], posts: readonly Post[], township: string, of: WeekOf, zone: string): Cell[][] {
  const [shifts, gaps] = [of.shifts, of.gaps].map((all) => all.filter((it) => it.township === township)) as [Shift[], DutyGap[]];
  return days.map((day) => {
    const whole = { from_at: startOf(day, zone).toISOString(), until_at: startOf(dayAfter(day, 1), zone).toISOString() };
    return posts.map((post) => ({
      shifts: shifts
        .filter((it) => it.post === post)
        .flatMap((shift) => {
          const part = partIn(day, shift, zone);
          const seen = { from_at: later(shift.from_at, whole.from_at), until_at: sooner(shift.until_at, whole.until_at) };
          const away = of.leaves.some((it) => it.person_id === shift.person_id && overlaps(it, seen));
          return part === null ? [] : [{ shift, ...part, away }];
        })
        .sort((a, b) => a.shift.deputy - b.shift.deputy || a.from.localeCompare(b.from) || a.shift.shift_id - b.shift.shift_id),
      gaps: gaps
        .filter((it) => it.post === post)
        .flatMap((gap) => {
          const part = partIn(day, gap, zone);
          return part === null ? [] : [{ ...part, on_leave: gap.on_leave }];
        }),
    }));
  });
}

const later = (one: string, other: string): string => (Date.parse(one) > Date.parse(other) ? one : other);
const sooner = (one: string, other: string): string => (Date.parse(one) < Date.parse(other) ? one : other);

/** A township as the duty room shows it: whom to call, and which posts nobody has. */
export interface PlaceNow {
  township: string;
  name: string;
  people: OnDuty[];
  missing: DutyGap[];
}

/**
 * Everybody who is on at a moment, each under their own place, the district's duty room first; and the
 * posts that are not staffed then. Townships that lack somebody come before those that do not.
 */
export function placesNow(places: readonly DutyPlace[], gaps: readonly DutyGap[], at: string): PlaceNow[] {
  const moment = Date.parse(at);
  const missing = gaps.filter((it) => Date.parse(it.from_at) <= moment && moment < Date.parse(it.until_at));
  const district = new Map<number, OnDuty>();
  const towns = new Map<string, PlaceNow>();
  const town = (township: string, name: string): PlaceNow => {
    const known = towns.get(township) ?? { township, name, people: [], missing: [] };
    towns.set(township, known);
    return known;
  };
  for (const place of places) {
    for (const person of place.people) if (person.reach === "district") district.set(person.person_id, person);
    if (place.township !== DISTRICT) town(place.township, place.name).people.push(...place.people.filter((it) => it.reach !== "district"));
  }
  for (const gap of missing) town(gap.township, gap.name).missing.push(gap);
  const sorted = [...towns.values()].sort((a, b) => Number(b.missing.length > 0) - Number(a.missing.length > 0));
  return [{ township: DISTRICT, name: "", people: [...district.values()], missing: [] }, ...sorted];
}

/** What a telephone dials: digits, and a plus before them. */
export const telOf = (phone: string): string => `tel:${phone.replace(/[^\d+]/g, "")}`;

/** Whether somebody may write what is of a township; a district's own is for those of all of it. */
export function mayWrite(townships: readonly string[], township: string): boolean {
  return townships.length === 0 || townships.includes(township);
}

/** A sheet to begin with: headings that an import knows in either language, and how rows are written. */
export const dutyTemplate = (day: string, language: string): string[][] =>
  language === "zh"
    ? [
        ["日期", "开始", "结束", "镇街", "村", "岗位", "队伍", "姓名", "电话", "替班"],
        [day, "08:00", "08:00", "", "", "站", "", "", "", "否"],
        [day, "", "", "", "", "队", "专职", "", "", "1"],
      ]
    : [
        ["day", "from", "until", "township", "village", "post", "team", "name", "phone", "deputy"],
        [day, "08:00", "08:00", "", "", "station", "", "", "", "no"],
        [day, "", "", "", "", "team", "full_time", "", "", "1"],
      ];
