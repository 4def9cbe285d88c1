"""Longitude and latitude that know which system they are in.

Four systems look alike and differ by up to a kilometre: WGS 84 (GNSS, GeoJSON), CGCS2000 (the
state's layers; within a few decimetres of WGS 84 here), GCJ-02 (AMap, Tencent, DataV; half a
kilometre off) and BD-09 (Baidu; one kilometre). Each is a type of its own, so that a checker, and
:func:`geo.crs.to_wgs84` at run time, can tell them apart.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["Bd09", "Cgcs2000", "Gcj02", "Place", "Wgs84", "checked", "in_china"]

CHINA_DEG = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the rectangle inside which GCJ-02 is shifted at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Places on Earth in one of the systems below; never made itself.

    Attributes:
        lon_deg: longitudes, float64 of any shape; a number becomes an array without dimensions.
        lat_deg: latitudes, of the same shape.

    Raises:
        InputRefused: a value is not finite, not on Earth, or lies in China only when longitude and
            latitude are exchanged (``coordinates_swapped``); the shapes differ.
    """

    abroad: ClassVar[bool] = False
    """Whether the system is defined outside China."""

    lon_deg: FloatArray
    lat_deg: FloatArray

    def __post_init__(self) -> None:
        """Take numbers too, and refuse what cannot be meant."""
        lon_deg, lat_deg = checked(self.lon_deg, self.lat_deg)
        object.__setattr__(self, "lon_deg", lon_deg)
        object.__setattr__(self, "lat_deg", lat_deg)
        abroad = ~in_china(lon_deg, lat_deg)
        if not abroad.any():
            return
        example = f"{lon_deg[abroad][0]:.10g}, {lat_deg[abroad][0]:.10g}"
        if bool(np.any(abroad & in_china(lat_deg, lon_deg))):
            raise InputRefused(
                f"{example} lies in China only with longitude and latitude exchanged.",
                remedy="Give longitude first, then latitude.",
                code="coordinates_swapped",
            )
        if not bool(np.all((np.abs(lon_deg) <= 180.0) & (np.abs(lat_deg) <= 90.0))):
            raise InputRefused(
                f"{example} is not a longitude and a latitude in degrees.",
                remedy="Say which coordinate system metres are in, or give degrees.",
                code="coordinates_range",
            )
        if not self.abroad:
            raise InputRefused(
                f"{example} is not in China, and {type(self).__name__} is not defined elsewhere.",
                remedy="Look which coordinate system the values are in.",
                code="coordinates_abroad",
            )

    @property
    def pair(self) -> tuple[float, float]:
        """Longitude and latitude of a single place, as numbers."""
        return self.lon_deg.item(), self.lat_deg.item()

    @classmethod
    def at(cls, lon_deg: float | FloatArray, lat_deg: float | FloatArray) -> Self:
        """Places from numbers or arrays."""
        return cls(np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64))


class Wgs84(Place):
    """EPSG:4326, in the order longitude, latitude: what everything inside works with."""

    __slots__ = ()
    abroad = True


class Cgcs2000(Place):
    """EPSG:4490, equal to WGS 84 within a few decimetres here; no better is published."""

    __slots__ = ()


class Gcj02(Place):
    """What AMap, Tencent, DataV and the phones' map libraries give."""

    __slots__ = ()


class Bd09(Place):
    """What Baidu gives."""

    __slots__ = ()


def checked(first: float | FloatArray, second: float | FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both as float64 arrays of one shape.

    Raises:
        InputRefused: the shapes differ or a value is not finite.
    """
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.shape != other.shape:
        raise InputRefused(
            f"Coordinates of shapes {one.shape} and {other.shape} do not belong together.",
            code="coordinates_shape",
        )
    if not bool(np.all(np.isfinite(one) & np.isfinite(other))):
        raise InputRefused(
            "A coordinate is not a finite number.",
            remedy="Take the empty or broken rows out.",
            code="coordinates_range",
        )
    return one, other


def in_china(lon_deg: FloatArray, lat_deg: FloatArray) -> NDArray[np.bool_]:
    """Whether places lie in the rectangle around China; bool of the same shape."""
    west, south, east, north = CHINA_DEG
    across = (west <= lon_deg) & (lon_deg <= east)
    return across & (south <= lat_deg) & (lat_deg <= north)
