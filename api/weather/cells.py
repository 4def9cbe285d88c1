"""What one cell of a table of weather says: a number, a moment, a text, or nothing.

As stations write them: with units behind numbers, dates in Chinese, dashes for what is missing.
"""

import math
import re
import unicodedata
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["is_empty", "moment_of", "number_of", "text_of"]

KM_H: Final = 3.6  # in a metre per second

_TRACE: Final = frozenset({"微量", "trace"})
_MOMENT: Final = re.compile(
    r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D{0,3}"
    r"(?:(\d{1,2})(?:(?::|时|点)(?:(\d{1,2})分?)?(?::(\d{1,2})(?:\.\d+)?秒?)?)?)?"
)


def number_of(cell: object, *, wind_heading: str) -> float | str:
    """The number of a cell, or the code of why there is none.

    Args:
        cell: as it came; a unit behind the number is dropped, a trace of rain is 0.
        wind_heading: of a column of wind, m/s unless it says km/h; empty for any other column.

    Returns:
        A finite number, wind in m/s; or ``weather_missing`` or ``weather_number``.
    """
    if is_empty(cell) or isinstance(cell, bool):
        return "weather_missing"
    if isinstance(cell, int | float):
        value = float(cell)
    else:
        text = unicodedata.normalize("NFKC", text_of(cell)).casefold()
        text = re.sub(r"(°c|%|m/s|米/秒|mm|毫米)$", "", text).strip()
        if text in _TRACE:
            return 0.0
        try:
            value = float(text)
        except ValueError:
            return "weather_missing" if text in {"-", "--", "/", "//", "///"} else "weather_number"
    if not math.isfinite(value):
        return "weather_number"
    return (
        value / KM_H
        if re.search(r"km/?h|公里", unicodedata.normalize("NFKC", wind_heading), re.IGNORECASE)
        else value
    )


def moment_of(cell: object, zone: ZoneInfo) -> datetime | None:
    """A moment by the site's clock; midnight of a day without a time, None for what is no moment.

    Args:
        cell: as it came: a moment, or text of one.
        zone: of times that state none.
    """
    if isinstance(cell, datetime):
        return _in_zone(cell, zone)
    text = unicodedata.normalize("NFKC", text_of(cell))
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        stated = None
    if stated is not None and (stated.tzinfo is not None or ":" in text):
        return _in_zone(stated, zone)
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    parts = [int(part or 0) for part in match.groups()]
    try:
        return _in_zone(datetime(*parts), zone)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def is_empty(cell: object) -> bool:
    """Whether nothing stands there."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: object) -> str:
    """What stands there, without spaces around it."""
    return "" if cell is None else str(cell).strip()


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime | None:
    try:
        local = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
        local.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return local if MINYEAR < local.year < MAXYEAR else None
