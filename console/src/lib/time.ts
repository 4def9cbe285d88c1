/** Moments in words: site time first, the date whenever it is not today, UTC beside it. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${Object.keys(options).join()}`;
  let found = formats.get(key);
  if (found === undefined) {
    // Swedish writes dates as ISO 8601 does, in every language of the console.
    found = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, ...options });
    formats.set(key, found);
  }
  return found;
}

const DAY: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit" };
const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const MINUTE: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

/** Date in the zone, `2018-07-28`. */
export function dayOf(moment: Date, zone: string): string {
  return format(zone, DAY).format(moment);
}

/** Time of day in the zone, `23:11:06`. */
export function timeOf(moment: Date, zone: string): string {
  return format(zone, TIME).format(moment);
}

/** Time of day in the zone without seconds, `23:11`. */
export function minuteOf(moment: Date, zone: string): string {
  return format(zone, MINUTE).format(moment);
}

/** Time of day when `now` is on the same day in the zone, otherwise with the date before it. */
export function momentOf(iso: string, zone: string, now: Date, seconds = true): string {
  const moment = new Date(iso);
  const day = dayOf(moment, zone);
  const time = seconds ? timeOf(moment, zone) : minuteOf(moment, zone);
  return day === dayOf(now, zone) ? time : `${day} ${time}`;
}

/** Date and time in UTC, `2018-07-28 15:11:06Z`. */
export function utcOf(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

export interface Age {
  key: "time.now" | "time.seconds" | "time.minutes" | "time.hours" | "time.days";
  count: number;
}

/** How long ago, as a key and a count for the translator; a future moment counts as now. */
export function ageOf(iso: string, now: Date): Age {
  const seconds = Math.floor((now.getTime() - new Date(iso).getTime()) / 1000);
  if (seconds < 5) return { key: "time.now", count: 0 };
  if (seconds < 90) return { key: "time.seconds", count: seconds };
  if (seconds < 5400) return { key: "time.minutes", count: Math.floor(seconds / 60) };
  if (seconds < 172_800) return { key: "time.hours", count: Math.floor(seconds / 3600) };
  return { key: "time.days", count: Math.floor(seconds / 86_400) };
}

/** A length of time, `12:05` (minutes:seconds), from an hour on `1:12:05`. */
export function lengthOf(duration_s: number): string {
  const whole = Math.round(duration_s);
  const two = (number: number): string => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  if (hours === 0) return `${minutes}:${two(whole % 60)}`;
  return `${hours}:${two(minutes % 60)}:${two(whole % 60)}`;
}

const WRITTEN = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})$/;

/** A moment as it is written by the site's clock, "2026-04-05 13:00"; null for what is none. */
export function writtenIn(zone: string, text: string): Date | null {
  const [year, month, day, hour, minute] = (WRITTEN.exec(text.trim()) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || minute === undefined) return null;
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  let at = wanted;
  // The zone's offset is that of the moment that is looked for: the second look is of the right one.
  for (let look = 0; look < 2; look += 1) at += wanted - asUtc(new Date(at), zone);
  return asUtc(new Date(at), zone) === wanted && new Date(wanted).getUTCDate() === day ? new Date(at) : null;
}

function asUtc(moment: Date, zone: string): number {
  return Date.parse(`${dayOf(moment, zone)}T${minuteOf(moment, zone)}:00Z`);
}
