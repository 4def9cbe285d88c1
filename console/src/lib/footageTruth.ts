/** What people say is true of a recording, as it is being changed: every deed gives a new truth. */

import type { Ignored, Sides, TrueBox, TrueFire, Truth } from "../api/footage";

export const NOTHING: Truth = { fires: [], boxes: [], boxed_at_s: [], ignored: [] };

const byTime = (a: TrueBox, b: TrueBox): number => a.at_s - b.at_s;
const rising = (times: Iterable<number>): number[] => [...new Set(times)].sort((a, b) => a - b);

export const isBoxed = (truth: Truth, at_s: number): boolean => truth.boxed_at_s.includes(at_s);

/** Boxes of a frame, each with its place among all of them. */
export function boxesAt(truth: Truth, at_s: number): { index: number; box: TrueBox }[] {
  return truth.boxes.flatMap((box, index) => (box.at_s === at_s ? [{ index, box }] : []));
}

/** A box more; its frame counts as boxed from then on. */
export function withBox(truth: Truth, box: TrueBox): Truth {
  return { ...truth, boxes: [...truth.boxes, box].sort(byTime), boxed_at_s: rising([...truth.boxed_at_s, box.at_s]) };
}

export const changedBox = (truth: Truth, index: number, change: Partial<Omit<TrueBox, "at_s">>): Truth => ({
  ...truth,
  boxes: truth.boxes.map((box, place) => (place === index ? { ...box, ...change } : box)),
});

export const withoutBox = (truth: Truth, index: number): Truth => ({ ...truth, boxes: truth.boxes.filter((_, place) => place !== index) });

/** Whether all smoke and flame of a frame is boxed; of a frame that no longer is, the boxes go. */
export function boxed(truth: Truth, at_s: number, on: boolean): Truth {
  if (on) return { ...truth, boxed_at_s: rising([...truth.boxed_at_s, at_s]) };
  return { ...truth, boxes: truth.boxes.filter((box) => box.at_s !== at_s), boxed_at_s: truth.boxed_at_s.filter((it) => it !== at_s) };
}

/** The boxes of the last boxed frame before, once more; as it was where there is none. */
export function copiedFrom(truth: Truth, at_s: number): Truth {
  const from_s = truth.boxed_at_s.filter((it) => it < at_s).at(-1);
  if (from_s === undefined) return truth;
  const copies = boxesAt(truth, from_s).map(({ box }) => ({ ...box, at_s }));
  return { ...truth, boxes: [...truth.boxes, ...copies].sort(byTime), boxed_at_s: rising([...truth.boxed_at_s, at_s]) };
}

/** A name that no fire has: the word and the first free number. */
export function freshName(truth: Truth, word: string): string {
  const taken = new Set(truth.fires.map((it) => it.name));
  let number = 1;
  while (taken.has(`${word}${number}`)) number += 1;
  return `${word}${number}`;
}

export const fireNamed = (name: string, first_visible_s: number | null): TrueFire => ({
  name,
  first_visible_s,
  ignition_s: null,
  clear_s: null,
  until_s: null,
  lon_deg: null,
  lat_deg: null,
  unseen: "",
});

export const withFire = (truth: Truth, fire: TrueFire): Truth => ({ ...truth, fires: [...truth.fires, fire] });

/** A changed fire; with another name its boxes go with it. */
export function changedFire(truth: Truth, name: string, change: Partial<TrueFire>): Truth {
  const next = change.name ?? name;
  return {
    ...truth,
    fires: truth.fires.map((it) => (it.name === name ? { ...it, ...change } : it)),
    boxes: next === name ? truth.boxes : truth.boxes.map((box) => (box.fire === name ? { ...box, fire: next } : box)),
  };
}

/** Without a fire; its boxes stay, and nobody says of which fire they are. */
export const withoutFire = (truth: Truth, name: string): Truth => ({
  ...truth,
  fires: truth.fires.filter((it) => it.name !== name),
  boxes: truth.boxes.map((box) => (box.fire === name ? { ...box, fire: "" } : box)),
});

export const WHOLE: Sides = [0, 0, 1, 1];
export const isWhole = (box: Sides): boolean => box.every((side, place) => side === WHOLE[place]);

export const withIgnored = (truth: Truth, one: Ignored): Truth => ({ ...truth, ignored: [...truth.ignored, one] });
export const changedIgnored = (truth: Truth, index: number, change: Partial<Ignored>): Truth => ({
  ...truth,
  ignored: truth.ignored.map((it, place) => (place === index ? { ...it, ...change } : it)),
});
export const withoutIgnored = (truth: Truth, index: number): Truth => ({ ...truth, ignored: truth.ignored.filter((_, place) => place !== index) });
export const holds = (one: Ignored, at_s: number): boolean => one.from_s <= at_s && (one.until_s === null || at_s < one.until_s);

export type FaultCode = "no_fire" | "nothing_unsaid" | "fire_name" | "fire_twice" | "fire_order" | "clear_unseen" | "ignored_span" | "box_early" | "box_late" | "box_unseen" | "box_of_none";

export interface TruthFault {
  code: FaultCode;
  /** It cannot be saved so; the others are to be looked at. */
  stops: boolean;
  name: string;
  at_s: number | null;
}

/** What contradicts itself, and what is likely a slip. `nothing` says that somebody means it when no fire is named. */
export function faultsOf(truth: Truth, nothing: boolean): TruthFault[] {
  const found: TruthFault[] = [];
  const add = (code: FaultCode, stops: boolean, name = "", at_s: number | null = null): number => found.push({ code, stops, name, at_s });
  if (truth.fires.length === 0 && truth.boxes.length > 0) add("no_fire", true, "", truth.boxes[0]!.at_s);
  else if (truth.fires.length === 0 && !nothing) add("nothing_unsaid", true);
  const seen = new Set<string>();
  for (const fire of truth.fires) {
    if (fire.name.trim() === "") add("fire_name", true);
    if (seen.has(fire.name)) add("fire_twice", true, fire.name);
    seen.add(fire.name);
    const times = [fire.ignition_s, fire.first_visible_s, fire.clear_s, fire.until_s].filter((it) => it !== null);
    if (times.some((it, place) => place > 0 && it < times[place - 1]!)) add("fire_order", true, fire.name);
    if (fire.first_visible_s === null && fire.clear_s !== null) add("clear_unseen", true, fire.name);
  }
  for (const one of truth.ignored) if (one.until_s !== null && one.until_s <= one.from_s) add("ignored_span", true, "", one.from_s);
  const fires = new Map(truth.fires.map((it) => [it.name, it]));
  const told = new Set<string>();
  for (const box of truth.boxes) {
    const fire = fires.get(box.fire);
    const code: FaultCode | null =
      fire === undefined
        ? truth.fires.length > 0 ? "box_of_none" : null
        : fire.first_visible_s === null ? "box_unseen"
        : box.at_s < fire.first_visible_s ? "box_early"
        : fire.until_s !== null && box.at_s >= fire.until_s ? "box_late"
        : null;
    // The first of each kind is told: mending it shows the next.
    if (code === null || told.has(`${code} ${box.fire}`)) continue;
    told.add(`${code} ${box.fire}`);
    add(code, false, box.fire, box.at_s);
  }
  return found;
}
