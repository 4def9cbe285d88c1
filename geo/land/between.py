"""What stands between a fire and villages: belts and breaks, and the gaps in them.

A corridor is the ground that a fire would cross: as wide as the region that it may lie in, as far
as that region reaches, from there narrowing or widening to the width of the village. Its lines run
side by side from edge to edge and are told by their place across it, 0 on the right to 1 on the
left; a belt holds those lines that it crosses. Where it leaves some out is its gap.

All corridors of a fire and all pieces of the belts around are reckoned with at once, in arrays.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.land.pieces import IndexArray, Pieces
from models.units import FloatArray

__all__ = ["LEAST_GAP_M", "VILLAGE_RADIUS_M", "Corridors", "Crossed", "corridors_to", "covered"]

VILLAGE_RADIUS_M: Final = 100.0
"""A village that is drawn as a point is taken to reach so far to each side."""

LEAST_GAP_M: Final = 1.0
"""Pieces that were drawn to touch do so to about this."""

_AREA: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """Parts of straight pieces that lie in corridors, row by row.

    Attributes:
        corridor: (parts,) number of the corridor.
        owner: (parts,) number of the shape that the piece belongs to.
        across: (parts, 2) its extent across the corridor, the lesser first, each [0, 1].
        ends_m: (parts, 2, 2) along and to the left of the way, in the order of ``across``.
    """

    corridor: IndexArray
    owner: IndexArray
    across: FloatArray
    ends_m: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Corridors:
    """From places of a fire to villages, each in its own frame: x along the way, y to its left.

    Attributes:
        place: (corridors,) number of the place that each comes from.
        village: (corridors,) number of the village that it leads to.
        origin: (corridors, 2) the place, in the land's plane.
        along: (corridors, 2) unit vectors towards the villages.
        from_x: (corridors,) where the region begins.
        turn_x: where the region ends and the corridor begins to change its width.
        to_x: where the village is.
        fire_y: (corridors, 2) edges of the region.
        village_y: (corridors, 2) edges of the village.
        areas: shapes of villages that are areas, by corridor.
    """

    place: IndexArray
    village: IndexArray
    origin: FloatArray
    along: FloatArray
    from_x: FloatArray
    turn_x: FloatArray
    to_x: FloatArray
    fire_y: FloatArray
    village_y: FloatArray
    areas: dict[int, BaseGeometry]

    def turned(self, x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(corridors, places) of places of the plane, in each corridor's frame.

        Args:
            x_m: (places,), or (corridors, places) where each corridor has its own.
            y_m: likewise.
        """
        east, north = x_m - self.origin[:, :1], y_m - self.origin[:, 1:]
        along_x, along_y = self.along[:, :1], self.along[:, 1:]
        return east * along_x + north * along_y, north * along_x - east * along_y

    def crossed(self, pieces: Pieces) -> Crossed:
        """All parts of pieces that lie in one of the corridors, outside its village."""
        begin = self.turned(pieces.x_m, pieces.y_m)
        end = self.turned(pieces.x_m + pieces.along_x_m, pieces.y_m + pieces.along_y_m)
        low = np.minimum(self.fire_y[:, 0], self.village_y[:, 0])[:, None]
        high = np.maximum(self.fire_y[:, 1], self.village_y[:, 1])[:, None]
        corridor, piece = np.nonzero(
            (np.maximum(begin[0], end[0]) >= self.from_x[:, None])
            & (np.minimum(begin[0], end[0]) <= self.to_x[:, None])
            & (np.maximum(begin[1], end[1]) >= low)
            & (np.minimum(begin[1], end[1]) <= high)
        )
        start = np.stack((begin[0][corridor, piece], begin[1][corridor, piece]), axis=1)
        stop = np.stack((end[0][corridor, piece], end[1][corridor, piece]), axis=1)
        found = []
        # The edges bend where the region ends: on each side of that they are straight.
        for first, last in ((self.from_x, self.turn_x), (self.turn_x, self.to_x)):
            kept, ends = self._clipped(corridor, start, stop, first, last)
            found.append((corridor[kept], pieces.owner[piece[kept]], ends))
        corridor, owner, ends = (np.concatenate(parts) for parts in zip(*found, strict=True))
        across = self.across(corridor[:, None], ends[..., 0], ends[..., 1])
        flip = across[:, 0] > across[:, 1]
        across[flip], ends[flip] = across[flip, ::-1], ends[flip, ::-1]
        return self._outside(Crossed(corridor, owner, across, ends))

    def stopped(self, crossed: Crossed, starts: FloatArray) -> NDArray[np.bool_]:
        """(parts, starts) whether a part stands on the line from a start to the village.

        Args:
            crossed: of these corridors.
            starts: (places, starts, 2) in the region of each place.
        """
        own = starts[self.place]
        begin_x, begin_y = self.turned(own[..., 0], own[..., 1])
        share = self.across(np.arange(len(self.to_x))[:, None], begin_x, begin_y)
        row = crossed.corridor
        first, last = crossed.ends_m[:, 0], crossed.ends_m[:, 1]
        # How far each end lies to the left of the line: on both sides of it where the part meets.
        one = self._beside(row, first, share[row])
        other = self._beside(row, last, share[row])
        apart = one - other
        part = np.divide(one, apart, out=np.zeros_like(one), where=apart != 0.0)
        meets = (one * other <= 0.0) & ((apart != 0.0) | (one == 0.0))
        at_x = first[:, :1] + part * (last[:, :1] - first[:, :1])
        met: NDArray[np.bool_] = meets & (at_x >= begin_x[row])
        there = begin_x >= self.to_x[:, None]
        for number, village in self.areas.items():
            there[number] |= shapely.intersects_xy(village, own[number])
        return met & ~there[row]

    def across(self, corridor: IndexArray, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Place across a corridor, [0, 1]."""
        low, high = self.edges(corridor, x_m)
        share: FloatArray = np.clip((y_m - low) / (high - low), 0.0, 1.0)
        return share

    def edges(self, corridor: IndexArray, x_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Right and left edge at places along corridors, metres to the left of the way."""
        turn_x = self.turn_x[corridor]
        done = np.clip((x_m - turn_x) / (self.to_x[corridor] - turn_x), 0.0, 1.0)
        fire_y, village_y = self.fire_y[corridor], self.village_y[corridor]
        low = fire_y[..., 0] + done * (village_y[..., 0] - fire_y[..., 0])
        high = fire_y[..., 1] + done * (village_y[..., 1] - fire_y[..., 1])
        return low, high

    def _beside(self, row: IndexArray, end: FloatArray, share: FloatArray) -> FloatArray:
        low, high = self.edges(row, end[:, 0])
        found: FloatArray = end[:, 1:] - (low[:, None] + share * (high - low)[:, None])
        return found

    def _clipped(
        self,
        corridor: IndexArray,
        start: FloatArray,
        stop: FloatArray,
        first: FloatArray,
        last: FloatArray,
    ) -> tuple[IndexArray, FloatArray]:
        """Which pieces reach into a stretch, and the ends of what lies in it (Liang-Barsky)."""
        first, last = first[corridor], last[corridor]
        (low, high), (near, far) = self.edges(corridor, first), self.edges(corridor, last)
        length = last - first
        steep = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0.0)
        inside = []
        for end in (start, stop):
            done = (end[:, 0] - first) * steep
            inside.append(
                np.stack(
                    (
                        end[:, 0] - first,
                        last - end[:, 0],
                        end[:, 1] - (low + done * (near - low)),
                        high + done * (far - high) - end[:, 1],
                    )
                )
            )
        at_start, at_stop = inside
        change = at_stop - at_start
        moving = change != 0.0
        meets = np.divide(-at_start, change, out=np.zeros_like(change), where=moving)
        enters = np.where(change > 0.0, meets, 0.0).max(axis=0, initial=0.0)
        leaves = np.where(change < 0.0, meets, 1.0).min(axis=0, initial=1.0)
        out = (~moving & (at_start < 0.0)).any(axis=0)
        kept = np.flatnonzero((enters <= leaves) & ~out)
        way = (stop - start)[kept]
        ends = np.stack(
            (start[kept] + enters[kept, None] * way, start[kept] + leaves[kept, None] * way), axis=1
        )
        return kept, ends

    def _outside(self, crossed: Crossed) -> Crossed:
        """Without parts whose middle lies in the village itself."""
        kept = np.ones(len(crossed.corridor), dtype=bool)
        for number, village in self.areas.items():
            rows = np.flatnonzero(crossed.corridor == number)
            x, y = crossed.ends_m[rows].mean(axis=1).T
            (along_x, along_y), (east, north) = self.along[number], self.origin[number]
            east, north = east + x * along_x - y * along_y, north + x * along_y + y * along_x
            kept[rows] = ~shapely.intersects_xy(village, east, north)
        return Crossed(
            crossed.corridor[kept], crossed.owner[kept], crossed.across[kept], crossed.ends_m[kept]
        )


