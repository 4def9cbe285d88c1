"""Whether a helicopter can take water at a point, and how long its rounds are.

A round is fill, flight, drop, flight. Each flight takes as long as its distance at cruise, or as
its height at the rate of climb, whichever is longer: beside a steep wall the machine circles.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from models.config import HelicopterRule
from models.land import LandFeature, LostBecause
from models.units import FloatArray

__all__ = ["months_of", "number_of", "round_minutes", "shortcomings"]

MONTHS: Final = range(1, 13)


def round_minutes(
    helicopter: HelicopterRule, distance_m: FloatArray, climb_m: FloatArray
) -> FloatArray:
    """Minutes of a round between water and fire.

    Args:
        helicopter: that flies.
        distance_m: over ground, of any shape.
        climb_m: height between them, up or down, of the same shape; NaN where it is not known: it
            then sets no time.
    """
    cruising = distance_m / (helicopter.cruise_km_h * 1000.0 / 60.0)
    climbing = np.abs(climb_m) / (helicopter.climb_m_s * 60.0)
    minutes: FloatArray = (
        2.0 * np.fmax(cruising, climbing) + helicopter.fill_minutes + helicopter.drop_minutes
    )
    return minutes


def shortcomings(feature: LandFeature, helicopter: HelicopterRule) -> Iterator[LostBecause]:
    """Why a helicopter cannot take water there, whatever the month and the fire.

    Nothing is held against a point for free ground or wires that nobody has stated; water of a
    depth that nobody has stated is no water to send a machine to.
    """
    depth_m = number_of(feature, "depth_m")
    if math.isnan(depth_m):
        yield LostBecause.DEPTH_UNKNOWN
    elif depth_m < helicopter.needs_depth_m:
        yield LostBecause.DEPTH
    if feature.properties.get("wires") is True and not _text_of(feature, "approach"):
        yield LostBecause.WIRES
    if number_of(feature, "clear_radius_m") < helicopter.clear_radius_m:
        yield LostBecause.CLEARANCE
    if feature.properties.get("state") in ("unusable", "planned"):
        yield LostBecause.STATE


def months_of(feature: LandFeature) -> frozenset[int]:
    """Months in which it may be used, first and last included; from 11 to 4 goes over the year.

    Where only one end is stated the other is that of the year; without both it is the whole year.
    """
    first, last = (
        _month_of(feature, "usable_from_month", 1),
        _month_of(feature, "usable_to_month", 12),
    )
    if first <= last:
        return frozenset(range(first, last + 1))
    return frozenset(month for month in MONTHS if month >= first or month <= last)


def number_of(feature: LandFeature, key: str) -> float:
    """A number among its facts; NaN when nobody has stated one."""
    value = feature.properties.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value)


def _month_of(feature: LandFeature, key: str, otherwise: int) -> int:
    value = number_of(feature, key)
    return int(value) if value in MONTHS else otherwise


def _text_of(feature: LandFeature, key: str) -> str:
    value = feature.properties.get(key)
    return value.strip() if isinstance(value, str) else ""
