"""What DJI's documentation demands of waypoints: places, distances, headings and turns."""

import math
import xml.etree.ElementTree as ET
from typing import Final

from drone_jobs.missions.wpml_rules_groups import group_faults
from drone_jobs.missions.wpml_words import (
    COORDINATE,
    HEADING_MODES,
    PASSING,
    STOP_CURVED,
    TURN_MODES,
    Limits,
)
from drone_jobs.missions.wpml_xml import child, children, text
from geo.crs import geodesic

__all__ = ["figures_in", "place_in", "point_faults"]

_LIMITS: Final = Limits()
_BOOL: Final = ("0", "1")
_PATHS: Final = ("clockwise", "counterClockwise", "followBadArc")
ROUNDING_M: Final = 0.01


def figures_in(found: str | None) -> list[float]:
    """Numbers of a text with commas; none when any of them is no finite number."""
    try:
        values = [float(part) for part in (found or "").split(",") if part.strip()]
    except ValueError:
        return []
    return values if all(map(math.isfinite, values)) else []


def place_in(placemark: ET.Element) -> tuple[float, float] | None:
    """Longitude and latitude of a waypoint; None when they are none."""
    values = figures_in(text(placemark, "Point", "coordinates"))
    if len(values) not in (2, 3) or abs(values[0]) > 180.0 or abs(values[1]) > 90.0:
        return None
    return values[0], values[1]


def point_faults(folder: ET.Element, drone: int | None, groups: list[str]) -> list[str]:
    """Faults of a wayline's waypoints and actions.

    Args:
        folder: the wayline.
        drone: droneEnumValue.
        groups: takes the numbers of its action groups.
    """
    placemarks = list(children(folder, "Placemark"))
    last = len(placemarks) - 1
    faults = []
    if not _LIMITS.least_points <= len(placemarks) <= _LIMITS.most_points:
        faults.append(f"{len(placemarks)} waypoints, not 2 to 65535")
    indexes = [text(placemark, "index") for placemark in placemarks]
    if indexes != [str(at) for at in range(len(placemarks))]:
        faults.append("index does not run from 0 without a gap")
    legs = _legs_m(placemarks)
    faults += [
        f"waypoints {at} and {at + 1} are {leg_m:.2f} m apart"
        for at, leg_m in enumerate(legs)
        if leg_m < _LIMITS.least_leg_m
    ]
    for at, placemark in enumerate(placemarks):
        faults += [
            f"waypoint {at}: {each}"
            for each in (
                *_values(placemark),
                *_heading(placemark),
                *_turn(placemark, at, legs),
                *group_faults(placemark, last, drone, groups),
            )
        ]
    faults += _crowded(placemarks, legs)
    return faults


def _legs_m(placemarks: list[ET.Element]) -> list[float]:
    """Lengths in space; NaN where a place or a height is none."""
    nodes = []
    for placemark in placemarks:
        found = place_in(placemark)
        height = figures_in(text(placemark, "executeHeight"))
        nodes.append(None if found is None or len(height) != 1 else (*found, height[0]))
    legs = []
    for at in range(len(nodes) - 1):
        one, other = nodes[at], nodes[at + 1]
        if one is None or other is None:
            legs.append(math.nan)
            continue
        level_m = geodesic(one[0], one[1], other[0], other[1])[2]
        legs.append(math.hypot(level_m, other[2] - one[2]))
    return legs


def _values(placemark: ET.Element) -> list[str]:
    faults = []
    if place_in(placemark) is None:
        faults.append("coordinates are not longitude,latitude")
    if len(figures_in(text(placemark, "executeHeight"))) != 1:
        faults.append("no executeHeight")
    speed = figures_in(text(placemark, "waypointSpeed"))
    if len(speed) != 1 or not speed[0] > 0.0:
        faults.append("waypointSpeed is missing or not above 0")
    return faults


def _heading(placemark: ET.Element) -> list[str]:
    param = child(placemark, "waypointHeadingParam")
    mode = text(param, "waypointHeadingMode")
    if mode not in HEADING_MODES:
        return [f"waypointHeadingMode {mode}"]
    faults = []
    angle = figures_in(text(param, "waypointHeadingAngle"))
    if any(abs(value) > 180.0 for value in angle) or (mode == "smoothTransition" and not angle):
        faults.append("waypointHeadingAngle is missing or beyond 180")
    poi = figures_in(text(param, "waypointPoiPoint"))
    if mode == "towardPOI" and (len(poi) != 3 or abs(poi[0]) > 90.0):
        faults.append("waypointPoiPoint is not latitude,longitude,height")
    path = text(param, "waypointHeadingPathMode")
    if path is not None and path not in _PATHS:
        faults.append(f"waypointHeadingPathMode {path}")
    return faults


def _damping(placemark: ET.Element) -> tuple[str | None, list[float]]:
    param = child(placemark, "waypointTurnParam")
    return text(param, "waypointTurnMode"), figures_in(text(param, "waypointTurnDampingDist"))


def _turn(placemark: ET.Element, at: int, legs: list[float]) -> list[str]:
    mode, damping = _damping(placemark)
    if mode not in TURN_MODES:
        return [f"waypointTurnMode {mode}"]
    faults = []
    is_end = at in (0, len(legs))
    if mode == COORDINATE and is_end:
        faults.append("coordinateTurn at the first or last waypoint")
    straight = text(placemark, "useStraightLine")
    if straight not in _BOOL and mode in (PASSING, STOP_CURVED):
        faults.append("no useStraightLine")
    needs = mode == COORDINATE or (mode == PASSING and straight == "1")
    if needs and not is_end:
        if len(damping) != 1 or not damping[0] > 0.0:
            faults.append("waypointTurnDampingDist is missing or not above 0")
        elif not 2.0 * damping[0] < min(legs[at - 1], legs[at]) + ROUNDING_M:
            faults.append("waypointTurnDampingDist is not less than half the shorter leg")
    return faults


def _crowded(placemarks: list[ET.Element], legs: list[float]) -> list[str]:
    """A leg must be longer than the two turns on it."""
    reach = []
    for placemark in placemarks:
        mode, damping = _damping(placemark)
        turns = mode in (COORDINATE, PASSING) and len(damping) == 1
        reach.append(damping[0] if turns else 0.0)
    return [
        f"the turns at waypoints {at} and {at + 1} meet on the leg"
        for at, leg_m in enumerate(legs)
        if reach[at] + reach[at + 1] > leg_m + ROUNDING_M
    ]
