/** What a press on the room's map means: a target, its outline, a fence, home, a place to look at. */

import { computed, ref, shallowRef } from "vue";
import type { LandFeature, Layer } from "../api/land";
import type { LonLat } from "../api/shared";
import type { DrawnGeometry } from "../api/landedit";
import * as drawing from "../lib/drawing";
import { kindOf, type Path, type ShapeKind } from "../lib/landShape";
import { useSweepPlan } from "./useSweepPlan";
import { useSweepRoom } from "./useSweepRoom";

/** Null: a press picks a target of the land. */
export type Hand = "target" | "fence" | "home" | "look";

const { wish, look, change } = useSweepPlan();
const { tab } = useSweepRoom();
const hand = ref<Hand | null>(null);
const draft = shallowRef<drawing.Draft | null>(null);
const past = shallowRef<readonly drawing.Draft[]>([]);
/** Several features lie under the cursor. */
const choices = shallowRef<readonly { layer: Layer; code: string; name: string }[]>([]);
/** Width of a line that is drawn. */
const width_m = ref(60);
let held: drawing.Draft | null = null;

const corners = computed(() => drawing.cornersNow(draft.value));
const middles = computed(() => drawing.middlesNow(draft.value));
const open = computed(() => draft.value !== null && !draft.value.done);

/** A finished outline is part of the wish at once. */
function give(): void {
  const now = draft.value;
  if (now === null || !now.done || now.geometry === null) return;
  if (hand.value === "target") change({ target: { geometry: now.geometry, width_m: now.kind === "line" ? width_m.value : null }, target_name: "" });
  else if (hand.value === "fence") change({ fence: "drawn", fence_shape: now.geometry });
}

function to(next: drawing.Draft): void {
  if (draft.value !== null) past.value = drawing.remembered(past.value, draft.value);
  draft.value = next;
  give();
}

function draw(what: "target" | "fence", kind: ShapeKind): void {
  hand.value = what;
  draft.value = drawing.begun(kind);
  past.value = [];
  choices.value = [];
}

/** Take up what was drawn before, to pull it about. */
function edit(what: "target" | "fence"): void {
  const { target, fence_shape } = wish.value;
  const geometry = what === "fence" ? fence_shape : target !== null && "geometry" in target ? target.geometry : null;
  if (geometry === null) return;
  hand.value = what;
  draft.value = drawing.drawn(geometry as DrawnGeometry, kindOf((geometry as DrawnGeometry).type));
  past.value = [];
}

function point(what: "home" | "look"): void {
  leave();
  hand.value = what;
}

function leave(): void {
  hand.value = draft.value = held = null;
  past.value = [];
  choices.value = [];
}

function finish(): void {
  if (draft.value !== null && open.value && draft.value.geometry !== null) to(drawing.finished(draft.value));
}

/** A press that is not on a corner. */
function press(at: LonLat): void {
  if (open.value) return to(drawing.withCorner(draft.value!, at));
  if (hand.value === "home") {
    change({ home: { lon_deg: round(at[0]), lat_deg: round(at[1]), name: "" } });
    leave();
  } else if (hand.value === "look") {
    look.value = { ...look.value, at: [round(at[0]), round(at[1])] };
    leave();
  }
}
const round = (degrees: number): number => Number(degrees.toFixed(6));

function grab(kind: "corner" | "middle", path: Path): Path | null {
  const now = draft.value;
  if (now === null || !now.done || now.geometry === null) return null;
  held = now;
  const middle = kind === "middle" ? middles.value.find((it) => it.path === path) : undefined;
  if (kind === "middle" && middle === undefined) return null;
  if (middle !== undefined) draft.value = drawing.inserted(now, path, middle.at);
  return path;
}

function pull(path: Path, at: LonLat): void {
  if (draft.value !== null) draft.value = drawing.pulled(draft.value, path, at);
}

function release(): void {
  if (held !== null && held !== draft.value) {
    past.value = drawing.remembered(past.value, held);
    give();
  }
  held = null;
}

function remove_corner(path: Path): void {
  if (draft.value !== null && draft.value.done) to(drawing.dropped(draft.value, path));
}

function step_back(): void {
  const before = past.value.at(-1);
  if (before === undefined) return;
  past.value = past.value.slice(0, -1);
  draft.value = before;
  give();
}

function set_width(value_m: number): void {
  width_m.value = value_m;
  const { target } = wish.value;
  if (target !== null && "geometry" in target && target.geometry.type.endsWith("LineString")) change({ target: { ...target, width_m: value_m } });
}

/** A feature of the land is the target. */
function choose(it: { layer: Layer; code: string; name: string }): void {
  leave();
  change({ target: { layer: it.layer, code: it.code }, target_name: it.name });
}

/** What is swept as it is on record; anything else is drawn. */
export const TARGET_LAYERS: readonly Layer[] = ["forest_belt", "forest_stand", "mountain_unit"];

export const isTarget = ({ geometry, properties }: LandFeature): boolean => TARGET_LAYERS.includes(properties.layer) && geometry.type !== "Point";

export function useSweepHands() {
  const picks = computed(() => hand.value === null && tab.value === "cover");
  return { hand, draft, past, choices, width_m, corners, middles, open, picks, draw, edit, point, leave, finish, press, grab, pull, release, remove_corner, step_back, set_width, choose };
}
