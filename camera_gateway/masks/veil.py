"""One camera's pictures on their way out: what is private is painted over, or nothing leaves.

Where the picture lies is known by the preset that its camera is at. A picture of a camera on tour
that has not been found to show its own preset gets what is private at any of them. One of a camera
that was turned by hand or storm keeps the masks of its preset where they are, for nobody can tell
where the homes are now: it is told as turned, and goes on being watched.
"""

import asyncio
import logging
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime

from camera_gateway.masks.book import MaskBook
from camera_gateway.masks.paint import painted
from models.errors import FrameCorrupt
from models.frame import Frame
from models.mask import ViewMask
from models.patrol import PoseTrust

__all__ = ["PictureVeil"]

_logger = logging.getLogger(__name__)


class PictureVeil:
    """Paints over what is private in the pictures of one camera.

    Args:
        camera_id: of the camera.
        book: says what is private now.
        pool: where pictures are painted; None for at once, on the event loop.
        tours: the camera is turned by us; a picture shows its preset only where that is verified.
    """

    def __init__(
        self,
        camera_id: str,
        book: MaskBook,
        pool: Executor | None = None,
        *,
        tours: bool = False,
    ) -> None:
        self._camera_id = camera_id
        self._book = book
        self._pool = pool
        self._tours = tours
        self._hidden: tuple[ViewMask, ...] = ()  # in the frame that left last

    async def over(self, frame: Frame, *, free: bool = False) -> Frame | None:
        """The frame as it may leave the gateway; None when it may not.

        Args:
            frame: with preset, pose and trust of this very picture.
            free: the camera is steered by hand or under way: it may show any place.
        """
        leaving, hidden = frame, frozenset[ViewMask]()
        while True:
            masks = self._masks_of(frame)
            if masks is None or (free and self._book.hides(self._camera_id)):
                return None
            if hidden.issuperset(masks):
                self._hidden = masks
                return leaving
            # Somebody may draw another one while these are painted: it is looked at again.
            hidden = frozenset(masks)
            jpeg = await self._painted_aside(frame.jpeg, masks)
            if jpeg is None:
                return None
            leaving = replace(frame, jpeg=jpeg, hidden=masks)

    def apply(
        self, jpeg: bytes, preset: int | None, fov_deg: float | None, captured_at: datetime
    ) -> bytes | None:
        """A picture that was not judged, as it may leave the gateway; None when it may not.

        Blocks while it paints.

        Args:
            jpeg: a whole JPEG file.
            preset: that it shows; None for a camera under way, or where nobody knows: then
                nothing leaves that might be private.
            fov_deg: its full horizontal field of view; None when nobody knows.
            captured_at: aware.
        """
        masks = self._book.private(self._camera_id, preset, fov_deg, captured_at)
        if masks is None or (masks and preset is None):
            return None
        return self._paint(jpeg, masks) if masks else jpeg

    def still_covers(self, frame: Frame) -> bool:
        """Whether the frame that left last hides all that is private by now."""
        masks = self._masks_of(frame)
        return masks is not None and set(masks) <= set(self._hidden)

    def _masks_of(self, frame: Frame) -> tuple[ViewMask, ...] | None:
        unsure = self._tours and frame.pose_trust is not PoseTrust.VERIFIED
        return self._book.private(
            self._camera_id,
            None if unsure else frame.preset,
            None if unsure or frame.pose is None else frame.pose.horizontal_fov_deg,
            frame.captured_at,
        )

    async def _painted_aside(self, jpeg: bytes, masks: tuple[ViewMask, ...]) -> bytes | None:
        if self._pool is None:
            return self._paint(jpeg, masks)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._paint, jpeg, masks)

    def _paint(self, jpeg: bytes, masks: tuple[ViewMask, ...]) -> bytes | None:
        try:
            return painted(jpeg, masks, self._camera_id)
        except (FrameCorrupt, ValueError):
            _logger.debug("a picture of %s cannot be masked", self._camera_id, exc_info=True)
            return None
