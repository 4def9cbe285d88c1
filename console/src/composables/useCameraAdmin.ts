/** The panel of the cameras: its list, one camera looked at or edited, or a list that is brought in. */

import { readonly, ref } from "vue";

type Mode = "list" | "look" | "edit" | "patrol" | "masks" | "calibrate" | "dual" | "import";

const open = ref(false);
const mode = ref<Mode>("list");
/** Key of the camera that is looked at or edited; empty for a new one. */
const id = ref("");

function turn(to: Mode, camera_id = ""): void {
  mode.value = to;
  id.value = camera_id;
}

function show(camera_id = ""): void {
  open.value = true;
  turn(camera_id === "" ? "list" : "look", camera_id);
}

function hide(): void {
  open.value = false;
  turn("list");
}

export function useCameraAdmin() {
  return {
    open: readonly(open),
    mode: readonly(mode),
    id: readonly(id),
    show,
    hide,
    list: () => turn("list"),
    look: (camera_id: string) => turn("look", camera_id),
    edit: (camera_id: string) => turn("edit", camera_id),
    patrol: (camera_id: string) => turn("patrol", camera_id),
    masks: (camera_id: string) => turn("masks", camera_id),
    calibrate: (camera_id: string) => turn("calibrate", camera_id),
    dual: (camera_id: string) => turn("dual", camera_id),
    bring: () => turn("import"),
  };
}
