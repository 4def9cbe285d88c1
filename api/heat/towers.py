"""Which towers could look at a place under the trees: direction, distance, and what hides it.

A camera over the trees never sees the heat itself: it sees the smoke that comes through the crowns.
So one is asked first that sees the ground or the air right above it, and that can be turned.
"""

import math
from typing import Final

from api.context import Context
from geo.coverage import sight_line
from geo.crs import geodesic
from geo.horizon.horizon import REFRACTION
from geo.terrain import EARTH_RADIUS_M
from models.errors import InputRefused
from models.heat_look import TowerView
from models.site import Camera, CameraKind, Position, Preset
from models.units import angle_between_deg

__all__ = ["preset_showing", "towers_for"]

FARTHEST_M: Final = 20_000.0
MOST: Final = 5
MOST_ASKED: Final = 30
"""Towers whose line of sight is read, the nearest first; a millisecond or two each."""
CROWNS_M: Final = 30.0
"""So high stand the crowns: smoke that is hidden up to there is seen as soon as it is out."""
WITHIN: Final = 0.45  # of a view's width: not at the very edge of the picture


def towers_for(context: Context, place: Position) -> tuple[TowerView, ...]:
    """Towers in reach, at most five: those that see it first, then those that can be turned.

    Args:
        context: of the application.
        place: on the ground.
    """
    near = sorted(
        (
            (geodesic(one.position.lon_deg, one.position.lat_deg, *_at(place))[2], one)
            for one in context.store.cameras.all()
            if one.kind is CameraKind.TOWER
        ),
        key=lambda one: (one[0], one[1].camera_id),
    )
    views = [
        _view(context, camera, place)
        for range_m, camera in near[:MOST_ASKED]
        if range_m <= FARTHEST_M
    ]
    return tuple(sorted(views, key=_worth)[:MOST])


def preset_showing(camera: Camera, bearing_deg: float) -> Preset | None:
    """The view that shows a direction nearest its middle; None where none does."""
    shown = [
        (abs(angle_between_deg(one.pose.azimuth_deg, bearing_deg)), one)
        for one in camera.presets
        if abs(angle_between_deg(one.pose.azimuth_deg, bearing_deg))
        <= WITHIN * one.pose.horizontal_fov_deg
    ]
    return min(shown, key=lambda one: (one[0], one[1].number))[1] if shown else None


def _view(context: Context, camera: Camera, place: Position) -> TowerView:
    bearing_deg, _, range_m = geodesic(
        camera.position.lon_deg, camera.position.lat_deg, *_at(place)
    )
    tilt_deg, is_visible = 0.0, None
    if context.terrain is not None:
        try:
            line = sight_line(context.terrain, camera.position, *_at(place))
        except InputRefused:  # its height is above an ellipsoid that nobody knows here
            line = None
        if line is not None and not math.isnan(line.ground_m):
            fall_m = (1.0 - REFRACTION) * line.range_m**2 / (2.0 * EARTH_RADIUS_M)
            rise_m = line.ground_m - fall_m
            tilt_deg = math.degrees(math.atan2(rise_m, max(line.range_m, 1.0)))
            is_visible = None if math.isnan(line.smoke_m) else line.smoke_m <= CROWNS_M
    return TowerView(
        camera.camera_id,
        bearing_deg % 360.0,
        tilt_deg,
        range_m,
        is_visible,
        context.patrols.status(camera.camera_id) is not None,
    )


def _worth(view: TowerView) -> tuple[int, bool, float]:
    """The best first: seen, not known, hidden; of those what turns; of those the nearest."""
    seen = 1 if view.is_visible is None else 0 if view.is_visible else 2
    return seen, not view.can_turn, view.range_m


def _at(place: Position) -> tuple[float, float]:
    return place.lon_deg, place.lat_deg
