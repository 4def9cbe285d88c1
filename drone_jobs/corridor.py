"""A straight-corridor plan: one pass along a forest belt with a camera that looks straight down.

The aircraft follows the belt in the fewest straight legs that keep the belt, with its width, inside
the strip that the camera sees: the legs may leave the centre line by what the footprint leaves,
half its width less half the belt's. Both ends are flown past by half a picture.

Level ground is assumed across the track. The aircraft keeps its height above the ground below it;
waypoints stand at the turns only, so whoever exports the plan to an aircraft that cannot follow
terrain must put points between them.
"""

import math

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from drone_jobs.belt import BeltShape, belt_shape
from drone_jobs.legs import fewest_legs
from geo.terrain import Terrain
from models.errors import InputRefused
from models.land import LandFeature
from models.mission import Aircraft, Sweep, Waypoint
from models.units import FloatArray

__all__ = ["plan_corridor"]

# Stopping for a turn and flying on costs speed / acceleration seconds. Gentle for a multirotor.
ACCELERATION_MS2 = 2.5
QUARTER_CIRCLE_SEGMENTS = 16
# The strip's round joins are drawn as chords: the plan reckons with the chords, not the arc.
CHORD = math.cos(math.pi / (4.0 * QUARTER_CIRCLE_SEGMENTS))


def plan_corridor(
    belt: LandFeature,
    aircraft: Aircraft,
    height_above_ground_m: float,
    terrain: Terrain | None,
) -> Sweep:
    """Plan one pass along a belt.

    The time is the legs at sweep speed, a stop at each turn, and one climb to the height and one
    descent from it at the ends of the path. There is no home yet: the flight out to the first
    waypoint and back from the last is not in the length, the time or ``fits_endurance``.

    Args:
        belt: a line with ``width_m``, or a polygon.
        aircraft: see :mod:`drone_jobs.aircraft`.
        height_above_ground_m: (0, the aircraft's ceiling].
        terrain: for the time of climbs along the way: where the ground rises faster than the
            aircraft climbs it flies slower. None plans over level ground.

    Returns:
        The plan; ``covered_share`` is measured on the drawn strip, not taken from how it was made.

    Raises:
        InputRefused: not a belt, no such height, a belt wider than the footprint (the remedy names
            the height that would do), a shape that cannot be flown along, or terrain that does not
            hold the whole path.
    """
    if not 0.0 < height_above_ground_m <= aircraft.ceiling_m:
        raise InputRefused(
            f"{height_above_ground_m:g} m above ground is no height for the {aircraft.name}.",
            remedy=f"Choose more than 0 and at most {aircraft.ceiling_m:g} m.",
            code="sweep_height",
        )
    shape = belt_shape(belt)
    half_footprint_m = height_above_ground_m * _half_slope(aircraft.horizontal_fov_deg)
    half_picture_m = height_above_ground_m * _half_slope(aircraft.vertical_fov_deg)
    spare_m = half_footprint_m * CHORD - shape.half_width_m
    if spare_m < 0.0:
        raise _too_wide(belt, shape, aircraft, height_above_ground_m)
    path_m = _path(shape, spare_m, half_picture_m)
    strip = LineString(path_m).buffer(
        half_footprint_m, quad_segs=QUARTER_CIRCLE_SEGMENTS, cap_style="flat"
    )
    lon_deg, lat_deg = shape.frame.to_lonlat(path_m[:, 0], path_m[:, 1])
    legs_m = np.hypot(*np.diff(path_m, axis=0).T)
    stops = len(legs_m)  # a turn between any two legs, and half a stop at each end
    duration_s = (
        _legs_s(shape, path_m, aircraft, terrain, belt)
        + stops * aircraft.speed_ms / ACCELERATION_MS2
        + 2.0 * height_above_ground_m / aircraft.climb_ms
    )
    return Sweep(
        target_code=belt.code,
        aircraft=aircraft,
        waypoints=tuple(
            Waypoint(float(lon), float(lat), height_above_ground_m)
            for lon, lat in zip(lon_deg, lat_deg, strict=True)
        ),
        length_m=float(legs_m.sum()),
        duration_s=duration_s,
        footprint_width_m=2.0 * half_footprint_m,
        footprint_lonlat=_ring(shape, strip),
        covered_share=_covered_share(shape.ground_m, strip),
        fits_endurance=duration_s <= aircraft.endurance_s,
    )


