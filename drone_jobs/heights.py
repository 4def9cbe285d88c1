"""Heights of missions from one system into another, and all four of a plan's points.

A mission keeps the datum that its file gave; a writer asks here for the one that its format has.
What is not known (ground below, place of take-off, geoid) is refused and never taken for 0: a
height above sea level that is written as one above the ellipsoid flies 26 to 43 m wrong here.
"""

import math
from dataclasses import dataclass

import numpy as np

from geo.crs import Wgs84, above_sea_m, geoid_m
from geo.terrain import Terrain
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.units import FloatArray

__all__ = ["FourHeights", "HeightDesk", "plan_heights"]


@dataclass(frozen=True, slots=True, eq=False)
class HeightDesk:
    """Converts heights at places.

    Attributes:
        terrain: elevation model above sea level, for heights above ground; None when there is none.
        take_off_above_sea_m: ground where the flight starts, for heights above it; None (or NaN, a
            void) when not known.
    """

    terrain: Terrain | None = None
    take_off_above_sea_m: float | None = None

    def to(self, height: Height, lon_deg: float, lat_deg: float, system: HeightSystem) -> float:
        """The same height measured from something else.

        Args:
            height: with its system.
            lon_deg: WGS 84, where it is.
            lat_deg: WGS 84.
            system: wished. The national system of 1985 is taken as EGM96.

        Returns:
            Metres.

        Raises:
            InputRefused: the ground (``height_no_ground``) or the take-off (``height_no_take_off``)
                is not known and needed, the geoid is not known there (``geoid_outside``), or
                nothing here is that high (``height_range``).
        """
        if height.system is system:
            return height.value_m
        sea_m = self.above_sea_m(height, lon_deg, lat_deg)
        if system is HeightSystem.ELLIPSOID:
            return sea_m + float(geoid_m(Wgs84.at(lon_deg, lat_deg)))
        if system is HeightSystem.GROUND:
            return sea_m - self.ground_m(lon_deg, lat_deg)
        if system is HeightSystem.TAKE_OFF:
            return sea_m - self.take_off_m()
        return sea_m

    def above_sea_m(self, height: Height, lon_deg: float, lat_deg: float) -> float:
        """Metres above sea level (EGM96); see :meth:`to`."""
        if height.system is HeightSystem.GROUND:
            ground_m = self.ground_m(lon_deg, lat_deg)
            height = Height(height.value_m + ground_m, HeightSystem.EGM96)
        elif height.system is HeightSystem.TAKE_OFF:
            height = Height(height.value_m + self.take_off_m(), HeightSystem.EGM96)
        return above_sea_m(height, Wgs84.at(lon_deg, lat_deg))

    def ground_m(self, lon_deg: float, lat_deg: float) -> float:
        """Ground above sea level.

        Raises:
            InputRefused: not known (``height_no_ground``).
        """
        ground_m = math.nan if self.terrain is None else self.terrain.height_at(lon_deg, lat_deg)
        if math.isnan(ground_m):
            raise InputRefused(
                f"The height of the ground at {lon_deg:.6f}, {lat_deg:.6f} is not known.",
                remedy="Import an elevation model of the place, or give heights above sea level.",
                code="height_no_ground",
            )
        return ground_m

    def take_off_m(self) -> float:
        """Ground at the place of take-off, above sea level.

        Raises:
            InputRefused: not known (``height_no_take_off``).
        """
        if self.take_off_above_sea_m is None or not math.isfinite(self.take_off_above_sea_m):
            raise InputRefused(
                "The height of the place of take-off is not known.",
                remedy="Say where the flight starts, on terrain that is known.",
                code="height_no_take_off",
            )
        return self.take_off_above_sea_m


@dataclass(frozen=True, slots=True, eq=False)
class FourHeights:
    """One height of each point, measured from four things.

    Attributes:
        above_sea_m: (n,) above sea level, EGM96.
        above_ground_m: (n,) above the elevation model.
        above_take_off_m: (n,) above the ground at home.
        ellipsoid_m: (n,) above the WGS 84 ellipsoid; all NaN where the geoid is not known.
    """

    above_sea_m: FloatArray
    above_ground_m: FloatArray
    above_take_off_m: FloatArray
    ellipsoid_m: FloatArray


def plan_heights(
    lon_deg: FloatArray,
    lat_deg: FloatArray,
    above_sea_m: FloatArray,
    terrain: Terrain,
    take_off_above_sea_m: float,
) -> FourHeights:
    """All four heights of points.

    Args:
        lon_deg: (n,) WGS 84.
        lat_deg: (n,).
        above_sea_m: (n,) planned.
        terrain: below them.
        take_off_above_sea_m: ground at home, finite.

    Raises:
        InputRefused: no ground below a point (``height_no_ground``), or no take-off
            (``height_no_take_off``).
    """
    ground_m = terrain.height_at(lon_deg, lat_deg)
    unknown = np.flatnonzero(np.isnan(ground_m))
    desk = HeightDesk(terrain, take_off_above_sea_m)
    if len(unknown) > 0:
        desk.ground_m(float(lon_deg[unknown[0]]), float(lat_deg[unknown[0]]))
    return FourHeights(
        above_sea_m,
        above_sea_m - ground_m,
        above_sea_m - desk.take_off_m(),
        above_sea_m + _geoid_m(lon_deg, lat_deg),
    )


def _geoid_m(lon_deg: FloatArray, lat_deg: FloatArray) -> FloatArray:
    """Of each place; NaN where any lies outside the table: a plan elsewhere can do without."""
    try:
        return geoid_m(Wgs84.at(lon_deg, lat_deg))
    except InputRefused:
        return np.full(len(lon_deg), math.nan)
