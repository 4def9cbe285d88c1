"""What of a forest belt a flight must follow: its centre line and its width, in metres.

A belt is a line with a ``width_m``, or a long polygon. A polygon's centre line joins the middles of
its cross-sections along its long axis; its width is twice the largest distance of its edge from
that line. A polygon that folds back along its axis gets a wide width, never a wrong one. A line of
several parts is flown as one, over its gaps, when their ends lie near each other.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame, geodesic
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.units import FloatArray

__all__ = ["BeltShape", "belt_shape"]

SHORTEST_M = 1.0
LONGEST_M = 30_000.0  # the plane is true to 4e-6 up to here, and no battery flies further
MOST_VERTICES = 2_000
THINNEST_M = 0.1  # an area thinner than this is a drawing slip
WIDEST_GAP_M = 500.0  # of a belt; farther apart its parts are flown on their own
STATIONS = 64  # cross-sections of a polygon


@dataclass(frozen=True, slots=True, eq=False)
class BeltShape:
    """A belt in a metric plane.

    Attributes:
        frame: the plane, centred on the belt.
        line_m: (n, 2) vertices of the centre line, n >= 2, no vertex equal to the one before it.
        half_width_m: largest distance of the belt's edge from the line, >= 0.
        ground_m: the belt's area in the plane; the line itself when its width is 0.
    """

    frame: LocalFrame
    line_m: FloatArray
    half_width_m: float
    ground_m: BaseGeometry


def belt_shape(belt: LandFeature) -> BeltShape:
    """Read a belt.

    Raises:
        InputRefused: not a forest belt, not one line or polygon, no width, or a shape that cannot
            be flown along (empty, a point, off the Earth, over 30 km, over 2,000 vertices, an area
            without width).
    """
    if belt.layer is not Layer.FOREST_BELT:
        raise InputRefused(
            f"{belt.name} ({belt.code}) is a {belt.layer.value}, not a forest belt.",
            remedy="Choose a feature of the layer forest_belt.",
            code="sweep_not_a_belt",
        )
    geometry = _one_part(belt)
    vertices = shapely.get_coordinates(geometry)
    if len(vertices) > MOST_VERTICES:
        raise _degenerate(belt, f"has {len(vertices)} vertices, more than {MOST_VERTICES}")
    west, south, east, north = geometry.bounds
    try:
        frame = LocalFrame((west + east) / 2.0, (south + north) / 2.0)
    except ValueError as error:
        raise _degenerate(belt, "lies off the Earth") from error
    if math.hypot(*(np.ptp(vertices, axis=0) * 111_320.0)) > 4.0 * LONGEST_M:
        raise _degenerate(belt, f"is longer than {LONGEST_M / 1000.0:.0f} km")
    metric = frame.geometry_to_metric(geometry)
    if isinstance(metric, Polygon):
        shape = _of_polygon(belt, frame, metric)
    else:
        half_width_m = _width_m(belt) / 2.0
        ground = metric.buffer(half_width_m, cap_style="flat") if half_width_m > 0.0 else metric
        shape = BeltShape(frame, _distinct(metric), half_width_m, ground)
    length_m = float(np.hypot(*np.diff(shape.line_m, axis=0).T).sum())
    if not SHORTEST_M <= length_m <= LONGEST_M:
        raise _degenerate(belt, f"is {length_m:.1f} m long")
    return shape


def _one_part(belt: LandFeature) -> LineString | Polygon:
    geometry = belt.geometry
    if isinstance(geometry, MultiLineString):
        geometry = _over_gaps(shapely.line_merge(geometry))
    if isinstance(geometry, MultiPolygon) and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    if geometry.is_empty or not isinstance(geometry, LineString | Polygon):
        raise _degenerate(belt, f"is a {geometry.geom_type}, not one line or polygon")
    if not geometry.is_valid:
        raise _degenerate(belt, shapely.is_valid_reason(geometry))
    return geometry


def _over_gaps(line: BaseGeometry) -> BaseGeometry:
    """Parts chained by their nearest ends, however drawn; as it is where a gap is too wide."""
    rest = [shapely.get_coordinates(part) for part in shapely.get_parts(line)]
    chain = rest.pop(0) if rest else np.zeros((0, 2))
    while rest:
        gap_m, index, chain, part = min(
            (
                (geodesic(*here[-1], *there[0])[2], index, here, there)
                for index, part in enumerate(rest)
                for here in (chain, chain[::-1])
                for there in (part, part[::-1])
            ),
            key=lambda joint: joint[0],
        )
        if not gap_m <= WIDEST_GAP_M:
            return line
        chain = np.concatenate((chain, part))
        rest.pop(index)
    return LineString(chain)


def _width_m(belt: LandFeature) -> float:
    width_m = belt.properties.get("width_m")
    if (
        isinstance(width_m, bool)
        or not isinstance(width_m, int | float)
        or not 0.0 <= width_m <= LONGEST_M
    ):
        raise InputRefused(
            f"The forest belt {belt.name} ({belt.code}) has no usable width_m: {width_m!r}.",
            remedy="Give the belt its width in metres in the land layer.",
            code="sweep_no_width",
        )
    return float(width_m)


def _of_polygon(belt: LandFeature, frame: LocalFrame, area: Polygon) -> BeltShape:
    mean_width_m = 2.0 * area.area / area.length
    if mean_width_m < THINNEST_M:
        raise _degenerate(belt, f"is an area {mean_width_m:.2f} m wide")
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    if np.hypot(*first) >= np.hypot(*second):
        origin, axis, across = corners[0], first, second
    else:
        origin, axis, across = corners[1], second, -first
    # Cross-sections half a station inside both ends, where a pointed belt still has a width.
    middles = []
    for share in (np.arange(STATIONS) + 0.5) / STATIONS:
        foot = origin + share * axis
        section = area.intersection(LineString([foot - 0.1 * across, foot + 1.1 * across]))
        offsets = (shapely.get_coordinates(section) - foot) @ across / (across @ across)
        middles.append(foot + (offsets.min() + offsets.max()) / 2.0 * across)
    outwards = axis / STATIONS / 2.0
    line = LineString([middles[0] - outwards, *middles, middles[-1] + outwards])
    edge = shapely.points(shapely.get_coordinates(area.boundary.segmentize(area.length / 2_000.0)))
    return BeltShape(frame, _distinct(line), float(shapely.distance(edge, line).max()), area)


def _distinct(line: LineString) -> FloatArray:
    vertices: FloatArray = shapely.get_coordinates(line)
    moved = np.hypot(*np.diff(vertices, axis=0).T) > 1e-6
    distinct: FloatArray = vertices[np.concatenate([[True], moved])]
    return distinct


def _degenerate(belt: LandFeature, what: str) -> InputRefused:
    return InputRefused(
        f"The forest belt {belt.name} ({belt.code}) cannot be flown along: it {what}.",
        remedy="Mend its shape in the land layer, or split it.",
        code="sweep_degenerate",
    )
