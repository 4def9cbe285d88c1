/** The question about one place: who could see it, and who looked. */

import { ref, shallowRef } from "vue";
import type { PlaceSight } from "../api/coverage";
import { http } from "../api/http";

/** Before the server's own moment: null asks about now. */
interface Asked {
  lon_deg: number;
  lat_deg: number;
  at: string | null;
}

const open = ref(false);
const asked = shallowRef<Asked | null>(null);
const answer = shallowRef<PlaceSight | null>(null);
const error = shallowRef<unknown>(null);
const busy = ref(false);
const smoke_m = ref(30);
let round = 0;

async function read(): Promise<void> {
  const place = asked.value;
  if (place === null) return;
  round += 1;
  const mine = round;
  busy.value = true;
  try {
    const found = await http.placeSight(place.lon_deg, place.lat_deg, smoke_m.value, place.at);
    if (mine !== round) return;
    answer.value = found;
    error.value = null;
  } catch (problem) {
    if (mine !== round) return;
    answer.value = null;
    error.value = problem;
  } finally {
    if (mine === round) busy.value = false;
  }
}

function show(): void {
  open.value = true;
}

function hide(): void {
  open.value = false;
  round += 1;
  busy.value = false;
  asked.value = answer.value = error.value = null;
}

function ask(lon_deg: number, lat_deg: number, at: string | null = null): void {
  open.value = true;
  asked.value = { lon_deg, lat_deg, at };
  void read();
}

function chooseSmoke(height_m: number): void {
  smoke_m.value = height_m;
  void read();
}

export function usePlaceSight() {
  return { open, asked, answer, error, busy, smoke_m, show, hide, ask, chooseSmoke };
}
