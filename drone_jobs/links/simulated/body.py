"""Where the simulated aircraft is, how it moves and what that takes from its battery.

Kinematic: straight lines at the speeds that the aircraft may fly, sped up and slowed down at its
acceleration, held back by the wind where that is stronger than the aircraft. Nothing swings.
"""

import math
from typing import Final

import numpy as np

from drone_jobs.planning.battery import limit_of, power_of
from models.mission import Aircraft, AirWind

__all__ = ["Body", "metres_per_degree"]

_EQUATOR_M: Final = 6_378_137.0  # WGS 84
_SQUARED: Final = 0.00669437999014  # of its first eccentricity
_LEAST_MS: Final = 0.2  # at which it creeps up to where it stops
_NEAR_M: Final = 1e-6


def metres_per_degree(lat_deg: float) -> tuple[float, float]:
    """Metres in a degree of longitude and of latitude, on the WGS 84 ellipsoid."""
    sine = math.sin(math.radians(lat_deg))
    flat = 1.0 - _SQUARED * sine * sine
    east_m = _EQUATOR_M / math.sqrt(flat) * math.cos(math.radians(lat_deg))
    north_m = _EQUATOR_M * (1.0 - _SQUARED) / flat**1.5
    return math.radians(east_m), math.radians(north_m)


class Body:
    """Moves in steps of simulated time.

    Args:
        aircraft: with its battery, climb and descent.
        lon_deg: WGS 84, where it stands.
        lat_deg: likewise.
        above_sea_m: EGM96.
        wind: that blows.

    Attributes:
        lon_deg: now.
        lat_deg: now.
        above_sea_m: now.
        east_ms: velocity.
        north_ms: velocity.
        climb_ms: velocity, above 0 upwards.
        heading_deg: nose, [0, 360).
        battery_share: left, [0, 1].

    Raises:
        InputRefused: the aircraft's battery, climb or descent is not known
            (``aircraft_without_limit``).
    """

    def __init__(
        self, aircraft: Aircraft, lon_deg: float, lat_deg: float, above_sea_m: float, wind: AirWind
    ) -> None:
        self.lon_deg, self.lat_deg, self.above_sea_m = lon_deg, lat_deg, above_sea_m
        self.east_ms = self.north_ms = self.climb_ms = 0.0
        self.heading_deg = 0.0
        self.battery_share = 1.0
        self._power = power_of(aircraft)
        self._most_climb_ms = limit_of(aircraft, "climb_ms")
        self._most_descent_ms = limit_of(aircraft, "descent_ms")
        self._most_airspeed_ms = aircraft.most_airspeed_ms or math.inf
        self._acceleration_ms2 = aircraft.acceleration_ms2
        towards = math.radians(wind.from_deg + 180.0)
        self._wind_east_ms = wind.speed_ms * math.sin(towards)
        self._wind_north_ms = wind.speed_ms * math.cos(towards)

    @property
    def ground_speed_ms(self) -> float:
        """Over ground."""
        return math.hypot(self.east_ms, self.north_ms)

    @property
    def airspeed_ms(self) -> float:
        """Through the air, level."""
        east_ms = self.east_ms - self._wind_east_ms
        return math.hypot(east_ms, self.north_ms - self._wind_north_ms)

    def towards(
        self, lon_deg: float, lat_deg: float, speed_ms: float, dt_s: float, *, stops: bool
    ) -> bool:
        """Fly a step level; the height stays as it is.

        Args:
            lon_deg: where to.
            lat_deg: where to.
            speed_ms: over ground, > 0.
            dt_s: length of the step, > 0.
            stops: whether it stands still there.

        Returns:
            Whether it is there.
        """
        scale_east, scale_north = metres_per_degree((self.lat_deg + lat_deg) / 2.0)
        east_m = (lon_deg - self.lon_deg) * scale_east
        north_m = (lat_deg - self.lat_deg) * scale_north
        apart_m = math.hypot(east_m, north_m)
        if apart_m < _NEAR_M:
            self._arrive(lon_deg, lat_deg, stops=stops)
            return True
        east, north = east_m / apart_m, north_m / apart_m
        had_ms = max(0.0, self.east_ms * east + self.north_ms * north)
        now_ms = min(had_ms + self._acceleration_ms2 * dt_s, speed_ms, self._most_ms(east, north))
        if stops:
            now_ms = min(now_ms, math.sqrt(2.0 * self._acceleration_ms2 * apart_m))
        now_ms = max(now_ms, min(_LEAST_MS, self._most_ms(east, north)))
        self.east_ms, self.north_ms = now_ms * east, now_ms * north
        self.heading_deg = math.degrees(math.atan2(east, north)) % 360.0
        share = now_ms * dt_s / apart_m
        if share >= 1.0:
            self._arrive(lon_deg, lat_deg, stops=stops)
            return True
        self.lon_deg += (lon_deg - self.lon_deg) * share
        self.lat_deg += (lat_deg - self.lat_deg) * share
        return False

    def climb_to(self, above_sea_m: float, dt_s: float, *, most_ms: float = math.inf) -> bool:
        """Climb or come down a step; True when it is there."""
        wished_m = above_sea_m - self.above_sea_m
        up_ms = min(self._most_climb_ms, most_ms)
        down_ms = min(self._most_descent_ms, most_ms)
        moved_m = min(max(wished_m, -down_ms * dt_s), up_ms * dt_s)
        self.climb_ms = moved_m / dt_s
        if moved_m == wished_m:
            self.above_sea_m = above_sea_m
            return True
        self.above_sea_m += moved_m
        return False

    def least_s(self, climb_m: float) -> float:
        """Time that a climb, or below 0 a descent, takes."""
        return climb_m / self._most_climb_ms if climb_m > 0.0 else -climb_m / self._most_descent_ms

    def stand(self) -> None:
        """Stay in place."""
        self.east_ms = self.north_ms = self.climb_ms = 0.0

    def drain(self, dt_s: float) -> None:
        """What a step in the air takes from the battery."""
        power = float(self._power.at(np.array([self.airspeed_ms]))[0])
        power += max(self.climb_ms, 0.0) * self._power.climb_share_per_m
        self.battery_share = max(0.0, self.battery_share - power * dt_s)

    @property
    def remaining_s(self) -> float:
        """That the battery lasts in a hover."""
        return self.battery_share / self._power.hover_share_per_s

    def _most_ms(self, east: float, north: float) -> float:
        """Fastest over ground in a direction; 0 where the wind is too strong for it."""
        if math.isinf(self._most_airspeed_ms):
            return math.inf
        along_ms = self._wind_east_ms * east + self._wind_north_ms * north
        across_ms = self._wind_east_ms * north - self._wind_north_ms * east
        if abs(across_ms) >= self._most_airspeed_ms:
            return 0.0
        return max(0.0, along_ms + math.sqrt(self._most_airspeed_ms**2 - across_ms**2))

    def _arrive(self, lon_deg: float, lat_deg: float, *, stops: bool) -> None:
        self.lon_deg, self.lat_deg = lon_deg, lat_deg
        if stops:
            self.east_ms = self.north_ms = 0.0
