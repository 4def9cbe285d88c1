/** A panel that lies over the watch: it has the focus, and no key reaches the fires behind it. */

import { onBeforeUnmount, onMounted, type Ref } from "vue";

/** `leave` is what Escape does; the panel hands on its own keys with `escape`. */
export function useDialog(panel: Ref<HTMLElement | null>, leave: () => void) {
  function escape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  }

  /** Nothing has the focus after its button went away: no key may reach the fires behind the panel. */
  function loose(event: KeyboardEvent): void {
    if (event.target !== document.body) return;
    event.stopPropagation();
    escape(event);
  }

  onMounted(() => {
    panel.value?.focus();
    window.addEventListener("keydown", loose, { capture: true });
  });
  onBeforeUnmount(() => window.removeEventListener("keydown", loose, { capture: true }));

  return { escape };
}
