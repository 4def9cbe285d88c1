"""Profiles of every tower, read when a tower is first asked about and kept on disk.

A kept profile is mapped into memory: a watch of a hundred towers holds those parts of their
profiles that its cameras look at. It is named after the terrain, so that new relief never meets
profiles of the old, which are taken away.
"""

import logging
import math
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import uuid4

import numpy as np

from geo.crs import position_above_sea_m
from geo.horizon.ground import FINEST_CELL_M, PolarGround
from geo.horizon.horizon import Horizon
from geo.terrain import Terrain
from models.site import Position

__all__ = ["HorizonBook"]

_log = logging.getLogger(__name__)
_SUFFIX: Final = ".profile.npy"


class HorizonBook:
    """Profiles around towers on one terrain.

    Args:
        terrain: with a fingerprint when profiles shall be kept on disk.
        folder: where they are kept; None for memory alone.
        radius_m: how far they reach.
        in_memory: towers whose profiles stay open, the least used leaves.
    """

    def __init__(
        self,
        terrain: Terrain,
        *,
        folder: Path | None = None,
        radius_m: float = 20_000.0,
        in_memory: int = 32,
    ) -> None:
        self._terrain = terrain
        self._folder = folder if terrain.fingerprint else None
        self._radius_m = radius_m
        self._in_memory = in_memory
        self._lock = Lock()  # two that ask at once for one tower wait for one reading
        self._open: OrderedDict[tuple[float, float], PolarGround] = OrderedDict()

    def around(self, lon_deg: float, lat_deg: float) -> PolarGround:
        """The profiles around a tower."""
        tower = round(lon_deg, 7), round(lat_deg, 7)  # a centimetre
        with self._lock:
            ground = self._open.pop(tower, None) or self._kept(tower) or self._made(tower)
            self._open[tower] = ground
            if len(self._open) > self._in_memory:
                self._open.popitem(last=False)
            return ground

    def horizon(self, lens: Position) -> Horizon | None:
        """What a lens sees; None when the ground below it is not known.

        Raises:
            InputRefused: its height is above the ellipsoid where the geoid is not known.
        """
        ground = self.around(lens.lon_deg, lens.lat_deg)
        if math.isnan(ground.ground_m):
            return None
        return Horizon(ground, position_above_sea_m(lens, ground.ground_m))

    def _cell_m(self) -> float:
        return max(self._terrain.cell_m, FINEST_CELL_M)

    def _path(self, tower: tuple[float, float]) -> Path | None:
        if self._folder is None:
            return None
        place = f"{tower[0]:.7f}_{tower[1]:.7f}_{self._radius_m:.0f}_{self._cell_m():.2f}"
        return self._folder / f"{self._terrain.fingerprint}_{place}{_SUFFIX}"

    def _kept(self, tower: tuple[float, float]) -> PolarGround | None:
        path, cell_m = self._path(tower), self._cell_m()
        if path is None or not path.exists():
            return None
        try:
            values = np.load(path, mmap_mode="r", allow_pickle=False)
            if (values.shape, values.dtype) == (
                PolarGround.shape_for(cell_m, self._radius_m),
                np.float32,
            ):
                return PolarGround(values, cell_m / 2.0, cell_m)
        except (OSError, ValueError, EOFError):
            pass
        _log.warning("The profiles %s are damaged and are made again.", path.name)
        return None

    def _made(self, tower: tuple[float, float]) -> PolarGround:
        cell_m = self._cell_m()
        terrain = self._terrain.around(*tower, self._radius_m, cell_m)
        ground = PolarGround.of(terrain, self._radius_m)
        path = self._path(tower)
        if path is not None:
            self._keep(path, ground)
        return ground

    def _keep(self, path: Path, ground: PolarGround) -> None:
        """Write beside, then rename; a disk that is full costs time later and nothing else."""
        beside = path.with_name(f"{uuid4().hex}.being-written")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                np.save(file, ground.values_m, allow_pickle=False)
            beside.replace(path)
            for other in path.parent.glob(f"*{_SUFFIX}"):
                if not other.name.startswith(f"{self._terrain.fingerprint}_"):
                    other.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("Profiles cannot be kept in %s: %s.", path.parent, error.strerror)
            with suppress(OSError):
                beside.unlink(missing_ok=True)
