"""What flying takes from a battery, as shares of a full one in a second, by airspeed and climb.

Power is one over the endurance that was measured at an airspeed, straight between two of them: the
power curve of every aircraft bends upwards, so a straight line is never below it. Faster than the
fastest that was measured it grows with the cube of the airspeed, which is all drag. Slower than the
slowest, hovering is taken a fifth dearer: measured hovering is 1.1 to 1.2 times the least power.

Climbing adds weight times height. A battery's figures do not tell the weight, but a multirotor's
power in a hover does: the air that it moves down, 4 to 6 m/s, over the share of 0.5 to 0.7 that its
rotors bring into the air (momentum theory: Leishman, Principles of Helicopter Aerodynamics, 2nd
ed., 2.3 to 2.8). So climbing at 8 m/s costs a hover's power once more, or less. Coming down is
taken as dear as level flight: what it saves is not counted on.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.errors import InputRefused
from models.mission import Aircraft
from models.units import FloatArray

__all__ = ["PowerCurve", "limit_of", "power_of"]

HOVER_TIMES: Final = 1.2
CLIMB_OF_A_HOVER_MS: Final = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class PowerCurve:
    """Power by airspeed.

    Attributes:
        airspeed_ms: (n,) rising from 0.
        share_per_s: (n,) of a full battery, > 0.
    """

    airspeed_ms: FloatArray
    share_per_s: FloatArray

    def at(self, airspeed_ms: FloatArray) -> FloatArray:
        """Power in level flight at airspeeds >= 0."""
        level: FloatArray = np.interp(airspeed_ms, self.airspeed_ms, self.share_per_s)
        fastest_ms = self.airspeed_ms[-1]
        if fastest_ms == 0.0:
            return level
        beyond: FloatArray = np.maximum(airspeed_ms / fastest_ms, 1.0) ** 3
        return level * beyond

    def most_between(self, low_ms: FloatArray, high_ms: FloatArray) -> FloatArray:
        """Most power at any airspeed between two."""
        most = np.maximum(self.at(low_ms), self.at(high_ms))
        for airspeed_ms, share_per_s in zip(self.airspeed_ms, self.share_per_s, strict=True):
            inside = (low_ms < airspeed_ms) & (airspeed_ms < high_ms)
            most = np.where(inside, np.maximum(most, share_per_s), most)
        return most

    @property
    def hover_share_per_s(self) -> float:
        """Power standing in still air."""
        return float(self.share_per_s[0])

    @property
    def climb_share_per_m(self) -> float:
        """What a metre of climbing costs more than flying level for as long."""
        return self.hover_share_per_s / CLIMB_OF_A_HOVER_MS


def power_of(aircraft: Aircraft) -> PowerCurve:
    """The power curve of an aircraft.

    Raises:
        InputRefused: its battery is not known (``aircraft_without_limit``).
    """
    if not aircraft.battery:
        raise _unknown(aircraft, "battery")
    points = sorted(aircraft.battery, key=lambda point: point.airspeed_ms)
    airspeed_ms = [point.airspeed_ms for point in points]
    share_per_s = [1.0 / point.endurance_s for point in points]
    if airspeed_ms[0] > 0.0:
        airspeed_ms.insert(0, 0.0)
        share_per_s.insert(0, HOVER_TIMES * share_per_s[0])
    return PowerCurve(np.array(airspeed_ms), np.array(share_per_s))


def limit_of(aircraft: Aircraft, name: str) -> float:
    """A limit that must be known.

    Raises:
        InputRefused: it is not (``aircraft_without_limit``).
    """
    value: float | None = getattr(aircraft, name)
    if value is None:
        raise _unknown(aircraft, name)
    return value


def _unknown(aircraft: Aircraft, name: str) -> InputRefused:
    return InputRefused(
        f"The {aircraft.name} has no {name}.",
        remedy="Enter its limits from the maker's manual; nothing is assumed.",
        code="aircraft_without_limit",
    )
