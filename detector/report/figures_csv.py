"""The figures as CSV that Excel opens: UTF-8 with its mark, numbers as they were reckoned.

Text that a spreadsheet would take for a formula gets an apostrophe before it: names come from
outside. Source: OWASP, CSV Injection.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from detector.report.markup import plain
from detector.report.shape import Measure, Result

__all__ = ["as_csv", "figures_csv"]

FORMULA: Final = ("=", "+", "-", "@", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also the wide forms, which Excel takes for the same in Chinese."""
COLUMNS: Final = ("by", "word", "name", "value", "low", "high", "count", "of", "unit", "better")

Cell: TypeAlias = "str | int | float | None"


def figures_csv(result: Result) -> bytes:
    """Counts, figures of the whole run, and figures of each part; one row each.

    ``by`` is ``counts``, ``refused`` (frames that were not looked at), ``all``, or what the footage
    was cut by.
    """
    rows: list[Sequence[Cell]] = [
        ("counts", "", name, value, None, None, None, None, "", "")
        for name, value in sorted(result.counts.items())
    ]
    rows += [
        ("refused", word, "frames", many, None, None, None, None, "", "")
        for word, many in sorted(result.refused.items())
    ]
    rows += [("all", "", *_cells(measure)) for measure in result.headline]
    rows += [
        (one.by, one.word, *_cells(measure)) for one in result.slices for measure in one.measures
    ]
    return as_csv(COLUMNS, rows)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a CSV file."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _cells(measure: Measure) -> tuple[Cell, ...]:
    return (
        measure.name,
        measure.value,
        measure.low,
        measure.high,
        measure.count,
        measure.of,
        measure.unit,
        measure.better,
    )


def _defused(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return int(cell) if cell == int(cell) else cell
    text = plain(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
