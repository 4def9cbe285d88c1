"""Places of a node's view that are warm by nature: a stove's pipe, a chimney, a roof."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from models.errors import InputRefused

__all__ = ["MOST_WARM_NOTE", "MOST_WARM_PLACES", "MOST_WARM_SHARE", "WarmPlace", "check_warm"]

MOST_WARM_PLACES: Final = 8
MOST_WARM_SHARE: Final = 0.1
"""Of the picture's area, each: who draws over half a view would make it half blind."""
LEAST_SIDE: Final = 0.005
MOST_WARM_NOTE: Final = 40


@dataclass(frozen=True, slots=True)
class WarmPlace:
    """A box in shares of the picture's width and height, 0 to 1 from the upper left corner.

    Attributes:
        x_min: left edge, and so on for the other three.
        y_min: upper edge.
        x_max: right edge.
        y_max: lower edge.
        note: what is there, at most 40 letters; may be empty.
    """

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    note: str = ""


def check_warm(places: Sequence[WarmPlace]) -> None:
    """Let pass what can be drawn into a view.

    Raises:
        InputRefused: too many, beyond the picture, too small or too large, or a note that is too
            long; code ``node_warm``.
    """
    if len(places) > MOST_WARM_PLACES or not all(_can_be(place) for place in places):
        raise InputRefused(
            f"A node has up to {MOST_WARM_PLACES} warm places: boxes within its picture, each of "
            f"up to {MOST_WARM_SHARE:.0%} of it, with notes of up to {MOST_WARM_NOTE} letters.",
            remedy="Draw small boxes round what is warm, and nothing beside it.",
            code="node_warm",
        )


def _can_be(place: WarmPlace) -> bool:
    sides = (place.x_min, place.y_min, place.x_max, place.y_max)
    if not all(isfinite(side) and 0.0 <= side <= 1.0 for side in sides):
        return False
    width, height = place.x_max - place.x_min, place.y_max - place.y_min
    is_box = min(width, height) >= LEAST_SIDE and width * height <= MOST_WARM_SHARE
    is_told = len(place.note) <= MOST_WARM_NOTE and (place.note == "" or place.note.isprintable())
    return is_box and is_told
