"""A day of flights in no time: a clock that all wait on, aircraft on paper, a store with sweeps.

The aircraft on paper flies its mission's timeline in the clock's seconds and keeps its own log of
what it did. Tests hold the table of runs against that log, never against the desk's own words.
"""

import asyncio
import heapq
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from sweep_rig import QUAD, hills, wish

from drone_jobs.calendar.gate_facts import GateFacts
from drone_jobs.flights.desk import FlightDesk
from drone_jobs.flights.flier import FlightOrder
from drone_jobs.flights.following import FollowLimits
from drone_jobs.flights.timeline import Timeline, timeline_of
from drone_jobs.flights.way_home import home_share
from drone_jobs.links import LinkLost, LinkRefused, Upload
from drone_jobs.sweeping import planned, rules_of
from geo.crs import Height, HeightSystem
from models.clock import ManualClock
from models.flight import AircraftState, FlightPhase, Gate, GateLimits, Run
from models.mission import Aircraft, Mission, Registration, SweepOrigin, SweepTask
from models.patrol import DangerClass
from models.store import Store
from models.weather import Reading

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday, 08:00 in Chongqing
ZONE = ZoneInfo("Asia/Shanghai")
TERRAIN = hills(20.0)
PAPERS = Registration("UOM-1", "SN-1", "OC-1", "INS-1", "Wang, CAAC-1", is_activated=True)


class WorldClock(ManualClock):
    """Nobody's sleep moves it; whoever sleeps on it wakes when it has been moved so far."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = count()

    async def sleep(self, duration_s: float) -> None:
        """Wait until the world has moved on."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        wake_s = self.monotonic_s() + max(0.0, duration_s)
        heapq.heappush(self._sleepers, (wake_s, next(self._number), woken))
        await woken

    async def pass_(self, duration_s: float) -> None:
        """Let so much time pass, and everybody do what they would do in it."""
        end_s = self.monotonic_s() + duration_s
        await _settled()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            wake_s = self._sleepers[0][0]
            self.advance(max(0.0, wake_s - self.monotonic_s()))
            while self._sleepers and self._sleepers[0][0] <= wake_s:
                woken = heapq.heappop(self._sleepers)[2]
                if not woken.done():
                    woken.set_result(None)
            await _settled()
        self.advance(max(0.0, end_s - self.monotonic_s()))
        await _settled()


async def _settled() -> None:
    for _ in range(60):
        await asyncio.sleep(0)


