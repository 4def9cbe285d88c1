"""Where the heat of a camera's view is: on the relief, with the error that its towers' alerts have.

The camera's ray goes through the locator, as that of smoke does, from the foot of the hot place.
Where several places answer, the heaviest is told, and the error reaches to the others. Where the
ray meets no ground, or no relief is loaded, the heat may stand anywhere along it.
"""

import math
from typing import Final

from api.heat.placing import place_of_heat
from geo.crs import geodesic, went
from geo.locate import Locator
from geo.meeting import HELD, LEAST_NODE_SIGMA_M
from models.errors import InputRefused
from models.fix import Fix, FixCluster, NoFixReason
from models.heat_node import HeatNode
from models.site import HeightDatum, Pose, Position
from models.thermal import HotSpot

__all__ = ["place_in_view"]

NEAR_SIGMA_M: Final = 100.0
"""Of heat on the tower's own hill top, of which the relief knows too little."""


def place_in_view(
    locator: Locator, node: HeatNode, pose: Pose | None, spot: HotSpot, size_px: tuple[int, int]
) -> tuple[Position, float]:
    """Where it is, on the ground, and the standard deviation in each direction, metres.

    Args:
        locator: of the watch.
        node: the view.
        pose: as far as it is trusted now; None where nobody knows where the camera looks.
        spot: in its frame.
        size_px: of the frame, width and height.
    """
    at = node.position
    if pose is None:
        return _ground(at.lon_deg, at.lat_deg), max(LEAST_NODE_SIGMA_M, node.reach_m / 2.0)
    foot = (spot.x_min + spot.x_max) / 2.0, float(spot.y_max)
    across, down = spot.x_max - spot.x_min, spot.y_max - spot.y_min
    try:
        fix = locator.locate(
            at, pose, *foot, *size_px, box_sigma_px=(max(1.0, across / 4.0), max(1.0, down / 4.0))
        )
    except InputRefused:  # the lens folds there, or its height is above an unknown ellipsoid
        return _along(node, pose.azimuth_deg)
    if fix.clusters:
        return _of_clusters(fix.clusters)
    if fix.reason is NoFixReason.NEAR_FIELD:
        return _ground(at.lon_deg, at.lat_deg), NEAR_SIGMA_M
    if fix.reason is NoFixReason.NO_TERRAIN and at.height_datum is HeightDatum.GROUND:
        return place_of_heat(node, spot, size_px)
    return _along(node, _bearing_of(fix, pose))


def _of_clusters(clusters: tuple[FixCluster, ...]) -> tuple[Position, float]:
    """The heaviest place; its error with the way to the others, by their weights."""
    first = clusters[0].position
    squares = 0.0
    for one in clusters:
        away_m = geodesic(first.lon_deg, first.lat_deg, one.position.lon_deg, one.position.lat_deg)[
            2
        ]
        squares += one.weight * ((one.r90_m / HELD) ** 2 + away_m**2 / 2.0)
    sigma_m = math.sqrt(squares / sum(one.weight for one in clusters))
    return _ground(first.lon_deg, first.lat_deg), max(LEAST_NODE_SIGMA_M, sigma_m)


def _along(node: HeatNode, bearing_deg: float) -> tuple[Position, float]:
    """The middle of its reach; anywhere along the ray."""
    at = node.position
    lon_deg, lat_deg = went(at.lon_deg, at.lat_deg, bearing_deg, node.reach_m / 2.0)
    return _ground(lon_deg, lat_deg), node.reach_m / math.sqrt(12.0)


def _bearing_of(fix: Fix, pose: Pose) -> float:
    return pose.azimuth_deg if fix.bearing_deg is None else fix.bearing_deg


def _ground(lon_deg: float, lat_deg: float) -> Position:
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.GROUND)
