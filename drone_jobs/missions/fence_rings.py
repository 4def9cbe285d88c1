"""Fences as few corners, on the safe side: autopilots take some dozens of corners, not thousands.

A fence that holds the flight is drawn inwards, never outwards over ground that is not approved; a
zone that is forbidden is drawn outwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from models.mission import Finding, Gravity, NoFly, Ring
from models.units import FloatArray

__all__ = ["FenceRings", "fence_ring", "no_fly_rings"]

FEW_CORNERS: Final = 70  # ArduCopter has had room for 70 to 84 points in all
ALLOWANCES_M: Final = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0)


@dataclass(frozen=True, slots=True)
class FenceRings:
    """A fence.

    Attributes:
        rings: none when there is no fence.
        notes: that it has more corners than some aircraft take.
    """

    rings: tuple[Ring, ...]
    notes: tuple[Finding, ...] = ()


def fence_ring(fence: BaseGeometry, way_m: FloatArray, frame: LocalFrame) -> FenceRings:
    """One ring inside a fence that holds a flight.

    Args:
        fence: polygon, WGS 84; of several parts, the one that holds the flight. Its holes are not
            looked at: they are zones, and told as such.
        way_m: (n, 2) of the flight.
        frame: of the way.
    """
    if fence.is_empty:
        return FenceRings(())
    way = LineString(way_m)
    parts = [_filled(part) for part in _polygons(frame.geometry_to_metric(fence))]
    whole = next((part for part in parts if part.covers(way)), None)
    if whole is None:  # a single fence is told as it is, and the check says that the flight leaves
        whole = parts[0] if len(parts) == 1 else _filled(shapely.convex_hull(MultiPolygon(parts)))
    ring = whole
    for allowance_m in (0.0, *ALLOWANCES_M):
        if len(ring.exterior.coords) - 1 <= FEW_CORNERS:
            return FenceRings((_ring(ring, frame),))
        inner = whole.buffer(-allowance_m).simplify(allowance_m)
        if isinstance(inner, Polygon) and whole.covers(inner) and inner.covers(way):
            ring = _filled(inner)
    corners = len(ring.exterior.coords) - 1
    note = Finding(
        "fence_corners",
        Gravity.WARNING,
        f"The fence has {corners} corners, and some aircraft take {FEW_CORNERS}.",
        "Simplify the airspace, or see that the upload of the fence is confirmed.",
        (("corners", corners), ("most", FEW_CORNERS)),
    )
    return FenceRings((_ring(ring, frame),), (note,) if corners > FEW_CORNERS else ())


def no_fly_rings(
    zones: Sequence[NoFly], fence: BaseGeometry, way_m: FloatArray, frame: LocalFrame
) -> tuple[Ring, ...]:
    """Rings around the hard zones that reach into the fence.

    Args:
        zones: all of the task.
        fence: polygon, WGS 84; where it is empty, every zone counts.
        way_m: (n, 2) of the flight.
        frame: of the way.
    """
    way = LineString(way_m)
    inside = frame.geometry_to_metric(fence)
    hard = [
        part
        for zone in zones
        if zone.is_hard
        for part in _polygons(frame.geometry_to_metric(zone.geometry))
        if inside.is_empty or part.intersects(inside.convex_hull)
    ]
    return tuple(_ring(_around(part, way), frame) for part in hard)


def _around(zone: Polygon, way: LineString) -> Polygon:
    """A ring of few corners that holds a zone, and still leaves the flight outside."""
    whole = _filled(zone)
    ring = whole
    for allowance_m in ALLOWANCES_M:
        if len(ring.exterior.coords) - 1 <= FEW_CORNERS:
            break
        outer = whole.buffer(allowance_m).simplify(allowance_m)
        if isinstance(outer, Polygon) and outer.covers(whole) and not outer.intersects(way):
            ring = _filled(outer)
    return ring


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)]


def _filled(polygon: BaseGeometry) -> Polygon:
    """The same without holes."""
    return Polygon(shapely.get_exterior_ring(polygon))


def _ring(polygon: Polygon, frame: LocalFrame) -> Ring:
    corners = shapely.get_coordinates(frame.geometry_to_lonlat(polygon).exterior)[:-1]
    return tuple((float(lon), float(lat)) for lon, lat in corners)