def _half_slope(fov_deg: float) -> float:
    return math.tan(math.radians(fov_deg / 2.0))


def _path(shape: BeltShape, spare_m: float, half_picture_m: float) -> FloatArray:
    """Turning points, both ends moved past everything of the belt that the end legs look after."""
    chosen = fewest_legs(shape.line_m, spare_m)
    path_m = shape.line_m[chosen].copy()
    past_m = max(half_picture_m, shape.half_width_m)
    first = shape.line_m[: chosen[1] + 1]
    last = shape.line_m[chosen[-2] :]
    start = _moved_out(path_m[0], path_m[1], first, past_m)
    end = _moved_out(path_m[-1], path_m[-2], last, past_m)
    path_m[0], path_m[-1] = start, end
    return path_m


def _moved_out(
    end: FloatArray, inner: FloatArray, section: FloatArray, past_m: float
) -> FloatArray:
    outward = (end - inner) / np.hypot(*(end - inner))
    # A belt may bulge behind its own last vertex, by less than the tolerance.
    bulge_m = float(np.max((section - end) @ outward))
    moved: FloatArray = end + outward * (bulge_m + past_m)
    return moved


def _legs_s(
    shape: BeltShape,
    path_m: FloatArray,
    aircraft: Aircraft,
    terrain: Terrain | None,
    belt: LandFeature,
) -> float:
    step_m = math.inf if terrain is None else terrain.cell_m / 2.0
    points = shapely.get_coordinates(
        LineString(path_m) if terrain is None else LineString(path_m).segmentize(step_m)
    )
    flat_s = np.hypot(*np.diff(points, axis=0).T) / aircraft.speed_ms
    if terrain is None:
        return float(flat_s.sum())
    ground_m = terrain.height_at(*shape.frame.to_lonlat(points[:, 0], points[:, 1]))
    if not np.isfinite(ground_m).all():
        raise InputRefused(
            f"The terrain {terrain.name} does not hold the whole flight along {belt.name}.",
            remedy="Load terrain around the belt, or mend its voids.",
            code="sweep_outside_terrain",
        )
    return float(np.maximum(flat_s, np.abs(np.diff(ground_m)) / aircraft.climb_ms).sum())


def _covered_share(ground: BaseGeometry, strip: BaseGeometry) -> float:
    seen = ground.intersection(strip)
    # A belt without width has a length only.
    share = seen.area / ground.area if ground.area > 0.0 else seen.length / ground.length
    return min(1.0, share)


def _ring(shape: BeltShape, strip: BaseGeometry) -> tuple[tuple[float, float], ...]:
    """Outer ring of the strip; a belt that bends back on itself may enclose ground not seen."""
    outline = shapely.get_exterior_ring(shape.frame.geometry_to_lonlat(strip))
    return tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(outline))


def _too_wide(
    belt: LandFeature, shape: BeltShape, aircraft: Aircraft, height_m: float
) -> InputRefused:
    enough_m = math.ceil(shape.half_width_m / CHORD / _half_slope(aircraft.horizontal_fov_deg))
    return InputRefused(
        f"The forest belt {belt.name} is {2.0 * shape.half_width_m:.0f} m wide, more than the "
        f"{aircraft.name} sees from {height_m:g} m.",
        remedy=(
            f"Fly at {enough_m} m or higher."
            if enough_m <= aircraft.ceiling_m
            else f"It would take {enough_m} m, above the ceiling of {aircraft.ceiling_m:g} m: "
            "choose an aircraft with a wider camera."
        ),
        code="sweep_too_wide",
    )
