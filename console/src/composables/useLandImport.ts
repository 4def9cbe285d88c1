/** A file on its way into the land: chosen, mapped, checked, taken. One for each open dialog. */

import { computed, onBeforeUnmount, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type {
  FileLayer,
  ImportApplied,
  ImportDraft,
  ImportMode,
  LandMapping,
  LandUpload,
} from "../api/landdata";
import { Problem } from "../api/transport";
import { randomKey } from "../lib/landImport";
import { useSite } from "./useSite";
import { useWords } from "./useWords";

export const STEPS = ["file", "mapping", "check", "done"] as const;
export type Step = (typeof STEPS)[number];

export function useLandImport() {
  const { problemWords } = useWords();
  const site = useSite();
  const step = ref<Step>("file");
  const upload = shallowRef<LandUpload | null>(null);
  const number = ref(0);
  const mapping = ref<LandMapping | null>(null);
  const draft = shallowRef<ImportDraft | null>(null);
  const applied = shallowRef<ImportApplied | null>(null);
  const busy = ref(false);
  const error = ref("");
  const layer = computed<FileLayer | null>(() => upload.value?.layers.find((it) => it.number === number.value) ?? null);
  const left = computed(() => upload.value?.layers.filter((it) => !it.applied) ?? []);
  let key = "";
  let gone = false;

  async function busily(work: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    error.value = "";
    try {
      await work();
    } catch (problem) {
      error.value = problemWords(problem);
      // Kept for an hour only, and not over a restart of the server.
      if (problem instanceof Problem && problem.code === "land_import_gone") step.value = "file";
    } finally {
      busy.value = false;
    }
  }

  function turnTo(it: FileLayer): void {
    number.value = it.number;
    mapping.value = structuredClone(it.guess);
    draft.value = null;
    applied.value = null;
    step.value = "mapping";
  }

  function arrived(found: LandUpload): void {
    if (gone) return forget(found);
    upload.value = found;
    const first = found.layers.find((it) => it.number === number.value && !it.applied) ?? found.layers.find((it) => !it.applied);
    if (first !== undefined) turnTo(first);
  }

  const choose = (file: File) =>
    busily(async () => {
      number.value = 0;
      arrived(await http.sendLand(file));
    });

  const readAs = (encoding: string | null) =>
    busily(async () => {
      if (upload.value === null) return;
      const kept = mapping.value;
      arrived(await http.readLand(upload.value.upload_id, encoding));
      // What was stated of the layer as a whole does not hang on its letters.
      if (kept !== null && mapping.value !== null)
        mapping.value = { ...mapping.value, layer: kept.layer, system: kept.system, drill: kept.drill };
    });

  const check = () =>
    busily(async () => {
      if (upload.value === null || mapping.value === null) return;
      draft.value = await http.checkLand(upload.value.upload_id, number.value, mapping.value);
      key = randomKey();
      step.value = "check";
    });

  /** Takes another system for the same numbers, and looks again. */
  const checkIn = (system: string) => {
    if (mapping.value !== null) mapping.value = { ...mapping.value, system };
    return check();
  };

  const apply = (mode: ImportMode, note: string) =>
    busily(async () => {
      const file = upload.value;
      if (file === null || draft.value === null) return;
      // The same key again: an answer that was lost on the way costs nothing.
      applied.value = await http.applyLand(file.upload_id, { draft: draft.value.draft, mode, note, key });
      upload.value = { ...file, layers: file.layers.map((it) => (it.number === number.value ? { ...it, applied: true } : it)) };
      step.value = "done";
      await site.load();
    });

  function forget(file: LandUpload | null): void {
    if (file !== null) void http.forgetLand(file.upload_id).catch(() => undefined);
  }

  function anew(): void {
    forget(upload.value);
    upload.value = null;
    draft.value = null;
    applied.value = null;
    error.value = "";
    step.value = "file";
  }

  function back(): void {
    error.value = "";
    if (step.value === "check") step.value = "mapping";
    else anew();
  }

  onBeforeUnmount(() => {
    gone = true;
    forget(upload.value);
  });

  return { step, upload, layer, left, mapping, draft, applied, busy, error, choose, readAs, check, checkIn, apply, turnTo, anew, back };
}
