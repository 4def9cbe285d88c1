/** A page of a handover: its sections, and what of it can be looked at. */

import { HANDOVER_SECTIONS, type HandoverHead, type HandoverItem, type HandoverSection } from "../api/handover";

export interface Part {
  section: HandoverSection;
  items: HandoverItem[];
}

/** Told where one is out: most bureaus have none, and pages of before the system flew any say nothing of them. */
const UNTOLD: ReadonlySet<HandoverSection> = new Set(["drones"]);

/** Every section in its order, also those that have nothing to tell. */
export const partsOf = (items: readonly HandoverItem[]): Part[] =>
  HANDOVER_SECTIONS.map((section) => ({ section, items: items.filter((it) => it.section === section) })).filter(
    (it) => it.items.length > 0 || !UNTOLD.has(it.section),
  );

export interface Gap {
  subject: string;
  text: string;
  since: string | null;
  until_at: string | null;
  posts: string[];
}

/** Posts of one township that are not staffed in the same hours stand on one line. */
export function gapsOf(items: readonly HandoverItem[]): Gap[] {
  const found = new Map<string, Gap>();
  for (const { subject, text, since, until_at, state } of items) {
    const key = [subject, since, until_at].join();
    const gap = found.get(key) ?? { subject, text, since, until_at, posts: [] };
    gap.posts.push(state);
    found.set(key, gap);
  }
  return [...found.values()];
}

export type Target = "fire" | "camera" | "notices" | "duty";

const TARGETS: Partial<Record<HandoverSection, Target>> = {
  fires: "fire",
  orders: "fire",
  cameras: "camera",
  notices: "notices",
  duty: "duty",
};

/** Which room tells more of a section; undefined for none. */
export const targetOf = (section: HandoverSection): Target | undefined => TARGETS[section];

/** What is looked at there: an order stands with its fire. */
export const lookedAt = (it: Pick<HandoverItem, "subject" | "incident_id">): string =>
  it.incident_id === null ? it.subject : String(it.incident_id);

/** Whether a page waits for its second signature. */
export const waits = (page: Pick<HandoverHead, "taken_at">): boolean => page.taken_at === null;

/** Who gives does not take; of anybody else the server knows whether they may. */
export const mayTake = (page: Pick<HandoverHead, "given_by" | "taken_at">, name: string): boolean =>
  waits(page) && page.given_by !== name;

const OLD_MS = 10 * 60_000;

/** Whether a draft was looked at for so long that the server will not take a signature under it. */
export const isOld = (until_at: string, now: Date): boolean => now.getTime() - new Date(until_at).getTime() > OLD_MS;
