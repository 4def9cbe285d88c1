"""Make geometries of the rows of a table that says in its columns where they are."""

import math
from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.degrees import Angle, angle_of, pair_of
from geo.exchange.headings import PlaceColumns
from geo.exchange.table import Note, NoteCode
from models.land import Fact

__all__ = ["placed"]


def placed(
    rows: Sequence[Sequence[Fact]], columns: PlaceColumns
) -> tuple[list[BaseGeometry | None], list[Note]]:
    """The geometry of each row, eastward axis first, and what was noticed."""
    reader = _Reader(columns, northing_first=_x_is_north(rows, columns))
    geometries = [reader.geometry(number, row) for number, row in enumerate(rows, 1)]
    if reader.exchanged:
        reader.notes.append(Note(NoteCode.AXES_BY_LETTER, None, {"rows": reader.exchanged}))
    return geometries, reader.notes


class _Reader:
    def __init__(self, columns: PlaceColumns, *, northing_first: bool) -> None:
        self._columns = columns
        self._northing_first = northing_first
        self.notes: list[Note] = []
        self.exchanged = 0

    def geometry(self, number: int, row: Sequence[Fact]) -> BaseGeometry | None:
        columns = self._columns
        well_known = "".join(str(row[index]) for index in columns.wkt if row[index] is not None)
        if well_known:
            return self._from_wkt(number, well_known)
        if columns.pair is not None:
            pair = pair_of(_text(row[columns.pair]))
            written = _text(row[columns.pair])
        elif columns.east is not None and columns.north is not None:
            first, second = _text(row[columns.east]), _text(row[columns.north])
            written = f"{first} {second}".strip()
            one, other = angle_of(first), angle_of(second)
            pair = None if one is None or other is None else (one, other)
        else:
            pair, written = None, ""
        if pair is None:
            code = NoteCode.PLACE_UNREADABLE if written else NoteCode.PLACE_MISSING
            self.notes.append(Note(code, number, {"text": written[:60]} if written else {}))
            return None
        return self._point(number, *pair)

    def _point(self, number: int, first: Angle, second: Angle) -> BaseGeometry | None:
        east, north = (second, first) if self._northing_first else (first, second)
        if east.axis == "N" or north.axis == "E":
            east, north = north, east
            self.exchanged += 1
        if not (math.isfinite(east.value) and math.isfinite(north.value)):
            self.notes.append(Note(NoteCode.PLACE_UNREADABLE, number))
            return None
        return shapely.Point(east.value, north.value)

    def _from_wkt(self, number: int, text: str) -> BaseGeometry | None:
        try:
            geometry: BaseGeometry = shapely.from_wkt(text.split(";", 1)[-1])  # EWKT's SRID
        except (shapely.errors.GEOSException, ValueError):
            values: dict[str, Fact] = {"text": text[:60]}
            self.notes.append(Note(NoteCode.GEOMETRY_UNREADABLE, number, values))
            return None
        return geometry


def _x_is_north(rows: Sequence[Sequence[Fact]], columns: PlaceColumns) -> bool:
    """Whether X is the northing: eastings have a zone in front or six digits, northings seven."""
    if not columns.by_value or columns.east is None or columns.north is None:
        return False
    votes = 0
    for row in rows[:1000]:
        x, y = (angle_of(_text(row[column])) for column in (columns.east, columns.north))
        if x is None or y is None:
            continue
        if abs(x.value) <= 180.0 and abs(y.value) <= 180.0:
            votes += 1 if abs(x.value) <= 60.0 < abs(y.value) else -1
        else:
            votes += 1 if 1.0e6 <= x.value < 7.0e6 and not 1.0e6 <= y.value < 7.0e6 else -1
    return votes > 0


def _text(value: Fact) -> str:
    if value is None or isinstance(value, bool):
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()
