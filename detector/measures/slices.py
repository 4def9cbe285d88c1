"""By what footage is cut: light, kind of picture, sky, season, distance, size, scene."""

from collections.abc import Sequence
from typing import Final

from models.footage import TrueFire, Truth
from models.replay import Played

__all__ = ["CUTS", "SIZES", "fire_size", "word_of"]

CUTS: Final = ("light", "mode", "sky", "season", "range", "scene")
"""What a whole recording belongs to one part of."""
RANGES: Final = (
    (1_000.0, "0-1 km"),
    (2_000.0, "1-2 km"),
    (5_000.0, "2-5 km"),
    (10_000.0, "5-10 km"),
    (float("inf"), "10 km+"),
)
SIZES: Final = {
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, float("inf")),
}
"""Areas in square pixels, COCO's; a box of just 32 by 32 belongs to both, as there."""


def word_of(played: Played, cut: str) -> str:
    """Which part a recording belongs to; empty when nobody says.

    Args:
        played: the recording.
        cut: one of :data:`CUTS`.
    """
    if cut == "scene":
        return played.scene or played.name
    if cut == "range":
        range_m = played.conditions.range_m
        if range_m is None:
            return ""
        return next(word for limit_m, word in RANGES if range_m < limit_m)
    word = getattr(played.conditions, cut)
    return "" if word is None else str(word)


def fire_size(played: Played, truth: Truth, fire: TrueFire) -> str:
    """How large a fire is where it was first boxed; empty where it never was.

    The largest of its boxes there. Boxes that name no fire belong to the only one.
    """
    names = {fire.name, ""} if len(truth.fires) == 1 else {fire.name}
    mine = [box for box in truth.boxes if box.fire in names]
    if not mine or not min(played.size_px):
        return ""
    wide, tall = played.size_px
    area_px = max(
        (box.x_max - box.x_min) * wide * (box.y_max - box.y_min) * tall
        for box in mine
        if box.at_s == mine[0].at_s
    )
    return _size(area_px, tuple(SIZES.items()))


def _size(area_px: float, sizes: Sequence[tuple[str, tuple[float, float]]]) -> str:
    return next(word for word, (_, most_px) in sizes if area_px < most_px)
