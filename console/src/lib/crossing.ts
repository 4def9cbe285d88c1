/** How sure a crossing is, in one word. */

import type { Match } from "../api/crossings";

export type Sureness = "likely" | "possible" | "doubtful" | "against";

/** By its share among the ways to explain what is seen, and by what the relief says. */
export function surenessOf(match: Match): Sureness {
  if (match.is_refuted) return "against";
  if (match.is_ambiguous) return match.share >= 0.5 ? "possible" : "doubtful";
  return match.share >= 0.9 ? "likely" : match.share >= 0.5 ? "possible" : "doubtful";
}
