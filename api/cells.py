"""What one cell of a table says: a moment, a text, or nothing.

As people and instruments write them: dates in Chinese, full-width digits, spaces around.
"""

import re
import unicodedata
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["is_empty", "moment_of", "text_of"]

_MOMENT: Final = re.compile(
    r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D{0,3}"
    r"(?:(\d{1,2})(?:(?::|时|点)(?:(\d{1,2})分?)?(?::(\d{1,2})(?:\.\d+)?秒?)?)?)?"
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
