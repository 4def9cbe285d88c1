/** The server's time, ticking once a second: a wrong clock on the desk must not age the alerts. */

import { readonly, ref } from "vue";

const offset_ms = ref(0);
const now = ref(new Date());
const zone = ref("Asia/Shanghai");

setInterval(() => {
  now.value = new Date(Date.now() + offset_ms.value);
}, 1000);

/** Set the clock by what the server answered. */
export function setClock(serverNow: string, timeZone: string): void {
  offset_ms.value = new Date(serverNow).getTime() - Date.now();
  zone.value = timeZone;
  now.value = new Date(serverNow);
}

export function useClock() {
  return { now: readonly(now), zone: readonly(zone) };
}
