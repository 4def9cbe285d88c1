"""Writes a mission as a file that aircraft, ground stations or maps read."""

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.geojson import write_geojson
from drone_jobs.missions.kml import write_kml
from drone_jobs.missions.limits import check_count
from drone_jobs.missions.qgc_write import write_plan
from drone_jobs.missions.waypoints_write import write_waypoints
from drone_jobs.missions.wpml_write import write_wpml
from models.errors import InputRefused
from models.mission import Mission

__all__ = ["write_mission"]

_LEAST_POINTS = 2


def write_mission(
    mission: Mission, kind: MissionFormat, desk: HeightDesk, *, terrain_frame: bool = False
) -> bytes:
    """A file; :func:`.holding.losses` says what it leaves out.

    Args:
        mission: two points or more.
        kind: of file.
        desk: converts heights, which is done here and nowhere else.
        terrain_frame: heights above terrain, for an ArduPilot that has the terrain.

    Raises:
        InputRefused: too few or too many points (``mission_no_points``, ``mission_items``), heights
            above terrain for who does not follow it (``mission_terrain_frame``), a height that
            cannot be converted (``height_*``, ``geoid_outside``), or as the writer says.
    """
    if len(mission.points) < _LEAST_POINTS:
        raise InputRefused(
            f"The mission {mission.name} has {len(mission.points)} points, and a flight needs 2.",
            remedy="Plan it again.",
            code="mission_no_points",
        )
    check_count(len(mission.points), mission.name)
    if terrain_frame and kind not in (MissionFormat.QGC_PLAN, MissionFormat.WAYPOINTS):
        raise InputRefused(
            f"A {kind} file has no heights above terrain that an aircraft follows.",
            remedy="Write it as .waypoints for ArduPilot, or with heights above sea level.",
            code="mission_terrain_frame",
        )
    match kind:
        case MissionFormat.WPML:
            return write_wpml(mission, desk)
        case MissionFormat.QGC_PLAN:
            return write_plan(mission, desk, terrain_frame=terrain_frame)
        case MissionFormat.WAYPOINTS:
            return write_waypoints(mission, desk, terrain_frame=terrain_frame)
        case MissionFormat.GEOJSON:
            return write_geojson(mission, desk)
        case _:
            return write_kml(mission, desk)
