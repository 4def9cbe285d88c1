"""What stands between a fire and a village: belts and breaks, and the gaps in them.

The corridor is the ground that a fire would cross: as wide as the region that it may lie in, as far
as that region reaches, from there narrowing or widening to the width of the village. Its lines run
side by side from edge to edge and are told by their place across it, 0 on the left to 1 on the
right; a belt holds those lines that it crosses. Where it leaves some out is its gap.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from models.units import FloatArray

__all__ = ["VILLAGE_RADIUS_M", "Corridor", "Crossing", "corridor_of", "evenly_in"]

VILLAGE_RADIUS_M: Final = 100.0
"""A village that is drawn as a point is taken to reach so far to each side."""

LEAST_GAP_M: Final = 1.0
"""Pieces that were drawn to touch do so to about this."""

_AREA: Final = 2
_STARTS: Final = 48

_SPREAD: Final = 1.2207440846057596
"""The real root of x^4 = x + 1: M. Roberts, "The unreasonable effectiveness of quasirandom
sequences" (2018)."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A belt in a corridor.

    Attributes:
        part: of the belt that lies in the corridor, in the land's plane.
        covered: share of the corridor's width that it crosses, (0, 1].
        gap_m: the widest that it leaves; 0 without one.
        stopped: (starts,) whether it stands on the line of each start.
    """

    part: BaseGeometry
    covered: float
    gap_m: float
    stopped: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """From one place of a fire to a village, in the land's plane turned so that the way is x.

    Attributes:
        origin: the place.
        along: unit vector towards the village.
        from_x: where the region begins, below 0.
        turn_x: where the region ends and the corridor begins to change its width.
        to_x: where the village is.
        fire_y: right and left edge of the region, as offsets to the left of the way.
        village_y: of the village.
        village: its shape, when it is an area.
        starts: (starts, 2) places of the region, evenly spread.
    """

    origin: tuple[float, float]
    along: tuple[float, float]
    from_x: float
    turn_x: float
    to_x: float
    fire_y: tuple[float, float]
    village_y: tuple[float, float]
    village: BaseGeometry | None
    starts: FloatArray

    @property
    def area(self) -> shapely.Polygon:
        """All of it."""
        (low, high), (near, far) = self.fire_y, self.village_y
        ring = [
            (self.from_x, low),
            (self.turn_x, low),
            (self.to_x, near),
            (self.to_x, far),
            (self.turn_x, high),
            (self.from_x, high),
        ]
        return shapely.Polygon(self._out(np.array(ring)))

    def crossing(self, belt: BaseGeometry) -> Crossing | None:
        """How a belt lies in it; None when none of its lines crosses it."""
        part = shapely.intersection(belt, self.area)
        if self.village is not None:
            part = shapely.difference(part, self.village)
        if part.is_empty:
            return None
        spans = self._spans(part)
        covered, gap_m = self._covered(spans)
        stopped = self._stopped(part, belt)
        if covered <= 0.0:
            return None
        return Crossing(part, covered, gap_m, stopped)

    @property
    def lines(self) -> NDArray[np.object_]:
        """(starts,) the way of each start to its place across the village."""
        inner = self._in(self.starts)
        share = self._across(inner)
        (near, far) = self.village_y
        end = np.column_stack((np.full(len(share), self.to_x), near + share * (far - near)))
        turn = np.column_stack((np.maximum(inner[:, 0], self.turn_x), inner[:, 1]))
        ways = np.stack((inner, turn, end), axis=1)
        return np.asarray(
            shapely.linestrings(self._out(ways.reshape(-1, 2)).reshape(ways.shape)), dtype=object
        )

    @property
    def arrived(self) -> NDArray[np.bool_]:
        """(starts,) which are at the village already, or behind it."""
        there: NDArray[np.bool_] = self._in(self.starts)[:, 0] >= self.to_x
        if self.village is not None:
            there |= shapely.intersects_xy(self.village, self.starts)
        return there

    def _stopped(self, part: BaseGeometry, belt: BaseGeometry) -> NDArray[np.bool_]:
        shapely.prepare(part)
        stopped: NDArray[np.bool_] = shapely.intersects(part, self.lines) & ~self.arrived
        if shapely.get_dimensions(belt) == _AREA:
            # A fire that burns in a belt is not held by it.
            stopped &= ~shapely.intersects_xy(belt, self.starts)
        return stopped

    def _spans(self, part: BaseGeometry) -> FloatArray:
        """(n, 6) of the part's straight pieces: from and to across, and both ends' x and y."""
        cut = shapely.box(-1e9, -1e9, self.turn_x, 1e9), shapely.box(self.turn_x, -1e9, 1e9, 1e9)
        turned = shapely.transform(part, self._in)
        found = []
        for side in cut:
            for piece in shapely.get_parts(shapely.intersection(turned, side)):
                areal = shapely.get_dimensions(piece) == _AREA
                for ring in shapely.get_rings(piece) if areal else [piece]:
                    corners = shapely.get_coordinates(ring)
                    found.append(np.stack((corners[:-1], corners[1:]), axis=1))
        ends = np.concatenate(found) if found else np.empty((0, 2, 2))
        share = self._across(ends.reshape(-1, 2)).reshape(-1, 2)
        flip = share[:, 0] > share[:, 1]
        share[flip] = share[flip, ::-1]
        ends[flip] = ends[flip, ::-1]
        spans = np.column_stack((share, ends.reshape(-1, 4)))
        ordered: FloatArray = spans[np.argsort(spans[:, 0], kind="stable")]
        return ordered

    def _covered(self, spans: FloatArray) -> tuple[float, float]:
        """The share of the width that the spans cover, and the widest gap in metres."""
        covered = gap_m = 0.0
        reached, at = 0.0, None
        for begin, end, begin_x, begin_y, end_x, end_y in spans.tolist():
            if begin > reached:
                if at is None:
                    apart_m = (begin - reached) * self._width_m(begin_x)
                else:
                    apart_m = math.hypot(begin_x - at[0], begin_y - at[1])
                if apart_m >= LEAST_GAP_M:
                    gap_m = max(gap_m, apart_m)
                else:
                    covered += begin - reached
                reached = begin
            if end > reached:
                covered += end - reached
                reached = end
                at = end_x, end_y
            elif at is None:
                at = end_x, end_y
        if at is not None and reached < 1.0:
            apart_m = (1.0 - reached) * self._width_m(at[0])
            if apart_m >= LEAST_GAP_M:
                gap_m = max(gap_m, apart_m)
            else:
                covered += 1.0 - reached
        return min(1.0, covered), gap_m

    def _width_m(self, x_m: float) -> float:
        low, high = self._edges(np.array([x_m]))
        return float(high[0] - low[0])

    def _across(self, inner: FloatArray) -> FloatArray:
        low, high = self._edges(inner[:, 0])
        share: FloatArray = np.clip((inner[:, 1] - low) / (high - low), 0.0, 1.0)
        return share

    def _edges(self, x_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        done = np.clip((x_m - self.turn_x) / (self.to_x - self.turn_x), 0.0, 1.0)
        (low, high), (near, far) = self.fire_y, self.village_y
        return low + done * (near - low), high + done * (far - high)

    def _in(self, points: FloatArray) -> FloatArray:
        return _turned(points, self.origin, self.along)

    def _out(self, inner: FloatArray) -> FloatArray:
        along_x, along_y = self.along
        x, y = inner[:, 0], inner[:, 1]
        return np.column_stack(
            (self.origin[0] + x * along_x - y * along_y, self.origin[1] + x * along_y + y * along_x)
        )


def corridor_of(
    middle: tuple[float, float], outline: BaseGeometry, starts: FloatArray, village: BaseGeometry
) -> Corridor | None:
    """The corridor from a place of a fire to a village; None when the place is at the village.

    Args:
        middle: the place.
        outline: where the fire may be around it.
        starts: (n, 2) evenly in the outline.
        village: point or area in the same plane.
    """
    areal = shapely.get_dimensions(village) == _AREA
    if areal and shapely.intersects_xy(village, *middle):
        return None
    target = shapely.get_coordinates(shapely.centroid(village))[0]
    to_x = math.hypot(target[0] - middle[0], target[1] - middle[1])
    if to_x <= VILLAGE_RADIUS_M:
        return None
    along = (float(target[0] - middle[0]) / to_x, float(target[1] - middle[1]) / to_x)

    def turned(points: FloatArray) -> FloatArray:
        east, north = points[:, 0] - middle[0], points[:, 1] - middle[1]
        return np.column_stack(
            (east * along[0] + north * along[1], north * along[0] - east * along[1])
        )

    region = turned(shapely.get_coordinates(outline))
    village_y = (-VILLAGE_RADIUS_M, VILLAGE_RADIUS_M)
    if areal:
        sides = turned(shapely.get_coordinates(village))[:, 1]
        village_y = (float(sides.min()), float(sides.max()))
    return Corridor(
        origin=middle,
        along=along,
        from_x=min(0.0, float(region[:, 0].min())),
        turn_x=min(max(0.0, float(region[:, 0].max())), to_x - VILLAGE_RADIUS_M),
        to_x=to_x,
        fire_y=(float(region[:, 1].min()), float(region[:, 1].max())),
        village_y=village_y,
        village=village if areal else None,
        starts=starts,
    )


def _turned(
    points: FloatArray, origin: tuple[float, float], along: tuple[float, float]
) -> FloatArray:
    """(n, 2) how far along the way, and how far to its left."""
    east, north = points[:, 0] - origin[0], points[:, 1] - origin[1]
    return np.column_stack((east * along[0] + north * along[1], north * along[0] - east * along[1]))


def evenly_in(outline: BaseGeometry, count: int = _STARTS) -> FloatArray:
    """Places spread evenly over an area, always the same.

    Args:
        outline: polygon or polygons.
        count: how many.

    Returns:
        (count, 2) coordinates.
    """
    parts = shapely.get_parts(outline)
    triangles = shapely.get_coordinates(
        shapely.get_parts(shapely.constrained_delaunay_triangles(parts))
    ).reshape(-1, 4, 2)[:, :3]
    side, other = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    sizes = np.abs(side[:, 0] * other[:, 1] - side[:, 1] * other[:, 0])
    steps = np.arange(1, count + 1)[:, None] * _SPREAD ** -np.arange(1.0, 4.0)
    pick, first, second = np.mod(0.5 + steps, 1.0).T
    chosen = np.searchsorted(np.cumsum(sizes) / sizes.sum(), pick).clip(max=len(sizes) - 1)
    beyond = first + second > 1.0
    first, second = np.where(beyond, 1.0 - first, first), np.where(beyond, 1.0 - second, second)
    found: FloatArray = (
        triangles[chosen, 0] + first[:, None] * side[chosen] + second[:, None] * other[chosen]
    )
    return found
