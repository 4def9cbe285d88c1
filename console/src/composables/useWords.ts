/** Problems, moments and ages in the reader's language. */

import { useI18n } from "vue-i18n";
import { Problem } from "../api/transport";
import { ageOf, momentOf } from "../lib/time";
import { useClock } from "./useClock";

export function useWords() {
  const { t, te, locale } = useI18n();
  const { now, zone } = useClock();

  /** What to do about a trouble, a condition or a state of a camera; empty where nothing is. */
  function todo(code: string): string {
    const key = `todo.${code}`;
    return te(key) ? t(key) : "";
  }

  /** What went wrong, and what to do: translated by code, the server's own words otherwise. */
  function problemWords(problem: unknown): string {
    if (!(problem instanceof Problem)) return t("problem.unknown");
    const key = `problem.${problem.code}`;
    const own = [problem.detail, problem.remedy].filter((part) => part !== "").join(" ");
    if (problem.code === "input_refused" && own !== "") return `${t(key)} ${own}`;
    if (te(key)) return t(key);
    // A camera that is tried fails as one that runs does, and has the same words.
    const trouble = `trouble.${problem.code}`;
    if (te(trouble)) return t("health.with_todo", { what: t(trouble), todo: todo(problem.code) });
    return own === "" ? t("problem.unknown") : own;
  }

  const moment = (iso: string, seconds = true): string =>
    momentOf(iso, zone.value, now.value, seconds);

  function age(iso: string): string {
    const { key, count } = ageOf(iso, now.value);
    return t(key, { count });
  }

  return { t, te, locale, problemWords, todo, moment, age, now, zone };
}
