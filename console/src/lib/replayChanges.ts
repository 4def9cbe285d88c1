/** What the second of two runs lost and gained against the first, as the server has compared them. */

import type { ChangedAlarm, ChangedFire, ReplayComparison } from "../api/replays";
import { alarmItem, missedItem, type GalleryItem } from "./replayReasons";
import type { RecordingRow } from "./replayRecordings";

export interface Change {
  item: GalleryItem;
  /** Of the run that the item is of. */
  threshold: number | null;
}

/** A run's recordings and from which evidence on it alerts. */
export interface Side {
  rows: readonly RecordingRow[];
  threshold: number | null;
}

export interface Changes {
  fires_lost: Change[];
  fires_gained: Change[];
  false_gained: Change[];
  false_lost: Change[];
}

export function changesOf(comparison: ReplayComparison, first: Side, second: Side): Changes {
  return {
    // Why the second run missed it, and by which of its alerts it found it.
    fires_lost: comparison.fires.lost.flatMap((it) => fireChange(it, second)),
    fires_gained: comparison.fires.gained.flatMap((it) => fireChange(it, second)),
    false_gained: comparison.false_alarms.gained.flatMap((it) => alarmChange(it, second)),
    false_lost: comparison.false_alarms.lost.flatMap((it) => alarmChange(it, first)),
  };
}

function fireChange(it: ChangedFire, { rows, threshold }: Side): Change[] {
  const row = rows.find((one) => one.name === it.sequence);
  const fire = row?.fires.find((one) => one.name === it.fire);
  if (row === undefined || fire === undefined) return [];
  const alert = fire.alert === null ? undefined : row.alerts[fire.alert];
  return [{ item: alert === undefined ? missedItem(row, fire, threshold) : { ...alarmItem(row, alert), fire }, threshold }];
}

function alarmChange(it: ChangedAlarm, { rows, threshold }: Side): Change[] {
  const row = rows.find((one) => one.name === it.sequence);
  const alert = row?.alerts[it.alert];
  return row === undefined || alert === undefined ? [] : [{ item: alarmItem(row, alert), threshold }];
}

/** Recordings that both runs have, those that changed first. */
export function pairsOf(changes: Changes, first: Side, second: Side): { first: RecordingRow; second: RecordingRow; changed: boolean }[] {
  const changed = new Set(Object.values(changes).flatMap((them: Change[]) => them.map((it) => it.item.recording.name)));
  const others = new Map(second.rows.map((it) => [it.name, it]));
  const pairs = first.rows.flatMap((it) => {
    const other = others.get(it.name);
    return other === undefined ? [] : [{ first: it, second: other, changed: changed.has(it.name) }];
  });
  return pairs.sort((one, other) => Number(other.changed) - Number(one.changed));
}
