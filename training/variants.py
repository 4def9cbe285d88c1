"""The recipe without one of its ingredients, or with fewer pictures, to learn what each buys."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from detector.evaluate.labelled_set import Picture
from training.recipe import RECIPES, Recipe

__all__ = ["GROUPS_LEFT", "VARIANTS", "some_groups", "without"]


def without(recipe: Recipe, strata: Collection[str]) -> Recipe:
    """The recipe with the shares of some strata at zero; :class:`Samples` scales up the rest."""
    shares = {name: 0.0 if name in strata else share for name, share in recipe.shares.items()}
    return replace(recipe, shares=shares)


_WHOLE = replace(RECIPES["long"], name="whole")
VARIANTS: Mapping[str, Recipe] = {
    "whole": _WHOLE,
    "half-the-data": _WHOLE,
    "quarter-of-the-data": _WHOLE,
    "no-pasted-smoke": without(_WHOLE, {"tower_paste", "away_paste"}),
    "no-hard-negatives": without(_WHOLE, {"tower_away", "webcam", "fog_forest", "sky", "infrared"}),
    "whole-again": replace(_WHOLE, seed=_WHOLE.seed + 1),
    "no-mosaic": replace(_WHOLE, mosaic=0.0),
    "no-zoom": without(_WHOLE, {"tower_zoom"}),
    "no-urban-photos": without(_WHOLE, {"urban_fire"}),
}
"""By name, in the order in which they are worth their time."""
GROUPS_LEFT = {"half-the-data": 0.5, "quarter-of-the-data": 0.25}
"""Share of the training groups that a variant sees; 1 when not named."""


def some_groups(pictures: Sequence[Picture], share: float) -> tuple[Picture, ...]:
    """The pictures of a share of the groups, the same ones each time, smaller in larger."""
    return tuple(p for p in pictures if _place_of(p.group) < share)


def _place_of(group: str) -> float:
    """A number from 0 to 1 that depends on nothing but the name."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:6], "big") / 2**48