def covered(corridors: Corridors, crossed: Crossed, rows: IndexArray) -> tuple[float, float]:
    """Of one belt in one corridor: the share of its width that it crosses, and its widest gap.

    Args:
        corridors: in which it lies.
        crossed: of them.
        rows: of the belt in one corridor, by their lesser place across.

    Returns:
        Share [0, 1], and metres: between two pieces, from end to end; past its end, to the edge of
        the corridor there.
    """
    number = int(crossed.corridor[rows[0]])
    ends = crossed.ends_m[rows].tolist()
    held = gap_m = 0.0
    reached, at = 0.0, None
    for (begin, end), (first, last) in zip(crossed.across[rows].tolist(), ends, strict=True):
        if begin > reached:
            apart_m = (
                (begin - reached) * _width_m(corridors, number, first[0])
                if at is None
                else math.dist(first, at)
            )
            gap_m = max(gap_m, apart_m)
            held += begin - reached if apart_m < LEAST_GAP_M else 0.0
            reached = begin
        if end > reached or at is None:
            held += end - reached
            reached, at = end, last
    if at is not None and reached < 1.0:
        apart_m = (1.0 - reached) * _width_m(corridors, number, at[0])
        gap_m = max(gap_m, apart_m)
        held += 1.0 - reached if apart_m < LEAST_GAP_M else 0.0
    return held, gap_m if gap_m >= LEAST_GAP_M else 0.0


