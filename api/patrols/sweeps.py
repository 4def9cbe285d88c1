"""``/api/patrols/sweeps``: whether the towers saw their whole area in time, and where not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.auth.roles import SharedViewer
from api.context import Context
from api.patrols.asking import InContext
from models.patrol import UNKNOWN_DANGER, Patrol
from models.sweep_time import LONGEST, CameraSweep, Overdue, Planned, SweepReport, sweep_report
from models.watching import DangerEntry, GapCause, WatchGap

__all__ = ["planned", "router"]

router = APIRouter(prefix="/api/patrols", tags=["patrols"])

LONGEST_HOURS: Final = 31 * 24


class OverdueAnswer(BaseModel):
    """A time in which a part of a camera's area was not seen."""

    from_at: datetime
    until_at: datetime
    presets: tuple[int, ...]
    cause: GapCause | None

    @classmethod
    def of(cls, overdue: Overdue) -> "OverdueAnswer":
        """As it travels."""
        return cls(**{name: getattr(overdue, name) for name in cls.model_fields})


class CameraSweepAnswer(BaseModel):
    """How well one camera saw its area; seconds."""

    camera_id: str
    planned_s: float
    in_time_s: float
    verified_s: float
    longest_s: float
    overdue: tuple[OverdueAnswer, ...]

    @classmethod
    def of(cls, sweep: CameraSweep) -> "CameraSweepAnswer":
        """As it travels."""
        return cls(
            camera_id=sweep.camera_id,
            planned_s=sweep.planned.total_seconds(),
            in_time_s=sweep.in_time.total_seconds(),
            verified_s=sweep.verified.total_seconds(),
            longest_s=sweep.longest.total_seconds(),
            overdue=tuple(OverdueAnswer.of(each) for each in sweep.overdue),
        )


class GapAnswer(BaseModel):
    """A time in which a camera's tour did not run."""

    camera_id: str
    cause: GapCause
    who: str
    from_at: datetime
    until_at: datetime | None

    @classmethod
    def of(cls, gap: WatchGap) -> "GapAnswer":
        """As it travels."""
        return cls(**{name: getattr(gap, name) for name in cls.model_fields})


class SweepAnswer(BaseModel):
    """How well all cameras saw their areas; ``limit_s`` is what LY/T 2581 asks for."""

    from_at: datetime
    until_at: datetime
    limit_s: float
    share: float | None
    verified_share: float | None
    longest_s: float
    cameras: tuple[CameraSweepAnswer, ...]
    gaps: tuple[GapAnswer, ...]

    @classmethod
    def of(cls, report: SweepReport, gaps: Sequence[WatchGap]) -> "SweepAnswer":
        """The worst camera first, the newest gap first."""
        return cls(
            from_at=report.from_at,
            until_at=report.until_at,
            limit_s=LONGEST.total_seconds(),
            share=report.share,
            verified_share=report.verified_share,
            longest_s=report.longest.total_seconds(),
            cameras=tuple(CameraSweepAnswer.of(each) for each in report.cameras),
            gaps=tuple(GapAnswer.of(each) for each in reversed(gaps)),
        )


@router.get("/sweeps")
def get_sweeps(
    _user: SharedViewer,
    context: InContext,
    hours: Annotated[float, Query(gt=0.0, le=LONGEST_HOURS)] = 24.0,
) -> SweepAnswer:
    """The last hours, by the tours that were set then and the views that were really held."""
    until_at = context.clock.now()
    from_at = until_at - timedelta(hours=hours)
    return _judged(context, from_at, until_at)


def _judged(context: Context, from_at: datetime, until_at: datetime) -> SweepAnswer:
    store, since = context.store, from_at - LONGEST
    gaps = store.patrols.gaps(since, until_at)
    report = sweep_report(
        planned(
            store.links.patrols_since(since),
            store.patrols.dangers(since, until_at),
            ZoneInfo(context.settings.time_zone),
            since,
            until_at,
        ),
        store.patrols.visits(since, until_at),
        gaps,
        from_at,
        until_at,
    )
    inside = [gap for gap in gaps if gap.until_at is None or gap.until_at > from_at]
    return SweepAnswer.of(report, inside)


def planned(
    histories: Mapping[str, Sequence[tuple[datetime, Patrol | None]]],
    dangers: Sequence[DangerEntry],
    zone: ZoneInfo,
    from_at: datetime,
    until_at: datetime,
) -> list[Planned]:
    """What the tours asked of each camera, span by span.

    Args:
        histories: by camera, since when it patrolled how, in order; None stands still.
        dangers: that held in the span, in order.
        zone: of the site's clock.
        from_at: UTC.
        until_at: UTC.
    """
    minutes = {
        minute
        for history in histories.values()
        for _, patrol in history
        for tour in (() if patrol is None else patrol.tours)
        for minute in (tour.times.from_minute, tour.times.to_minute)
        if minute is not None
    }
    changes = _changes(minutes | {0}, zone, from_at, until_at)
    changes |= {entry.at for entry in dangers}
    changes |= {since for history in histories.values() for since, _ in history}
    inside = {at for at in changes if from_at < at < until_at}
    found: list[Planned] = []
    for start, end in pairwise(sorted({from_at, until_at} | inside)):
        entered = [entry.danger for entry in dangers if entry.at <= start]
        danger = entered[-1] if entered else UNKNOWN_DANGER
        for camera_id, history in histories.items():
            held = [patrol for since, patrol in history if since <= start]
            tour = None if not held or held[-1] is None else held[-1].tour_at(start, zone, danger)
            if tour is not None:
                found.append(Planned(camera_id, tour.presets, start, end))
    return found


def _changes(
    minutes: Iterable[int], zone: ZoneInfo, from_at: datetime, until_at: datetime
) -> set[datetime]:
    """Moments of a span at which it is one of these minutes of the day on the site's clock."""
    wanted = list(minutes)
    day = from_at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    found: set[datetime] = set()
    while day.timestamp() < until_at.timestamp():
        for minute in wanted:
            moment = day.replace(hour=minute // 60, minute=minute % 60).astimezone(from_at.tzinfo)
            if from_at < moment < until_at:
                found.add(moment)
        day = (day + timedelta(hours=36)).replace(hour=0)
    return found
