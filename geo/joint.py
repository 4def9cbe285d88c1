"""What several sightings and the relief say together: places, and which alternatives fall away.

A fix tells along its bearing where the fire may be: on a ridge, on the slope behind it, hidden
between them. A second bearing crosses all of that at one range, and what lies elsewhere loses its
weight. Over a grid around the crossing::

    weight(x) = product over witnesses of  f(range of x) * exp(-residual(x)^2 / 2)

where ``f`` is what the witness's own relief says along its bearing: its clusters with their
weights, its hidden stretches, and a small share for anywhere else, so that no bearing is ever
silenced by relief that is wrong. The same sums say of each alternative how much of the whole stands
on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from geo.alternatives import (
    REACH_M,
    Account,
    Alternative,
    AlternativeKind,
    Piece,
    pieces_of,
    reweighed,
)
from geo.crs import LocalFrame, geodesic
from models.crossing import Bearing, Crossing, Report, Witness
from models.units import FloatArray, angle_between_deg

__all__ = ["AGAINST", "Joint", "JointPlace", "joined"]

LAND_M2: Final = math.pi * 15_000.0**2
"""Over which two fires of their own would be spread."""

AGAINST: Final = -math.log(5.0)
"""A log factor below it speaks against one fire. Two bearings that cross say nothing by themselves:
without relief their factor is about one."""

HELD: Final = 0.90
_KEPT: Final = 0.915
"""Share of the sums that the outlines keep, so that they hold nine fires in ten: a cluster is told
by three of its quantiles, and its tails are heavier than that (./run bench geo-crossing)."""

_HALF_WIDTH: Final = 4.0  # of the grid, in sigmas of the crossing
_ACROSS: Final = 41
_MOST_ALONG: Final = 481


@dataclass(frozen=True, slots=True)
class JointPlace:
    """A place where all of them may see one fire.

    Attributes:
        lon_deg: WGS 84, mean of its weight.
        lat_deg: likewise.
        weight: its share, (0, 1].
        r90_m: radius around it that holds 90 % of its weight.
        outline_lonlat: closed ring, counter-clockwise; all outlines together hold 90 %.
    """

    lon_deg: float
    lat_deg: float
    weight: float
    r90_m: float
    outline_lonlat: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Joint:
    """What they say together.

    Attributes:
        places: by falling weight, at least one.
        alternatives: of each witness, in the order in which they were given; empty for a witness
            whose relief says nothing.
        log_factor: natural logarithm of how much better one fire explains all of them than a fire
            of its own for each; below :data:`AGAINST` it speaks against one fire.
    """

    places: tuple[JointPlace, ...]
    alternatives: tuple[tuple[Alternative, ...], ...]
    log_factor: float


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Nodes around the crossing, along and across its longer axis.

    Attributes:
        frame: around the crossing.
        east_m: (along, across).
        north_m: likewise.
        along_m: (along,) distance along the longer axis.
        cell_m2: of one node.
        half_m: half a step along and across, as a box.
    """

    frame: LocalFrame
    east_m: FloatArray
    north_m: FloatArray
    along_m: FloatArray
    cell_m2: float
    steps_m: tuple[float, float]
    axis: tuple[float, float] = field(default=(0.0, 1.0))


def joined(accounts: Sequence[Account], crossing: Crossing) -> Joint:
    """Put witnesses, their relief and their crossing together.

    Args:
        accounts: two or more.
        crossing: of their witnesses, located.

    Raises:
        ValueError: the crossing has no place.
    """
    if crossing.lon_deg is None or crossing.lat_deg is None:
        raise ValueError("without a place there is nothing to join")
    pieces = [pieces_of(each.fix) for each in accounts]
    grid = _grid(crossing, crossing.lon_deg, crossing.lat_deg, _finest_m(pieces))
    parts: list[list[FloatArray]] = []
    total = np.zeros(grid.east_m.shape)
    log_norm = 0.0
    for account, own in zip(accounts, pieces, strict=True):
        log_density, range_m = _log_density(grid, account.witness)
        total += log_density
        densities = [piece.density(range_m) for piece in own]
        parts.append(densities)
        if densities:
            total += np.log(np.sum(densities, axis=0))
        elif isinstance(account.witness, Bearing):
            log_norm -= math.log(REACH_M)
    highest = float(total.max())
    weight = np.exp(total - highest)
    summed = float(weight.sum())
    alternatives = tuple(
        reweighed(own, densities, weight) for own, densities in zip(pieces, parts, strict=True)
    )
    log_factor = (
        highest
        + log_norm
        + math.log(summed * grid.cell_m2)
        + (len(accounts) - 1) * math.log(LAND_M2)
    )
    return Joint(_places(grid, weight / summed), alternatives, log_factor)


def _finest_m(pieces: Sequence[Sequence[Piece]]) -> float:
    return min(
        (
            min(each.near_m, each.far_m)
            for own in pieces
            for each in own
            if each.kind is AlternativeKind.PLACE
        ),
        default=math.inf,
    )


