"""Where the heat of a frame is: along its ray as far as flat ground, or around the node.

A node hangs 2 to 6 m above a slope that nobody has measured to the metre, and looks along it: its
direction is known to a degree or two, its distance to a third at best. Where the ray does not come
down within the node's reach, the heat may stand anywhere along it.
"""

import math
from collections.abc import Iterable
from typing import Final

from geo.camera import ray_of_pixel
from geo.crs import went
from geo.meeting import LEAST_NODE_SIGMA_M
from models.errors import InputRefused
from models.heat_event import HeatEvent
from models.heat_look import HeatLook, LookState
from models.heat_node import HeatNode
from models.site import HeightDatum, Position
from models.thermal import HotSpot

__all__ = ["place_of_heat", "same_place"]

USUAL_HEIGHT_M: Final = 3.0
"""Of a node whose height is not told above the ground."""
RANGE_SHARE: Final = 1.0 / 3.0
"""Standard deviation of a distance by flat ground, of the distance: a slope of five degrees that
nobody knows of moves a ray that falls by fifteen by as much."""
NEAREST_M: Final = 1.0
MARGIN: Final = 1.0
"""In sizes of the box: so far a flickering place moves in its picture and is the same one."""


def place_of_heat(
    node: HeatNode, spot: HotSpot, size_px: tuple[int, int]
) -> tuple[Position, float]:
    """Where it is, on the ground, and the standard deviation in each direction, metres.

    Args:
        node: as it was set up.
        spot: in its frame.
        size_px: of the frame, width and height.
    """
    at = node.position
    if node.pose is None:
        # Anywhere in a circle: on each axis half of its radius.
        return _ground(at.lon_deg, at.lat_deg), max(LEAST_NODE_SIGMA_M, node.reach_m / 2.0)
    foot = (spot.x_min + spot.x_max) / 2.0, float(spot.y_max)
    try:
        azimuth_deg, elevation_deg = ray_of_pixel(*foot, *size_px, node.pose)
    except InputRefused:  # the lens folds there
        azimuth_deg, elevation_deg = node.pose.azimuth_deg, node.pose.tilt_deg
    height_m = at.height_m if at.height_datum is HeightDatum.GROUND else USUAL_HEIGHT_M
    falls = math.tan(math.radians(-elevation_deg))
    range_m = max(NEAREST_M, height_m / falls) if falls > 0.0 else math.inf
    sigma_m = RANGE_SHARE * range_m
    if range_m >= node.reach_m:
        range_m = node.reach_m / 2.0
        sigma_m = node.reach_m / math.sqrt(12.0)  # anywhere along it
    lon_deg, lat_deg = went(at.lon_deg, at.lat_deg, azimuth_deg, range_m)
    return _ground(lon_deg, lat_deg), max(LEAST_NODE_SIGMA_M, sigma_m)


def _ground(lon_deg: float, lat_deg: float) -> Position:
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.GROUND)


def same_place(looks: Iterable[HeatLook], event: HeatEvent) -> HeatLook | None:
    """The look that an event is of by its place in the picture, undecided ones first."""
    near = [
        look
        for look in looks
        if look.state in {LookState.OPEN, LookState.LOOKING, LookState.FIRE}
        and _touch(look.event.spot, event.spot)
    ]
    return min(near, key=lambda one: (one.state is LookState.FIRE, one.look_id), default=None)


def _touch(one: HotSpot, other: HotSpot) -> bool:
    """Whether two boxes of one view lie within their own size of each other."""
    size = max(_size(one), _size(other)) * MARGIN
    return (
        one.x_min - size <= other.x_max
        and other.x_min - size <= one.x_max
        and one.y_min - size <= other.y_max
        and other.y_min - size <= one.y_max
    )


def _size(spot: HotSpot) -> int:
    return max(spot.x_max - spot.x_min, spot.y_max - spot.y_min)
