"""The findings as files for the yearly plan: CSV, Excel, GeoJSON."""

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import shapely
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from api.land.network.words import HEADINGS, KINDS, LAYERS, UNITS, YES, Language
from models.land import NetworkFinding

__all__ = ["MEDIA", "PlanFormat", "collection", "plan"]

Cell = str | float | int | None


class PlanFormat(StrEnum):
    """How a plan is written; also the end of its file's name."""

    CSV = "csv"
    EXCEL = "xlsx"
    GEOJSON = "geojson"


MEDIA: Final = {
    PlanFormat.CSV: "text/csv; charset=utf-8",
    PlanFormat.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PlanFormat.GEOJSON: "application/geo+json",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS: Final = (24, 16, 26, 20, 20, 14, 9, 9, 7, 16, 26, 11, 40, 24, 12, 12, 7)
_NOT_IN_EXCEL: Final = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def plan(findings: Sequence[NetworkFinding], wanted: PlanFormat, language: Language) -> bytes:
    """All findings as one file.

    Args:
        findings: in the order to be written.
        wanted: CSV in UTF-8 with its mark, so that Excel reads Chinese; an Excel workbook; or
            GeoJSON in WGS 84.
        language: of headings and kinds.
    """
    if wanted is PlanFormat.GEOJSON:
        return json.dumps(collection(findings), ensure_ascii=False).encode()
    at = 0 if language == "zh" else 1
    rows = [tuple(pair[at] for pair in HEADINGS), *(_row(each, at) for each in findings)]
    return _csv(rows) if wanted is PlanFormat.CSV else _excel(rows)


def collection(findings: Sequence[NetworkFinding]) -> dict[str, Any]:
    """The findings as one GeoJSON collection (RFC 7946)."""
    shapes = [json.loads(text) for text in shapely.to_geojson([each.shape for each in findings])]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": shape, "properties": _properties(each)}
            for shape, each in zip(shapes, findings, strict=True)
        ],
    }


def _properties(finding: NetworkFinding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "layer": finding.layer,
        "code": finding.code,
        "name": finding.name,
        "measure": None if finding.measure is None else round(finding.measure, 4),
        "unit": finding.unit,
        "township": finding.township,
        "township_code": finding.township_code,
        "months": list(finding.months),
        "members": list(finding.members),
        "others": [
            {
                "layer": each.layer,
                "code": each.code,
                "name": each.name,
                "distance_m": round(each.distance_m, 1),
            }
            for each in finding.others
        ],
        "lon_deg": round(finding.lon_deg, 6),
        "lat_deg": round(finding.lat_deg, 6),
        "drill": finding.drill,
    }


def _row(finding: NetworkFinding, at: int) -> tuple[Cell, ...]:
    share = finding.units[0].probability if finding.units else None
    first, further = finding.others[:1], finding.others[1:]
    return (
        KINDS[finding.kind][at],
        LAYERS[finding.layer][at],
        finding.name,
        finding.code,
        finding.township,
        finding.township_code,
        None if share is None else round(100.0 * share, 1),
        _measure(finding),
        UNITS[finding.unit][at],
        " ".join(map(str, finding.months)),
        f"{LAYERS[first[0].layer][at]} {first[0].name}" if first else "",
        round(first[0].distance_m, 1) if first else None,
        "; ".join(
            f"{LAYERS[each.layer][at]} {each.name} {each.distance_m:.0f} m" for each in further
        ),
        " ".join(finding.members) if len(finding.members) > 1 else "",
        round(finding.lon_deg, 6),
        round(finding.lat_deg, 6),
        YES[at] if finding.drill else "",
    )


def _measure(finding: NetworkFinding) -> float | None:
    if finding.measure is None:
        return None
    return round(100.0 * finding.measure if finding.unit == "share" else finding.measure, 1)


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    """With the mark by which Excel tells UTF-8; text that looks like a formula is kept text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(["" if cell is None else _harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _excel(rows: Sequence[Sequence[Cell]]) -> bytes:
    book = Workbook()
    sheet = book.active or book.create_sheet()
    for line, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            text = cell.translate(_NOT_IN_EXCEL) if isinstance(cell, str) else cell
            field = sheet.cell(line, column, text)
            if isinstance(text, str):
                field.data_type = "s"  # never a formula
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(1, column).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
