"""Rules about where it flies: true height, clearance, voids, fence, zones, climbs."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from drone_jobs.checks.flown import FlownWay
from drone_jobs.checks.rules import FlightRules
from drone_jobs.checks.told import forbidden, warned
from drone_jobs.planning.above_ground import least_of, most_of
from models.mission import Finding, GroundKind, Mission, Ring
from models.units import FloatArray

__all__ = ["area_findings", "climb_findings", "height_findings"]

ROUNDED_M: Final = 0.05  # what files leave of a height or a place by writing few decimals
CLIMB_SPARE: Final = 1.02


def height_findings(flown: FlownWay, rules: FlightRules) -> list[Finding]:
    """True height and clearance all along, and unknown ground."""
    above_m = flown.above_pieces()
    unknown = np.isnan(above_m.sum(axis=1))
    found = []
    if unknown.any():
        found.append(
            forbidden(
                "ground_unknown",
                "The elevation model has no height below part of the way.",
                "Import a model that holds it, or keep off that place.",
                _place(flown, int(unknown.argmax())),
            )
        )
        above_m = np.where(unknown[:, None], (rules.ceiling_m + rules.crowns_m) / 2.0, above_m)
    most_m, least_m = most_of(above_m) + rules.below_m, least_of(above_m) - rules.crowns_m
    known = ~unknown
    own_m = None if rules.aircraft is None else rules.aircraft.ceiling_m
    ceiling_m = rules.ceiling_m if own_m is None else min(rules.ceiling_m, own_m)
    if known.any() and float(most_m[known].max()) > ceiling_m + ROUNDED_M:
        worst = _worst(most_m, known)
        over_m = float(most_m[worst]) - ceiling_m
        found.append(
            forbidden(
                "above_ceiling",
                f"It flies {most_m[worst]:.1f} m above bare ground, and {ceiling_m:g} m are "
                "allowed.",
                f"Fly {math.ceil(over_m)} m lower there, or ask for leave.",
                _place(flown, worst),
                height_m=round(float(most_m[worst]), 1),
                ceiling_m=ceiling_m,
                lower_m=math.ceil(over_m),
            )
        )
    if known.any() and float(least_m[known].min()) < rules.least_clearance_m - ROUNDED_M:
        found.append(_low(flown, rules, _worst(-least_m, known), least_m))
    return found


def _low(flown: FlownWay, rules: FlightRules, worst: int, least_m: FloatArray) -> Finding:
    clear_m = float(least_m[worst])
    higher_m = math.ceil(rules.least_clearance_m - clear_m)
    facts = {
        "clearance_m": round(clear_m, 1),
        "least_m": rules.least_clearance_m,
        "higher_m": higher_m,
    }
    remedy = f"Fly {higher_m} m higher there, or add points."
    place = _place(flown, worst)
    if clear_m + rules.crowns_m <= 0.0:
        return forbidden("into_ground", "The way leads into the ground.", remedy, place, **facts)
    what = "above the trees" if rules.ground is GroundKind.BARE else "above what stands there"
    return forbidden(
        "clearance",
        f"It flies {clear_m:.1f} m {what}, and {rules.least_clearance_m:g} m must be left.",
        remedy,
        place,
        **facts,
    )


def _worst(values: FloatArray, known: NDArray[np.bool_]) -> int:
    return int(np.where(known, values, -math.inf).argmax())


def _place(flown: FlownWay, piece: int) -> tuple[float, float]:
    x_m, y_m = flown.pieces.place_m[piece]
    return flown.frame.to_lonlat(float(x_m), float(y_m))


def area_findings(mission: Mission, flown: FlownWay, rules: FlightRules) -> list[Finding]:
    """The fence (the rules' and the mission's own) and zones."""
    # Leg by leg: a way there and back along the same line counts twice.
    legs = shapely.linestrings(np.stack((flown.way_m[:-1, :2], flown.way_m[1:, :2]), axis=1))
    fences = [] if rules.fence is None else [flown.frame.geometry_to_metric(rules.fence)]
    fences += [_ring(flown, ring) for ring in mission.fence]
    zones = [
        (zone.name, zone.is_hard, flown.frame.geometry_to_metric(zone.geometry))
        for zone in rules.no_fly
    ]
    zones += [("", True, _ring(flown, ring)) for ring in mission.no_fly]
    for circle in mission.circles:
        middle = Point(flown.frame.to_metric(circle.lon_deg, circle.lat_deg))
        # A polygon of 256 corners lies inside its circle by less than 1e-4 of the radius.
        area = middle.buffer(circle.radius_m, quad_segs=64)
        if circle.is_inclusion:
            fences.append(area)
        else:
            zones.append(("", True, area))
    found = []
    for fence in fences:
        outside = _parts(shapely.difference(legs, shapely.make_valid(fence).buffer(ROUNDED_M)))
        if outside.length > 0.0:
            found.append(
                forbidden(
                    "outside_fence",
                    f"{outside.length:.0f} m of the way lie outside the fence.",
                    "Move the points inside, or choose a wider fence.",
                    _on(flown, outside),
                    outside_m=round(outside.length, 1),
                )
            )
            break
    for name, is_hard, zone in zones:
        inside = _parts(shapely.intersection(legs, shapely.make_valid(zone).buffer(-ROUNDED_M)))
        if inside.length == 0.0:
            continue
        say = forbidden if is_hard else warned
        found.append(
            say(
                "in_no_fly" if is_hard else "in_keep_away",
                f"{inside.length:.0f} m of the way lie in the zone {name or 'of the mission'}.",
                "Fly around it, or ask for leave.",
                _on(flown, inside),
                zone=name,
                inside_m=round(inside.length, 1),
            )
        )
    return found


def _parts(cut: BaseGeometry | NDArray[np.object_]) -> BaseGeometry:
    """All that is left of legs, the same stretch as often as it is flown."""
    parts: BaseGeometry = shapely.GeometryCollection(
        [part for part in np.array(cut).ravel() if part.length > 0.0]
    )
    return parts


def _ring(flown: FlownWay, ring: Ring) -> BaseGeometry:
    corners = np.array(ring, float)
    return Polygon(np.column_stack(flown.frame.to_metric(corners[:, 0], corners[:, 1])))


def _on(flown: FlownWay, part: BaseGeometry) -> tuple[float, float]:
    x_m, y_m = shapely.get_coordinates(part)[0]
    return flown.frame.to_lonlat(float(x_m), float(y_m))


def climb_findings(
    flown: FlownWay, speeds_ms: Sequence[float], rules: FlightRules
) -> list[Finding]:
    """Legs that climb or fall faster than the aircraft can at the speed that is ordered.

    It would be lower behind a climb than the straight way that was checked.
    """
    aircraft = rules.aircraft
    if aircraft is None or aircraft.climb_ms is None or aircraft.descent_ms is None:
        return []
    step = np.diff(flown.flown_m, axis=0)
    level_m = np.hypot(step[:, 0], step[:, 1])
    moves = level_m > 0.5
    rate_ms = np.where(moves, step[:, 2] / np.maximum(level_m, 0.5), 0.0) * np.array(speeds_ms)
    share = np.maximum(rate_ms / aircraft.climb_ms, -rate_ms / aircraft.descent_ms)
    if len(share) == 0 or float(share.max()) <= CLIMB_SPARE:
        return []
    worst = int(share.argmax())
    fits_ms = math.floor(speeds_ms[worst] / float(share[worst]) * 10.0) / 10.0
    x_m, y_m = flown.flown_m[worst, :2]
    return [
        forbidden(
            "climb",
            f"Behind point {worst + 1} it rises or falls by {abs(rate_ms[worst]):.1f} m/s, faster "
            f"than the {aircraft.name} can.",
            f"Order {fits_ms:g} m/s there.",
            flown.frame.to_lonlat(float(x_m), float(y_m)),
            point=worst + 1,
            rate_ms=round(abs(float(rate_ms[worst])), 1),
            speed_ms=fits_ms,
        )
    ]