def _width_m(corridors: Corridors, number: int, x_m: float) -> float:
    """The same as between the edges, for one place: arrays of one are slow."""
    turn_x, to_x = float(corridors.turn_x[number]), float(corridors.to_x[number])
    done = min(1.0, max(0.0, (x_m - turn_x) / (to_x - turn_x)))
    (low, high), (near, far) = (
        corridors.fire_y[number].tolist(),
        corridors.village_y[number].tolist(),
    )
    width: float = (high - low) + done * ((far - near) - (high - low))
    return width


def corridors_to(
    middles: Sequence[tuple[float, float]],
    outlines: NDArray[np.object_],
    villages: Sequence[BaseGeometry],
) -> Corridors:
    """The corridors from each place of a fire to each village, but for places that lie at it.

    Args:
        middles: the places, in the land's plane.
        outlines: where the fire may be around each.
        villages: points and areas in the same plane.
    """
    shapes = np.empty(len(villages), dtype=object)
    shapes[:] = villages
    areal = shapely.get_dimensions(shapes) == _AREA
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    parts = []
    for middle, outline in zip(middles, outlines, strict=True):
        way = centres - middle
        to_x = np.hypot(way[:, 0], way[:, 1])
        kept = to_x > VILLAGE_RADIUS_M
        kept[areal] &= ~shapely.intersects_xy(shapes[areal], *middle)
        along = way[kept] / to_x[kept, None]
        region = shapely.get_coordinates(outline) - middle
        x_m = along[:, :1] * region[:, 0] + along[:, 1:] * region[:, 1]
        y_m = along[:, :1] * region[:, 1] - along[:, 1:] * region[:, 0]
        extent = x_m.min(axis=1), x_m.max(axis=1), y_m.min(axis=1), y_m.max(axis=1)
        parts.append((np.flatnonzero(kept), along, to_x[kept], np.stack(extent, axis=1)))
    village = np.concatenate([one[0] for one in parts])
    place = np.repeat(np.arange(len(parts)), [len(one[0]) for one in parts])
    origin = np.array(middles)[place]
    along = np.concatenate([one[1] for one in parts])
    to_x = np.concatenate([one[2] for one in parts])
    sizes = np.concatenate([one[3] for one in parts])
    village_y = np.tile((-VILLAGE_RADIUS_M, VILLAGE_RADIUS_M), (len(village), 1))
    areas = {row: villages[number] for row, number in enumerate(village.tolist()) if areal[number]}
    for row, area in areas.items():
        sides = (shapely.get_coordinates(area) - origin[row]) @ (-along[row, 1], along[row, 0])
        village_y[row] = sides.min(), sides.max()
    return Corridors(
        place=place,
        village=village,
        origin=origin,
        along=along,
        from_x=np.minimum(0.0, sizes[:, 0]),
        turn_x=np.minimum(np.maximum(0.0, sizes[:, 1]), to_x - VILLAGE_RADIUS_M),
        to_x=to_x,
        fire_y=sizes[:, 2:],
        village_y=village_y,
        areas=areas,
    )
