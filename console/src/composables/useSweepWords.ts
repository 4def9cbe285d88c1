/** Findings, refusals and lacking wishes in the reader's language. */

import { computed } from "vue";
import type { Finding } from "../api/sweeps";
import { Problem } from "../api/transport";
import { type WishField } from "../lib/sweepForm";
import { fieldOf, namesIn, rangeOf, unitOf } from "../lib/sweepRefusals";
import { useSweepPlan } from "./useSweepPlan";
import { useWords } from "./useWords";

/** Limits without which nothing is planned. */
export const LIMITS = ["most_airspeed_ms", "most_wind_ms", "climb_ms", "descent_ms", "battery", "ceiling_m"] as const;

/** `12.34567` is read as `12.3`; text stays. */
const told = (value: string | number): string | number => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toFixed(Math.abs(value) < 1 ? 3 : 1)) : value);

export function useSweepWords() {
  const { t, te, locale, problemWords, moment } = useWords();
  const { problem } = useSweepPlan();

  const facts = (it: Finding) => Object.fromEntries(Object.entries(it.facts).map(([key, value]) => [key, told(value)]));
  const findingWords = (it: Finding): string => (te(`mission.finding.${it.code}`) ? t(`mission.finding.${it.code}`, facts(it)) : it.message);
  const remedyWords = (it: Finding): string => (te(`mission.remedy.${it.code}`) ? t(`mission.remedy.${it.code}`, facts(it)) : it.remedy);

  /** The server's sentence is whole in English; other words get its numbers. */
  function refusalWords(why: unknown): string {
    const words = problemWords(why);
    // A rule that refuses a plan's own flight has the words of its finding, which only the server can fill in.
    if (why instanceof Problem && why.code.startsWith("mission_") && !te(`problem.${why.code}`)) return t("sweep.check_refused", { words });
    if (!(why instanceof Problem) || !te(`problem.${why.code}`)) return words;
    if (locale.value === "en") return [why.detail, why.remedy].filter((it) => it !== "").join(" ") || words;
    const range = rangeOf(why);
    const limits = why.code === "aircraft_without_limit" ? namesIn(why.detail, LIMITS).map((it) => t(`limit.${it}`)).join("、") : "";
    return [words, range === null ? "" : t("sweep.allowed", { ...range, unit: unitOf(why) }), limits].filter((it) => it !== "").join("");
  }

  const refusal = computed<{ field: WishField | null; words: string } | null>(() => {
    const why = problem.value;
    if (why === null) return null;
    return { field: why instanceof Problem ? fieldOf(why) : null, words: refusalWords(why) };
  });

  return { t, te, moment, problemWords, findingWords, remedyWords, refusalWords, refusal };
}
