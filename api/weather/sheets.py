"""Weather in tables, as stations and bureaus hand it over: CSV or Excel, one row a reading.

A row that cannot be read, or says what cannot be, is left out and told with its number, its column
and why; the others are taken. Nothing is guessed: a missing number is no zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.cells import moment_of, text_of
from api.sheets import Sheet, find_sheet
from api.weather.cells import number_of
from models.errors import InputRefused
from models.weather import LIMITS, Reading, check_reading

__all__ = ["LeftOut", "read_sheet"]

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
        data: a CSV or an Excel workbook, see :func:`api.sheets.find_sheet`.
        zone: of times that state none.
        noon_hour: of days that state no time.
        now: UTC, for what lies in the future.

    Returns:
        The readings, and the rows that were left out, in their order.

    Raises:
        InputRefused: no table (``sheet_file``), without a needed column (``weather_columns``), or
            of too many rows (``sheet_rows``).
    """
    sheet = find_sheet(data, _HEADINGS, [_NEEDED], _lacking)
    return _readings(sheet, zone=zone, noon_hour=noon_hour, now=now)


def _lacking(columns: Sequence[str]) -> InputRefused:
    return InputRefused(
        f"The table has no column for: {', '.join(columns)}.",
        remedy="Name the columns 时间, 气温, 相对湿度, 风速, 24小时降水量; and 站点 for stations.",
        code="weather_columns",
    )


def _readings(
    sheet: Sheet, *, zone: ZoneInfo, noon_hour: float, now: datetime
) -> tuple[list[Reading], list[LeftOut]]:
    heading = {key: column.heading for key, column in sheet.columns.items()}
    found = [(number, cells, moment_of(cells["at"], zone)) for number, cells in sheet.records()]
    # A column of days comes as midnights from a spreadsheet; of hours, not all of them are.
    days_only = all(at is None or at.time() == time() for _, _, at in found)
    readings: list[Reading] = []
    faults: list[LeftOut] = []
    for number, cells, at in found:
        own: list[LeftOut] = []
        values: dict[str, Any] = {"station": text_of(cells.get("station"))}
        if at is None:
            own.append(_fault(number, heading["at"], cells["at"], "weather_moment"))
        for key in _NUMBERS:
            value = number_of(cells[key], wind_heading=heading[key] if key == "wind_m_s" else "")
            if isinstance(value, str):
                own.append(_fault(number, heading[key], cells[key], value))
            values[key] = value
        if not own and at is not None:
            later = timedelta(hours=noon_hour if days_only else 0.0)
            reading = Reading(at=(at + later).astimezone(UTC), **values)
            try:
                check_reading(reading, now)
            except InputRefused as refusal:
                key = _culprit(reading, refusal.code)
                cell = cells.get(key)
                own.append(_fault(number, heading[key], cell, refusal.code))
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
