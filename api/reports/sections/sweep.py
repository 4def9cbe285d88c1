"""Whether towers saw their whole area within 30 minutes (LY/T 2581), and when nobody watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from api.patrols.sweeps import planned
from api.reports.figures import count, measure, refs
from api.reports.material import Material
from camera_gateway.patrol.desk import VISITS_KEPT
from models.report import Cell, Figure, ReportSection, ReportTable, RowRef
from models.sweep_time import LONGEST, CameraSweep, sweep_report
from models.watching import GapCause, WatchGap

__all__ = ["sweep", "watch_gaps"]

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Cameras that had a tour, and from when on they could be judged."""

    cameras: tuple[CameraSweep, ...]
    from_at: datetime


def sweep(material: Material) -> ReportSection:
    """How well the cameras with a tour saw their areas in time."""
    judged = _judge(material)
    cameras = judged.cameras
    rows = refs("camera", (one.camera_id for one in cameras))
    always = [one for one in cameras if one.in_time == one.planned]
    longest = max((one.longest for one in cameras), default=None)
    days = max(material.period.until_at - judged.from_at, timedelta()) / timedelta(days=1)
    figures = (
        _share("sweep_in_time", cameras, [one.in_time for one in cameras], rows),
        _share("sweep_verified", cameras, [one.verified for one in cameras], rows),
        measure(
            "sweep_longest",
            None if longest is None else longest / timedelta(minutes=1),
            "minutes",
            rows,
            limit=LONGEST / timedelta(minutes=1),
        ),
        count("sweep_cameras", rows),
        count("sweep_cameras_always", refs("camera", (one.camera_id for one in always))),
        measure("sweep_judged", days, "days"),
    )
    names = {key: one.name for key, one in material.standpoints.items()}
    table = ReportTable(
        "sweep_cameras",
        ("camera", "planned_hours", "in_time", "verified", "longest_minutes", "overdue"),
        tuple(_line(one, names) for one in cameras),
        tuple(refs("camera", [one.camera_id]) for one in cameras),
    )
    remarks = [] if cameras else ["no_tour"]
    if judged.from_at > material.period.from_at:
        remarks.append("visits_cleared")
    return ReportSection("sweep", figures, (table,), tuple(remarks))


def watch_gaps(material: Material) -> ReportSection:
    """When tours did not run, and why."""
    period = material.period
    gaps = material.sources.store.reports.watch_gaps(period.from_at, period.until_at)
    causes = [cause for cause in GapCause if any(one.cause is cause for one in gaps)]
    table = ReportTable(
        "watch_gap_causes",
        ("cause", "gaps", "hours"),
        tuple(
            (
                cause.value,
                sum(1 for one in gaps if one.cause is cause),
                _hours(material, [one for one in gaps if one.cause is cause]),
            )
            for cause in causes
        ),
        tuple(
            refs("watch_gap", (one.gap_id for one in gaps if one.cause is cause))
            for cause in causes
        ),
    )
    rows = refs("watch_gap", (one.gap_id for one in gaps))
    figures = (
        count("watch_gaps", rows),
        measure("watch_gap_hours", _hours(material, gaps), "hours", rows),
    )
    return ReportSection("watch_gaps", figures, (table,))


def _judge(material: Material) -> _Judged:
    """Camera by camera: a month of visits of a hundred cameras is a million rows."""
    store, period = material.sources.store, material.period
    from_at = max(period.from_at, material.now - VISITS_KEPT + LONGEST)
    since = from_at - LONGEST
    if from_at >= period.until_at:
        return _Judged((), period.until_at)
    plans = planned(
        store.links.patrols_since(since),
        store.patrols.dangers(since, period.until_at),
        material.zone,
        since,
        period.until_at,
    )
    gaps = store.patrols.gaps(since, period.until_at)
    found: list[CameraSweep] = []
    for camera_id in sorted({one.camera_id for one in plans}):
        report = sweep_report(
            (one for one in plans if one.camera_id == camera_id),
            store.patrols.visits(since, period.until_at, camera_id),
            gaps,
            from_at,
            period.until_at,
        )
        found += report.cameras
    found.sort(key=lambda one: (one.in_time / one.planned, -one.longest, one.camera_id))
    return _Judged(tuple(found), from_at)


def _share(
    key: str,
    cameras: tuple[CameraSweep, ...],
    parts: list[timedelta],
    rows: tuple[RowRef, ...],
) -> Figure:
    """Of planned camera time; hours stand above and below the line. Time has no interval."""
    whole = sum((one.planned for one in cameras), timedelta())
    part = sum(parts, timedelta())
    value = part / whole if whole else None
    return Figure(key, value, "share", counted=part / _HOUR, of=whole / _HOUR, rows=rows)


def _line(one: CameraSweep, names: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        names.get(one.camera_id) or one.camera_id,
        one.planned / _HOUR,
        one.in_time / one.planned,
        one.verified / one.planned,
        one.longest / timedelta(minutes=1),
        len(one.overdue),
    )


def _hours(material: Material, gaps: list[WatchGap]) -> float:
    period = material.period

    def length(gap: WatchGap) -> timedelta:
        until_at = period.until_at if gap.until_at is None else gap.until_at
        return min(until_at, period.until_at) - max(gap.from_at, period.from_at)

    return reduce(lambda sofar, one: sofar + length(one), gaps, timedelta()) / _HOUR
