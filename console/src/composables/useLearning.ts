/** Proposals of the digest, how many wait, and the digests of the last nights. */

import { computed, readonly, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { Acceptance, DigestList, NuisanceProposal } from "../api/learning";

const PAGE = 20;
const proposals = shallowRef<NuisanceProposal[]>([]);
const digests = shallowRef<DigestList | null>(null);
const next_before = ref<number | null>(null);
/** How many wait for a person; null before it is known. */
const waiting = ref<number | null>(null);
const loaded = ref(false);
/** Only those that wait, or all. */
const all = ref(false);
let asked = 0;

async function read(before: number | null): Promise<void> {
  const mine = ++asked;
  const page = await http.nuisances(all.value ? "" : "open", before, PAGE);
  if (mine !== asked) return; // somebody has asked otherwise since
  proposals.value = before === null ? page.proposals : [...proposals.value, ...page.proposals];
  next_before.value = page.next_before;
  waiting.value = page.open;
  loaded.value = true;
}

async function load(): Promise<void> {
  const [, found] = await Promise.all([read(null), http.nightDigests()]);
  digests.value = found;
}

/** For the tab's count alone. */
async function count(): Promise<void> {
  waiting.value = (await http.nuisances("open", null, 1)).open;
}

/** A decided one stays where it was looked at, as what it became. */
function take(after: NuisanceProposal): void {
  proposals.value = proposals.value.map((it) => (it.proposal_id === after.proposal_id ? after : it));
}

export function useLearning() {
  return {
    proposals: computed(() => proposals.value),
    digests: computed(() => digests.value),
    next_before: readonly(next_before),
    waiting: readonly(waiting),
    loaded: readonly(loaded),
    all,
    load,
    count,
    more: () => read(next_before.value),
    accept: async (id: number, body: Acceptance) => {
      take(await http.acceptNuisance(id, body));
      await count();
    },
    decline: async (id: number, note: string) => {
      take(await http.declineNuisance(id, note));
      await count();
    },
  };
}
