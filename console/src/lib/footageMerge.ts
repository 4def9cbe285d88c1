/** Two people label one recording: what each changed since a version, and both brought together. */

import type { Ignored, TrueBox, TrueFire, Truth } from "../api/footage";
import { NOTHING } from "./footageTruth";

interface Look {
  is_boxed: boolean;
  boxes: TrueBox[];
}

export interface Changes {
  /** Frames whose boxes are others, or that were boxed or no longer are; rising. */
  frames: number[];
  fires_new: string[];
  fires_changed: string[];
  fires_gone: string[];
  ignored_new: number;
  ignored_gone: number;
}

export interface Merged {
  truth: Truth;
  /** Where both changed the same thing differently: ours is in `truth`. */
  clashing_frames: number[];
  clashing_fires: string[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const UNSEEN: Look = { is_boxed: false, boxes: [] };

function framesOf(truth: Truth): Map<number, Look> {
  const found = new Map<number, Look>();
  const at = (at_s: number): Look => {
    const known = found.get(at_s) ?? { is_boxed: false, boxes: [] };
    found.set(at_s, known);
    return known;
  };
  for (const at_s of truth.boxed_at_s) at(at_s).is_boxed = true;
  for (const box of truth.boxes) at(box.at_s).boxes.push(box);
  return found;
}

const firesOf = (truth: Truth): Map<string, TrueFire> => new Map(truth.fires.map((it) => [it.name, it]));
const wordsOf = (truth: Truth): Map<string, Ignored> => new Map(truth.ignored.map((it) => [JSON.stringify(it), it]));

/** What somebody changed; null is a recording of which nobody had said anything. */
export function changesOf(before: Truth | null, after: Truth | null): Changes {
  const [was, is] = [before ?? NOTHING, after ?? NOTHING];
  const [frames_was, frames_is, fires_was, fires_is, left, right] = [framesOf(was), framesOf(is), firesOf(was), firesOf(is), wordsOf(was), wordsOf(is)];
  return {
    frames: [...new Set([...frames_was.keys(), ...frames_is.keys()])].filter((at_s) => !same(frames_was.get(at_s) ?? UNSEEN, frames_is.get(at_s) ?? UNSEEN)).sort((a, b) => a - b),
    fires_new: [...fires_is.keys()].filter((it) => !fires_was.has(it)),
    fires_changed: [...fires_is.keys()].filter((it) => fires_was.has(it) && !same(fires_was.get(it), fires_is.get(it))),
    fires_gone: [...fires_was.keys()].filter((it) => !fires_is.has(it)),
    ignored_new: [...right.keys()].filter((it) => !left.has(it)).length,
    ignored_gone: [...left.keys()].filter((it) => !right.has(it)).length,
  };
}

export const isNoChange = (it: Changes): boolean => it.frames.length + it.fires_new.length + it.fires_changed.length + it.fires_gone.length + it.ignored_new + it.ignored_gone === 0;

/** Per key: who changed it has it; where both did, ours. */
function brought<K, V>(base: Map<K, V>, mine: Map<K, V>, theirs: Map<K, V>): { kept: Map<K, V>; clashes: K[] } {
  const kept = new Map<K, V>();
  const clashes: K[] = [];
  for (const key of new Set([...theirs.keys(), ...mine.keys()])) {
    const [was, ours, other] = [base.get(key), mine.get(key), theirs.get(key)];
    const untouched = same(ours, was);
    if (!untouched && !same(other, was) && !same(ours, other)) clashes.push(key);
    const value = untouched ? other : ours;
    if (value !== undefined) kept.set(key, value);
  }
  return { kept, clashes };
}

/** Both together, on what both began from. Boxes of a fire that is gone belong to none. */
export function merged(base: Truth | null, mine: Truth, theirs: Truth | null): Merged {
  const [was, other] = [base ?? NOTHING, theirs ?? NOTHING];
  const frames = brought(framesOf(was), framesOf(mine), framesOf(other));
  const fires = brought(firesOf(was), firesOf(mine), firesOf(other));
  const ignored = brought(wordsOf(was), wordsOf(mine), wordsOf(other));
  const times = [...frames.kept].filter(([, look]) => look.is_boxed).map(([at_s]) => at_s);
  const boxes = [...frames.kept.values()].flatMap((look) => look.boxes);
  return {
    truth: {
      fires: [...fires.kept.values()],
      boxes: boxes.map((box) => (box.fire === "" || fires.kept.has(box.fire) ? box : { ...box, fire: "" })).sort((a, b) => a.at_s - b.at_s),
      boxed_at_s: times.sort((a, b) => a - b),
      ignored: [...ignored.kept.values()],
    },
    clashing_frames: frames.clashes.sort((a, b) => a - b),
    clashing_fires: fires.clashes,
  };
}
