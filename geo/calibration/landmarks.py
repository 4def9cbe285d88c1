"""A pose from landmarks: masts, roofs and bends whose coordinates are known, clicked in a picture.

Four or more tell azimuth, tilt and roll; six or more the field of view and the lens as well. One
that was clicked wrongly, or whose coordinates are wrong, is softened, told, and spoils nothing as
long as the others agree.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.calibration.fitting import Fitted, fit
from geo.camera import pixel_of_ray
from geo.crs import geodesic
from geo.rays import EARTH_RADIUS_M
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position
from models.units import FloatArray

__all__ = ["Landmark", "LandmarkFit", "direction_of", "fit_landmarks"]

LEAST: Final = 4
FOR_LENS: Final = 6
USUAL_PX: Final = 3.0
OUTLIER_PX: Final = 12.0
LEAST_SPREAD: Final = 0.3
"""Of the picture's width, between the outermost ones: nearer together they tell no roll."""
NEAREST_M: Final = 50.0
REFRACTION: Final = 0.13
MOST_SIGMA_DEG: Final = 2.0
MOST_OUTLIERS: Final = 0.34


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


@dataclass(frozen=True, slots=True)
class LandmarkFit:
    """A pose, and how well each landmark agrees.

    Attributes:
        pose: with the standard deviations that the landmarks give it.
        residuals_px: of each landmark, (right, down): where it was clicked less where it should be.
        outliers: their indexes.
        rms_px: of those that are none.
        fov_fitted: whether field of view and lens were found, too.
    """

    pose: Pose
    residuals_px: tuple[tuple[float, float], ...]
    outliers: tuple[int, ...]
    rms_px: float
    fov_fitted: bool


def fit_landmarks(
    lens: Position,
    start: Pose,
    landmarks: Sequence[Landmark],
    width_px: int,
    height_px: int,
    *,
    refraction: float = REFRACTION,
) -> LandmarkFit:
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
    _check(lens, landmarks, width_px)
    directions = [direction_of(lens, each.position, refraction) for each in landmarks]
    azimuths, elevations = (np.array(values) for values in zip(*directions, strict=True))
    clicked = np.array([(each.x_px, each.y_px) for each in landmarks]).T
    with_lens = len(landmarks) >= FOR_LENS

    def residuals_of(values: FloatArray) -> FloatArray:
        shown = pixel_of_ray(azimuths, elevations, width_px, height_px, _pose(start, values))
        return np.concatenate(clicked - np.array(shown))

    begin = np.array([start.azimuth_deg, start.tilt_deg, start.roll_deg])
    if not np.isfinite(residuals_of(begin)).all():
        raise InputRefused(
            "A landmark lies behind the camera, as it is said to look now.",
            remedy="Enter about the right azimuth first, and check the landmarks' coordinates.",
            code="calibration_behind",
        )
    found = fit(residuals_of, begin, USUAL_PX)
    if with_lens:
        widened = np.append(found.values, (start.horizontal_fov_deg, start.radial_k1))
        found = fit(residuals_of, widened, USUAL_PX, steps=np.array([1.0, 1.0, 1.0, 1.0, 0.1]))
    return _told(start, found, len(landmarks), with_lens=with_lens)


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


def _pose(start: Pose, values: FloatArray) -> Pose:
    azimuth_deg, tilt_deg, roll_deg, *lens = map(float, values)
    fov_deg, radial_k1 = lens or (start.horizontal_fov_deg, start.radial_k1)
    return replace(
        start,
        azimuth_deg=azimuth_deg % 360.0 % 360.0,
        tilt_deg=float(np.clip(tilt_deg, -90.0, 90.0)),
        roll_deg=roll_deg,
        horizontal_fov_deg=float(np.clip(fov_deg, 0.1, 179.0)),
        radial_k1=radial_k1,
    )


def _check(lens: Position, landmarks: Sequence[Landmark], width_px: int) -> None:
    if len(landmarks) < LEAST:
        raise InputRefused(
            f"{len(landmarks)} landmarks are too few.",
            remedy=f"Click at least {LEAST}, better {FOR_LENS}, well spread over the picture.",
            code="calibration_few",
        )
    places = [lens, *(each.position for each in landmarks)]
    if any(place.height_datum is not HeightDatum.SEA_LEVEL for place in places):
        raise InputRefused(
            "The lens and every landmark need a height above sea level.",
            remedy="Enter heights above sea level, or take them from the terrain.",
            code="calibration_height",
        )
    ranges = [
        geodesic(lens.lon_deg, lens.lat_deg, each.position.lon_deg, each.position.lat_deg)[2]
        for each in landmarks
    ]
    if min(ranges) < NEAREST_M:
        raise InputRefused(
            f"A landmark is {min(ranges):.0f} m from the lens.",
            remedy=f"Take landmarks at least {NEAREST_M:.0f} m away.",
            code="calibration_near",
        )
    columns = [each.x_px for each in landmarks]
    if max(columns) - min(columns) < LEAST_SPREAD * width_px:
        raise InputRefused(
            "The landmarks stand too close together in the picture.",
            remedy="Add one near its left and one near its right edge.",
            code="calibration_spread",
        )


def _told(start: Pose, found: Fitted, count: int, *, with_lens: bool) -> LandmarkFit:
    off = found.residuals.reshape(2, count).T
    lengths = np.hypot(off[:, 0], off[:, 1])
    outliers = np.flatnonzero(lengths > OUTLIER_PX)
    good = lengths[lengths <= OUTLIER_PX]
    sigmas = np.sqrt(np.diag(found.covariance))
    if len(outliers) > MOST_OUTLIERS * count or not sigmas[:2].max() <= MOST_SIGMA_DEG:
        raise InputRefused(
            f"The landmarks do not agree: {len(outliers)} of {count} are off by more than "
            f"{OUTLIER_PX:.0f} pixels.",
            remedy="Check their coordinates and where they were clicked.",
            code="calibration_disagree",
        )
    pose = replace(
        _pose(start, found.values),
        azimuth_sigma_deg=float(sigmas[0]),
        tilt_sigma_deg=float(sigmas[1]),
    )
    return LandmarkFit(
        pose,
        tuple((float(x), float(y)) for x, y in off),
        tuple(int(index) for index in outliers),
        float(np.sqrt(np.mean(good**2))),
        with_lens,
    )
