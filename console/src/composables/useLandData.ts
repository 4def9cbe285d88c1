/** The panel of the land's layers: what there is, what was changed, and a file that is brought in. */

import { readonly, ref } from "vue";

type Mode = "layers" | "import";

const open = ref(false);
const mode = ref<Mode>("layers");

function show(): void {
  mode.value = "layers";
  open.value = true;
}

export function useLandData() {
  return {
    open: readonly(open),
    mode: readonly(mode),
    show,
    hide: () => (open.value = false),
    layers: () => (mode.value = "layers"),
    bring: () => (mode.value = "import"),
  };
}
