"""Items of the MAVLink mission protocol, as plans and waypoint lists hold them.

Numbers are MAV_CMD and MAV_FRAME of the MAVLink common message set. Frames 5, 6 and 11 are the
same as 0, 3 and 10: they differ in how a number travels, not in what it means.
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from models.height import HeightSystem

__all__ = ["FRAME_OF", "SYSTEM_OF", "Command", "Frame", "MissionItem"]


class Command(IntEnum):
    """The orders that are understood here."""

    WAYPOINT = 16  # 1 hold s, 2 acceptance radius m, 3 pass radius m, 4 yaw deg
    LOITER_UNLIMITED = 17
    LOITER_TURNS = 18
    LOITER_TIME = 19  # 1 seconds
    RETURN = 20
    LAND = 21
    TAKE_OFF = 22
    LOITER_TO_ALTITUDE = 31
    SPLINE = 82
    VTOL_TAKE_OFF = 84
    VTOL_LAND = 85
    DELAY = 93  # 1 seconds; -1 for a time of day
    YAW = 115  # CONDITION_YAW: 1 deg, 2 deg/s, 3 direction, 4 relative
    JUMP = 177  # 1 item, 2 times; -1 for ever
    SPEED = 178  # 1 kind, 2 m/s
    LAND_START = 189  # a mark
    MOUNT = 205  # DO_MOUNT_CONTROL: 1 pitch deg, 3 yaw deg, 7 mode (2: by angles)
    PHOTO_DISTANCE = 206  # 1 metres; 0 ends
    JUMP_TAG = 600  # a mark
    TO_TAG = 601
    GIMBAL = 1000  # DO_GIMBAL_MANAGER_PITCHYAW: 1 pitch deg, 2 yaw deg
    PHOTO = 2000  # IMAGE_START_CAPTURE: 2 interval s, 3 number; 0 for ever
    PHOTO_STOP = 2001
    VIDEO = 2500
    VIDEO_STOP = 2501


class Frame(IntEnum):
    """What z is measured from."""

    SEA = 0
    MISSION = 2  # no place at all
    RELATIVE = 3
    TERRAIN = 10


SYSTEM_OF: Final = {
    0: HeightSystem.EGM96,
    5: HeightSystem.EGM96,
    3: HeightSystem.TAKE_OFF,
    6: HeightSystem.TAKE_OFF,
    10: HeightSystem.GROUND,
    11: HeightSystem.GROUND,
}
"""System of z by frame; home is where it takes off."""

FRAME_OF: Final = {
    HeightSystem.EGM96: Frame.SEA,
    HeightSystem.TAKE_OFF: Frame.RELATIVE,
    HeightSystem.GROUND: Frame.TERRAIN,
}


@dataclass(frozen=True, slots=True)
class MissionItem:
    """One item, as it is uploaded.

    Attributes:
        command: MAV_CMD.
        frame: MAV_FRAME.
        params: the first four; NaN where nothing is said.
        lat_deg: the fifth; NaN or 0 where it has no place.
        lon_deg: the sixth.
        z_m: the seventh; metres of the frame, or what the command makes of it.
        seq: its number in the file, for people and jumps.
    """

    command: int
    frame: int
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    z_m: float = 0.0
    seq: int = 0

    @property
    def has_place(self) -> bool:
        """Whether it names a place: 0, 0 and NaN stand for wherever the aircraft is."""
        told = math.isfinite(self.lat_deg) and math.isfinite(self.lon_deg)
        return told and not self.lat_deg == self.lon_deg == 0.0
