"""Directions as people tell them: words of the compass, and degrees from magnetic north.

A compass needle points west of true north here, by 2.8 degrees in Qijiang: 490 m at 10 km. The
table holds the declination of the World Magnetic Model 2025 (NOAA and the British Geological
Survey, public domain) at 500 m above sea level, for 2025.0 and 2030.0; linear in between it agrees
with the model within 0.003 degrees. The model itself is off by 0.4 degrees (one sigma), steel and
power lines by more: both belong into the sigma of whoever reads a compass.
"""

import re
from datetime import UTC, datetime
from typing import Final

import numpy as np

from geo.crs import Wgs84
from models.errors import InputRefused
from models.units import FloatArray, wrap_bearing_deg

__all__ = ["MAGNETIC_SIGMA_DEG", "compass_word", "declination_deg", "true_from_magnetic"]

MAGNETIC_SIGMA_DEG: Final = 0.4
"""Of the model, for a compass that nothing disturbs."""

LON_DEG: Final = (105.0, 106.75, 108.5)
LAT_DEG: Final = (27.5, 28.875, 30.25)
YEARS: Final = (2025.0, 2030.0)
DECLINATION_DEG: Final = np.array(
    [
        [[-2.321, -2.669, -3.032], [-2.464, -2.839, -3.227], [-2.609, -3.011, -3.424]],
        [[-2.301, -2.668, -3.051], [-2.457, -2.850, -3.257], [-2.615, -3.034, -3.467]],
    ]
)
"""(year, latitude, longitude); negative is west."""

EIGHTH_SIGMA_DEG: Final = 13.0  # anywhere in an eighth of the circle: 45 / sqrt(12)
SIXTEENTH_SIGMA_DEG: Final = 8.0  # finer than people mean it
_CHINESE: Final = {"北": "N", "东": "E", "南": "S", "西": "W"}
_ENGLISH: Final = {"NORTH": "N", "EAST": "E", "SOUTH": "S", "WEST": "W"}
_POINTS: Final = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)


def declination_deg(place: Wgs84, at: datetime) -> float:
    """How far magnetic north lies from true north, negative to the west.

    Args:
        place: a single one.
        at: UTC.

    Raises:
        InputRefused: outside the table, or of the years 2025 to 2029; code ``declination_unknown``.
    """
    lon_deg, lat_deg = place.pair
    begins = datetime(at.year, 1, 1, tzinfo=UTC)
    year_s = (datetime(at.year + 1, 1, 1, tzinfo=UTC) - begins).total_seconds()
    year = at.year + (at - begins).total_seconds() / year_s
    inside = (
        LON_DEG[0] <= lon_deg <= LON_DEG[-1]
        and LAT_DEG[0] <= lat_deg <= LAT_DEG[-1]
        and YEARS[0] <= year <= YEARS[-1]
    )
    if not inside:
        raise InputRefused(
            "How far the compass points from true north is known here from 105 to 108.5 degrees "
            "east and 27.5 to 30.25 north, from 2025 to 2029.",
            remedy="Give the direction from true north.",
            code="declination_unknown",
        )
    share = (year - YEARS[0]) / (YEARS[1] - YEARS[0])
    now: FloatArray = DECLINATION_DEG[0] * (1.0 - share) + DECLINATION_DEG[1] * share
    rows = [float(np.interp(lon_deg, LON_DEG, row)) for row in now]
    return float(np.interp(lat_deg, LAT_DEG, rows))


def true_from_magnetic(bearing_deg: float, place: Wgs84, at: datetime) -> float:
    """The true bearing of one that was read from a compass, [0, 360).

    Raises:
        InputRefused: as for :func:`declination_deg`.
    """
    return wrap_bearing_deg(bearing_deg + declination_deg(place, at))


def compass_word(word: str) -> tuple[float, float]:
    """What a word of the compass means: bearing and standard deviation, degrees.

    Eight winds (东北, NE, north-east) and sixteen (北东北, 东偏北, NNE): a word says no more than a
    part of the circle.

    Raises:
        InputRefused: no such word; code ``direction_word``.
    """
    text = re.sub(r"[\s_\-正方向边面]", "", word.strip().upper())
    for names in (_ENGLISH, _CHINESE):
        for name, letter in names.items():
            text = text.replace(name, letter)
    leaning = re.fullmatch(r"([NESW])偏([NESW])", text)
    if leaning is not None:  # 东偏北: from east, half way to north-east
        text = 2 * leaning[1] + leaning[2]
    text = text.replace("偏", "")  # 东北偏东
    # Chinese names east or west first (东北 = NE), and sixteenths in either order.
    for point in _POINTS:
        if sorted(text) == sorted(point) and text:
            bearing_deg = _POINTS.index(point) * 22.5
            return bearing_deg, (SIXTEENTH_SIGMA_DEG if len(point) == 3 else EIGHTH_SIGMA_DEG)
    raise InputRefused(
        f"{word.strip()[:20]!r} is no direction of the compass.",
        remedy="Say 东北, 北东北, 东偏北, NE or NNE, or give degrees.",
        code="direction_word",
    )
