/** Reports and keys of imports, and what a column of a file is used as. */

import type { ImportLine, LandMapping } from "../api/landdata";

/** 32 hexadecimal digits; `crypto.randomUUID` is missing where the console comes without TLS. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What a column is: a feature's name or code, an attribute, kept under its own name, or left out. */
export type Use = "name" | "code" | "keep" | "out" | `as:${string}`;

export function useOf(mapping: LandMapping, column: string): Use {
  if (mapping.name_column === column) return "name";
  if (mapping.code_column === column) return "code";
  const key = mapping.columns[column];
  if (key === undefined) return "keep";
  return key === "" ? "out" : `as:${key}`;
}

/** The mapping with a column used otherwise; what it takes from another column, that one keeps under its own name. */
export function withUse(mapping: LandMapping, column: string, use: Use): LandMapping {
  const wanted = use.startsWith("as:") ? use.slice(3) : null;
  const kept = Object.entries(mapping.columns).filter(([name, key]) => name !== column && key !== wanted);
  const columns = Object.fromEntries(kept);
  if (wanted !== null) columns[column] = wanted;
  if (use === "out") columns[column] = "";
  const but = (name: string | null): string | null => (name === column ? null : name);
  return {
    ...mapping,
    columns,
    name_column: use === "name" ? column : but(mapping.name_column),
    code_column: use === "code" ? column : but(mapping.code_column),
  };
}

/** A table that spreadsheets open as it is: with the mark of UTF-8, and nothing that they would compute. */
export function tableOf(rows: readonly (readonly (string | number)[])[]): Blob {
  const cell = (value: string | number): string => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return new Blob(["\ufeff", rows.map((row) => row.map(cell).join(",")).join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" });
}

/** Rows of a report as a table has them. */
export function reportRows(
  lines: readonly ImportLine[],
  words: { heading: string[]; verdict: (line: ImportLine) => string; why: (line: ImportLine) => string },
): (string | number)[][] {
  return [words.heading, ...lines.map((line) => [line.row, line.name, words.verdict(line), words.why(line)])];
}

/** Where a layer lies beside its place: whole tens of metres east and north, for people. */
export function shiftOf(east_m: number, north_m: number): { east: number; north: number } {
  const tens = (value: number): number => Math.round(Math.abs(value) / 10) * 10;
  return { east: tens(east_m), north: tens(north_m) };
}
