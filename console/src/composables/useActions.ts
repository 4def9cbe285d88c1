/** What people do about the selected fire: asked of the server, told in words, never assumed. */

import { computed, readonly, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Incident } from "../api/incidents";
import type { LedgerRequest } from "../api/review";
import type { FireState } from "../api/shared";
import { Problem } from "../api/transport";
import type { OfferedReason } from "../lib/reasons";
import { FIRE_WAY, SETTLED } from "../lib/states";
import { useClock } from "./useClock";
import { useIncidents } from "./useIncidents";
import { useSession } from "./useSession";
import { useWords } from "./useWords";

/** What is asked for more words, a photo or a choice before it is done. */
export type Panel = "" | "dismiss" | "step" | "note" | "reopen" | "merge" | "split";

/** Codes that say that the fire is no longer what this page showed. */
const OVERTAKEN: ReadonlySet<string> = new Set(["incident_step", "conflict", "proposal_gone", "undo_late"]);

const busy = ref(false);
const error = ref("");
const panel = ref<Panel>("");
/** The last verdict of this desk that may still be taken back, wherever one looks since. */
const last = shallowRef<Incident | null>(null);

const fires = useIncidents();
const { user, writes: may } = useSession();
const clock = useClock();

/** Where the fire may go from here: a step may pass over those that did not happen. */
const onward = computed<readonly FireState[]>(() => {
  const at = FIRE_WAY.indexOf(fires.selected.value?.state as (typeof FIRE_WAY)[number]);
  return at === -1 ? [] : FIRE_WAY.slice(at + 1);
});
const waits = computed(() => fires.selected.value?.proposal ?? null);
const own = computed(() => waits.value !== null && waits.value.author === user.value?.name);
const can = computed(() => {
  const state = fires.selected.value?.state;
  const early = state === "open" || state === "acknowledged";
  const burns = state === "confirmed" || state === "dispatched" || state === "arrived";
  const settled = state !== undefined && SETTLED.has(state);
  const free = may.value && waits.value === null;
  return {
    acknowledge: free && state === "open",
    confirm: free && early,
    dismiss: free && (early || burns),
    step: free && onward.value.length > 0,
    reopen: may.value && (settled || state === "controlled"),
    judge: may.value && waits.value !== null && !own.value,
    note: may.value && state !== undefined,
    undo: may.value && undoable(fires.selected.value),
  };
});
/** What U takes back: of the fire that is looked at, otherwise the last verdict of this desk. */
const undone = computed(() => {
  const here = fires.selected.value;
  if (here !== null && undoable(here)) return here;
  const known = last.value === null ? null : (fires.known.value.get(last.value.incident_id) ?? null);
  return known !== null && undoable(known) ? known : null;
});

function undoable(fire: Incident | null): boolean {
  const until = fire?.undo?.until;
  if (fire === null || fire.undo === null) return false;
  return until === null || until === undefined || new Date(until) > clock.now.value;
}

watch(fires.selected_id, () => {
  error.value = "";
  panel.value = "";
});

export function useActions() {
  const { t, problemWords } = useWords();

  /** Do it, and show the fire that the server answers with; whether it was done. */
  async function act(fire: Incident | null, deed: (fire: Incident) => Promise<Incident>): Promise<Incident | null> {
    if (fire === null || busy.value) return null;
    busy.value = true;
    error.value = "";
    try {
      const after = await deed(fire);
      fires.take([after]);
      if (after.incident_id !== fire.incident_id) await fires.refresh(fire.incident_id).catch(() => undefined);
      panel.value = "";
      return after;
    } catch (problem) {
      error.value = await explain(problem, fire.incident_id);
      return null;
    } finally {
      busy.value = false;
    }
  }

  /** Whether the server took the step; `photo` is sent before it. */
  async function step(to_state: FireState, more: { reason?: OfferedReason; note?: string; photo?: File | null } = {}): Promise<boolean> {
    const after = await act(fires.selected.value, async (fire) => {
      const photo = more.photo == null ? {} : { photo: (await http.sendPhoto(fire.incident_id, more.photo)).photo };
      const note = more.note?.trim() ?? "";
      return http.stepFire(fire.incident_id, {
        expected_state: fire.state,
        to_state,
        ...(more.reason === undefined ? {} : { reason: more.reason }),
        ...(note === "" ? {} : { note }),
        ...photo,
      });
    });
    if (after !== null) last.value = after;
    return after !== null;
  }

  /** Dismiss, then remember the place where that is wanted. */
  async function dismiss(reason: OfferedReason, note: string, entry: LedgerRequest | null): Promise<void> {
    if (!(await step("dismissed", { reason, note })) || entry === null) return;
    try {
      await http.declare(entry);
    } catch (problem) {
      error.value = `${t("declare.failed")} ${problemWords(problem)}`;
    }
  }

  /** A conflict is told with what the fire is now and who made it so. */
  async function explain(problem: unknown, id: number): Promise<string> {
    if (!(problem instanceof Problem)) return problemWords(problem);
    if (problem.code === "incident_merged") await fires.refresh(id).catch(() => undefined);
    if (!OVERTAKEN.has(problem.code)) return problemWords(problem);
    try {
      const now = await fires.refresh(id);
      const entry = now.entries.findLast((it) => it.to_state !== null);
      if (entry === undefined) return problemWords(problem);
      panel.value = "";
      return t("action.faster", { state: t(`state.${now.state}`), author: entry.author });
    } catch {
      return problemWords(problem);
    }
  }

  function acknowledge(): void {
    if (can.value.acknowledge) void step("acknowledged");
  }

  function confirm(): void {
    if (can.value.confirm) void step("confirmed");
  }

  /** A second person says yes or no to the verdict that waits. */
  function judge(agrees: boolean): void {
    const proposal = waits.value;
    if (!can.value.judge || proposal === null) return;
    const ask = agrees ? http.agree : http.decline;
    void act(fires.selected.value, (fire) => ask(fire.incident_id, proposal.entry_id, ""));
  }

  async function undo(): Promise<void> {
    const fire = undone.value;
    if (fire === null || fire.undo === null) return;
    const { entry_id } = fire.undo;
    const after = await act(fire, () => http.undo(fire.incident_id, entry_id));
    if (after === null) return;
    last.value = null;
    fires.select(after.incident_id);
  }

  async function note(words: string, photo: File | null): Promise<void> {
    await act(fires.selected.value, async (fire) => {
      const token = photo === null ? undefined : (await http.sendPhoto(fire.incident_id, photo)).photo;
      return http.noteFire(fire.incident_id, words.trim(), token);
    });
  }

  const reopen = (words: string) =>
    act(fires.selected.value, (fire) => http.reopen(fire.incident_id, words.trim()));

  /** Open a panel, or close it again, where what it asks for may be done. */
  function toggle(wanted: Exclude<Panel, "">): void {
    const allowed = { dismiss: can.value.dismiss, step: can.value.step, note: can.value.note, reopen: can.value.reopen, merge: may.value, split: may.value };
    if (allowed[wanted] && fires.selected.value !== null) panel.value = panel.value === wanted ? "" : wanted;
  }

  return { busy: readonly(busy), error, panel, may, can, onward, waits, own, undone, act, step, dismiss, acknowledge, confirm, judge, undo, note, reopen, toggle };
}
