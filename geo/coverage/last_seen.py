"""When each cell of land was last watched, and by which view."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.coverage.footprint import Footprint
from geo.coverage.grid import Grid

__all__ = ["NEVER_S", "LastSeen", "Looked", "last_seen"]

Moments: TypeAlias = Annotated[NDArray[np.float64], "seconds since 1970 UTC, -inf for never"]
NEVER_S: Final = -np.inf
NO_VIEW: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A view and when it was last held.

    Attributes:
        footprint: what it watches.
        at_s: UTC, seconds since 1970.
    """

    footprint: Footprint
    at_s: float


@dataclass(frozen=True, slots=True, eq=False)
class LastSeen:
    """What was looked at.

    Attributes:
        at_s: (rows, columns) when; :data:`NEVER_S` where nobody has looked.
        view: (rows, columns) number of the view in the order in which they were given, -1 for none.
    """

    at_s: Moments
    view: NDArray[np.int32]


def last_seen(grid: Grid, looks: Iterable[Looked], smoke_m: float) -> LastSeen:
    """Lay views over one another by time; the later wins.

    Args:
        grid: cells.
        looks: views, in any order.
        smoke_m: a cell is watched when smoke so high over it is in sight and in the picture.
    """
    at_s = np.full(grid.rows * grid.columns, NEVER_S)
    number = np.full(at_s.shape, NO_VIEW, np.int32)
    for index, look in sorted(enumerate(looks), key=lambda each: each[1].at_s):
        cells = look.footprint.cells[look.footprint.smoke_m <= smoke_m]
        at_s[cells] = look.at_s
        number[cells] = index
    return LastSeen(at_s.reshape(grid.shape), number.reshape(grid.shape))
