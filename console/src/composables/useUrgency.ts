/** Why a fire is urgent, in sentences. */

import type { Incident, UrgencyFactor } from "../api/incidents";
import { metres, wind } from "../lib/format";
import { useWords } from "./useWords";

export type Tone = "high" | "middle" | "low";

const HIGH = 60;
const MIDDLE = 35;

export function toneOf(points: number): Tone {
  return points >= HIGH ? "high" : points >= MIDDLE ? "middle" : "low";
}

export function useUrgency() {
  const { t, te } = useWords();

  /** Numbers with their units, by the ending of their names. */
  function told(name: string, value: number): string {
    if (name.endsWith("_m")) return metres(value);
    if (name.endsWith("_deg")) return t(`wind.${wind(value)}`);
    if (name.endsWith("_m_s")) return `${value.toFixed(1)} m/s`;
    return Number.isInteger(value) ? String(value) : value.toFixed(1);
  }

  function sentence(factor: UrgencyFactor): string {
    const { case: which, ...names } = factor.words;
    // A nuisance goes by the word of its reason.
    const what = `reason.${names["what"] ?? ""}`;
    if (te(what)) names["what"] = t(what);
    const key = [`urgency.${factor.reason}_${which ?? ""}`, `urgency.${factor.reason}`].find((it) => te(it));
    const numbers = Object.entries(factor.values).map(([name, value]) => [name, told(name, value)]);
    if (key !== undefined) return t(key, { ...names, ...Object.fromEntries(numbers) });
    const facts = [...Object.values(names), ...numbers.map(([, text]) => text)].filter(Boolean);
    return [t(`urgency_name.${factor.reason}`), ...facts].join(" ");
  }

  /** The weightiest reasons on one line. */
  function line(fire: Incident): string {
    if (fire.urgency === null) return t("incident.not_ranked");
    const speaking = fire.urgency.factors.filter((it) => it.points !== 0);
    return speaking.slice(0, 3).map(sentence).join(" · ");
  }

  return { sentence, line };
}
