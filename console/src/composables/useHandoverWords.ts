/** Lines of a handover in words; moments with their date, for a page is read on other days too. */

import type { HandoverItem } from "../api/handover";
import { metres } from "../lib/format";
import type { Gap } from "../lib/handover";
import { WINDS } from "../lib/observationForm";
import { dayOf, minuteOf } from "../lib/time";
import { useNoticeWords } from "./useNoticeWords";
import { useWords } from "./useWords";

const CALM_M_S = 0.3;
const APART_DEG = 22.5; // sixteen winds

export interface Line {
  name: string;
  state: string;
  detail: string;
}

export function useHandoverWords() {
  const words = useWords();
  const { t, zone } = words;
  const { troubleWords } = useNoticeWords();

  const dated = (iso: string): string => `${dayOf(new Date(iso), zone.value)} ${minuteOf(new Date(iso), zone.value)}`;
  const spanOf = (from: string | null, until: string | null): string =>
    t("handover.span", { from: from === null ? "" : dated(from), until: until === null ? "" : dated(until) });

  function whenOf(it: HandoverItem | Gap): string {
    if (it.until_at !== null) return spanOf(it.since, it.until_at);
    return it.since === null ? "" : t("handover.since", { time: dated(it.since) });
  }

  function danger(it: HandoverItem): Line {
    const name = t("handover.danger");
    const known = it.value === null ? t("handover.unknown") : t(`danger_class.${it.value}`);
    return { name, state: known, detail: it.state === "stale" ? t("wind.stale") : "" };
  }

  /** Speed and direction are two items of one line. */
  function wind(speed: HandoverItem, from: HandoverItem | undefined): Line {
    const name = t("wind.title");
    if (speed.value === null) return { name, state: t("wind.unknown"), detail: "" };
    const detail = speed.state === "stale" ? t("wind.stale") : "";
    if (from === undefined || from.value === null || speed.value < CALM_M_S) return { name, state: t("wind.calm"), detail };
    const whence = WINDS[Math.round(from.value / APART_DEG) % WINDS.length] ?? "N";
    return { name, state: t("wind.blows", { from: t(`compass_word.${whence.toLowerCase()}`), speed: speed.value }), detail };
  }

  const gapLine = (gap: Gap): Line => ({
    name: gap.text,
    state: gap.posts.map((post) => t(`duty_post.${post}`)).join(t("people.comma")),
    detail: "",
  });

  function lineOf(it: HandoverItem): Line {
    if (it.section === "fires")
      return { name: t("handover.numbered", { number: it.subject, name: it.text || t("handover.no_place") }), state: t(`state.${it.state}`), detail: "" };
    if (it.section === "orders")
      return {
        name: t("handover.order_of", { number: it.subject, name: it.text || t("duty.district"), fire: it.incident_id ?? "" }),
        state: t(`handover_order.${it.state}`),
        detail: it.value === null || it.value === 0 ? "" : t("handover.overdue", { count: it.value }),
      };
    if (it.section === "cameras")
      return { name: it.text, state: t(`handover_camera.${it.state}`), detail: it.value === null ? "" : t("handover.off_by", { degrees: it.value.toFixed(1) }) };
    if (it.section === "burns")
      return {
        name: t("handover.numbered", { number: it.subject, name: it.text }),
        state: t(`handover_burn.${it.state}`),
        detail: it.value === null ? "" : t("review.radius", { radius: metres(it.value) }),
      };
    if (it.section === "drones")
      return {
        name: t("handover.numbered", { number: it.subject, name: it.text }),
        state: t(`flight_state.${it.state}`),
        detail: it.state === "failed" ? t("handover.drone_lost") : it.incident_id === null ? "" : t("handover.looks_at", { fire: it.incident_id }),
      };
    return {
      name: it.text,
      state: troubleWords(it.state, ""),
      detail: it.value === null || it.value === 0 ? "" : t("handover.pending", { count: it.value }),
    };
  }

  return { ...words, dated, spanOf, whenOf, lineOf, gapLine, danger, wind };
}
