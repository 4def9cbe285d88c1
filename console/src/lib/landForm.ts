/** Values of a land feature's form: what may be, and what was changed. */

import type { Fact, LandAttribute } from "../api/landdata";
import type { LandEdit, LandState } from "../api/landedit";

export type Facts = Record<string, Fact>;
export type ValueFault = "range" | "kind" | "choice" | "months";

const MONTHS = ["usable_from_month", "usable_to_month"] as const;

const same = (a: Fact | undefined, b: Fact | undefined): boolean => (a ?? null) === (b ?? null);

function faultOf(attribute: LandAttribute, value: Fact): ValueFault | null {
  if (value === null) return null;
  switch (attribute.kind) {
    case "text":
      return typeof value === "string" ? null : "kind";
    case "yes_no":
      return typeof value === "boolean" ? null : "kind";
    case "choice":
      return attribute.choices.includes(value as string) ? null : "choice";
    default: {
      if (typeof value !== "number" || (attribute.kind === "whole" && !Number.isInteger(value))) return "kind";
      const below = attribute.least !== null && value < attribute.least;
      const above = attribute.most !== null && value > attribute.most;
      return below || above ? "range" : null;
    }
  }
}

/** What is wrong, by key, as the server would say it; what stays as it was is not judged. */
export function faultsOf(attributes: readonly LandAttribute[], facts: Facts, before: Facts): Map<string, ValueFault> {
  const found = new Map<string, ValueFault>();
  for (const attribute of attributes) {
    const value = facts[attribute.key] ?? null;
    const fault = same(value, before[attribute.key]) ? null : faultOf(attribute, value);
    if (fault !== null) found.set(attribute.key, fault);
  }
  const touched = MONTHS.some((key) => !same(facts[key], before[key]));
  const missing = MONTHS.filter((key) => (facts[key] ?? null) === null);
  const has = attributes.some((it) => it.key === MONTHS[0]);
  if (has && touched && missing.length === 1) found.set(missing[0]!, "months");
  return found;
}

/** Only what is otherwise; null for what was emptied. */
export function changedFacts(before: Facts, after: Facts): Facts {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries([...keys].filter((key) => !same(before[key], after[key])).map((key) => [key, after[key] ?? null]));
}

/** Keys of what differs between two states, the shape as `shape`. */
export function differences(before: LandState, after: LandState): string[] {
  const keys = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]);
  return [
    ...(before.name === after.name ? [] : ["name"]),
    ...(JSON.stringify(before.geometry) === JSON.stringify(after.geometry) ? [] : ["shape"]),
    ...(before.drill === after.drill ? [] : ["drill"]),
    ...[...keys].filter((key) => !same(before.properties[key], after.properties[key])),
  ];
}

/** The request that makes of a feature what the form says; null when nothing is otherwise. */
export function editOf(before: LandState, form: Omit<LandState, "layer" | "code" | "tag">, note: string): LandEdit | null {
  const properties = changedFacts(before.properties, form.properties);
  const edit: LandEdit = {
    before: before.tag,
    ...(form.name.trim() === before.name ? {} : { name: form.name.trim() }),
    ...(form.geometry === before.geometry ? {} : { geometry: form.geometry }),
    ...(form.drill === before.drill ? {} : { drill: form.drill }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
  };
  return Object.keys(edit).length === 1 ? null : { ...edit, note };
}
