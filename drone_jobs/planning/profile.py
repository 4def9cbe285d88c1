"""How high to fly over the ground: the fewest points that follow it, and exact heights above it.

Between two points an aircraft flies straight, so what counts is its height all along and not at the
points. Ground below a straight leg is known exactly (:mod:`.above_ground`); a parabola is followed
by straight pieces to :data:`BEND_M`, by which the tunnel is made narrower, so that the exact height
keeps to its bounds and the number of points is the fewest for bounds that much tighter
(:mod:`.tunnel`). How fast an aircraft can climb is not asked here: it flies a steep leg slowly
(:func:`drone_jobs.planning.energy.fly_cost`).
"""

from itertools import pairwise
from typing import Final

import numpy as np

from drone_jobs.planning.above_ground import (
    GroundPieces,
    ground_below,
    least_of,
    most_of,
    refuse_voids,
)
from drone_jobs.planning.clearance import least_clearance
from drone_jobs.planning.tunnel import Leg, Tunnel, leg_through, points_along
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["above_pieces", "follow_ground", "height_range", "least_clearance"]

BEND_M: Final = 0.02
SPARE_M: Final = 0.003  # for what a way cut at other places is off by: a millimetre sideways
MOST_PARTS: Final = 64  # of one parabola; what they leave out narrows the tunnel there too
LEAST_TUNNEL_M: Final = 0.5


def follow_ground(
    frame: LocalFrame,
    way_m: FloatArray,
    terrain: Terrain,
    height_m: float,
    tolerance_m: float,
    *,
    most_above_ground_m: float,
) -> FloatArray:
    """The fewest points that keep a flight near a height above ground all along.

    Args:
        frame: of the way.
        way_m: (n, 2) corners, all of which are kept, n >= 1.
        terrain: elevation model below it.
        height_m: wished above the model.
        tolerance_m: by which the exact height may leave it, between points as well.
        most_above_ground_m: that it never exceeds, whatever the tolerance.

    Returns:
        (m, 3) corners and points between them, above sea level, m >= n. Points keep a metre from
        corners unless the ground falls off like a wall there.

    Raises:
        InputRefused: unknown ground below it (``sweep_terrain_void``), or less than half a metre is
            left to fly in (``sweep_height``).
    """
    lowest_m = height_m - tolerance_m
    highest_m = min(height_m + tolerance_m, most_above_ground_m)
    if highest_m - lowest_m < LEAST_TUNNEL_M:
        raise InputRefused(
            f"Between {lowest_m:g} m and {highest_m:g} m above ground nothing can be flown.",
            remedy="Fly lower, or allow more tolerance.",
            code="sweep_height",
        )
    moves = np.flatnonzero((np.diff(way_m, axis=0) != 0.0).any(axis=1))
    corners_m = np.vstack((way_m[:1], way_m[moves + 1]))
    repeats = np.diff(np.append(np.append(0, moves + 1), len(way_m)))
    if len(corners_m) == 1:
        corners_m = np.vstack((corners_m, corners_m))
        pieces = ground_below(frame, corners_m[:1], corners_m[1:], terrain)
        refuse_voids(frame, pieces)
        high_m = float(pieces.ground_m[0, 0]) + (lowest_m + highest_m) / 2.0
        return np.column_stack((way_m, np.full(len(way_m), high_m)))
    pieces = ground_below(frame, corners_m[:-1], corners_m[1:], terrain)
    refuse_voids(frame, pieces)
    tunnels = _tunnels(corners_m, pieces, lowest_m, highest_m)
    reached = (float(tunnels[0].floor_m[0]), float(tunnels[0].roof_m[0]))
    legs: list[Leg] = []
    for tunnel in tunnels:
        legs.append(leg_through(tunnel, reached))
        reached = legs[-1].reached_m
    wished_m = (tunnels[-1].floor_m[-1] + tunnels[-1].roof_m[-1]) / 2.0
    height = min(max(float(wished_m), reached[0]), reached[1])
    found: list[tuple[float, float, float]] = []
    for number in range(len(legs) - 1, -1, -1):
        end_m = corners_m[number + 1]
        found += [(float(end_m[0]), float(end_m[1]), height)] * int(repeats[number + 1])
        between, height = points_along(legs[number], height)
        step = (end_m - corners_m[number]) / legs[number].length_m
        found += [(*(corners_m[number] + at_m * step), up_m) for at_m, up_m in reversed(between)]
    found += [(float(way_m[0, 0]), float(way_m[0, 1]), height)] * int(repeats[0])
    return np.array(found[::-1], np.float64)


