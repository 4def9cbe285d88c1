"""Landmarks as a table: a name, where the picture shows it, where it is, one a line.

Read as UTF-8, with or without its mark, or as GBK (what a Chinese spreadsheet saves), separated by
commas, semicolons or tabs. Whatever cannot be is refused by its line.
"""

import csv
import io
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from api.calibration.schemas import MOST_MARKS, MarkBody
from models.errors import InputRefused
from models.site import HeightDatum

__all__ = ["read_marks"]

MOST_BYTES: Final = 1_000_000
_NEEDED: Final = ("name", "x_px", "y_px", "east", "north", "height_m")
_COLUMNS: Final = {
    "name": "name",
    "名称": "name",
    "x_px": "x_px",
    "x": "x_px",
    "y_px": "y_px",
    "y": "y_px",
    "lon": "east",
    "lon_deg": "east",
    "east": "east",
    "easting": "east",
    "经度": "east",
    "东坐标": "east",
    "lat": "north",
    "lat_deg": "north",
    "north": "north",
    "northing": "north",
    "纬度": "north",
    "北坐标": "north",
    "height_m": "height_m",
    "height": "height_m",
    "高度": "height_m",
    "height_datum": "height_datum",
    "高度基准": "height_datum",
    "coordinates": "coordinates",
    "crs": "coordinates",
    "坐标系": "coordinates",
}
_DATUMS: Final = {
    "海拔": HeightDatum.SEA_LEVEL,
    "离地": HeightDatum.GROUND,
    "椭球高": HeightDatum.ELLIPSOID,
}


def read_marks(data: bytes, *, system: str = "") -> list[tuple[int, MarkBody]]:
    """Read a table.

    Args:
        data: the file.
        system: of the coordinates where no column says it, see :func:`geo.crs.tagged`.

    Returns:
        Each with its line, from 1.

    Raises:
        InputRefused: code ``landmarks_table`` or ``landmarks_line``; or no system is stated, code
            ``coordinates_untagged``.
    """
    rows = _rows_of(data)
    keys = _keys_of(rows[0][1])
    if not system.strip() and "coordinates" not in keys:
        raise InputRefused(
            "The list does not say which coordinate system its places are in.",
            remedy="State it with --crs: WGS84, CGCS2000, GK, GCJ-02, BD-09 or an EPSG code.",
            code="coordinates_untagged",
        )
    if len(rows) - 1 > MOST_MARKS:
        raise _no_table(f"{len(rows) - 1} landmarks are more than {MOST_MARKS}.")
    found = []
    for line, row in rows[1:]:
        if len(row) > len(keys):
            raise _bad_line(line, f"{len(row)} cells under {len(keys)} columns")
        cells = {key: cell.strip() for key, cell in zip(keys, row, strict=False) if cell.strip()}
        cells.setdefault("coordinates", system)
        datum = cells.setdefault("height_datum", HeightDatum.SEA_LEVEL)
        cells["height_datum"] = _DATUMS.get(datum, datum)
        try:
            found.append((line, MarkBody.model_validate(cells, strict=False)))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise _bad_line(line, f"{where}: {first['msg']}") from None
    return found


def _rows_of(data: bytes) -> list[tuple[int, list[str]]]:
    if len(data) > MOST_BYTES:
        raise _no_table(f"It has more than {MOST_BYTES} bytes.")
    text = _text_of(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _no_table(f"It is not a table: {error}.") from error
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise _no_table("It is empty.")
    return rows


def _text_of(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise _no_table("It is neither UTF-8 nor GBK.")


def _keys_of(headers: list[str]) -> list[str]:
    keys = [_COLUMNS.get(header.strip().lower(), "") for header in headers]
    for header, key in zip(headers, keys, strict=True):
        if not key:
            raise _no_table(f"The column {header.strip()[:40]!r} means nothing here.")
        if keys.count(key) > 1:
            raise _no_table(f"The column {key} comes twice.")
    missing = [key for key in _NEEDED if key not in keys]
    if missing:
        raise _no_table(f"It has no column {missing[0]}.")
    return keys


def _no_table(what: str) -> InputRefused:
    return InputRefused(
        f"The list of landmarks cannot be read. {what}",
        remedy="Columns: name,x_px,y_px,lon,lat,height_m[,height_datum][,coordinates].",
        code="landmarks_table",
    )


def _bad_line(line: int, what: str) -> InputRefused:
    return InputRefused(
        f"Line {line} of the landmarks: {what[:200]}.",
        remedy="Mend that line; heights are above sea level unless height_datum says otherwise.",
        code="landmarks_line",
    )
