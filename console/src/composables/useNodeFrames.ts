/** The frames of one node, the newest first; what comes in is added while somebody looks. */

import { onBeforeUnmount, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { NodeFrame } from "../api/nodes";
import { useNodesRoom } from "./useNodesRoom";
import { useWords } from "./useWords";

const PAGE = 24;
const AGAIN_MS = 15_000;

export function useNodeFrames(node_id: string) {
  const { problemWords } = useWords();
  const { nodes_heard } = useNodesRoom();
  const frames = shallowRef<readonly NodeFrame[] | null>(null);
  const next_before = ref<number | null>(null);
  const chosen_id = ref<number | null>(null);
  /** The newest one is shown for as long as nobody chooses another. */
  const follows = ref(true);
  const error = ref("");
  let timer: number | undefined;
  let gone = false;

  async function load(): Promise<void> {
    window.clearTimeout(timer);
    try {
      const page = await http.nodeFrames(node_id, { limit: PAGE });
      if (gone) return;
      const known = new Set(page.frames.map((it) => it.frame_id));
      const further = (frames.value ?? []).filter((it) => !known.has(it.frame_id) && page.next_before !== null && it.frame_id < page.next_before);
      if (further.length === 0) next_before.value = page.next_before;
      frames.value = [...page.frames, ...further];
      if (follows.value) chosen_id.value = newest(page.frames)?.frame_id ?? null;
      error.value = "";
    } catch (problem) {
      if (!gone) error.value = problemWords(problem);
    }
    if (!gone) timer = window.setTimeout(() => void load(), AGAIN_MS);
  }

  /** The one that can be looked at and was taken last: what comes late is older. */
  const newest = (all: readonly NodeFrame[]): NodeFrame | undefined =>
    all.filter((it) => it.has_file && it.state !== "unreadable").reduce<NodeFrame | undefined>((best, it) => (best === undefined || it.captured_at > best.captured_at ? it : best), undefined);

  async function further(): Promise<void> {
    if (next_before.value === null) return;
    try {
      const page = await http.nodeFrames(node_id, { before: next_before.value, limit: PAGE });
      frames.value = [...(frames.value ?? []), ...page.frames];
      next_before.value = page.next_before;
    } catch (problem) {
      error.value = problemWords(problem);
    }
  }

  function choose(id: number): void {
    follows.value = false;
    chosen_id.value = id;
  }
  function follow(): void {
    follows.value = true;
    chosen_id.value = newest(frames.value ?? [])?.frame_id ?? null;
  }

  watch(nodes_heard, () => void load());
  void load();
  onBeforeUnmount(() => {
    gone = true;
    window.clearTimeout(timer);
  });

  return { frames, next_before, chosen_id, follows, error, further, choose, follow };
}