def _tunnels(
    corners_m: FloatArray, pieces: GroundPieces, lowest_m: float, highest_m: float
) -> list[Tunnel]:
    """One tunnel for each leg, straight between stations."""
    lengths_m = np.hypot(*np.diff(corners_m, axis=0).T)
    start, middle, end = pieces.ground_m.T
    bend = 2.0 * (start + end) - 4.0 * middle
    # Between the ends of a part of 1/n the parabola leaves its chord by |bend| / (4 n^2).
    parts = np.clip(np.ceil(np.sqrt(np.abs(bend) / (4.0 * BEND_M))), 1, MOST_PARTS).astype(np.intp)
    off_m = np.abs(bend) / (4.0 * parts**2)
    piece = np.repeat(np.arange(len(parts)), parts)
    share = (np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[piece]
    slope = 4.0 * middle - 3.0 * start - end
    ground_m = start[piece] + share * (slope[piece] + share * bend[piece])
    leg = pieces.leg[piece]
    at_m = pieces.start[piece] + share * (pieces.end - pieces.start)[piece]
    at_m = at_m * lengths_m[leg]
    # A station belongs to the parts on both sides of it and takes the greater error of the two.
    narrow_m = np.maximum(off_m[piece], np.append(0.0, off_m[piece][:-1])) + SPARE_M
    firsts = np.append(np.flatnonzero(np.append(True, leg[1:] != leg[:-1])), len(leg))
    last_of_leg = np.append(np.flatnonzero(np.diff(pieces.leg)), len(pieces.leg) - 1)
    tunnels = []
    for number, (first, stop) in enumerate(pairwise(firsts)):
        final = last_of_leg[number]
        stations = np.append(at_m[first:stop], lengths_m[number])
        ground = np.append(ground_m[first:stop], end[final])
        narrow = np.append(narrow_m[first:stop], off_m[final] + SPARE_M)
        rising = np.append(True, np.diff(stations) > 1e-9)
        rising[-1], rising[:-1] = True, rising[:-1] & (stations[:-1] < stations[-1])
        stations, ground, narrow = stations[rising], ground[rising], narrow[rising]
        spare = np.minimum(narrow, (highest_m - lowest_m) / 2.0 - 0.05)
        tunnels.append(Tunnel(stations, ground + lowest_m + spare, ground + highest_m - spare))
    # A corner is flown at one height: it takes the narrower of the tunnels that meet in it.
    for one, other in pairwise(tunnels):
        floor_m = max(one.floor_m[-1], other.floor_m[0])
        roof_m = min(one.roof_m[-1], other.roof_m[0])
        one.floor_m[-1] = other.floor_m[0] = floor_m
        one.roof_m[-1] = other.roof_m[0] = roof_m
    return tunnels


def height_range(frame: LocalFrame, way_m: FloatArray, terrain: Terrain) -> tuple[float, float]:
    """The least and the most height above the elevation model along a way, exactly.

    Args:
        frame: of the way.
        way_m: (n, 3) points above sea level, flown straight between, n >= 2.
        terrain: below it.

    Raises:
        InputRefused: unknown ground below it (``sweep_terrain_void``).
    """
    pieces = ground_below(frame, way_m[:-1, :2], way_m[1:, :2], terrain)
    refuse_voids(frame, pieces)
    above_m = above_pieces(way_m, pieces)
    return float(least_of(above_m).min()), float(most_of(above_m).max())


def above_pieces(way_m: FloatArray, pieces: GroundPieces) -> FloatArray:
    """(k, 3) heights above the model at the start, middle and end of each piece of a way."""
    shares = np.column_stack((pieces.start, (pieces.start + pieces.end) / 2.0, pieces.end))
    rise_m = np.diff(way_m[:, 2])[pieces.leg]
    above_m: FloatArray = way_m[pieces.leg, 2, None] + shares * rise_m[:, None] - pieces.ground_m
    return above_m
