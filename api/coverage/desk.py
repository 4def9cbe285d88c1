"""What the network sees, computed beside the watch and kept: one tower after another.

The first time a tower costs a tenth of a second to some tenths, and is kept in the data folder;
afterwards a hundred of them are read in a second. Everything runs in one thread of low priority,
never on the event loop, and the watch does not wait for it.
"""

import asyncio
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from geo.coverage import Coverage, Grid, TowerView, ViewShelf, land_cells, together, view_from
from geo.coverage.blind import Cells
from geo.horizon import HorizonBook
from geo.terrain import METRES_PER_DEGREE, Heights, Terrain
from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound, WatchError
from models.land import LandFeature, Layer
from models.site import Camera, CameraKind
from models.store import Store

__all__ = ["REACH_M", "CoverageDesk", "CoverageState", "Network", "be_nice", "grid_of", "towers_of"]

_logger = logging.getLogger(__name__)
REACH_M: Final = 20_000.0
"""As far as places are told at all; see :class:`geo.locate.Locator`."""

MOST_CELLS: Final = 1_000_000
FINEST_M: Final = 30.0
LOOK_EVERY_S: Final = 10.0
LAND_EVERY_S: Final = 300.0
NICE: Final = 10


class CoverageState(StrEnum):
    """How far it is."""

    NO_TERRAIN = "no_terrain"
    NO_TOWERS = "no_towers"
    COMPUTING = "computing"
    READY = "ready"


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What the towers see together, and what it was made of.

    Attributes:
        version: differs when relief, towers or land do.
        coverage: of all towers.
        ground_m: heights of the cells.
        land: cells that count.
        views: of each tower; None for one that stands on no known ground.
        cameras: the towers, in the same order.
    """

    version: str
    coverage: Coverage
    ground_m: Heights
    land: Cells
    views: tuple[TowerView | None, ...]
    cameras: tuple[Camera, ...]

    @property
    def without_ground(self) -> list[str]:
        """Keys of towers that see nothing for want of ground below them."""
        return [
            camera.camera_id
            for camera, view in zip(self.cameras, self.views, strict=True)
            if view is None
        ]


@dataclass(slots=True, eq=False)
class _Work:
    """Cells and towers on the way to a network."""

    grid: Grid
    ground_m: Heights
    land: Cells
    sign: str
    shelf: ViewShelf
    views: dict[str, TowerView | None]


def towers_of(cameras: Sequence[Camera]) -> tuple[Camera, ...]:
    """Cameras that look over the land."""
    return tuple(camera for camera in cameras if camera.kind is CameraKind.TOWER)


def grid_of(
    terrain: Terrain, land: Sequence[LandFeature], towers: Sequence[Camera], reach_m: float
) -> Grid:
    """Cells for a district: its townships, or what its towers reach; at most a million.

    Args:
        terrain: no cell lies outside it.
        land: features of all layers.
        towers: at least one.
        reach_m: how far they look.

    Raises:
        InputRefused: nothing of it lies on the terrain; ``coverage_size``.
    """
    units = [each.geometry for each in land if each.layer is Layer.TOWNSHIP]
    if units:
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(units))
    else:
        places = [tower.position for tower in towers]
        tall = reach_m / METRES_PER_DEGREE
        lats = [place.lat_deg for place in places]
        wide = tall / max(0.01, float(np.cos(np.radians(max(map(abs, lats))))))
        lons = [place.lon_deg for place in places]
        west, east, south, north = (
            min(lons) - wide,
            max(lons) + wide,
            min(lats) - tall,
            max(lats) + tall,
        )
    bounds = terrain.bounds_deg
    west, south = max(west, bounds[0]), max(south, bounds[1])
    east, north = min(east, bounds[2]), min(north, bounds[3])
    area_m2 = max(east - west, 0.0) * max(north - south, 0.0) * METRES_PER_DEGREE**2
    cell_m = max(terrain.cell_m, FINEST_M, float(np.sqrt(area_m2 / MOST_CELLS)) * 1.001)
    return Grid.of((west, south, east, north), cell_m)


class CoverageDesk:
    """Of one installation.

    Args:
        store: towers and land.
        clock: the installation's.
        terrain: None where no relief is loaded: nothing is computed.
        horizons: profiles around the towers.
        folder: where what is computed is kept.
        on_ready: called in the desk's thread with each new network.

    Attributes:
        reach_m: how far towers look.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        terrain: Terrain | None,
        horizons: HorizonBook | None,
        folder: Path,
        on_ready: Callable[[Network], None] = lambda _network: None,
    ) -> None:
        self._store = store
        self._terrain = terrain
        self._horizons = horizons
        self._folder = folder
        self._clock = clock
        self._on_ready = on_ready
        self._work: _Work | None = None
        self._land: list[LandFeature] = []
        self._land_at_s = -np.inf
        self._network: Network | None = None
        self._told = ""
        self.reach_m = REACH_M
        self.done, self.total = 0, 0
        self.state = CoverageState.NO_TERRAIN if terrain is None else CoverageState.COMPUTING

    @property
    def network(self) -> Network:
        """What the towers see; the one before while another is computed.

        Raises:
            NotFound: no relief is loaded (``no_terrain``), or there is no tower (``no_towers``).
            Conflict: it is still being computed; ``coverage_pending``.
        """
        if self._network is not None:
            return self._network
        if self.state is CoverageState.NO_TERRAIN:
            raise NotFound("No relief is loaded.", code="no_terrain")
        if self.state is CoverageState.NO_TOWERS:
            raise NotFound("No tower stands on the relief.", code="no_towers")
        raise Conflict(
            f"What the towers see is being computed: {self.done} of {self.total}.",
            remedy="Ask again in some seconds.",
            code="coverage_pending",
        )

    @property
    def ready(self) -> Network | None:
        """The network, None while there is none."""
        return self._network

    async def run(self) -> None:
        """Keep the network up to date until cancelled."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="coverage", initializer=be_nice)
        try:
            while True:
                busy = await asyncio.get_running_loop().run_in_executor(pool, self.step)
                await self._clock.sleep(0.0 if busy else LOOK_EVERY_S)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def step(self) -> bool:
        """Do a little, at most one tower; whether there is more to do."""
        if self._terrain is None or self._horizons is None:
            return False
        try:
            return self._step(self._terrain, self._horizons)
        except (WatchError, OSError, MemoryError) as error:
            if str(error) != self._told:
                self._told = str(error)
                _logger.warning("what the towers see is not computed now: %s", error)
            return False

    def _step(self, terrain: Terrain, horizons: HorizonBook) -> bool:
        now_s = self._clock.monotonic_s()
        if now_s - self._land_at_s >= LAND_EVERY_S:
            self._land, self._land_at_s = self._store.land.all(), now_s
        cameras = towers_of(self._store.cameras.all())
        if not cameras:
            self._network, self.state = None, CoverageState.NO_TOWERS
            return False
        work = self._work_for(terrain, cameras)
        keys = [repr(camera.position) for camera in cameras]
        missing = [
            camera for camera, key in zip(cameras, keys, strict=True) if key not in work.views
        ]
        self.total, self.done = len(cameras), len(cameras) - len(missing)
        if missing:
            self.state = CoverageState.COMPUTING
            work.views[repr(missing[0].position)] = self._view(work, horizons, missing[0])
            self.done += 1
            return True
        version = _digest(work.sign, *keys)
        if self._network is None or self._network.version != version:
            work.views = {key: work.views[key] for key in keys}
            views = tuple(work.views[key] for key in keys)
            coverage = together(work.grid, work.ground_m, views)
            work.shelf.tidy(camera.position for camera in cameras)
            self._network = Network(version, coverage, work.ground_m, work.land, views, cameras)
        elif self._network.cameras != cameras:  # a name, or where a preset looks
            before = self._network
            self._network = Network(
                version, before.coverage, before.ground_m, before.land, before.views, cameras
            )
        else:
            self.state = CoverageState.READY
            return False
        self.state = CoverageState.READY
        self._told = ""
        self._on_ready(self._network)
        return False

    def _work_for(self, terrain: Terrain, cameras: tuple[Camera, ...]) -> _Work:
        grid = grid_of(terrain, self._land, cameras, self.reach_m)
        units = [
            shapely.to_wkb(each.geometry) for each in self._land if each.layer is Layer.TOWNSHIP
        ]
        sign = _digest(terrain.fingerprint, terrain.name, repr(grid), *map(repr, units))
        work = self._work
        if work is None or work.sign != sign:
            work = self._work = _Work(
                grid,
                grid.ground_m(terrain),
                land_cells(grid, self._land),
                sign,
                ViewShelf(self._folder, terrain, grid, self.reach_m),
                {},
            )
        return work

    def _view(self, work: _Work, horizons: HorizonBook, camera: Camera) -> TowerView | None:
        kept = work.shelf.get(camera.position)
        if kept is not None:
            return kept
        try:
            horizon = horizons.horizon(camera.position)
        except InputRefused:  # its height says nothing here
            return None
        if horizon is None:
            return None
        view = view_from(work.grid, work.ground_m, camera.position, horizon, self.reach_m)
        if view is not None:
            work.shelf.put(view)
        return view


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def be_nice() -> None:
    """Let the watch's threads go first; Linux knows a priority of each thread."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
