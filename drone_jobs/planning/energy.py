"""How long a way takes an aircraft in wind, and what share of its battery.

The wind triangle gives each segment's airspeed. The wished ground speed is kept where airspeed,
climb and descent allow it. At a corner the aircraft keeps what of its speed points along the next
segment, v cos(turn), and nothing from a right angle on; before and behind it slows and gains speed
at its acceleration, as far as the segment is long. A way begins and ends standing still, so the
parts of a flight never cost less alone than together.

Energy is on the safe side: while the speed changes, the most power at any airspeed passed through,
and a climb that slows the aircraft saves nothing of the power of its wished speed. See
:mod:`drone_jobs.planning.battery` for power.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from drone_jobs.planning.battery import limit_of, power_of
from models.mission import Aircraft, AirWind
from models.units import FloatArray

__all__ = ["LegCost", "climb_and_land", "fly_cost"]

STRAIGHT: Final = math.cos(math.radians(5.0))  # what turns by more is stopped at
STILL_M: Final = 1e-9  # shorter is no segment
LANDING_M: Final = 5.0  # of the last descent are flown slowly
LANDING_MS: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class LegCost:
    """What a way costs.

    Attributes:
        duration_s: inf where it cannot be flown.
        energy_share: of a full battery; inf where it cannot be flown.
        speeds_ms: (n - 1,) ground speed kept on each segment, along the way where it is vertical;
            the wished one where a segment has no length; all 0 where the wind is too strong.
    """

    duration_s: float
    energy_share: float
    speeds_ms: FloatArray


def fly_cost(
    aircraft: Aircraft, wind: AirWind, way_m: FloatArray, speed_ms: float | FloatArray
) -> LegCost:
    """Price a way.

    Args:
        aircraft: with its limits known.
        wind: the same all along the way.
        way_m: (n, 3) metres east, north, up; n >= 2.
        speed_ms: wished ground speed, > 0; of each segment (n - 1,), or of all.

    Returns:
        Infinite where the wind is as strong as the fastest the aircraft can fly through the air: it
        could not even hold its place. In less wind it gets anywhere.

    Raises:
        InputRefused: a limit is not known (``aircraft_without_limit``).
    """
    fastest_ms = limit_of(aircraft, "most_airspeed_ms")
    climb_ms, descent_ms = limit_of(aircraft, "climb_ms"), limit_of(aircraft, "descent_ms")
    power = power_of(aircraft)
    if wind.speed_ms >= fastest_ms:
        return LegCost(math.inf, math.inf, np.zeros(len(way_m) - 1))
    step = np.diff(np.asarray(way_m, float), axis=0)
    level_m, up_m = np.hypot(step[:, 0], step[:, 1]), step[:, 2]
    told = np.array(np.broadcast_to(speed_ms, len(step)), float)
    moves = (level_m > STILL_M) | (np.abs(up_m) > STILL_M)
    level_m, up_m, step = level_m[moves], up_m[moves], step[moves]
    ordered = told[moves]
    if not len(step):
        return LegCost(0.0, 0.0, told)
    is_level = level_m > STILL_M
    rise_s = np.abs(up_m) / np.where(up_m > 0.0, climb_ms, descent_ms)
    towards_deg = math.radians(wind.from_deg + 180.0)
    wind_ms = wind.speed_ms * np.array([math.sin(towards_deg), math.cos(towards_deg)])
    ahead = np.where(is_level[:, None], step[:, :2] / np.maximum(level_m, STILL_M)[:, None], 0.0)
    helping = ahead @ wind_ms
    across_2 = wind.speed_ms**2 - helping**2
    # The wind triangle, solved for the ground speed at the fastest airspeed.
    wished = np.minimum(ordered, helping + np.sqrt(fastest_ms**2 - across_2))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cruise = np.where(is_level, np.minimum(wished, level_m / rise_s), 0.0)
        told[moves] = np.where(is_level, cruise, np.abs(up_m) / rise_s)
    entry, exit_ = _corner_speeds(ahead, cruise, level_m, aircraft.acceleration_ms2)
    top, slow_s, even_s = _times(level_m, cruise, entry, exit_, aircraft.acceleration_ms2)

    def airspeed(ground_ms: FloatArray) -> FloatArray:
        square = ground_ms**2 - 2.0 * ground_ms * helping + wind.speed_ms**2
        speed: FloatArray = np.sqrt(np.maximum(square, 0.0))
        return speed

    slowest = np.minimum(entry, exit_)
    # Along the wind the airspeed first falls and then grows: its least lies where both are equal.
    least = airspeed(np.clip(helping, slowest, top))
    most = np.maximum(airspeed(slowest), airspeed(top))
    slowed = np.where(is_level & (cruise < wished), power.at(airspeed(wished)), 0.0)
    changing = np.maximum(power.most_between(least, most), slowed)
    # A vertical segment has no top speed: its airspeed is the wind's.
    even = np.maximum(power.at(airspeed(top)), slowed)
    even_s = np.where(is_level, even_s, rise_s)
    share = changing * slow_s + even * even_s + power.climb_share_per_m * np.maximum(up_m, 0.0)
    return LegCost(float((slow_s + even_s).sum()), float(share.sum()), told)


def climb_and_land(aircraft: Aircraft, up_m: float) -> LegCost:
    """Straight up from home before a flight and down again behind it, in still air.

    Args:
        aircraft: with its limits known.
        up_m: from the ground to the height of the flight; below zero (a flight that is lower than
            home) is as zero.

    Raises:
        InputRefused: a limit is not known (``aircraft_without_limit``).
    """
    climb_ms, descent_ms = limit_of(aircraft, "climb_ms"), limit_of(aircraft, "descent_ms")
    power = power_of(aircraft)
    high_m = max(up_m, 0.0)
    slow_m = min(high_m, LANDING_M)
    rise_s = _straight_s(high_m, climb_ms, aircraft.acceleration_ms2)
    fall_s = _straight_s(high_m - slow_m, descent_ms, aircraft.acceleration_ms2)
    landing_s = slow_m / min(LANDING_MS, descent_ms)
    duration_s = rise_s + fall_s + landing_s
    share = duration_s * power.hover_share_per_s + high_m * power.climb_share_per_m
    return LegCost(duration_s, share, np.array([climb_ms, descent_ms]))


def _straight_s(length_m: float, speed_ms: float, acceleration_ms2: float) -> float:
    """Time from standing to standing."""
    top_ms = min(speed_ms, math.sqrt(length_m * acceleration_ms2))
    return 0.0 if top_ms == 0.0 else length_m / top_ms + top_ms / acceleration_ms2


def _corner_speeds(
    ahead: FloatArray, cruise: FloatArray, level_m: FloatArray, acceleration_ms2: float
) -> tuple[FloatArray, FloatArray]:
    """Ground speed at which each segment is entered and left; standing at ends and bends.

    Missions stop at every bend, see :mod:`drone_jobs.missions.of_plan`.
    """
    along = (ahead[:-1] * ahead[1:]).sum(axis=1)  # 0 beside a vertical one
    along = np.where(along < STRAIGHT, 0.0, along)
    corner = [0.0, *(np.minimum(cruise[:-1], cruise[1:]) * along), 0.0]
    gained = 2.0 * acceleration_ms2 * level_m
    for k, gain in enumerate(gained):  # no faster than it can have become,
        corner[k + 1] = min(corner[k + 1], math.sqrt(corner[k] ** 2 + gain))
    for k in range(len(gained) - 1, -1, -1):  # nor than it can still slow down from
        corner[k] = min(corner[k], math.sqrt(corner[k + 1] ** 2 + gained[k]))
    speeds = np.array(corner)
    return speeds[:-1], speeds[1:]


def _times(
    level_m: FloatArray,
    cruise: FloatArray,
    entry: FloatArray,
    exit_: FloatArray,
    acceleration_ms2: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Top speed of each segment, seconds of changing speed and seconds at the top speed."""
    reached = np.sqrt(acceleration_ms2 * level_m + (entry**2 + exit_**2) / 2.0)
    top = np.minimum(cruise, reached)
    slow_s = np.maximum(2.0 * top - entry - exit_, 0.0) / acceleration_ms2
    slow_m = (2.0 * top**2 - entry**2 - exit_**2) / (2.0 * acceleration_ms2)
    even_m = np.maximum(level_m - slow_m, 0.0)
    even_s = np.divide(even_m, top, out=np.zeros_like(top), where=top > 0.0)
    return top, slow_s, even_s
