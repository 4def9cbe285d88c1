"""Whether the towers saw their whole area in time, told from the views that they really held.

A preset is in time at a moment when it was held within the half hour before, or when its tour
began within it; a camera is when all presets of the tour that then ran are. What a tour had planned
counts for nothing by itself.

Source: LY/T 2581-2016, which asks for the whole area within 30 minutes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.patrol import PoseTrust
from models.spans import Span, common, joined, total, without
from models.watching import GapCause, Visit, WatchGap

__all__ = ["LONGEST", "CameraSweep", "Overdue", "Planned", "SweepReport", "sweep_report"]

LONGEST: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Planned:
    """What one camera had to watch in a span of time.

    Attributes:
        camera_id: of the camera.
        presets: numbers of the tour's presets; none where it had no tour to run.
        from_at: UTC.
        until_at: UTC, not included.
    """

    camera_id: str
    presets: tuple[int, ...]
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """A time in which a part of a camera's area had not been seen for too long.

    Attributes:
        from_at: UTC.
        until_at: UTC.
        presets: numbers of those not seen in time at any moment of it.
        cause: the gap that shares most time with it and the half hour before; None for no gap.
    """

    from_at: datetime
    until_at: datetime
    presets: tuple[int, ...]
    cause: GapCause | None


@dataclass(frozen=True, slots=True)
class CameraSweep:
    """How well one camera saw its area.

    Attributes:
        camera_id: of the camera.
        planned: for how long it had a tour.
        in_time: for how long of it all was in time.
        verified: the same, counting only views that the picture confirmed.
        longest: the longest time for which a preset of the tour then running was not seen, since
            its tour began; what began before the report counts as far as it was given.
        overdue: when it was not in time, in order.
    """

    camera_id: str
    planned: timedelta
    in_time: timedelta
    verified: timedelta
    longest: timedelta
    overdue: tuple[Overdue, ...]


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How well all cameras saw their areas.

    Attributes:
        from_at: UTC.
        until_at: UTC.
        cameras: those that had a tour, the worst first.
    """

    from_at: datetime
    until_at: datetime
    cameras: tuple[CameraSweep, ...]

    @property
    def share(self) -> float | None:
        """Of the planned camera time that was in time, 0 to 1; None where nothing was planned."""
        return _share(self.cameras, [camera.in_time for camera in self.cameras])

    @property
    def verified_share(self) -> float | None:
        """The same, counting only views that the picture confirmed."""
        return _share(self.cameras, [camera.verified for camera in self.cameras])

    @property
    def longest(self) -> timedelta:
        """The longest time for which any preset of a running tour was not seen."""
        return max((camera.longest for camera in self.cameras), default=timedelta())


def sweep_report(
    plans: Iterable[Planned],
    visits: Iterable[Visit],
    gaps: Iterable[WatchGap],
    from_at: datetime,
    until_at: datetime,
) -> SweepReport:
    """Judge a span of time.

    Args:
        plans: what each camera had to watch, span by span; those of the half hour before as well,
            for a tour that has just begun has half an hour for its first round.
        visits: those of the half hour before it as well.
        gaps: that share time with it or the half hour before.
        from_at: UTC, of the report.
        until_at: UTC, not included; not later than now, for what is to come cannot be judged.
    """
    whole = (from_at, until_at)
    planned: dict[str, list[Planned]] = {}
    for plan in plans:
        if plan.presets:
            planned.setdefault(plan.camera_id, []).append(plan)
    held: dict[str, list[Visit]] = {key: [] for key in planned}
    for visit in visits:
        if visit.camera_id in held:
            held[visit.camera_id].append(visit)
    missed: dict[str, list[WatchGap]] = {key: [] for key in planned}
    for gap in gaps:
        if gap.camera_id in missed:
            missed[gap.camera_id].append(gap)
    found = [
        _of_camera(key, planned[key], held[key], missed[key], whole) for key in sorted(planned)
    ]
    judged = [camera for camera in found if camera.planned]
    worst_first = sorted(
        judged, key=lambda camera: (camera.in_time / camera.planned, -camera.longest)
    )
    return SweepReport(from_at, until_at, tuple(worst_first))


def _of_camera(
    camera_id: str,
    plans: Sequence[Planned],
    visits: Sequence[Visit],
    gaps: Sequence[WatchGap],
    whole: Span,
) -> CameraSweep:
    due = {
        preset: joined((p.from_at, p.until_at) for p in plans if preset in p.presets)
        for preset in {preset for plan in plans for preset in plan.presets}
    }
    late = {
        preset: common([whole], without(spans, _in_time(visits, preset, spans)))
        for preset, spans in due.items()
    }
    sure = [visit for visit in visits if visit.trust is PoseTrust.VERIFIED]
    unsure = [
        span
        for preset, spans in due.items()
        for span in common([whole], without(spans, _in_time(sure, preset, spans)))
    ]
    planned = common([whole], [span for spans in due.values() for span in spans])
    overdue = joined(span for spans in late.values() for span in spans)
    return CameraSweep(
        camera_id,
        total(planned),
        total(planned) - total(overdue),
        total(planned) - total(unsure),
        max(_longest_unseen(visits, preset, spans, whole) for preset, spans in due.items()),
        tuple(_overdue(span, late, gaps) for span in overdue),
    )


def _in_time(visits: Iterable[Visit], preset: int, due: Iterable[Span]) -> list[Span]:
    seen = [(one.from_at, one.until_at + LONGEST) for one in visits if one.preset == preset]
    return seen + [(start, start + LONGEST) for start, _ in due]


def _longest_unseen(
    visits: Iterable[Visit], preset: int, due: Iterable[Span], whole: Span
) -> timedelta:
    seen = joined(
        (one.from_at, max(one.until_at, one.from_at + timedelta.resolution))
        for one in visits
        if one.preset == preset
    )
    # What is not seen at the report's end or before it counts from where it began.
    unseen = [span for span in without(due, seen) if common([span], [whole])]
    return max((min(end, whole[1]) - start for start, end in unseen), default=timedelta())


def _overdue(span: Span, late: dict[int, list[Span]], gaps: Iterable[WatchGap]) -> Overdue:
    start, end = span
    presets = tuple(sorted(preset for preset, spans in late.items() if common(spans, [span])))
    window = [(start - LONGEST, end)]
    shared = {
        gap: total(common(window, [(gap.from_at, end if gap.until_at is None else gap.until_at)]))
        for gap in gaps
    }
    worst = max(shared, key=lambda gap: shared[gap], default=None)
    cause = None if worst is None or not shared[worst] else worst.cause
    return Overdue(start, end, presets, cause)


def _share(cameras: Sequence[CameraSweep], parts: Sequence[timedelta]) -> float | None:
    planned = sum((camera.planned for camera in cameras), timedelta())
    return sum(parts, timedelta()) / planned if planned else None
