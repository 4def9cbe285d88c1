"""Commands to the simulated vehicle (MAVLink command microservice), and how it answers them.

What it does not know it says is unsupported. ArduCopter arms in AUTO only with AUTO_OPTIONS, takes
off there when it is told MISSION_START, and pauses by DO_PAUSE_CONTINUE; PX4 pauses by its hold
mode and knows no such order.
"""

import math
from collections.abc import Callable
from typing import Final

from drone_jobs.links.simulated.faults import Faults, Settings
from drone_jobs.links.simulated.fences import mission_trouble
from drone_jobs.links.simulated.held_items import FENCE, MISSION
from drone_jobs.links.simulated.modes import Mode, mode_of
from drone_jobs.links.simulated.parameters import Parameters
from drone_jobs.links.simulated.pilot import Pilot
from drone_jobs.links.simulated.plan_server import PlanServer
from drone_jobs.links.simulated.words import Message, mavlink
from models.mission import Autopilot

__all__ = ["Orders"]

_ACCEPTED: Final = int(mavlink.MAV_RESULT_ACCEPTED)
_REJECTED: Final = int(mavlink.MAV_RESULT_TEMPORARILY_REJECTED)
_DENIED: Final = int(mavlink.MAV_RESULT_DENIED)
_UNSUPPORTED: Final = int(mavlink.MAV_RESULT_UNSUPPORTED)
_FAILED: Final = int(mavlink.MAV_RESULT_FAILED)
_LEAST_TO_ARM: Final = 0.05  # of the battery, above the share at which it comes home
_TAKE_OFF: Final = 22

Params = tuple[float, float, float, float]


class Orders:
    """Does what it is told.

    Args:
        autopilot: whose ways.
        pilot: who flies.
        plans: that are held.
        parameters: as they are set.
        faults: that are ordered.
        settings: for the battery.
        waits_for_ground: whether heights of the ground that its mission needs have not come.
    """

    def __init__(
        self,
        autopilot: Autopilot,
        pilot: Pilot,
        plans: PlanServer,
        *,
        parameters: Parameters,
        faults: Faults,
        settings: Settings,
        waits_for_ground: Callable[[], bool],
    ) -> None:
        self._autopilot, self._pilot, self._plans = autopilot, pilot, plans
        self._parameters, self._faults, self._settings = parameters, faults, settings
        self._waits_for_ground = waits_for_ground
        # What each autopilot says when it cannot: PX4 "not now", ArduPilot "failed".
        self._not_now = _REJECTED if autopilot is Autopilot.PX4 else _FAILED

    def answer(self, message: Message) -> list[Message]:
        """COMMAND_ACK for COMMAND_LONG or COMMAND_INT; nothing where it is deaf to it."""
        command = int(message.command)
        if command in self._faults.deaf_to:
            return []
        params = (message.param1, message.param2, message.param3, message.param4)
        result = self._faults.command_results.get(command)
        if result is None:
            result = self._do(command, params)
        who = (int(message.get_srcSystem()), int(message.get_srcComponent()))
        return [mavlink.MAVLink_command_ack_message(command, result, 0, 0, *who)]

    def set_mode(self, mode: Mode | None) -> int:
        """MAV_RESULT of a change of mode."""
        pilot = self._pilot
        if mode is None:
            return _DENIED if self._autopilot is Autopilot.PX4 else _FAILED
        if mode is Mode.MISSION:
            trouble = self._mission_trouble()
            if trouble:
                pilot.say(2, trouble)
                return self._not_now
        if mode is not pilot.mode or pilot.is_paused:
            pilot.set_mode(mode)
        if mode is Mode.MISSION and self._parameters.takes_off_alone:
            pilot.may_take_off = True
        return _ACCEPTED

    def _do(self, command: int, params: Params) -> int:
        deeds: dict[int, Callable[[Params], int]] = {
            mavlink.MAV_CMD_COMPONENT_ARM_DISARM: self._arm,
            mavlink.MAV_CMD_DO_SET_MODE: self._mode,
            mavlink.MAV_CMD_MISSION_START: self._start,
            mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH: lambda _params: self.set_mode(Mode.RETURN),
            mavlink.MAV_CMD_NAV_LAND: lambda _params: self.set_mode(Mode.LAND),
            mavlink.MAV_CMD_DO_SET_MISSION_CURRENT: self._set_current,
        }
        if self._autopilot is Autopilot.ARDUPILOT:
            deeds[mavlink.MAV_CMD_DO_PAUSE_CONTINUE] = self._pause
        deed = deeds.get(command)
        return _UNSUPPORTED if deed is None else deed(params)

    def _mode(self, params: Params) -> int:
        base, main, sub, _ = params
        if not all(math.isfinite(each) and 0 <= each < 256 for each in (base, main)):
            return _DENIED
        named_sub = int(sub) if math.isfinite(sub) and 0 <= sub < 256 else 0
        return self.set_mode(mode_of(int(main), named_sub, self._autopilot))

    def _arm(self, params: Params) -> int:
        pilot = self._pilot
        if params[0] == 0.0:
            if pilot.is_airborne:
                return self._not_now
            pilot.disarm()
            return _ACCEPTED
        if params[0] != 1.0:
            return _UNSUPPORTED
        if pilot.is_armed:
            return _ACCEPTED
        trouble = self._arming_trouble()
        if trouble:
            pilot.say(2, trouble)
            return self._not_now
        pilot.arm()
        if pilot.mode is Mode.MISSION and self._parameters.takes_off_alone:
            pilot.may_take_off = True
        return _ACCEPTED

    def _arming_trouble(self) -> str:
        pilot = self._pilot
        before = "PreArm: " if self._autopilot is Autopilot.ARDUPILOT else "Preflight Fail: "
        ills = [f"{name} not healthy" for name in sorted(self._faults.unhealthy)]
        if pilot.is_crashed:
            ills.insert(0, "crashed")
        if pilot.body.battery_share < self._settings.low_share + _LEAST_TO_ARM:
            ills.append("battery low")
        if self._waits_for_ground():
            ills.append("waiting for terrain data")
        if ills:
            return before + ills[0]
        if pilot.mode in {Mode.RETURN, Mode.LAND} and self._autopilot is Autopilot.ARDUPILOT:
            return f"Arm: {pilot.mode} mode not armable"
        if pilot.mode is Mode.MISSION and not self._parameters.arms_in_mission:
            return "Arm: AUTO mode not armable"
        return ""

    def _start(self, _params: Params) -> int:
        result = self.set_mode(Mode.MISSION)
        if result == _ACCEPTED and self._pilot.is_armed:
            self._pilot.may_take_off = True
        return result

    def _pause(self, params: Params) -> int:
        pilot = self._pilot
        if pilot.mode is not Mode.MISSION or not pilot.is_airborne or params[0] not in {0.0, 1.0}:
            return _FAILED
        pilot.is_paused = params[0] == 0.0
        return _ACCEPTED

    def _set_current(self, params: Params) -> int:
        first = params[0]
        if not (math.isfinite(first) and 0 <= first < len(self._plans.lists[MISSION])):
            return _DENIED
        self._pilot.restart(int(first))
        return _ACCEPTED

    def _mission_trouble(self) -> str:
        items = self._pilot.items
        if not items:
            return "Mission: none is held"
        if self._autopilot is Autopilot.PX4:
            return mission_trouble(items, self._plans.lists[FENCE])
        if not self._pilot.is_airborne and self._pilot.is_armed and items[0].command != _TAKE_OFF:
            return "Auto: Missing Takeoff Cmd"
        return ""
