"""A camera's JPEG as a picture that the detection core decodes itself, no larger than it needs.

The core knows no files, and the gateway's strict decoder knows no network; here they meet. Damage
is refused as strictly as everywhere: at every reduction the coded bytes are read to their end.

Whoever follows a view over time wants the picture too, small. Decoding is half of what a frame
costs besides the network, so the last decoding leaves a small copy behind.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import decode_jpeg, picture_size
from detector.core.undecoded import best_reduction
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["SMALL_PX", "JpegPicture"]

SMALL_PX = 512
"""Least longer side of the small copy, where the picture has as much."""


@dataclass(frozen=True, slots=True)
class JpegPicture:
    """An undecoded picture; see :class:`detector.core.Undecoded`.

    Attributes:
        data: the file.
        name: of the frame, for messages.
        width_px: of the upright picture.
        height_px: of the upright picture.
    """

    data: bytes
    name: str
    width_px: int
    height_px: int
    _small: list[ImageBGR] = field(default_factory=list, init=False, repr=False, compare=False)
    _grey: list[NDArray[np.uint8]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, data: bytes, name: str) -> "JpegPicture":
        """Read the size from the markers.

        Raises:
            FrameCorrupt: it is no whole JPEG, or has more than 100 million pixels.
        """
        try:
            width_px, height_px = picture_size(data)
        except FrameCorrupt as error:
            raise FrameCorrupt(f"{name}: {error.message}", remedy=error.remedy) from error
        return cls(data, name, width_px, height_px)

    def decode(self, reduction: int) -> ImageBGR:
        """Decode strictly.

        Args:
            reduction: 1, 2, 4 or 8; each side is divided by it and rounded up.

        Raises:
            FrameCorrupt: the file is damaged.
        """
        image = decode_jpeg(self.data, self.name, reduction=reduction)
        self._small[:], self._grey[:] = [_halved(image)], []
        return image

    def known_small(self, other: "JpegPicture") -> None:
        """Another one of the same file was decoded: what that left behind is this one's too."""
        self._small[:], self._grey[:] = (
            ([other.small()], [other.small_grey()]) if other.is_decoded else ([], [])
        )

    @property
    def is_decoded(self) -> bool:
        """Whether a decoding has left a small copy behind."""
        return bool(self._small)

    def small(self) -> ImageBGR:
        """The whole picture, halved until its longer side is below twice :data:`SMALL_PX`.

        Every pixel counts in it. It comes from the last decoding, whatever its reduction; without
        one the file is decoded as small as that allows.

        Raises:
            FrameCorrupt: the file is damaged.
        """
        if not self._small:
            scale = SMALL_PX / max(self.width_px, self.height_px)
            self.decode(
                best_reduction(
                    self.width_px,
                    self.height_px,
                    content_width=round(self.width_px * scale),
                    content_height=round(self.height_px * scale),
                )
            )
        return self._small[0]

    def small_grey(self) -> NDArray[np.uint8]:
        """Brightness of :meth:`small`, made once for all who look at it.

        Raises:
            FrameCorrupt: as of that.
        """
        small = self.small()
        if not self._grey:
            self._grey[:] = [cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)]
        return self._grey[0]

    def grey_of(self, image: ImageBGR) -> NDArray[np.uint8] | None:
        """Brightness of what it was decoded to, where that is the small copy itself."""
        return self.small_grey() if self._small and self._small[0] is image else None


def _halved(image: ImageBGR) -> ImageBGR:
    while max(image.shape) >= 2 * SMALL_PX and min(image.shape[:2]) >= 2:
        # The last row or column of an odd side is left out: less than a pixel of the result.
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        image = cv2.resize(
            image[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA
        ).astype(np.uint8, copy=False)
    return image
