/** Recordings and their truth in the reader's language. */

import type { Footage, FootageFacts } from "../api/footage";
import { Problem } from "../api/transport";
import type { Changes } from "../lib/footageMerge";
import type { TruthFault } from "../lib/footageTruth";
import { clockOf } from "../lib/footageTime";
import { useWords } from "./useWords";

export function useFootageWords() {
  const words = useWords();
  const { t, te, moment, problemWords } = words;

  /** Why it was refused, or what is damaged: by its code, otherwise in the server's words. */
  const refusalWords = (it: Pick<Footage, "code" | "message" | "remedy">): string => problemWords(new Problem({ code: it.code, detail: it.message, remedy: it.remedy }));

  /** What the container claims beside what is true, where that is something else. */
  const rateWords = (it: FootageFacts): string => {
    if (it.rate_hz === null) return t("footage_room.no_rate");
    const slow = it.rate_hz < SLOW_HZ;
    const rate = slow ? rounded(1 / it.rate_hz) : rounded(it.rate_hz);
    const real = `${t(slow ? "footage_room.rate_slow" : "footage_room.rate", { rate })}${it.is_steady ? "" : t("footage_room.rate_uneven")}`;
    const claims = it.claimed_rate_hz;
    return claims === null || Math.abs(claims - it.rate_hz) <= 0.01 * it.rate_hz ? real : `${real} · ${t("footage_room.claimed", { rate: rounded(claims) })}`;
  };

  /** Seconds of the recording, and by the clock where anybody knows when it began. */
  const timeWords = (at_s: number, facts: FootageFacts | null): string => {
    if (facts === null || facts.begins_at === null) return clockOf(at_s);
    return `${clockOf(at_s)} · ${moment(new Date(Date.parse(facts.begins_at) + (at_s - facts.first_at_s) * 1000).toISOString())}`;
  };

  const faultWords = (it: TruthFault): string => t(`footage_fault.${it.code}`, { fire: it.name, at: it.at_s === null ? "" : clockOf(it.at_s) });

  /** Each change in a line. */
  const changeLines = (it: Changes): string[] => {
    const lines: string[] = [];
    if (it.frames.length > 0) lines.push(t("footage_room.change_frames", { count: it.frames.length, first: clockOf(it.frames[0]!), last: clockOf(it.frames.at(-1)!) }));
    const named = (key: string, names: readonly string[]): void => void (names.length > 0 && lines.push(t(key, { names: names.join(" · ") })));
    named("footage_room.change_fires_new", it.fires_new);
    named("footage_room.change_fires", it.fires_changed);
    named("footage_room.change_fires_gone", it.fires_gone);
    if (it.ignored_new + it.ignored_gone > 0) lines.push(t("footage_room.change_ignored", { added: it.ignored_new, gone: it.ignored_gone }));
    return lines;
  };

  /** A label that was refused: by its code where there are words, with the server's own, which name the place. */
  const labelWords = (it: { code: string; message: string }): string => (te(`problem.${it.code}`) ? `${t(`problem.${it.code}`)} (${it.message})` : it.message);

  return { ...words, refusalWords, rateWords, timeWords, faultWords, changeLines, labelWords };
}

/** Below it a person thinks of seconds between frames. */
const SLOW_HZ = 0.5;
const rounded = (value: number): number => Math.round(value * 100) / 100;
