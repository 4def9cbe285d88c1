/** Escape closes the topmost thing: an open list of choices before the panel it stands in. */

const OPEN_CHOICES = ".n-base-selection--active";

/** An Escape pressed in an open list of choices ends there: no panel and no page hears of it. */
export function keepEscapeInChoices(): void {
  const capture = true; // before the list closes itself, while it is still known to be open
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(event.target instanceof Element)) return;
    const around = event.target.closest(OPEN_CHOICES)?.parentElement;
    around?.addEventListener("keydown", (same) => same.stopPropagation(), { once: true });
  }, { capture });
}
