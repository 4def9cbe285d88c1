"""Fence and gathering places of a QGroundControl plan."""

from typing import Any

from drone_jobs.missions.limits import check_count, number, place
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import FenceCircle, MissionPlace, Ring

__all__ = ["plan_circles", "plan_rally", "plan_rings"]


def plan_rings(fence: object, name: str) -> tuple[tuple[Ring, ...], tuple[Ring, ...]]:
    """Rings to stay in, and rings to stay out of.

    Raises:
        InputRefused: a ring is damaged: a fence that is half read is none.
    """
    inside: list[Ring] = []
    outside: list[Ring] = []
    for polygon in _list(fence, "polygons", name):
        corners = polygon.get("polygon") if isinstance(polygon, dict) else None
        if not isinstance(corners, list) or len(corners) < 3:
            raise _damaged(name, "a polygon of its fence has no three corners")
        check_count(len(corners), name)
        ring = tuple(_place(corner, "a corner of the fence", name) for corner in corners)
        if len(ring) > 3 and ring[0] == ring[-1]:
            ring = ring[:-1]
        (inside if _is_inclusion(polygon, name) else outside).append(ring)
    return tuple(inside), tuple(outside)


def plan_circles(fence: object, name: str) -> tuple[FenceCircle, ...]:
    """Round fences.

    Raises:
        InputRefused: one is damaged.
    """
    found = []
    for each in _list(fence, "circles", name):
        circle = each.get("circle") if isinstance(each, dict) else None
        if not isinstance(circle, dict):
            raise _damaged(name, "a round fence has no circle")
        lon_deg, lat_deg = _place(circle.get("center"), "the middle of a fence", name)
        radius_m = number(circle.get("radius"), "the radius of a fence", name)
        if not radius_m > 0.0:
            raise _damaged(name, "a round fence has no radius")
        found.append(FenceCircle(lon_deg, lat_deg, radius_m, _is_inclusion(each, name)))
    return tuple(found)


def plan_rally(rally: object, name: str) -> tuple[MissionPlace, ...]:
    """Gathering places; their heights are above home.

    Raises:
        InputRefused: one is damaged.
    """
    found = []
    for point in _list(rally, "points", name):
        lon_deg, lat_deg = _place(point, "a gathering place", name)
        height = None
        if len(point) > 2 and point[2] is not None:
            value_m = number(point[2], "the height of a gathering place", name)
            height = Height(value_m, HeightSystem.TAKE_OFF)
        found.append(MissionPlace(lon_deg, lat_deg, height))
    return tuple(found)


def _list(holder: object, key: str, name: str) -> list[Any]:
    """A list of a part of the plan, which may be missing as a whole."""
    if holder is None:
        return []
    found = holder.get(key, []) if isinstance(holder, dict) else None
    if not isinstance(found, list):
        raise _damaged(name, f"its {key} are no list")
    check_count(len(found), name)
    return found


def _place(value: object, what: str, name: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) < 2:
        raise _damaged(name, f"{what} is no place")
    lat_deg, lon_deg = (number(each, what, name) for each in value[:2])
    return place(lon_deg, lat_deg, what, name)


def _is_inclusion(fence: dict[str, Any], name: str) -> bool:
    """Whether the inside is allowed; guessing would turn a fence round."""
    value = fence.get("inclusion")
    if not isinstance(value, bool):
        raise _damaged(name, "a fence does not say whether its inside is allowed")
    return value


def _damaged(name: str, what: str) -> InputRefused:
    return InputRefused(
        f"{name} is damaged: {what}.", remedy="Save the plan again.", code="mission_damaged"
    )
