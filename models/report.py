"""A report that an office files: figures with the rows behind them, and tables.

What a figure is called, its unit in words and what it means stand with whoever writes the page, in
both languages; here are keys. A figure that nobody can know is None, never 0.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

__all__ = [
    "Cell",
    "Figure",
    "Report",
    "ReportKind",
    "ReportSection",
    "ReportTable",
    "RowRef",
]

Cell: TypeAlias = str | int | float | None
"""Of a table: text as it is stored, a number, or None for what nobody knows."""


class ReportKind(StrEnum):
    """Which report."""

    MONTHLY = "monthly"  # 月度达标
    YEARLY = "yearly"  # 年度火灾风险研判


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row that a figure comes from.

    Attributes:
        table: of the store, such as ``incident``.
        number: its key there, as text.
    """

    table: str
    number: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report.

    Attributes:
        key: unlike any other of the report, such as ``false_alarms_per_camera_day``.
        value: None when nobody can know it.
        unit: a word: ``count``, ``share`` (0 to 1), ``seconds``, ``minutes``, ``metres``,
            ``hours``, ``per_camera_day``, ``per_10000_ha``, ``days``, ``hectares``.
        low: lower end of its 95 % interval; None without one.
        high: upper end.
        counted: numerator of a share or a rate; None of others.
        of: denominator, in the unit that the key says.
        limit: what it is held against, such as 30 minutes; None for nothing.
        rows: what it was reckoned from: all of them.
    """

    key: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    counted: float | None = None
    of: float | None = None
    limit: float | None = None
    rows: tuple[RowRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table.

    Attributes:
        key: unlike any other of the report, such as ``townships``.
        columns: keys of its columns; the words for ``townships.kept_push`` stand with the page.
        rows: cells, as many in each as there are columns.
        sources: for each row what it was reckoned from; empty for a table that is a list of rows.
    """

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sources: tuple[tuple[RowRef, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report.

    Attributes:
        key: such as ``sweep``, ``false_alarms``, ``clocks``.
        figures: in their order.
        tables: likewise.
        remarks: keys of sentences that the page says with it, such as ``no_sweep_recorded``.
    """

    key: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Attributes:
        kind: which.
        period: ``2026-11`` or ``2026``, of the site's clock.
        from_at: UTC, included.
        until_at: UTC, not included; of a period that is not over, when it was made.
        made_at: UTC.
        site_name: of the district.
        is_whole: the period is over.
        sections: in their order.
    """

    kind: ReportKind
    period: str
    from_at: datetime
    until_at: datetime
    made_at: datetime
    site_name: str
    is_whole: bool
    sections: tuple[ReportSection, ...] = field(default=())
