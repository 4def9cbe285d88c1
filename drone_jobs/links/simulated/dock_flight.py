"""How the aircraft of a simulated dock moves: straight from point to point, with pictures.

No physics: constant speed over ground, a battery that empties evenly. What matters is that place,
height, battery and the order of events are such as a real flight has.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from drone_jobs.heights import HeightDesk
from models.height import HeightSystem
from models.mission import Action, ActionKind, Mission

__all__ = ["Flight", "Picture", "Spot"]

_METRES_A_DEGREE: Final = 111_320.0
_CLIMB_MS: Final = 5.0
_NEAR_S: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the air.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height_m: above the ellipsoid.
    """

    lon_deg: float
    lat_deg: float
    height_m: float

    def far_m(self, other: "Spot") -> float:
        """Horizontal distance, on a plane: flights are a few kilometres long."""
        east_m, north_m = _offset_m(self, other)
        return math.hypot(east_m, north_m)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that was taken.

    Attributes:
        flown_s: of the flight, since its take-off.
        spot: where.
        yaw_deg: of nose and gimbal, true north.
        pitch_deg: of the gimbal, -90 straight down.
    """

    flown_s: float
    spot: Spot
    yaw_deg: float
    pitch_deg: float


@dataclass(frozen=True, slots=True)
class _Leg:
    to: Spot
    speed_ms: float
    point: int | None = None  # of the mission, that it leads to
    actions: tuple[Action, ...] = ()


@dataclass(slots=True)
class Flight:
    """One flight from its dock back to it.

    Attributes:
        home: of the dock.
        climb_to_m: above the dock, before the first point.
        return_to_m: above the dock, on the way back.
        speed_ms: of the way back.
        spot: where it is.
        flown_s: since the take-off.
        point: of the mission that it flies to, from 0.
        pictures: taken so far.
        is_returning: whether it is on its way back.
    """

    home: Spot
    climb_to_m: float
    return_to_m: float
    speed_ms: float
    spot: Spot
    _legs: list[_Leg]
    flown_s: float = 0.0
    point: int = 0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    ground_ms: float = 0.0
    climb_ms: float = 0.0
    pictures: list[Picture] = field(default_factory=list)
    is_returning: bool = False
    _every_m: float = 0.0
    _every_s: float = 0.0
    _since_m: float = 0.0
    _since_s: float = 0.0

    @classmethod
    def of(cls, mission: Mission, home: Spot, desk: HeightDesk) -> "Flight":
        """A flight that has not begun.

        Raises:
            InputRefused: a height cannot be converted (``height_*``).
        """
        speed_ms = mission.speed_ms or 10.0
        climb_to_m = mission.climb_to_m or 20.0
        legs = [_Leg(Spot(home.lon_deg, home.lat_deg, home.height_m + climb_to_m), speed_ms)]
        for at, point in enumerate(mission.points):
            height_m = desk.to(point.height, point.lon_deg, point.lat_deg, HeightSystem.ELLIPSOID)
            spot = Spot(point.lon_deg, point.lat_deg, height_m)
            legs.append(_Leg(spot, point.speed_ms or speed_ms, at, point.actions))
        return cls(home, climb_to_m, mission.return_to_m or climb_to_m, speed_ms, home, legs)

    @property
    def is_over(self) -> bool:
        """Whether it stands in its dock again, or has nothing left to fly."""
        return not self._legs

    @property
    def home_s(self) -> float:
        """Seconds that the way back takes from here."""
        high_m = max(self.spot.height_m, self.home.height_m + self.return_to_m)
        up_s = (high_m - self.spot.height_m) / _CLIMB_MS
        down_s = (high_m - self.home.height_m) / _CLIMB_MS
        return up_s + self.spot.far_m(self.home) / self.speed_ms + down_s

    def turn_home(self) -> None:
        """Leave the mission and fly back: up, across, down."""
        if self.is_returning:
            return
        self.is_returning = True
        self._every_m = self._every_s = 0.0
        high_m = max(self.spot.height_m, self.home.height_m + self.return_to_m)
        self._legs = [
            _Leg(Spot(self.spot.lon_deg, self.spot.lat_deg, high_m), self.speed_ms),
            _Leg(Spot(self.home.lon_deg, self.home.lat_deg, high_m), self.speed_ms),
            _Leg(self.home, self.speed_ms),
        ]

    def hover(self, duration_s: float) -> None:
        """Stay for a while."""
        self.flown_s += duration_s
        self.ground_ms = self.climb_ms = 0.0

    def fly(self, duration_s: float) -> None:
        """Fly on for a while; at the last point of the mission it turns home by itself."""
        left_s = duration_s
        while left_s > _NEAR_S and not self.is_over:
            left_s -= self._along(left_s)
            if not self._legs and not self.is_returning:
                self.turn_home()

    def _along(self, most_s: float) -> float:
        """Fly on this leg, for so long at most; the seconds that it took."""
        leg = self._legs[0]
        far_m, up_m = self.spot.far_m(leg.to), leg.to.height_m - self.spot.height_m
        leg_s = max(far_m / leg.speed_ms, abs(up_m) / _CLIMB_MS)
        took_s = min(most_s, leg_s)
        share = 1.0 if leg_s <= most_s else took_s / leg_s
        if far_m > 0.01:
            east_m, north_m = _offset_m(self.spot, leg.to)
            self.yaw_deg = math.degrees(math.atan2(east_m, north_m)) % 360.0
        if leg_s > 0.0:
            self.ground_ms, self.climb_ms = far_m / leg_s, up_m / leg_s
        before = self.spot
        self.spot = leg.to if share == 1.0 else _between(before, leg.to, share)
        self.flown_s += took_s
        self._take_pictures(before, took_s)
        if share == 1.0:
            del self._legs[0]
            self._reached(leg)
        return took_s

    def _reached(self, leg: _Leg) -> None:
        if leg.point is not None:
            self.point = leg.point + 1
        self._do(leg.actions)

    def _do(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action.kind:
                case ActionKind.PHOTO:
                    self._take(self.spot, self.flown_s)
                case ActionKind.PHOTO_EVERY_M:
                    self._every_m, self._since_m = action.value, 0.0
                case ActionKind.PHOTO_EVERY_S:
                    self._every_s, self._since_s = action.value, 0.0
                case ActionKind.GIMBAL:
                    self.pitch_deg = action.value
                case ActionKind.YAW:
                    self.yaw_deg = action.value % 360.0
                case ActionKind.HOVER:
                    self.flown_s += action.value
                case _:
                    pass  # a video, a zoom: nothing of it is told

    def _take_pictures(self, before: Spot, took_s: float) -> None:
        far_m = before.far_m(self.spot)
        for every, since, whole in (
            (self._every_m, self._since_m, far_m),
            (self._every_s, self._since_s, took_s),
        ):
            if every > 0.0 and whole > 0.0:
                for number in range(1, int((since + whole) / every) + 1):
                    share = (number * every - since) / whole
                    spot = _between(before, self.spot, share)
                    self._take(spot, self.flown_s - took_s * (1.0 - share))
        if self._every_m > 0.0:
            self._since_m = (self._since_m + far_m) % self._every_m
        if self._every_s > 0.0:
            self._since_s = (self._since_s + took_s) % self._every_s

    def _take(self, spot: Spot, flown_s: float) -> None:
        self.pictures.append(Picture(flown_s, spot, self.yaw_deg, self.pitch_deg))


def _offset_m(one: Spot, other: Spot) -> tuple[float, float]:
    shrink = math.cos(math.radians((one.lat_deg + other.lat_deg) / 2))
    east_m = (other.lon_deg - one.lon_deg) * _METRES_A_DEGREE * shrink
    return east_m, (other.lat_deg - one.lat_deg) * _METRES_A_DEGREE


def _between(one: Spot, other: Spot, share: float) -> Spot:
    return Spot(
        one.lon_deg + (other.lon_deg - one.lon_deg) * share,
        one.lat_deg + (other.lat_deg - one.lat_deg) * share,
        one.height_m + (other.height_m - one.height_m) * share,
    )
