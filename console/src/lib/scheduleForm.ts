/** What a person edits of a flight schedule, field by field, and what it is to the server. */

import type { DangerClass } from "../api/weather";
import type { Season } from "../api/patrols";
import { type Schedule, type ScheduleBody, type SunEvent, WEEKDAYS, type Weekday } from "../api/flights";
import { clockOf, DANGER_CLASSES, daysOf, minuteOf, seasonOf } from "./patrolForm";
import { writtenIn } from "./time";

export const WAYS = ["clock", "sun", "danger"] as const;
export type Way = (typeof WAYS)[number];

/** Text stays as it is typed, so that nothing jumps under the hand. */
export interface ScheduleDraft {
  name: string;
  sweep_id: number | null;
  /** Null for the newest at the time of the window. */
  sweep_version: number | null;
  way: Way;
  /** `06:30, 14:00` */
  times: string;
  sun: SunEvent;
  /** Minutes after it; below 0 before. */
  sun_offset_min: number | null;
  /** Of each danger class: minutes between two windows; null: none. */
  every_min: Record<DangerClass, number | null>;
  from: string;
  until: string;
  weekdays: Weekday[];
  /** From and to, as `02-01`. */
  seasons: [string, string][];
  window_min: number | null;
  /** Of each flight of the sweep where another one than the plan's own. */
  aircraft: Record<number, string>;
  needs_approval: boolean;
  approval_number: string;
  /** By the site's clock, `2026-04-05 13:00`. */
  approved_from: string;
  approved_until: string;
  needs_release: boolean;
  is_enabled: boolean;
  note: string;
}

export const fresh = (): ScheduleDraft => ({
  name: "", sweep_id: null, sweep_version: null,
  way: "clock", times: "", sun: "sunrise", sun_offset_min: 30,
  every_min: { 1: null, 2: null, 3: 240, 4: 120, 5: 60 }, from: "08:00", until: "18:00",
  weekdays: [], seasons: [], window_min: 30, aircraft: {},
  needs_approval: false, approval_number: "", approved_from: "", approved_until: "",
  needs_release: true, is_enabled: true, note: "",
});

/** Fields beside which something is said to be missing or wrong. */
export type DraftField = "name" | "sweep" | "times" | "offset" | "every" | "hours" | "seasons" | "window" | "approval";

const SEPARATOR = /[\s,，、;；]+/;

/** `06:30, 14:00` as minutes of the day, rising and each once; null for what is none. */
export function minutesOf(text: string): number[] | null {
  const parts = text.trim().split(SEPARATOR).filter((it) => it !== "");
  const minutes = parts.map((it) => (/^24/.test(it) ? null : minuteOf(it)));
  if (minutes.length === 0 || minutes.some((it) => it === null)) return null;
  return [...new Set(minutes as number[])].sort((a, b) => a - b);
}

/** The end of a day's hours: midnight is its last minute, not its first. */
function endOf(text: string): number | null {
  const minute = minuteOf(text);
  return minute === 0 ? 1440 : minute;
}

const seasonsOf = (draft: ScheduleDraft): (Season | null)[] => draft.seasons.map(([from, to]) => seasonOf(from, to));

/** The first field that keeps it from being kept; null when none does. */
export function wrongIn(draft: ScheduleDraft, zone: string): DraftField | null {
  if (draft.name.trim() === "") return "name";
  if (draft.sweep_id === null) return "sweep";
  if (draft.way === "clock" && minutesOf(draft.times) === null) return "times";
  if (draft.way === "sun" && draft.sun_offset_min === null) return "offset";
  if (draft.way === "danger") {
    if (DANGER_CLASSES.every((it) => draft.every_min[it] === null)) return "every";
    const [from, until] = [minuteOf(draft.from), endOf(draft.until)];
    if (from === null || until === null || from >= until) return "hours";
  }
  if (seasonsOf(draft).includes(null)) return "seasons";
  if (draft.window_min === null) return "window";
  const number = draft.approval_number.trim();
  const [from, until] = [draft.approved_from, draft.approved_until].map((it) => (it.trim() === "" ? null : writtenIn(zone, it)));
  const written = [draft.approved_from, draft.approved_until].filter((it) => it.trim() !== "").length;
  if (written === 1 || (written === 2 && (!from || !until || from >= until || number === ""))) return "approval";
  return null;
}

