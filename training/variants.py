"""The recipe without one of its ingredients, or with fewer pictures, to learn what each buys."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from detector.evaluate.labelled_set import Picture
from training.recipe import RECIPES, Recipe

__all__ = ["PARTS", "VARIANTS", "again", "some_groups", "without"]


def without(recipe: Recipe, strata: Collection[str]) -> Recipe:
    """The recipe with the shares of some strata at zero; :class:`Samples` scales up the rest."""
    shares = {name: 0.0 if name in strata else share for name, share in recipe.shares.items()}
    return replace(recipe, shares=shares)


def again(recipe: Recipe, times: int) -> Recipe:
    """The same recipe with the seed of its next runs; itself for the first, 0 times again."""
    return replace(recipe, seed=recipe.seed + times)


_WHOLE = replace(RECIPES["long"], name="whole")
PARTS: Mapping[str, tuple[float, float]] = {
    "half-the-data": (0.0, 0.5),
    "other-half": (0.5, 1.0),
    "quarter-of-the-data": (0.0, 0.25),
    "second-quarter": (0.25, 0.5),
    "third-quarter": (0.5, 0.75),
    "last-quarter": (0.75, 1.0),
}
"""Which of the training groups a variant sees, see :func:`some_groups`; all when not named.

Which tower sites fall into a part matters as much as how many, so every amount is there in parts
that have no group in common and together are the whole.
"""
VARIANTS: Mapping[str, Recipe] = {
    "whole": _WHOLE,
    **dict.fromkeys(PARTS, _WHOLE),
    "no-pasted-smoke": without(_WHOLE, {"tower_paste", "away_paste"}),
    "no-hard-negatives": without(_WHOLE, {"tower_away", "webcam", "fog_forest", "sky", "infrared"}),
    "no-mosaic": replace(_WHOLE, mosaic=0.0),
    "no-zoom": without(_WHOLE, {"tower_zoom"}),
    "no-urban-photos": without(_WHOLE, {"urban_fire"}),
}
"""By name, in the order in which they are worth their time."""


def some_groups(
    pictures: Sequence[Picture], share: float, *, after: float = 0.0
) -> tuple[Picture, ...]:
    """The pictures of a share of the groups, the same ones each time, smaller in larger.

    Args:
        pictures: of any split.
        share: of the groups, 0 to 1.
        after: the share of the groups that come before and are left out.
    """
    return tuple(p for p in pictures if after <= _place_of(p.group) < after + share)


def _place_of(group: str) -> float:
    """A number from 0 to 1 that depends on nothing but the name."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:6], "big") / 2**48
