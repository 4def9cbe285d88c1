"""From a picture to a pose: its skyline is found, laid on the terrain's, and fitted."""

from typing import Final

from geo.calibration.picture import PictureSkyline, picture_skylines
from geo.calibration.relief import skyline_around
from geo.calibration.skyline import CANOPY_SIGMA_M, SkylineFit, fit_skyline
from geo.calibration.terrain_line import Skyline
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import Pose, Position
from models.units import ImageBGR

__all__ = ["fit_picture"]

SAME_DEG: Final = 0.05


def fit_picture(
    picture: ImageBGR,
    terrain: Terrain,
    lens: Position,
    start: Pose,
    *,
    canopy_m: float = 0.0,
    canopy_sigma_m: float = CANOPY_SIGMA_M,
) -> tuple[SkylineFit, PictureSkyline, Skyline]:
    """The pose at which the skyline in a picture lies on that of the terrain.

    Args:
        picture: upright, of a clear day.
        terrain: 15 km around the lens and more.
        lens: of the camera, its height in any datum.
        start: about where it looks, within 3 degrees; its field of view within 3 %.
        canopy_m: how far trees on the ridges rise above the terrain; 0 where it shows the tree
            tops, as elevation models from radar partly do.
        canopy_sigma_m: how well that is known, the terrain's own errors included.

    Returns:
        The fit, the line in the picture that it is of, and the terrain's skyline.

    Raises:
        InputRefused: ``skyline_unseen`` and those of :func:`geo.calibration.fit_skyline`. Where a
            picture shows several lines that may be the skyline, two that fit different poses are
            ``skyline_ambiguous``.
    """
    lines = picture_skylines(picture)
    skyline = skyline_around(terrain, lens, start, canopy_m=canopy_m)
    height_px, width_px = picture.shape[:2]
    fits: list[tuple[SkylineFit, PictureSkyline]] = []
    refused: list[InputRefused] = []
    for line in lines:
        try:
            found = fit_skyline(
                skyline,
                start,
                line.x_px,
                line.y_px,
                width_px,
                height_px,
                canopy_sigma_m=canopy_sigma_m,
            )
        except InputRefused as error:
            refused.append(error)
        else:
            fits.append((found, line))
    if not fits:
        raise refused[0]
    best, line = min(fits, key=lambda each: each[0].misfit_px)
    if any(_apart_deg(best.pose, other.pose) > SAME_DEG for other, _ in fits):
        raise InputRefused(
            "Two lines of the picture fit the terrain in different directions.",
            remedy="Take a picture of a clearer day, or calibrate by landmarks.",
            code="skyline_ambiguous",
        )
    return best, line, skyline


def _apart_deg(one: Pose, other: Pose) -> float:
    turn = (one.azimuth_deg - other.azimuth_deg + 180.0) % 360.0 - 180.0
    return max(abs(turn), abs(one.tilt_deg - other.tilt_deg))
