"""Where a gimbal points, from what MAVLink tells of it.

A quaternion turns from the frame (north or the nose, right, down) to the gimbal, in the order yaw,
pitch, roll. Straight down yaw and roll turn about one axis: all of it is told as yaw there.
"""

import math
from collections.abc import Sequence

from geo.drone.attitude import Attitude

__all__ = ["attitude_of_quaternion", "is_yaw_north", "turned_deg"]

_LEVEL = 1.0 - 1e-6  # sine of the pitch from which yaw and roll cannot be told apart, 0.08 degrees
_YAW_LOCK, _VEHICLE_FRAME, _EARTH_FRAME = 16, 32, 64  # GIMBAL_DEVICE_FLAGS


def turned_deg(angle_deg: float) -> float:
    """The same direction in [0, 360): a hair below 0 rounds to 0, not to 360."""
    turned = angle_deg % 360.0
    return turned if turned < 360.0 else 0.0


def attitude_of_quaternion(quaternion: Sequence[float]) -> Attitude | None:
    """Yaw, pitch and roll.

    Args:
        quaternion: w, x, y, z, of length 1 within 5 %.

    Returns:
        Degrees, yaw in [0, 360); None for what is no rotation.
    """
    length = math.hypot(*quaternion)
    if not abs(length - 1.0) < 0.05:  # NaN too
        return None
    w, x, y, z = (part / length for part in quaternion)
    sine = 2.0 * (w * y - x * z)
    if abs(sine) > _LEVEL:
        yaw = math.atan2(2.0 * (w * z - x * y), 1.0 - 2.0 * (x * x + z * z))
        return Attitude(turned_deg(math.degrees(yaw)), math.copysign(90.0, sine), 0.0)
    yaw = math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    roll = math.atan2(2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y))
    yaw_deg = turned_deg(math.degrees(yaw))
    return Attitude(yaw_deg, math.degrees(math.asin(sine)), math.degrees(roll))


def is_yaw_north(flags: int) -> bool:
    """Whether the yaw of GIMBAL_DEVICE_ATTITUDE_STATUS is from north, not from the nose.

    Older gimbals set neither flag of the frame; a locked yaw is from north then.
    """
    if flags & (_EARTH_FRAME | _VEHICLE_FRAME):
        return bool(flags & _EARTH_FRAME)
    return bool(flags & _YAW_LOCK)
