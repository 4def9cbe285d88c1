/** Posts, places and spans of the duty room in words; and which places somebody may write for. */

import { computed } from "vue";
import type { DutyPerson, DutyRefusal, OnDuty, Post, TeamKind } from "../api/duty";
import { DISTRICT, mayWrite } from "../lib/duty";
import { dayOf, minuteOf } from "../lib/time";
import { useSession } from "./useSession";
import { useSite } from "./useSite";
import { useTownships } from "./useTownships";
import { useWords } from "./useWords";

export function useDutyWords() {
  const { t, te, zone, now, locale, moment, problemWords } = useWords();
  const { options, named } = useTownships();
  const { user, writes } = useSession();
  const { land } = useSite();

  const mine = computed<readonly string[]>(() => user.value?.townships ?? []);
  const may = (township: string): boolean => writes.value && mayWrite(mine.value, township);
  const townshipName = (code: string): string => (code === DISTRICT ? t("duty.district") : named([code]));

  /** Villages of a township, to choose from; of an older layer without townships all of them. */
  const villagesOf = (township: string): { value: string; label: string }[] =>
    (land.value?.features ?? [])
      .map((it) => it.properties)
      .filter((it) => it.layer === "village" && (it.township_code == null || it.township_code === township))
      .map((it) => ({ value: it.code, label: it.name }));
  const villageName = (code: string): string =>
    land.value?.features.find((it) => it.properties.layer === "village" && it.properties.code === code)?.properties.name ?? code;

  /** Places that there are: of the land and of the roster, the district first; `writable` alone on demand. */
  function places(known: readonly string[], writable = false): { value: string; label: string }[] {
    const codes = new Set([DISTRICT, ...options.value.map((it) => it.value), ...known]);
    return [...codes]
      .filter((it) => (writable ? may(it) : it === DISTRICT || mayWrite(mine.value, it)))
      .map((value) => ({ value, label: townshipName(value) }));
  }

  const postWords = (post: Post, team: TeamKind | null = null): string =>
    team === null ? t(`duty_post.${post}`) : t("duty.post_of_team", { post: t(`duty_post.${post}`), team: t(`duty_team.${team}`) });
  const turnWords = (deputy: number): string => (deputy === 0 ? t("duty.first") : t("duty.deputy_of", { number: deputy }));
  const personWords = (it: DutyPerson): string =>
    t("duty.person_of", { name: it.name, post: postWords(it.post, it.team), place: it.village === "" ? townshipName(it.township) : villageName(it.village) });
  const untilWords = (it: OnDuty): string => t("duty.until", { time: moment(it.shift_until_at, false) });
  /** With its date, whatever day it is: a roster is of many days. */
  const dated = (iso: string): string => `${dayOf(new Date(iso), zone.value)} ${minuteOf(new Date(iso), zone.value)}`;
  /** Why a row was left out; the server's own words where this page has none. */
  const refusalWords = (it: DutyRefusal): string =>
    te(`problem.${it.code}`) && it.code !== "input_refused" ? t(`problem.${it.code}`) : [it.title, it.remedy].filter((part) => part !== "").join(" ");

  return { t, zone, now, locale, moment, problemWords, may, places, villagesOf, villageName, townshipName, postWords, turnWords, personWords, untilWords, dated, refusalWords };
}
