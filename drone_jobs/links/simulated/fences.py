"""The vehicle's own fence: whether a place lies within what it was given."""

import math
from typing import Final

from shapely import Point, Polygon

from drone_jobs.links.simulated.held_items import PLACED, HeldItem
from geo.crs import geodesic

__all__ = ["Fence", "fence_trouble", "mission_trouble"]

_IN, _OUT, _CIRCLE_IN, _CIRCLE_OUT = 5001, 5002, 5003, 5004
_LEAST_CORNERS: Final = 3


class Fence:
    """A fence to ask again and again.

    Args:
        items: without trouble.
    """

    def __init__(self, items: list[HeldItem]) -> None:
        self._rings = [(command, Polygon(corners)) for command, corners in _rings(items)]
        self._circles = [each for each in items if each.command in {_CIRCLE_IN, _CIRCLE_OUT}]

    def is_outside(self, lon_deg: float, lat_deg: float) -> bool:
        """Whether a place breaks it: outside an inclusion, or inside an exclusion."""
        at = Point(lon_deg, lat_deg)
        for command, ring in self._rings:
            if ring.covers(at) is (command == _OUT):
                return True
        for item in self._circles:
            apart_m = geodesic(item.lon_deg, item.lat_deg, lon_deg, lat_deg)[2]
            if (apart_m <= item.params[0]) is (item.command == _CIRCLE_OUT):
                return True
        return False


def fence_trouble(items: list[HeldItem]) -> str:
    """Why a fence is none, in English; empty when it is one."""
    at = 0
    while at < len(items):
        item = items[at]
        size = item.params[0]
        if item.command in {_IN, _OUT}:
            if not (math.isfinite(size) and size == int(size) and size >= _LEAST_CORNERS):
                return "Fence: a polygon needs 3 corners"
            run = items[at : at + int(size)]
            if len(run) < size or any(
                (each.command, each.params[0]) != (item.command, size) for each in run
            ):
                return "Fence: corners are missing"
            at += int(size)
            continue
        if item.command in {_CIRCLE_IN, _CIRCLE_OUT} and not 0.0 < size < math.inf:
            return "Fence: a circle without a radius"
        at += 1
    return ""


def mission_trouble(items: list[HeldItem], fence: list[HeldItem]) -> str:
    """Which item of a mission breaks the fence, in English; empty when none does."""
    kept = Fence(fence)
    for seq, item in enumerate(items):
        placed = item.command in PLACED and item.has_place
        if placed and kept.is_outside(item.lon_deg, item.lat_deg):
            return f"Geofence violation for waypoint {seq}"
    return ""


def _rings(items: list[HeldItem]) -> list[tuple[int, list[tuple[float, float]]]]:
    """Command and corners of each polygon of a fence without trouble."""
    rings = []
    at = 0
    while at < len(items):
        item = items[at]
        if item.command not in {_IN, _OUT}:
            at += 1
            continue
        size = int(item.params[0])
        corners = [(each.lon_deg, each.lat_deg) for each in items[at : at + size]]
        rings.append((item.command, corners))
        at += size
    return rings
