/** What a person makes of a proposal of the digest: hours and ends, and which part of a picture is shown. */

import type { Box, Evidence } from "../api/alerts";
import type { Acceptance, NuisanceProposal, NuisanceSample } from "../api/learning";
import type { LedgerTimes } from "../api/review";
import { writtenIn } from "./time";

const DAY_MS = 86_400_000;
const MINUTES = 24 * 60;
export const LASTS_DAYS = { monitor: [1, 3, 7, 14], admin: [1, 3, 7, 14, 30, 90, 365] } as const;

export interface Decision {
  days: number;
  /** Only in these hours; else the whole day. */
  narrow: boolean;
  from: string;
  to: string;
  note: string;
}

const two = (number: number): string => String(number).padStart(2, "0");

/** Minutes of a day as they are written, `06:30`. */
export const clockOf = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;

/** Minutes of a day from how they are written, also `6:30` and `24:00` for midnight; null for what is none. */
export function minuteIn(text: string): number | null {
  const [hour, minute] = (/^(\d{1,2})[:：](\d{2})$/.exec(text.trim()) ?? []).slice(1).map(Number);
  if (hour === undefined || minute === undefined || minute > 59 || hour * 60 + minute > MINUTES) return null;
  return (hour * 60 + minute) % MINUTES;
}

/** As it is proposed; of the ends that a person may choose the one that comes next below it. */
export function decisionOf(proposal: NuisanceProposal, offered: readonly number[]): Decision {
  const { from_minute, to_minute } = proposal.times;
  const asked = Math.round((Date.parse(proposal.until_at) - Date.parse(proposal.from_at)) / DAY_MS);
  const narrow = from_minute !== null && to_minute !== null;
  return {
    days: offered.findLast((it) => it <= asked) ?? offered[0] ?? 1,
    narrow,
    from: narrow ? clockOf(from_minute) : "",
    to: narrow ? clockOf(to_minute) : "",
    note: "",
  };
}

/** What is sent; null while the hours are none. The end is a minute early, as a clock may run ahead. */
export function acceptanceOf(decision: Decision, now: Date): Acceptance | null {
  const from_minute = minuteIn(decision.from);
  const to_minute = minuteIn(decision.to);
  if (decision.narrow && (from_minute === null || to_minute === null || from_minute === to_minute)) return null;
  return {
    note: decision.note.trim(),
    until_at: new Date(now.getTime() + decision.days * DAY_MS - 60_000).toISOString(),
    times: decision.narrow ? { from_minute, to_minute } : { from_minute: null, to_minute: null },
  };
}

/** The hours of an entry, `06:30–09:00`; empty for the whole day. */
export function hoursOf(times: LedgerTimes): string {
  const { from_minute, to_minute } = times;
  return from_minute === null || to_minute === null ? "" : `${clockOf(from_minute)}–${clockOf(to_minute)}`;
}

const px = (sides: readonly [number, number, number, number], width_px: number, height_px: number): Box => ({
  label: "smoke",
  score: 0,
  x_min: sides[0] * width_px,
  y_min: sides[1] * height_px,
  x_max: sides[2] * width_px,
  y_max: sides[3] * height_px,
});

/** A sample as pictures of evidence are shown, with what the detector saw. */
export const pictureOf = (sample: NuisanceSample): Evidence => ({
  index: sample.index,
  captured_at: sample.captured_at,
  received_at: sample.captured_at,
  url: `/api/alerts/${sample.alert_id}/evidence/${sample.index}.jpg`,
  width_px: sample.width_px,
  height_px: sample.height_px,
  boxes: [px(sample.box, sample.width_px, sample.height_px)],
});

/** The place that would be held, in the picture of a sample. */
export function placeIn(proposal: NuisanceProposal, sample: NuisanceSample): Box {
  const { x_min, y_min, x_max, y_max } = proposal.view;
  return px([x_min, y_min, x_max, y_max], sample.width_px, sample.height_px);
}

const DAY = /^\d{4}-\d{1,2}-\d{1,2}$/;

/** A day as it is written, as the moment at which it begins by the site's clock, or ends; null for none, undefined for what is none. */
export function edgeOf(zone: string, day: string, end: boolean): string | null | undefined {
  if (day.trim() === "") return null;
  const begins = DAY.test(day.trim()) ? writtenIn(zone, `${day.trim()} 00:00`) : null;
  return begins === null ? undefined : new Date(begins.getTime() + (end ? DAY_MS : 0)).toISOString();
}
