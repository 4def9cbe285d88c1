/** One-key commands; silent while somebody types or a modifier is held. */

import { onBeforeUnmount, onMounted } from "vue";

const TYPING = "input, textarea, select, [contenteditable], .n-base-selection, video";

export function useShortcuts(commands: Record<string, () => void>): void {
  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target instanceof Element && event.target.closest(TYPING) !== null;
    if (typing && event.key !== "Escape") return;
    // The map pans with the arrow keys while it has the focus.
    const on_map = event.target instanceof HTMLCanvasElement;
    if (on_map && event.key.startsWith("Arrow")) return;
    const command = commands[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (command === undefined) return;
    event.preventDefault();
    command();
  }
  onMounted(() => window.addEventListener("keydown", press));
  onBeforeUnmount(() => window.removeEventListener("keydown", press));
}
