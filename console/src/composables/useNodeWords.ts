/** Nodes, their troubles and their looks in the reader's language. */

import type { HeatNode, NodeReading } from "../api/nodes";
import { DASH, percent } from "../lib/format";
import { clockError, spanOf, toneOf, worstOf } from "../lib/nodes";
import { useWords } from "./useWords";

export function useNodeWords() {
  const words = useWords();
  const { t, te, age } = words;

  const said = (key: string, otherwise: string): string => (te(key) ? t(key) : otherwise);
  const refusalWords = (code: string): string => said(`node_refusal.${code}`, code);
  const reasonWords = (code: string): string => said(`heat_reason.${code}`, code);

  /** Why a frame cannot be read; its code where nobody has words for it. */
  const codeWords = (code: string): string => said(`problem.${code}`, said(`trouble.${code}`, code));

  /** The gravest trouble, or how it is otherwise, in a word. */
  function stateWords(node: HeatNode): string {
    const tone = toneOf(node);
    const worst = worstOf(node);
    return worst === null || tone === "retired" ? t(`node_tone.${tone}`) : t(`node_trouble.${worst}`);
  }

  /** `3.71 V · 62 %`; what it does not tell is left out. */
  function batteryWords({ battery_v, battery_share }: NodeReading): string {
    const parts = [battery_share === null ? "" : percent(battery_share), battery_v === null ? "" : `${battery_v.toFixed(2)} V`];
    return parts.filter((it) => it !== "").join(" · ") || DASH;
  }
  const signalWords = ({ signal_dbm }: NodeReading): string => (signal_dbm === null ? DASH : `${Math.round(signal_dbm)} dBm`);
  const seenWords = ({ standing }: HeatNode): string => (standing.last_received_at === null ? t("nodes_room.never") : age(standing.last_received_at));
  const clockWords = ({ standing }: HeatNode): string => (standing.clock_error_s === null ? t("nodes_room.unknown") : clockError(standing.clock_error_s));

  /** Of a frame that came before it was taken, by a wrong clock, too. */
  const clockSpan = (span_s: number): string => (span_s < 0 ? clockError(span_s) : spanOf(span_s));

  return { ...words, clockSpan, refusalWords, reasonWords, codeWords, stateWords, batteryWords, signalWords, seenWords, clockWords };
}
