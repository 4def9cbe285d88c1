/** Whether the wall of cameras is open, and whether it has the whole screen. */

import { ref } from "vue";

const open = ref(false);
const full = ref(false);

export function useWallView() {
  return { open, full };
}
