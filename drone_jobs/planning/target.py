"""What a sweep must see: a checked area, or a belt with the line along which it is flown.

Longitudes and latitudes become metres in one plane around target and home. Nothing is mended: what
was drawn wrongly is refused with the place of the fault. A line with a width is a belt, and so is a
polygon that is long and thin and about equally wide along a line through its middle: strips across
the bends of a belt would be flown in vain.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.belt import BeltShape
from drone_jobs.planning.middle import middle_line
from geo.crs import LocalFrame
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["Target", "coarse", "read_target"]

MOST_ACROSS_M: Final = 60_000.0
MOST_VERTICES: Final = 5_000
FEW_CORNERS: Final = 300
MOST_CORNERS: Final = 600
COARSEST_M: Final = 16.0
MOST_WIDTH_M: Final = 5_000.0
LEAST_AREA_M2: Final = 1.0
THIN: Final = 5.0  # lengths to a width; from there on a polygon may be a belt
WASTE: Final = 1.2  # most that a band of equal width may be larger than a belt
DEGREE_M: Final = 111_320.0  # of latitude; only to tell sizes before there is a plane


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What must be seen.

    Attributes:
        name: of the sweep.
        frame: plane of everything planned, around target and home.
        ground_m: polygon or multipolygon in it.
        shape: of a belt; None for an area.
    """

    name: str
    frame: LocalFrame
    ground_m: BaseGeometry
    shape: BeltShape | None

    @property
    def area_m2(self) -> float:
        """Of the ground, holes not counted."""
        return float(self.ground_m.area)

    def farthest_m(self, place_m: FloatArray) -> float:
        """Distance of the farthest ground from a place.

        Args:
            place_m: (2,) in the plane.
        """
        offsets = shapely.get_coordinates(self.ground_m) - place_m
        return float(np.hypot(*offsets.T).max())


def read_target(
    geometry: BaseGeometry, width_m: float | None, name: str, *, around: tuple[float, float]
) -> Target:
    """Check a target and bring it into a plane.

    Args:
        geometry: polygon, multipolygon, or line with ``width_m``; WGS 84 longitude and latitude,
            heights are dropped.
        width_m: of a belt that is given as a line, (0, 5000]; not looked at for areas.
        name: of the sweep, for messages.
        around: longitude and latitude of home.

    Raises:
        InputRefused: no area or line (``sweep_shape``, ``sweep_empty``), places off the Earth
            (``sweep_off_earth``), lines that cross (``sweep_crossing``), no area to speak of
            (``sweep_no_area``), too large or too far from home (``sweep_too_large``,
            ``sweep_home_far``), too many vertices (``sweep_vertices``), a line without width
            (``sweep_no_width``).
    """
    is_line = isinstance(geometry, LineString | MultiLineString)
    if not is_line and not isinstance(geometry, Polygon | MultiPolygon):
        raise InputRefused(
            f"{name} is a {geometry.geom_type}, which no sweep sees.",
            remedy="Draw an area, or a line with a width.",
            code="sweep_shape",
        )
    _check_vertices(geometry, name, around)
    half_width_m = _half_width_m(width_m, name) if is_line else 0.0
    flat = shapely.force_2d(geometry)
    if not is_line and not flat.is_valid:
        why, _, place = shapely.is_valid_reason(flat).rstrip("]").partition("[")
        where = f" at {', '.join(place.split())}" if place else ""
        raise InputRefused(
            f"The outline of {name} crosses or touches itself{where} ({why}).",
            remedy="Move the corners there apart, or draw two areas.",
            code="sweep_crossing",
        )
    west, south, east, north = flat.bounds
    frame = LocalFrame(
        (min(west, around[0]) + max(east, around[0])) / 2.0,
        (min(south, around[1]) + max(north, around[1])) / 2.0,
    )
    metric = frame.geometry_to_metric(flat)
    if is_line:
        return _of_line(metric, half_width_m, name, frame)
    if metric.area < LEAST_AREA_M2:
        raise _no_area(name, f"{metric.area:.2g} m2")
    if shapely.get_num_coordinates(coarse(metric)) > MOST_CORNERS:
        raise InputRefused(
            f"{name} has more than {MOST_CORNERS} corners, even rounded to {COARSEST_M:g} m.",
            remedy="Draw its outline simpler, or plan it in parts.",
            code="sweep_vertices",
        )
    return Target(name, frame, metric, _belt_in(metric, frame))


def coarse(ground_m: BaseGeometry) -> BaseGeometry:
    """The ground with few corners, to lay lines by; what they see is counted on the ground itself.

    With 1,600 corners, a comb's, each of some forty angles that are tried took a third of a second.
    """
    step_m = 1.0
    rough = ground_m
    while shapely.get_num_coordinates(rough) > FEW_CORNERS and step_m <= COARSEST_M:
        rough = ground_m.simplify(step_m)
        step_m *= 2.0
    return rough


