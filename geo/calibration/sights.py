"""A pose from things in a picture whose direction is known: one fit for landmarks and suns alike.

One tells azimuth and tilt; two that stand well apart the roll as well; more of them the field of
view, and six the lens's distortion. One that disagrees is softened, told, and spoils nothing as
long as the others agree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.calibration.fitting import Fitted, fit
from geo.camera import pixel_of_ray
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray

__all__ = ["Sight", "SightFit", "fit_sights"]

FOR_LENS: Final = 6
USUAL_PX: Final = 3.0
LEAST_PX: Final = 1.0
"""Nobody marks better than that: agreement within less is chance."""
OUTLIER_PX: Final = 12.0
APART: Final = 0.15
"""Of the picture's width, between the outermost ones: nearer together they tell no roll."""
MOST_SIGMA_DEG: Final = 2.0
MOST_OUTLIERS: Final = 0.34
MOST_FOV_SIGMA: Final = 0.005
"""Of the field of view; one that is found worse than this is left as it was entered."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A thing of known direction, where the picture shows it.

    Attributes:
        name: for people.
        x_px: in the upright picture.
        y_px: likewise.
        azimuth_deg: at which the lens sees it, true north.
        elevation_deg: likewise.
        blur: how many times worse than a landmark it can be marked, at least 1.
    """

    name: str
    x_px: float
    y_px: float
    azimuth_deg: float
    elevation_deg: float
    blur: float = 1.0


@dataclass(frozen=True, slots=True)
class SightFit:
    """A pose, and how well each mark agrees.

    Attributes:
        pose: with the standard deviations that the marks give it.
        residuals_px: of each mark, (right, down): where it was clicked less where it should be.
        outliers: their indexes.
        rms_px: of those that are none.
        fov_fitted: whether the field of view was found, too.
        roll_fitted: whether the roll was; otherwise it is that of the start.
    """

    pose: Pose
    residuals_px: tuple[tuple[float, float], ...]
    outliers: tuple[int, ...]
    rms_px: float
    fov_fitted: bool
    roll_fitted: bool


def fit_sights(
    start: Pose, sights: Sequence[Sight], width_px: int, height_px: int, *, for_fov: int = FOR_LENS
) -> SightFit:
    """The pose at which things lie where they were marked.

    Args:
        start: about where the camera looks, within some 20 degrees.
        sights: at least one.
        width_px: of the upright picture.
        height_px: of the upright picture.
        for_fov: how many tell the field of view.

    Raises:
        InputRefused: a code ``calibration_behind`` or ``calibration_disagree``.
    """
    azimuths = np.array([each.azimuth_deg for each in sights])
    elevations = np.array([each.elevation_deg for each in sights])
    marked = np.array([(each.x_px, each.y_px) for each in sights]).T
    blurs = np.array([each.blur for each in sights])

    def residuals_of(values: FloatArray) -> FloatArray:
        shown = pixel_of_ray(azimuths, elevations, width_px, height_px, _pose(start, values))
        return np.concatenate((marked - np.array(shown)) / blurs)

    begin = np.array([start.azimuth_deg, start.tilt_deg])
    if not np.isfinite(residuals_of(begin)).all():
        raise InputRefused(
            "A mark lies behind the camera, as it is said to look now.",
            remedy="Enter about the right azimuth first, and check the marks' coordinates.",
            code="calibration_behind",
        )
    found = _fitted(residuals_of, start, begin, marked, width_px=width_px, for_fov=for_fov)
    off = (found.residuals.reshape(2, len(sights)) * blurs).T
    lengths = np.hypot(off[:, 0], off[:, 1])
    outliers = np.flatnonzero(lengths > OUTLIER_PX * blurs)
    good = np.delete(lengths, outliers)
    sigmas = np.sqrt(np.diag(found.covariance))
    if len(outliers) > MOST_OUTLIERS * len(sights) or not sigmas[:2].max() <= MOST_SIGMA_DEG:
        raise InputRefused(
            f"The marks do not agree: {len(outliers)} of {len(sights)} are off by more than "
            f"{OUTLIER_PX * blurs.min():.0f} pixels.",
            remedy="Check their coordinates and where they were clicked.",
            code="calibration_disagree",
        )
    pose = replace(
        _pose(start, found.values),
        azimuth_sigma_deg=float(sigmas[0]),
        tilt_sigma_deg=float(sigmas[1]),
    )
    return SightFit(
        pose,
        tuple((float(x), float(y)) for x, y in off),
        tuple(int(index) for index in outliers),
        float(np.sqrt(np.mean(good**2))),
        fov_fitted=len(found.values) > 3,
        roll_fitted=len(found.values) > 2,
    )


def _fitted(
    residuals_of: Callable[[FloatArray], FloatArray],
    start: Pose,
    begin: FloatArray,
    marked: FloatArray,
    *,
    width_px: int,
    for_fov: int,
) -> Fitted:
    """As much of the pose as the marks tell, little by little."""
    found = fit(residuals_of, begin, USUAL_PX, least=LEAST_PX)
    count = marked.shape[1]
    if float(np.hypot(*np.ptp(marked, axis=1))) < APART * width_px:
        return found
    found = fit(residuals_of, np.append(found.values, start.roll_deg), USUAL_PX, least=LEAST_PX)
    if count < for_fov:
        return found
    more, steps = [start.horizontal_fov_deg], np.ones(4)
    if count >= FOR_LENS:
        more, steps = [*more, start.radial_k1], np.array([1.0, 1.0, 1.0, 1.0, 0.1])
    wider = fit(residuals_of, np.append(found.values, more), USUAL_PX, steps=steps, least=LEAST_PX)
    well = MOST_FOV_SIGMA * start.horizontal_fov_deg
    return wider if np.sqrt(wider.covariance[3, 3]) <= well else found


def _pose(start: Pose, values: FloatArray) -> Pose:
    azimuth_deg, tilt_deg, *rest = map(float, values)
    kept = [start.roll_deg, start.horizontal_fov_deg, start.radial_k1]
    roll_deg, fov_deg, radial_k1 = rest + kept[len(rest) :]
    return replace(
        start,
        azimuth_deg=azimuth_deg % 360.0 % 360.0,
        tilt_deg=float(np.clip(tilt_deg, -90.0, 90.0)),
        roll_deg=roll_deg,
        horizontal_fov_deg=float(np.clip(fov_deg, 0.1, 179.0)),
        radial_k1=radial_k1,
    )
