"""A camera's newest picture in small: made when somebody looks, once for all who look."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

import cv2

from camera_gateway.pictures import decode_jpeg, encode_jpeg, picture_size
from camera_gateway.status import GatewayStatus

__all__ = ["Small", "ThumbWidth", "Thumbs"]

RENEWED_AFTER_S: Final = 1.0
AT_ONCE: Final = 2
_QUALITY: Final = 78
_REDUCTIONS: Final = (8, 4, 2)


class ThumbWidth(IntEnum):
    """Pixels. Free widths would let anybody keep the machine at scaling."""

    LIST = 320
    CLOSE = 960


@dataclass(frozen=True, slots=True)
class Small:
    """A picture in small.

    Attributes:
        jpeg: no wider than asked for, and never larger than the picture was.
        captured_at: UTC, of the picture.
        received_at: UTC, of the picture.
    """

    jpeg: bytes
    captured_at: datetime | None
    received_at: datetime | None


class Thumbs:
    """Keeps the newest small picture of each camera and width.

    However many look, and however often: a picture is made small once, a camera's at most once a
    second, and two at the same time.

    Args:
        monotonic_s: seconds that never go back.
    """

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._kept: dict[tuple[str, int], tuple[float, bytes, Small]] = {}
        self._busy = threading.Semaphore(AT_ONCE)

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def of(self, status: GatewayStatus, width_px: ThumbWidth) -> Small | None:
        """The newest picture of a camera, or the one of a moment ago; blocks while it is made.

        Args:
            status: with the picture.
            width_px: of the small one; height in proportion.

        Raises:
            FrameCorrupt: the picture does not decode.
        """
        if status.still is None:
            return None
        key = (status.camera_id, width_px)
        if (found := self._fresh(key, status.still)) is not None:
            return found
        with self._busy:
            if (found := self._fresh(key, status.still)) is not None:
                return found  # somebody else made it while this one waited
            jpeg = _small(status.still, status.camera_id, width_px)
            small = Small(jpeg, status.captured_at, status.received_at)
            self._kept[key] = (self._monotonic_s(), status.still, small)
            return small

    def forget(self, camera_id: str) -> None:
        """Let go of a camera's pictures: something in them has become private."""
        for key in [key for key in list(self._kept) if key[0] == camera_id]:
            self._kept.pop(key, None)

    def forget_but(self, camera_ids: Collection[str]) -> None:
        """Let go of pictures of cameras that are gone."""
        for key in [key for key in list(self._kept) if key[0] not in camera_ids]:
            self._kept.pop(key, None)

    def _fresh(self, key: tuple[str, int], still: bytes) -> Small | None:
        made_s, source, small = self._kept.get(key, (0.0, b"", None))
        if source is still or self._monotonic_s() - made_s < RENEWED_AFTER_S:
            return small
        return None


def _small(jpeg: bytes, name: str, width_px: int) -> bytes:
    whole_px, whole_height_px = picture_size(jpeg)
    if whole_px <= width_px:
        return jpeg
    # The decoder leaves out what would be averaged away: an eighth of the work, where it fits.
    reduction = next((each for each in _REDUCTIONS if whole_px // each >= width_px), 1)
    image = decode_jpeg(jpeg, name, reduction=reduction)
    height_px = max(1, round(whole_height_px * width_px / whole_px))
    scaled = cv2.resize(image, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return encode_jpeg(scaled.astype("uint8", copy=False), _QUALITY)
