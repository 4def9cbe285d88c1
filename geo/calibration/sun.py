"""Where the sun stands, to a hundredth of a degree.

Meeus, Astronomical Algorithms (1998), chapter 25 (low accuracy, apparent place) with the
perturbations by Venus, Jupiter and the Moon of his Astronomical Formulae for Calculators (1982),
chapter 18; sidereal time of chapter 12; parallax of chapter 40. Refraction is that of chapter 16
(Saemundsson) for the air pressure at the lens's height; near the horizon it differs by a tenth from
day to day. Against other libraries: 0.003 degrees, 2020 to 2040.
"""

import math
from datetime import UTC, datetime
from typing import Final

from models.errors import InputRefused
from models.site import Position

__all__ = ["refraction_deg", "sun_direction"]

_J2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
DYNAMICAL_S: Final = 70.0
"""Terrestrial time less UTC: 69 s in 2020, and a few more by 2040."""
ABERRATION_DEG: Final = 0.00569
PARALLAX_DEG: Final = 8.794 / 3600.0
AIR_M: Final = 8_430.0
"""Over so many metres the pressure of the air falls to 1 / e."""


def sun_direction(place: Position, at: datetime) -> tuple[float, float]:
    """True azimuth and apparent elevation of the sun's middle, degrees, refraction in.

    Args:
        place: of the lens; its height only thins the air, whatever its datum.
        at: with a time zone.

    Raises:
        InputRefused: code ``sun_time``, the time has no zone.
    """
    if at.tzinfo is None:
        raise InputRefused(
            f"The time {at.isoformat()} has no zone.",
            remedy="Say which zone the camera's clock shows.",
            code="sun_time",
        )
    days = (at - _J2000).total_seconds() / 86_400.0
    ascension, declination, sidereal_deg = _equatorial(days)
    hour_angle = math.radians(sidereal_deg + place.lon_deg) - ascension
    latitude = math.radians(place.lat_deg)
    up = math.sin(latitude) * math.sin(declination)
    up += math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.cos(latitude) * math.sin(declination)
    north -= math.sin(latitude) * math.cos(declination) * math.cos(hour_angle)
    level = math.hypot(east, north)
    true_deg = math.degrees(math.atan2(up, level)) - PARALLAX_DEG * level
    azimuth_deg = math.degrees(math.atan2(east, north)) % 360.0 % 360.0
    return azimuth_deg, true_deg + refraction_deg(true_deg, place.height_m)


def refraction_deg(true_deg: float, height_m: float) -> float:
    """How much the air lifts what stands at a true elevation; nothing below -2 degrees.

    Args:
        true_deg: elevation without air.
        height_m: of the eye above sea level.
    """
    if true_deg < -2.0:
        return 0.0
    lift_deg = 1.02 / 60.0 / math.tan(math.radians(true_deg + 10.3 / (true_deg + 5.11)))
    return max(0.0, lift_deg) * math.exp(-max(0.0, height_m) / AIR_M)


def _equatorial(days: float) -> tuple[float, float, float]:
    """Apparent right ascension and declination, radians, and sidereal time at Greenwich, degrees.

    Args:
        days: of universal time since noon of 1 January 2000.
    """
    t = (days + DYNAMICAL_S / 86_400.0) / 36_525.0
    mean_deg = 280.46646 + 36_000.76983 * t + 0.0003032 * t * t
    anomaly = math.radians(357.52911 + 35_999.05029 * t - 0.0001537 * t * t)
    centre_deg = (1.914602 - 0.004817 * t) * math.sin(anomaly)
    centre_deg += (0.019993 - 0.000101 * t) * math.sin(2.0 * anomaly)
    centre_deg += 0.000289 * math.sin(3.0 * anomaly)
    node = math.radians(125.04 - 1934.136 * t)
    nutation_deg = -0.00478 * math.sin(node) - 0.00037 * math.sin(math.radians(2.0 * mean_deg))
    longitude_deg = mean_deg + centre_deg + _pulled_deg(t) + nutation_deg - ABERRATION_DEG
    longitude, obliquity = math.radians(longitude_deg), _obliquity(t, node)
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    sidereal_deg = 280.46061837 + 360.98564736629 * days + nutation_deg * math.cos(obliquity)
    return ascension, declination, sidereal_deg


def _pulled_deg(t: float) -> float:
    """What Venus (twice), Jupiter, the Moon and one long term do to the longitude.

    Args:
        t: centuries since 2000.
    """
    t += 1.0  # the terms count from 1900
    return (
        0.00134 * math.cos(math.radians(153.23 + 22_518.7541 * t))
        + 0.00154 * math.cos(math.radians(216.57 + 45_037.5082 * t))
        + 0.00200 * math.cos(math.radians(312.69 + 32_964.3577 * t))
        + 0.00179 * math.sin(math.radians(350.74 + 445_267.1142 * t - 0.00144 * t * t))
        + 0.00178 * math.sin(math.radians(231.19 + 20.20 * t))
    )


def _obliquity(t: float, node: float) -> float:
    return math.radians(23.4392911 - 0.0130042 * t + 0.00256 * math.cos(node))
