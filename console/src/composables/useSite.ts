/** What is fixed while the page is open: the site and its land. */

import { readonly, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { Land } from "../api/land";
import type { Site } from "../api/site";
import { setClock } from "./useClock";

const site = shallowRef<Site | null>(null);
const land = shallowRef<Land | null>(null);
const failed = ref(false);
const FOLLOW_MS = 10_000;
/** Version of the land that is drawn; taken before the land itself, so that no change is missed. */
let drawn_version: number | null = null;

async function load(): Promise<void> {
  failed.value = false;
  try {
    const [site_, { version }] = await Promise.all([http.site(), http.landLayers()]);
    const land_ = await http.land();
    drawn_version = version;
    setClock(site_.now, site_.time_zone);
    site.value = site_;
    land.value = land_;
  } catch {
    failed.value = true;
  }
}

/** Another model may be in force; the rest of the site is as it was. */
async function refresh(): Promise<void> {
  try {
    site.value = await http.site();
  } catch {
    // What is shown stays; the next change tells it.
  }
}

/** The land that others have changed is drawn anew; edits of this page do so by themselves. */
async function follow(): Promise<void> {
  try {
    const { version } = await http.landLayers();
    if (drawn_version !== null && version !== drawn_version) {
      land.value = await http.land();
      drawn_version = version;
    }
  } catch {
    // The next look may find the server again; the feed tells that it is gone.
  }
}

let timer = 0;

/** Look for changes of the land while the page is open; returns what ends it. */
function watchLand(): () => void {
  const look = async (): Promise<void> => {
    await follow();
    if (timer !== 0) timer = window.setTimeout(() => void look(), FOLLOW_MS);
  };
  timer = window.setTimeout(() => void look(), FOLLOW_MS);
  return () => {
    window.clearTimeout(timer);
    timer = 0;
  };
}

export function useSite() {
  return { site, land, failed: readonly(failed), load, refresh, watchLand };
}
