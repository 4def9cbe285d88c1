"""Road lines to a graph: where roads meet, and how long each stretch between two meetings is.

Two roads meet

- where an end of one lies within :data:`TOLERANCE_M` of the other, at its end or anywhere along it:
  lines that were drawn or surveyed apart end a few metres short or beyond. The step between them
  costs nothing;
- where they cross, unless just one of them is a motorway: that one has a bridge there. Any other
  crossing is taken for a junction, because layers do not tell bridges.

A road that ends where it begins is a ring. A line that crosses itself is not joined there: it is a
hairpin drawn coarsely more often than a junction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from models.units import FloatArray

__all__ = ["TOLERANCE_M", "Cuts", "RoadLine", "noded"]

TOLERANCE_M: Final = 15.0
SAME_CUT_M: Final = 0.01
Whole = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A drivable line.

    Attributes:
        shape: in metres, longer than nothing.
        km_h: along it.
        motorway: crossed by bridges, entered at its ends only.
    """

    shape: shapely.LineString
    km_h: float
    motorway: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Where the lines are cut: at their ends and wherever another road meets them.

    The cuts of line ``i`` are ``first[i]`` to ``first[i + 1]``, by rising position; between two
    neighbours lies a stretch, known by the number of its first cut.

    Attributes:
        position_m: (cuts,) along the line.
        node: (cuts,) of the graph; cuts of roads that meet have the same.
        first: (lines + 1,) first cut of each line.
        nodes: how many there are.
    """

    position_m: FloatArray
    node: Whole
    first: Whole
    nodes: int

    def stretch(self, line: int, position_m: float) -> int:
        """The stretch of a line that a position lies on."""
        first, last = int(self.first[line]), int(self.first[line + 1])
        found = int(np.searchsorted(self.position_m[first:last], position_m, side="right"))
        return first + min(max(found - 1, 0), last - first - 2)


class _Meetings:
    """Cuts as they are found, and which of them are one place."""

    def __init__(self) -> None:
        self.line: list[int] = []
        self.position_m: list[float] = []
        self._parent: list[int] = []

    def cut(self, line: int, position_m: float) -> int:
        self.line.append(line)
        self.position_m.append(position_m)
        self._parent.append(len(self._parent))
        return len(self._parent) - 1

    def join(self, one: int, other: int) -> None:
        self._parent[self.root(one)] = self.root(other)

    def root(self, cut: int) -> int:
        while self._parent[cut] != cut:
            self._parent[cut] = self._parent[self._parent[cut]]
            cut = self._parent[cut]
        return cut

    def sorted(self, lines: int) -> Cuts:
        order = np.lexsort((self.position_m, self.line))
        line, position_m = np.array(self.line)[order], np.array(self.position_m)[order]
        for before, after in pairwise(range(len(order))):
            close = position_m[after] - position_m[before] < SAME_CUT_M
            if line[before] == line[after] and close:
                self.join(int(order[before]), int(order[after]))
        roots = [self.root(int(cut)) for cut in order]
        numbers, node = np.unique(roots, return_inverse=True)
        first = np.searchsorted(line, np.arange(lines + 1))
        return Cuts(position_m, node.astype(np.intp), first.astype(np.intp), len(numbers))


def noded(lines: Sequence[RoadLine]) -> Cuts:
    """Cut lines where they meet; see the head of this module for where that is."""
    found = _Meetings()
    shapes = np.array([line.shape for line in lines], dtype=object)
    lengths_m = shapely.length(shapes)
    ends = [
        (found.cut(index, 0.0), found.cut(index, float(length_m)))
        for index, length_m in enumerate(lengths_m)
    ]
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=TOLERANCE_M)
    _join_ends(found, ends, shapes, one, other)
    upper = one < other
    _join_crossings(found, lines, lengths_m, one[upper], other[upper])
    return found.sorted(len(lines))


def _join_ends(
    found: _Meetings,
    ends: list[tuple[int, int]],
    shapes: NDArray[np.object_],
    one: Whole,
    other: Whole,
) -> None:
    """An end of the one meets the other where it comes nearest to it; rings close."""
    for which in (0, 1):
        points = shapely.get_point(shapes[one], -which)
        near = shapely.distance(points, shapes[other]) <= TOLERANCE_M
        position_m = shapely.line_locate_point(shapes[other], points)
        for index in np.flatnonzero(near & (one != other)).tolist():
            meeting = found.cut(int(other[index]), float(position_m[index]))
            found.join(meeting, ends[one[index]][which])
    gap_m = shapely.distance(shapely.get_point(shapes, 0), shapely.get_point(shapes, -1))
    for index in np.flatnonzero(gap_m <= TOLERANCE_M).tolist():
        found.join(*ends[index])


def _join_crossings(
    found: _Meetings,
    lines: Sequence[RoadLine],
    lengths_m: FloatArray,
    one: Whole,
    other: Whole,
) -> None:
    """Both are cut where they cross; where they run on each other, at both ends of that."""
    shapes = np.array([line.shape for line in lines], dtype=object)
    corners, pair = shapely.get_coordinates(
        shapely.intersection(shapes[one], shapes[other]), return_index=True
    )
    points = shapely.points(corners)
    first, second = one[pair], other[pair]
    positions_m = [shapely.line_locate_point(shapes[each], points) for each in (first, second)]
    for index, (line, crossed) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        along_m = float(positions_m[0][index]), float(positions_m[1][index])
        if lines[line].motorway != lines[crossed].motorway and all(
            TOLERANCE_M < position_m < lengths_m[each] - TOLERANCE_M
            for position_m, each in zip(along_m, (line, crossed), strict=True)
        ):
            continue
        found.join(found.cut(line, along_m[0]), found.cut(crossed, along_m[1]))
