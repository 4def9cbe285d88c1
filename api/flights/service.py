"""Flights: lists, one with all that became of it, and what persons say to them.

A release and a cancellation go into the store, and whoever leads the flights finds them there. A
word to an aircraft in the air goes to the process that flies it, which is this one or none. Who is
limited to townships sees what :meth:`api.auth.scope.Scope.sees_run` says.
"""

import logging
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.auth.scope import Scope, outside
from api.context import Context
from api.flights.schemas import (
    AircraftNow,
    FlightAnswer,
    FlightPage,
    FlightRequest,
    FlightRow,
    FlightsNow,
    StateAnswer,
    TrackAnswer,
    TrackPoint,
)
from api.flights.sheets import write_flights
from api.sweeps.fleet import aircraft_of
from drone_jobs.flights.following import Word
from geo.exchange import Format
from models.errors import Conflict, InputRefused, NotFound, StorageFull, StoreUnreachable
from models.flight import IN_THE_AIR, AircraftState, Run, RunReason, RunState
from models.user import User

__all__ = ["add", "cancel", "export", "list_", "now", "one", "release", "say", "track"]

logger = logging.getLogger(__name__)

LONGEST_SPAN: Final = timedelta(days=62)
FARTHEST: Final = timedelta(days=31)
MOST_POINTS: Final = 4000
_ADDING: Final = threading.Lock()


def list_(
    context: Context,
    scope: Scope,
    *,
    span: tuple[datetime | None, datetime | None],
    before: int | None,
    limit: int,
    schedule_id: int | None,
    incident_id: int | None,
) -> FlightPage:
    """A page of flights, the newest number first.

    Args:
        context: of the application.
        scope: of who asks; flights of others are left out.
        span: only flights whose window shares time with it; both None for all.
        before: only those with a smaller number; None for all.
        limit: at most so many.
        schedule_id: only those of this schedule; None for all.
        incident_id: only those that look at this fire; None for all.

    Raises:
        InputRefused: the span has one end, is none, or is longer than 62 days (``flight_span``).
    """
    from_at, until_at = span
    runs = context.store.runs
    if from_at is None and until_at is None:
        found = runs.page(
            before=before, limit=limit + 1, schedule_id=schedule_id, incident_id=incident_id
        )
    else:
        found = [
            run
            for run in runs.between(*_checked(from_at, until_at))
            if (before is None or run.run_id < before)
            and schedule_id in {None, run.schedule_id}
            and incident_id in {None, run.incident_id}
        ]
        found.sort(key=lambda run: run.run_id, reverse=True)
    page = found[:limit]
    names = _Names(context)
    return FlightPage(
        flights=tuple(
            FlightRow.of(
                run,
                names.schedule(run),
                names.sweep(run),
                is_drill=_is_drill(context, run.aircraft),
            )
            for run in page
            if scope.sees_run(run)
        ),
        next_before=page[-1].run_id if len(found) > limit else None,
    )


def export(
    context: Context,
    user: User,
    path: Path,
    span: tuple[datetime, datetime],
    format_: Format,
) -> None:
    """Write the flights of a span to a file, by their windows.

    Raises:
        InputRefused: as :func:`list_`, or as :func:`geo.exchange.write_sheets`.
        NotFound: there is none; code ``flights_none``.
    """
    names = _Names(context)
    flights = [
        (
            FlightRow.of(
                run,
                names.schedule(run),
                names.sweep(run),
                is_drill=_is_drill(context, run.aircraft),
            ),
            run,
        )
        for run in context.store.runs.between(*_checked(*span))
    ]
    zone = ZoneInfo(context.settings.time_zone)
    write_flights(path, flights, format_, way_of=names.way, zone=zone)
    context.store.audit.record(
        actor=user.name,
        action="flight.exported",
        subject=f"{span[0].astimezone(zone):%Y-%m-%d}",
        details={"flights": len(flights), "format": format_.value},
    )


def one(context: Context, scope: Scope, run_id: int) -> FlightAnswer:
    """A flight with its steps and checks.

    Raises:
        NotFound: no such flight; code ``no_such_run``.
        NotPermitted: it is of other townships; code ``outside_townships``.
    """
    return _whole(context, _seen(context, scope, run_id))


