/** Keys under which something is sent, so that sending it twice does it once. */

/** A key of one entry; browsers give `randomUUID` to secure pages only. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((it) => it.toString(16).padStart(2, "0")).join("");
}
