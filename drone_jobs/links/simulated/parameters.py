"""The vehicle's parameters: those that a link sets, with the names and codes of its autopilot.

ArduPilot tells every number as a float; PX4 tells an integer by the bits of one (MAVLink parameter
microservice, "parameter encoding").
"""

import math
import struct
from typing import Final

from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.words import Message, mavlink
from models.mission import Autopilot, LostLink

__all__ = ["Parameters"]

_GCS_FAILSAFE: Final = {
    LostLink.CONTINUE: 0,
    LostLink.HOME: 1,
    LostLink.UNSAID: 1,
    LostLink.LAND: 5,
    LostLink.HOVER: 7,
}
_DATA_LINK: Final = {
    LostLink.CONTINUE: 0,
    LostLink.HOVER: 1,
    LostLink.HOME: 2,
    LostLink.UNSAID: 2,
    LostLink.LAND: 3,
}
_CIRCLE: Final = 2
_POLYGONS: Final = 4
"""Of FENCE_TYPE; as it comes, an ArduPilot minds all kinds once its fence is switched on."""


class Parameters:
    """Read and set by messages.

    Args:
        autopilot: whose names.
        settings: from which they start.
        disarm_delay_s: likewise.
    """

    def __init__(self, autopilot: Autopilot, settings: Settings, disarm_delay_s: float) -> None:
        self._is_ardupilot = autopilot is Autopilot.ARDUPILOT
        self._values: dict[str, int | float]
        if self._is_ardupilot:
            self._values = {
                "AUTO_OPTIONS": 0,
                "DISARM_DELAY": round(disarm_delay_s),
                "FENCE_ACTION": 1,
                "FENCE_ENABLE": 0,
                "FENCE_RADIUS": 300.0,
                "FENCE_TYPE": 7,
                "FS_GCS_ENABLE": _GCS_FAILSAFE[settings.lost_link],
                "FS_GCS_TIMEOUT": settings.lost_link_after_s,
                "RTL_ALT": round(settings.return_to_m * 100.0),
            }
        else:
            self._values = {
                "COM_DISARM_PRFLT": disarm_delay_s,
                "COM_DL_LOSS_T": settings.lost_link_after_s,
                "GF_ACTION": 2,
                "NAV_DLL_ACT": _DATA_LINK[settings.lost_link],
                "RTL_RETURN_ALT": settings.return_to_m,
            }

    @property
    def arms_in_mission(self) -> bool:
        """Whether it may be armed in its mission mode."""
        return not self._is_ardupilot or bool(int(self._values["AUTO_OPTIONS"]) & 1)

    @property
    def takes_off_alone(self) -> bool:
        """Whether it takes off as soon as it is armed in its mission mode."""
        return not self._is_ardupilot or bool(int(self._values["AUTO_OPTIONS"]) & 2)

    @property
    def minds_fence(self) -> bool:
        """Whether it acts when it leaves the fence that it was given in flight."""
        if self._is_ardupilot:
            return self._has_fence(_POLYGONS)
        return float(self._values["GF_ACTION"]) > 1

    @property
    def stays_within_m(self) -> float:
        """Of home, by an ArduPilot's own circle; infinite without one."""
        is_kept = self._is_ardupilot and self._has_fence(_CIRCLE)
        return float(self._values["FENCE_RADIUS"]) if is_kept else math.inf

    def _has_fence(self, kind: int) -> bool:
        enabled, action = self._values["FENCE_ENABLE"], self._values["FENCE_ACTION"]
        return bool(enabled and action and int(self._values["FENCE_TYPE"]) & kind)

    @property
    def disarm_delay_s(self) -> float:
        """After which it disarms on the ground; 0: never."""
        return float(self._values["DISARM_DELAY" if self._is_ardupilot else "COM_DISARM_PRFLT"])

    @property
    def return_to_m(self) -> float:
        """Least height above home on the way back."""
        if self._is_ardupilot:
            return float(self._values["RTL_ALT"]) / 100.0
        return float(self._values["RTL_RETURN_ALT"])

    @property
    def lost_link(self) -> LostLink:
        """What it does without a ground station."""
        codes = _GCS_FAILSAFE if self._is_ardupilot else _DATA_LINK
        value = self._values["FS_GCS_ENABLE" if self._is_ardupilot else "NAV_DLL_ACT"]
        return next((deed for deed, code in codes.items() if code == value), LostLink.HOME)

    @property
    def lost_link_after_s(self) -> float:
        """Of silence."""
        return float(self._values["FS_GCS_TIMEOUT" if self._is_ardupilot else "COM_DL_LOSS_T"])

    def heard(self, message: Message) -> list[Message]:
        """Answer PARAM_REQUEST_READ, PARAM_REQUEST_LIST and PARAM_SET."""
        kind = message.get_type()
        if kind == "PARAM_REQUEST_LIST":
            return [self._told(name) for name in self._values]
        name = _name(message)
        if kind == "PARAM_REQUEST_READ" and 0 <= message.param_index < len(self._values):
            name = list(self._values)[message.param_index]
        if name not in self._values:
            return []
        if kind == "PARAM_SET":
            self._set(name, float(message.param_value))
        return [self._told(name)]

    def _set(self, name: str, sent: float) -> None:
        """Take a number of the parameter's kind; any other changes nothing."""
        is_whole = isinstance(self._values[name], int)
        if is_whole and not self._is_ardupilot:
            self._values[name] = int(struct.unpack("<i", struct.pack("<f", sent))[0])
        elif math.isfinite(sent) and abs(sent) < 1e6:
            self._values[name] = int(sent) if is_whole else sent

    def _told(self, name: str) -> Message:
        value = self._values[name]
        kind, sent = mavlink.MAV_PARAM_TYPE_REAL32, float(value)
        if isinstance(value, int):
            kind = mavlink.MAV_PARAM_TYPE_INT32
            if not self._is_ardupilot:
                sent = struct.unpack("<f", struct.pack("<i", value))[0]
        names = list(self._values)
        return mavlink.MAVLink_param_value_message(
            name.encode(), sent, kind, len(names), names.index(name)
        )


def _name(message: Message) -> str:
    name = message.param_id
    text = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
    return text.rstrip("\0")