def add(context: Context, user: User, asked: FlightRequest) -> FlightAnswer:
    """Ask for a flight; it waits for its release like every other.

    Raises:
        InputRefused: an aircraft that nobody knows (``aircraft_unknown``), or a window that begins
            in the past or in more than 31 days (``run_time``).
        NotFound: no such sweep or version; code ``no_such_sweep``.
        Conflict: the sweep was retired or has no such flight (``run_no_mission``); the key is of
            another wish (``run_key``).
    """
    aircraft_of(context.store, [asked.aircraft])
    with _ADDING:  # "now" is another moment for each of two presses
        return _whole(context, _added(context, user, asked))


def _added(context: Context, user: User, asked: FlightRequest) -> Run:
    now, lasts = context.clock.now(), timedelta(seconds=asked.window_s)
    due_at = now if asked.due_at is None else asked.due_at
    known = context.store.runs.asked_under(asked.key)
    if asked.due_at is None and known is not None and known.until_at - known.due_at == lasts:
        due_at = known.due_at  # "now" was when it was asked for first
    elif known is None and not now - timedelta(minutes=5) <= due_at <= now + FARTHEST:
        raise InputRefused(
            f"A flight at {due_at} cannot be asked for.",
            remedy=f"Let it begin from now on, and within {FARTHEST.days} days.",
            code="run_time",
        )
    return context.store.runs.add_by_hand(
        asked.sweep_id,
        asked.version,
        asked.sortie,
        asked.aircraft,
        due_at=due_at,
        until_at=due_at + lasts,
        key=asked.key,
        author=user.name,
    )


def release(context: Context, user: User, run_id: int, version: int) -> FlightAnswer:
    """A person's word that it may start; see :meth:`models.store.runs.RunRepository.release`."""
    run = context.store.runs.release(run_id, version=version, author=user.name)
    return _whole(context, run)


def cancel(context: Context, user: User, run_id: int, note: str) -> FlightAnswer:
    """Not to be flown; what is in the air is not called off so.

    Raises:
        NotFound: no such flight; code ``no_such_run``.
        Conflict: it has been told to start, or has ended; code ``run_state``.
    """
    run = context.store.runs.step(
        run_id, RunState.CANCELLED, RunReason.PERSON, author=user.name, note=note, fence=None
    )
    return _whole(context, run)


def say(context: Context, user: User, run_id: int, word: Word) -> FlightAnswer:
    """Tell an aircraft in the air something; it is passed on within a second.

    What became of it is told by the flight's steps: that somebody asked, what the aircraft did, and
    where it did not hear or refused, why.

    Raises:
        NotFound: no such flight; code ``no_such_run``.
        Conflict: it is not in the air (``run_state``), or is not flown by this process
            (``flight_not_here``).
    """
    run = context.store.runs.get(run_id)
    if run.state not in IN_THE_AIR:
        raise Conflict(
            f"Flight {run_id} is {run.state}, and takes no word.",
            remedy="Load it again, and look what became of it.",
            code="run_state",
        )
    if context.flights is None:
        raise Conflict(
            f"Flight {run_id} is not in the air here.",
            remedy="Load the flight again; use the remote control if the aircraft flies.",
            code="flight_not_here",
        )
    context.flights.desk.ask(run_id, word, user.name)
    try:
        context.store.audit.record(
            actor=user.name,
            action="flight.told",
            subject=str(run_id),
            details={"word": word.value},
        )
    except (StorageFull, StoreUnreachable) as error:  # the word is said, and a step tells of it
        logger.warning("flight %d was told to %s: %s", run_id, word.value, error)
    return _whole(context, run)


