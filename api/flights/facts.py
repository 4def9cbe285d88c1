"""What the gates are asked with: weather in force, aircraft, dock, mission, approval, others."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from api.flights.links import LinkBook
from api.flights.ordering import PreparedFlight, Preparing
from api.flights.others import flight_of, hovering, place_of
from drone_jobs.calendar import (
    DockFacts,
    FlightConflict,
    GateFacts,
    Measured,
    MeasuredBy,
    OwnFlight,
    conflicts_of,
)
from drone_jobs.links.dji import CoverState, DockMode, DockState, Rainfall
from models.clock import Clock
from models.errors import WatchError
from models.flight import (
    FINAL,
    IN_THE_AIR,
    AircraftState,
    Gate,
    GateLimits,
    Run,
    RunCause,
    RunState,
    Schedule,
)
from models.store import Store
from models.weather import Reading

__all__ = ["FactsDesk", "dock_facts"]

AROUND: Final = timedelta(hours=1)
"""Flights of other windows that open so near are looked at before this one opens."""
_RAIN_MM_H: Final = {
    Rainfall.NONE: 0.0,
    Rainfall.LIGHT: 2.5,
    Rainfall.MODERATE: 10.0,
    Rainfall.HEAVY: 50.0,
}
"""A dock tells words: the most that WMO-No. 8 calls light, moderate and heavy."""
_NOT_BEGUN: Final = frozenset({RunState.PLANNED, RunState.WAITING})


class FactsDesk:
    """Gathers what is known, as it is when it is asked; any thread may ask.

    Args:
        store: of the installation.
        clock: of the watch.
        links: to the aircraft.
        preparing: of flights.
        limits: of the gates.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        links: LinkBook,
        preparing: Preparing,
        limits: GateLimits,
    ) -> None:
        self._store = store
        self._clock = clock
        self._links = links
        self._preparing = preparing
        self._limits = limits

    def of(self, run: Run) -> GateFacts:
        """Everything about a flight.

        Raises:
            NotFound, InputRefused: it cannot be prepared, see :meth:`.ordering.Preparing.of`.
        """
        flight = self._preparing.of(run)
        now = self._clock.now()
        from_at = max(now, run.due_at)
        schedule, keeper = self._schedule_of(run)
        name = run.aircraft
        dock, states = self._links.dock_of(name), self._links.states()
        stands_for = schedule is not None and schedule.is_enabled and not schedule.needs_release
        return GateFacts(
            at=now,
            from_at=from_at,
            until_at=from_at + timedelta(seconds=flight.timeline.duration_s),
            place=flight.home,
            aircraft=flight.aircraft,
            state=states.get(name),
            weather=_newest(
                entry.reading
                for entry in self._store.weather.holding(
                    now - timedelta(seconds=self._limits.stale_weather_s)
                )
            ),
            measured=(*self._entered(), *_measured(dock)),
            has_dock=self._links.has_dock(name),
            dock=None if dock is None else dock_facts(dock),
            battery_needed_share=flight.timeline.energy_share,
            check=flight.check,
            checked_at=now,  # the check is of this mission, these zones and this wind
            needs_approval=schedule is not None and schedule.needs_approval,
            approval_number="" if schedule is None else schedule.approval_number,
            approved_from_at=None if schedule is None else schedule.approved_from_at,
            approved_until_at=None if schedule is None else schedule.approved_until_at,
            conflicts=self._conflicts(run, flight, from_at, now, states),
            needs_release=not stands_for,
            released_by=run.released_by,
            standing_release_by=keeper if stands_for else "",
        )

    def answers_for(self, run: Run) -> str:
        """Who answers for a start: who released it, else who keeps a schedule that needs none."""
        if run.released_by:
            return run.released_by
        schedule, keeper = self._schedule_of(run)
        is_standing = schedule is not None and schedule.is_enabled and not schedule.needs_release
        return keeper if is_standing else ""

    def _schedule_of(self, run: Run) -> tuple[Schedule | None, str]:
        if run.schedule_id is None:
            return None, ""
        kept = self._store.schedules.get(run.schedule_id)
        if kept.retired_at is not None:
            return None, ""
        return kept.schedule, kept.changed_by

    def _entered(self) -> tuple[Measured, ...]:
        """The wind of the day as a monitor entered it."""
        last = self._store.winds.last()
        if last is None:
            return ()
        return (Measured(Gate.WIND, last.speed_m_s, last.at, MeasuredBy.PERSON),)

    def _conflicts(
        self,
        run: Run,
        flight: PreparedFlight,
        from_at: datetime,
        now: datetime,
        states: dict[str, AircraftState | None],
    ) -> tuple[str, ...] | None:
        """Each thing in the way of a flight; None where it is not known."""
        mine = OwnFlight(
            run.run_id,
            run.aircraft,
            flight.timeline.flown_from(from_at),
            flight.aircraft.turnaround_s,
            is_verification=run.cause is RunCause.VERIFICATION,
        )
        fresh = {name: state for name, state in states.items() if self._is_fresh(state, now)}
        terrain = self._preparing.terrain
        flights, known = [mine], {run.aircraft}
        for other in self._others(run, from_at, mine.points[-1].at, now):
            if other.state not in _NOT_BEGUN:
                known.add(other.aircraft)
            try:
                prepared = self._preparing.of(other)
            except WatchError:
                if other.state in _NOT_BEGUN:
                    continue  # it cannot be flown as it is
                if other.state in IN_THE_AIR:
                    known.discard(other.aircraft)  # where it is counts, whatever was planned
                    if fresh.get(other.aircraft) is None:
                        return None
                continue
            start_at = max(now, other.due_at)
            flights.append(
                flight_of(
                    other,
                    prepared,
                    fresh.get(other.aircraft),
                    now,
                    start_at=start_at,
                    terrain=terrain,
                )
            )
        strangers: dict[int, str] = {}
        for name, state in fresh.items():
            if state is None or state.is_in_the_air is not True or name in known:
                continue
            here = place_of(state, now, terrain, None)
            if here is None:
                return None
            number = -1 - len(strangers)
            strangers[number] = name
            flights.append(OwnFlight(number, name, hovering(here), is_in_the_air=True))
        told = (
            _told(conflict, strangers)
            for conflict in conflicts_of(flights)
            if conflict.yields == run.run_id
        )
        return tuple(dict.fromkeys(told))  # a stranger over our pad is in the way twice

    def _others(self, run: Run, from_at: datetime, until_at: datetime, now: datetime) -> list[Run]:
        """Flights that hold an aircraft; before a window opens also those that are due then."""
        found = {other.run_id: other for other in self._store.runs.in_hand()}
        if now < run.due_at:
            for other in self._store.runs.between(from_at - AROUND, until_at + AROUND):
                if other.state not in FINAL:
                    found.setdefault(other.run_id, other)
        found.pop(run.run_id, None)
        return list(found.values())

    def _is_fresh(self, state: AircraftState | None, now: datetime) -> bool:
        return state is not None and (now - state.at).total_seconds() <= self._limits.stale_state_s


