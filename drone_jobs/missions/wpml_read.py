"""Reads DJI's KMZ. What is flown counts: waylines.wpml. A waypoint template stands in, and says so.

What breaks a rule of the documentation is told as a warning (:mod:`.wpml_rules`): the aircraft may
refuse it in the field.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Final

from drone_jobs.missions.limits import number, place, title
from drone_jobs.missions.told import Told
from drone_jobs.missions.wpml_files import opened
from drone_jobs.missions.wpml_read_points import (
    read_template_points,
    read_wayline,
    route_speed_ms,
)
from drone_jobs.missions.wpml_rules import faults_in
from drone_jobs.missions.wpml_words import FINISH, LOST_ACTION
from drone_jobs.missions.wpml_xml import child, children, text, words
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import (
    Autopilot,
    Finish,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    WpmlCodes,
)

__all__ = ["read_wpml"]

_NAMESPACE: Final = re.compile(r"\{http://www\.dji\.com/wpmz/1\.0\.[0-6]\}")
MOST_FAULTS: Final = 20


def read_wpml(data: bytes, name: str) -> Mission:
    """The mission of a KMZ.

    Heights keep what the file measures them from: the ellipsoid, the take-off, or the ground that
    the aircraft's cameras see. Several waylines follow each other.

    Args:
        data: content of the file.
        name: of the file; names the mission.

    Raises:
        InputRefused: it cannot be opened (see :func:`.wpml_files.opened`), holds a template for
            mapping alone (``mission_wpml_mapping``) or no waypoints (``mission_empty``), or cannot
            be read (``mission_damaged``, ``mission_place``, ``mission_items``,
            ``mission_height_unsaid``).
    """
    files = opened(data, name)
    told = Told()
    if files.waylines is not None:
        mission = _flown(files.waylines, told, name)
    else:
        mission = _edited(files.template, told, name)
    for root in (files.template, files.waylines):
        if root is not None and mission.home is None:
            home = _home(root, told, name)
            mission = mission if home is None else replace(mission, home=home)
    for fault in faults_in(files)[:MOST_FAULTS]:
        told.warn(
            "wpml_fault",
            f"Against DJI's documentation: {fault}.",
            "Save the mission again in the program that made it; aircraft may refuse it.",
            what=fault,
        )
    return replace(mission, notes=tuple(told.notes))


def _flown(root: ET.Element, told: Told, name: str) -> Mission:
    _check_version(root, told)
    document = child(root, "Document")
    folders = list(children(document, "Folder"))
    routes = [read_wayline(folder, told, name) for folder in folders]
    if len(routes) > 1:
        told.warn(
            "wpml_routes",
            f"The file holds {len(routes)} waylines; they are read as one flight, in their order.",
            "Look whether they are to be flown one after the other.",
            routes=len(routes),
        )
    speeds = [route_speed_ms(folder, name) for folder in folders]
    points = [
        point if at == 0 else _with_speed(point, speeds[at], speeds[0])
        for at, route in enumerate(routes)
        for point in route
    ]
    return _mission(document, tuple(points), speeds[0] if speeds else None, told, name)


def _with_speed(point: MissionPoint, own_ms: float | None, first_ms: float | None) -> MissionPoint:
    """A point of a later wayline, whose cruise speed may be another."""
    if point.speed_ms is not None or own_ms == first_ms:
        return point
    return replace(point, speed_ms=own_ms)


def _edited(root: ET.Element | None, told: Told, name: str) -> Mission:
    _check_version(root, told)
    document = child(root, "Document")
    folders = list(children(document, "Folder"))
    folder = next((each for each in folders if text(each, "templateType") == "waypoint"), None)
    if folder is None:
        kinds = ", ".join(str(text(each, "templateType"))[:20] for each in folders) or "nothing"
        raise InputRefused(
            f"{name} holds no waylines.wpml, and its template ({kinds}) tells an area and not a "
            "way: DJI's program makes the way of it.",
            remedy="Open it in DJI Pilot 2 or FlightHub 2, save it, and export it again.",
            code="mission_wpml_mapping",
        )
    told.warn(
        "wpml_template_only",
        "The file has no waylines.wpml, so no aircraft flies it. It is read from template.kml.",
        "Open it in DJI Pilot 2 or FlightHub 2 and save it, or export it anew from here.",
    )
    points = read_template_points(folder, told, name)
    return _mission(document, points, route_speed_ms(folder, name), told, name)


def _mission(
    document: ET.Element | None,
    points: tuple[MissionPoint, ...],
    speed_ms: float | None,
    told: Told,
    name: str,
) -> Mission:
    if not points:
        raise InputRefused(
            f"{name} holds no waypoints.",
            remedy="Save the mission again in the program that made it.",
            code="mission_empty",
        )
    config = child(document, "missionConfig")
    return Mission(
        name=title(name),
        points=points,
        speed_ms=speed_ms,
        has_take_off=True,
        climb_to_m=_height_m(config, "takeOffSecurityHeight", name),
        return_to_m=_height_m(config, "globalRTHHeight", name),
        finish=_finish(config, told),
        lost_link=_lost_link(config, told),
        autopilot=Autopilot.DJI,
        wpml=_codes(config, name),
    )


def _height_m(config: ET.Element | None, what: str, name: str) -> float | None:
    found = text(config, what)
    return None if found is None else number(found, what, name)


def _finish(config: ET.Element | None, told: Told) -> Finish:
    word = text(config, "finishAction")
    if word not in FINISH:
        _unknown(told, "finishAction", word)
        return Finish.HOVER
    return FINISH[word]


def _lost_link(config: ET.Element | None, told: Told) -> LostLink:
    word, action = text(config, "exitOnRCLost"), text(config, "executeRCLostAction")
    if word == "goContinue":
        return LostLink.CONTINUE
    if word == "executeLostAction" and action in LOST_ACTION:
        return LOST_ACTION[action]
    known = word in (None, "executeLostAction")
    _unknown(told, "executeRCLostAction" if known else "exitOnRCLost", action if known else word)
    return LostLink.UNSAID


def _codes(config: ET.Element | None, name: str) -> WpmlCodes | None:
    drone = text(config, "droneInfo", "droneEnumValue")
    payload = text(config, "payloadInfo", "payloadEnumValue")
    if drone is None or payload is None:
        return None
    sub = text(config, "droneInfo", "droneSubEnumValue") or "0"
    position = text(config, "payloadInfo", "payloadPositionIndex") or "0"
    return WpmlCodes(
        *(
            int(number(value, "an aircraft's number", name))
            for value in (drone, sub, payload, position)
        )
    )


def _home(root: ET.Element, told: Told, name: str) -> MissionPlace | None:
    """takeOffRefPoint: latitude, longitude, height above the ellipsoid."""
    parts = words(root, "Document", "missionConfig", "takeOffRefPoint")
    if not parts:
        return None
    try:
        lat, lon, height_m = (number(part, "takeOffRefPoint", name) for part in parts)
        lon_deg, lat_deg = place(lon, lat, "takeOffRefPoint", name)
    except (InputRefused, ValueError):
        told.warn(
            "wpml_take_off_place",
            f"takeOffRefPoint is {','.join(parts)[:60]}: not latitude, longitude and height.",
            "Tell where the aircraft takes off.",
            value=",".join(parts)[:60],
        )
        return None
    return MissionPlace(lon_deg, lat_deg, Height(height_m, HeightSystem.ELLIPSOID))


def _check_version(root: ET.Element | None, told: Told) -> None:
    config = None if root is None else child(child(root, "Document"), "missionConfig")
    if config is not None and not _NAMESPACE.match(config.tag):
        found = config.tag.partition("}")[0].strip("{")[:80]
        told.note(
            "wpml_version",
            f"The file is written in {found or 'no namespace'}, which is not known here; read "
            "as version 1.0.6.",
            version=found,
        )


def _unknown(told: Told, element: str, value: str | None) -> None:
    told.warn(
        "wpml_word_unknown",
        f"{element} is {str(value)[:60]!r}, which the documentation does not know.",
        "Look at the mission in the program that made it.",
        element=element,
        value=str(value)[:60],
    )
