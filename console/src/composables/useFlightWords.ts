/** Flights, gates and schedules in the reader's language. */

import type { FlightRow, GateReading, Schedule } from "../api/flights";
import { readingOf } from "../lib/flightStates";
import { clockOf } from "../lib/patrolForm";
import { dayOf, minuteOf } from "../lib/time";
import { useWords } from "./useWords";

export function useFlightWords() {
  const words = useWords();
  const { t, te, locale, moment, zone } = words;

  const said = (key: string, otherwise: string): string => (te(key) ? t(key) : otherwise);
  const stateWords = (run: Pick<FlightRow, "state">): string => t(`flight_state.${run.state}`);
  const reasonWords = (reason: string): string => (reason === "none" || reason === "" ? "" : said(`flight_reason.${reason}`, reason));
  const gateWords = (gate: string): string => said(`flight_gate.${gate}`, gate);
  const titleOf = (run: Pick<FlightRow, "sweep_name" | "schedule_name" | "sortie">): string => `${run.schedule_name || run.sweep_name} · ${t("flights.sortie", { number: run.sortie })}`;

  /** `7.4 m/s, limit 10 m/s`; empty where the reading is no number. */
  function numbersOf({ value, limit, unit }: GateReading): string {
    if (value !== null && limit !== null) return t("flights.of_limit", { value: readingOf(value, unit), limit: readingOf(limit, unit) });
    if (value !== null) return readingOf(value, unit);
    return limit === null ? "" : t("flights.limit", { limit: readingOf(limit, unit) });
  }
  /** The server's sentence is whole in English; other words are by the gate, and its sentence is beside. */
  const remedyOf = (it: GateReading): string => {
    if (it.answer === "open" || it.answer === "not_asked") return "";
    if (locale.value === "en" && it.remedy !== "") return it.remedy;
    const key = it.answer === "unknown" && te(`gate_unknown.${it.gate}`) ? `gate_unknown.${it.gate}` : `gate_remedy.${it.gate}`;
    return said(key, it.remedy);
  };

  const written = (iso: string): string => `${dayOf(new Date(iso), zone.value)} ${minuteOf(new Date(iso), zone.value)}`;
  /** `13:00–13:30`, with the day where it is not today. */
  const windowOf = (it: { due_at: string; until_at: string }): string => `${moment(it.due_at, false)}–${minuteOf(new Date(it.until_at), zone.value)}`;

  /** When a schedule flies, in a line. */
  function timesOf({ timing }: Pick<Schedule, "timing">): string {
    const parts: string[] = [];
    if (timing.sun !== null) {
      const minutes = Math.round(timing.sun_offset_s / 60);
      const sun = t(`sun_event.${timing.sun}`);
      parts.push(minutes === 0 ? sun : t(minutes > 0 ? "flights.after_sun" : "flights.before_sun", { sun, minutes: Math.abs(minutes) }));
    } else if (timing.by_danger.length > 0) {
      const told = timing.by_danger.filter((it) => it.every_s !== null).map((it) => t("flights.every_of", { danger: t(`danger_class.${it.danger}`), minutes: Math.round(it.every_s! / 60) }));
      parts.push(`${clockOf(timing.from_minute)}–${clockOf(timing.until_minute)}`, ...told);
    } else parts.push(timing.at_minutes.map(clockOf).join(" "));
    if (timing.weekdays.length > 0) parts.push(timing.weekdays.map((it) => t(`weekday.${it}`)).join(t("flights.between")));
    for (const it of timing.seasons) parts.push(t("flights.season_of", { from: t("flights.month_day", { month: it.from_month, day: it.from_day }), to: t("flights.month_day", { month: it.to_month, day: it.to_day }) }));
    return parts.join(" · ");
  }

  return { ...words, stateWords, reasonWords, gateWords, titleOf, numbersOf, remedyOf, written, windowOf, timesOf };
}
