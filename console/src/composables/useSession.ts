/** Who is signed in. One session a page. */

import { computed, readonly, ref } from "vue";
import { http } from "../api/http";
import type { User } from "../api/session";
import { whenSignedOut } from "../api/transport";

const user = ref<User | null>(null);
const known = ref(false);
const expired = ref(false);
/** Acts on fires, if only on those of their townships. */
const writes = computed(() => user.value !== null && user.value.role !== "viewer");
/** Acts on what is the whole district's: nobody who is limited to townships may. */
const of_district = computed(() => writes.value && user.value?.townships.length === 0);

whenSignedOut(() => {
  if (user.value !== null) expired.value = true;
  user.value = null;
});

async function restore(): Promise<void> {
  try {
    user.value = await http.session();
  } catch {
    user.value = null;
  }
  known.value = true;
}

async function signIn(name: string, password: string): Promise<void> {
  user.value = await http.signIn(name, password);
  expired.value = false;
}

async function changePassword(current: string, fresh: string): Promise<void> {
  user.value = await http.changePassword(current, fresh);
}

async function signOut(): Promise<void> {
  try {
    await http.signOut();
  } finally {
    // Even when the server is away this desk must stop showing what it showed.
    user.value = null;
  }
  expired.value = false;
}

export function useSession() {
  return {
    user: readonly(user),
    known: readonly(known),
    expired: readonly(expired),
    writes,
    of_district,
    restore,
    signIn,
    signOut,
    changePassword,
  };
}
