"""The simulated vehicle without its wire: messages and the time go in, messages come out.

The flight runs in simulated time, ``speedup`` times as fast as the link's clock. Whatever races the
link (heartbeats, repeated requests, disarming by itself, a lost ground station) runs on the link's
clock and is not sped up, so that a fast flight needs no fast network.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.links.simulated.body import Body
from drone_jobs.links.simulated.camera import Picture
from drone_jobs.links.simulated.faults import Faults, Settings
from drone_jobs.links.simulated.fences import fence_trouble, mission_trouble
from drone_jobs.links.simulated.ground_grid import GroundGrid
from drone_jobs.links.simulated.held_items import FENCE, MISSION, HeldItem
from drone_jobs.links.simulated.modes import mode_of
from drone_jobs.links.simulated.orders import Orders
from drone_jobs.links.simulated.parameters import Parameters
from drone_jobs.links.simulated.pilot import Pilot, Place
from drone_jobs.links.simulated.plan_server import PlanServer
from drone_jobs.links.simulated.quirks import Habits
from drone_jobs.links.simulated.telling import INTERVALS_S, Telling
from drone_jobs.links.simulated.watching import Watching
from drone_jobs.links.simulated.words import COMPONENT, Message, mavlink
from geo.terrain import Terrain
from models.mission import Aircraft, Autopilot, MissionPlace

__all__ = ["Craft"]

_STEP_S: Final = 0.1  # of simulated time
_LONGEST_S: Final = 0.5  # of the link's time in one tick; what a stopped process missed is skipped
_ASK_GROUND_S: Final = 0.1
_FASTEST_S: Final = 0.02  # between two messages of a kind
_TERRAIN_FRAMES: Final = frozenset({10, 11})
_SAMPLE_M: Final = 500.0


class Craft:
    """One aircraft.

    Args:
        aircraft: with its battery, climb and descent.
        home: where it stands, with its height or on known terrain.
        habits: of its autopilot.
        terrain: true ground; None: level at home's height.
        speedup: simulated seconds in one of the link, > 0.
        settings: somebody's.
        random: decides which messages are lost.
        now_s: the link's clock.
        began_at: UTC at the begin of the simulated time.
        took: told of every picture, and of moments of a video.

    Attributes:
        faults: to be ordered.
        pilot: who flies, to be looked at.
        plans: that are held, to be looked at.

    Raises:
        InputRefused: the aircraft's figures (``aircraft_without_limit``) or the height of its home
            (``height_*``) are not known.
    """

    def __init__(
        self,
        aircraft: Aircraft,
        home: MissionPlace,
        *,
        habits: Habits,
        terrain: Terrain | None,
        speedup: float,
        settings: Settings,
        random: Random,
        now_s: float,
        began_at: datetime,
        took: Callable[[Picture], None] = lambda _picture: None,
    ) -> None:
        self.faults = Faults()
        self._took = took
        self._habits, self._speedup, self._random = habits, speedup, random
        self._terrain = terrain
        self._settings = settings
        self._now_s = now_s
        start = _home_place(home, terrain)
        self._grid = GroundGrid(start.lon_deg, start.lat_deg)
        self._lacks_grid = False  # blocks that the mission needs are to be found out
        parameters = Parameters(habits.autopilot, settings, habits.disarm_delay_s)
        body = Body(aircraft, start.lon_deg, start.lat_deg, start.above_sea_m, settings.wind)
        self.pilot = Pilot(
            body,
            autopilot=habits.autopilot,
            speed_ms=aircraft.speed_ms,
            settings=settings,
            parameters=parameters,
            home=start,
            mission=lambda: self.plans.lists[MISSION],
            ground=self.ground_m,
            grid=self._grid.height_at,
        )
        self.plans = PlanServer(
            habits,
            self.faults,
            home=self._home_item,
            feasible=self._trouble,
            changed=self._changed,
            started_s=now_s,
        )
        self._parameters = parameters
        self._orders = Orders(
            habits.autopilot,
            self.pilot,
            self.plans,
            parameters=parameters,
            faults=self.faults,
            settings=settings,
            waits_for_ground=self._waits_for_ground,
        )
        self._telling = Telling(
            habits,
            self.pilot,
            self.plans,
            grid=self._grid,
            faults=self.faults,
            settings=settings,
            began_at=began_at,
        )
        self._watching = Watching(habits.autopilot, self.pilot, self.plans, parameters)
        self._every_s = {
            number: every_s
            for number, every_s in INTERVALS_S.items()
            if every_s > 0.0 and self._telling.knows(number)
        }
        self._due_s = dict.fromkeys(self._every_s, now_s)
        self._asked_ground_s = now_s

    @property
    def system_id(self) -> int:
        """Of its messages."""
        return self._settings.system_id

    @property
    def utc(self) -> datetime:
        """Simulated moment."""
        return self._telling.utc_at(self.pilot.time_s)

    def ground_m(self, lon_deg: float, lat_deg: float) -> float:
        """True ground above sea level; level with home where nothing is known."""
        if self._terrain is not None:
            height_m = self._terrain.height_at(lon_deg, lat_deg)
            if not math.isnan(height_m):
                return height_m
        return self.pilot.home.above_sea_m

    def set_battery(self, share: float) -> None:
        """Make its battery hold another share, [0, 1]."""
        self.pilot.body.battery_share = min(max(share, 0.0), 1.0)

    def heard(self, message: Message, now_s: float) -> list[Message]:
        """Take a message from the link, and answer it; what is for others is passed over."""
        is_ours = int(getattr(message, "target_system", 0)) in {0, self.system_id}
        part = int(getattr(message, "target_component", 0))
        if not (is_ours and part in {0, COMPONENT}) or not self._passes():
            return []
        return self._sent(self._answer(message, now_s))

    def tick(self, now_s: float) -> list[Message]:
        """Let time pass until now, and tell what is due."""
        passed_s = min(max(now_s - self._now_s, 0.0), _LONGEST_S) * self._speedup
        self._now_s = now_s
        steps = math.ceil(passed_s / _STEP_S)
        for _ in range(steps):
            self.pilot.step(passed_s / steps)
            self._watching.look(now_s)
        self._watching.look(now_s)
        said = self.plans.tick(now_s) + self._events() + self._ask_ground(now_s)
        for number, due_s in self._due_s.items():
            if now_s >= due_s:
                said.append(self._telling.message(number))
                self._due_s[number] = max(due_s + self._every_s[number], now_s)
        return self._sent(said)

    def _answer(self, message: Message, now_s: float) -> list[Message]:
        kind = message.get_type()
        if kind in {"COMMAND_LONG", "COMMAND_INT"}:
            return self._command(message, now_s)
        if kind == "MISSION_SET_CURRENT":
            if int(message.seq) < len(self.plans.lists[MISSION]):
                self.pilot.restart(int(message.seq))
            return [self._telling.message(mavlink.MAVLINK_MSG_ID_MISSION_CURRENT)]
        if kind.startswith("PARAM_"):
            return self._parameters.heard(message)
        if kind.startswith("MISSION_"):
            return self.plans.heard(message, now_s)
        if kind == "HEARTBEAT" and message.type == mavlink.MAV_TYPE_GCS:
            self._watching.ground_heard(now_s)
        elif kind == "SET_MODE":
            main, sub = int(message.custom_mode), 0
            if self._habits.autopilot is Autopilot.PX4:
                main, sub = main >> 16 & 255, main >> 24
            self._orders.set_mode(mode_of(main, sub, self._habits.autopilot))
        elif kind == "TERRAIN_DATA":
            self._grid.heard(message)
        return []

    def _command(self, message: Message, now_s: float) -> list[Message]:
        """Commands about messages are answered here, all others by what is flown."""
        command = int(message.command)
        number = self._number_asked(message)
        if number is None or command in self.faults.deaf_to:
            return self._orders.answer(message)
        who = (int(message.get_srcSystem()), int(message.get_srcComponent()))
        if not self._telling.knows(number):
            result = mavlink.MAV_RESULT_UNSUPPORTED
            return [mavlink.MAVLink_command_ack_message(command, result, 0, 0, *who)]
        done = mavlink.MAVLink_command_ack_message(command, mavlink.MAV_RESULT_ACCEPTED, 0, 0, *who)
        if command != mavlink.MAV_CMD_SET_MESSAGE_INTERVAL:
            return [done, self._telling.message(number)]
        every_us = float(message.param2)
        if every_us == 0.0:
            every_us = INTERVALS_S[number] * 1e6
        if 0.0 < every_us < math.inf:
            self._every_s[number] = max(every_us / 1e6, _FASTEST_S)
            self._due_s[number] = now_s
        else:
            self._due_s.pop(number, None)
        return [done]

    def _number_asked(self, message: Message) -> int | None:
        """Number of the message that a command is about; None for other commands."""
        command = int(message.command)
        if command in {mavlink.MAV_CMD_REQUEST_MESSAGE, mavlink.MAV_CMD_SET_MESSAGE_INTERVAL}:
            named = float(message.param1)
            return int(named) if 0.0 <= named < 2**24 else -1
        if command == mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES:
            return int(mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION)
        if command == mavlink.MAV_CMD_GET_HOME_POSITION:
            return int(mavlink.MAVLINK_MSG_ID_HOME_POSITION)
        return None

    def _events(self) -> list[Message]:
        """What happened since the last tick."""
        pilot = self.pilot
        for picture in pilot.pictures + pilot.frames:
            self._took(picture)
        said = [mavlink.MAVLink_mission_item_reached_message(seq) for seq in pilot.reached]
        said += [self._telling.picture(each) for each in pilot.pictures]
        said += [
            mavlink.MAVLink_statustext_message(severity, text[:50].encode("ascii", "replace"))
            for severity, text in pilot.texts
        ]
        pilot.reached, pilot.pictures, pilot.texts, pilot.frames = [], [], [], []
        return said

    def _home_item(self) -> HeldItem:
        """Item 0 of ArduPilot: home, and nothing before it knows where it is."""
        nowhere = HeldItem(0, 16, 1, (0.0, 0.0, 0.0, 0.0), 0, 0, 0.0)
        if "gps" in self.faults.unhealthy:
            return nowhere
        home = self.pilot.home
        lat_e7, lon_e7 = round(home.lat_deg * 1e7), round(home.lon_deg * 1e7)
        return replace(nowhere, x_e7=lat_e7, y_e7=lon_e7, z=home.above_sea_m)

    def _trouble(self, kind: int, items: list[HeldItem]) -> str:
        if kind == FENCE:
            return fence_trouble(items)
        if kind == MISSION and self._habits.checks_fence:
            return mission_trouble(items, self.plans.lists[FENCE])
        return ""

    def _changed(self, kind: int) -> None:
        if kind != MISSION:
            return
        self._lacks_grid = True
        if not self.pilot.is_airborne or self._habits.autopilot is Autopilot.PX4:
            self.pilot.restart()

    def _waits_for_ground(self) -> bool:
        self._need_ground()
        return self._follows_ground() and self._grid.pending > 0

    def _follows_ground(self) -> bool:
        return any(item.frame in _TERRAIN_FRAMES for item in self.pilot.items)

    def _need_ground(self) -> None:
        """Find the blocks that the mission passes."""
        if not self._lacks_grid:
            return
        self._lacks_grid = False
        if not self._follows_ground():
            return
        body = self.pilot.body
        at = (body.lon_deg, body.lat_deg)
        self._grid.need(*at)
        for item in self.pilot.items:
            if not item.has_place:
                continue
            to = (item.lon_deg, item.lat_deg)
            for lon_deg, lat_deg in _between(at, to):
                self._grid.need(lon_deg, lat_deg)
            at = to

    def _ask_ground(self, now_s: float) -> list[Message]:
        if now_s - self._asked_ground_s < _ASK_GROUND_S:
            return []
        self._asked_ground_s = now_s
        self._need_ground()
        asked = self._grid.ask()
        return [] if asked is None else [asked]

    def _passes(self) -> bool:
        """Whether a message gets over the link."""
        if self.faults.is_link_cut:
            return False
        share = self.faults.loss_share
        return self._random.random() >= (self._habits.loss_share if share is None else share)

    def _sent(self, said: Iterable[Message]) -> list[Message]:
        return [message for message in said if self._passes()]


def _home_place(home: MissionPlace, terrain: Terrain | None) -> Place:
    desk = HeightDesk(terrain)
    if home.height is None:
        above_sea_m = desk.ground_m(home.lon_deg, home.lat_deg)
    else:
        above_sea_m = desk.above_sea_m(home.height, home.lon_deg, home.lat_deg)
    return Place(home.lon_deg, home.lat_deg, above_sea_m)


def _between(begin: tuple[float, float], end: tuple[float, float]) -> Iterable[tuple[float, float]]:
    """Places along a way, close enough that no block of the ground's grid is missed."""
    apart_m = math.hypot(end[0] - begin[0], end[1] - begin[1]) * 111_320.0
    steps = min(math.ceil(apart_m / _SAMPLE_M), 400) or 1
    for step in range(steps + 1):
        share = step / steps
        yield begin[0] + (end[0] - begin[0]) * share, begin[1] + (end[1] - begin[1]) * share
