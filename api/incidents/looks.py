"""A flight that looks at a fire nobody has confirmed: proposed to a person, flown on their word.

The watch proposes, and releases nothing: who presses is written down as who released the flight.
What is flown is planned and checked anew at that moment, with the fire's place, the zones and the
wind of that moment, and kept as a version of a sweep, so that years later it can be told.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from api.sweeps.airspace import no_fly_of, wind_of_day
from api.sweeps.answers import PlanAnswer
from api.sweeps.wishing import home_of, look_task
from detector.incidents.placing import IncidentPlace
from drone_jobs.checks import FlightRules
from drone_jobs.flights.proposing import Proposal, proposals
from drone_jobs.flights.timeline import timeline_of
from drone_jobs.planning.look import Views
from drone_jobs.planning.look_plan import LookPlace
from drone_jobs.sweeping import Sweep
from geo.terrain import Terrain
from models.clock import Clock
from models.config.drones import DronesRule
from models.errors import Conflict, InputRefused, NotFound
from models.flight import Run, RunCause, RunState
from models.incident import OPEN_STATES, Incident
from models.mission import Aircraft, AirWind, Mission, NoFly, SweepOrigin, SweepTask
from models.store import Store

__all__ = ["LookDesk", "linked_of", "look_place", "no_link", "plan_answer"]

FIRST: Final = 1  # version of a sweep that is new
WINDOW: Final = timedelta(minutes=30)
"""So long the flight may start: later the fire is another one, and is looked at anew."""

READY_S: Final = 120.0  # from a person's word to the take-off: gates, upload, read back
AHEAD: Final = timedelta(hours=6)
OVERDUE: Final = timedelta(minutes=1)
NOT_KNOWN: Final = timedelta(hours=1)  # how long a flight takes of which nobody can say it
PRESSED_TWICE: Final = timedelta(minutes=2)
MOST_LOOKS: Final = 20
_OPEN: Final = frozenset({RunState.PLANNED, RunState.WAITING})
_UNSTARTED: Final = _OPEN | {RunState.CLAIMED, RunState.UPLOADING, RunState.READY}
_ADDING: Final = threading.Lock()


def look_place(incident: Incident, place: IncidentPlace, views: Views) -> LookPlace:
    """What is looked at of a fire: its likeliest place, as far as 90 % of its weight reach.

    Args:
        incident: which.
        place: of it.
        views: from upwind, or once around.

    Raises:
        Conflict: it was merged (``incident_merged``), needs nobody any more (``look_settled``), or
            nobody knows where it is (``look_no_place``).
    """
    if incident.merged_into is not None:
        raise Conflict(
            f"Fire {incident.incident_id} was merged into fire {incident.merged_into}.",
            remedy="Look at that one.",
            code="incident_merged",
        )
    if incident.state not in OPEN_STATES:
        raise Conflict(
            f"Fire {incident.incident_id} is {incident.state}.",
            remedy="Reopen it first, if it is to be looked at again.",
            code="look_settled",
        )
    best = place.best
    if best is None:
        raise Conflict(
            f"Only a direction is known of fire {incident.incident_id}, and no place to fly to."
            if place.direction_only
            else f"Nothing says where fire {incident.incident_id} is.",
            remedy="Turn another tower to it, or enter the place that somebody names.",
            code="look_no_place",
        )
    return LookPlace(best.lon_deg, best.lat_deg, best.r90_m, views)


def linked_of(rules: DronesRule) -> frozenset[str]:
    """Names of the aircraft that the watch has a link to."""
    return frozenset(link.aircraft for link in rules.links)


@dataclass(frozen=True, slots=True)
class LookDesk:
    """What is asked about looks.

    Attributes:
        store: of fires, aircraft, sweeps and flights.
        rules: of drones.
        linked: names of the aircraft that the watch has a link to.
        clock: of windows.
        terrain: elevation model.
    """

    store: Store
    rules: DronesRule
    linked: frozenset[str]
    clock: Clock
    terrain: Terrain

    def wind(self) -> AirWind:
        """That is planned with."""
        return wind_of_day(self.store, self.clock.now())

    def proposed(self, incident: Incident | None, place: LookPlace) -> tuple[Proposal, ...]:
        """What each of the bureau's own aircraft could do, those first that look first.

        Args:
            incident: that is looked at; None for heat that is no fire yet.
            place: of it.
        """
        fleet = tuple(kept.aircraft for kept in self.store.aircraft.all())
        return self._proposed(incident, place, fleet, fleet)

    def fly(
        self,
        incident: Incident | None,
        place_of: Callable[[], LookPlace],
        aircraft: str,
        *,
        key: str,
        author: str,
    ) -> Run:
        """Keep a look, and let it be flown, on a person's word.

        The same look pressed twice is one flight: under the same key always, and for a fire under
        any within two minutes while it has not started.

        Args:
            incident: that is looked at; None for heat that is no fire yet.
            place_of: gives its place; asked for a new wish only, and may raise.
            aircraft: name of one of the bureau's own.
            key: of this wish: the same again is the same flight.
            author: user name of the person, who releases it.

        Returns:
            The flight, released; where its aircraft flies another one now, its window opens once
            that is back with a fresh battery.

        Raises:
            InputRefused: it cannot fly there; codes of :func:`drone_jobs.sweeping.looked`.
            NotFound: the bureau has no such aircraft.
            Conflict: the watch has no link to it (``look_no_link``), or the key is of another
                wish (``run_key``).
        """
        with _ADDING:  # who presses twice presses faster than a look is planned
            run = self.store.runs.asked_under(_own(key))
            if run is None:
                place = place_of()
                run = None if incident is None else self._just_asked(incident, aircraft)
                run = run or self._added(incident, place, aircraft, key, author)
        if (run.incident_id, run.aircraft) != (_number_of(incident), aircraft):
            raise Conflict(
                "Another flight was asked for under this key.",
                remedy="Ask under a new key.",
                code="run_key",
            )
        if run.released_at is not None:
            return run
        return self.store.runs.release(run.run_id, version=FIRST, author=author)

    def _just_asked(self, incident: Incident, aircraft: str) -> Run | None:
        now = self.clock.now()
        for run in self.store.runs.page(incident_id=incident.incident_id, limit=MOST_LOOKS):
            is_young = now - run.steps[0].at < PRESSED_TWICE
            if run.aircraft == aircraft and run.state in _UNSTARTED and is_young:
                return run
        return None

    def _added(
        self, incident: Incident | None, place: LookPlace, aircraft: str, key: str, author: str
    ) -> Run:
        chosen = self.store.aircraft.get(aircraft).aircraft
        if aircraft not in self.linked:
            raise no_link(aircraft)
        fleet = tuple(kept.aircraft for kept in self.store.aircraft.all())
        (proposal,) = self._proposed(incident, place, (chosen,), fleet)
        if proposal.refusal is not None:
            raise proposal.refusal
        sweep = cast("Sweep", proposal.sweep)  # there is one where there is no refusal
        kept = self.store.sweeps.save(
            sweep.plan.name,
            "",
            sweep.missions,
            plan_answer(sweep).model_dump_json(),
            SweepOrigin.PLANNED,
            author=author,
        )
        return self.store.runs.add_by_hand(
            kept.head.sweep_id,
            FIRST,
            1,
            aircraft,
            due_at=proposal.free_at,
            until_at=proposal.free_at + WINDOW,
            key=_own(key),
            author=author,
            incident_id=_number_of(incident),
        )

    def _proposed(
        self,
        incident: Incident | None,
        place: LookPlace,
        asked: Sequence[Aircraft],
        fleet: Sequence[Aircraft],
    ) -> tuple[Proposal, ...]:
        wind, zones = self.wind(), no_fly_of(self.store)
        what = "heat" if incident is None else f"#{incident.incident_id}"
        name = f"{what} {place.lon_deg:.5f}, {place.lat_deg:.5f}"

        def task_of(aircraft: Aircraft) -> SweepTask:
            return look_task(
                place,
                self.rules,
                name=name,
                aircraft=(aircraft,),
                home=home_of(None, (aircraft,)),
                wind=wind,
                no_fly=zones,
            )

        now = self.clock.now()
        return proposals(
            task_of,
            place,
            asked,
            self.terrain,
            now=now,
            busy_until=self._busy_until(fleet, wind, zones, now),
            ready_s=READY_S,
        )

    def _busy_until(
        self, fleet: Sequence[Aircraft], wind: AirWind, zones: tuple[NoFly, ...], now: datetime
    ) -> Mapping[str, datetime]:
        """When those are back that fly, or are to look at another fire; sweeps wait for a look."""
        by_name = {aircraft.name: aircraft for aircraft in fleet}
        ahead = [
            run
            for run in self.store.runs.between(now, now + AHEAD)
            if run.state in _OPEN and run.cause is RunCause.VERIFICATION
        ]
        found: dict[str, datetime] = {}
        for run in (*self.store.runs.in_hand(), *ahead):
            aircraft = by_name.get(run.aircraft)
            if aircraft is None:
                continue
            off_at = run.started_at or max(now, run.due_at) + timedelta(seconds=READY_S)
            back_at = max(off_at + self._takes(run, aircraft, wind, zones), now + OVERDUE)
            found[run.aircraft] = max(back_at, found.get(run.aircraft, back_at))
        return found

    def _takes(
        self, run: Run, aircraft: Aircraft, wind: AirWind, zones: tuple[NoFly, ...]
    ) -> timedelta:
        """From take-off to landing."""
        try:
            mission = self._mission(run)
            rules = FlightRules(
                ceiling_m=self.rules.ceiling_m,
                canopy_m=self.rules.canopy_m,
                ground=self.rules.ground,
                least_clearance_m=self.rules.least_clearance_m,
                fence=None,
                no_fly=zones,
                aircraft=aircraft,
                wind=wind,
            )
            timeline = timeline_of(mission, aircraft, rules, self.terrain)
        except (InputRefused, NotFound):
            return NOT_KNOWN
        return timedelta(seconds=timeline.duration_s)

    def _mission(self, run: Run) -> Mission:
        missions = self.store.sweeps.get(run.sweep_id, run.sweep_version).missions
        if not 1 <= run.sortie <= len(missions):
            raise NotFound(f"Sweep {run.sweep_id} has no flight {run.sortie}.")
        return missions[run.sortie - 1]


def plan_answer(sweep: Sweep) -> PlanAnswer:
    """A plan, as it is shown and kept."""
    return PlanAnswer.of(sweep.plan, sweep.task, sweep.checks, round(sweep.took_s, 3))


def no_link(aircraft: str) -> Conflict:
    """That the watch cannot talk to an aircraft; code ``look_no_link``."""
    return Conflict(
        f"The watch has no link to the {aircraft}.",
        remedy="Set one up under [[drones.links]], or let its pilot fly the mission file.",
        code="look_no_link",
    )


def _number_of(incident: Incident | None) -> int | None:
    return None if incident is None else incident.incident_id


def _own(key: str) -> str:
    """Apart from keys of other wishes."""
    return f"look-{key}"
