"""The least height over all ground that a picture shows, not the line alone: exactly.

Beside a straight leg lies a rectangle of ground. Height above it is a plane minus a bilinear cell:
a saddle inside a cell, straight along cell lines. So its least value is at a node of the elevation
model inside the rectangle, or on the rectangle's rim, where the ground is known piece by piece
(:mod:`.above_ground`).
"""

import math
from typing import Final

import numpy as np

from drone_jobs.planning.above_ground import ground_below, least_of
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.units import FloatArray

__all__ = ["least_clearance"]

LONGEST_M: Final = 1_500.0  # of a rectangle: a long slanting one has many nodes around it


def least_clearance(
    frame: LocalFrame, way_m: FloatArray, terrain: Terrain, left_m: float, right_m: float
) -> float:
    """The least height above the elevation model, over the ground beside a way as well.

    Args:
        frame: of the way.
        way_m: (n, 3) points above sea level, flown straight between, n >= 2.
        terrain: below it. Voids and what lies outside do not count: ground below the way itself is
            refused by :func:`.profile.height_range` where it is unknown.
        left_m: how far to the left ground counts, >= 0.
        right_m: to the right, >= 0.

    Returns:
        Metres; infinite where no ground is known.
    """
    starts, ends = _shorter(way_m)
    along = ends[:, :2] - starts[:, :2]
    lengths_m = np.hypot(*along.T)
    unit = np.where(lengths_m[:, None] > 0.0, along, (1.0, 0.0))
    unit /= np.hypot(*unit.T)[:, None]
    across = np.column_stack((-unit[:, 1], unit[:, 0]))
    rims = [  # from, to, with the height flown at
        (starts[:, :2] + across * left_m, ends[:, :2] + across * left_m, starts[:, 2], ends[:, 2]),
        (
            starts[:, :2] - across * right_m,
            ends[:, :2] - across * right_m,
            starts[:, 2],
            ends[:, 2],
        ),
        (starts[:, :2] + across * left_m, starts[:, :2] - across * right_m, *[starts[:, 2]] * 2),
        (ends[:, :2] + across * left_m, ends[:, :2] - across * right_m, *[ends[:, 2]] * 2),
    ]
    rims_from, rims_to, from_m, to_m = (np.concatenate(each) for each in zip(*rims, strict=True))
    pieces = ground_below(frame, rims_from, rims_to, terrain)
    shares = np.column_stack((pieces.start, (pieces.start + pieces.end) / 2.0, pieces.end))
    rise_m = (to_m - from_m)[pieces.leg, None]
    above_m = from_m[pieces.leg, None] + shares * rise_m - pieces.ground_m
    found = [least_of(above_m[np.isfinite(above_m).all(axis=1)])]
    for number, length_m in enumerate(lengths_m):
        corners_m = np.array([rim[side][number] for rim in rims[:2] for side in (0, 1)])
        places_m, ground_m = _nodes(frame, corners_m, terrain)
        ahead_m = (places_m - starts[number, :2]) @ unit[number]
        beside_m = (places_m - starts[number, :2]) @ across[number]
        inside = (ahead_m >= 0.0) & (ahead_m <= length_m) & np.isfinite(ground_m)
        inside &= (beside_m >= -right_m) & (beside_m <= left_m)
        rise = (ends[number, 2] - starts[number, 2]) / max(length_m, 1e-9)
        found.append((starts[number, 2] + ahead_m * rise - ground_m)[inside])
    return float(np.min(np.concatenate(found), initial=math.inf))


def _shorter(way_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Legs cut to :data:`LONGEST_M`."""
    lengths_m = np.hypot(*np.diff(way_m[:, :2], axis=0).T)
    counts = np.maximum(np.ceil(lengths_m / LONGEST_M), 1.0).astype(np.intp)
    leg = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)
    span = np.diff(way_m, axis=0)[leg]
    starts = way_m[leg] + (within / counts[leg])[:, None] * span
    return starts, way_m[leg] + ((within + 1) / counts[leg])[:, None] * span


def _nodes(
    frame: LocalFrame, around_m: FloatArray, terrain: Terrain
) -> tuple[FloatArray, FloatArray]:
    """Cell centres around some places: (k, 2) in the plane, and (k,) heights."""
    lon_deg, lat_deg = frame.to_lonlat(around_m[:, 0], around_m[:, 1])
    rows = (terrain.north_deg - lat_deg) / terrain.cell_deg - 0.5
    columns = (lon_deg - terrain.west_deg) / terrain.cell_deg - 0.5
    row_count, column_count = terrain.values_m.shape
    row = np.arange(max(0, math.floor(rows.min())), min(row_count, math.ceil(rows.max()) + 1))
    column = np.arange(
        max(0, math.floor(columns.min())), min(column_count, math.ceil(columns.max()) + 1)
    )
    down, right = (each.ravel() for each in np.meshgrid(row, column, indexing="ij"))
    x_m, y_m = frame.to_metric(
        terrain.west_deg + (right + 0.5) * terrain.cell_deg,
        terrain.north_deg - (down + 0.5) * terrain.cell_deg,
    )
    return np.column_stack((x_m, y_m)), terrain.values_m[down, right].astype(np.float64)
