/** The rooms of the office: messages, duty, work orders, gates, reports, handover. */

import { computed } from "vue";
import { useDuty } from "./useDuty";
import { useGates } from "./useGates";
import { useHandover } from "./useHandover";
import { useNotices } from "./useNotices";
import { useOrders } from "./useOrders";
import { useReports } from "./useReports";

export function useOffice() {
  const rooms = { notices: useNotices(), duty: useDuty(), orders: useOrders(), gates: useGates(), reports: useReports(), handover: useHandover() };
  const all = Object.values(rooms);
  const open = computed(() => all.some((room) => room.open.value));

  /** Close whichever is open. */
  function leave(): void {
    for (const room of all) room.hide();
  }

  return { ...rooms, open, leave };
}
