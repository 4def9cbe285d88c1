"""Puts a flight together: from home along its lines and home again, over the real ground.

Here the exact heights, speeds and energy of a flight are found, whatever it was priced at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drone_jobs.heights import plan_heights
from drone_jobs.planning.energy import climb_and_land, fly_cost
from drone_jobs.planning.free_space import Ways
from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.prices import Pricing
from drone_jobs.planning.profile import follow_ground, height_range
from models.mission import Aircraft, PlanPoint, PointRole, Sortie
from models.units import FloatArray

__all__ = ["Drawn", "FlownHeights", "drawn", "sortie_of"]

SAME_M = 1e-6
CLOSE_M = 0.9  # nearer corners are one: aircraft refuse points that are half a metre apart


@dataclass(frozen=True, slots=True)
class FlownHeights:
    """How high flights are.

    Attributes:
        height_m: wished, above the elevation model.
        tolerance_m: to leave it by.
        most_m: never above this.
        take_off_above_sea_m: ground at home.
        gimbal_pitch_deg: all along.
        photo_distance_m: between pictures; None for video.
    """

    height_m: float
    tolerance_m: float
    most_m: float
    take_off_above_sea_m: float
    gimbal_pitch_deg: float
    photo_distance_m: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A flight on the ground.

    Attributes:
        way_m: (n, 2) corners.
        roles: of each corner.
        lines: line of each corner; None in transit.
    """

    way_m: FloatArray
    roles: tuple[PointRole, ...]
    lines: tuple[int | None, ...]


def drawn(passes: Sequence[int], lines: Sequence[FlightLine], ways: Ways) -> Drawn:
    """The corners of a flight.

    Args:
        passes: in order: 2 x line, and one more for the way back along it.
        lines: all of the plan.
        ways: between :func:`drone_jobs.planning.prices.line_ends`.
    """
    corners: list[FloatArray] = []
    roles: list[PointRole] = []
    told: list[int | None] = []

    def add(way_m: FloatArray, each: Sequence[PointRole], line: int | None) -> None:
        for corner, role in zip(way_m, each, strict=True):
            apart_m = np.hypot(*(corner - corners[-1])) if corners else np.inf
            if apart_m < SAME_M or (apart_m < CLOSE_M and len(corners) > 1):
                if role not in (PointRole.TRANSIT, PointRole.LINE):
                    # The end of a line is more than a corner of a way there.
                    corners[-1], roles[-1], told[-1] = corner, role, line
                continue
            corners.append(corner)
            roles.append(role)
            told.append(line)

    at = 0
    for number in passes:
        line, back = divmod(number, 2)
        start = 1 + 4 * line + 2 * back
        hop = ways.path(at, start)
        add(hop, [PointRole.TRANSIT] * len(hop), None)
        way_m = lines[line].flown(backward=bool(back))
        inner = [PointRole.LINE] * (len(way_m) - 2)
        add(way_m, [PointRole.LINE_START, *inner, PointRole.LINE_END], line)
        at = start + 1
    hop = ways.path(at, 0)
    add(hop[:-1], [PointRole.TRANSIT] * (len(hop) - 1), None)
    corners.append(hop[-1])
    roles.append(PointRole.HOME)
    told.append(None)
    roles[0] = PointRole.HOME
    return Drawn(np.array(corners), tuple(roles), tuple(told))


def sortie_of(
    number: int, aircraft: Aircraft, flight: Drawn, pricing: Pricing, heights: FlownHeights
) -> tuple[Sortie, FloatArray]:
    """A flight with all its points, and its way (m, 3) in the plan's plane.

    Raises:
        InputRefused: the elevation model has no height below it.
    """
    way_m = follow_ground(
        pricing.frame,
        flight.way_m,
        pricing.terrain,
        heights.height_m,
        heights.tolerance_m,
        most_above_ground_m=heights.most_m,
    )
    cost = fly_cost(aircraft, pricing.wind, way_m, aircraft.speed_ms)
    up_m = max(way_m[0, 2], way_m[-1, 2]) - heights.take_off_above_sea_m
    vertical = climb_and_land(aircraft, float(up_m))
    least_m, most_m = height_range(pricing.frame, way_m, pricing.terrain)
    lines = [line for line in flight.lines if line is not None]
    return (
        Sortie(
            number=number,
            aircraft=aircraft.name,
            points=_points(way_m, flight, cost.speeds_ms, pricing, heights),
            lines=tuple(dict.fromkeys(lines)),
            length_m=float(np.hypot(*np.diff(way_m[:, :2], axis=0).T).sum()),
            duration_s=cost.duration_s + vertical.duration_s,
            energy_share=cost.energy_share + vertical.energy_share,
            photo_distance_m=heights.photo_distance_m,
            least_above_ground_m=least_m,
            most_above_ground_m=most_m,
        ),
        way_m,
    )


def _points(
    way_m: FloatArray,
    flight: Drawn,
    speeds_ms: FloatArray,
    pricing: Pricing,
    heights: FlownHeights,
) -> tuple[PlanPoint, ...]:
    lon_deg, lat_deg = pricing.frame.to_lonlat(way_m[:, 0], way_m[:, 1])
    told = plan_heights(
        lon_deg, lat_deg, way_m[:, 2], pricing.terrain, heights.take_off_above_sea_m
    )
    speeds_ms = np.append(speeds_ms, speeds_ms[-1])
    points = []
    corner = 0
    line: int | None = None  # that is being flown along
    for k, place in enumerate(way_m):
        if corner < len(flight.way_m) and (place[:2] == flight.way_m[corner]).all():
            role, of_line = flight.roles[corner], flight.lines[corner]
            line = None if role is PointRole.LINE_END else of_line
            corner += 1
        else:
            role, of_line = PointRole.TRANSIT if line is None else PointRole.LINE, line
        points.append(
            PlanPoint(
                lon_deg=float(lon_deg[k]),
                lat_deg=float(lat_deg[k]),
                above_sea_m=float(place[2]),
                above_ground_m=float(told.above_ground_m[k]),
                above_take_off_m=float(told.above_take_off_m[k]),
                ellipsoid_m=None if np.isnan(told.ellipsoid_m[k]) else float(told.ellipsoid_m[k]),
                speed_ms=float(speeds_ms[k]),
                role=role,
                line=of_line,
                gimbal_pitch_deg=heights.gimbal_pitch_deg,
            )
        )
    return tuple(points)
