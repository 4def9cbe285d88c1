/** The weather and what follows from it, as the server tells it. */

import { call, TEST_WAIT_MS } from "./transport";

export type DangerClass = 1 | 2 | 3 | 4 | 5;
export type Signal = "none" | "blue" | "yellow" | "orange" | "red";

/** The fire weather index of a station and day. */
export interface FireDay {
  station: string;
  day: string;
  at: string;
  ffmc: number;
  dmc: number;
  dc: number;
  isi: number;
  bui: number;
  fwi: number;
  danger: DangerClass;
  signal: Signal;
  /** Day of the start-up values that it rests on. */
  began_on: string;
  /** Since then, the first day counted as 1. */
  days: number;
  /** Days since then without a reading near noon. */
  missing: string[];
}

/** The danger class of the day; null where nobody has entered one and no weather tells it. */
export interface Danger {
  danger: DangerClass | null;
  signal: Signal | null;
  source: "entered" | "computed" | "unknown";
  /** Entered for another day, and nothing newer is known. */
  stale: boolean;
  author: string;
  at: string | null;
  /** What the weather says, also where a person's word goes before it. */
  computed: FireDay | null;
}

export interface Reading {
  station: string;
  at: string | null;
  temperature_c: number;
  humidity_percent: number;
  wind_m_s: number;
  rain_24h_mm: number;
}

export interface WeatherEntry extends Reading {
  entry_id: number;
  at: string;
  author: string;
  entered_at: string;
  origin: string;
  withdrawn_by: string;
  withdrawn_at: string | null;
}

export interface Weather {
  danger: Danger;
  stations: { station: string; days: FireDay[] }[];
  entries: WeatherEntry[];
}

export interface RowFault {
  row: number;
  column: string;
  value: string;
  code: string;
}

export interface WeatherImport {
  added: number;
  corrected: number;
  known: number;
  refused: number;
  faults: RowFault[];
  danger: Danger;
}

export const weatherCalls = {
  danger: () => call<Danger>("GET", "/api/danger"),
  enterDanger: (danger: DangerClass) => call<Danger>("PUT", "/api/danger", { danger }),
  weather: () => call<Weather>("GET", "/api/weather"),
  enterWeather: (reading: Reading) => call<WeatherEntry>("POST", "/api/weather", reading),
  importWeather: (file: File) =>
    call<WeatherImport>("POST", `/api/weather/import?name=${encodeURIComponent(file.name.slice(-120))}`, new Blob([file]), TEST_WAIT_MS),
  withdrawWeather: (id: number) => call<WeatherEntry>("DELETE", `/api/weather/${id}`),
};
