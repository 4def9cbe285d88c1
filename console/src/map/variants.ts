/** How features of one layer differ on the map: by kind, class, state or danger. */

import type { LandProperties, Layer } from "../api/land";
import { type Symbol, SYMBOLS } from "./symbols";

export interface Look {
  colour: string;
  /** Of a line, px. */
  width?: number;
  /** Of a line, in widths. */
  dash?: readonly number[];
  /** In place of the layer's own. */
  glyph?: string;
}

interface Variants {
  /** The attribute that decides. */
  key: "kind" | "class" | "danger_class" | "rule";
  values: Readonly<Record<string, Look>>;
}

const LINE_PX = { forest_belt: 4.5, pipe: 2.2, road: 1.8 } as const;

/** Of each layer whose features do not all look the same. */
export const VARIANTS: Partial<Record<Layer, Variants>> = {
  forest_belt: {
    key: "kind",
    values: {
      biological: { colour: "#6fdc9b" },
      engineered: { colour: "#eda766" },
      natural: { colour: "#84b8e6" },
    },
  },
  road: {
    key: "class",
    values: {
      motorway: { colour: "#f2c14e", width: 3.4 },
      national: { colour: "#ecc473", width: 3 },
      provincial: { colour: "#e0c790", width: 2.6 },
      county: { colour: "#d6c69d", width: 2.2 },
      township: { colour: "#cfc3a4", width: 1.9 },
      village: { colour: "#bdb398", width: 1.6 },
      forest: { colour: "#c3d98a", width: 1.8, dash: [4, 1.5] },
      track: { colour: "#a39c86", width: 1.2, dash: [2.5, 2] },
    },
  },
  forest_stand: {
    key: "danger_class",
    values: {
      1: { colour: "#5fa878" },
      2: { colour: "#9dbd5c" },
      3: { colour: "#dcc04f" },
      4: { colour: "#e88c47" },
      5: { colour: "#e2584f" },
    },
  },
  pool: {
    key: "kind",
    values: {
      pool: { colour: "#3a6fd8" },
      tank: { colour: "#6c63d6", glyph: "M5.500 4.500h5v7h-5zM5.500 7h5M5.500 9.200h5" },
    },
  },
  checkpoint: {
    key: "kind",
    values: {
      checkpoint: { colour: "#e9c75c" },
      smart_gate: { colour: "#f0a050", glyph: "M5 10.500V7.500l6-1.500M5 10.500h1.500M5 7.500h1.500" },
    },
  },
  station: {
    key: "kind",
    values: {
      professional: { colour: "#ff8fb6" },
      semi_professional: { colour: "#f2a7c3" },
      volunteer: { colour: "#d9b3c4" },
      brigade: { colour: "#c79ad6" },
    },
  },
  airspace: {
    key: "rule",
    values: {
      no_fly: { colour: "#ff6b6b" },
      keep_away: { colour: "#ffb347" },
      approved: { colour: "#69d2e7" },
    },
  },
};

/** Dashes of a belt, a break or a main by its state; the first is of any other. */
export const STATE_DASHES: Readonly<Record<string, readonly number[]>> = {
  good: [2.2, 0.7],
  worn: [1.1, 1.1],
  unusable: [0.35, 1.5],
  planned: [0.9, 2.2],
};
/** Said to be unusable or only planned: drawn faint. */
export const FAINT: readonly string[] = ["unusable", "planned"];

function plain(layer: Layer): Look {
  const colour = SYMBOLS[layer].colour;
  return layer in LINE_PX ? { colour, width: LINE_PX[layer as keyof typeof LINE_PX] } : { colour };
}

/** How a value of the deciding attribute looks; without one, as the layer does. */
export function look(layer: Layer, value?: string | number | null): Look {
  const own = value === undefined || value === null ? undefined : VARIANTS[layer]?.values[String(value)];
  return { ...plain(layer), ...own };
}

/** The values of the deciding attribute that are there, in the order of the list. */
export function present(layer: Layer, features: readonly { properties: LandProperties }[]): string[] {
  const variants = VARIANTS[layer];
  if (variants === undefined) return [];
  const found = new Set(features.map((it) => String(it.properties[variants.key] ?? "")));
  return Object.keys(variants.values).filter((value) => found.has(value));
}

export const symbolOf = (layer: Layer, value?: string | null): Symbol => {
  const { colour, glyph } = look(layer, value);
  return { ...SYMBOLS[layer], colour, ...(glyph === undefined ? {} : { glyph }) };
};
