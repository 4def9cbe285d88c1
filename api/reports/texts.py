"""What stands in the cells of a report, in a language."""

import math
import unicodedata
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.reports.judging import kept
from api.reports.numbers import ends, plain, scaled, shown
from api.reports.words import ReportWords
from models.report import Cell, Figure

__all__ = [
    "FIGURE_COLUMNS",
    "NOTHING",
    "NUMBERED",
    "cell_text",
    "clean",
    "figure_cells",
]

NOTHING: Final = "—"


def clean(text: str) -> str:
    """Text that every file takes: one line, nothing that controls a terminal or turns the line.

    What XML 1.0 has no place for (control characters, halves of pairs, what is no character) goes,
    and so do the marks of Unicode that reverse the order of what is read.
    """
    kept_ = (" " if char.isspace() else char for char in text if _is_said(char))
    return " ".join("".join(kept_).split())


def figure_cells(figure: Figure, words: ReportWords) -> tuple[str, ...]:
    """Value, interval, basis, limit, whether it is kept, and how many rows are behind it."""
    units = words.units()
    unknown = figure.value is None or not math.isfinite(figure.value)
    value = (
        words.page("unknown")
        if unknown or figure.value is None
        else shown(*scaled(figure.value, figure.unit), units)
    )
    limit = NOTHING
    if figure.limit is not None:
        limit = f"≤ {shown(*scaled(figure.limit, figure.unit), units)}"
    return (
        value,
        ends(figure.low, figure.high, figure.unit, units) or NOTHING,
        _basis(figure),
        limit,
        words.heading(f"kept_{kept(figure)}") if figure.limit is not None else NOTHING,
        plain(len(figure.rows), "count"),
    )


def _basis(figure: Figure) -> str:
    """Numerator and denominator; of a median how many it is of."""
    if figure.counted is None:
        return NOTHING if figure.of is None else f"n = {plain(figure.of, 'count')}"
    of = NOTHING if figure.of is None else plain(figure.of, "count")
    return f"{plain(figure.counted, 'count')} / {of}"


FIGURE_COLUMNS: Final = ("figure", "value", "interval", "basis", "limit", "kept", "rows")


def cell_text(cell: Cell, place: tuple[str, str], words: ReportWords, zone: ZoneInfo) -> str:
    """A cell of a table in words; moments (columns ``…_at``) by the site's clock.

    Args:
        cell: as it was reckoned.
        place: keys of its table and its column.
        words: of the language.
        zone: of the site.
    """
    table, column = place
    if cell is None:
        return NOTHING if column.endswith(OF_NONE) else words.page("unknown")
    if isinstance(cell, str):
        moment = _moment(cell, zone) if column.endswith("_at") else ""
        return moment or clean(words.cell(table, column, cell))
    if not math.isfinite(cell):
        return words.page("unknown")
    return _number_text(cell, place, words)


def _number_text(cell: float, place: tuple[str, str], words: ReportWords) -> str:
    table, column = place
    if column in NUMBERED:
        return words.cell(table, column, str(cell))
    if column == "fire":
        return f"#{cell}"
    if column.endswith("_s"):
        return shown(*scaled(cell, "seconds"), words.units())
    if column.startswith("hour_") and cell == 0:
        return NO_FIRE
    if column.endswith("_deg"):
        return f"{cell:.5f}"
    return shown(cell, "share" if column in SHARES else "count", {})


OF_NONE: Final = ("median_s", "p95_s", "longest_s")
"""Columns of which nothing is known where there was nothing: that is said by a dash."""


NO_FIRE: Final = "·"
"""In the table of months and hours, whose fires nobody would find among so many noughts."""

NUMBERED: Final = frozenset({"weekday", "danger"})
"""Columns of numbers that have names."""

SHARES: Final = frozenset({"in_time", "verified", "share", "low", "high"})
"""Columns of shares, 0 to 1, whatever their table; the console has the same."""


def _moment(text: str, zone: ZoneInfo) -> str:
    """A moment that is stored with its offset, by the site's clock; empty for what is none."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


_TURNING: Final = frozenset(
    map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def _is_said(char: str) -> bool:
    if char.isspace():
        return True
    if char in _TURNING or unicodedata.category(char) in {"Cc", "Cs"}:
        return False
    return ord(char) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(char) <= 0xFDEF
