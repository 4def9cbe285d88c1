"""Camera and gimbal orders of MAVLink, as actions.

Pitch of a gimbal is in degrees, negative down (MAV_CMD_DO_MOUNT_CONTROL,
MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW). Old programs wrote hundredths: a pitch beyond a whole turn can
only be that.
"""

import math
from typing import Final

from drone_jobs.missions.commands import Command, MissionItem
from drone_jobs.missions.told import Told
from models.mission import Action, ActionKind

__all__ = ["BY_ANGLES", "camera_order"]

BY_ANGLES: Final = 2.0  # MAV_MOUNT_MODE_MAVLINK_TARGETING
WHOLE_TURN_DEG: Final = 360.0


def camera_order(  # noqa: PLR0911 -- one a command
    item: MissionItem, told: Told
) -> Action | None:
    """The action of an item; None with a note when there is none like it.

    Args:
        item: any that is not flown to.
        told: takes the notes.
    """
    first, second, third, _ = item.params
    match item.command:
        case Command.PHOTO_DISTANCE if first >= 0.0:
            return Action(ActionKind.PHOTO_EVERY_M, first)
        case Command.PHOTO:
            return _photo(item, second, third, told)
        case Command.PHOTO_STOP:
            return Action(ActionKind.PHOTO_EVERY_S, 0.0)
        case Command.VIDEO:
            return Action(ActionKind.VIDEO_START)
        case Command.VIDEO_STOP:
            return Action(ActionKind.VIDEO_STOP)
        case Command.MOUNT if item.z_m == BY_ANGLES:
            return _gimbal(item, first, third, told)
        case Command.GIMBAL if math.isfinite(first):
            return _gimbal(item, first, second, told)
        case _:
            told.note(
                "command_left_out",
                f"Item {item.seq} orders {item.command}, which is not kept.",
                item=item.seq,
                command=item.command,
            )
            return None


def _photo(item: MissionItem, every_s: float, count: float, told: Told) -> Action:
    if count == 1.0 or not every_s > 0.0:
        return Action(ActionKind.PHOTO)
    if count > 1.0:
        told.note(
            "count_left_out",
            f"Item {item.seq} takes {count:g} pictures; it is taken as going on.",
            item=item.seq,
        )
    return Action(ActionKind.PHOTO_EVERY_S, every_s)


def _gimbal(item: MissionItem, pitch_deg: float, yaw_deg: float, told: Told) -> Action:
    if math.isfinite(yaw_deg) and yaw_deg != 0.0:
        told.note(
            "gimbal_yaw_left_out",
            f"Item {item.seq} turns the gimbal sideways, which is not kept.",
            item=item.seq,
        )
    if abs(pitch_deg) > WHOLE_TURN_DEG:
        pitch_deg /= 100.0
        told.warn(
            "gimbal_hundredths",
            f"Item {item.seq} tells the gimbal's pitch in hundredths; {pitch_deg:g} degrees are "
            "taken.",
            "Look at the pitch; aircraft of today read degrees.",
            item=item.seq,
            pitch_deg=pitch_deg,
        )
    if pitch_deg > 0.0:
        told.warn(
            "gimbal_up",
            f"Item {item.seq} points the camera {pitch_deg:g} degrees above the horizon.",
            "Down is negative: look at the sign.",
            item=item.seq,
            pitch_deg=pitch_deg,
        )
    return Action(ActionKind.GIMBAL, pitch_deg)
