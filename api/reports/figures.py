"""Figures with their rows and intervals, built in one way everywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.reports.intervals import clopper_pearson, garwood, median, p95
from models.report import Figure, RowRef

__all__ = ["Timed", "count", "measure", "rate", "refs", "share", "spread"]


@dataclass(frozen=True, slots=True)
class Timed:
    """How long something took.

    Attributes:
        seconds: that it took.
        rows: that say so.
    """

    seconds: float
    rows: tuple[RowRef, ...]


def refs(table: str, numbers: Iterable[int | str]) -> tuple[RowRef, ...]:
    """Rows of one table."""
    return tuple(RowRef(table, str(number)) for number in numbers)


def count(key: str, rows: Iterable[RowRef]) -> Figure:
    """How many rows there are."""
    found = tuple(rows)
    return Figure(key, float(len(found)), "count", rows=found)


def measure(
    key: str,
    value: float | None,
    unit: str,
    rows: Iterable[RowRef] = (),
    *,
    limit: float | None = None,
) -> Figure:
    """A number that is measured, not counted."""
    return Figure(key, value, unit, limit=limit, rows=tuple(rows))


def share(key: str, counted: Iterable[RowRef], of: Iterable[RowRef]) -> Figure:
    """What part of some rows is of a kind, with its Clopper-Pearson interval.

    Args:
        key: of the figure.
        counted: those of the kind; they are among ``of``.
        of: all of them; of none, nobody knows the share.
    """
    part, whole = len(tuple(counted)), tuple(of)
    if not whole:
        return Figure(key, None, "share", counted=0.0, of=0.0)
    low, high = clopper_pearson(part, len(whole))
    return Figure(
        key, part / len(whole), "share", low, high, float(part), float(len(whole)), rows=whole
    )


def rate(
    key: str,
    unit: str,
    events: Iterable[RowRef],
    exposure: float | None,
    more: Iterable[RowRef] = (),
) -> Figure:
    """How many events there were for each unit of an exposure, with its Garwood interval.

    Args:
        key: of the figure.
        unit: of the rate.
        events: one row each.
        exposure: such as camera-days; None or 0 where nobody knows it.
        more: rows that the exposure comes from.
    """
    found, others = tuple(events), tuple(more)
    known = exposure is not None and exposure > 0.0
    if exposure is None or not known:
        return Figure(key, None, unit, counted=float(len(found)), of=exposure, rows=found + others)
    low, high = (end / exposure for end in garwood(len(found)))
    return Figure(
        key,
        len(found) / exposure,
        unit,
        low,
        high,
        float(len(found)),
        exposure,
        rows=found + others,
    )


def spread(key: str, times: Sequence[Timed]) -> tuple[Figure, Figure]:
    """Median and 95th percentile of some times, ``of`` how many."""
    rows = tuple(dict.fromkeys(row for one in times for row in one.rows))
    seconds = [one.seconds for one in times]
    number = float(len(seconds))
    return (
        Figure(f"{key}_median", median(seconds), "seconds", of=number, rows=rows),
        Figure(f"{key}_p95", p95(seconds), "seconds", of=number, rows=rows),
    )
