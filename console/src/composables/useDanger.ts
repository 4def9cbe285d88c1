/** The danger class of the day, in words: which, whence, and what the weather says beside it. */

import { computed, ref } from "vue";
import { http } from "../api/http";
import type { Danger, DangerClass, FireDay } from "../api/weather";
import { useWords } from "./useWords";

export const DANGER_COLOUR: Record<DangerClass, string> = {
  1: "#35c6a0",
  2: "#5fb8f0",
  3: "#f2cb4e",
  4: "#ff8a3d",
  5: "#ff5f5f",
};

const danger = ref<Danger | null>(null);

export function useDanger() {
  const { t, moment } = useWords();

  const source = computed(() => {
    const now = danger.value;
    if (now === null || now.danger === null) return "";
    if (now.stale) return t("danger.stale");
    return now.source === "entered" ? t("danger.by_hand") : t("danger.by_weather");
  });

  const told = computed(() => {
    const now = danger.value;
    if (now === null || now.danger === null || now.at === null || now.signal === null)
      return t("danger.unknown_hint");
    const parts = [t(`danger_signal.${now.signal}`)];
    if (now.source === "entered") {
      parts.push(t("danger.entered", { who: now.author, time: moment(now.at) }));
      if (now.stale) parts.push(t("danger.stale_hint"));
      if (now.computed !== null)
        parts.push(t("danger.beside", { class: t(`danger_class.${now.computed.danger}`), fwi: now.computed.fwi.toFixed(1) }));
    } else if (now.computed !== null) parts.push(from(now.computed));
    return parts.join(" · ");
  });

  function from(day: FireDay): string {
    const station = day.station === "" ? t("danger.district") : day.station;
    const said = t("danger.computed", { station, day: day.day, fwi: day.fwi.toFixed(1), days: day.days });
    if (day.missing.length === 0) return said;
    return `${said} · ${t("danger.carried", { count: day.missing.length })}`;
  }

  async function load(): Promise<void> {
    try {
      danger.value = await http.danger();
    } catch {
      // What was known stays on the screen; the feed's banner tells of a server that is gone.
    }
  }

  async function enter(chosen: DangerClass): Promise<void> {
    danger.value = await http.enterDanger(chosen);
  }

  return { danger, source, told, load, enter };
}
