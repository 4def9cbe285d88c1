"""One picture of one camera on its way through the house.

What travels is the camera's own encoded picture, never decoded pixels. Capture time and receipt
time are both kept, with the source of the capture time: a backlog after an outage must not look
like now.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.condition import Condition
from models.mask import ViewMask
from models.patrol import PoseTrust
from models.site import Pose

__all__ = ["Frame", "FrameMode", "Provenance", "TimeSource"]


class TimeSource(StrEnum):
    """Where the capture time comes from, the most trustworthy first."""

    SENDER = "sender"  # the camera's clock, stamped on the stream by its RTCP sender reports
    FILE_NAME = "file_name"
    EXIF = "exif"
    CAMERA_CLOCK = "camera_clock"  # told beside the picture: a Date header, an event's time
    CONTAINER = "container"  # presentation time of a recording added to a known start
    SIMULATED = "simulated"  # a drill scene: the scene's own clock
    RECEIPT = "receipt"  # nothing better known


class FrameMode(StrEnum):
    """What kind of light the picture was made with."""

    VISIBLE = "visible"
    INFRARED = "infrared"
    THERMAL = "thermal"


class Provenance(StrEnum):
    """Whether a picture shows the world now, the world then, or an invented world."""

    LIVE = "live"
    RECORDED = "recorded"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded picture with its place in space and time.

    Attributes:
        camera_id: key of the camera.
        preset: number of the preset in force; 0 is a value.
        sequence: counts the frames of this camera since start, from 0.
        captured_at: UTC.
        received_at: UTC, by this machine's clock.
        time_source: how ``captured_at`` is known.
        jpeg: the camera's own JPEG file.
        mode: visible, infrared or thermal.
        provenance: live, recorded or drill.
        pose: pose of the preset when the picture was made; None when unknown.
        captured_doubt_s: how far ``captured_at`` may be off, one standard deviation; None when
            nobody can tell.
        conditions: what the picture suffers from without being worthless.
        pose_trust: on what the pose rests; None where there is no pose, or nobody
            has looked.
        hidden: what was painted over in the picture before it left its gateway.
    """

    camera_id: str
    preset: int
    sequence: int
    captured_at: datetime
    received_at: datetime
    time_source: TimeSource
    jpeg: bytes
    mode: FrameMode
    provenance: Provenance
    pose: Pose | None
    captured_doubt_s: float | None = None
    conditions: frozenset[Condition] = frozenset()
    pose_trust: PoseTrust | None = None
    hidden: tuple[ViewMask, ...] = ()
