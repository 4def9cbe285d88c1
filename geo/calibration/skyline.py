"""A pose from the skyline: the line between land and sky in a picture, laid on that of the terrain.

The azimuth is searched over a few degrees around where the camera is said to look, with the tilt
that fits best at each; from the best of them azimuth, tilt and roll are fitted together. Trees lift
the skyline by their height, gross errors (a mast, a cloud) are softened.

A skyline that tells nothing is refused: one that is flat fits anywhere, one that is mostly hidden
by fog fits too much, and one that fits in two places is one of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.calibration.fitting import fit
from geo.camera import ray_of_pixel
from geo.horizon import Horizon
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray

__all__ = ["Skyline", "SkylineFit", "fit_skyline", "skyline_of"]

LEAST_POINTS: Final = 60
LEAST_SHARE: Final = 0.3
"""Of the picture's width that has to have a skyline."""
LEAST_RELIEF_DEG: Final = 0.03
"""Standard deviation of the terrain's skyline about its own straight line: less is flat."""
SEARCH_DEG: Final = 3.0
SEARCH_STEP_DEG: Final = 0.05
RIVAL_DEG: Final = 0.4
RIVAL_COST: Final = 1.1
MOST_HOLLOWS: Final = 4
MOST_MISFIT_PX: Final = 3.0
LEAST_FITTING: Final = 0.7
MOST_SIGMA_DEG: Final = 0.025
USUAL_PX: Final = 2.0
UNKNOWN_PX: Final = 50.0
"""Off is a point for which the terrain has no skyline: as much as a gross error."""


@dataclass(frozen=True, slots=True, eq=False)
class Skyline:
    """The terrain's skyline from one lens.

    Attributes:
        azimuth_deg: (n,) rising, equally spaced, over less than a full turn or from 0 to below 360.
        elevation_deg: (n,) highest ground in that direction; NaN where the terrain ends before.
    """

    azimuth_deg: FloatArray
    elevation_deg: FloatArray

    def at(self, azimuth_deg: FloatArray) -> FloatArray:
        """Elevation in other directions, between those that are known; NaN outside."""
        first, last = float(self.azimuth_deg[0]), float(self.azimuth_deg[-1])
        turned = np.mod(azimuth_deg - first, 360.0) + first
        step = (last - first) / (len(self.azimuth_deg) - 1)
        azimuths, elevations = self.azimuth_deg, self.elevation_deg
        if last - first + step > 360.0 - step / 2.0:  # a full turn closes on itself
            azimuths = np.append(azimuths, first + 360.0)
            elevations = np.append(elevations, elevations[0])
        return np.interp(turned, azimuths, elevations, left=np.nan, right=np.nan)


@dataclass(frozen=True, slots=True)
class SkylineFit:
    """A pose, and how well the skyline fits.

    Attributes:
        pose: with its standard deviations.
        misfit_px: median distance of the skyline's points from the terrain's, pixels.
        points: how many there were.
        share: of them that lie within three usual errors.
    """

    pose: Pose
    misfit_px: float
    points: int
    share: float


def skyline_of(horizon: Horizon) -> Skyline:
    """The terrain's skyline all around a lens."""
    return Skyline(horizon.azimuth_deg, horizon.skyline_deg)


