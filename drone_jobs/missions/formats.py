"""The files that missions travel in."""

from enum import StrEnum
from typing import Final

__all__ = ["MissionFormat", "ending_of"]


class MissionFormat(StrEnum):
    """A kind of mission file."""

    WPML = "wpml"  # DJI: a KMZ with template.kml and waylines.wpml
    QGC_PLAN = "plan"  # QGroundControl, for PX4 and ArduPilot
    WAYPOINTS = "waypoints"  # Mission Planner and MAVProxy, for ArduPilot
    GEOJSON = "geojson"
    KML = "kml"


_ENDINGS: Final = {
    MissionFormat.WPML: ".kmz",
    MissionFormat.QGC_PLAN: ".plan",
    MissionFormat.WAYPOINTS: ".waypoints",
    MissionFormat.GEOJSON: ".geojson",
    MissionFormat.KML: ".kml",
}


def ending_of(kind: MissionFormat) -> str:
    """The ending of such a file's name, with its dot."""
    return _ENDINGS[kind]
