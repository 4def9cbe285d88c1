"""Reads a mission file of any kind that is known here, told by its content and not by its name.

A file from outside is material to judge: it is limited in size, number of items and nesting, what a
reader cannot take over becomes a note, and what cannot be a flight at all is refused.
"""

import json
from typing import Any, Final, NoReturn

from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.geojson import read_geojson
from drone_jobs.missions.kml import read_kml
from drone_jobs.missions.limits import LARGEST_BYTES
from drone_jobs.missions.qgc_read import read_plan
from drone_jobs.missions.waypoints_read import HEAD, read_waypoints
from drone_jobs.missions.wpml_read import read_wpml
from geo.exchange.text import decoded
from models.errors import InputRefused
from models.mission import Mission

__all__ = ["read_mission", "sniffed"]

_KINDS: Final = "DJI's KMZ, QGroundControl's .plan, ArduPilot's .waypoints, GeoJSON or KML"
_GEOJSON: Final = frozenset(
    {"FeatureCollection", "Feature", "LineString", "MultiLineString", "GeometryCollection"}
    | {"Point", "MultiPoint", "Polygon", "MultiPolygon"}
)


def read_mission(data: bytes, file_name: str) -> Mission:
    """The mission that a file means.

    Args:
        data: its content, at most 8 MiB.
        file_name: for people, and the mission's name where the file has none.

    Raises:
        InputRefused: it is too large, damaged, of no known kind, or says nothing that can be flown
            (codes ``mission_*``; ``file_*`` where the text or the archive itself is at fault).
    """
    if len(data) > LARGEST_BYTES:
        raise InputRefused(
            f"{file_name} is larger than {LARGEST_BYTES // 2**20} MiB.",
            remedy="A mission is a few hundred kilobytes: give the mission's file alone.",
            code="mission_size",
        )
    if not data.strip(b"\0 \r\n\t"):
        raise InputRefused(
            f"{file_name} is empty.", remedy="Save the mission again.", code="mission_empty"
        )
    if data.startswith(b"PK"):
        return read_wpml(data, file_name)
    text, _ = decoded(data, file_name)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return read_kml(data, file_name)
    if start.startswith("{"):
        return _of_json(text, file_name)
    if start.startswith(HEAD):
        return read_waypoints(start, file_name)
    raise _unknown(file_name)


def sniffed(data: bytes) -> MissionFormat:
    """The kind of a file that :func:`read_mission` has taken."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK"):
        return MissionFormat.WPML
    if start.startswith(b"<"):
        return MissionFormat.KML
    if start.startswith(b"{"):
        is_shape = json.loads(decoded(data, "")[0]).get("type") in _GEOJSON
        return MissionFormat.GEOJSON if is_shape else MissionFormat.QGC_PLAN
    return MissionFormat.WAYPOINTS


def _of_json(text: str, name: str) -> Mission:
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{name} is damaged: {str(error)[:120]}.",
            remedy="Save the mission again, or copy it again.",
            code="mission_damaged",
        ) from error
    kind: Any = value.get("type")
    if isinstance(kind, str) and kind in _GEOJSON:
        return read_geojson(value, name)
    if value.get("fileType") == "Plan" or isinstance(value.get("mission"), dict):
        return read_plan(value, name)
    raise _unknown(name)


def _unknown(name: str) -> InputRefused:
    return InputRefused(
        f"{name} is no mission file that is known here.",
        remedy=f"Give {_KINDS}.",
        code="mission_unknown",
    )


def _no_number(name: str) -> NoReturn:
    msg = f"{name} is not a number that JSON knows"
    raise ValueError(msg)
