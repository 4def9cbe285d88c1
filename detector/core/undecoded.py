"""A picture that still lies in its file.

It is decoded by the thread that looks at it, no larger than the network can use. A JPEG decoder can
leave out the finest frequencies and give a half, a quarter or an eighth of each side for a fraction
of the work; the result is an average over the pixels, not a selection.
"""

from typing import Protocol

from models.units import ImageBGR

__all__ = ["REDUCTIONS", "Undecoded", "best_reduction"]

REDUCTIONS = (8, 4, 2)


class Undecoded(Protocol):
    """A picture whose size is known and whose pixels are not made yet."""

    @property
    def name(self) -> str:
        """Of its frame or file, for messages."""

    @property
    def width_px(self) -> int:
        """Of the upright picture."""

    @property
    def height_px(self) -> int:
        """Of the upright picture."""

    def decode(self, reduction: int) -> ImageBGR:
        """Make the pixels.

        Args:
            reduction: 1, 2, 4 or 8; each side is divided by it and rounded up.

        Raises:
            FrameCorrupt: the file is damaged.
        """


def best_reduction(
    width_px: int, height_px: int, *, content_width: int, content_height: int
) -> int:
    """The greatest reduction that still leaves at least the pixels that the network sees.

    >>> best_reduction(1920, 1080, content_width=640, content_height=360)
    2
    >>> best_reduction(1024, 768, content_width=640, content_height=480)
    1
    """
    for reduction in REDUCTIONS:
        if width_px >= reduction * content_width and height_px >= reduction * content_height:
            return reduction
    return 1
