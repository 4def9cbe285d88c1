"""When the sun rises and sets: its upper edge on a level horizon at sea level.

The middle of the sun then stands 50 arc minutes below the horizon without air: 34 for refraction
and 16 for its radius (Meeus, Astronomical Algorithms, 1998, chapter 15; the same as NOAA's and
almanacs'). Hills are not looked at. Where the sun does not cross the horizon on a day there is no
such moment.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from geo.calibration.sun import refraction_deg, sun_direction
from models.flight import SunEvent
from models.site import HeightDatum, Position

__all__ = ["crossings", "elevation_deg"]

HORIZON_DEG: Final = -50.0 / 60.0
_STEP: Final = timedelta(minutes=10)
_EXACT: Final = timedelta(seconds=1)
_LIFTED_DEG: Final = HORIZON_DEG + refraction_deg(HORIZON_DEG, 0.0)
"""What :func:`sun_direction` tells when the sun stands at the horizon so defined."""


def elevation_deg(lon_deg: float, lat_deg: float, at: datetime) -> float:
    """How high the sun's middle stands, refraction in; below 0 under the horizon.

    Args:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        at: UTC.
    """
    return sun_direction(Position(lon_deg, lat_deg, 0.0, HeightDatum.SEA_LEVEL), at)[1]


def crossings(
    event: SunEvent, lon_deg: float, lat_deg: float, from_at: datetime, until_at: datetime
) -> list[datetime]:
    """Sunrises or sunsets, to a second.

    Args:
        event: which.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        from_at: UTC.
        until_at: UTC, not included.

    Returns:
        UTC, rising. A sun that goes below for less than ten minutes, on the polar circle, may be
        left out.
    """

    def is_up(at: datetime) -> bool:
        return elevation_deg(lon_deg, lat_deg, at) >= _LIFTED_DEG

    count = max(0, -((from_at - until_at) // _STEP))
    moments = [from_at + _STEP * k for k in range(count)] + [until_at]
    ups = [is_up(at) for at in moments]
    found = []
    for (before, was_up), (after, now_up) in pairwise(zip(moments, ups, strict=True)):
        if was_up == now_up or now_up is not (event is SunEvent.SUNRISE):
            continue
        low, high = before, after
        while high - low > _EXACT:
            middle = low + (high - low) / 2
            if is_up(middle) == was_up:
                low = middle
            else:
                high = middle
        found.append(high)
    return [at.replace(microsecond=0) for at in found]
