/** Times of a recording, and which of its frames are chosen by them. */

import type { FootageFacts, Proposal } from "../api/footage";

/** `-10:00.0`, `0:07.25`, `1:02:07.0`: seconds from the recording's zero, as short as they are exact to a hundredth. */
export function clockOf(at_s: number): string {
  const hundredths = Math.round(Math.abs(at_s) * 100);
  const [hours, minutes, rest] = [Math.floor(hundredths / 360_000), Math.floor(hundredths / 6000) % 60, (hundredths % 6000) / 100];
  const seconds = rest.toFixed(hundredths % 10 === 0 ? 1 : 2);
  const two = (number: number | string, size: number): string => String(number).padStart(size, "0");
  const tail = `${two(seconds, seconds.length - seconds.indexOf(".") + 2)}`;
  const sign = at_s < 0 && hundredths > 0 ? "-" : "";
  return hours === 0 ? `${sign}${minutes}:${tail}` : `${sign}${hours}:${two(minutes, 2)}:${tail}`;
}

const WRITTEN = /^(-)?(?:(\d+):)?(?:(\d{1,4}):)?(\d+(?:\.\d+)?)$/;

/** Seconds of what a person writes: `75`, `1:15`, `-10:00`, `1:02:07.5`; null for what is no time. */
export function secondsIn(text: string): number | null {
  const found = WRITTEN.exec(text.trim());
  if (found === null) return null;
  const [, sign, first, second, last] = found;
  const [hours, minutes] = second === undefined ? ["0", first ?? "0"] : [first!, second];
  // Behind a colon there are less than sixty.
  if ((first !== undefined && Number(last) >= 60) || (second !== undefined && Number(second) >= 60)) return null;
  const value = Number(hours) * 3600 + Number(minutes) * 60 + Number(last);
  return sign === undefined || value === 0 ? value : -value;
}

/** Where a time stands between the first and the last frame, 0 to 1. */
export function shareOf(at_s: number, facts: Pick<FootageFacts, "first_at_s" | "last_at_s">): number {
  const length_s = facts.last_at_s - facts.first_at_s;
  return length_s <= 0 ? 0 : Math.min(1, Math.max(0, (at_s - facts.first_at_s) / length_s));
}

/** Numbers of so many frames, evenly from one to the last; fewer where there are no more. */
export function spread(from: number, count: number, wanted: number): number[] {
  const there = Math.max(0, count - from);
  const taken = Math.min(wanted, there);
  if (taken <= 1) return there === 0 ? [] : [from];
  return Array.from({ length: taken }, (_, place) => from + Math.round((place * (there - 1)) / (taken - 1)));
}

/** What a proposal shows, frame by frame, each box with its place in it. */
export function framesOf(proposal: Proposal): { number: number; at_s: number; boxes: { index: number; box: Proposal["boxes"][number] }[] }[] {
  return proposal.frames.map((number, place) => {
    const at_s = proposal.at_s[place]!;
    return { number, at_s, boxes: proposal.boxes.flatMap((box, index) => (box.at_s === at_s ? [{ index, box }] : [])) };
  });
}

/** `2.1 GB`, `840 MB`, `12 kB`. */
export function sizeOf(bytes: number): string {
  if (bytes >= 999_500_000) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 999_500 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
