/** The panel in which cameras are listed, added, tested and changed. */

import { readonly, ref } from "vue";

const open = ref(false);
/** Key of the camera being edited; empty for a new one, null for the list. */
const editing = ref<string | null>(null);

function show(id: string | null = null): void {
  open.value = true;
  editing.value = id;
}

function hide(): void {
  open.value = false;
  editing.value = null;
}

function edit(id: string | null): void {
  editing.value = id;
}

export function useCameraAdmin() {
  return { open: readonly(open), editing: readonly(editing), show, hide, edit };
}
