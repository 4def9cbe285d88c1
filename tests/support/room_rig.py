"""A room of flights over a real store, on a clock that runs some times as fast as the machine's."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mavlink_flight import GROUND_M, HOME, TERRAIN, aircraft_of
from mavlink_flight import mission as mission_to

from api.flights.room import FlightRoom
from models.clock import SystemClock
from models.config import Settings
from models.flight import Run, RunState, Schedule, Timing
from models.height import Height, HeightSystem
from models.mission import Aircraft, Autopilot, Mission, Registration, SweepOrigin
from models.patrol import DangerClass
from models.store import Store
from models.weather import Reading

__all__ = [
    "HEIGHT_M",
    "MORNING",
    "PAPERS",
    "FastClock",
    "Office",
    "SharedClock",
    "lawful",
    "office",
    "running",
]

MORNING = datetime(2026, 3, 2, 1, 59, 58, tzinfo=UTC)  # a Monday, 2 s before ten in Chongqing
PAPERS = Registration("UOM-1", "SN-1", "OC-1", "INS-1", "Wang, CAAC-1", is_activated=True)

HEIGHT_M = 80.0


class FastClock(SystemClock):
    """So many seconds in one of the machine's."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start, self._speed = start, speed
        self._began_s: float | None = None

    def begin(self) -> None:
        """Stands still until then."""
        self._began_s = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic_s())

    def monotonic_s(self) -> float:
        begun_s = self._began_s
        return 0.0 if begun_s is None else (time.monotonic() - begun_s) * self._speed

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(max(0.0, duration_s) / self._speed)


class SharedClock(FastClock):
    """One that several processes of a machine read alike.

    Args:
        start: UTC, when it began.
        speed: seconds in one of the machine's.
        began_s: on the machine's monotonic clock.
    """

    def __init__(self, start: datetime, speed: float, began_s: float) -> None:
        super().__init__(start, speed)
        self._began_s = self.began_s = began_s

    def begin(self) -> None:
        """It runs."""


@dataclass
class Office:
    """A bureau with aircraft, and its room."""

    store: Store
    clock: FastClock
    settings: Settings
    room: FlightRoom

    def aircraft(self, name: str, autopilot: Autopilot = Autopilot.PX4) -> Aircraft:
        """One that stands at home, with its papers; kept."""
        built = replace(
            aircraft_of(autopilot),
            name=name,
            registration=PAPERS,
            home_lon_deg=HOME.lon_deg,
            home_lat_deg=HOME.lat_deg,
        )
        self.store.aircraft.put(built, version=None, author="wang")
        return built

    def sweep(self, *names: str, mission: Mission | None = None) -> int:
        """A kept sweep with a flight for each of these."""
        flown = mission or lawful(mission_to(Autopilot.PX4))
        plan = json.dumps({"sorties": [{"aircraft": name} for name in names]})
        kept = self.store.sweeps.save(
            "east", "", (flown,) * len(names), plan, SweepOrigin.PLANNED, author="wang"
        )
        return kept.head.sweep_id

    def schedule(self, sweep_id: int, **changes: object) -> int:
        """Every day at ten."""
        wanted = Schedule("at ten", sweep_id, Timing(at_minutes=(600,)), 3600.0)
        changed = replace(wanted, **changes)  # type: ignore[arg-type]
        return self.store.schedules.put(changed, author="wang").schedule_id

    def by_hand(self, sweep_id: int, name: str, *, released: bool = True) -> Run:
        """A flight that is due now, for an hour."""
        now = self.clock.now()
        run = self.store.runs.add_by_hand(
            sweep_id, 1, 1, name,
            due_at=now, until_at=now + timedelta(hours=1), key=f"{name} {now}", author="wang",
        )  # fmt: skip
        if released:
            run = self.store.runs.release(run.run_id, version=1, author="li")
        return run

    def weather(self, wind_m_s: float = 3.0) -> None:
        """A reading of now."""
        reading = Reading("tower", self.clock.now(), 15.0, 40.0, wind_m_s, 0.0)
        self.store.weather.add([reading], author="wang")

    async def until(self, holds: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait, in the machine's seconds."""
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 -- a store has no event
                await asyncio.sleep(0.05)

    def run_of(self, schedule_id: int) -> Run | None:
        """The first flight of a schedule."""
        runs = self.store.runs.page(schedule_id=schedule_id)
        return runs[-1] if runs else None

    def is_in(self, run_id: int, *states: RunState) -> bool:
        """Whether a flight is in one of these states."""
        return self.store.runs.get(run_id).state in states


def lawful(mission: Mission, above_ground_m: float = HEIGHT_M) -> Mission:
    """The same, high enough over the trees, and with a take-off."""
    height = Height(GROUND_M + above_ground_m, HeightSystem.EGM96)
    points = tuple(replace(point, height=height) for point in mission.points)
    return replace(
        mission,
        points=points,
        has_take_off=True,
        climb_to_m=above_ground_m,
        return_to_m=above_ground_m,
    )


@asynccontextmanager
async def office(
    folder: Path,
    links: list[dict[str, Any]],
    *,
    speed: float = 3.0,
    clock: FastClock | None = None,
    **gates: object,
) -> AsyncIterator[Office]:
    """An office whose store is filled before its room runs: see :func:`running`."""
    clock = clock or FastClock(MORNING, speed)
    settings = Settings.model_validate(
        {"data_dir": folder, "drones": {"links": links, "gates": gates}}
    )
    store = Store.open(f"sqlite:///{folder / 'flights.db'}", clock=clock)
    try:
        room = FlightRoom.of(
            settings, store, clock, terrain=TERRAIN, danger=lambda: DangerClass.HIGH
        )
        yield Office(store, clock, settings, room)
    finally:
        store.close()


@asynccontextmanager
async def running(made: Office) -> AsyncIterator[None]:
    """The room at work; its clock begins."""
    made.clock.begin()
    task = asyncio.create_task(made.room.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
