"""Which hot spots lie wholly within a place that somebody has drawn as warm by nature.

A fire that begins at a stove soon reaches beyond the box that was drawn round its pipe, and is
judged as any other from then on.
"""

from collections.abc import Sequence
from typing import Final

from models.thermal import HotSpot
from models.warm_place import WarmPlace

__all__ = ["is_of_warm"]

SWAY: Final = 1.0 / 40.0
"""Of the width: what a hand that draws, and wind at the mount, are off by."""


def is_of_warm(spot: HotSpot, size_px: tuple[int, int], warm_places: Sequence[WarmPlace]) -> bool:
    """Whether all of a spot lies within one of the places, each a fortieth of the width wider.

    Args:
        spot: of a frame.
        size_px: of the frame, width and height.
        warm_places: drawn in its view.
    """
    width, height = size_px
    sway = SWAY * width
    return any(
        place.x_min * width - sway <= spot.x_min
        and spot.x_max <= place.x_max * width + sway
        and place.y_min * height - sway <= spot.y_min
        and spot.y_max <= place.y_max * height + sway
        for place in warm_places
    )
