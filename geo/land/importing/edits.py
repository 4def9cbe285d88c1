"""What an import changes in the land, feature by feature."""

from collections.abc import Sequence
from typing import Literal

import shapely

from models.errors import InputRefused
from models.land import LandEdit, LandFeature

__all__ = ["edits_for"]


_SAME_DEG = 1e-9
"""A tenth of a millimetre: formats round and turn rings, which makes no other feature."""


def _same(one: LandFeature, other: LandFeature) -> bool:
    facts = one.name == other.name and one.drill is other.drill
    if not facts or one.properties != other.properties:
        return False
    shapes = [shapely.normalize(each.geometry) for each in (one, other)]
    return bool(shapely.equals_exact(shapes[0], shapes[1], _SAME_DEG))


def edits_for(
    features: Sequence[LandFeature],
    there: Sequence[LandFeature],
    *,
    mode: Literal["add", "replace"],
) -> tuple[LandEdit, ...]:
    """The edits that make the land hold these features; none for one that is there as it is.

    Args:
        features: as they are to be; each code of a layer once.
        there: the land as it is, of any layers.
        mode: ``add`` leaves the others of the layer; ``replace`` takes them away.

    Raises:
        InputRefused: a code is there twice (``land_code_twice``).
    """
    before = {(each.layer, each.code): each for each in there}
    edits: list[LandEdit] = []
    coming: set[tuple[str, str]] = set()
    for feature in features:
        key = feature.layer, feature.code
        if key in coming:
            raise InputRefused(
                f"The code {feature.code} is there twice.",
                remedy="Give every feature of a layer its own code.",
                code="land_code_twice",
            )
        coming.add(key)
        old = before.get(key)
        if old is None or not _same(old, feature):
            edits.append(LandEdit(old, feature))
    if mode == "replace":
        layers = {feature.layer for feature in features}
        edits += [
            LandEdit(each, None)
            for each in there
            if each.layer in layers and (each.layer, each.code) not in coming
        ]
    return tuple(edits)
