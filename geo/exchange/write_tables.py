"""CSV and Excel for people: Chinese headings with units, longitude and latitude, and metres of GK.

A line or an area has a place inside itself in the columns of the place, and its whole shape in WKT.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import openpyxl
import shapely
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from geo.crs import Plane, Wgs84, from_wgs84
from geo.exchange.columns import Column, Kind
from geo.exchange.headings import TEXT_MARK
from geo.exchange.refusals import refused
from geo.exchange.write_text import Sheet
from models.errors import InputRefused
from models.land import Fact

__all__ = ["LONGEST_CELL", "csv_bytes", "excel_bytes"]

LONGEST_CELL: Final = 32_767
"""Letters that a cell of Excel holds."""


def csv_bytes(sheet: Sheet) -> bytes:
    """A table in UTF-8 with the mark that Excel needs to see Chinese."""
    headings, rows = _table(sheet)
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_marked(column, heading) for column, heading in headings])
    writer.writerows([[_written(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8")


def excel_bytes(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet per layer; text stays text, also where it looks like a number.

    Raises:
        InputRefused: a text or shape is longer than a cell holds (``export_text_long``).
    """
    book = openpyxl.Workbook(write_only=True)
    tables = [(sheet, *_table(sheet, LONGEST_CELL)) for sheet in sheets]
    for _, _, rows in tables:
        _check(rows)
    for sheet, headings, rows in tables:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "C2"
        page.append([_cell(page, heading, bold=True) for _, heading in headings])
        for row in rows:
            page.append([_cell(page, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _check(rows: Sequence[Sequence[Fact]]) -> None:
    for row in rows:
        for value in row:
            if isinstance(value, str) and len(value) > LONGEST_CELL:
                raise refused(
                    "export_text_long", f"{value[:30]} … is longer than a cell of Excel holds."
                )


def _cell(page: Any, value: Fact, *, bold: bool = False) -> Any:  # noqa: ANN401 -- openpyxl has no types
    cell = WriteOnlyCell(page, value=value)
    if isinstance(cell.value, str):
        cell.data_type = "s"  # never a formula
        cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _table(
    sheet: Sheet, piece: int = 0
) -> tuple[list[tuple[Column | None, str]], list[list[Fact]]]:
    """Headings with the column that they belong to, and rows.

    Args:
        sheet: to be written.
        piece: letters of WKT in one cell, the rest in further columns; 0 for all in one.
    """
    headings: list[tuple[Column | None, str]] = [(each, each.heading) for each in sheet.columns]
    values: list[Sequence[Fact]] = [each.for_people for each in sheet.columns]
    points = [
        each if each.geom_type == "Point" else each.representative_point()
        for each in sheet.geometries
    ]
    places = shapely.get_coordinates(points)
    headings += [(None, "经度(WGS84)"), (None, "纬度(WGS84)")]
    values += [places[:, 0].tolist(), places[:, 1].tolist()]
    metres = _metres(places)
    if metres is not None:
        headings += [(None, f"东坐标(EPSG:{metres.epsg})"), (None, f"北坐标(EPSG:{metres.epsg})")]
        values += [np.round(metres.easting_m, 3).tolist(), np.round(metres.northing_m, 3).tolist()]
    if any(each.geom_type != "Point" for each in sheet.geometries):
        texts: list[str] = [
            str(shapely.to_wkt(each, rounding_precision=-1)) for each in sheet.geometries
        ]
        step = piece or max(map(len, texts))
        for number, start in enumerate(range(0, max(map(len, texts)), step), 1):
            headings.append((None, f"WKT {number}(WGS84)" if number > 1 else "WKT(WGS84)"))
            values.append([text[start : start + step] or None for text in texts])
    return headings, [list(row) for row in zip(*values, strict=True)]


def _metres(places: np.ndarray[Any, np.dtype[np.float64]]) -> Plane | None:
    """Eastings and northings of CGCS2000 in the zone of the middle; None outside of China."""
    middle_deg = 3 * round(float(np.median(places[:, 0])) / 3.0)
    if not 75 <= middle_deg <= 135:
        return None
    try:
        return from_wgs84(Wgs84(places[:, 0], places[:, 1]), 4534 + (middle_deg - 75) // 3)
    except InputRefused:
        return None


def _written(value: Fact) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def _marked(column: Column | None, heading: str) -> str:
    """A further property whose texts could be taken for numbers, or true and false, says so."""
    if column is None or column.attribute is not None or column.kind is not Kind.TEXT:
        return heading
    if column.key in ("code", "name"):
        return heading
    plain = all(_looks_typed(str(value)) for value in column.values if value is not None)
    return f"{heading}{TEXT_MARK}" if plain else heading


def _looks_typed(text: str) -> bool:
    if text in ("true", "false"):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True
