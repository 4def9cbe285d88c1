"""Where a gimbal points, as a pose.

DJI tells the gimbal's yaw, pitch and roll in a frame of north, east and down, turned in that order
(yaw about down, pitch about right, roll about the optical axis); yaw is from true north, a pitch of
-90 looks straight down. The yaw of the airframe is another angle, 87 degrees off on a real photo,
and is never taken.

Straight down, yaw and roll turn about the same axis: some cameras tell yaw 30 and roll 180 there
where others tell yaw 210 and roll 0 (leftfield-geospatial/orthority#36), and past it the whole
picture is upside down with roll 180. Taken as what it is, a turn about the optical axis, roll needs
no special case.
"""

import math
from dataclasses import dataclass
from typing import Final

from models.errors import InputRefused
from models.site import Pose

__all__ = ["Attitude", "pose_of"]

YAW_SIGMA_DEG: Final = 3.0  # measured on 18 photos of one flight; 5 and more beside steel
PITCH_SIGMA_DEG: Final = 0.5


@dataclass(frozen=True, slots=True)
class Attitude:
    """Yaw, pitch and roll of a gimbal or an airframe, degrees.

    Attributes:
        yaw_deg: from true north, clockwise.
        pitch_deg: above the horizontal; -90 looks straight down, and less is past it.
        roll_deg: clockwise as seen from behind.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float

    @property
    def is_zero(self) -> bool:
        """Whether nothing was written into it."""
        return self.yaw_deg == 0.0 and self.pitch_deg == 0.0 and self.roll_deg == 0.0


def pose_of(gimbal: Attitude | None, horizontal_fov_deg: float) -> Pose:
    """The pose of a gimbal's camera.

    Args:
        gimbal: its attitude; None when it is not told.
        horizontal_fov_deg: full field of view, (0, 180).

    Raises:
        InputRefused: the attitude is not told (``drone_gimbal_missing``), consists of zeros
            (``drone_gimbal_zeros``), or of values that are no angles (``drone_gimbal_range``).
    """
    if gimbal is None:
        raise InputRefused(
            "It does not tell where the gimbal pointed.",
            remedy="Take the original file: messengers, editors and mosaics strip the drone's XMP.",
            code="drone_gimbal_missing",
        )
    if gimbal.is_zero:
        raise InputRefused(
            "Yaw, pitch and roll of the gimbal are all zero: they were never written.",
            remedy="Look where the camera pointed another way; the airframe's yaw does not tell.",
            code="drone_gimbal_zeros",
        )
    limits = ((gimbal.yaw_deg, 360.0), (gimbal.pitch_deg, 180.0), (gimbal.roll_deg, 180.0))
    if not all(abs(angle) <= limit for angle, limit in limits):
        raise InputRefused(
            f"Yaw {gimbal.yaw_deg}, pitch {gimbal.pitch_deg}, roll {gimbal.roll_deg} are no angles "
            "of a gimbal.",
            code="drone_gimbal_range",
        )
    yaw_deg, pitch_deg, roll_deg = gimbal.yaw_deg, gimbal.pitch_deg, gimbal.roll_deg
    if abs(pitch_deg) > 90.0:  # past straight down or up: it looks back, upside down
        yaw_deg, roll_deg = yaw_deg + 180.0, roll_deg + 180.0
        pitch_deg = math.copysign(180.0, pitch_deg) - pitch_deg
    if pitch_deg == -90.0:
        yaw_deg, roll_deg = yaw_deg + roll_deg, 0.0
    return Pose(
        azimuth_deg=math.fmod(math.fmod(yaw_deg, 360.0) + 360.0, 360.0),
        tilt_deg=pitch_deg,
        roll_deg=roll_deg - 360.0 * round(roll_deg / 360.0),
        horizontal_fov_deg=horizontal_fov_deg,
        azimuth_sigma_deg=YAW_SIGMA_DEG,
        tilt_sigma_deg=PITCH_SIGMA_DEG,
    )