def _check_vertices(geometry: BaseGeometry, name: str, around: tuple[float, float]) -> None:
    vertices = shapely.get_coordinates(geometry)
    if len(vertices) == 0:
        raise InputRefused(f"{name} is empty.", remedy="Draw it anew.", code="sweep_empty")
    if len(vertices) > MOST_VERTICES:
        raise InputRefused(
            f"{name} has {len(vertices)} vertices, more than {MOST_VERTICES}.",
            remedy="Simplify its outline; a metre is fine enough.",
            code="sweep_vertices",
        )
    # NaN is on no side of a limit.
    on_earth = (np.abs(vertices) <= (180.0, 90.0)).all(axis=1)
    for lon_deg, lat_deg in (around, *vertices[~on_earth][:1]):
        if not (abs(lon_deg) <= 180.0 and abs(lat_deg) <= 90.0):
            raise InputRefused(
                f"{lon_deg:g}, {lat_deg:g} of {name} is no place on Earth.",
                remedy="Give longitude first, then latitude, in degrees of WGS 84.",
                code="sweep_off_earth",
            )
    across_m = _across_m(vertices)
    if across_m > MOST_ACROSS_M:
        raise InputRefused(
            f"{name} is {across_m / 1000.0:.0f} km across.",
            remedy=f"Split it: at most {MOST_ACROSS_M / 1000.0:.0f} km.",
            code="sweep_too_large",
        )
    with_home_m = _across_m(np.vstack((vertices, around)))
    if with_home_m > 2.0 * MOST_ACROSS_M:
        raise InputRefused(
            f"Home lies {with_home_m / 1000.0:.0f} km from {name}.",
            remedy="Start from a place near it, and look at the order of longitude and latitude.",
            code="sweep_home_far",
        )


def _across_m(vertices: FloatArray) -> float:
    narrowed = math.cos(math.radians(float(np.abs(vertices[:, 1]).min())))
    return float(np.hypot(*(np.ptp(vertices, axis=0) * (narrowed * DEGREE_M, DEGREE_M))))


def _half_width_m(width_m: float | None, name: str) -> float:
    if width_m is None or not 0.0 < width_m <= MOST_WIDTH_M:
        raise InputRefused(
            f"{name} is a line, and {width_m} is no width in metres.",
            remedy=f"Give the belt its width: more than 0 and at most {MOST_WIDTH_M:.0f} m.",
            code="sweep_no_width",
        )
    return width_m / 2.0


def _of_line(metric: BaseGeometry, half_width_m: float, name: str, frame: LocalFrame) -> Target:
    whole = shapely.line_merge(metric) if isinstance(metric, MultiLineString) else metric
    if metric.length < 1.0:
        raise _no_area(name, f"a line of {metric.length:.2g} m")
    ground = whole.buffer(half_width_m, cap_style="flat", join_style="round")
    if not isinstance(whole, LineString):  # parts that do not meet are seen like any other area
        return Target(name, frame, ground, None)
    line_m = shapely.get_coordinates(whole)
    moved = np.append(True, np.hypot(*np.diff(line_m, axis=0).T) > 1e-6)
    return Target(name, frame, ground, BeltShape(frame, line_m[moved], half_width_m, ground))


def _belt_in(ground: BaseGeometry, frame: LocalFrame) -> BeltShape | None:
    """The belt that an area is, if it is one."""
    parts = shapely.get_parts(coarse(ground))
    if len(parts) != 1 or shapely.get_num_interior_rings(parts[0]) > 0:
        return None
    area = parts[0]
    # Of a rectangle L x w, half the outline is L + w.
    half_m = area.length / 2.0
    mean_width_m = (half_m - math.sqrt(max(half_m**2 - 4.0 * area.area, 0.0))) / 2.0
    if half_m - mean_width_m < THIN * mean_width_m:
        return None
    line = middle_line(area, mean_width_m)
    if line is None:
        return None
    edge = shapely.points(shapely.get_coordinates(area.exterior.segmentize(mean_width_m / 8.0)))
    half_width_m = float(shapely.distance(edge, line).max())
    if 2.0 * half_width_m * line.length > WASTE * area.area:
        return None
    return BeltShape(frame, shapely.get_coordinates(line), half_width_m, ground)


def _no_area(name: str, what: str) -> InputRefused:
    return InputRefused(
        f"{name} has no area to speak of: {what}.", remedy="Draw it anew.", code="sweep_no_area"
    )
