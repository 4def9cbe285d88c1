"""template.kml: the same points as DJI's own programs edit them. No aircraft flies it."""

import xml.etree.ElementTree as ET

from drone_jobs.missions.wpml_waylines import (
    Sheet,
    legs_m,
    put_deeds,
    put_heading,
    put_place,
    put_speed,
    put_turn,
)
from drone_jobs.missions.wpml_words import STOP
from drone_jobs.missions.wpml_xml import plain, put

__all__ = ["put_template"]


def put_template(parent: ET.Element, sheet: Sheet) -> None:
    """Write the folder of a waypoint template into the document.

    The gimbal stays as the actions leave it (``manual``); set at each point, a program that edits
    the file would turn it evenly between them.
    """
    mission, heights = sheet.mission, sheet.heights
    folder = plain(parent, "Folder")
    put(folder, "templateType", "waypoint")
    put(folder, "templateId", 0)
    system = put(folder, "waylineCoordinateSysParam")
    put(system, "coordinateMode", "WGS84")
    put(system, "heightMode", heights.template_mode)
    put(folder, "autoFlightSpeed", sheet.speed_ms)
    put(folder, "globalHeight", heights.template_m[0])
    put(folder, "gimbalPitchMode", "manual")
    put_heading(folder, None, "globalWaypointHeadingParam")
    put(folder, "globalWaypointTurnMode", STOP)
    put(folder, "globalUseStraightLine", 1)
    legs = legs_m(mission.points, heights.execute_m)
    for at, point in enumerate(mission.points):
        placemark = put_place(folder, point, at)
        put(placemark, "ellipsoidHeight", heights.ellipsoid_m[at])
        put(placemark, "height", heights.template_m[at])
        put(placemark, "useGlobalHeight", 0)
        put(placemark, "useGlobalSpeed", 0)
        put_speed(placemark, point, sheet)
        put(placemark, "useGlobalHeadingParam", 0)
        put_heading(placemark, point, "waypointHeadingParam")
        put(placemark, "useGlobalTurnParam", 0)
        put_turn(placemark, point, at, legs)
        put_deeds(placemark, at, sheet)
    payload = put(folder, "payloadParam")
    put(payload, "payloadPositionIndex", sheet.codes.payload_position)
    put(payload, "imageFormat", sheet.lenses)
