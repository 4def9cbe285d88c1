"""Elevation models of several makes in one relief: which goes before which, and what contradicts.

A survey of the district in fine cells and a coarser model of what lies around it belong together:
a tower at the border looks across. Heights of two datums do not, and where both files have heights
it shows: undulation of the geoid is 33 to 38 m here, and a model of the tree tops above one of the
ground is 5 to 15 m.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from geo.crs import Wgs84
from geo.dem.lattice import Lattice
from models.errors import InputRefused

__all__ = ["COARSE_M", "cell_m_of", "check_agreement", "finest_first"]

COARSE_M: Final = 100.0
"""Cells larger than this place a fire worse than any pose error; whoever uses them is warned."""

_SAME_SIZE: Final = 1.5
_MOST_APART_M: Final = 20.0
_STRIPS: Final = 40
_LEAST_PLACES: Final = 30


def cell_m_of(group: Lattice) -> float:
    """Size of a model's cells. Of degrees east-west cells shrink northwards: the larger side."""
    return max(group.files[0].cells_m)


def finest_first(groups: Sequence[Lattice]) -> list[Lattice]:
    """Models in the order in which they are asked for a height.

    Finer cells go before coarser ones, in whichever order they were named; cells of about one size
    stay in their order.

    Raises:
        InputRefused: cells that are too coarse to place a fire would hide among finer ones; code
            ``dem_mixed``.
    """
    finest_m = min(cell_m_of(group) for group in groups)
    coarsest_m = max(cell_m_of(group) for group in groups)
    if coarsest_m > COARSE_M and coarsest_m > finest_m * _SAME_SIZE:
        raise InputRefused(
            f"Cells of {coarsest_m:.0f} m are too coarse to place a fire, and would not show "
            f"among those of {finest_m:.0f} m.",
            remedy=f"Leave them out, or fill with cells of at most {COARSE_M:.0f} m.",
            code="dem_mixed",
        )
    scale = math.log(_SAME_SIZE)
    return sorted(groups, key=lambda group: int(math.log(cell_m_of(group) / finest_m) / scale))


def check_agreement(
    groups: Sequence[Lattice], rows: int, places_of: Callable[[int], Wgs84]
) -> None:
    """Refuse models that stand at different heights where they overlap.

    Args:
        groups: in their order.
        rows: of the grid that is to be filled.
        places_of: cell centres of one of its rows.

    Raises:
        InputRefused: one is off by more than 20 m, in the median; code ``dem_apart``.
    """
    strips = np.unique(np.linspace(0, rows - 1, _STRIPS).astype(int))
    places = [places_of(int(row)) for row in strips]
    firsts = [groups[0].heights_at(each) for each in places]
    for group in groups[1:]:
        both = zip(places, firsts, strict=True)
        off_m = np.concatenate([group.heights_at(each) - first for each, first in both])
        off_m = off_m[np.isfinite(off_m)]
        middle_m = float(np.median(off_m)) if len(off_m) >= _LEAST_PLACES else 0.0
        if abs(middle_m) > _MOST_APART_M:
            above = "above" if middle_m > 0.0 else "below"
            raise InputRefused(
                f"{group.files[0].path} stands {abs(middle_m):.0f} m {above} "
                f"{groups[0].files[0].path} where both have heights.",
                remedy="Their heights are above different things (sea level, the ellipsoid), or "
                "one lies at the wrong place: import them apart and look.",
                code="dem_apart",
            )
