"""Missions as KML 2.2 (OGC 07-147r2): one line above sea level, all else in its ExtendedData.

KML's absolute heights are above the EGM96 geoid. A line that is clamped to the ground has no
heights, whatever its coordinates say, and is no flight.
"""

import json
import xml.etree.ElementTree as ET
from typing import Any, Final
from xml.sax.saxutils import escape

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.limits import check_count, clean, number
from drone_jobs.missions.shapes import Shape, shapes_of
from drone_jobs.missions.shapes_read import mission_of_shapes
from geo.exchange.kml import parsed_xml
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Mission

__all__ = ["read_kml", "write_kml"]

DATA: Final = "mission"
_MODES: Final = {
    "absolute": HeightSystem.EGM96,
    "relativeToGround": HeightSystem.GROUND,
}
_KINDS: Final = frozenset({"Point", "LineString", "Polygon", "Track"})
_WPMZ: Final = "dji.com/wpmz"


def write_kml(mission: Mission, desk: HeightDesk) -> bytes:
    """A document, UTF-8.

    Args:
        mission: with at least two points.
        desk: converts heights.

    Raises:
        InputRefused: a height is not known above sea level.
    """
    shapes = shapes_of(mission, desk, (HeightSystem.EGM96,), must=True)
    called = escape(clean(mission.name))
    placemarks = "\n".join(_placemark(shape, called) for shape in shapes)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2">\n'
        f"<Document>\n<name>{called}</name>\n{placemarks}\n</Document>\n</kml>\n"
    ).encode()


def _placemark(shape: Shape, called: str) -> str:
    told = escape(json.dumps(shape.properties, allow_nan=False))
    name = called if shape.kind == "LineString" else escape(str(shape.properties["role"]))
    places = " ".join(",".join(map(repr, each)) for each in shape.coordinates)
    written = f"<coordinates>{places}</coordinates>"
    if shape.kind == "Polygon":
        written = f"<outerBoundaryIs><LinearRing>{written}</LinearRing></outerBoundaryIs>"
    mode = "<altitudeMode>absolute</altitudeMode>" if shape.kind == "LineString" else ""
    return (
        f"<Placemark>\n<name>{name}</name>\n"
        f'<ExtendedData><Data name="{DATA}"><value>{told}</value></Data></ExtendedData>\n'
        f"<{shape.kind}>{mode}{written}</{shape.kind}>\n</Placemark>"
    )


def read_kml(data: bytes, name: str) -> Mission:
    """The mission of a KML text.

    Args:
        data: the file.
        name: of it, for people.

    Raises:
        InputRefused: entities or broken XML (``file_entities``, ``file_damaged``), one bare part of
            DJI's KMZ (``mission_wpml_bare``), no KML (``mission_unknown``), or as
            :func:`.shapes_read.mission_of_shapes`.
    """
    root = parsed_xml(data, name)
    if any(_WPMZ in each.tag for each in root.iter()):
        raise InputRefused(
            f"{name} is one part of a DJI mission; the aircraft reads the KMZ with both.",
            remedy="Give the KMZ.",
            code="mission_wpml_bare",
        )
    if _tag(root) not in ("kml", "Document", "Folder", "Placemark"):
        raise InputRefused(
            f"{name} is XML, and no KML.",
            remedy="Give DJI's KMZ, QGroundControl's .plan, ArduPilot's .waypoints, GeoJSON or "
            "KML.",
            code="mission_unknown",
        )
    shapes = []
    for placemark in (each for each in root.iter() if _tag(each) == "Placemark"):
        told = _properties(placemark, name)
        shapes += [_shape(each, told, name) for each in placemark.iter() if _tag(each) in _KINDS]
        check_count(len(shapes), name)
    return mission_of_shapes(shapes, name)


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _text(element: ET.Element, tag: str) -> str:
    return next(("".join(each.itertext()) for each in element.iter() if _tag(each) == tag), "")


def _properties(placemark: ET.Element, name: str) -> dict[str, Any]:
    """What a file of ours tells, or the name that the line has."""
    for each in placemark.iter():
        if _tag(each) == "Data" and each.get("name") == DATA:
            try:
                told = json.loads(_text(each, "value"))
            except (ValueError, RecursionError):
                raise _damaged(name, "what it tells of its points is no JSON") from None
            if isinstance(told, dict):
                return told
    return {"name": _text(placemark, "name")}


def _shape(element: ET.Element, told: dict[str, Any], name: str) -> Shape:
    kind = _tag(element)
    if kind == "Track":  # gx:Track: longitude, latitude and height between blanks
        rows = [
            "".join(each.itertext()).split() for each in element.iter() if _tag(each) == "coord"
        ]
    else:
        rows = [row.split(",") for row in _text(element, "coordinates").split()]
    check_count(len(rows), name)
    if not rows or any(len(row) < 2 for row in rows):
        raise _damaged(name, f"a {kind} has no coordinates")
    mode = _text(element, "altitudeMode").strip()
    heights = _MODES.get(mode)
    size = 2 if heights is None else 3
    places = tuple(tuple(number(each, "a coordinate", name) for each in row[:size]) for row in rows)
    return Shape("LineString" if kind == "Track" else kind, places, told, heights)


def _damaged(name: str, what: str) -> InputRefused:
    return InputRefused(
        f"{name} is damaged: {what}.", remedy="Export the line again.", code="mission_damaged"
    )
