/** Townships, people and entries of work orders in words. */

import type { Order, OrderCalled, OrderEntry, SuggestedOrder, Village } from "../api/orders";
import { spanOf } from "../field/lib/clocks";
import type { ClockShown } from "../lib/orders";
import { tellerOf } from "../lib/orders";
import { useDutyWords } from "./useDutyWords";
import { useWords } from "./useWords";

export function useOrderWords() {
  const { t, te, moment, problemWords } = useWords();
  const { townshipName, postWords } = useDutyWords();

  const placeWords = (it: Pick<Order, "township" | "township_name">): string => it.township_name || townshipName(it.township);
  const suggestedWords = (it: SuggestedOrder): string => it.name || townshipName(it.township);
  const villageWords = (villages: readonly Village[]): string => villages.map((it) => it.name || it.code).join(t("people.comma"));
  const clockWords = (it: ClockShown): string => t(`order_clock_says.${it.state}`, { span: spanOf(it.shown_s) });

  /** Who is called: the duty room, a person by name, or somebody whose name one may not know. */
  const whoWords = (it: Pick<OrderCalled, "person_id" | "name">): string =>
    it.person_id === null ? t("duty.district") : it.name || t("orders.somebody");

  const authorWords = (it: OrderEntry): string => {
    if (it.author === "system") return t("incident.by_itself");
    return tellerOf(it.author) === null ? it.author : it.name || t("orders.somebody");
  };

  /** Why a channel has not sent; the bare code where this page has no words. */
  const pushTrouble = (code: string): string => {
    for (const key of [`notice_trouble.${code}`, `problem.${code}`]) if (te(key)) return t(key);
    return code;
  };

  return { t, te, moment, problemWords, postWords, spanOf, placeWords, suggestedWords, villageWords, clockWords, whoWords, authorWords, pushTrouble };
}
