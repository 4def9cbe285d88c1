/** Why something is no wildfire: the reasons of `models/incident/life.py`, one key each. */

export const REASON_GROUPS = {
  weather: ["fog", "haze", "low_cloud", "high_cloud", "rain", "snow", "sky", "dark", "shadow", "light", "trail"],
  people: ["kitchen_smoke", "field_burn", "registered_burn", "offering", "fireworks", "chimney", "steam", "dust", "vehicle", "machine"],
  land: ["cliff", "tree", "water", "road", "building", "antenna"],
  lens: ["lens_droplet", "lens_flare", "camera_fault"],
  ours: ["drill", "mistake", "other"],
} as const;

export type ReasonGroup = keyof typeof REASON_GROUPS;
export type OfferedReason = (typeof REASON_GROUPS)[ReasonGroup][number];
/** The last three stand in old verdicts and are not offered any more. */
export type DismissReason = OfferedReason | "cloud" | "lens" | "vegetation";

/** Each group has a row of the keyboard: digits, letters from Z, from A, from Q, and R to Y. */
const ROWS: Record<ReasonGroup, string> = {
  weather: "1234567890-",
  people: "zxcvbnm,./",
  land: "asdfgh",
  lens: "qwe",
  ours: "rty",
};

export const REASON_KEY = Object.fromEntries(
  (Object.keys(REASON_GROUPS) as ReasonGroup[]).flatMap((group) =>
    REASON_GROUPS[group].map((reason, index) => [reason, ROWS[group][index]!]),
  ),
) as Record<OfferedReason, string>;

const BY_KEY = new Map(
  Object.entries(REASON_KEY).map(([reason, key]) => [key, reason as OfferedReason]),
);

/** The reason of a key, as it is pressed with or without Shift; undefined where it has none. */
export const reasonOf = (key: string): OfferedReason | undefined => BY_KEY.get(key.toLowerCase());
