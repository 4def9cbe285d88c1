"""The ground below straight legs, exactly: between cell lines a bilinear model is a parabola.

A leg is cut wherever it crosses a line of cell centres. Between two cuts it stays in one cell,
where latitude, longitude and so height are polynomials of the way along it: ground at the start,
the middle and the end of such a piece tell its parabola, and so its highest and lowest place,
wherever that is.

Legs are straight in the metric plane and cells are straight in degrees. A leg is therefore cut at
least every :data:`STRAIGHT_M` too, between which both agree to a millimetre below 60 degrees north.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["GroundPieces", "ground_below", "least_of", "most_of", "refuse_voids"]

STRAIGHT_M: Final = 150.0
_SAME: Final = 1e-12  # of a leg: cuts nearer than this are one


@dataclass(frozen=True, slots=True, eq=False)
class GroundPieces:
    """Pieces of legs in order, each with a parabola of ground below it.

    Attributes:
        leg: (k,) number of the leg, rising.
        start: (k,) share of the leg at which a piece begins, [0, 1).
        end: (k,) share at which it ends, (0, 1].
        ground_m: (k, 3) above sea level at its start, middle and end; NaN on voids and outside.
        place_m: (k, 2) its middle.
    """

    leg: NDArray[np.intp]
    start: FloatArray
    end: FloatArray
    ground_m: FloatArray
    place_m: FloatArray


def ground_below(
    frame: LocalFrame, starts_m: FloatArray, ends_m: FloatArray, terrain: Terrain
) -> GroundPieces:
    """Cut legs into pieces that stay in one cell each.

    Args:
        frame: of the places.
        starts_m: (n, 2) where legs begin, n >= 1.
        ends_m: (n, 2) where they end; a leg without length is one piece.
        terrain: elevation model.
    """
    lengths_m = np.hypot(*(ends_m - starts_m).T)
    counts = np.maximum(np.ceil(lengths_m / STRAIGHT_M), 1.0).astype(np.intp)
    leg = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)
    first, last = within / counts[leg], (within + 1) / counts[leg]
    span_m = ends_m - starts_m
    rows, columns = (
        np.concatenate(pair)
        for pair in zip(
            _cells(frame, terrain, starts_m[leg] + first[:, None] * span_m[leg]),
            _cells(frame, terrain, starts_m[leg] + last[:, None] * span_m[leg]),
            strict=True,
        )
    )
    size = len(leg)
    row_from, row_to = rows[:size], rows[size:]
    column_from, column_to = columns[:size], columns[size:]
    which, share = _crossings(row_from, row_to, column_from, column_to)
    order = np.lexsort((share, which))
    which, share = which[order], share[order]
    is_start = np.append(which[1:] == which[:-1], False) & np.append(np.diff(share) > _SAME, False)
    begin = np.flatnonzero(is_start)
    part, low, high = which[begin], share[begin], share[begin + 1]
    middle = (low + high) / 2.0

    def along(start: FloatArray, stop: FloatArray, at: FloatArray) -> FloatArray:
        moved: FloatArray = start[part] + at * (stop - start)[part]
        return moved

    row_count, column_count = terrain.values_m.shape
    middle_row = along(row_from, row_to, middle)
    middle_column = along(column_from, column_to, middle)
    inside = (
        (middle_row >= 0.0)
        & (middle_row <= row_count - 1)
        & (middle_column >= 0.0)
        & (middle_column <= column_count - 1)
    )
    top = np.where(inside, np.minimum(middle_row, row_count - 2), 0.0).astype(np.intp)
    left = np.where(inside, np.minimum(middle_column, column_count - 2), 0.0).astype(np.intp)
    corners = [
        terrain.values_m[top + down, left + right].astype(np.float64)
        for down in (0, 1)
        for right in (0, 1)
    ]
    ground_m = np.empty((len(part), 3))
    for number, at in enumerate((low, middle, high)):
        down = along(row_from, row_to, at) - top
        right = along(column_from, column_to, at) - left
        upper = corners[0] + right * (corners[1] - corners[0])
        lower = corners[2] + right * (corners[3] - corners[2])
        ground_m[:, number] = upper + down * (lower - upper)
    ground_m[~inside] = np.nan
    stride = last - first
    shares = first[part] + middle * stride[part]
    return GroundPieces(
        leg[part],
        first[part] + low * stride[part],
        first[part] + high * stride[part],
        ground_m,
        starts_m[leg[part]] + shares[:, None] * span_m[leg[part]],
    )


def _cells(
    frame: LocalFrame, terrain: Terrain, places_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rows and columns, whole at cell centres."""
    lon_deg, lat_deg = frame.to_lonlat(places_m[:, 0], places_m[:, 1])
    return (
        (terrain.north_deg - lat_deg) / terrain.cell_deg - 0.5,
        (lon_deg - terrain.west_deg) / terrain.cell_deg - 0.5,
    )


def _crossings(
    row_from: FloatArray, row_to: FloatArray, column_from: FloatArray, column_to: FloatArray
) -> tuple[NDArray[np.intp], FloatArray]:
    """Which stretch crosses a cell line, at which share of it; its ends 0 and 1 are among them."""
    size = len(row_from)
    every = np.arange(size)
    which, share = [every, every], [np.zeros(size), np.ones(size)]
    for start, stop in ((row_from, row_to), (column_from, column_to)):
        low = np.floor(np.minimum(start, stop)).astype(np.intp) + 1
        high = np.ceil(np.maximum(start, stop)).astype(np.intp) - 1
        counts = np.maximum(high - low + 1, 0)
        crossed = np.repeat(every, counts)
        line = low[crossed] + np.arange(len(crossed))
        line -= np.repeat(np.cumsum(counts) - counts, counts)
        which.append(crossed)
        share.append((line - start[crossed]) / (stop - start)[crossed])
    return np.concatenate(which), np.clip(np.concatenate(share), 0.0, 1.0)


def most_of(values: FloatArray) -> FloatArray:
    """The greatest value of parabolas (k, 3) told at start, middle and end, anywhere on them."""
    start, middle, end = values.T
    bend = 2.0 * (start + end) - 4.0 * middle  # second coefficient, of a way from 0 to 1
    slope = 4.0 * middle - 3.0 * start - end
    top = np.clip(-slope / np.where(bend < 0.0, 2.0 * bend, -1.0), 0.0, 1.0)
    peak = start + top * (slope + top * bend)
    found: FloatArray = np.maximum(np.maximum(start, end), np.where(bend < 0.0, peak, start))
    return found


def least_of(values: FloatArray) -> FloatArray:
    """The smallest value of parabolas; see :func:`most_of`."""
    return -most_of(-values)


def refuse_voids(frame: LocalFrame, pieces: GroundPieces) -> None:
    """Refuse legs over ground of unknown height.

    Raises:
        InputRefused: a piece has none (``sweep_terrain_void``).
    """
    unknown = ~np.isfinite(pieces.ground_m).all(axis=1)
    if unknown.any():
        place = pieces.place_m[int(unknown.argmax())]
        lon_deg, lat_deg = frame.to_lonlat(float(place[0]), float(place[1]))
        raise InputRefused(
            f"The elevation model has no height at {lon_deg:.6f}, {lat_deg:.6f}, below the way.",
            remedy="Import a model without voids there, or keep the flight off that place.",
            code="sweep_terrain_void",
        )
