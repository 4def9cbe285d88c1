/** Steps of the selected alert: asked of the server, told in words, never assumed. */

import { computed, readonly, ref, watch } from "vue";
import type { AlertState, DismissReason, LedgerRequest } from "../api";
import { Problem, http } from "../http";
import { useAlerts } from "./useAlerts";
import { useSession } from "./useSession";
import { useWords } from "./useWords";

const CONFIRM_WITHIN_MS = 4000;

/** Codes that say that the alert is no longer what this page showed. */
const OVERTAKEN: ReadonlySet<string> = new Set(["alert_step", "conflict"]);

const busy = ref(false);
const error = ref("");
const dismissing = ref(false);
/** Confirming takes two presses: it sends people out. */
const sure = ref(false);
let timer: ReturnType<typeof setTimeout> | undefined;

const alerts = useAlerts();
const { user } = useSession();

const may = computed(() => user.value !== null && user.value.role !== "viewer");
const can = computed(() => {
  const state = alerts.selected.value?.state;
  const early = state === "open" || state === "acknowledged";
  return {
    acknowledge: may.value && state === "open",
    confirm: may.value && early,
    dismiss: may.value && early,
    close: may.value && (state === "confirmed" || state === "dismissed"),
  };
});

watch(alerts.selected_id, () => {
  error.value = "";
  dismissing.value = false;
  sure.value = false;
});

export function useActions() {
  const { t, problemWords } = useWords();

  /** Whether the server took the step. */
  async function step(to_state: AlertState, reason?: DismissReason, note = ""): Promise<boolean> {
    const alert = alerts.selected.value;
    if (alert === null || busy.value) return false;
    busy.value = true;
    error.value = "";
    try {
      await alerts.step(alert.alert_id, {
        expected_state: alert.state,
        to_state,
        ...(reason === undefined ? {} : { reason }),
        ...(note.trim() === "" ? {} : { note: note.trim() }),
      });
      dismissing.value = false;
      return true;
    } catch (problem) {
      error.value = await explain(problem, alert.alert_id);
      return false;
    } finally {
      busy.value = false;
      sure.value = false;
    }
  }

  /** Dismiss, then remember the place where that is wanted. */
  async function dismiss(
    reason: DismissReason,
    note: string,
    entry: LedgerRequest | null,
  ): Promise<void> {
    if (!(await step("dismissed", reason, note)) || entry === null) return;
    try {
      await http.declare(entry);
    } catch (problem) {
      error.value = `${t("declare.failed")} ${problemWords(problem)}`;
    }
  }

  /** A conflict is told with what the alert is now and who made it so. */
  async function explain(problem: unknown, id: number): Promise<string> {
    if (!(problem instanceof Problem) || !OVERTAKEN.has(problem.code)) return problemWords(problem);
    try {
      const now = await alerts.refresh(id);
      const last = now.verdicts.at(-1);
      dismissing.value = false;
      if (last === undefined) return problemWords(problem);
      return t("action.faster", { state: t(`state.${now.state}`), author: last.author });
    } catch {
      return problemWords(problem);
    }
  }

  function acknowledge(): void {
    if (can.value.acknowledge) void step("acknowledged");
  }

  function confirm(): void {
    if (!can.value.confirm) return;
    clearTimeout(timer);
    if (sure.value) {
      void step("confirmed");
      return;
    }
    sure.value = true;
    timer = setTimeout(() => (sure.value = false), CONFIRM_WITHIN_MS);
  }

  function close(): void {
    if (can.value.close) void step("closed");
  }

  function openDismiss(): void {
    if (can.value.dismiss) dismissing.value = !dismissing.value;
  }

  return {
    busy: readonly(busy),
    error: readonly(error),
    sure: readonly(sure),
    dismissing,
    may,
    can,
    step,
    dismiss,
    acknowledge,
    confirm,
    close,
    openDismiss,
  };
}
