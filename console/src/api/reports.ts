/** Reports that an office files: the page of a month, the study of a year, and the rows behind them. */

import { answerTo, call, TEST_WAIT_MS } from "./transport";

export type ReportKind = "monthly" | "yearly";
export const FORMATS = ["pdf", "docx", "csv"] as const;
export type ReportFormat = (typeof FORMATS)[number];
export type Cell = string | number | null;

export interface Figure {
  key: string;
  /** Null when nobody can know it. */
  value: number | null;
  unit: string;
  low: number | null;
  high: number | null;
  counted: number | null;
  of: number | null;
  limit: number | null;
  rows_count: number;
}

export interface ReportTable {
  key: string;
  columns: string[];
  rows: Cell[][];
  /** How many rows stand behind each line; of a list of rows none. */
  rows_counts: number[];
}

export interface ReportSection {
  key: string;
  figures: Figure[];
  tables: ReportTable[];
  remarks: string[];
}

export interface Report {
  kind: ReportKind;
  /** `2026-11` or `2026`. */
  period: string;
  from_at: string;
  until_at: string;
  made_at: string;
  site_name: string;
  is_whole: boolean;
  sections: ReportSection[];
}

export interface ReportRow {
  table: string;
  number: string;
  text: string;
  /** `#fire-12`, `#order-5`; null without a page. */
  href: string | null;
}

/** What rows are asked about: a figure, or a line of a table. */
export type RowsOf = { figure: string } | { table: string; row: number };

export interface ReportFile {
  blob: Blob;
  name: string;
}

const address = (kind: ReportKind, period: string): string => `/api/reports/${kind}/${encodeURIComponent(period)}`;

/** The name that an answer is to be saved under (RFC 6266), or the other one. */
export function nameIn(disposition: string | null, other: string): string {
  const written = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (written === undefined) return other;
  try {
    return decodeURIComponent(written);
  } catch {
    return other;
  }
}

async function reportFile(kind: ReportKind, period: string, format: ReportFormat, language: string): Promise<ReportFile> {
  const response = await answerTo(`${address(kind, period)}/file?format=${format}&lang=${language}`, { signal: AbortSignal.timeout(TEST_WAIT_MS) });
  return { blob: await response.blob(), name: nameIn(response.headers.get("Content-Disposition"), `firewatch-${kind}-${period}.${format}`) };
}

function reportRows(kind: ReportKind, period: string, of: RowsOf, first: number, language: string): Promise<{ total: number; rows: ReportRow[] }> {
  const asked = new URLSearchParams({ first: String(first), lang: language });
  for (const [key, value] of Object.entries(of)) asked.set(key, String(value));
  return call("GET", `${address(kind, period)}/rows?${asked}`, undefined, TEST_WAIT_MS);
}

export const reportCalls = {
  report: (kind: ReportKind, period: string) => call<Report>("GET", address(kind, period), undefined, TEST_WAIT_MS),
  reportRows,
  reportFile,
};
