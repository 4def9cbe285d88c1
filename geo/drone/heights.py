"""How high a drone flies: several chains of heights, each with its datum and its error.

A barometer tells the height above the place of take-off, and relief tells how high that place is:
the better chain, when the place is known. Satellites tell a height above the ellipsoid; drones
without RTK write it as one above sea level after a geoid of their own, or do not: photos of the
same maker differ by the whole geoid. With RTK it is ellipsoidal and good. Which one was used is
told, and so are chains that contradict each other.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from geo.crs import Height, HeightSystem, LocalFrame, Origin, Wgs84, above_sea_m
from geo.terrain import Terrain
from models.errors import InputRefused

__all__ = ["DroneHeight", "HeightChain", "ReportedHeights", "RtkState", "drone_height"]

BAROMETER_SIGMA_M: Final = 7.0  # drifts by 5 to 10 m within a flight
GNSS_SIGMA_M: Final = 20.0  # of an unknown share of datum: photos are seen 30 m off
RTK_SIGMA_M: Final = 1.0
NEARBY_M: Final = 500.0
APART_SIGMAS: Final = 1.0
APART_LEAST_M: Final = 15.0


class RtkState(StrEnum):
    """What DJI's ``RtkFlag`` says of the satellites' height."""

    NONE = "none"  # no RTK: a height like one above sea level
    SINGLE = "single"  # with RTK but not by it: nobody can say above what its height is
    FLOAT = "float"  # 34
    FIXED = "fixed"  # 50


class HeightChain(StrEnum):
    """How a height above sea level was come by, the best first."""

    RTK = "rtk"
    TAKE_OFF = "take_off"  # relief at the place of take-off, and the barometer
    NEARBY = "nearby"  # the same, the place taken to be within 500 m
    GNSS = "gnss"


@dataclass(frozen=True, slots=True)
class ReportedHeights:
    """What a drone tells.

    Attributes:
        absolute_m: by its satellites; None when it is not told.
        relative_m: above the place of take-off, by its barometer.
        rtk: what the absolute height is above.
        rtk_sigma_m: standard deviation that RTK tells of its height.
    """

    absolute_m: float | None = None
    relative_m: float | None = None
    rtk: RtkState = RtkState.NONE
    rtk_sigma_m: float | None = None


@dataclass(frozen=True, slots=True)
class DroneHeight:
    """A height above sea level.

    Attributes:
        height_m: above sea level.
        sigma_m: one standard deviation.
        chain: how it was come by.
        above_ground_m: above the relief below the drone; NaN where that is not known.
        others: the chains that were not used, the surer first.
        contradicted_by: those of them that are too far off to be meant.
    """

    height_m: float
    sigma_m: float
    chain: HeightChain
    above_ground_m: float
    others: tuple["DroneHeight", ...] = ()

    @property
    def contradicted_by(self) -> tuple["DroneHeight", ...]:
        """Other chains that lie further off than their errors explain, and at least 15 m."""
        return tuple(
            other
            for other in self.others
            if abs(other.height_m - self.height_m)
            > max(APART_LEAST_M, APART_SIGMAS * math.hypot(other.sigma_m, self.sigma_m))
        )

    def other_reads_as_ellipsoidal(self, other: "DroneHeight", geoid_m: float) -> bool:
        """Whether a height of satellites that contradicts this one fits as one above the ellipsoid.

        Args:
            other: one of :attr:`others`.
            geoid_m: height of sea level above the ellipsoid there, see :func:`geo.crs.geoid_m`.
        """
        off_m = abs(other.height_m - geoid_m - self.height_m)
        is_far = other in self.contradicted_by and other.chain is HeightChain.GNSS
        return is_far and off_m < max(APART_LEAST_M, 2.0 * self.sigma_m)


def drone_height(
    reported: ReportedHeights,
    place: tuple[float, float],
    terrain: Terrain,
    take_off: tuple[float, float] | None = None,
) -> DroneHeight:
    """The surest height of a drone.

    Args:
        reported: by the drone.
        place: longitude and latitude of the drone, WGS 84.
        terrain: below it.
        take_off: longitude and latitude of where it took off; None when nobody knows.

    Raises:
        InputRefused: no height can be made of what is told (``drone_height_missing``), the relief
            does not know the place of take-off (``drone_take_off``), RTK's height is above the
            ellipsoid where the geoid is not known (``geoid_outside``), or the surest is not known
            to be above the ground (``drone_low``).
    """
    ground_m = terrain.height_at(*place)
    found = sorted(
        (
            DroneHeight(height_m, sigma_m, chain, height_m - ground_m)
            for chain, height_m, sigma_m in (
                *_by_barometer(reported, place, terrain, take_off),
                *_by_satellites(reported, place),
            )
        ),
        key=lambda each: each.sigma_m,
    )
    if not found:
        raise InputRefused(
            "It tells no height that can be used.",
            remedy="State where it took off (--takeoff), or take the original file.",
            code="drone_height_missing",
        )
    best, *others = found
    if best.above_ground_m < best.sigma_m:
        raise InputRefused(
            f"The drone is {best.above_ground_m:.1f} m above the ground by a height that is known "
            f"to {best.sigma_m:.0f} m.",
            remedy="Nothing can be placed from there; look whether the place of take-off is right.",
            code="drone_low",
        )
    return DroneHeight(best.height_m, best.sigma_m, best.chain, best.above_ground_m, tuple(others))


_Chain = tuple[HeightChain, float, float]


def _by_barometer(
    reported: ReportedHeights,
    place: tuple[float, float],
    terrain: Terrain,
    take_off: tuple[float, float] | None,
) -> list[_Chain]:
    if reported.relative_m is None:
        return []
    above = Height(reported.relative_m, HeightSystem.TAKE_OFF)
    if take_off is None:
        near_m, spread_m = _ground_nearby(place, terrain)
        if math.isnan(near_m):
            return []
        chain, sigma_m = HeightChain.NEARBY, math.hypot(BAROMETER_SIGMA_M, spread_m)
    else:
        near_m = terrain.height_at(*take_off)
        if math.isnan(near_m):
            raise InputRefused(
                "The relief does not know the height of the place of take-off.",
                remedy="Look at the place, or import relief that holds it.",
                code="drone_take_off",
            )
        chain, sigma_m = HeightChain.TAKE_OFF, BAROMETER_SIGMA_M
    height_m = above_sea_m(above, Wgs84.at(*place), Origin(take_off_m=near_m))
    return [(chain, height_m, sigma_m)]


def _by_satellites(reported: ReportedHeights, place: tuple[float, float]) -> list[_Chain]:
    if reported.absolute_m is None or reported.rtk is RtkState.SINGLE:
        return []
    if reported.rtk is RtkState.NONE:
        height = Height(reported.absolute_m, HeightSystem.EGM96)
        return [(HeightChain.GNSS, above_sea_m(height, Wgs84.at(*place)), GNSS_SIGMA_M)]
    height = Height(reported.absolute_m, HeightSystem.ELLIPSOID)
    sigma_m = max(RTK_SIGMA_M, reported.rtk_sigma_m or 0.0)
    return [(HeightChain.RTK, above_sea_m(height, Wgs84.at(*place)), sigma_m)]


def _ground_nearby(place: tuple[float, float], terrain: Terrain) -> tuple[float, float]:
    """Median and standard deviation of the ground within :data:`NEARBY_M`; NaN when unknown."""
    across = np.linspace(-NEARBY_M, NEARBY_M, 21)
    x_m, y_m = np.meshgrid(across, across)
    inside = np.hypot(x_m, y_m) <= NEARBY_M
    ground = terrain.height_at(*LocalFrame(*place).to_lonlat(x_m[inside], y_m[inside]))
    if np.isnan(ground).mean() > 0.5:
        return math.nan, math.nan
    return float(np.nanmedian(ground)), float(np.nanstd(ground))
