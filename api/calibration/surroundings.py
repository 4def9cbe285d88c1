"""What is known of the ground around one lens: its height, the terrain's skyline, and places."""

import threading
from collections import OrderedDict
from typing import Final

import numpy as np

from geo.calibration import Skyline, direction_of, skyline_around, skyline_of
from geo.camera import pixel_of_ray
from geo.crs import position_above_sea_m
from geo.horizon import HorizonBook
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position
from models.units import FloatArray

__all__ = ["Surroundings", "SurroundingsBook"]

BESIDE_DEG: Final = 15.0
"""A tilted or rolled camera sees further round at its corners than its field of view says."""
BESIDE_PICTURE: Final = 0.25

Line = list[tuple[float, float]]


class Surroundings:
    """Of one lens.

    Args:
        position: of the lens, as it is configured.
        terrain: None where no relief is loaded.
        horizons: profiles on it.

    Attributes:
        lens: its height above sea level.
        terrain_name: of the relief; empty without one.

    Raises:
        InputRefused: the lens's height above sea level cannot be told; a code ``height_origin``,
            ``geoid_outside`` or ``height_range``.
    """

    def __init__(
        self, position: Position, terrain: Terrain | None, horizons: HorizonBook | None
    ) -> None:
        self._position = position
        self._terrain = terrain
        self._horizons = horizons
        self._all_around: dict[float, Skyline | None] = {}
        self.terrain_name = "" if terrain is None else terrain.name
        self.lens = self.place(
            position.lon_deg, position.lat_deg, position.height_m, position.height_datum
        )

    def skyline(self, view: Pose, canopy_m: float) -> Skyline:
        """The terrain's over a view, to be fitted.

        Raises:
            InputRefused: there is no relief below the lens; a code ``calibration_no_terrain`` or
                ``skyline_terrain``.
        """
        if self._terrain is None:
            raise InputRefused(
                "No relief is loaded around this lens.",
                remedy="Import an elevation model, or calibrate by landmarks.",
                code="calibration_no_terrain",
            )
        return skyline_around(self._terrain, self._position, view, canopy_m=canopy_m)

    def place(
        self, lon_deg: float, lat_deg: float, height_m: float, datum: HeightDatum
    ) -> Position:
        """A place with its height above sea level.

        Raises:
            InputRefused: that height cannot be told, see :func:`above_sea_m`.
        """
        ground_m = None if self._terrain is None else self._terrain.height_at(lon_deg, lat_deg)
        sea_m = position_above_sea_m(Position(lon_deg, lat_deg, height_m, datum), ground_m)
        return Position(lon_deg, lat_deg, sea_m, HeightDatum.SEA_LEVEL)

    def skyline_in(self, pose: Pose, width_px: int, height_px: int, canopy_m: float) -> list[Line]:
        """The terrain's skyline as a picture of a pose shows it, in pieces; none without relief."""
        known = self._known(canopy_m)
        if known is None:
            return []
        azimuths, elevations = known.azimuth_deg, known.elevation_deg
        turns = (azimuths - pose.azimuth_deg + 180.0) % 360.0 - 180.0
        order = np.argsort(turns)
        order = order[np.abs(turns[order]) <= pose.horizontal_fov_deg / 2.0 + BESIDE_DEG]
        x_px, y_px = pixel_of_ray(azimuths[order], elevations[order], width_px, height_px, pose)
        return _pieces(x_px, y_px, width_px, height_px)

    def _known(self, canopy_m: float) -> Skyline | None:
        """All around, from the kept profiles; a little coarser than what is fitted."""
        if self._horizons is None:
            return None
        if canopy_m not in self._all_around:
            horizon = self._horizons.horizon(self._position)
            found = None if horizon is None else skyline_of(horizon, canopy_m)
            self._all_around = {canopy_m: found}  # of one height of trees at a time
        return self._all_around[canopy_m]

    def place_in(
        self, place: Position, pose: Pose, width_px: int, height_px: int
    ) -> tuple[float, float] | None:
        """Where a picture of a pose shows a place, whatever stands before it; None outside."""
        azimuth_deg, elevation_deg = direction_of(self.lens, place)
        x_px, y_px = pixel_of_ray(azimuth_deg, elevation_deg, width_px, height_px, pose)
        return (x_px, y_px) if 0 <= x_px <= width_px and 0 <= y_px <= height_px else None


class SurroundingsBook:
    """Surroundings of the lenses that somebody works at; from any thread.

    Args:
        in_memory: how many stay, the least used leaves.
    """

    def __init__(self, in_memory: int = 8) -> None:
        self._in_memory = in_memory
        self._known: OrderedDict[tuple[int, Position], Surroundings] = OrderedDict()
        self._lock = threading.Lock()

    def around(self, position: Position, locator: Locator) -> Surroundings:
        """Of a lens.

        Raises:
            InputRefused: as :class:`Surroundings`.
        """
        key = id(locator), position
        with self._lock:
            found = self._known.pop(key, None)
            if found is None:
                found = Surroundings(position, locator.terrain, locator.horizons)
            self._known[key] = found
            if len(self._known) > self._in_memory:
                self._known.popitem(last=False)
            return found


def _pieces(x_px: FloatArray, y_px: FloatArray, width_px: int, height_px: int) -> list[Line]:
    """Runs of points in and near the picture."""
    with np.errstate(invalid="ignore"):
        near = np.abs(x_px / width_px - 0.5) <= 0.5 + BESIDE_PICTURE
        near &= np.abs(y_px / height_px - 0.5) <= 0.5 + 2.0 * BESIDE_PICTURE
    pieces: list[Line] = []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], near, [False])).astype(np.int8)))
    for first, last in edges.reshape(-1, 2):
        points = zip(x_px[first:last].tolist(), y_px[first:last].tolist(), strict=True)
        pieces.append([(round(x, 1), round(y, 1)) for x, y in points])
    return pieces
