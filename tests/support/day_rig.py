"""A whole watch for a day of flights: its runtime, its server, simulated aircraft over UDP."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import shapely
import uvicorn
from api_rig import HASHES, PASSWORDS

import api.flights.opening
from api.app import create_app
from api.runtime import build_watch
from api.watch import Watch
from drone_jobs.fleet import find_aircraft
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from geo.crs import LocalFrame
from geo.relief import drill_relief
from models.clock import SystemClock
from models.config import Settings
from models.flight import FINAL, Run, RunState
from models.mission import Aircraft, Registration
from models.store import Store
from models.user import Role, User
from models.weather import Reading

__all__ = [
    "FIRE",
    "FRAME",
    "MIDNIGHT",
    "SPEED",
    "Day",
    "DayClock",
    "opened",
    "remembered",
    "running",
    "settings_of",
]

FIRE = (-84.3061900, 36.2463033)
FRAME = LocalFrame(*FIRE)
PAPERS = Registration("UOM-1", "SN-1", "OC-1", "INS-1", "Wang, CAAC-1", is_activated=True)
SPEED, SPEEDUP = 1.0, 16.0
MIDNIGHT = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # of a Monday in Tennessee
NAMES = ("D1", "D2", "D3")
HOMES = {"D1": (-150.0, -950.0), "D2": (550.0, -950.0), "D3": (-850.0, -950.0)}
"""Metres east and north of the fire."""


class DayClock(SystemClock):
    """So many seconds in one of the machine's, and it can be set on."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start, self._speed = start, speed
        self._began_s, self._ahead_s = time.monotonic(), 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic_s())

    def monotonic_s(self) -> float:
        return (time.monotonic() - self._began_s) * self._speed + self._ahead_s

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(max(0.0, duration_s) / self._speed)

    def set_on(self, moment: datetime) -> None:
        """Nothing happens until then."""
        self._ahead_s += max(0.0, (moment - self.now()).total_seconds())


