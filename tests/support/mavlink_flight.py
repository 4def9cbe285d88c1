"""A MAVLink link and a simulated aircraft at the two ends of a UDP line on this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import numpy as np

from drone_jobs.fleet import catalogue
from drone_jobs.heights import HeightDesk
from drone_jobs.links.mavlink.link import MavlinkLink
from drone_jobs.links.mavlink.wire import MavlinkWire
from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.quirks import Habits, Quirks
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from geo.terrain import Terrain
from models.clock import SystemClock
from models.flight import FlightPhase
from models.height import Height, HeightSystem
from models.mission import Aircraft, Autopilot, FenceCircle, LostLink, Mission, MissionPlace
from models.mission.mission import MissionPoint

__all__ = ["GROUND_M", "HOME", "TERRAIN", "Flight", "aircraft_of", "flight", "mission"]

LON, LAT, GROUND_M = 106.65, 28.85, 600.0
HOME = MissionPlace(LON, LAT, Height(GROUND_M, HeightSystem.EGM96))
TERRAIN = Terrain("level", np.full((720, 720), GROUND_M, np.float32), 106.1, 29.5, 1 / 600)


def mission(
    autopilot: Autopilot,
    *,
    points: int = 3,
    step_deg: float = 0.001,
    lost_link: LostLink = LostLink.HOME,
    circles: tuple[FenceCircle, ...] = (FenceCircle(LON, LAT, 3000.0, is_inclusion=True),),
    home: MissionPlace = HOME,
) -> Mission:
    """Eastwards at 60 m above the ground, and home."""
    return Mission(
        name="east",
        points=tuple(
            MissionPoint(
                home.lon_deg + step_deg * at,
                home.lat_deg,
                Height(GROUND_M + 60.0, HeightSystem.EGM96),
            )
            for at in range(1, points + 1)
        ),
        speed_ms=10.0,
        home=home,
        climb_to_m=40.0,
        lost_link=lost_link,
        circles=circles,
        autopilot=autopilot,
    )


def aircraft_of(autopilot: Autopilot) -> Aircraft:
    """Of the catalogue."""
    return next(each for each in catalogue() if each.autopilot is autopilot)


@dataclass
class Flight:
    """Both ends."""

    link: MavlinkLink
    vehicle: SimulatedVehicle

    @property
    def phase(self) -> FlightPhase:
        state = self.link.state
        return FlightPhase.UNKNOWN if state is None else state.phase

    @property
    def lon_deg(self) -> float:
        state = self.link.state
        return HOME.lon_deg if state is None or state.lon_deg is None else state.lon_deg

    async def until(self, holds: Callable[[], bool], within_s: float = 40.0) -> None:
        async with asyncio.timeout(within_s):
            while not holds():  # noqa: ASYNC110 -- telemetry has no event
                await asyncio.sleep(0.02)

    async def until_phase(self, phase: FlightPhase, within_s: float = 40.0) -> None:
        await self.until(lambda: self.phase is phase, within_s)

    async def standing(self) -> None:
        """It has told all that a start needs."""

        def holds() -> bool:
            state = self.link.state
            return (
                state is not None
                and state.phase is FlightPhase.GROUND
                and state.lon_deg is not None
                and state.battery_share is not None
            )

        await self.until(holds)


@asynccontextmanager
async def flight(
    quirks: Quirks | Habits,
    *,
    speedup: float = 60.0,
    settings: Settings | None = None,
    expected: Autopilot | None = None,
    terrain: Terrain | None = TERRAIN,
    follows_terrain: bool = False,
) -> AsyncIterator[Flight]:
    """Open both, and close both."""
    habits_are_px4 = quirks in (Quirks.PX4, Quirks.LOSSY)
    autopilot = (
        quirks.autopilot
        if isinstance(quirks, Habits)
        else (Autopilot.PX4 if habits_are_px4 else Autopilot.ARDUPILOT)
    )
    port = _free()
    clock = SystemClock()
    link = MavlinkLink(
        MavlinkWire(f"udpin:127.0.0.1:{port}", clock=clock),
        aircraft_of(expected or autopilot),
        HeightDesk(TERRAIN),
        terrain,
        clock,
        follows_terrain=follows_terrain,
    )
    vehicle = SimulatedVehicle(
        f"udpout:127.0.0.1:{port}",
        aircraft_of(autopilot),
        HOME,
        quirks=quirks,
        terrain=TERRAIN,
        speedup=speedup,
        random=Random(7),
        settings=settings,
    )
    async with link, vehicle:
        yield Flight(link, vehicle)


def _free() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
