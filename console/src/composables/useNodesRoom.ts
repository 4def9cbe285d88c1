/** The room of the nodes: whether it is open, which part of it, and which node or look is looked at. */

import { readonly, ref } from "vue";

export const NODES_TABS = ["looks", "fleet"] as const;
export type NodesTab = (typeof NODES_TABS)[number];

const open = ref(false);
const tab = ref<NodesTab>("fleet");
/** The node that is looked at; null for none. */
const node_id = ref<string | null>(null);
/** The look, likewise. */
const look_id = ref<number | null>(null);
/** Rises with every event of a node, and of a look. */
const nodes_heard = ref(0);
const looks_heard = ref(0);

export function useNodesRoom() {
  return {
    open: readonly(open),
    tab,
    node_id,
    look_id,
    nodes_heard: readonly(nodes_heard),
    looks_heard: readonly(looks_heard),
    show: () => (open.value = true),
    hide: () => (open.value = false),
    hear: (kind: "node" | "look") => (kind === "node" ? (nodes_heard.value += 1) : (looks_heard.value += 1)),
    /** To a node, from wherever it is named. */
    at_node: (id: string) => {
      open.value = true;
      tab.value = "fleet";
      node_id.value = id;
    },
    /** To a look, likewise. */
    at_look: (id: number) => {
      open.value = true;
      tab.value = "looks";
      look_id.value = id;
    },
  };
}
