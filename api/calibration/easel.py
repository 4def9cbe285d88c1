"""Pictures on which somebody is working: what is clicked and what is fitted is the same picture.

A camera's newest picture is another one every few seconds. So the one that a person works on is set
aside, in memory: a few for the whole house, and the oldest makes room.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from camera_gateway.pictures import decode_jpeg
from models.errors import Conflict
from models.frame import Frame, TimeSource
from models.site import Pose
from models.units import ImageBGR

__all__ = ["Easel", "Picture"]

MOST: Final = 24
MOST_BYTES: Final = 96 * 2**20


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was set aside.

    Attributes:
        picture_id: of its bytes and its view.
        camera_id: of the camera.
        preset: whose view it shows, as far as the house knows.
        captured_at: UTC.
        clock_sigma_s: how well that is known; None when nobody can tell.
        time_source: where the time comes from.
        pose: that the house gave it; None where it may show another view than its preset's.
        jpeg: as it left its gateway, with what is private painted over.
        hidden: outlines of that, in shares of width and height.
        width_px: upright.
        height_px: upright.
    """

    picture_id: str
    camera_id: str
    preset: int
    captured_at: datetime
    clock_sigma_s: float | None
    time_source: TimeSource
    pose: Pose | None
    jpeg: bytes
    hidden: tuple[tuple[tuple[float, float], ...], ...]
    width_px: int
    height_px: int

    def decoded(self) -> ImageBGR:
        """The picture upright, (height, width, 3) uint8."""
        return decode_jpeg(self.jpeg, self.camera_id)


class Easel:
    """Keeps pictures that are worked on; from any thread."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, frame: Frame) -> Picture:
        """Set a frame's picture aside.

        Raises:
            FrameCorrupt: it does not decode.
        """
        height_px, width_px = decode_jpeg(frame.jpeg, frame.camera_id).shape[:2]
        view = f"{frame.camera_id}/{frame.preset}/{frame.captured_at.isoformat()}/"
        picture = Picture(
            picture_id=hashlib.sha256(view.encode() + frame.jpeg).hexdigest()[:24],
            camera_id=frame.camera_id,
            preset=frame.preset,
            captured_at=frame.captured_at,
            clock_sigma_s=frame.captured_doubt_s,
            time_source=frame.time_source,
            pose=frame.pose,
            jpeg=frame.jpeg,
            hidden=tuple(mask.polygon for mask in frame.hidden),
            width_px=width_px,
            height_px=height_px,
        )
        with self._lock:
            self._pictures.pop(picture.picture_id, None)
            self._pictures[picture.picture_id] = picture
            while len(self._pictures) > MOST or self._held() > MOST_BYTES:
                self._pictures.popitem(last=False)
        return picture

    def get(self, picture_id: str, camera_id: str, preset: int) -> Picture:
        """A picture of a view; it is the last to make room from now on.

        Raises:
            Conflict: it is not here any more, or shows another view; code
                ``calibration_picture_gone``.
        """
        with self._lock:
            found = self._pictures.get(picture_id)
            if found is not None and (found.camera_id, found.preset) == (camera_id, preset):
                self._pictures.move_to_end(picture_id)
                return found
        raise Conflict(
            "The picture is not at hand any more.",
            remedy="Take a new one; what was marked stays.",
            code="calibration_picture_gone",
        )

    def forget(self, camera_id: str) -> None:
        """Let go of a camera's pictures: something in them has become private."""
        with self._lock:
            for key in [key for key, it in self._pictures.items() if it.camera_id == camera_id]:
                del self._pictures[key]

    def _held(self) -> int:
        # The newest alone may be larger than the limit: it is what somebody works on.
        return sum(len(each.jpeg) for each in list(self._pictures.values())[:-1])
