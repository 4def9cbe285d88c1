/** Drawing and editing the land on the map: which feature, its shape, its values, the way back. */

import { computed, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { Layer } from "../api/land";
import type { DrawnGeometry, LandFeatureNow, LandHistoryEntry, LayerSchema } from "../api/landedit";
import type { LonLat } from "../api/shared";
import { changedFacts, editOf, type Facts, faultsOf } from "../lib/landForm";
import { cornersOf, drop, insert, kindsOf, middlesOf, move, type Path, rounded, shapeOf, type ShapeKind } from "../lib/landShape";
import { useSite } from "./useSite";

const MOST_STEPS = 200;
/** With more corners than that, middles would cover each other: they show when one comes nearer. */
const MIDDLES_UP_TO = 400;

interface Draft {
  layer: Layer;
  /** As it is; null for a new one. */
  before: LandFeatureNow | null;
  code: string;
  name: string;
  drill: boolean;
  properties: Facts;
  note: string;
}

interface Shape {
  kind: ShapeKind;
  corners: readonly LonLat[];
  geometry: DrawnGeometry | null;
  done: boolean;
}

const open = ref(false);
const busy = ref(false);
const schemas = shallowRef<readonly LayerSchema[]>([]);
const layer = ref<Layer | null>(null);
const draft = ref<Draft | null>(null);
const shape = shallowRef<Shape | null>(null);
const past = shallowRef<readonly Shape[]>([]);
const entries = shallowRef<readonly LandHistoryEntry[]>([]);
/** A former shape that is looked at. */
const ghost = shallowRef<DrawnGeometry | null>(null);
/** Several features lie under the cursor. */
const choices = shallowRef<readonly { layer: Layer; code: string; name: string }[]>([]);
let held: Shape | null = null;

const mine = computed(() => schemas.value.filter((it) => it.may_edit));
const schema = computed(() => schemas.value.find((it) => it.layer === (draft.value?.layer ?? layer.value)) ?? null);
const kinds = computed(() => (schema.value === null ? [] : kindsOf(schema.value.shapes)));
const drawing = computed(() => shape.value !== null && !shape.value.done);
const corners = computed(() => {
  if (shape.value === null) return [];
  if (shape.value.geometry !== null && shape.value.done) return cornersOf(shape.value.geometry);
  return shape.value.corners.map((at, index) => ({ path: [index] as Path, at }));
});
const middles = computed(() => {
  const now = shape.value;
  return now === null || now.geometry === null || !now.done || corners.value.length > MIDDLES_UP_TO ? [] : middlesOf(now.geometry);
});
const faults = computed(() =>
  draft.value === null || schema.value === null
    ? new Map<string, never>()
    : faultsOf(schema.value.attributes, draft.value.properties, draft.value.before?.properties ?? {}),
);
const edit = computed(() => {
  const [now, geometry] = [draft.value, shape.value?.geometry ?? null];
  if (now?.before == null || geometry === null) return null;
  return editOf(now.before, { name: now.name, drill: now.drill, properties: now.properties, geometry }, now.note.trim());
});
const ready = computed(() => {
  const now = draft.value;
  if (now === null || shape.value?.geometry == null || !shape.value.done) return false;
  return now.name.trim() !== "" && faults.value.size === 0 && (now.before === null || edit.value !== null);
});

async function load(): Promise<void> {
  schemas.value = (await http.landLayers()).layers;
  layer.value ??= mine.value[0]?.layer ?? null;
}

function show(): void {
  open.value = true;
}

function cancel(): void {
  draft.value = shape.value = ghost.value = held = null;
  past.value = [];
  entries.value = [];
  choices.value = [];
}

function hide(): void {
  cancel();
  open.value = false;
}

function to(next: Shape): void {
  if (shape.value !== null) past.value = [...past.value.slice(1 - MOST_STEPS), shape.value];
  shape.value = next;
}

function begin(kind: ShapeKind): void {
  const [of, drill] = [layer.value, useSite().site.value?.drill ?? false];
  if (of === null) return;
  cancel();
  draft.value = { layer: of, before: null, code: "", name: "", drill, properties: {}, note: "" };
  shape.value = { kind, corners: [], geometry: null, done: false };
}

function take(found: LandFeatureNow): void {
  draft.value = { layer: found.layer, before: found, code: found.code, name: found.name, drill: found.drill, properties: { ...found.properties }, note: "" };
  const [kind] = kindsOf([found.geometry.type]);
  shape.value = { kind: kind!, corners: [], geometry: found.geometry, done: true };
  past.value = [];
  ghost.value = null;
  choices.value = [];
}

async function readHistory(of: Layer, code: string): Promise<void> {
  entries.value = (await http.landHistory(of, code)).entries;
}

async function pick(of: Layer, code: string): Promise<void> {
  take(await http.landFeature(of, code));
  await readHistory(of, code);
}

/** A click on the map: a corner of what is drawn. */
function add(at: LonLat): void {
  const now = shape.value;
  if (now === null || now.done) return;
  const next = [...now.corners, rounded(at)];
  to({ ...now, corners: next, geometry: shapeOf(now.kind, next), done: now.kind === "point" });
}

function finish(): void {
  if (shape.value?.geometry != null && !shape.value.done) to({ ...shape.value, done: true });
}

/** Take a corner, or pull one out of the middle of a side; its path. */
function grab(kind: "corner" | "middle", path: Path): Path | null {
  const now = shape.value;
  if (now === null || !now.done || now.geometry === null) return null;
  held = now;
  if (kind === "middle") {
    const middle = middles.value.find((it) => it.path === path);
    if (middle === undefined) return null;
    shape.value = { ...now, geometry: insert(now.geometry, path, middle.at) };
  }
  return path;
}

function pull(path: Path, at: LonLat): void {
  if (shape.value?.geometry != null) shape.value = { ...shape.value, geometry: move(shape.value.geometry, path, at) };
}

function release(): void {
  if (held !== null && held !== shape.value) past.value = [...past.value.slice(1 - MOST_STEPS), held];
  held = null;
}

function remove_corner(path: Path): void {
  if (shape.value?.geometry != null && shape.value.done) to({ ...shape.value, geometry: drop(shape.value.geometry, path) });
}

function step_back(): void {
  const before = past.value.at(-1);
  if (before === undefined) return;
  past.value = past.value.slice(0, -1);
  shape.value = before;
}

/** A point by numbers, as a survey gives it. */
function place(at: LonLat): void {
  const now = shape.value;
  if (now === null || now.kind !== "point") return;
  const geometry = now.geometry === null ? shapeOf("point", [rounded(at)]) : move(now.geometry, [], at);
  to({ ...now, geometry, done: true });
}

async function during<T>(work: () => Promise<T>): Promise<T> {
  busy.value = true;
  try {
    return await work();
  } finally {
    busy.value = false;
  }
}

/** The map shows what is stored; schemas tell the counts. */
async function changed(): Promise<void> {
  const { land } = useSite();
  [land.value] = await Promise.all([http.land(), load()]);
}

const save = (): Promise<void> =>
  during(async () => {
    const [now, geometry] = [draft.value, shape.value?.geometry ?? null];
    if (now === null || geometry === null || !ready.value) return;
    const made =
      now.before === null
        ? await http.drawLand(now.layer, { code: now.code.trim(), name: now.name.trim(), geometry, properties: changedFacts({}, now.properties), drill: now.drill, note: now.note.trim() })
        : await http.editLand(now.layer, now.code, edit.value!);
    take(made);
    await Promise.all([changed(), readHistory(made.layer, made.code)]);
  });

const remove = (): Promise<void> =>
  during(async () => {
    const now = draft.value;
    if (now?.before == null) return;
    await http.removeLand(now.before, now.note.trim());
    cancel();
    await changed();
  });

/** Set back what a change did; the feature may be gone after that. */
const undo = (change_id: number): Promise<void> =>
  during(async () => {
    const now = draft.value;
    await http.undoLand(change_id);
    await changed();
    if (now === null) return;
    try {
      await pick(now.layer, now.code);
    } catch {
      cancel();
    }
  });

export function useLandEdit() {
  return {
    open, busy, schemas, mine, layer, schema, kinds, draft, shape, past, drawing, corners, middles, faults, ready, entries, ghost, choices,
    load, show, hide, cancel, begin, pick, add, finish, grab, pull, release, remove_corner, step_back, place, save, remove, undo, changed,
  };
}