def _grid(crossing: Crossing, lon_deg: float, lat_deg: float, finest_m: float) -> _Grid:
    """Steps of at most half of what is finest along the longer axis, as far as memory allows."""
    scale = _HALF_WIDTH / math.sqrt(-2.0 * math.log(1.0 - HELD))
    along_half_m, across_half_m = crossing.semi_major_m * scale, crossing.semi_minor_m * scale
    count = int(min(_MOST_ALONG, max(_ACROSS, 4.0 * along_half_m / finest_m))) | 1
    along_m = np.linspace(-along_half_m, along_half_m, count)
    across_m = np.linspace(-across_half_m, across_half_m, _ACROSS)
    angle = math.radians(crossing.major_bearing_deg)
    east, north = math.sin(angle), math.cos(angle)
    steps_m = float(along_m[1] - along_m[0]), float(across_m[1] - across_m[0])
    return _Grid(
        LocalFrame(lon_deg, lat_deg),
        along_m[:, None] * east + across_m[None, :] * north,
        along_m[:, None] * north - across_m[None, :] * east,
        along_m,
        steps_m[0] * steps_m[1],
        steps_m,
        (east, north),
    )


def _log_density(grid: _Grid, witness: Witness) -> tuple[FloatArray, FloatArray]:
    """Of a witness over the nodes, per square metre without its range; and the range of each."""
    frame = grid.frame
    if isinstance(witness, Report):
        east_m, north_m = frame.to_metric(witness.position.lon_deg, witness.position.lat_deg)
        apart_m = np.hypot(grid.east_m - east_m, grid.north_m - north_m)
        variance = witness.sigma_m**2
        return -0.5 * apart_m**2 / variance - math.log(2.0 * math.pi * variance), apart_m
    observer = witness.observer
    east_m, north_m = frame.to_metric(observer.lon_deg, observer.lat_deg)
    towards_deg, _, _ = geodesic(observer.lon_deg, observer.lat_deg, frame.lon_deg, frame.lat_deg)
    # North of the plane is not the observer's: angles are told from the line to the crossing.
    line = math.atan2(-east_m, -north_m)
    angle = np.arctan2(grid.east_m - east_m, grid.north_m - north_m) - line
    turn_deg = np.degrees(np.remainder(angle + math.pi, 2.0 * math.pi) - math.pi)
    residual = (turn_deg - angle_between_deg(towards_deg, witness.bearing_deg)) / witness.sigma_deg
    range_m = np.maximum(1.0, np.hypot(grid.east_m - east_m, grid.north_m - north_m))
    sigma_m = math.radians(witness.sigma_deg) * range_m
    log_density = -0.5 * residual**2 - np.log(math.sqrt(2.0 * math.pi) * sigma_m)
    return log_density, range_m


def _places(grid: _Grid, weight: FloatArray) -> tuple[JointPlace, ...]:
    """The most probable nodes that hold 90 %, parted where the longer axis has none of them."""
    flat = np.sort(weight, axis=None)[::-1]
    floor = flat[int(np.searchsorted(np.cumsum(flat), _KEPT))]
    held = weight >= floor
    columns = np.flatnonzero(held.any(axis=1))
    starts = [0, *(np.flatnonzero(np.diff(columns) > 1) + 1).tolist(), len(columns)]
    middles = [
        0,
        *((int(columns[cut - 1]) + int(columns[cut])) // 2 + 1 for cut in starts[1:-1]),
        len(weight),
    ]
    found = [
        _place(grid, weight[first:last], held[first:last], first)
        for first, last in pairwise(middles)
    ]
    return tuple(sorted(found, key=lambda one: -one.weight))


def _place(grid: _Grid, weight: FloatArray, held: FloatArray, first: int) -> JointPlace:
    part = slice(first, first + len(weight))
    east_m, north_m = grid.east_m[part], grid.north_m[part]
    total = float(weight.sum())
    middle = float((weight * east_m).sum()) / total, float((weight * north_m).sum()) / total
    apart_m = np.hypot(east_m - middle[0], north_m - middle[1]).ravel()
    order = np.argsort(apart_m)
    reached = int(np.searchsorted(np.cumsum(weight.ravel()[order]), HELD * total))
    corners = []
    for along in (-0.5, 0.5):
        for across in (-0.5, 0.5):
            along_m, across_m = along * grid.steps_m[0], across * grid.steps_m[1]
            east, north = grid.axis
            corners.append(
                np.column_stack(
                    (
                        east_m[held] + along_m * east + across_m * north,
                        north_m[held] + along_m * north - across_m * east,
                    )
                )
            )
    hull = shapely.MultiPoint(np.concatenate(corners)).convex_hull
    ring = shapely.get_coordinates(shapely.orient_polygons(hull))
    lon_deg, lat_deg = grid.frame.to_lonlat(ring[:, 0], ring[:, 1])
    return JointPlace(
        *grid.frame.to_lonlat(*middle),
        total,
        float(apart_m[order[reached]]),
        tuple(zip(lon_deg.tolist(), lat_deg.tolist(), strict=True)),
    )
