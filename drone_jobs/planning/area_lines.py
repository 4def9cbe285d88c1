"""Lines to and fro over an area: parallel strips, each flown as far as there is ground in it.

The strips are equally wide and span the area, so no ground lies outside all of them. A line is as
long as the ground inside its whole strip, not under its middle: a slanted edge is seen to its
corner. Holes and bays cut a strip into several lines. What a picture shows ahead and behind need
not be flown over.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.stretch import flight_line
from drone_jobs.planning.swath import Swath, line_count
from models.units import FloatArray

__all__ = ["AreaLines", "area_lines"]

COARSE_STEP_DEG: Final = 10.0
FINE_STEPS_DEG: Final = (5.0, 2.5, 1.0, 0.4)
MOST_EDGES: Final = 12  # whose directions are tried, the longest first
TURN_M: Final = 30.0  # what stopping for a turn is worth, in metres flown
GAP_SHARE: Final = 0.5  # of a swath; narrower gaps in a strip are flown over
LEAST_M: Final = 1e-3  # of a stretch of ground
SIMPLER_SHARE: Final = 0.02  # of a swath, of an outline while directions are compared


@dataclass(frozen=True, slots=True)
class AreaLines:
    """Lines over an area.

    Attributes:
        lines: strip by strip, from one side to the other, and along each strip.
        angle_deg: their direction, clockwise from north, [0, 180).
    """

    lines: tuple[FlightLine, ...]
    angle_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class _Strips:
    """Stretches of ground in strips of one direction, in a plane turned so that x is along."""

    across_m: FloatArray  # (n,) y of the line of each stretch
    start_m: FloatArray  # (n,) x
    end_m: FloatArray  # (n,) x

    def cost_m(self, swath: Swath) -> float:
        """About what a closed flight along all of them is long, turns included.

        It crosses the strips out and back. With an odd number of strips it also ends on the other
        side, and comes back along a diagonal.
        """
        flown_m = np.maximum(self.end_m - self.start_m - (swath.far_m - swath.near_m), 0.0)
        same = np.diff(self.across_m) == 0.0
        span_m = float(np.ptp(self.across_m))
        is_odd = (len(same) - int(same.sum())) % 2 == 0
        back_m = math.hypot(span_m, float(flown_m.mean())) if is_odd else span_m
        gaps_m = (self.start_m[1:] - self.end_m[:-1])[same]
        return float(
            flown_m.sum()
            + span_m
            + back_m
            + np.minimum(gaps_m + swath.far_m - swath.near_m, 2.0 * swath.width_m).sum()
            + TURN_M * len(flown_m)
        )


def area_lines(
    ground_m: BaseGeometry, swath: Swath, spacing_m: float, angle_deg: float | None
) -> AreaLines:
    """Lay lines over an area.

    Args:
        ground_m: polygon or multipolygon with an area, in a metric plane with y north.
        swath: of a line at the lowest height that it may be flown at.
        spacing_m: most distance between neighbouring lines, (0, the swath's width].
        angle_deg: direction of the lines, clockwise from north; None for the one of the shortest
            flight.
    """
    chosen_deg = _best_angle(ground_m, swath, spacing_m) if angle_deg is None else angle_deg
    chosen_deg %= 180.0
    strips = _strips(ground_m, swath, spacing_m, chosen_deg)
    along, across = _axes(chosen_deg)
    lines = []
    for y_m, start_m, end_m in zip(strips.across_m, strips.start_m, strips.end_m, strict=True):
        foot_m = y_m * across
        lines.append(
            flight_line(np.array([foot_m + start_m * along, foot_m + end_m * along]), swath)
        )
    return AreaLines(tuple(lines), chosen_deg)


def _axes(angle_deg: float) -> tuple[FloatArray, FloatArray]:
    """Unit vectors along a direction and to its right."""
    angle = math.radians(angle_deg)
    sine, cosine = math.sin(angle), math.cos(angle)
    return np.array([sine, cosine]), np.array([cosine, -sine])


def _best_angle(ground_m: BaseGeometry, swath: Swath, spacing_m: float) -> float:
    simpler = ground_m.simplify(SIMPLER_SHARE * swath.width_m)
    ground = ground_m if simpler.is_empty or not simpler.is_valid else simpler

    def cost_m(angle_deg: float) -> float:
        return _strips(ground, swath, spacing_m, angle_deg).cost_m(swath)

    edges_deg = _edges_deg(ground)
    tried = np.concatenate((edges_deg, edges_deg + 90.0, np.arange(0.0, 180.0, COARSE_STEP_DEG)))
    tried = np.unique(np.round(tried % 180.0, 3))
    best = min((cost_m(angle), angle) for angle in map(float, tried))
    for step_deg in FINE_STEPS_DEG:
        best = min(
            best, *((cost_m(best[1] + turn), best[1] + turn) for turn in (-step_deg, step_deg))
        )
    return best[1]


def _edges_deg(ground: BaseGeometry) -> FloatArray:
    """Directions of the longest edges."""
    rings = shapely.get_rings(shapely.get_parts(ground))
    edges = np.concatenate([np.diff(shapely.get_coordinates(ring), axis=0) for ring in rings])
    longest = edges[np.argsort(-np.hypot(*edges.T), kind="stable")[:MOST_EDGES]]
    directions: FloatArray = np.degrees(np.arctan2(longest[:, 0], longest[:, 1]))
    return directions


def _strips(ground_m: BaseGeometry, swath: Swath, spacing_m: float, angle_deg: float) -> _Strips:
    along, across = _axes(angle_deg)
    axes = np.column_stack((along, across))
    turned = shapely.transform(ground_m, lambda vertices: vertices @ axes)
    west_m, south_m, east_m, north_m = turned.bounds
    wide_m = north_m - south_m
    count = line_count(wide_m, swath.width_m, spacing_m)
    apart_m = (wide_m - (swath.width_m - spacing_m)) / count if count > 1 else 0.0
    steps = np.arange(count, dtype=np.float64) - (count - 1) / 2.0
    places = (south_m + north_m) / 2.0 + steps * apart_m
    # Each strip reaches half way to its neighbours, the outermost ones to the edge.
    limits = np.concatenate(([south_m - 1.0], (places[1:] + places[:-1]) / 2.0, [north_m + 1.0]))
    wests, easts = np.full(count, west_m - 1.0), np.full(count, east_m + 1.0)
    boxes = shapely.box(wests, limits[:-1], easts, limits[1:])
    pieces, strip = shapely.get_parts(shapely.intersection(turned, boxes), return_index=True)
    bounds = shapely.bounds(pieces)
    # What only touches a strip has no ground in it, and would have no direction.
    has_ground = (shapely.area(pieces) > 0.0) & (bounds[:, 2] - bounds[:, 0] > LEAST_M)
    strip, bounds = strip[has_ground], bounds[has_ground]
    return _joined(places, strip, bounds[:, 0], bounds[:, 2], GAP_SHARE * swath.width_m)


def _joined(
    places: FloatArray,
    strip: NDArray[np.intp],
    start_m: FloatArray,
    end_m: FloatArray,
    gap_m: float,
) -> _Strips:
    """Stretches of each strip in order, those that overlap or nearly touch made one."""
    order = np.lexsort((start_m, strip))
    strip, start_m, end_m = strip[order], start_m[order], end_m[order]
    # Strips are moved apart so far that the largest end so far is that of the same strip.
    shift_m = strip * (np.ptp(np.append(start_m, end_m)) + 2.0 * gap_m + 1.0)
    reached_m = np.maximum.accumulate(end_m + shift_m)
    opens = np.append(True, (start_m + shift_m)[1:] > reached_m[:-1] + gap_m)
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(opens)) - 1
    return _Strips(places[strip[first]], start_m[first], (reached_m - shift_m)[last])
