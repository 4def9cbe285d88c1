"""What one witness says of the range along its bearing, and what is left of it after the others.

Its relief offers places, stretches that a ridge hides, and a small share for anywhere else. Each is
a density over range; how much of a whole stands on one of them is its weight after all were heard.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from models.crossing import Witness
from models.fix import Fix
from models.units import FloatArray

__all__ = ["Account", "Alternative", "AlternativeKind", "Piece", "pieces_of", "reweighed"]

HIDDEN_SHARE: Final = 0.25
"""Of a witness whose sight grazes a ridge: that the foot of its smoke is out of sight."""

ELSEWHERE_SHARE: Final = 0.10
"""Of every witness: that its relief or pose is wrong in a way that nobody declared."""

REACH_M: Final = 30_000.0
"""Over which a share that is nowhere in particular is spread along the bearing."""

_LEAST_SIGMA_M: Final = 10.0
_NORMAL_90: Final = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Account:
    """What one witness says.

    Attributes:
        witness: the direction or the place.
        fix: what its relief says along that direction; None where it has none.
    """

    witness: Witness
    fix: Fix | None = None


class AlternativeKind(StrEnum):
    """Where a witness's fire may be."""

    PLACE = "place"  # a cluster of its fix
    HIDDEN = "hidden"  # a stretch behind a ridge
    ELSEWHERE = "elsewhere"  # none of those


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of them, before and after the others were heard.

    Attributes:
        kind: of ground.
        index: among the fix's clusters or hidden stretches; 0 for elsewhere.
        before: weight by the witness alone, 0 to 1.
        after: weight with all witnesses.
    """

    kind: AlternativeKind
    index: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Piece:
    """An alternative along the bearing, as a density over range.

    Attributes:
        kind: of ground.
        index: in the fix.
        weight: by the witness alone.
        middle_m: of a cluster, or where a stretch begins.
        near_m: standard deviation before the middle of a cluster.
        far_m: the same beyond it; or where a stretch ends.
    """

    kind: AlternativeKind
    index: int
    weight: float
    middle_m: float = 0.0
    near_m: float = 0.0
    far_m: float = 0.0

    def density(self, range_m: FloatArray) -> FloatArray:
        """Per metre of range, times the weight."""
        if self.kind is AlternativeKind.PLACE:
            sigma_m = np.where(range_m < self.middle_m, self.near_m, self.far_m)
            off = (range_m - self.middle_m) / sigma_m
            found: FloatArray = np.exp(-0.5 * off * off) / (sigma_m * math.sqrt(2.0 * math.pi))
        elif self.kind is AlternativeKind.ELSEWHERE:
            found = np.full(range_m.shape, 1.0 / REACH_M)  # beyond it as well: nobody is silenced
        else:
            inside = (range_m >= self.middle_m) & (range_m <= self.far_m)
            found = inside / (self.far_m - self.middle_m)
        return self.weight * found


def pieces_of(fix: Fix | None) -> list[Piece]:
    """Alternatives of one witness; none where its relief says nothing about the range."""
    if fix is None or not (fix.clusters or fix.hidden):
        return []
    cell_m = 0.0 if fix.terrain is None else fix.terrain.cell_m
    least_m = max(_LEAST_SIGMA_M, cell_m / 4.0)
    hidden_m = sum(each.to_m - each.from_m for each in fix.hidden)
    hidden = (HIDDEN_SHARE if fix.clusters else 1.0 - ELSEWHERE_SHARE) if fix.hidden else 0.0
    told = sum(each.weight for each in fix.clusters)
    seen = 1.0 - ELSEWHERE_SHARE - hidden
    found = [
        Piece(
            AlternativeKind.PLACE,
            index,
            seen * each.weight / told,
            each.range_m,
            max(least_m, (each.range_m - each.range_min_m) / _NORMAL_90),
            max(least_m, (each.range_max_m - each.range_m) / _NORMAL_90),
        )
        for index, each in enumerate(fix.clusters)
    ]
    found += [
        Piece(
            AlternativeKind.HIDDEN,
            index,
            hidden * (each.to_m - each.from_m) / hidden_m,
            each.from_m,
            0.0,
            each.to_m,
        )
        for index, each in enumerate(fix.hidden)
    ]
    return [*found, Piece(AlternativeKind.ELSEWHERE, 0, ELSEWHERE_SHARE)]


def reweighed(
    own: Sequence[Piece], densities: Sequence[FloatArray], weight: FloatArray
) -> tuple[Alternative, ...]:
    """The pieces of one witness, weighed by the sums over a grid.

    Args:
        own: pieces of the witness.
        densities: of each, on the grid.
        weight: of all witnesses together, on the same grid.
    """
    if not own:
        return ()
    whole = weight / np.sum(densities, axis=0)
    shares = np.array([float((whole * each).sum()) for each in densities])
    shares /= shares.sum()
    return tuple(
        Alternative(piece.kind, piece.index, piece.weight, after)
        for piece, after in zip(own, shares.tolist(), strict=True)
    )
