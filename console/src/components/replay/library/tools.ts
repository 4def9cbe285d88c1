/** What is in a labeller's hand, and what they have chosen of a frame. */

export const TOOLS = ["look", "smoke", "flame", "ignore"] as const;
export type Tool = (typeof TOOLS)[number];

export interface Picked {
  kind: "box" | "ignored";
  index: number;
}

/** The key of each, as hands lie on a keyboard; the same in every language. */
export const TOOL_KEYS: Record<Tool, string> = { look: "V", smoke: "S", flame: "F", ignore: "I" };
export const ZOOMS = [1, 2, 4] as const;
