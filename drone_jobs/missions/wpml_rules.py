"""What DJI's documentation demands of a KMZ, looked at strictly and element by element.

Knows nothing of how missions are read or written here. Rules with their own reasons: both files
must be there (FlightHub 2 refuses a KMZ without template.kml; without waylines.wpml nothing
flies), neighbours closer than 0.5 m block a mission without an error, coordinated turns at the
first or last point end it (break reason 1546), and heights to fly must be those of the template.
"""

import xml.etree.ElementTree as ET
from typing import Final

from drone_jobs.missions.wpml_files import WpmlFiles, opened
from drone_jobs.missions.wpml_rules_points import figures_in, point_faults
from drone_jobs.missions.wpml_rules_template import template_faults
from drone_jobs.missions.wpml_words import (
    DOCK_TYPES,
    DRONES,
    FINISH,
    LOST_ACTION,
    PAYLOADS,
    SURFACE_TYPE,
    TEMPLATE,
    WAYLINES,
    Limits,
)
from drone_jobs.missions.wpml_xml import child, children, text
from models.errors import InputRefused

__all__ = ["faults_in", "faults_of"]

_LIMITS: Final = Limits()
_EXECUTE: Final = ("WGS84", "relativeToStartPoint", "realTimeFollowSurface")


def faults_of(kmz: bytes) -> list[str]:
    """Every rule that a KMZ breaks, in English; empty when it breaks none.

    Args:
        kmz: content of the file.
    """
    try:
        files = opened(kmz, "the file")
    except InputRefused as error:
        return [error.message]
    return faults_in(files)


def faults_in(files: WpmlFiles) -> list[str]:
    """Every rule that the files of a KMZ break; as :func:`faults_of`."""
    faults = [f"{name} stands in another place than {WAYLINES}" for name in files.misplaced]
    faults += [
        f"{name} is missing"
        for name, root in ((TEMPLATE, files.template), (WAYLINES, files.waylines))
        if root is None
    ]
    if files.waylines is not None:
        faults += _waylines(files.waylines)
    if files.template is not None:
        document = child(files.template, "Document")
        faults += [f"template: {each}" for each in _config(document, is_flown=False)]
        faults += template_faults(files.template, files.waylines)
    return faults


def _waylines(root: ET.Element) -> list[str]:
    document = child(root, "Document")
    faults = [f"waylines: {each}" for each in _config(document, is_flown=True)]
    folders = list(children(document, "Folder"))
    if not folders:
        faults.append("waylines: no Folder")
    numbers = [text(folder, "waylineId") for folder in folders]
    if None in numbers or len(set(numbers)) != len(numbers):
        faults.append("waylines: waylineId is missing or not unique")
    groups: list[str] = []
    for folder in folders:
        faults += _folder(folder, _drone(document))
        faults += point_faults(folder, _drone(document), groups)
    if len(set(groups)) != len(groups):
        faults.append("waylines: actionGroupId is not unique")
    return faults


def _folder(folder: ET.Element, drone: int | None) -> list[str]:
    faults = []
    if text(folder, "templateId") is None:
        faults.append("waylines: no templateId")
    speed = figures_in(text(folder, "autoFlightSpeed"))
    if len(speed) != 1 or not speed[0] > 0.0:
        faults.append("waylines: autoFlightSpeed is missing or not above 0")
    mode = text(folder, "executeHeightMode")
    if mode not in _EXECUTE:
        faults.append(f"waylines: executeHeightMode {mode}")
    if mode == "realTimeFollowSurface":
        if drone != SURFACE_TYPE:
            faults.append("waylines: realTimeFollowSurface is for the Mavic 3 Enterprise series")
        least_m, most_m = _LIMITS.surface_m
        if any(
            not least_m <= value <= most_m
            for placemark in children(folder, "Placemark")
            for value in figures_in(text(placemark, "executeHeight"))
        ):
            faults.append(f"waylines: a height above the surface outside {least_m:g} to {most_m:g}")
    return faults


def _drone(document: ET.Element | None) -> int | None:
    found = figures_in(text(document, "missionConfig", "droneInfo", "droneEnumValue"))
    return int(found[0]) if found else None


def _config(document: ET.Element | None, *, is_flown: bool) -> list[str]:
    config = child(document, "missionConfig")
    if config is None:
        return ["no missionConfig"]
    faults = []
    for name, allowed in (
        ("flyToWaylineMode", ("safely", "pointToPoint")),
        ("finishAction", tuple(FINISH)),
        ("exitOnRCLost", ("goContinue", "executeLostAction")),
    ):
        if text(config, name) not in allowed:
            faults.append(f"{name} is {text(config, name)}")
    lost = text(config, "executeRCLostAction")
    is_needed = text(config, "exitOnRCLost") == "executeLostAction"
    if lost not in LOST_ACTION and (is_needed or lost is not None):
        faults.append(f"executeRCLostAction is {lost}")
    least_m = _LIMITS.least_take_off_m
    if _drone(document) in DOCK_TYPES:
        least_m = _LIMITS.least_dock_take_off_m
    faults += _range(config, "takeOffSecurityHeight", least_m, _LIMITS.most_height_m)
    faults += _range(config, "globalTransitionalSpeed", 0.0, _LIMITS.most_transit_ms)
    if is_flown:
        faults += _range(config, "globalRTHHeight", 0.0, _LIMITS.most_height_m)
    point = text(config, "takeOffRefPoint")
    if point is not None:
        values = figures_in(point)
        if len(values) != 3 or abs(values[0]) > 90.0 or abs(values[1]) > 180.0:
            faults.append(f"takeOffRefPoint {point} is not latitude,longitude,height")
    return faults + _hardware(config)


def _range(config: ET.Element, name: str, least: float, most: float) -> list[str]:
    values = figures_in(text(config, name))
    if len(values) == 1 and least <= values[0] <= most:
        return []
    return [f"{name} is {text(config, name)}, not {least:g} to {most:g}"]


def _hardware(config: ET.Element) -> list[str]:
    drone = figures_in(text(config, "droneInfo", "droneEnumValue"))
    sub = figures_in(text(config, "droneInfo", "droneSubEnumValue") or "0")
    payload = figures_in(text(config, "payloadInfo", "payloadEnumValue"))
    position = figures_in(text(config, "payloadInfo", "payloadPositionIndex"))
    faults = []
    if not drone or int(drone[0]) not in DRONES:
        faults.append("droneEnumValue is missing or of no aircraft that is documented")
    elif not sub or int(sub[0]) not in DRONES[int(drone[0])][1]:
        faults.append("droneSubEnumValue is of no aircraft that is documented")
    if not payload or int(payload[0]) not in PAYLOADS:
        faults.append("payloadEnumValue is missing or of no payload that is documented")
    elif not faults:
        built_in = DRONES[int(drone[0])][2]
        if built_in is not None and int(payload[0]) not in (built_in[int(sub[0])], 65534):
            faults.append("payloadEnumValue is not the camera of this aircraft")
    if not position or position[0] not in (0.0, 1.0, 2.0):
        faults.append("payloadPositionIndex is missing or not 0, 1 or 2")
    return faults
