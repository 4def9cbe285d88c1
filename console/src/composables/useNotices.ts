/** How the channels of notices fare, looked at all the time; and the panel of them. */

import { computed, readonly, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { ChannelHealth } from "../api/notices";

const EACH_MS = 15_000;

const health = shallowRef<ChannelHealth[]>([]);
const open = ref(false);
let timer = 0;

async function look(): Promise<void> {
  try {
    health.value = (await http.noticeHealth()).health;
  } catch {
    // An unreachable server has its own banner.
  }
}

/** Look while the page is open; returns what ends it. Viewers are not asked to look after it. */
function watchNotices(): () => void {
  void look();
  timer = window.setInterval(() => void look(), EACH_MS);
  return () => {
    window.clearInterval(timer);
    health.value = [];
    open.value = false;
  };
}

const failing = computed(() => health.value.filter((it) => it.fails));

export function useNotices() {
  return {
    health,
    failing,
    look,
    watchNotices,
    open: readonly(open),
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
