"""GCJ-02 and BD-09: the published distortions of Chinese map services, and their undoing.

Both are smooth shifts with known formulas. They are undone by applying them: a guess is corrected
by how far its image misses the value, which shrinks the miss a hundredfold and more each time.
Known from common knowledge only; no authority has published either. Checked against two independent
implementations.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from models.units import FloatArray

__all__ = ["bd09_to_gcj02", "gcj02_to_bd09", "gcj02_to_wgs84", "wgs84_to_gcj02"]

Pair = tuple[FloatArray, FloatArray]

KRASOVSKY_A_M: Final = 6_378_245.0
KRASOVSKY_E2: Final = 0.006_693_421_622_965_943_23
BAIDU_RATE: Final = np.pi * 3_000.0 / 180.0
ROUNDS: Final = 12
"""Of undoing; the slowest direction (beside 105 degrees east) gains a digit and a half in each."""


def wgs84_to_gcj02(lon_deg: FloatArray, lat_deg: FloatArray) -> Pair:
    """Shift as the map services do; in Qijiang some 380 m east and 350 m south."""
    x, y = lon_deg - 105.0, lat_deg - 35.0
    shared = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    east_m = (300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))) + (
        shared + _waves(x, ((20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0)))
    ) / 1.5
    north_m = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    ) + (shared + _waves(y, ((20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0)))) / 1.5
    latitude = np.radians(lat_deg)
    flattened = 1.0 - KRASOVSKY_E2 * np.sin(latitude) ** 2
    meridian_m = KRASOVSKY_A_M * (1.0 - KRASOVSKY_E2) / flattened**1.5
    parallel_m = KRASOVSKY_A_M / np.sqrt(flattened) * np.cos(latitude)
    return lon_deg + np.degrees(east_m / parallel_m), lat_deg + np.degrees(north_m / meridian_m)


def gcj02_to_wgs84(lon_deg: FloatArray, lat_deg: FloatArray) -> Pair:
    """Undo :func:`wgs84_to_gcj02`, to less than a thousandth of a millimetre."""
    return _undone(wgs84_to_gcj02, lon_deg, lat_deg)


def gcj02_to_bd09(lon_deg: FloatArray, lat_deg: FloatArray) -> Pair:
    """Baidu's further shift."""
    radius = np.hypot(lon_deg, lat_deg) + 2e-5 * np.sin(lat_deg * BAIDU_RATE)
    angle = np.arctan2(lat_deg, lon_deg) + 3e-6 * np.cos(lon_deg * BAIDU_RATE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon_deg: FloatArray, lat_deg: FloatArray) -> Pair:
    """Undo :func:`gcj02_to_bd09`, to less than a thousandth of a millimetre."""
    return _undone(gcj02_to_bd09, lon_deg, lat_deg)


def _waves(along: FloatArray, parts: tuple[tuple[float, float], ...]) -> FloatArray:
    """Sum of sines, each of an amplitude in metres and half a period in degrees."""
    total = np.zeros_like(along)
    for amplitude_m, half_period_deg in parts:
        total = total + amplitude_m * np.sin(np.pi * along / half_period_deg)
    return total


def _undone(
    distort: Callable[[FloatArray, FloatArray], Pair], lon_deg: FloatArray, lat_deg: FloatArray
) -> Pair:
    lon, lat = lon_deg, lat_deg
    for _ in range(ROUNDS):
        image_lon, image_lat = distort(lon, lat)
        lon, lat = lon + (lon_deg - image_lon), lat + (lat_deg - image_lat)
    return lon, lat
