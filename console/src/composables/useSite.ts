/** What is fixed while the page is open: the site, its land and its aircraft. */

import { readonly, ref, shallowRef } from "vue";
import type { Aircraft, Land, Site } from "../api";
import { http } from "../http";
import { setClock } from "./useClock";

const site = shallowRef<Site | null>(null);
const land = shallowRef<Land | null>(null);
const aircraft = shallowRef<Aircraft[]>([]);
const failed = ref(false);

async function load(): Promise<void> {
  failed.value = false;
  try {
    const [site_, land_, aircraft_] = await Promise.all([
      http.site(),
      http.land(),
      http.aircraft(),
    ]);
    setClock(site_.now, site_.time_zone);
    site.value = site_;
    land.value = land_;
    aircraft.value = aircraft_;
  } catch {
    failed.value = true;
  }
}

export function useSite() {
  return { site, land, aircraft, failed: readonly(failed), load };
}
