/** How a channel fares and what became of a notice, in words. */

import type { ChannelHealth } from "../api/notices";
import { noticeTroubleKey } from "../lib/notices";
import { useWords } from "./useWords";

export function useNoticeWords() {
  const { t, te, moment, age } = useWords();

  /** What is the matter, by its code; the sender's own words otherwise. */
  function troubleWords(code: string, detail: string): string {
    const key = noticeTroubleKey(code);
    return te(key) ? t(key) : detail === "" ? code : detail;
  }

  type Tone = "off" | "bad" | "caution" | "good" | "idle";

  /** At a glance: nobody need look after it, somebody must, or nobody knows yet. */
  function toneOf(it: ChannelHealth): Tone {
    if (!it.enabled) return "off";
    if (it.fails) return "bad";
    if (it.failing_since !== null) return "caution";
    return it.last_success_at === null ? "idle" : "good";
  }

  const sinceWords = (it: ChannelHealth): string =>
    it.failing_since === null ? "" : t("notices.failing_since", { time: moment(it.failing_since, false), count: it.failures });

  const pendingWords = (it: ChannelHealth): string =>
    it.pending === 0 || it.oldest_pending_at === null
      ? t("notices.nothing_waits")
      : t("notices.waits", { count: it.pending, age: age(it.oldest_pending_at) });

  return { troubleWords, toneOf, sinceWords, pendingWords };
}
