"""Writes QGroundControl's plan: mission, fence and gathering places in one JSON file.

Points are above sea level (AltitudeMode 2, frame 0) or above terrain (4, frame 10), never
"calculated above terrain" (3): programs differ in which of its two heights they read.

Source: QGroundControl's developer guide, "Plan file format".
"""

import json
import math
from typing import Any, Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.commands import SYSTEM_OF, Command, MissionItem
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.holding import held, spoken_autopilot
from drone_jobs.missions.items_write import home_above_sea_m, items_of
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Autopilot, FenceCircle, Mission, MissionPlace, Ring

__all__ = ["write_plan"]

_FIRMWARE: Final = {Autopilot.PX4: 12, Autopilot.ARDUPILOT: 3}
_QUADROTOR: Final = 2
_MODE: Final = {HeightSystem.TAKE_OFF: 1, HeightSystem.EGM96: 2, HeightSystem.GROUND: 4}
_MARKED: Final = frozenset({Command.TAKE_OFF, Command.WAYPOINT, Command.LAND})  # have a height


def write_plan(mission: Mission, desk: HeightDesk, *, terrain_frame: bool = False) -> bytes:
    """The plan, UTF-8.

    Args:
        mission: with at least one point. For PX4 unless it is for ArduPilot.
        desk: converts heights.
        terrain_frame: points above terrain; for ArduPilot.

    Raises:
        InputRefused: a height cannot be told in the system that is written, or PX4 is asked to
            follow terrain, which it does not in missions (``mission_terrain_frame``).
    """
    autopilot = spoken_autopilot(mission, MissionFormat.QGC_PLAN)
    if terrain_frame and autopilot is not Autopilot.ARDUPILOT:
        raise InputRefused(
            "PX4 follows no terrain in missions: a height above terrain would be flown as another.",
            remedy="Write heights above sea level; the points follow the ground already.",
            code="mission_terrain_frame",
        )
    rally = held(mission, MissionFormat.QGC_PLAN).rally
    speed_ms = mission.speed_ms
    speeds = {} if speed_ms is None else {"cruiseSpeed": speed_ms, "hoverSpeed": speed_ms}
    items = items_of(mission, desk, autopilot, terrain_frame=terrain_frame)
    plan = {
        "fileType": "Plan",
        "geoFence": {
            "circles": [_circle(circle) for circle in mission.circles],
            "polygons": [
                *(_polygon(ring, is_inclusion=True) for ring in mission.fence),
                *(_polygon(ring, is_inclusion=False) for ring in mission.no_fly),
            ],
            "version": 2,
        },
        "groundStation": "QGroundControl",
        "mission": {
            **speeds,
            "firmwareType": _FIRMWARE[autopilot],
            "globalPlanAltitudeMode": _MODE[
                HeightSystem.GROUND if terrain_frame else HeightSystem.EGM96
            ],
            "items": [_item(item) for item in items],
            "plannedHomePosition": _home(mission, desk),
            "vehicleType": _QUADROTOR,
            "version": 2,
        },
        "rallyPoints": {"points": [_rally(place, desk) for place in rally], "version": 2},
        "version": 1,
    }
    return json.dumps(plan, indent=1, allow_nan=False).encode("ascii")


def _item(item: MissionItem) -> dict[str, Any]:
    values = (*item.params, item.lat_deg, item.lon_deg, item.z_m)
    written = {
        "autoContinue": True,
        "command": int(item.command),
        "doJumpId": item.seq,
        "frame": int(item.frame),
        "params": [None if math.isnan(value) else round(value, 9) for value in values],
        "type": "SimpleItem",
    }
    if item.command in _MARKED:
        written |= {
            "AMSLAltAboveTerrain": None,
            "Altitude": round(item.z_m, 9),
            "AltitudeMode": _MODE[SYSTEM_OF[item.frame]],
        }
    return written


def _home(mission: Mission, desk: HeightDesk) -> list[float | None]:
    home = mission.home
    if home is None:
        first = mission.points[0]
        return [first.lat_deg, first.lon_deg, None]
    high_m = None if home.height is None else home_above_sea_m(home, desk)
    return [home.lat_deg, home.lon_deg, high_m]


def _polygon(ring: Ring, *, is_inclusion: bool) -> dict[str, Any]:
    return {
        "inclusion": is_inclusion,
        "polygon": [[lat_deg, lon_deg] for lon_deg, lat_deg in ring],
        "version": 1,
    }


def _circle(circle: FenceCircle) -> dict[str, Any]:
    return {
        "circle": {"center": [circle.lat_deg, circle.lon_deg], "radius": circle.radius_m},
        "inclusion": circle.is_inclusion,
        "version": 1,
    }


def _rally(place: MissionPlace, desk: HeightDesk) -> list[float]:
    assert place.height is not None  # noqa: S101 -- held() leaves the others out
    high_m = desk.to(place.height, place.lon_deg, place.lat_deg, HeightSystem.TAKE_OFF)
    return [place.lat_deg, place.lon_deg, high_m]
