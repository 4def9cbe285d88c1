"""Spans of time as sorted lists that do not touch: joined, clipped, taken away, added up."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

__all__ = ["Span", "common", "joined", "total", "without"]

Span: TypeAlias = tuple[datetime, datetime]
"""From a moment to a later one, the later one not included."""


def joined(spans: Iterable[Span]) -> list[Span]:
    """What lies in any of them; empty and backward spans are nothing."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def common(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """What lies in both."""
    left, right = joined(first), joined(second)
    found: list[Span] = []
    while left and right:
        start, end = max(left[0][0], right[0][0]), min(left[0][1], right[0][1])
        if start < end:
            found.append((start, end))
        (left if left[0][1] <= right[0][1] else right).pop(0)
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What lies in the first and not in the second."""
    found: list[Span] = []
    holes = joined(taken)
    for start, end in joined(spans):
        at = start
        for from_at, until_at in holes:
            if until_at <= at or from_at >= end:
                continue
            if from_at > at:
                found.append((at, from_at))
            at = until_at
        if at < end:
            found.append((at, end))
    return found


def total(spans: Iterable[Span]) -> timedelta:
    """How long they are together; what lies in two of them counts once."""
    return sum((end - start for start, end in joined(spans)), timedelta())
