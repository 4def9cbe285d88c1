/** What a report's keys and cells are called; a key that has no words yet stands as it is. */

import type { Cell } from "../api/reports";
import { NOTHING, NUMBERED, OF_NONE, scaled, SECTIONS, SHARES, shown } from "../lib/reports";
import { dayOf, minuteOf } from "../lib/time";
import { useWords } from "./useWords";

export function useReportWords() {
  const { t, te, zone } = useWords();
  /** With its date, also of today: a report is read later. */
  const moment = (iso: string): string => `${dayOf(new Date(iso), zone.value)} ${minuteOf(new Date(iso), zone.value)}`;
  const said = (path: string, key: string): string => (te(path) ? t(path) : key);

  const section = (key: string): string => said(`report_section.${key}`, key);
  const figure = (key: string): string => said(`report_figure.${key}`, key);
  const table = (key: string): string => said(`report_table.${key}`, key);
  const remark = (key: string): string => said(`report_remark.${key}`, key);
  const unit = (key: string): string => said(`report_unit.${key}`, "");
  const row = (key: string): string => said(`report_row.${key}`, key);

  function column(key: string): string {
    const hour = /^hour_(\d\d)$/.exec(key)?.[1];
    return hour === undefined ? said(`report_column.${key}`, key) : t("report_column.hour", { hour: Number(hour) });
  }

  /** A cell in words; unknown is said so, and never 0. */
  function cell(value: Cell, of_table: string, of_column: string): string {
    if (value === null) return OF_NONE.some((end) => of_column.endsWith(end)) ? NOTHING : t("reports.unknown");
    if (typeof value === "number" && !NUMBERED.has(of_column)) return number(value, of_column);
    const text = String(value);
    if (of_column.endsWith("_at") && text !== "") return moment(text);
    if (of_column === "missing_layers") return text.split(" ").map((one) => said(`layer.${one}`, one)).join(t("reports.list_comma"));
    const words = SECTIONS[`${of_table}.${of_column}`] ?? SECTIONS[`.${of_column}`];
    if (words !== undefined && text !== "") return said(`${words}.${text}`, text);
    const key = text === "" ? "none" : text;
    return said(`report_cell.${of_table}_${of_column}.${key}`, said(`report_cell.${of_column}.${key}`, text));
  }

  function number(value: number, of_column: string): string {
    if (of_column === "fire") return `#${value}`;
    if (of_column.endsWith("_deg")) return value.toFixed(5);
    if (of_column.endsWith("_s")) return measured(value, "seconds");
    if (of_column.startsWith("hour_") && value === 0) return "·";
    return shown(value, SHARES.has(of_column) ? "share" : "count", "");
  }

  /** With its unit, a long time in a longer one. */
  function measured(value: number, of_unit: string): string {
    const [size, named] = scaled(value, of_unit);
    return shown(size, named, unit(named));
  }

  return { t, measured, moment, section, figure, table, remark, unit, row, column, cell };
}
