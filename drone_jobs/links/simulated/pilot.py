"""Flies the simulated aircraft: its mission item by item, home, down; in simulated time.

Each order is a generator that moves the body a step at a time, so a pause only stops asking it and
another mode throws it away. A mission that was left is taken up again at the item where it was.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from drone_jobs.links.simulated.body import Body, metres_per_degree
from drone_jobs.links.simulated.camera import CameraOrders, Picture
from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.held_items import HeldItem
from drone_jobs.links.simulated.modes import Mode
from drone_jobs.links.simulated.parameters import Parameters
from models.mission import Autopilot

__all__ = ["Pilot", "Place"]

_SPOOL_S: Final = 1.0
_LAST_M: Final = 10.0  # above ground, from which a landing is slow
_SLOW_MS: Final = 1.0
_TURN_DEG_S: Final = 60.0
_LAG_M: Final = 3.0  # behind the height above terrain, from which it flies slower
_CRASH_M: Final = 1.0  # below the ground
_TERRAIN: Final = frozenset({10, 11})
_ABOVE_HOME: Final = frozenset({3, 6})
_MOST_JUMP_M: Final = 20_000_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """Home.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        above_sea_m: ground, EGM96.
    """

    lon_deg: float
    lat_deg: float
    above_sea_m: float


class Pilot:
    """Steers.

    Args:
        body: that is flown.
        autopilot: whose ways.
        speed_ms: cruise speed.
        settings: at which shares of the battery it turns home.
        parameters: as they are set now.
        home: where it starts.
        mission: items that it holds now, home's included.
        ground: true height of the ground at a longitude and latitude.
        grid: what it knows of that itself; NaN where nothing.

    Attributes:
        mode: now.
        is_armed: motors turn.
        is_airborne: it flies.
        is_paused: stays in place within its mission.
        is_landing: on the way down.
        is_complete: its mission was flown to the end.
        is_crashed: for good.
        awaits_ground: stands still in the air, since it does not know the ground ahead.
        may_take_off: it was told to.
        index: of the item that it does.
        reached: items that were reached and not told yet.
        pictures: that were taken and not told yet.
        frames: moments of videos that were recorded and not shown yet.
        texts: severity and words that were not told yet.
        time_s: simulated, since the start.
    """

    def __init__(
        self,
        body: Body,
        *,
        autopilot: Autopilot,
        speed_ms: float,
        settings: Settings,
        parameters: Parameters,
        home: Place,
        mission: Callable[[], list[HeldItem]],
        ground: Callable[[float, float], float],
        grid: Callable[[float, float], float],
    ) -> None:
        self.body, self.home, self.camera = body, home, CameraOrders()
        self.mode = Mode.MANUAL if autopilot is Autopilot.ARDUPILOT else Mode.HOLD
        self.is_armed = self.is_airborne = self.is_paused = self.is_landing = False
        self.is_complete = self.is_crashed = self.awaits_ground = self.may_take_off = False
        self.reached: list[int] = []
        self.pictures: list[Picture] = []
        self.frames: list[Picture] = []
        self.texts: list[tuple[int, str]] = []
        self.time_s = 0.0
        self._autopilot, self._settings, self._parameters = autopilot, settings, parameters
        self._cruise_ms = self._speed_ms = speed_ms
        self._mission, self._ground, self._grid = mission, ground, grid
        self._first = 1 if autopilot is Autopilot.ARDUPILOT else 0
        self.index = self._first
        self._deed: Iterator[None] | None = None
        self._dt_s = 0.0
        self._stood_s = 0.0  # on the ground since it flew

    @property
    def items(self) -> list[HeldItem]:
        """Of its mission, home's row left out."""
        return self._mission()[self._first :]

    @property
    def above_home_m(self) -> float:
        """Height above home."""
        return self.body.above_sea_m - self.home.above_sea_m

    def set_mode(self, mode: Mode) -> None:
        """Change what it does."""
        self.mode = mode
        self.is_paused = self.is_landing = self.awaits_ground = False
        deeds = {Mode.MISSION: self._fly, Mode.RETURN: self._return, Mode.LAND: self._land}
        if mode is Mode.MISSION and self.is_complete:
            self.restart()
        if mode in deeds:
            self._deed = deeds[mode]()
        else:
            self._deed = None
            self.body.stand()

    def arm(self) -> None:
        """Motors on; home is where it stands."""
        self.is_armed = True
        body = self.body
        self.home = Place(body.lon_deg, body.lat_deg, body.above_sea_m)
        if self.mode is Mode.MISSION and self.is_complete:
            self.restart()

    def disarm(self) -> None:
        """Motors off, on the ground; the mission is flown from its begin the next time."""
        self.is_armed = self.may_take_off = False
        self.is_complete = True

    def restart(self, index: int | None = None) -> None:
        """Fly the mission from an item, or from its begin; also when it was changed."""
        self.index = self._first if index is None else index
        self.is_complete = False
        self._speed_ms = self._cruise_ms
        self.camera.order()
        if self.mode is Mode.MISSION:
            self._deed = self._fly()

    def step(self, dt_s: float) -> None:
        """Let simulated time pass, at most some tenths of a second.

        Args:
            dt_s: > 0.
        """
        self.time_s += dt_s
        self._dt_s = dt_s
        if self.is_crashed or not self.is_armed:
            self._stand(dt_s)
            return
        self._stood_s = 0.0
        body = self.body
        before = (body.lon_deg, body.lat_deg, body.above_sea_m)
        starts = self.mode is Mode.MISSION and self.may_take_off
        if self._deed is None or self.is_paused or not (self.is_airborne or starts):
            body.stand()
        else:
            next(self._deed, None)
        if not self.is_airborne:
            return
        self.pictures += self.camera.step(body, before, self.time_s, dt_s)
        frame = self.camera.recorded(body, self.time_s, dt_s)
        if frame is not None:
            self.frames.append(frame)
        body.drain(dt_s)
        self._mind_battery()
        below_m = self._ground(body.lon_deg, body.lat_deg) - body.above_sea_m
        if body.battery_share <= 0.0 or (below_m > _CRASH_M and not self.is_landing):
            self._crash("battery empty" if body.battery_share <= 0.0 else "ground")

    def _stand(self, dt_s: float) -> None:
        """Somebody changes its battery."""
        after_s = self._settings.new_battery_after_s
        self._stood_s += dt_s
        if after_s is not None and self._stood_s >= after_s and not self.is_crashed:
            self.body.battery_share = 1.0

    def say(self, severity: int, text: str) -> None:
        """Keep words for the ground."""
        self.texts.append((severity, text))

    def _mind_battery(self) -> None:
        share = self.body.battery_share
        if share < self._settings.critical_share and self.mode is not Mode.LAND:
            self.say(2, "Battery critical: landing")
            self.set_mode(Mode.LAND)
        elif share < self._settings.low_share and self.mode not in {Mode.RETURN, Mode.LAND}:
            self.say(4, "Battery low: returning")
            self.set_mode(Mode.RETURN)

    def _crash(self, why: str) -> None:
        self.say(0, f"Crash: {why}")
        self.body.stand()
        self.body.above_sea_m = self._ground(self.body.lon_deg, self.body.lat_deg)
        self.is_crashed, self.is_airborne, self.is_armed = True, False, False

    def _fly(self) -> Iterator[None]:
        while self.index < len(self._mission()):
            item = self._mission()[self.index]
            self.body.climb_ms = 0.0
            yield from self._do(item)
            self.reached.append(self.index)
            self.index += 1
        self.is_complete = True
        self.camera.order()
        self.say(6, "Mission complete")
        if self._autopilot is Autopilot.PX4:
            self.set_mode(Mode.HOLD)

    def _do(self, item: HeldItem) -> Iterator[None]:
        first, second, third, _ = item.params
        if item.command == 22:
            yield from self._take_off(item)
        elif item.command in {16, 17, 19}:
            yield from self._waypoint(item)
        elif item.command == 20:
            self._is_px4_mode(Mode.RETURN)
            yield from self._return()
        elif item.command == 21:
            if item.has_place:
                yield from self._leg(item.lon_deg, item.lat_deg, self._level(), stops=True)
            yield from self._land()
        elif item.command == 93:
            yield from self._wait(first)
        elif item.command == 115:
            yield from self._turn(first)
        elif item.command == 178 and second > 0.0 and math.isfinite(second):
            self._speed_ms = second
        else:
            self._order_camera(item.command, first, second, third)

    def _is_px4_mode(self, mode: Mode) -> None:
        """PX4 leaves its mission mode for an order to come home; ArduCopter stays in it."""
        if self._autopilot is Autopilot.PX4:
            self.mode = mode

    def _order_camera(self, command: int, first: float, second: float, third: float) -> None:
        if command in {205, 1000} and math.isfinite(first):
            self.camera.pitch_deg = first
        elif command == 206:
            if third == 1.0 and first > 0.0:
                self._picture()
            self.camera.order(every_m=first if math.isfinite(first) else 0.0)
        elif command == 2000 and third == 1.0:
            self._picture()
        elif command == 2000:
            self.camera.order(every_s=max(second, 0.1) if math.isfinite(second) else 0.0)
        elif command == 2001:
            self.camera.order()
        elif command in {2500, 2501}:
            self.camera.is_recording = command == 2500

    def _picture(self) -> None:
        self.pictures.append(self.camera.take(self.body, self.time_s))

    def _take_off(self, item: HeldItem) -> Iterator[None]:
        body = self.body
        if not self.is_airborne:
            yield from self._wait(_SPOOL_S)
            self.is_airborne = True
        while math.isnan(self._wished_m(item)):
            yield
        top_m = self._wished_m(item)
        while not body.climb_to(max(top_m, body.above_sea_m), self._dt_s):
            yield
        yield

    def _waypoint(self, item: HeldItem) -> Iterator[None]:
        body = self.body
        self.is_airborne = True
        lon_deg, lat_deg = body.lon_deg, body.lat_deg
        if item.has_place:
            lon_deg, lat_deg = item.lon_deg, item.lat_deg
        hold_s = item.params[0] if item.command != 17 else math.inf
        stops = hold_s > 0.0 or self.index == len(self._mission()) - 1
        yield from self._leg(lon_deg, lat_deg, self._profile(item, lon_deg, lat_deg), stops=stops)
        yaw_deg = item.params[3]
        if self._autopilot is Autopilot.PX4 and item.command == 16 and math.isfinite(yaw_deg):
            yield from self._turn(yaw_deg)
        yield from self._wait(hold_s)

    def _wait(self, duration_s: float) -> Iterator[None]:
        self.body.climb_ms = 0.0
        until_s = self.time_s + duration_s
        while self.time_s < until_s:
            self.body.stand()
            yield

    def _turn(self, to_deg: float) -> Iterator[None]:
        if math.isfinite(to_deg):
            left_deg = abs((to_deg - self.body.heading_deg + 180.0) % 360.0 - 180.0)
            yield from self._wait(left_deg / _TURN_DEG_S)
            self.body.heading_deg = to_deg % 360.0

    def _wished_m(self, item: HeldItem) -> float:
        """Height above sea that an item names, where it is flown to."""
        if item.frame in _TERRAIN:
            return self._grid(self.body.lon_deg, self.body.lat_deg) + item.z
        return item.z + (self.home.above_sea_m if item.frame in _ABOVE_HOME else 0.0)

    def _level(self) -> Callable[[float], float]:
        above_sea_m = self.body.above_sea_m
        return lambda _share: above_sea_m

    def _profile(self, item: HeldItem, lon_deg: float, lat_deg: float) -> Callable[[float], float]:
        """Height above sea by the share of a leg that is behind; NaN where it does not know."""
        body = self.body
        if item.frame not in _TERRAIN:
            begin_m, end_m = body.above_sea_m, self._wished_m(item)
            return lambda share: begin_m + (end_m - begin_m) * share
        from_lon, from_lat = body.lon_deg, body.lat_deg
        begin_m = body.above_sea_m - self._grid(from_lon, from_lat)

        def follow(share: float) -> float:
            here_m = self._grid(
                from_lon + (lon_deg - from_lon) * share, from_lat + (lat_deg - from_lat) * share
            )
            return here_m + begin_m + (item.z - begin_m) * share

        return follow

    def _leg(
        self, lon_deg: float, lat_deg: float, profile: Callable[[float], float], *, stops: bool
    ) -> Iterator[None]:
        body = self.body
        whole_m = self._apart_m(lon_deg, lat_deg)
        climb_s = 0.0
        while math.isnan(profile(0.0)) or math.isnan(profile(1.0)):
            self.awaits_ground = True
            body.stand()
            yield
        self.awaits_ground = False
        climb_s = body.least_s(profile(1.0) - profile(0.0))
        speed_ms = self._speed_ms if climb_s <= 0.0 else min(self._speed_ms, whole_m / climb_s)
        there = whole_m < 0.01 or speed_ms <= 0.0
        while True:
            share = 1.0 if there else 1.0 - self._apart_m(lon_deg, lat_deg) / whole_m
            wished_m = profile(min(max(share, 0.0), 1.0))
            self.awaits_ground = math.isnan(wished_m)
            if self.awaits_ground:
                body.stand()
                yield
                continue
            is_level = body.climb_to(wished_m, self._dt_s)
            if there and is_level:
                break
            if not there:
                lags = abs(wished_m - body.above_sea_m) > _LAG_M
                now_ms = speed_ms * (0.3 if lags else 1.0)
                there = body.towards(lon_deg, lat_deg, now_ms, self._dt_s, stops=stops)
            yield
        yield

    def _apart_m(self, lon_deg: float, lat_deg: float) -> float:
        east_m, north_m = metres_per_degree((self.body.lat_deg + lat_deg) / 2.0)
        return min(
            math.hypot(
                (lon_deg - self.body.lon_deg) * east_m, (lat_deg - self.body.lat_deg) * north_m
            ),
            _MOST_JUMP_M,
        )

    def _return(self) -> Iterator[None]:
        self.camera.order()
        self._speed_ms = self._cruise_ms
        body, home = self.body, self.home
        body.stand()
        top_m = max(body.above_sea_m, home.above_sea_m + self._parameters.return_to_m)
        while not body.climb_to(top_m, self._dt_s):
            yield
        yield from self._leg(home.lon_deg, home.lat_deg, self._level(), stops=True)
        yield from self._land()

    def _land(self) -> Iterator[None]:
        self.camera.order()
        self.is_landing = True
        body = self.body
        body.stand()
        ground_m = self._ground(body.lon_deg, body.lat_deg)
        while not body.climb_to(
            ground_m,
            self._dt_s,
            most_ms=_SLOW_MS if body.above_sea_m < ground_m + _LAST_M else math.inf,
        ):
            yield
        body.stand()
        self.is_airborne = self.is_landing = False
        self.say(6, "Landed")
        self.disarm()