class _AtOnce(ThreadPoolExecutor):
    """Does a job where it is handed in: what a thread would do takes no time of the world."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  # as a thread does
            done.set_exception(error)
        return done


def in_the_world(main: Coroutine[Any, Any, None]) -> None:
    """Run a test whose threads take no time."""

    async def run() -> None:
        asyncio.get_running_loop().set_default_executor(_AtOnce(1))
        await main

    asyncio.run(run())


@dataclass
class PaperAircraft:
    """An aircraft that flies on paper; its log is what really happened to it."""

    name: str
    clock: ManualClock
    timeline_for: Callable[[Mission], Timeline]
    log: list[tuple[str, datetime]] = field(default_factory=list)
    is_silent: bool = False
    is_deaf: bool = False  # it hears nothing and is heard
    refuses_upload: str = ""
    refuses_start: bool = False
    stays_down: bool = False  # takes the word to start, and does nothing
    answers_start: bool = True
    drains_share: float = 0.5  # of a battery over a whole flight
    held_mission: Mission | None = None
    timeline: Timeline | None = None
    started_s: float = 0.0
    home_s: float | None = None  # when it turned back
    paused_s: float | None = None

    def _say(self, what: str) -> None:
        self.log.append((what, self.clock.now()))

    @property
    def flights(self) -> int:
        """How often it took off."""
        return sum(what == "took off" for what, _ in self.log)

    @property
    def state(self) -> AircraftState:
        """As of now."""
        now, now_s = self.clock.now(), self.clock.monotonic_s()
        if self.timeline is None:
            return AircraftState(
                now, FlightPhase.GROUND, battery_share=1.0, storage_free_bytes=10**11
            )
        flown_s = now_s - self.started_s
        battery_share = max(0.0, 1.0 - self.drains_share * flown_s / self.timeline.duration_s)
        phase = FlightPhase.MISSION
        if self.home_s is not None:
            phase = FlightPhase.RETURNING
            if now_s - self.home_s > 60.0:
                return self._landed(now)
        elif self.paused_s is not None:
            phase, flown_s = FlightPhase.PAUSED, self.paused_s - self.started_s
        elif flown_s >= self.timeline.duration_s:
            return self._landed(now)
        point = int((self.timeline.point_s <= flown_s).sum())
        x_m, y_m, z_m = (float(value) for value in self.timeline.place_at(flown_s))
        lon_deg, lat_deg = self.timeline.frame.to_lonlat(x_m, y_m)
        return AircraftState(
            now,
            phase,
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            height=Height(z_m, HeightSystem.EGM96),
            above_take_off_m=z_m - float(self.timeline.way_m[0, 2]),
            battery_share=battery_share,
            mission_point=min(point, len(self.timeline.point_s) - 1),
        )

    def _landed(self, now: datetime) -> AircraftState:
        self.log.append(("landed", now))
        self.timeline = self.home_s = self.paused_s = None
        return AircraftState(now, FlightPhase.GROUND, battery_share=0.5)

    def is_heard(self) -> bool:
        """Whether the link stands."""
        return not self.is_silent

    def _listen(self) -> None:
        if self.is_silent:
            raise LinkLost("It does not answer.", code="link_lost")

    async def upload(self, mission: Mission) -> Upload:
        self._listen()
        if self.refuses_upload:
            raise LinkRefused("It refused the mission.", code=self.refuses_upload)
        await self.clock.sleep(5.0)
        self._listen()
        self.held_mission = mission
        return Upload("", len(mission.points), 5.0, 0)

    def follow(self, mission: Mission) -> None:
        """It knows what it flies."""

    async def held(self) -> str:
        return ""

    async def start(self, upload: Upload, *, released_by: str) -> None:
        assert upload.items
        assert released_by
        self._listen()
        if self.refuses_start:
            raise LinkRefused("It does not arm.", code="link_start")
        assert self.held_mission is not None
        assert self.timeline is None, "told to start while it flies"
        if self.stays_down:
            return
        self._say("took off")
        self.timeline = self.timeline_for(self.held_mission)
        self.started_s = self.clock.monotonic_s()
        if not self.answers_start:
            raise LinkLost("No answer.", code="link_lost")

    async def pause(self) -> None:
        self._listen()
        if not self.is_deaf:
            self._say("paused")
            self.paused_s = self.clock.monotonic_s()

    async def resume(self) -> None:
        self._listen()
        if not self.is_deaf and self.paused_s is not None:
            self._say("flew on")
            self.started_s += self.clock.monotonic_s() - self.paused_s
            self.paused_s = None

    async def come_home(self) -> None:
        self._listen()
        if not self.is_deaf and self.timeline is not None and self.home_s is None:
            self._say("turned back")
            self.home_s = self.clock.monotonic_s()

    async def land(self) -> None:
        await self.clock.sleep(3.0)  # it takes a while to say
        self._say("told to land")
        await self.come_home()

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class FlightOffice:
    """A store with aircraft and sweeps, and paper aircraft that fly them."""

    clock: WorldClock
    store: Store
    task: SweepTask
    mission: Mission
    fleet: dict[str, PaperAircraft]
    weather_wind_ms: float = 3.0
    limits: GateLimits = field(
        default_factory=lambda: GateLimits(least_sun_deg=-90.0, least_battery_share=0.4)
    )

    def aircraft(self, name: str) -> Aircraft:
        """As the bureau has it."""
        return replace(QUAD, name=name, registration=PAPERS)

    def sweep(self, names: list[str]) -> int:
        """A kept sweep with a flight for each of these aircraft."""
        plan = json.dumps({"sorties": [{"aircraft": name} for name in names]})
        missions = tuple(replace(self.mission, name=f"flight {name}") for name in names)
        kept = self.store.sweeps.save(
            "sweep", "", missions, plan, SweepOrigin.PLANNED, author="wang"
        )
        return kept.head.sweep_id

    def order(self, run: Run) -> FlightOrder:
        """What a run is flown with."""
        kept = self.store.sweeps.get(run.sweep_id, run.sweep_version)
        mission = kept.missions[run.sortie - 1]
        timeline = self.timeline(mission)
        home = (self.task.home.lon_deg, self.task.home.lat_deg)
        aircraft = self.aircraft(run.aircraft)
        return FlightOrder(
            mission=mission,
            limits=FollowLimits(
                last_point=len(mission.points) - 1,
                duration_s=timeline.duration_s,
                reserve_share=0.2,
                home_share=home_share(aircraft, home, self.task.wind, 100.0),
            ),
            facts=self.facts,
            gate_limits=self.limits,
            released_by=lambda found: found.released_by,
        )

    def timeline(self, mission: Mission) -> Timeline:
        aircraft = self.task.aircraft[0]
        return timeline_of(mission, aircraft, rules_of(self.task, aircraft), TERRAIN)

    def facts(self, run: Run) -> GateFacts:
        now = self.clock.now()
        link = self.fleet.get(run.aircraft)
        return GateFacts(
            at=now,
            from_at=now,
            until_at=now + timedelta(minutes=20),
            place=(self.task.home.lon_deg, self.task.home.lat_deg),
            aircraft=self.aircraft(run.aircraft),
            state=link.state if link is not None and link.is_heard() else None,
            weather=(reading(now, self.weather_wind_ms),),
            check=CHECK,
            checked_at=now,
            conflicts=(),
            released_by=run.released_by,
        )

    def desk(self, holder: str = "one") -> FlightDesk:
        """A desk over this office."""
        return FlightDesk(
            self.store,
            self.clock,
            ZONE,
            (self.task.home.lon_deg, self.task.home.lat_deg),
            lambda _at: DangerClass.HIGH,
            holder=holder,
            order_of=self.order,
            link_of=self.fleet.get,
        )


def reading(at: datetime, wind_m_s: float) -> Reading:
    """Weather of a station."""
    return Reading(
        station="tower",
        at=at,
        temperature_c=18.0,
        humidity_percent=40.0,
        wind_m_s=wind_m_s,
        rain_24h_mm=0.0,
    )


_TASK = wish(shapely.box(0.0, 0.0, 500.0, 300.0))
_SWEEP = planned(_TASK, TERRAIN)
CHECK = _SWEEP.checks[0]


@contextmanager
def flight_office(folder: Path, names: tuple[str, ...] = ("one",)) -> Iterator[FlightOffice]:
    """An office with so many aircraft, at 08:00 on a Monday."""
    clock = WorldClock(START)
    store = Store.open(f"sqlite:///{folder / 'flights.db'}", clock=clock)
    office = FlightOffice(clock, store, _TASK, _SWEEP.missions[0], {})
    for name in names:
        store.aircraft.put(office.aircraft(name), version=None, author="wang")
        office.fleet[name] = PaperAircraft(name, clock, office.timeline)
    try:
        yield office
    finally:
        store.close()


def gates_closed(run: Run) -> list[Gate]:
    """Gates that kept a run on the ground when they were asked last."""
    return [each.gate for each in run.checks[-1].closed]