def fit_skyline(  # noqa: PLR0917 -- a view, a start, points and a size have one natural order
    skyline: Skyline,
    start: Pose,
    x_px: FloatArray,
    y_px: FloatArray,
    width_px: int,
    height_px: int,
) -> SkylineFit:
    """The pose at which the picture's skyline lies on the terrain's.

    Args:
        skyline: from the lens, over the view and some degrees more on either side.
        start: about where the camera looks: within 3 degrees, its field of view right.
        x_px: (n,) of points on the skyline in the upright picture.
        y_px: (n,) likewise.
        width_px: of the upright picture.
        height_px: of the upright picture.

    Raises:
        InputRefused: a code ``skyline_short``, ``skyline_flat``, ``skyline_ambiguous`` or
            ``skyline_misfit``.
    """
    seen = np.isfinite(x_px) & np.isfinite(y_px)
    x_px, y_px = x_px[seen], y_px[seen]
    if len(x_px) < LEAST_POINTS or np.ptp(x_px) < LEAST_SHARE * width_px:
        raise InputRefused(
            "Too little of the skyline can be seen.",
            remedy="Take a picture on a clear day, with the ridge from side to side.",
            code="skyline_short",
        )
    deg_per_px = start.horizontal_fov_deg / width_px

    def known_of(values: FloatArray) -> FloatArray:
        pose = _turned(start, values)
        azimuths, elevations = ray_of_pixel(x_px, y_px, width_px, height_px, pose)
        return (elevations - skyline.at(azimuths)) / deg_per_px

    def residuals_of(values: FloatArray) -> FloatArray:
        return np.nan_to_num(known_of(values), nan=UNKNOWN_PX)

    _check_relief(skyline, start)
    turns = np.arange(-SEARCH_DEG, SEARCH_DEG + SEARCH_STEP_DEG / 2.0, SEARCH_STEP_DEG)
    costs, tilts = _searched(known_of, turns, deg_per_px)
    if not np.isfinite(costs).any():
        raise _short_terrain()
    tried = [
        fit(residuals_of, np.array([turns[index], tilts[index], 0.0]), USUAL_PX)
        for index in _hollows(costs)
    ]
    found = min(tried, key=lambda one: one.cost)
    rivals = [one for one in tried if abs(one.values[0] - found.values[0]) > RIVAL_DEG]
    if any(one.cost < RIVAL_COST * found.cost for one in rivals):
        raise InputRefused(
            "The skyline fits in more than one direction.",
            remedy="Zoom out, or calibrate by landmarks.",
            code="skyline_ambiguous",
        )
    misfits = np.abs(found.residuals)
    sigmas = np.sqrt(np.diag(found.covariance))
    misfit_px = float(np.median(misfits))
    share = float(np.mean(misfits <= 3.0 * USUAL_PX))
    if (
        share < LEAST_FITTING
        or misfit_px > MOST_MISFIT_PX
        or not sigmas[:2].max() <= MOST_SIGMA_DEG
    ):
        raise InputRefused(
            f"The skyline does not fit the terrain: {misfit_px:.1f} pixels off.",
            remedy="Check the lens's position and height, and the field of view.",
            code="skyline_misfit",
        )
    pose = replace(
        _turned(start, found.values),
        azimuth_sigma_deg=float(sigmas[0]),
        tilt_sigma_deg=float(sigmas[1]),
    )
    return SkylineFit(pose, misfit_px, len(x_px), share)


def _searched(
    known_of: Callable[[FloatArray], FloatArray], turns: FloatArray, deg_per_px: float
) -> tuple[FloatArray, FloatArray]:
    """Cost and best tilt for each turn; a median takes the tilt out, whatever the gross errors."""
    costs, tilts = np.full(len(turns), np.nan), np.zeros(len(turns))
    for index, turn in enumerate(turns):
        residuals = known_of(np.array([turn, 0.0, 0.0]))
        known = residuals[np.isfinite(residuals)]
        if len(known) < 0.9 * len(residuals):
            continue
        middle = float(np.median(known))
        tilts[index] = -middle * deg_per_px
        costs[index] = float(np.mean(np.minimum(np.abs(known - middle), 20.0)))
    return costs, tilts


def _hollows(costs: FloatArray) -> list[int]:
    """The deepest hollows of the search, the deepest first."""
    known = np.where(np.isfinite(costs), costs, np.inf)
    sides = np.concatenate(([np.inf], known, [np.inf]))
    lowest = np.flatnonzero((known <= sides[:-2]) & (known <= sides[2:]) & np.isfinite(known))
    return [int(index) for index in lowest[np.argsort(known[lowest])][:MOST_HOLLOWS]]


def _check_relief(skyline: Skyline, start: Pose) -> None:
    half = start.horizontal_fov_deg / 2.0
    azimuths = start.azimuth_deg + np.linspace(-half, half, 200)
    elevations = skyline.at(azimuths)
    known = np.isfinite(elevations)
    if known.mean() < 0.9:
        raise _short_terrain()
    line = np.polynomial.Polynomial.fit(azimuths[known], elevations[known], 1)
    if float(np.std(elevations[known] - line(azimuths[known]))) < LEAST_RELIEF_DEG:
        raise InputRefused(
            "The skyline there is too flat to tell a direction.",
            remedy="Calibrate by landmarks.",
            code="skyline_flat",
        )


def _short_terrain() -> InputRefused:
    return InputRefused(
        "The terrain does not reach the skyline of this view.",
        remedy="Load terrain to at least 15 km around the lens.",
        code="skyline_terrain",
    )


def _turned(start: Pose, values: FloatArray) -> Pose:
    turn, lift, roll = map(float, values)
    return replace(
        start,
        azimuth_deg=(start.azimuth_deg + turn) % 360.0 % 360.0,
        tilt_deg=float(np.clip(start.tilt_deg + lift, -90.0, 90.0)),
        roll_deg=start.roll_deg + roll,
    )
