/** Land layers in and out of files, and the changes of the land. */

import type { Layer } from "./land";
import { call, FILE_WAIT_MS, TEST_WAIT_MS } from "./transport";

export type Fact = string | number | boolean | null;
export type ImportMode = "add" | "replace";
export type Verdict = "refused" | "mended" | "taken";

export interface LandAttribute {
  key: string;
  kind: "text" | "number" | "whole" | "yes_no" | "choice";
  least: number | null;
  most: number | null;
  choices: string[];
}

export interface LayerAttributes {
  layer: Layer;
  shapes: string[];
  attributes: LandAttribute[];
}

/** How a layer of a file is to be understood. A column that `columns` does not name keeps its name. */
export interface LandMapping {
  layer: Layer;
  name_column: string | null;
  code_column: string | null;
  /** Column of the file to attribute; empty leaves it out. */
  columns: Record<string, string>;
  system: string;
  drill: boolean;
  /** Attribute to the file's words to our choices. */
  choices: Record<string, Record<string, string>>;
}

export interface FileColumn {
  name: string;
  filled: number;
  examples: string[];
  /** All different values, where they are few; empty otherwise. */
  words: string[];
}

export interface FileNote {
  code: string;
  row: number | null;
  values: Record<string, Fact>;
}

export interface FileLayer {
  number: number;
  name: string;
  rows: number;
  shapes: Record<string, number>;
  columns: FileColumn[];
  first_rows: string[][];
  system: string | null;
  encoding: string | null;
  notes: FileNote[];
  guess: LandMapping;
  applied: boolean;
}

export interface LandUpload {
  upload_id: string;
  name: string;
  size_bytes: number;
  encoding: string | null;
  layers: FileLayer[];
}

export interface ImportLine {
  row: number;
  name: string;
  verdict: Verdict;
  code: string;
  values: Record<string, Fact>;
}

export interface ImportEffect {
  added: number;
  changed: number;
  removed: number;
  same: number;
}

export interface ImportDraft {
  draft: number;
  layer_number: number;
  mapping: LandMapping;
  /** Rows that become features, mended ones included. */
  taken: number;
  mended: number;
  refused: number;
  outside: number;
  advice: { code: string; values: Record<string, Fact> }[];
  counts: { verdict: Verdict; code: string; count: number }[];
  lines: ImportLine[];
  lines_left: number;
  shift: { east_m: number; north_m: number; looks_like: string | null; off_m: number; left_m: number; against: "outline" | "features" } | null;
  bounds: [number, number, number, number] | null;
  add: ImportEffect;
  replace: ImportEffect;
  there: number;
  map: {
    features: GeoJSON.FeatureCollection;
    left_out: number;
    outline: GeoJSON.Geometry | null;
  };
}

export interface ImportApplied {
  change_id: number | null;
  added: number;
  changed: number;
  removed: number;
  again: boolean;
}

/** What is kept of an import that was taken. */
export interface KeptReport {
  change_id: number;
  at: string;
  author: string;
  file: string;
  file_layer: string;
  mode: ImportMode;
  mapping: LandMapping;
  taken: number;
  mended: number;
  refused: number;
  added: number;
  changed: number;
  removed: number;
  lines: ImportLine[];
}

export interface LandChange {
  change_id: number;
  kind: "imported" | "edited" | "undone" | "replaced";
  at: string;
  author: string;
  source: string;
  note: string;
  layers: Layer[];
  added: number;
  changed: number;
  removed: number;
  undoes: number | null;
  undone_by: number | null;
  may_undo: boolean;
}

export const landDataCalls = {
  landAttributes: () => call<LayerAttributes[]>("GET", "/api/land/attributes"),
  sendLand: (file: File) =>
    call<LandUpload>("POST", `/api/land/imports?name=${encodeURIComponent(file.name)}`, new Blob([file]), FILE_WAIT_MS),
  readLand: (id: string, encoding: string | null) =>
    call<LandUpload>("POST", `/api/land/imports/${id}/read`, { encoding }, FILE_WAIT_MS),
  checkLand: (id: string, layer_number: number, mapping: LandMapping) =>
    call<ImportDraft>("POST", `/api/land/imports/${id}/check`, { layer_number, mapping }, FILE_WAIT_MS),
  applyLand: (id: string, request: { draft: number; mode: ImportMode; note: string; key: string }) =>
    call<ImportApplied>("POST", `/api/land/imports/${id}/apply`, request, FILE_WAIT_MS),
  forgetLand: (id: string) => call<void>("DELETE", `/api/land/imports/${id}`),
  landReports: () => call<number[]>("GET", "/api/land/imports/reports"),
  landReport: (change_id: number) =>
    call<KeptReport>("GET", `/api/land/imports/reports/${change_id}`, undefined, TEST_WAIT_MS),
  landChanges: (before: number | null, limit: number) =>
    call<{ changes: LandChange[] }>("GET", `/api/land/changes?limit=${limit}${before === null ? "" : `&before=${before}`}`),
  undoLand: (change_id: number) => call<LandChange>("POST", `/api/land/changes/${change_id}/undo`),
};
