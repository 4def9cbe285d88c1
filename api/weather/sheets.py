"""Weather in tables, as stations and bureaus hand it over: CSV or Excel, one row a reading.

A row that cannot be read, or says what cannot be, is left out and told with its number, its column
and why; the others are taken. Nothing is guessed: a missing number is no zero.
"""

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zipfile import BadZipFile, ZipFile
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from api.weather.cells import is_empty, moment_of, number_of, text_of
from models.errors import InputRefused
from models.weather import LIMITS, Reading, check_reading

__all__ = ["MOST_ROWS", "LeftOut", "read_sheet"]

MOST_ROWS: Final = 50_000
MOST_UNPACKED_BYTES: Final = 100_000_000
LONGEST_TOLD: Final = 40

_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "station": ("station", "站点", "站名", "气象站", "台站", "站点名称", "测站"),
    "at": ("at", "time", "datetime", "时间", "日期时间", "观测时间", "资料时间", "日期", "date"),
    "temperature_c": ("temperature_c", "temperature", "temp", "气温", "温度", "空气温度"),
    "humidity_percent": ("humidity_percent", "humidity", "rh", "相对湿度", "湿度", "空气湿度"),
    "wind_m_s": ("wind_m_s", "wind", "windspeed", "风速", "平均风速", "10分钟平均风速"),
    "rain_24h_mm": (
        "rain_24h_mm",
        "rain",
        "rain24h",
        "24小时降水量",
        "24小时降雨量",
        "24h降水量",
        "24h降雨量",
        "日降水量",
        "日降雨量",
        "过去24小时降水量",
    ),
}
_NEEDED: Final = tuple(key for key in _HEADINGS if key != "station")
_NUMBERS: Final = ("temperature_c", "humidity_percent", "wind_m_s", "rain_24h_mm")
_UNIT: Final = re.compile(r"[(\[\u3010].*?[)\]\u3011]|[\s_]")
_BROKEN: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    SyntaxError,
    BadZipFile,
    InvalidFileException,
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a row was left out.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        column: heading.
        value: that stands there, cut.
        code: ``weather_number``, ``weather_missing``, ``weather_moment`` or one of
            :func:`models.weather.check_reading`.
    """

    row: int
    column: str
    value: str
    code: str


def read_sheet(
    data: bytes, *, zone: ZoneInfo, noon_hour: float, now: datetime
) -> tuple[list[Reading], list[LeftOut]]:
    """Read a table.

    Args:
        data: a CSV (UTF-8 or GBK; commas, semicolons or tabs) or an Excel workbook, of which the
            first sheet with the needed columns is read.
        zone: of times that state none.
        noon_hour: of days that state no time.
        now: UTC, for what lies in the future.

    Returns:
        The readings, and the rows that were left out, in their order.

    Raises:
        InputRefused: no table (``weather_file``), without a needed column
            (``weather_columns``), or of too many rows (``weather_rows``).
    """
    sheets = _workbook(data) if data[:4] == b"PK\x03\x04" else [_table(data)]
    lacking: tuple[str, ...] = _NEEDED
    for rows in sheets:
        for start, heading in enumerate(rows[:20]):
            columns = _columns(heading)
            missing = tuple(key for key in _NEEDED if key not in columns)
            if not missing:
                return _readings(rows, start, columns, zone=zone, noon_hour=noon_hour, now=now)
            lacking = min(lacking, missing, key=len)
    raise InputRefused(
        f"The table has no column for: {', '.join(lacking)}.",
        remedy="Name the columns 时间, 气温, 相对湿度, 风速, 24小时降水量; and 站点 for stations.",
        code="weather_columns",
    )


def _table(data: bytes) -> list[Sequence[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = "\0"
    if "\0" in text:
        raise InputRefused(
            "The file is no table of text.",
            remedy="Save it as CSV in UTF-8 or GBK, or as an Excel workbook (.xlsx).",
            code="weather_file",
        )
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputRefused(f"The file is no table: {error}.", code="weather_file") from error
    return _few(rows)


def _workbook(data: bytes) -> list[list[Sequence[Any]]]:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise InputRefused(
                    "The workbook holds more than a hundred megabytes.",
                    remedy="Hand over the rows of a few years.",
                    code="weather_rows",
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                return [
                    _few(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1))
                    for sheet in book.worksheets
                ]
            finally:
                book.close()
    except _BROKEN as error:
        raise InputRefused(
            f"The workbook is damaged: {error}.",
            remedy="Save it again as an Excel workbook (.xlsx).",
            code="weather_file",
        ) from error


def _few(rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    found = list(rows)
    if len(found) > MOST_ROWS:
        raise InputRefused(
            f"The table has more than {MOST_ROWS} rows.",
            remedy="Hand over the rows of a few years.",
            code="weather_rows",
        )
    return found


def _columns(heading: Sequence[Any]) -> dict[str, tuple[int, str]]:
    """Where each value stands, and its heading; a heading that comes twice means nothing."""
    found: dict[str, tuple[int, str]] = {}
    for index, cell in enumerate(heading):
        text = "" if cell is None else str(cell)
        plain = _UNIT.sub("", unicodedata.normalize("NFKC", text)).casefold()
        for key, names in _HEADINGS.items():
            wanted = {name.replace("_", "").casefold() for name in names}
            if plain in wanted and key not in found:
                found[key] = (index, text.strip())
    return found


def _readings(
    rows: Sequence[Sequence[Any]],
    start: int,
    columns: dict[str, tuple[int, str]],
    *,
    zone: ZoneInfo,
    noon_hour: float,
    now: datetime,
) -> tuple[list[Reading], list[LeftOut]]:
    found: list[tuple[int, dict[str, Any], datetime | None]] = []
    for number, row in enumerate(rows[start + 1 :], start + 2):
        cells = {
            key: row[index] if index < len(row) else None for key, (index, _) in columns.items()
        }
        if not all(is_empty(cell) for cell in cells.values()):
            found.append((number, cells, moment_of(cells["at"], zone)))
    # A column of days comes as midnights from a spreadsheet; of hours, not all of them are.
    days_only = all(at is None or at.time() == time() for _, _, at in found)
    readings: list[Reading] = []
    faults: list[LeftOut] = []
    for number, cells, at in found:
        own: list[LeftOut] = []
        values: dict[str, Any] = {"station": text_of(cells.get("station"))}
        if at is None:
            own.append(_fault(number, columns["at"][1], cells["at"], "weather_moment"))
        for key in _NUMBERS:
            value = number_of(cells[key], wind_heading=columns[key][1] if key == "wind_m_s" else "")
            if isinstance(value, str):
                own.append(_fault(number, columns[key][1], cells[key], value))
            values[key] = value
        if not own and at is not None:
            later = timedelta(hours=noon_hour if days_only else 0.0)
            reading = Reading(at=(at + later).astimezone(UTC), **values)
            try:
                check_reading(reading, now)
            except InputRefused as refusal:
                key = _culprit(reading, refusal.code)
                cell = cells.get(key)
                own.append(_fault(number, columns[key][1], cell, refusal.code))
            else:
                readings.append(reading)
        faults += own
    return readings, faults


def _culprit(reading: Reading, code: str) -> str:
    """Which column holds what was refused."""
    if code == "weather_station":
        return "station"
    for key, (least, most) in LIMITS.items():
        if code == "weather_value" and not least <= getattr(reading, key) <= most:
            return key
    return "at"


def _fault(row: int, column: str, cell: object, code: str) -> LeftOut:
    return LeftOut(row, column[:LONGEST_TOLD], text_of(cell)[:LONGEST_TOLD], code)
