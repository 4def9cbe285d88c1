"""A pose from landmarks: masts, roofs and bends whose coordinates are known, clicked in a picture.

Four or more tell azimuth, tilt and roll; six or more the field of view and the lens as well. One
that was clicked wrongly, or whose coordinates are wrong, is softened, told, and spoils nothing as
long as the others agree.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.calibration.sights import FOR_LENS, Sight, SightFit, fit_sights
from geo.crs import geodesic
from geo.rays import EARTH_RADIUS_M
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position

__all__ = ["Landmark", "direction_of", "fit_landmarks", "sights_of"]

LEAST: Final = 4
LEAST_SPREAD: Final = 0.3
"""Of the picture's width, between the outermost ones."""
NEAREST_M: Final = 50.0
REFRACTION: Final = 0.13


@dataclass(frozen=True, slots=True)
class Landmark:
    """A thing whose place is known, where the picture shows it.

    Attributes:
        name: for people.
        x_px: in the upright picture.
        y_px: likewise.
        position: of the very point that was clicked, its height above sea level.
    """

    name: str
    x_px: float
    y_px: float
    position: Position


def fit_landmarks(
    lens: Position,
    start: Pose,
    landmarks: Sequence[Landmark],
    width_px: int,
    height_px: int,
    *,
    refraction: float = REFRACTION,
) -> SightFit:
    """The pose at which the landmarks lie where they were clicked.

    Args:
        lens: of the camera, its height above sea level.
        start: about where it looks, within some 20 degrees.
        landmarks: at least four.
        width_px: of the upright picture.
        height_px: of the upright picture.
        refraction: coefficient k.

    Raises:
        InputRefused: a code ``calibration_few``, ``calibration_spread``, ``calibration_height``,
            ``calibration_near``, ``calibration_behind`` or ``calibration_disagree``.
    """
    if len(landmarks) < LEAST:
        raise InputRefused(
            f"{len(landmarks)} landmarks are too few.",
            remedy=f"Click at least {LEAST}, better {FOR_LENS}, well spread over the picture.",
            code="calibration_few",
        )
    columns = [each.x_px for each in landmarks]
    sights = sights_of(lens, landmarks, refraction)
    if max(columns) - min(columns) < LEAST_SPREAD * width_px:
        raise InputRefused(
            "The landmarks stand too close together in the picture.",
            remedy="Add one near its left and one near its right edge.",
            code="calibration_spread",
        )
    return fit_sights(start, sights, width_px, height_px)


def sights_of(
    lens: Position, landmarks: Sequence[Landmark], refraction: float = REFRACTION
) -> list[Sight]:
    """In which direction a lens sees each of the landmarks.

    Raises:
        InputRefused: a code ``calibration_height`` or ``calibration_near``.
    """
    places = [lens, *(each.position for each in landmarks)]
    if any(place.height_datum is not HeightDatum.SEA_LEVEL for place in places):
        raise InputRefused(
            "The lens and every landmark need a height above sea level.",
            remedy="Enter heights above sea level, or take them from the terrain.",
            code="calibration_height",
        )
    sights = []
    for each in landmarks:
        place = each.position
        range_m = geodesic(lens.lon_deg, lens.lat_deg, place.lon_deg, place.lat_deg)[2]
        if range_m < NEAREST_M:
            raise InputRefused(
                f"A landmark is {range_m:.0f} m from the lens.",
                remedy=f"Take landmarks at least {NEAREST_M:.0f} m away.",
                code="calibration_near",
            )
        sights.append(
            Sight(each.name, each.x_px, each.y_px, *direction_of(lens, place, refraction))
        )
    return sights


def direction_of(
    lens: Position, place: Position, refraction: float = REFRACTION
) -> tuple[float, float]:
    """True azimuth and geometric elevation at which a lens sees a place, degrees.

    The ground falls away by ``s^2 (1 - k) / (2 R)``, as in :mod:`geo.rays`.
    """
    azimuth_deg, _, range_m = geodesic(lens.lon_deg, lens.lat_deg, place.lon_deg, place.lat_deg)
    drop_m = range_m**2 * (1.0 - refraction) / 2.0 / EARTH_RADIUS_M
    rise_m = place.height_m - lens.height_m - drop_m
    return azimuth_deg % 360.0, math.degrees(math.atan2(rise_m, range_m))
