/** The report of an import that was taken, as a table for a spreadsheet. */

import { http } from "../api/http";
import { reportRows, tableOf } from "../lib/landImport";
import { saveBlob } from "../lib/saving";
import { useImportWords } from "./useImportWords";

export function useImportReport() {
  const { t, lineWords } = useImportWords();

  async function save(change_id: number): Promise<void> {
    const report = await http.landReport(change_id);
    const rows = reportRows(report.lines, {
      heading: [t("import.line"), t("attribute.name"), t("import.outcome"), t("import.details")],
      verdict: (line) => t(`land_verdict.${line.verdict}`),
      why: lineWords,
    });
    const layer = t(`layer.${report.mapping.layer}`);
    const facts = [
      [t("land_import.report_of"), `${report.file} · ${report.file_layer}`],
      [t("land_import.layer"), layer],
      [t("setup.coordinates"), report.mapping.system],
      [t("landdata.who"), report.author],
      [t("landdata.when"), report.at],
      [t("land_import.counts"), t("land_import.counts_of", { taken: report.taken, mended: report.mended, refused: report.refused })],
      [t("land_import.effect_of"), t("land_import.done", { layer, added: report.added, changed: report.changed, removed: report.removed })],
      [],
    ];
    saveBlob(tableOf([...facts, ...rows]), `firewatch-land-${change_id}.csv`);
  }

  return { save };
}
