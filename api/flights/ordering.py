"""What a flight is flown with: its sweep's mission, held against the zones and rules of today."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from pydantic import ValidationError

from api.sweeps.airspace import no_fly_of, wind_of_day
from api.sweeps.fleet import aircraft_of
from api.sweeps.requests import SweepRequest
from drone_jobs.checks import FlightRules, MissionCheck, check_mission
from drone_jobs.flights.following import FollowLimits
from drone_jobs.flights.timeline import Timeline, timeline_of
from drone_jobs.flights.way_home import home_share
from geo.terrain import Terrain
from models.clock import Clock
from models.config.drones import DronesRule
from models.errors import InputRefused, NotFound
from models.flight import Run
from models.mission import Aircraft, AirWind, KeptSweep, Mission, NoFly
from models.store import Store

__all__ = ["PreparedFlight", "Preparing", "follow_limits", "rules_today"]

MOST_KEPT: Final = 64
UNKNOWN_DURATION_S: Final = 3600.0
UNKNOWN_RESERVE: Final = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFlight:
    """A flight, as it would be flown now.

    Attributes:
        mission: of the version of its sweep.
        aircraft: that flies it.
        home: longitude and latitude, WGS 84; None where the mission has none.
        rules: of today.
        timeline: where it is when.
        check: the mission held against the rules.
    """

    mission: Mission
    aircraft: Aircraft
    home: tuple[float, float] | None
    rules: FlightRules
    timeline: Timeline
    check: MissionCheck


class Preparing:
    """Prepares flights; what has not changed is not reckoned again. Any thread may ask.

    Args:
        store: with sweeps, aircraft, zones and the wind of the day.
        rules: of the settings.
        clock: for what is fresh.
        terrain: elevation model; None when there is none, and then nothing can be flown.
    """

    def __init__(
        self, store: Store, rules: DronesRule, clock: Clock, terrain: Terrain | None
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._terrain = terrain
        self._lock = Lock()
        self._known: OrderedDict[tuple[object, ...], PreparedFlight] = OrderedDict()

    @property
    def terrain(self) -> Terrain | None:
        """Elevation model."""
        return self._terrain

    def mission_of(self, run: Run) -> tuple[KeptSweep, Mission]:
        """The version of its sweep that a run flies, and its mission.

        Raises:
            NotFound: no such sweep or version (``no_such_sweep``), or it has no such flight
                (``no_such_flight``).
        """
        kept = self._store.sweeps.get(run.sweep_id, run.sweep_version)
        if not 1 <= run.sortie <= len(kept.missions):
            raise NotFound(
                f"{kept.head.name} has no flight {run.sortie}.",
                remedy=f"It has flights 1 to {len(kept.missions)}.",
                code="no_such_flight",
            )
        return kept, kept.missions[run.sortie - 1]

    def of(self, run: Run) -> PreparedFlight:
        """A flight as it would be flown now.

        Raises:
            NotFound: see :meth:`mission_of`.
            InputRefused: its aircraft is not known (``aircraft_unknown``), there is no elevation
                model (``sweep_no_terrain``), or its way cannot be reckoned, see
                :func:`drone_jobs.flights.timeline.timeline_of`.
        """
        now = self._clock.now()
        kept, mission = self.mission_of(run)
        (aircraft,) = aircraft_of(self._store, [run.aircraft])
        wind, no_fly = wind_of_day(self._store, now), no_fly_of(self._store)
        key = (run.sweep_id, kept.head.version, run.sortie, aircraft, wind, no_fly)
        with self._lock:
            found = self._known.get(key)
        if found is None:
            found = self._prepared(kept, mission, aircraft, wind, no_fly)
            with self._lock:
                self._known[key] = found
                while len(self._known) > MOST_KEPT:
                    self._known.popitem(last=False)
        return found

    def _prepared(
        self,
        kept: KeptSweep,
        mission: Mission,
        aircraft: Aircraft,
        wind: AirWind,
        no_fly: tuple[NoFly, ...],
    ) -> PreparedFlight:
        if self._terrain is None:
            raise InputRefused(
                "There is no elevation model, so nobody can say how high a flight is.",
                remedy="Import one (firewatch geo relief import).",
                code="sweep_no_terrain",
            )
        rules = rules_today(self._rules, kept.request, aircraft, wind, no_fly)
        timeline = timeline_of(mission, aircraft, rules, self._terrain)
        check = check_mission(mission, rules, self._terrain)
        place = mission.home
        home = None if place is None else (place.lon_deg, place.lat_deg)
        return PreparedFlight(mission, aircraft, home, rules, timeline, check)

    def limits_of(self, run: Run) -> FollowLimits:
        """How a flight is followed.

        One that is under way is followed whatever has become of its plan: what cannot be reckoned
        any more (its aircraft was retired, the wind has risen) is taken as not known.

        Raises:
            NotFound: see :meth:`mission_of`.
            InputRefused: see :meth:`of`; only before its start.
        """
        try:
            return follow_limits(self.of(run))
        except InputRefused:
            if run.started_at is None:
                raise
        last_point = len(self.mission_of(run)[1].points) - 1
        return FollowLimits(last_point, UNKNOWN_DURATION_S, UNKNOWN_RESERVE, lambda _state: None)


def follow_limits(flight: PreparedFlight) -> FollowLimits:
    """How a flight is followed: half of the plan's reserve stays whatever happens."""
    timeline, mission, aircraft = flight.timeline, flight.mission, flight.aircraft
    highest_m = float(timeline.way_m[:, 2].max() - timeline.way_m[0, 2])
    return_to_m = highest_m if mission.return_to_m is None else mission.return_to_m
    home = flight.home
    return FollowLimits(
        last_point=len(mission.points) - 1,
        duration_s=timeline.duration_s,
        reserve_share=0.5 * (1.0 - aircraft.usable_share),
        home_share=(
            (lambda _state: None)
            if home is None
            else home_share(aircraft, home, flight.rules.wind, max(return_to_m, 0.0))
        ),
    )


def rules_today(
    rules: DronesRule,
    request: str,
    aircraft: Aircraft,
    wind: AirWind,
    no_fly: tuple[NoFly, ...],
) -> FlightRules:
    """The rules of today; what a plan was asked for otherwise stays as it was asked for.

    Args:
        rules: of the settings.
        request: JSON of what the sweep was asked for; empty, or another wish, asks for nothing.
        aircraft: that flies it.
        wind: of the day.
        no_fly: zones of today.
    """
    asked = None
    if request:
        try:
            asked = SweepRequest.model_validate_json(request)
        except ValidationError:
            asked = None

    def given(name: str) -> float:
        own = None if asked is None else getattr(asked, name)
        return float(getattr(rules, name) if own is None else own)

    return FlightRules(
        ceiling_m=given("ceiling_m"),
        canopy_m=given("canopy_m"),
        ground=rules.ground if asked is None or asked.ground is None else asked.ground,
        least_clearance_m=given("least_clearance_m"),
        fence=None,  # the mission has its own in it
        no_fly=no_fly,
        aircraft=aircraft,
        wind=wind,
    )
