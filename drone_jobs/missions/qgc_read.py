"""Reads QGroundControl's plan: its items, also those inside surveys, its fence and rally points.

What is uploaded counts: a survey is the items that it holds and not its polygon, and a height is in
the frame of its item. "Calculated above terrain" (AltitudeMode 3) has two heights in one item; the
one above sea level is taken, because frame 0 says so, and where it is missing the one above ground.

Source: QGroundControl's developer guide, "Plan file format"; TransectStyleComplexItem.
"""

from dataclasses import replace
from typing import Any, Final

from drone_jobs.missions.items_read import mission_of_items
from drone_jobs.missions.limits import number, place, title
from drone_jobs.missions.plan_fence import plan_circles, plan_rally, plan_rings
from drone_jobs.missions.plan_items import PlanItems
from drone_jobs.missions.told import Told
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Autopilot, Finding, Gravity, Mission, MissionPlace

__all__ = ["read_plan"]

_AUTOPILOTS: Final = {12: Autopilot.PX4, 3: Autopilot.ARDUPILOT}
_FIXED_WING: Final = frozenset({1, *range(19, 26)})  # and VTOL, of MAV_TYPE


def read_plan(plan: dict[str, Any], name: str) -> Mission:
    """The mission of a plan.

    Args:
        plan: the parsed JSON.
        name: of the file, for people.

    Raises:
        InputRefused: it is damaged (``mission_damaged``), a survey in it holds no items
            (``mission_survey``), or as :func:`.items_read.mission_of_items`.
    """
    body = plan.get("mission")
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise InputRefused(
            f"{name} is a plan without a mission.",
            remedy="Save the plan again with its mission.",
            code="mission_damaged",
        )
    told = Told()
    items = PlanItems(name, told)
    items.read(body["items"])
    mission = mission_of_items(
        title(name),
        items.found,
        home=_home(body.get("plannedHomePosition"), name),
        autopilot=_autopilot(body),
        told=told,
    )
    inside, outside = plan_rings(plan.get("geoFence"), name)
    mission = replace(
        mission,
        fence=inside,
        no_fly=outside,
        circles=plan_circles(plan.get("geoFence"), name),
        rally=plan_rally(plan.get("rallyPoints"), name),
    )
    usual_ms = _usual_speed_ms(body, name)
    if mission.speed_ms is not None or usual_ms is None:
        return mission
    note = Finding(
        "speed_usual",
        Gravity.NOTE,
        f"No item orders a speed: {usual_ms:g} m/s is what the plan reckons with, and the "
        "aircraft's own setting is what it flies.",
        facts=(("speed_ms", usual_ms),),
    )
    return replace(mission, speed_ms=usual_ms, notes=(*mission.notes, note))


def _autopilot(body: dict[str, Any]) -> Autopilot | None:
    kind = body.get("firmwareType")
    return _AUTOPILOTS.get(kind) if isinstance(kind, int) else None


def _home(value: object, name: str) -> MissionPlace | None:
    """Where it starts; a place of zeros is none."""
    if not isinstance(value, list) or len(value) < 2 or None in value[:2]:
        return None
    lat_deg, lon_deg = (number(each, "home", name) for each in value[:2])
    if lat_deg == lon_deg == 0.0:
        return None
    place(lon_deg, lat_deg, "home", name)
    if len(value) < 3 or value[2] is None:
        return MissionPlace(lon_deg, lat_deg)
    high_m = number(value[2], "home's height", name)
    return MissionPlace(lon_deg, lat_deg, Height(high_m, HeightSystem.EGM96))


def _usual_speed_ms(body: dict[str, Any], name: str) -> float | None:
    kind = body.get("vehicleType")
    flies = isinstance(kind, int) and kind in _FIXED_WING
    key = "cruiseSpeed" if flies else "hoverSpeed"
    value = body.get(key)
    speed_ms = None if value is None else number(value, key, name)
    return speed_ms if speed_ms is not None and speed_ms > 0.0 else None
