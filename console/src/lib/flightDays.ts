/** The calendar of flights by the site's clock: whose day it is, where in the day, what lies side by side. */

import type { FlightRow } from "../api/flights";
import { dayAfter, startOf } from "./duty";
import { dayOf } from "./time";

const LEAST_SHARE = 0.026;

/** One flight within a day's column; shares of the day, which may have 23 or 25 hours. */
export interface DayBox {
  run: FlightRow;
  /** Of the day's length, [0, 1]. */
  top: number;
  height: number;
  /** Column within the day, and how many stand side by side there. */
  lane: number;
  lanes: number;
}

/** When a flight is on the calendar: from when it may start (or did) until its window closes (or it ended). */
export function spanOfRun(run: Pick<FlightRow, "due_at" | "until_at" | "started_at" | "ended_at">): { from_ms: number; until_ms: number } {
  const from_ms = Date.parse(run.started_at ?? run.due_at);
  const until_ms = run.started_at === null ? Date.parse(run.until_at) : Date.parse(run.ended_at ?? run.until_at);
  return { from_ms, until_ms: Math.max(from_ms, until_ms) };
}

/** Flights whose beginning is of the day, the earliest first. */
export function ofDay(runs: readonly FlightRow[], day: string, zone: string): FlightRow[] {
  return runs.filter((it) => dayOf(new Date(spanOfRun(it).from_ms), zone) === day).sort((a, b) => spanOfRun(a).from_ms - spanOfRun(b).from_ms || a.run_id - b.run_id);
}

/** Share of the day that has passed at a moment; null when it is not of the day. */
export function shareOfDay(moment: Date, day: string, zone: string): number | null {
  const [begins, ends] = [startOf(day, zone).getTime(), startOf(dayAfter(day, 1), zone).getTime()];
  const at = moment.getTime();
  return at < begins || at >= ends ? null : (at - begins) / (ends - begins);
}

/** Share of the day at which the earliest flight of these days begins; six o'clock where none flies. */
export function shareToShow(runs: readonly FlightRow[], days: readonly string[], zone: string): number {
  const begins = days.flatMap((day) => ofDay(runs, day, zone).map((it) => shareOfDay(new Date(spanOfRun(it).from_ms), day, zone) ?? 1));
  return begins.length === 0 ? 0.25 : Math.min(...begins);
}

/** Flights of a day as boxes; those that are at one time stand side by side. */
export function boxesOf(runs: readonly FlightRow[], day: string, zone: string): DayBox[] {
  const [begins, ends] = [startOf(day, zone).getTime(), startOf(dayAfter(day, 1), zone).getTime()];
  const boxes = ofDay(runs, day, zone).map((run): DayBox => {
    const { from_ms, until_ms } = spanOfRun(run);
    const height = Math.max(LEAST_SHARE, (Math.min(until_ms, ends) - from_ms) / (ends - begins));
    // One that begins right before midnight is still seen whole.
    return { run, top: Math.min((from_ms - begins) / (ends - begins), 1 - height), height, lane: 0, lanes: 1 };
  });
  let group: DayBox[] = [];
  let lanes: number[] = [];
  const close = (): void => {
    for (const box of group) box.lanes = lanes.length;
    group = [];
    lanes = [];
  };
  for (const box of boxes.sort((a, b) => a.top - b.top)) {
    if (lanes.length > 0 && lanes.every((bottom) => bottom <= box.top)) close();
    const free = lanes.findIndex((bottom) => bottom <= box.top);
    box.lane = free < 0 ? lanes.length : free;
    lanes[box.lane] = box.top + box.height;
    group.push(box);
  }
  close();
  return boxes;
}

/** Full hours of a day as shares of it, every `step` hours; a changed clock has its own hours. */
export function hoursOf(day: string, zone: string, step = 3): { share: number; hour: string }[] {
  const begins = startOf(day, zone).getTime();
  const hours = (startOf(dayAfter(day, 1), zone).getTime() - begins) / 3_600_000;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  const marks: { share: number; hour: string }[] = [];
  for (let hour = 0; hour < hours; hour += 1) {
    const told = format.format(new Date(begins + hour * 3_600_000));
    if (told.endsWith(":00") && Number(told.slice(0, 2)) % step === 0) marks.push({ share: hour / hours, hour: told });
  }
  return marks;
}
