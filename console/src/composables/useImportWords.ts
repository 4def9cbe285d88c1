/** What a file's reading and checking say, in the reader's language. */

import { useI18n } from "vue-i18n";
import type { Fact, FileNote, ImportLine } from "../api/landdata";

export function useImportWords() {
  const { t, te } = useI18n();

  /** An attribute's name; a fact that came from elsewhere keeps its own. */
  const attribute = (key: string): string => (te(`attribute.${key}`) ? t(`attribute.${key}`) : key);

  function values(found: Record<string, Fact>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(found).map(([key, value]) => {
        if (key === "code" && te(`problem.${value}`)) return [key, t(`problem.${value}`)];
        if (key === "found" && te(`land_shape_name.${value}`)) return [key, t(`land_shape_name.${value}`)];
        return [key, typeof value === "number" && !Number.isInteger(value) ? String(Math.round(value * 100) / 100) : String(value ?? "")];
      }),
    );
  }

  const said = (key: string, code: string, found: Record<string, Fact>): string => (te(key) ? t(key, values(found)) : code);

  function noteWords(note: FileNote): string {
    const text = said(`land_note.${note.code}`, note.code, note.values);
    return note.row === null ? text : t("land_import.in_row", { row: note.row, text });
  }

  const lineWords = (line: Pick<ImportLine, "code" | "values">): string => (line.code === "" ? "" : said(`land_line.${line.code}`, line.code, line.values));
  const adviceWords = (it: { code: string; values: Record<string, Fact> }): string => said(`land_advice.${it.code}`, it.code, it.values);
  /** A reason without its values. */
  const codeWords = (code: string): string => (te(`land_reason.${code}`) ? t(`land_reason.${code}`) : code);

  return { t, te, attribute, noteWords, lineWords, adviceWords, codeWords };
}
