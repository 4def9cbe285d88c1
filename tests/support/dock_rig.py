"""A dock that is simulated and the link to it, over any bus."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mission_rig import GROUND_M, HOME, TAKE_OFF_M, desk, sample

from drone_jobs.links.dji.bus import Bus
from drone_jobs.links.dji.dock import DockLink
from drone_jobs.links.dji.settings import DockSettings
from drone_jobs.links.simulated.dock import SimulatedDock
from drone_jobs.links.simulated.dock_flight import Spot
from drone_jobs.links.simulated.dock_running import run_dock
from models.clock import SystemClock
from models.height import Height, HeightSystem
from models.mission import Autopilot, Mission, WpmlCodes

__all__ = ["AIRCRAFT", "DOCK", "QUICK", "Shelf", "dock_mission", "dock_of", "linked", "until"]

DOCK, AIRCRAFT = "7CTDM3D00B1234", "1581F5BMD228Q00A"
QUICK = DockSettings(answer_s=0.4, tries=5, heard_s=1.0, ready_s=3.0, fresh_s=20.0, home_tries=3)


def dock_mission() -> Mission:
    """A sweep that a dock's M3TD flies."""
    height = Height(GROUND_M + 90.0, HeightSystem.EGM96)
    mission = sample(Autopilot.DJI)
    points = tuple(replace(point, height=height) for point in mission.points[:-1])
    return replace(mission, points=points, wpml=WpmlCodes(91, 1, 81), fence=(), no_fly=())


@dataclass
class Shelf:
    """Serves files by URL, to whoever has the shelf."""

    files: dict[str, bytes] = field(default_factory=dict)

    async def put(self, name: str, content: bytes) -> str:
        url = f"http://127.0.0.1:9/{name}"
        self.files[url] = content
        return url


def dock_of(shelf: Shelf, **more: Any) -> SimulatedDock:  # noqa: ANN401 -- fields of the dock
    ellipsoid_m = desk().to(
        Height(TAKE_OFF_M, HeightSystem.EGM96), HOME[0], HOME[1], HeightSystem.ELLIPSOID
    )
    home = Spot(HOME[0], HOME[1], ellipsoid_m)
    return SimulatedDock(DOCK, AIRCRAFT, home, desk(), shelf.files.get, SystemClock().now(), **more)


@asynccontextmanager
async def linked(
    dock: SimulatedDock,
    shelf: Shelf,
    ours: Bus,
    theirs: Bus,
    *,
    settings: DockSettings = QUICK,
    speedup: float = 500.0,
    step_s: float = 1.0,
) -> AsyncIterator[DockLink]:
    """The dock lives on their bus, the link on ours."""
    clock = SystemClock()
    link = DockLink(ours, DOCK, AIRCRAFT, desk(), shelf.put, clock, settings)
    await link.open()
    life = asyncio.create_task(run_dock(dock, theirs, clock, step_s=step_s, speedup=speedup))
    try:
        await until(link.is_heard)
        yield link
    finally:
        life.cancel()
        with suppress(asyncio.CancelledError):
            await life
        await link.close()


async def until(holds: Callable[[], object], *, most_s: float = 10.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(most_s):
        while not holds():  # noqa: ASYNC110 -- what it waits for tells nobody
            await asyncio.sleep(0.002)
