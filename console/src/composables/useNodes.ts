/**
 * The fleet of nodes as the server knows it: read when the page begins, when the feed tells of a change, and
 * now and then, for what it says of its batteries changes without anybody telling.
 */

import { shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { HeatNode } from "../api/nodes";
import { useNodesRoom } from "./useNodesRoom";

/** However much happens: never more often. */
const EACH_MS = 2000;
const FOLLOW_MS = 60_000;

const { nodes_heard } = useNodesRoom();
const nodes = shallowRef<readonly HeatNode[] | null>(null);
const problem = shallowRef<unknown>(null);

let running = false;
let asked = 0;
let asked_ms = -Infinity;
let timer: number | undefined;
let follow_timer: number | undefined;

async function load(): Promise<void> {
  window.clearTimeout(timer);
  window.clearTimeout(follow_timer);
  timer = undefined;
  asked_ms = performance.now();
  const mine = ++asked;
  try {
    const told = await http.nodes();
    if (mine !== asked) return; // asked anew meanwhile
    nodes.value = told.nodes;
    problem.value = null;
  } catch (failure) {
    if (mine === asked) problem.value = failure;
  }
  // Without nodes there is nothing to follow: the first one is told by the feed.
  if (running && mine === asked && (nodes.value?.length ?? 0) > 0) follow_timer = window.setTimeout(() => void load(), FOLLOW_MS);
}

function soon(): void {
  if (!running || timer !== undefined) return;
  timer = window.setTimeout(() => void load(), Math.max(0, asked_ms + EACH_MS - performance.now()));
}
watch(nodes_heard, soon);

/** Until the answer is called. */
function watchNodes(): () => void {
  running = true;
  void load();
  return () => {
    running = false;
    asked += 1;
    window.clearTimeout(timer);
    window.clearTimeout(follow_timer);
    timer = undefined;
    nodes.value = null;
    problem.value = null;
  };
}

export function useNodes() {
  return { nodes, problem, load, watchNodes };
}
