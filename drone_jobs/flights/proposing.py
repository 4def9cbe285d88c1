"""A flight that looks at an unconfirmed alert: who could fly it, when it would be there, why not.

It proposes and nothing more: a person releases. Every aircraft is answered for, those too that
cannot: a monitor who knows why none can go sends somebody by road.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drone_jobs.flights.timeline import timeline_of
from drone_jobs.planning.look_plan import LookPlace
from drone_jobs.sweeping import Sweep, looked, rules_of
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import Aircraft, PointRole, SweepTask

__all__ = ["Proposal", "proposals"]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """One aircraft's answer.

    Attributes:
        aircraft: name.
        sweep: the flight, checked; None where it cannot fly it.
        free_at: UTC, when it can start: now, or when it is back, with a fresh battery.
        looks_at: UTC, when it would look first; None where it cannot.
        back_at: UTC, when it would be back; None where it cannot.
        refusal: why it cannot; None where it can.
    """

    aircraft: str
    sweep: Sweep | None
    free_at: datetime
    looks_at: datetime | None = None
    back_at: datetime | None = None
    refusal: InputRefused | None = None

    @property
    def is_feasible(self) -> bool:
        """Whether it could fly."""
        return self.sweep is not None


def proposals(
    task_of: Callable[[Aircraft], SweepTask],
    place: LookPlace,
    fleet: Sequence[Aircraft],
    terrain: Terrain,
    *,
    now: datetime,
    busy_until: Mapping[str, datetime],
    ready_s: float,
) -> tuple[Proposal, ...]:
    """What every aircraft could do for a place.

    Args:
        task_of: the task of a look by one aircraft, with its home, the wind of the hour and the
            zones of today; may raise InputRefused, which is that aircraft's answer.
        place: with the radius within which the fire lies.
        fleet: aircraft of the bureau.
        terrain: elevation model.
        now: UTC.
        busy_until: when aircraft that fly, or will within the look, are back; others are free.
        ready_s: from a person's word to the take-off.

    Returns:
        Those that can first, by when they look; then those that cannot, by name.
    """
    found = []
    for aircraft in fleet:
        back_at = busy_until.get(aircraft.name)
        free_at = now
        if back_at is not None and back_at > now:
            free_at = back_at + timedelta(seconds=aircraft.turnaround_s)
        try:
            sweep = looked(task_of(aircraft), place, terrain)
            found.append(_timed(aircraft, sweep, terrain, free_at, ready_s))
        except InputRefused as refusal:
            found.append(Proposal(aircraft.name, None, free_at, refusal=refusal))
    return tuple(
        sorted(found, key=lambda each: (each.looks_at is None, each.looks_at or now, each.aircraft))
    )


def _timed(
    aircraft: Aircraft, sweep: Sweep, terrain: Terrain, free_at: datetime, ready_s: float
) -> Proposal:
    """When it would be where."""
    mission = sweep.missions[0]
    timeline = timeline_of(mission, aircraft, rules_of(sweep.task, aircraft), terrain)
    planned = sweep.plan.sorties[0].points
    first = next(point for point in planned if point.role is PointRole.LOOK)
    # A mission may leave out the points above home, so the look is found by its place.
    number = min(
        range(len(mission.points)),
        key=lambda k: (
            abs(mission.points[k].lon_deg - first.lon_deg)
            + abs(mission.points[k].lat_deg - first.lat_deg)
        ),
    )
    off_at = free_at + timedelta(seconds=ready_s)
    return Proposal(
        aircraft=aircraft.name,
        sweep=sweep,
        free_at=free_at,
        looks_at=off_at + timedelta(seconds=float(timeline.point_s[number])),
        back_at=off_at + timedelta(seconds=timeline.duration_s),
    )
