"""What a drone took: a picture or a moment of a video, with what is known of where it looked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.height import Height

__all__ = ["AttitudeSource", "Look", "LookGap"]


class AttitudeSource(StrEnum):
    """Who told where the camera pointed, the best first."""

    XMP = "xmp"  # the photo itself
    MISB = "misb"  # ST 0601 within the video
    SUBTITLES = "subtitles"  # an SRT that has the gimbal
    CLOUD = "cloud"  # the aircraft's telemetry at that time
    MISSION = "mission"  # what the mission told the gimbal; not what it did
    NONE = "none"


class LookGap(StrEnum):
    """What is missing to place a picture; it is scored all the same."""

    PLACE = "place"  # no fix
    HEIGHT = "height"
    ATTITUDE = "attitude"
    LENS = "lens"
    TIME = "time"  # cannot be joined with telemetry
    ORDER = "order"  # which number is latitude cannot be told


@dataclass(frozen=True, slots=True)
class Look:
    """Where a camera was and where it looked, at one moment; None is not told.

    Attributes:
        at: UTC, of the exposure; None when its time has no zone and nobody has said one.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height: as reported, with its system.
        above_take_off_m: by the barometer.
        yaw_deg: of the gimbal, true north, [0, 360).
        pitch_deg: of the gimbal, -90 straight down.
        roll_deg: of the gimbal.
        horizontal_fov_deg: of the whole picture.
        attitude: who told yaw, pitch and roll.
        gaps: what is missing to place it; empty when it can be placed.
    """

    at: datetime | None
    lon_deg: float | None = None
    lat_deg: float | None = None
    height: Height | None = None
    above_take_off_m: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    horizontal_fov_deg: float | None = None
    attitude: AttitudeSource = AttitudeSource.NONE
    gaps: tuple[LookGap, ...] = ()