@dataclass
class Day:
    """What a test holds in its hands.

    Attributes:
        store: of the watch.
        clock: of everything.
        client: a monitor's browser.
        vehicles: the newest of each aircraft.
        folder: of the data.
        settings: of the watch.
        watch: that runs.
    """

    store: Store
    clock: DayClock
    client: httpx.AsyncClient
    vehicles: dict[str, SimulatedVehicle]
    settings: Settings
    watch: Watch

    async def sign_in(self) -> None:
        """A session does not last a day."""
        body = {"name": "monitor", "password": PASSWORDS[Role.MONITOR]}
        answer = await self.client.post("/api/session", json=body)
        assert answer.status_code == 200, answer.text

    async def asked(self, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        """POST."""
        answer = await self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if answer.content else {}

    async def told(self, path: str) -> dict[str, Any]:
        """GET."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def sweep(
        self, name: str, aircraft: str, box_m: tuple[float, float, float, float]
    ) -> int:
        """Planned and kept over HTTP: obliquely, north and south, over a box around the fire."""
        area = FRAME.geometry_to_lonlat(shapely.box(*box_m))
        lon_deg, lat_deg = FRAME.to_lonlat(*HOMES[aircraft])
        wish = {
            "name": name,
            "target": {"geometry": shapely.geometry.mapping(area)},
            "aircraft": [aircraft],
            "home": {"lon_deg": float(lon_deg), "lat_deg": float(lat_deg)},
            "height_m": 100.0,
            "gimbal_pitch_deg": -15.0,
            "plume_m": 40.0,
            "angle_deg": 0.0,
        }
        kept = await self.asked("/api/sweeps", {"request": wish})
        assert kept["sorties"] == 1, kept
        return int(kept["sweep_id"])

    async def schedule(
        self, name: str, sweep_id: int, minute: int, *, window_s: float = 3600.0
    ) -> int:
        """On this day, at a minute of it."""
        wanted = {
            "name": name,
            "sweep_id": sweep_id,
            "timing": {"at_minutes": [minute], "weekdays": ["mon"]},
            "window_s": window_s,
        }
        return int((await self.asked("/api/schedules", {"schedule": wanted}))["schedule_id"])

    def run_of(self, schedule_id: int) -> Run:
        """The one flight of a schedule."""
        (run,) = self.store.runs.page(schedule_id=schedule_id)
        return run

    async def release(self, *schedules: int) -> None:
        """By the monitor."""
        for schedule_id in schedules:
            run = self.run_of(schedule_id)
            version = self.store.sweeps.get(run.sweep_id).head.version
            path = f"/api/flights/{run.run_id}/release"
            await self.asked(path, {"version": version}, 200)

    def weather(self, wind_m_s: float) -> None:
        """A reading of now."""
        reading = Reading("tower", self.clock.now(), 15.0, 40.0, wind_m_s, 0.0)
        self.store.weather.add([reading], author="monitor")

    def activated(self, name: str, *, is_activated: bool) -> None:
        """Its operational identification."""
        kept = self.store.aircraft.get(name)
        papers = replace(PAPERS, is_activated=is_activated)
        changed = replace(kept.aircraft, registration=papers)
        self.store.aircraft.put(changed, version=kept.version, author="monitor")

    async def at(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """Set the clock on to a moment of the day; meanwhile the batteries were changed."""
        self.clock.set_on(MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second))
        for vehicle in self.vehicles.values():
            vehicle.set_battery(1.0)
        await self.sign_in()

    async def windows_made(self, made: Iterable[int]) -> None:
        """The desk looks for new schedules once a minute."""
        self.clock.set_on(self.clock.now() + timedelta(seconds=61))
        await self.until(
            "windows", lambda: all(self.store.runs.page(schedule_id=each) for each in made)
        )

    async def until(self, what: str, holds: Callable[[], bool], within_s: float = 120.0) -> None:
        """Wait, in the machine's seconds."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():  # noqa: ASYNC110 -- a store has no event
                    await asyncio.sleep(0.1)
        except TimeoutError:
            last = [
                (run.run_id, run.state.value, run.reason.value, [s.note for s in run.steps][-3:])
                for run in self.store.runs.page(limit=20)
            ]
            raise AssertionError(f"never: {what}; {last}") from None

    async def all_heard(self) -> None:
        """Every aircraft stands there with a full battery and a place."""

        def hold() -> bool:
            flights = self.watch.context.flights
            assert flights is not None
            states = flights.states()
            return set(states) == set(NAMES) and all(
                state is not None and state.lon_deg is not None and state.battery_share is not None
                for state in states.values()
            )

        await self.until("all aircraft heard", hold)

    def is_in(self, schedule_id: int, *states: RunState) -> bool:
        """Whether its flight is in one of these states."""
        return self.run_of(schedule_id).state in states

    async def ended(self, *schedules: int) -> None:
        """All of these flights are over."""
        await self.until("ended", lambda: all(self.is_in(each, *FINAL) for each in schedules))


def aircraft(name: str) -> Aircraft:
    """A small quadrotor with papers, at its home."""
    lon_deg, lat_deg = FRAME.to_lonlat(*HOMES[name])
    return replace(
        find_aircraft("PX4 example"),
        name=name,
        registration=PAPERS,
        home_lon_deg=float(lon_deg),
        home_lat_deg=float(lat_deg),
    )


def remembered(monkeypatch: pytest.MonkeyPatch) -> dict[str, SimulatedVehicle]:
    """Every simulated aircraft that a watch starts, to be told to fail."""
    found: dict[str, SimulatedVehicle] = {}

    class Remembered(SimulatedVehicle):
        def __init__(self, url: str, craft: Aircraft, *how: Any, **more: Any) -> None:  # noqa: ANN401
            super().__init__(url, craft, *how, **more)
            found[craft.name] = self

    monkeypatch.setattr(api.flights.opening, "SimulatedVehicle", Remembered)
    return found


def settings_of(folder: Path, fire_at: datetime) -> Settings:
    """Three simulated aircraft and a fire."""
    links = [{"aircraft": name, "kind": "simulated", "speedup": SPEEDUP} for name in NAMES]
    drill = {"lon_deg": FIRE[0], "lat_deg": FIRE[1], "since": fire_at}
    return Settings.model_validate(
        {
            "data_dir": folder,
            "time_zone": "America/New_York",
            "drones": {"links": links, "drill": drill},
        }
    )


@asynccontextmanager
async def running(
    settings: Settings, store: Store, clock: DayClock, vehicles: dict[str, SimulatedVehicle]
) -> AsyncIterator[Day]:
    """The whole watch, served; left, it ends as a process does that is told to."""
    watch = build_watch(
        settings, store, {}, site_name="drill", drill=True, terrain=drill_relief(), clock=clock
    )
    app = create_app(watch.context, lifespan=watch.running, console_dir=None)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            assert not serving.done(), "it did not start"
            await asyncio.sleep(0.05)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=address, timeout=60.0) as client:
                made = Day(store, clock, client, vehicles, settings, watch)
                await made.sign_in()
                yield made
        finally:
            server.should_exit = True
            await serving


def opened(settings: Settings, clock: DayClock) -> Store:
    """A store with the aircraft and a monitor."""
    store = Store.open(settings.store_url, clock=clock)
    for name in NAMES:
        store.aircraft.put(aircraft(name), version=None, author="t")
    monitor = User("monitor", Role.MONITOR, HASHES[Role.MONITOR], must_change_password=False)
    store.users.add(monitor, actor="t")
    return store