def now(context: Context, scope: Scope) -> FlightsNow:
    """The aircraft now; of one in the air that is not theirs only that it is heard of."""
    room = context.flights
    states = {} if room is None else room.states()
    own = {kept.aircraft.name for kept in context.store.aircraft.all()}
    flown = {run.aircraft: run for run in context.store.runs.in_hand()}
    found = []
    for name in sorted(own | set(states)):
        link = None if room is None else room.links.link_of(name)
        run, state = flown.get(name), states.get(name)
        is_seen = scope.is_whole or _sees_now(scope, run, state)
        found.append(
            AircraftNow(
                aircraft=name,
                has_link=link is not None,
                is_heard=link is not None and link.is_heard(),
                run_id=run.run_id if run is not None and is_seen else None,
                state=StateAnswer.of(state) if state is not None and is_seen else None,
                is_drill=_is_drill(context, name),
            )
        )
    return FlightsNow(leads=None if room is None else room.desk.leads, aircraft=tuple(found))


def track(context: Context, scope: Scope, run_id: int) -> TrackAnswer:
    """Where a flight went and was to go.

    Raises:
        NotFound: no such flight (``no_such_run``), or its sweep has none of that number any more
            (``no_such_flight``).
        NotPermitted: it is of other townships; code ``outside_townships``.
    """
    run = _seen(context, scope, run_id)
    missions = context.store.sweeps.get(run.sweep_id, run.sweep_version).missions
    if run.sortie > len(missions):
        raise NotFound(f"Its sweep has no flight {run.sortie} any more.", code="no_such_flight")
    places = [(at.lon_deg, at.lat_deg) for at in missions[run.sortie - 1].points]
    return TrackAnswer.of(_thinned(_points(context.store.tracks.of(run_id))), places)


def _points(states: Iterable[AircraftState]) -> list[TrackPoint]:
    return [
        (at.lon_deg, at.lat_deg, at.above_take_off_m, at.at)
        for at in states
        if at.lon_deg is not None and at.lat_deg is not None
    ]


def _thinned(points: Sequence[TrackPoint]) -> Sequence[TrackPoint]:
    """The first, and from the newest back every so many."""
    every = -(-len(points) // (MOST_POINTS - 1))
    return points if every <= 1 else [points[0], *points[:0:-every][::-1]]


def _checked(from_at: datetime | None, until_at: datetime | None) -> tuple[datetime, datetime]:
    if from_at is None or until_at is None or not from_at < until_at <= from_at + LONGEST_SPAN:
        raise InputRefused(
            "Flights cannot be listed for such a span.",
            remedy=f"Give both ends, the later one last, at most {LONGEST_SPAN.days} days apart.",
            code="flight_span",
        )
    return from_at, until_at


def _sees_now(scope: Scope, run: Run | None, state: AircraftState | None) -> bool:
    """One without a flight of ours is seen on the ground only: where it flies may be anywhere."""
    if run is not None:
        return scope.sees_run(run)
    return state is None or state.is_in_the_air is False


def _seen(context: Context, scope: Scope, run_id: int) -> Run:
    run = context.store.runs.get(run_id)
    if not scope.sees_run(run):
        raise outside()
    return run


def _whole(context: Context, run: Run) -> FlightAnswer:
    names, is_drill = _Names(context), _is_drill(context, run.aircraft)
    return FlightAnswer.whole(run, names.schedule(run), names.sweep(run), is_drill=is_drill)


def _is_drill(context: Context, aircraft: str) -> bool:
    return context.flights is not None and aircraft in context.flights.drills


class _Names:
    """Names of schedules and sweeps, each read once for a page."""

    def __init__(self, context: Context) -> None:
        self._store = context.store
        self._schedules: dict[int, str] = {}
        self._sweeps: dict[tuple[int, int | None], str] = {}

    def schedule(self, run: Run) -> str | None:
        number = run.schedule_id
        if number is None:
            return None
        if number not in self._schedules:
            self._schedules[number] = self._store.schedules.get(number).schedule.name
        return self._schedules[number]

    def sweep(self, run: Run) -> str:
        key = (run.sweep_id, run.sweep_version)
        if key not in self._sweeps:
            self._sweeps[key] = self._store.sweeps.get(*key).head.name
        return self._sweeps[key]

    def way(self, run: Run) -> tuple[tuple[float, float], ...]:
        """Corners of its mission; none where its sweep has no such flight any more."""
        missions = self._store.sweeps.get(run.sweep_id, run.sweep_version).missions
        return missions[run.sortie - 1].way if run.sortie <= len(missions) else ()
