/** An audible alarm while an open fire waits: two tones, repeated until somebody acts. */

import { computed, readonly, ref, watch } from "vue";
import type { Incident } from "../api/incidents";
import { reopenedBy } from "../lib/fires";
import { useIncidents } from "./useIncidents";

const STORED = "firewatch.sound";
const EVERY_MS = 2600;

const enabled = ref(localStorage.getItem(STORED) !== "off");
const blocked = ref(true);
/** Open fires that somebody at this desk has silenced; a later one rings, and so does one that is
 *  opened again. */
const silenced = ref<ReadonlySet<string>>(new Set());

const fires = useIncidents();
const keyOf = (fire: Incident): string => `${fire.incident_id}/${reopenedBy(fire)}`;
const waiting = computed(() =>
  fires.open.value.filter((fire) => !silenced.value.has(keyOf(fire))),
);
const ringing = computed(() => waiting.value.length > 0);

let context: AudioContext | null = null;
let timer: ReturnType<typeof setInterval> | undefined;

function tone(audio: AudioContext, frequency_hz: number, start_s: number): void {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  const at = audio.currentTime + start_s;
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency_hz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.22, at + 0.02);
  volume.gain.setValueAtTime(0.22, at + 0.24);
  volume.gain.linearRampToValueAtTime(0, at + 0.32);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.34);
}

function ring(): void {
  if (context === null || context.state !== "running") return;
  for (const start_s of [0, 0.8]) {
    tone(context, 988, start_s);
    tone(context, 740, start_s + 0.36);
  }
}

/** Browsers let a page sound only after a gesture: call this from every first click or key. */
async function unlock(): Promise<void> {
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
  blocked.value = context.state !== "running";
}

function toggle(): void {
  enabled.value = !enabled.value;
  localStorage.setItem(STORED, enabled.value ? "on" : "off");
}

function silence(): void {
  silenced.value = new Set(fires.open.value.map(keyOf));
}

watch(
  () => ringing.value && enabled.value && !blocked.value,
  (on) => {
    clearInterval(timer);
    if (!on) return;
    ring();
    timer = setInterval(ring, EVERY_MS);
  },
);

export function useAlarm() {
  return {
    enabled: readonly(enabled),
    blocked: readonly(blocked),
    ringing,
    waiting,
    unlock,
    toggle,
    silence,
  };
}
