/** What came of a replay, in the reader's language. */

import type { Measure, PlayedConditions, PlayedFrame } from "../api/replays";
import { bearing, latLon } from "../lib/format";
import { counted, duration, length, measured, moment as momentOf, rounded, type Told } from "../lib/replayNumbers";
import { alertWhy, whyValues, type Why } from "../lib/replayReasons";
import type { AlertRow, FireRow, RecordingRow } from "../lib/replayRecordings";
import type { Sentence } from "../lib/replayShort";
import { useWords } from "./useWords";

export function useReplayWords() {
  const { t, te, locale, moment, problemWords } = useWords();

  const say = (told: Told): string => (told.unit === "" ? told.n : t(`replay_result.unit.${told.unit}`, { n: told.n }));
  /** A word of an open list; what the lists do not have is said as it is. */
  const word = (key: string, as_is: string): string => (/^[\w.]+$/.test(key) && te(key) ? t(key) : as_is);
  const dropWord = (it: string): string => (it === "other" ? it : word(`drop.${it}`, it));
  const findingWord = (it: string): string => word(`finding.${it}`, it);
  const partWord = (it: string): string => word(`replay_result.part.${it}`, it);
  const list = (words: readonly string[]): string => [...new Set(words)].join(t("replay_result.list"));
  const measureName = (name: string): string => word(`replay_result.measure.${name}.name`, name);
  const measureMeans = (it: Pick<Measure, "name" | "better">): string => {
    const means = word(`replay_result.measure.${it.name}.means`, "");
    return means === "" ? "" : `${means} ${t(`replay_result.better_is.${it.better}`)}`;
  };
  const value = (it: Pick<Measure, "name" | "unit">, number: number | null, signed = false): string => say(measured(it, number, signed));
  const interval = (it: Pick<Measure, "name" | "unit" | "low" | "high">, signed = false): string =>
    it.low === null || it.high === null ? "" : t("replay_result.range", { low: value(it, it.low, signed), high: value(it, it.high, signed) });
  const basis = (it: Pick<Measure, "count" | "of">): string =>
    it.count === null ? "" : it.of === null ? counted(it.count) : t("replay_result.count_of", { count: counted(it.count), of: counted(it.of) });

  /** Why it alerted, in one line. */
  function alertReason(it: AlertRow, threshold: number | null): string {
    const { key, values, span } = alertWhy(it, threshold);
    return t(`replay_result.why.${key}`, {
      ...values,
      label: t(`label.${it.label}`),
      span: say(span),
      findings: it.findings.length > 0 ? list(it.findings.map(findingWord)) : t("replay_result.why.no_findings"),
    });
  }

  /** Where it lies, or at least where to look; empty where nobody knows. */
  function placeWords(it: AlertRow): string {
    const likeliest = it.fix?.clusters[0];
    if (likeliest !== undefined) return t("replay_result.place", { place: latLon(likeliest.position), radius: say(length(likeliest.r90_m)) });
    const bearing_deg = it.fix?.bearing_deg ?? null;
    return bearing_deg === null ? "" : t("replay_result.direction", { bearing: bearing(bearing_deg) });
  }

  /** Why a fire was missed. */
  const missReason = (why: readonly Why[]): string => why.map((it) => t(`replay_result.why.${it.key}`, whyValues(it))).join(" ");

  const sentence = (it: Sentence): string =>
    t(`replay_result.short.${it.key}`, {
      ...it.values,
      delay: it.delay === undefined ? "" : say(it.delay),
      why: list((it.why ?? []).slice(0, 8).map(dropWord)),
    });

  /** A moment of a recording from its zero, and by the site's clock where its times are the world's. */
  const at = (at_s: number): string => say(momentOf(at_s));
  const clock = (row: Pick<RecordingRow, "is_dated">, captured_at: string): string => (row.is_dated && captured_at !== "" ? moment(captured_at) : "");

  /** What became of a fire, in one line. */
  function fate(it: FireRow): string {
    if (it.outcome === "unseen") return t("replay_result.fate.unseen", { name: it.name, why: it.unseen });
    if (it.outcome === "missed") return t("replay_result.fate.missed", { name: it.name });
    const said = [
      it.from_visible_s !== null && it.from_visible_frames !== null
        ? t("replay_result.fate.found", { name: it.name, delay: say(duration(it.from_visible_s)), frames: counted(it.from_visible_frames) })
        : t("replay_result.fate.found_plain", { name: it.name }),
    ];
    if (it.location_error_m !== null) said.push(t("replay_result.fate.located", { error: say(length(it.location_error_m)) }));
    if (it.in_region !== null) said.push(t(`replay_result.fate.${it.in_region ? "in" : "out_of"}_region`));
    return said.join(" · ");
  }

  const conditions = (it: PlayedConditions): string[] => [
    ...[it.light, it.mode, it.sky, it.season].filter((one): one is string => one !== null).map(partWord),
    ...(it.range_m === null ? [] : [say(length(it.range_m))]),
  ];

  /** What is known of a frame, in one line. */
  function frameWords(row: RecordingRow, frame: PlayedFrame): string {
    const said = [at(frame.at_s), clock(row, frame.captured_at)].filter((one) => one !== "");
    if (frame.refused !== "") return [...said, t("replay_result.not_looked_why", { why: dropWord(frame.refused) })].join(" · ");
    said.push(`${t("label.smoke")} ${frame.smoke.toFixed(2)}`, `${t("label.flame")} ${frame.flame.toFixed(2)}`);
    said.push(frame.log_odds === null ? t("replay_result.no_track") : t("replay_result.evidence_of", { evidence: rounded(frame.log_odds, 2, true) }));
    return said.join(" · ");
  }

  return { t, locale, say, word, dropWord, partWord, list, measureName, measureMeans, value, interval, basis, alertReason, placeWords, missReason, sentence, at, clock, fate, conditions, frameWords, moment, problemWords };
}
