/** When a cut begins and ends, as a person writes it by the site's clock. */

import { writtenIn } from "./time";

const SECONDS = /^(.*\d:\d{2}):(\d{2})$/;

/** "2026-04-05 13:10", also with seconds; null for what is no moment. */
export function minuteWritten(zone: string, text: string): Date | null {
  const [, minute, seconds] = SECONDS.exec(text.trim()) ?? [];
  if (minute === undefined || seconds === undefined) return writtenIn(zone, text);
  const found = Number(seconds) < 60 ? writtenIn(zone, minute) : null;
  return found === null ? null : new Date(found.getTime() + Number(seconds) * 1000);
}
