"""What DJI's documentation demands of template.kml, and that it shows what waylines.wpml flies."""

import xml.etree.ElementTree as ET
from typing import Final

from drone_jobs.missions.wpml_rules_points import figures_in, place_in
from drone_jobs.missions.wpml_words import TURN_MODES
from drone_jobs.missions.wpml_xml import child, children, text
from geo.crs import Wgs84, geoid_m
from models.errors import InputRefused

__all__ = ["template_faults"]

_TYPES: Final = ("waypoint", "mapping2d", "mapping3d", "mappingStrip")
_HEIGHTS: Final = ("EGM96", "relativeToStartPoint", "aboveGroundLevel", "realTimeFollowSurface")
_BOOL: Final = ("0", "1")
SAME_DEG: Final = 1e-6
SAME_M: Final = 0.5
GEOID_M: Final = 3.0
"""Models of the geoid differ by a metre or two; the geoid itself is 26 to 43 m off here."""


def template_faults(root: ET.Element, waylines: ET.Element | None) -> list[str]:
    """Faults of a template.

    Args:
        root: of template.kml.
        waylines: root of waylines.wpml; None when there is none.
    """
    folders = list(children(child(root, "Document"), "Folder"))
    faults = [] if folders else ["no Folder"]
    numbers = [text(folder, "templateId") for folder in folders]
    if None in numbers or len(set(numbers)) != len(numbers):
        faults.append("templateId is missing or not unique")
    for folder in folders:
        faults += _folder(folder)
        if text(folder, "templateType") == "waypoint":
            faults += _waypoints(folder)
            faults += _shown(folder, waylines)
    return [f"template: {each}" for each in faults]


def _folder(folder: ET.Element) -> list[str]:
    faults = []
    if text(folder, "templateType") not in _TYPES:
        faults.append(f"templateType {text(folder, 'templateType')}")
    system = child(folder, "waylineCoordinateSysParam")
    if text(system, "coordinateMode") != "WGS84":
        faults.append(f"coordinateMode {text(system, 'coordinateMode')}")
    if text(system, "heightMode") not in _HEIGHTS:
        faults.append(f"heightMode {text(system, 'heightMode')}")
    if not any(value > 0.0 for value in figures_in(text(folder, "autoFlightSpeed"))):
        faults.append("autoFlightSpeed is missing or not above 0")
    return faults


def _waypoints(folder: ET.Element) -> list[str]:
    faults = []
    if text(folder, "globalWaypointTurnMode") not in TURN_MODES:
        faults.append(f"globalWaypointTurnMode {text(folder, 'globalWaypointTurnMode')}")
    pitch = text(folder, "gimbalPitchMode")
    if pitch not in ("manual", "usePointSetting"):
        faults.append(f"gimbalPitchMode {pitch}")
    if len(figures_in(text(folder, "globalHeight"))) != 1:
        faults.append("no globalHeight")
    is_sea = text(folder, "waylineCoordinateSysParam", "heightMode") == "EGM96"
    for at, placemark in enumerate(children(folder, "Placemark")):
        found = [*_point(placemark, asks_pitch=pitch == "usePointSetting")]
        if text(placemark, "index") != str(at):
            found.append("index does not run from 0 without a gap")
        if is_sea:
            found += _geoid(placemark)
        faults += [f"waypoint {at}: {each}" for each in found]
    return faults


def _point(placemark: ET.Element, *, asks_pitch: bool) -> list[str]:
    faults = [] if place_in(placemark) else ["coordinates are not longitude,latitude"]
    for name, needed in (
        ("useGlobalHeight", ("ellipsoidHeight", "height")),
        ("useGlobalSpeed", ("waypointSpeed",)),
        ("useGlobalHeadingParam", ("waypointHeadingParam",)),
        ("useGlobalTurnParam", ("waypointTurnParam",)),
    ):
        word = text(placemark, name) or ("0" if name == "useGlobalHeight" else None)
        if word not in _BOOL:
            faults.append(f"{name} is missing")
        elif word == "0":
            faults += [f"no {each}" for each in needed if child(placemark, each) is None]
    if asks_pitch and not figures_in(text(placemark, "gimbalPitchAngle")):
        faults.append("no gimbalPitchAngle")
    return faults


def _geoid(placemark: ET.Element) -> list[str]:
    """Two heights of the same place must differ by the geoid, where it is known."""
    ellipsoid = figures_in(text(placemark, "ellipsoidHeight"))
    sea, found = figures_in(text(placemark, "height")), place_in(placemark)
    if len(ellipsoid) != 1 or len(sea) != 1 or found is None:
        return []
    try:
        between_m = float(geoid_m(Wgs84.at(*found)))
    except InputRefused:
        return []
    if abs(ellipsoid[0] - sea[0] - between_m) <= GEOID_M:
        return []
    return ["height and ellipsoidHeight are not of the same place"]


def _shown(folder: ET.Element, waylines: ET.Element | None) -> list[str]:
    """What is edited must be what is flown."""
    number = text(folder, "templateId")
    flown = next(
        (
            list(children(each, "Placemark"))
            for each in children(child(waylines, "Document"), "Folder")
            if text(each, "templateId") == number
        ),
        None,
    )
    if flown is None:
        return []
    shown = list(children(folder, "Placemark"))
    if len(shown) != len(flown):
        return [f"{len(shown)} waypoints, and waylines have {len(flown)}"]
    is_sea = text(folder, "waylineCoordinateSysParam", "heightMode") == "EGM96"
    faults = []
    for at, (one, other) in enumerate(zip(shown, flown, strict=True)):
        a, b = place_in(one), place_in(other)
        if a and b and max(abs(a[0] - b[0]), abs(a[1] - b[1])) > SAME_DEG:
            faults.append(f"waypoint {at} is elsewhere than in waylines")
        ellipsoid = figures_in(text(one, "ellipsoidHeight"))
        execute = figures_in(text(other, "executeHeight"))
        if is_sea and ellipsoid and execute and abs(ellipsoid[0] - execute[0]) > SAME_M:
            faults.append(f"waypoint {at} is flown at another height than shown")
    return faults
