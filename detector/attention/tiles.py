"""Parts of a picture, and what they cost.

A part is a rectangle of the picture that is scored on its own, larger than inside the full frame.
Everything here is arithmetic on whole pixels: no picture is looked at. Costs are counted in pixels
of the network's input, which time follows (measured in ``docs/detector.md``).

Coordinates are edges: 0 is the left edge of the first pixel, ``width`` the right edge of the last.
"""

from dataclasses import dataclass

from models.units import ImageBGR

__all__ = ["Tile", "input_pixels"]


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A part of a picture, in its pixels, edges included on both sides.

    Attributes:
        y_min: upper edge, at least 0.
        x_min: left edge, at least 0.
        y_max: lower edge, at most the picture's height.
        x_max: right edge, at most the picture's width.
    """

    y_min: int
    x_min: int
    y_max: int
    x_max: int

    def cut(self, image: ImageBGR) -> ImageBGR:
        """The tile's pixels: a view of the picture, not a copy."""
        return image[self.y_min : self.y_max, self.x_min : self.x_max]


def input_pixels(width_px: int, height_px: int, *, longer_side_px: int, stride_px: int) -> int:
    """Pixels of the network's input for a picture: the unit in which cost is counted.

    Args:
        width_px: of the picture, at least 1.
        height_px: of the picture, at least 1.
        longer_side_px: of the input, a multiple of the stride.
        stride_px: of the network.
    """
    scale = longer_side_px / max(width_px, height_px)
    area = 1
    for side_px in (width_px, height_px):
        area *= -(-max(1, round(side_px * scale)) // stride_px) * stride_px
    return area
