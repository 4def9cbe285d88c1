"""waylines.wpml: what the aircraft flies."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drone_jobs.missions.wpml_groups import Group, put_group
from drone_jobs.missions.wpml_heights import FileHeights
from drone_jobs.missions.wpml_words import PASSING, STOP
from drone_jobs.missions.wpml_xml import figure, plain, put
from models.mission import Mission, MissionPoint, Turn, WpmlCodes

__all__ = ["Sheet", "legs_m", "put_heading", "put_place", "put_turn", "put_wayline"]

WIDEST_CURVE_M: Final = 5.0
SHARE_OF_LEG: Final = 0.4
"""Of the shorter leg; two curves on one leg must not touch."""
COORDINATE_DECIMALS: Final = 10
_EARTH_M: Final = 6_371_008.8


def legs_m(points: Sequence[MissionPoint], execute_m: Sequence[float]) -> list[float]:
    """Distances between neighbouring points, metres, heights counted.

    On the sphere of the mean radius: within 0.6 % of the ellipsoid's.

    Args:
        points: of a mission.
        execute_m: their heights in one system.
    """
    found = []
    for at in range(len(points) - 1):
        one, other = points[at], points[at + 1]
        middle = math.radians((one.lat_deg + other.lat_deg) / 2.0)
        north_m = math.radians(other.lat_deg - one.lat_deg) * _EARTH_M
        turned = math.remainder(other.lon_deg - one.lon_deg, 360.0)
        east_m = math.radians(turned) * _EARTH_M * math.cos(middle)
        found.append(math.hypot(north_m, east_m, execute_m[at + 1] - execute_m[at]))
    return found


@dataclass(frozen=True, slots=True)
class Sheet:
    """What both files are written of.

    Attributes:
        mission: as the file holds it.
        speed_ms: cruise speed.
        heights: of its points.
        groups: its actions, by the index of the waypoint.
        codes: of aircraft and payload.
        lenses: that keep their pictures, with commas.
    """

    mission: Mission
    speed_ms: float
    heights: FileHeights
    groups: Mapping[int, Sequence[Group]]
    codes: WpmlCodes
    lenses: str


def put_wayline(parent: ET.Element, sheet: Sheet) -> None:
    """Write the folder of the one wayline into the document."""
    mission, heights = sheet.mission, sheet.heights
    folder = plain(parent, "Folder")
    put(folder, "templateId", 0)
    put(folder, "executeHeightMode", heights.execute_mode)
    put(folder, "waylineId", 0)
    put(folder, "autoFlightSpeed", sheet.speed_ms)
    legs = legs_m(mission.points, heights.execute_m)
    for at, point in enumerate(mission.points):
        placemark = put_place(folder, point, at)
        put(placemark, "executeHeight", heights.execute_m[at])
        put_speed(placemark, point, sheet)
        put_heading(placemark, point, "waypointHeadingParam")
        put_turn(placemark, point, at, legs)
        put_deeds(placemark, at, sheet)


def put_speed(parent: ET.Element, point: MissionPoint, sheet: Sheet) -> None:
    """Speed from a waypoint on."""
    speed_ms = sheet.speed_ms if point.speed_ms is None else point.speed_ms
    put(parent, "waypointSpeed", speed_ms)


def put_deeds(parent: ET.Element, at: int, sheet: Sheet) -> None:
    """Straight legs, and what is done at a waypoint or from there on."""
    put(parent, "useStraightLine", 1)
    for group in sheet.groups.get(at, ()):
        put_group(parent, group, sheet.codes, sheet.lenses)


def put_place(folder: ET.Element, point: MissionPoint, at: int) -> ET.Element:
    """A new placemark with its place (longitude first) and its index."""
    placemark = plain(folder, "Placemark")
    plain(plain(placemark, "Point"), "coordinates").text = ",".join(
        figure(value, COORDINATE_DECIMALS) for value in (point.lon_deg, point.lat_deg)
    )
    put(placemark, "index", at)
    return placemark


def put_heading(parent: ET.Element, point: MissionPoint | None, name: str) -> None:
    """Where the nose points: along the way, or turning to the point's heading on the leg before."""
    element = put(parent, name)
    heading_deg = None if point is None else point.heading_deg
    if heading_deg is None:
        put(element, "waypointHeadingMode", "followWayline")
    else:
        put(element, "waypointHeadingMode", "smoothTransition")
        put(element, "waypointHeadingAngle", math.remainder(heading_deg, 360.0))
    put(element, "waypointHeadingPathMode", "followBadArc")


def put_turn(parent: ET.Element, point: MissionPoint, at: int, legs: Sequence[float]) -> None:
    """How the point is passed."""
    element = put(parent, "waypointTurnParam")
    if point.turn is Turn.STOP:
        put(element, "waypointTurnMode", STOP)
        put(element, "waypointTurnDampingDist", 0)
        return
    shorter_m = min(legs[at - 1], legs[at])
    put(element, "waypointTurnMode", PASSING)
    put(element, "waypointTurnDampingDist", min(WIDEST_CURVE_M, SHARE_OF_LEG * shorter_m))