/** What is kept; null while something is missing. */
export function bodyOf(draft: ScheduleDraft, zone: string): ScheduleBody | null {
  if (wrongIn(draft, zone) !== null) return null;
  const danger = draft.way === "danger";
  const at = (text: string): string | null => (text.trim() === "" ? null : writtenIn(zone, text)!.toISOString());
  return {
    name: draft.name.trim(),
    sweep_id: draft.sweep_id!,
    sweep_version: draft.sweep_version,
    timing: {
      at_minutes: draft.way === "clock" ? minutesOf(draft.times)! : [],
      sun: draft.way === "sun" ? draft.sun : null,
      sun_offset_s: draft.way === "sun" ? draft.sun_offset_min! * 60 : 0,
      by_danger: danger ? everyOf(draft) : [],
      from_minute: danger ? minuteOf(draft.from)! : 0,
      until_minute: danger ? endOf(draft.until)! : 1440,
      weekdays: WEEKDAYS.filter((it) => draft.weekdays.includes(it)),
      seasons: seasonsOf(draft) as Season[],
    },
    window_s: draft.window_min! * 60,
    aircraft: Object.entries(draft.aircraft).filter(([, name]) => name !== "").map(([sortie, aircraft]) => ({ sortie: Number(sortie), aircraft })),
    approval_number: draft.approval_number.trim(),
    approved_from_at: at(draft.approved_from),
    approved_until_at: at(draft.approved_until),
    needs_approval: draft.needs_approval,
    needs_release: draft.needs_release,
    is_enabled: draft.is_enabled,
    note: draft.note.trim(),
  };
}

/** Every class is told, those below the first that is flown too: "from this class on" leaves no doubt. */
const everyOf = (draft: ScheduleDraft): ScheduleBody["timing"]["by_danger"] =>
  DANGER_CLASSES.map((danger) => {
    const minutes = draft.every_min[danger];
    return { danger, every_s: minutes === null ? null : minutes * 60 };
  });

/** An entry holds from its class on until the next one. */
function everyIn(by_danger: ScheduleBody["timing"]["by_danger"]): Record<DangerClass, number | null> {
  const told = fresh().every_min;
  if (by_danger.length === 0) return told;
  for (const danger of DANGER_CLASSES) {
    const holds = by_danger.filter((it) => it.danger <= danger).at(-1);
    told[danger] = holds === undefined || holds.every_s === null ? null : holds.every_s / 60;
  }
  return told;
}

export function draftOf(it: Schedule, written: (iso: string) => string): ScheduleDraft {
  const { timing } = it;
  const danger = timing.by_danger.length > 0;
  return {
    name: it.name, sweep_id: it.sweep_id, sweep_version: it.sweep_version,
    way: danger ? "danger" : timing.sun !== null ? "sun" : "clock",
    times: timing.at_minutes.map(clockOf).join(", "),
    sun: timing.sun ?? "sunrise",
    sun_offset_min: timing.sun === null ? fresh().sun_offset_min : timing.sun_offset_s / 60,
    every_min: everyIn(timing.by_danger),
    from: danger ? clockOf(timing.from_minute) : fresh().from,
    until: danger ? clockOf(timing.until_minute) : fresh().until,
    weekdays: [...timing.weekdays],
    seasons: timing.seasons.map((season) => daysOf(season)),
    window_min: it.window_s / 60,
    aircraft: Object.fromEntries(it.aircraft.map((one) => [one.sortie, one.aircraft])),
    needs_approval: it.needs_approval, approval_number: it.approval_number,
    approved_from: it.approved_from_at === null ? "" : written(it.approved_from_at),
    approved_until: it.approved_until_at === null ? "" : written(it.approved_until_at),
    needs_release: it.needs_release, is_enabled: it.is_enabled, note: it.note,
  };
}

export type ApprovalLack = "none" | "over" | "not_yet";

/** Why the next window has no approval of the airspace; null where it has one, needs none or does not come. */
export function approvalLack(it: Pick<Schedule, "needs_approval" | "approval_number" | "approved_from_at" | "approved_until_at" | "next_due_at" | "is_enabled">): ApprovalLack | null {
  if (!it.needs_approval || !it.is_enabled || it.next_due_at === null) return null;
  if (it.approval_number === "" || it.approved_from_at === null || it.approved_until_at === null) return "none";
  const next_ms = Date.parse(it.next_due_at);
  if (next_ms >= Date.parse(it.approved_until_at)) return "over";
  return next_ms < Date.parse(it.approved_from_at) ? "not_yet" : null;
}

/** Beside which field the server's refusal is said; null where it belongs to none. */
export const fieldOf = (code: string): DraftField | null =>
  ({
    schedule_text: "name", schedule_sweep: "sweep", no_such_sweep: "sweep", schedule_minutes: "times", schedule_sun: "offset",
    schedule_danger: "every", schedule_hours: "hours", schedule_seasons: "seasons", schedule_window: "window", schedule_approval: "approval",
  } as Record<string, DraftField>)[code] ?? null;
