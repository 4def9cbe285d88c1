/** The changes of the land, newest first, and how one is set back. */

import { ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { LandChange } from "../api/landdata";
import { useSession } from "./useSession";
import { useSite } from "./useSite";

const PAGE = 50;
const changes = shallowRef<readonly LandChange[]>([]);
/** Numbers of changes whose report is kept. */
const reported = shallowRef<ReadonlySet<number>>(new Set());
const more = ref(false);

export function useLandChanges() {
  const site = useSite();
  const { user } = useSession();

  async function load(further = false): Promise<void> {
    const before = further ? (changes.value.at(-1)?.change_id ?? null) : null;
    const admin = user.value?.role === "admin";
    const [page, reports] = await Promise.all([http.landChanges(before, PAGE), admin ? http.landReports() : []]);
    changes.value = before === null ? page.changes : [...changes.value, ...page.changes];
    more.value = page.changes.length === PAGE;
    reported.value = new Set(reports);
  }

  async function undo(change_id: number): Promise<void> {
    await http.undoLand(change_id);
    await Promise.all([load(), site.load()]);
  }

  return { changes, reported, more, load, undo };
}
