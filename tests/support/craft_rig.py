"""A ground station in made time for the simulated vehicle: all goes as bytes both ways."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from mission_rig import HOME, TAKE_OFF_M, desk, sample
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.fleet import find_aircraft
from drone_jobs.links.simulated.camera import Picture
from drone_jobs.links.simulated.craft import Craft
from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.quirks import Habits, Quirks, habits_of
from drone_jobs.links.simulated.words import Message, packed
from drone_jobs.missions.items_write import items_of
from geo.terrain import Terrain
from models.height import Height, HeightSystem
from models.mission import Autopilot, Mission, MissionPlace

__all__ = ["BEGAN_AT", "SPOT", "Ground", "item", "items_for", "made_craft"]

BEGAN_AT = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
SPOT = MissionPlace(*HOME, Height(TAKE_OFF_M, HeightSystem.EGM96))
TICK_S = 0.05


def made_craft(
    quirks: Quirks | Habits,
    *,
    settings: Settings | None = None,
    terrain: Terrain | None = None,
    speedup: float = 4.0,
    took: Callable[[Picture], None] = lambda _picture: None,
) -> Craft:
    habits = habits_of(quirks) if isinstance(quirks, Quirks) else quirks
    is_px4 = habits.autopilot is Autopilot.PX4
    return Craft(
        find_aircraft("PX4 example" if is_px4 else "ArduPilot example"),
        SPOT,
        habits=habits,
        terrain=terrain,
        speedup=speedup,
        settings=settings or Settings(),
        random=Random(5),
        now_s=0.0,
        began_at=BEGAN_AT,
        took=took,
    )


def item(
    seq: int,
    command: int = 16,
    frame: int = 3,
    *,
    params: Sequence[float] = (0.0, 0.0, 0.0, 0.0),
    lat_deg: float = 28.951,
    lon_deg: float = 106.551,
    z: float = 60.0,
    kind: int = 0,
) -> Message:
    x, y = round(lat_deg * 1e7), round(lon_deg * 1e7)
    return mavlink.MAVLink_mission_item_int_message(
        1, 1, seq, frame, command, 0, 1, *params, x, y, z, kind
    )


def items_for(autopilot: Autopilot, mission: Mission | None = None, **how: bool) -> list[Message]:
    """The items of a mission as they are uploaded, home's row first for ArduPilot."""
    wished = mission or replace(sample(autopilot), fence=(), no_fly=(), circles=(), rally=())
    shift = 1 if autopilot is Autopilot.ARDUPILOT else 0
    found = [item(0)] if shift else []
    for each in items_of(wished, desk(), autopilot, **how):
        lat_deg, lon_deg = each.lat_deg, each.lon_deg
        if not each.has_place:
            lat_deg = lon_deg = 0.0
        found.append(
            item(
                len(found),
                each.command,
                each.frame,
                params=each.params,
                lat_deg=lat_deg,
                lon_deg=lon_deg,
                z=0.0 if math.isnan(each.z_m) else each.z_m,
            )
        )
    return found


class Ground:
    """Speaks to a craft and keeps all that it says."""

    def __init__(self, craft: Craft, *, beats: bool = True) -> None:
        self.craft, self.beats = craft, beats
        self.now_s = 0.0
        self.heard: list[Message] = []
        self._ours = mavlink.MAVLink(None, srcSystem=255, srcComponent=190)
        self._theirs = mavlink.MAVLink(None, srcSystem=craft.system_id, srcComponent=1)
        self._beaten_s = -1.0

    def say(self, message: Message) -> list[Message]:
        sent = mavlink.MAVLink(None).parse_char(packed(message, self._ours))
        return self._keep(self.craft.heard(sent, self.now_s))

    def pass_time(self, duration_s: float) -> list[Message]:
        until_s, found = self.now_s + duration_s, []
        while self.now_s < until_s:
            self.now_s += TICK_S
            if self.beats and self.now_s - self._beaten_s >= 1.0:
                self._beaten_s = self.now_s
                self.say(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
            found += self._keep(self.craft.tick(self.now_s))
        return found

    def until(self, what: Callable[[], bool], most_s: float = 400.0) -> None:
        """Pass time until something is true."""
        end_s = self.now_s + most_s
        while not what():
            assert self.now_s < end_s, "it never came true"
            self.pass_time(TICK_S)

    def newest(self, kind: str) -> Message:
        return next(each for each in reversed(self.heard) if each.get_type() == kind)

    def all(self, kind: str) -> list[Message]:
        return [each for each in self.heard if each.get_type() == kind]

    def command(self, command: int, *params: float) -> int | None:
        """MAV_RESULT; None without an answer."""
        seven = (*params, *(0.0,) * (7 - len(params)))
        told = self.say(mavlink.MAVLink_command_long_message(1, 1, command, 0, *seven))
        acks = [each for each in told if each.get_type() == "COMMAND_ACK"]
        return acks[0].result if acks else None

    def upload(self, items: Sequence[Message], kind: int = 0, most_s: float = 60.0) -> int:
        """MAV_MISSION_RESULT; sends again what is not answered."""
        count = mavlink.MAVLink_mission_count_message(1, 1, len(items), kind)
        answers, silent_s, last = self.say(count), 0.0, count
        end_s = self.now_s + most_s
        while self.now_s < end_s:
            if not answers:
                answers = self.pass_time(TICK_S)
                silent_s += TICK_S
            if silent_s > 1.5:
                answers += self.say(last)
                silent_s = 0.0
            for answer in answers:
                name = answer.get_type()
                if name == "MISSION_ACK" and answer.type != mavlink.MAV_MISSION_INVALID_SEQUENCE:
                    return int(answer.type)
                if name in {"MISSION_REQUEST", "MISSION_REQUEST_INT"}:
                    last, silent_s = items[answer.seq], 0.0
            asked = [a.seq for a in answers if a.get_type().startswith("MISSION_REQUEST")]
            answers = self.say(items[asked[-1]]) if asked else []
        raise AssertionError("no end")

    def download(self, kind: int = 0) -> list[Message]:
        def ask(message: Message, name: str) -> Message:
            for _ in range(60):
                found = [each for each in self.say(message) if each.get_type() == name]
                if found:
                    return found[0]
                self.pass_time(TICK_S)
            raise AssertionError("no answer")

        count = ask(mavlink.MAVLink_mission_request_list_message(1, 1, kind), "MISSION_COUNT").count
        return [
            ask(mavlink.MAVLink_mission_request_int_message(1, 1, seq, kind), "MISSION_ITEM_INT")
            for seq in range(count)
        ]

    def start(self) -> None:
        """Mode, arm, start, as both autopilots want it."""
        if self.craft.system_id and self.craft.pilot.mode == "manual":
            self.say(
                mavlink.MAVLink_param_set_message(
                    1, 1, b"AUTO_OPTIONS", 3.0, mavlink.MAV_PARAM_TYPE_INT32
                )
            )
            assert self.command(176, 1, 3) == 0
        else:
            assert self.command(176, 1, 4, 4) == 0
        assert self.command(400, 1) == 0
        assert self.command(300) == 0

    def _keep(self, said: Sequence[Message]) -> list[Message]:
        found = [mavlink.MAVLink(None).parse_char(packed(each, self._theirs)) for each in said]
        self.heard += found
        return found
