"""How far a picture's place may be off because nobody knows to the second when it was taken.

A stream is some seconds late. While the aircraft stands still that does no harm; in a turn each
second is tens of degrees. So the looks a standard deviation of the delay before and after the
picture are asked for, and half of what lies between them is added to the errors of the view.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from geo.crs import geodesic
from geo.drone import DroneView
from models.flight import Look

__all__ = ["Blur", "blur_of", "blurred"]

FAST_MS: Final = 10.0
TURN_DEG_S: Final = 20.0
CLIMB_MS: Final = 3.0
"""Where telemetry does not tell what the aircraft did around that moment: a brisk flight."""

_WIDEST_DEG: Final = 180.0


@dataclass(frozen=True, slots=True)
class Blur:
    """One standard deviation each, of what the delay alone does.

    Attributes:
        place_m: along each axis.
        height_m: of the lens.
        yaw_deg: of the camera.
        pitch_deg: of the camera.
    """

    place_m: float
    height_m: float
    yaw_deg: float
    pitch_deg: float


def blur_of(look_at: Callable[[datetime], Look], at: datetime, sigma_s: float) -> Blur:
    """What a delay that is known to ``sigma_s`` does.

    Args:
        look_at: the look at a time, with gaps where nothing is known.
        at: of the picture as it is thought to be taken.
        sigma_s: standard deviation of that time, > 0.
    """
    ahead = timedelta(seconds=sigma_s)
    before, middle, after = look_at(at - ahead), look_at(at), look_at(at + ahead)
    steps = [step for step in (_step(before, middle), _step(middle, after)) if step is not None]
    if not steps:
        return Blur(FAST_MS * sigma_s, CLIMB_MS * sigma_s, TURN_DEG_S * sigma_s, 0.0)
    # The larger of both: a turn that begins or ends at that moment.
    return Blur(
        max(step.place_m for step in steps),
        max(step.height_m for step in steps),
        max(step.yaw_deg for step in steps),
        max(step.pitch_deg for step in steps),
    )


def blurred(view: DroneView, blur: Blur) -> DroneView:
    """The same view, known less well."""
    pose, aloft = view.pose, view.aloft
    return replace(
        view,
        pose=replace(
            pose,
            azimuth_sigma_deg=min(_WIDEST_DEG, math.hypot(pose.azimuth_sigma_deg, blur.yaw_deg)),
            tilt_sigma_deg=min(_WIDEST_DEG, math.hypot(pose.tilt_sigma_deg, blur.pitch_deg)),
        ),
        aloft=replace(
            aloft,
            lens_sigma_m=math.hypot(aloft.lens_sigma_m, blur.height_m),
            place_sigma_m=math.hypot(aloft.place_sigma_m, blur.place_m),
        ),
    )


def _step(one: Look, other: Look) -> Blur | None:
    """What changes from one look to the other; None where one of them is unknown."""
    lon_deg, lat_deg, there = one.lon_deg, one.lat_deg, (other.lon_deg, other.lat_deg)
    if lon_deg is None or lat_deg is None or there[0] is None or there[1] is None:
        return None
    yaw_deg = _turned_deg(one.yaw_deg, other.yaw_deg)
    pitch_deg = _turned_deg(one.pitch_deg, other.pitch_deg)
    if yaw_deg is None or pitch_deg is None:
        return None
    return Blur(
        geodesic(lon_deg, lat_deg, there[0], there[1])[2],
        abs(_height_m(other) - _height_m(one)),
        yaw_deg,
        pitch_deg,
    )


def _height_m(look: Look) -> float:
    if look.height is not None:
        return look.height.value_m
    return look.above_take_off_m or 0.0


def _turned_deg(one_deg: float | None, other_deg: float | None) -> float | None:
    if one_deg is None or other_deg is None:
        return None
    return abs((other_deg - one_deg + 180.0) % 360.0 - 180.0)
