/** What the detector proposes for the recording at hand; it is asked again while it looks. */

import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { Proposal, ProposedBox } from "../api/footage";
import { http } from "../api/http";

const AGAIN_MS = 2500;

export function useFootageProposals(footage_id: number) {
  const list = shallowRef<readonly Proposal[]>([]);
  const chosen_id = ref<number | null>(null);
  /** Boxes of the chosen one that are taken, by their places in it. */
  const kept = ref<ReadonlySet<number>>(new Set());
  const problem = shallowRef<unknown>(null);
  const chosen = computed(() => list.value.find((it) => it.proposal_id === chosen_id.value && it.state === "ready") ?? null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  /** Of ours that is being looked at: it is opened when it is there. */
  let awaited: number | null = null;

  async function load(): Promise<void> {
    clearTimeout(timer);
    try {
      const { proposals } = await http.proposals(footage_id);
      if (ended) return;
      list.value = proposals;
      problem.value = null;
    } catch (failure) {
      if (ended) return;
      problem.value = failure;
    }
    const mine = list.value.find((it) => it.proposal_id === awaited);
    if (mine?.state === "ready") choose(mine);
    if (mine !== undefined && mine.state !== "queued") awaited = null;
    if (list.value.some((it) => it.state === "queued") || problem.value !== null) timer = setTimeout(() => void load(), AGAIN_MS);
  }

  function choose(one: Proposal | null): void {
    chosen_id.value = one?.proposal_id ?? null;
    kept.value = new Set(one?.boxes.map((_, index) => index) ?? []);
  }

  function toggle(index: number): void {
    const next = new Set(kept.value);
    if (!next.delete(index)) next.add(index);
    kept.value = next;
  }

  async function ask(frames: readonly number[]): Promise<void> {
    const one = await http.askProposal(footage_id, frames);
    awaited = one.proposal_id;
    await load();
  }

  async function accept(base: number, fire: string): Promise<void> {
    const one = chosen.value;
    if (one === null) return;
    await http.acceptProposal(footage_id, one.proposal_id, [...kept.value].sort((a, b) => a - b), base, fire);
    choose(null);
    await load();
  }

  async function decline(): Promise<void> {
    const one = chosen.value;
    if (one === null) return;
    await http.declineProposal(footage_id, one.proposal_id);
    choose(null);
    await load();
  }

  /** What of the chosen one stands in a frame. */
  const boxesAt = (at_s: number): { index: number; box: ProposedBox }[] => chosen.value?.boxes.flatMap((box, index) => (box.at_s === at_s ? [{ index, box }] : [])) ?? [];

  onScopeDispose(() => {
    ended = true;
    clearTimeout(timer);
  });

  return { list, chosen, kept, problem, load, choose, toggle, ask, accept, decline, boxesAt };
}

export type FootageProposals = ReturnType<typeof useFootageProposals>;
