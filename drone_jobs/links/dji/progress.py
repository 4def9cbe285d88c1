"""How far a dock is with a flight, as its event ``flighttask_progress`` tells it.

Source: DJI Cloud API, dock to cloud, wayline: mission progress, break reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from drone_jobs.links.dji.words import LARGEST_WHOLE, Envelope, number, part, text, whole
from models.flight import RunReason

__all__ = ["OVER", "BreakPoint", "Progress", "TaskStatus", "read_progress", "reason_of"]

_MOST_POINTS: Final = 65_535


class TaskStatus(StrEnum):
    """What became of a flight; the maker's words."""

    SENT = "sent"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    OK = "ok"
    PARTIALLY_DONE = "partially_done"
    CANCELED = "canceled"
    REJECTED = "rejected"
    FAILED = "failed"
    TIMEOUT = "timeout"


OVER: Final = frozenset(TaskStatus) - {TaskStatus.SENT, TaskStatus.IN_PROGRESS, TaskStatus.PAUSED}
"""Statuses that a flight does not leave. They end the task, and tell not that it has landed."""

_BATTERY: Final = frozenset({772, 773})
_LINK: Final = frozenset({775})
_PERSON: Final = frozenset({1281, 1282, 1283})
_MISSION: Final = frozenset({*range(1539, 1554), 4, 7, 1563, 1588, 1602, 1603, 1634, 1649})


@dataclass(frozen=True, slots=True)
class BreakPoint:
    """Where a flight was broken off.

    Attributes:
        point: index of the point, from 0.
        share: of the leg that was flown, 0 to 1; None when not told.
        reason: the maker's number; 0 for none.
    """

    point: int
    share: float | None
    reason: int


@dataclass(frozen=True, slots=True)
class Progress:
    """One report.

    Attributes:
        flight_id: of which flight.
        status: what became of it.
        step: the maker's number of the step; None when not told.
        percent: of the work, 0 to 100; None when not told.
        point: index of the point that it flies to; None when not told.
        pictures: taken so far; None when not told.
        broken_off: where; None when it was not, or not told.
        result: the maker's number; 0 for no fault.
    """

    flight_id: str
    status: TaskStatus
    step: int | None = None
    percent: int | None = None
    point: int | None = None
    pictures: int | None = None
    broken_off: BreakPoint | None = None
    result: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more follows."""
        return self.status in OVER


def read_progress(envelope: Envelope) -> Progress | None:
    """What the event tells; None when it tells no flight or no status that is known.

    Older docks name the flight in ``bid`` alone.
    """
    output = part(envelope.data, "output")
    more, steps = part(output, "ext"), part(output, "progress")
    flight_id = text(more, "flight_id") or envelope.bid
    try:
        status = TaskStatus(text(output, "status"))
    except ValueError:
        return None
    if not flight_id:
        return None
    return Progress(
        flight_id,
        status,
        step=whole(steps, "current_step", 0, 0xFFFFF),
        percent=whole(steps, "percent", 0, 100),
        point=whole(more, "current_waypoint_index", 0, _MOST_POINTS),
        pictures=whole(more, "media_count", 0, LARGEST_WHOLE),
        broken_off=_broken_off(more),
        result=whole(envelope.data, "result", -LARGEST_WHOLE, LARGEST_WHOLE) or 0,
    )


def _broken_off(more: Mapping[str, Any]) -> BreakPoint | None:
    told = part(more, "break_point")
    point = whole(told, "index", 0, _MOST_POINTS)
    if point is None:
        return None
    reason = whole(told, "break_reason", 0, LARGEST_WHOLE) or 0
    return BreakPoint(point, number(told, "progress", 0, 1), reason)


def reason_of(progress: Progress) -> RunReason:
    """Why it did not fly to its end; ``NONE`` while it flies, and when it did."""
    if not progress.is_over or progress.status is TaskStatus.OK:
        return RunReason.NONE
    broken = progress.broken_off.reason if progress.broken_off is not None else 0
    if broken in _PERSON or (progress.status is TaskStatus.CANCELED and broken == 0):
        return RunReason.PERSON
    for reason, numbers in (
        (RunReason.LOW_BATTERY, _BATTERY),
        (RunReason.LINK_LOST, _LINK),
        (RunReason.MISSION_REFUSED, _MISSION),
    ):
        if broken in numbers:
            return reason
    return RunReason.START_REFUSED if progress.status is TaskStatus.REJECTED else RunReason.AIRCRAFT