def _newest(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The newest of each station: it tells of now, whatever it told before."""
    found: dict[str, Reading] = {}
    for reading in sorted(readings, key=lambda one: one.at):
        found[reading.station] = reading
    return tuple(found.values())


def _told(conflict: FlightConflict, strangers: dict[int, str]) -> str:
    name = strangers.get(conflict.run_id)
    return conflict.message if name is None else f"{name} is in the air in its way."


def dock_facts(dock: DockState) -> DockFacts:
    """A dock, as far as a flight asks for it."""
    faults = []
    if dock.is_stopped:
        faults.append("its emergency button is pressed")
    if dock.cover is CoverState.FAULTY:
        faults.append("its cover is faulty")
    return DockFacts(
        at=dock.at,
        holds_aircraft=dock.is_aircraft_inside,
        is_free=None if dock.mode is None else dock.mode is DockMode.IDLE,
        fault=", ".join(faults),
    )


def _measured(dock: DockState | None) -> tuple[Measured, ...]:
    """The weather at a dock."""
    if dock is None:
        return ()
    told = (
        (Gate.WIND, dock.wind_ms),
        (Gate.RAIN, None if dock.rain is None else _RAIN_MM_H[dock.rain]),
        (Gate.TEMPERATURE, dock.temperature_c),
    )
    return tuple(
        Measured(gate, value, dock.at, MeasuredBy.DOCK) for gate, value in told if value is not None
    )
