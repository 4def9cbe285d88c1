"""A pose from the skyline: the line between land and sky in a picture, laid on that of the terrain.

The azimuth is searched over a few degrees around where the camera is said to look, with the tilt
that fits best at each; from the best of them azimuth, tilt and roll are fitted together. Trees lift
the skyline by their height, gross errors (a mast, a cloud) are softened.

A skyline that tells nothing is refused: one that is flat fits anywhere, one that is mostly hidden
by fog fits too much, and one that fits in two places is one of them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.calibration.fitting import MAD_TO_SIGMA, Fitted, fit
from geo.calibration.terrain_line import Skyline
from geo.camera import ray_of_pixel
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray

__all__ = ["SkylineFit", "fit_skyline"]

LEAST_POINTS: Final = 60
LEAST_SHARE: Final = 0.6
"""Of the picture's stretches that have to have a skyline."""
STRETCHES: Final = 24
CANOPY_SIGMA_M: Final = 5.0
MOST_WAVES_PX: Final = 0.5
MOST_FOV_CHANGE: Final = 0.03
STRAYED: Final = 0.3
"""So much of a change is no field of view, but a fit that lost its way."""
FOV_GAIN: Final = 30.0
"""Squares of the noise by which another field of view must fit better."""
MISFIT_REMEDY: Final = "Check the lens's position and height, and the field of view."
FOV_STEPS: Final = np.array([1.0, 1.0, 1.0, 0.01])
LEAST_RELIEF_DEG: Final = 0.03
"""Standard deviation of the terrain's skyline about its own straight line: less is flat."""
SEARCH_DEG: Final = 3.0
SEARCH_STEP_DEG: Final = 0.05
RIVAL_DEG: Final = 0.4
RIVAL_COST: Final = 1.1
MOST_HOLLOWS: Final = 4
MOST_MISFIT_PX: Final = 3.0
LEAST_FITTING: Final = 0.7
MOST_SIGMA_DEG: Final = 0.04
USUAL_PX: Final = 2.0
UNKNOWN_PX: Final = 50.0
"""Off is a point for which the terrain has no skyline: as much as a gross error."""


@dataclass(frozen=True, slots=True)
class SkylineFit:
    """A pose, and how well the skyline fits.

    Attributes:
        pose: with its standard deviations.
        misfit_px: median distance of the skyline's points from the terrain's, pixels.
        points: how many there were.
        share: of them that lie within three usual errors.
        waves_px: how far the terrain's skyline departs from the picture's over stretches: what is
            left when noise and gross errors are taken out.
        fov_fitted: whether the field of view was found, too; otherwise it is that of the start.
    """

    pose: Pose
    misfit_px: float
    points: int
    share: float
    waves_px: float
    fov_fitted: bool


def fit_skyline(  # noqa: PLR0917 -- a view, a start, points and a size have one natural order
    skyline: Skyline,
    start: Pose,
    x_px: FloatArray,
    y_px: FloatArray,
    width_px: int,
    height_px: int,
    *,
    canopy_sigma_m: float = CANOPY_SIGMA_M,
    most_sigma_deg: float = MOST_SIGMA_DEG,
) -> SkylineFit:
    """The pose at which the picture's skyline lies on the terrain's.

    The field of view is left as entered, unless another one within 3 % fits clearly better.

    Args:
        skyline: from the lens, over the view and some degrees more on either side.
        start: about where the camera looks: within 3 degrees.
        x_px: (n,) of points on the skyline in the upright picture.
        y_px: (n,) likewise.
        width_px: of the upright picture.
        height_px: of the upright picture.
        canopy_sigma_m: how far the ridges may stand above or below the skyline that is given: trees
            and the terrain's own errors, one standard deviation.
        most_sigma_deg: what is known less well is refused: with the value left out, what cannot
            keep to 0.05 degrees. Where a person looks at the lines, more is of use.

    Raises:
        InputRefused: a code ``skyline_short``, ``skyline_flat``, ``skyline_terrain``,
            ``skyline_ambiguous`` or ``skyline_misfit``.
    """
    seen = np.isfinite(x_px) & np.isfinite(y_px)
    order = np.argsort(x_px[seen], kind="stable")
    x_px, y_px = x_px[seen][order], y_px[seen][order]
    stretches = np.bincount(_stretch_of(x_px, width_px), minlength=STRETCHES)
    if len(x_px) < LEAST_POINTS or (stretches >= 2).mean() < LEAST_SHARE:
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
    doubt_deg = _doubt_deg(skyline, start, canopy_sigma_m)
    most_waves = math.hypot(MOST_WAVES_PX, doubt_deg / deg_per_px)
    found = _with_fov(_best(known_of, residuals_of, deg_per_px), residuals_of)
    waves_px = _waves(x_px, found.residuals, width_px)
    misfits = np.abs(found.residuals)
    misfit_px = float(np.median(misfits))
    good = misfits <= 3.0 * USUAL_PX
    share = float(np.mean(good))
    if share < LEAST_FITTING or misfit_px > MOST_MISFIT_PX or waves_px > most_waves:
        raise InputRefused(
            f"The skyline does not fit the terrain: {max(misfit_px, waves_px):.1f} pixels off.",
            remedy=MISFIT_REMEDY,
            code="skyline_misfit",
        )
    # Without the gross errors, which are only softened so far.
    steps = FOV_STEPS[: len(found.values)]
    found = fit(lambda values: residuals_of(values)[good], found.values, USUAL_PX, steps=steps)
    sigmas = np.sqrt(np.diag(found.covariance) * _dependence(found.residuals))
    if not sigmas[:2].max() <= most_sigma_deg:
        raise InputRefused(
            f"The skyline tells the direction to {sigmas[:2].max():.2f} degrees only.",
            remedy="Zoom out to a livelier skyline, or calibrate by landmarks.",
            code="skyline_flat",
        )
    pose = replace(
        _turned(start, found.values),
        azimuth_sigma_deg=float(sigmas[0]),
        tilt_sigma_deg=math.hypot(float(sigmas[1]), doubt_deg),
    )
    return SkylineFit(pose, misfit_px, len(x_px), share, waves_px, len(found.values) > 3)


def _best(
    known_of: Callable[[FloatArray], FloatArray],
    residuals_of: Callable[[FloatArray], FloatArray],
    deg_per_px: float,
) -> Fitted:
    """The best fit of all turns, when no other is nearly as good."""
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
    return found


def _with_fov(found: Fitted, residuals_of: Callable[[FloatArray], FloatArray]) -> Fitted:
    """The same with another field of view, where the skyline asks for it."""
    wider = fit(residuals_of, np.append(found.values, 1.0), USUAL_PX, steps=FOV_STEPS)
    noise = (MAD_TO_SIGMA * float(np.median(np.abs(wider.residuals)))) ** 2
    change = float(wider.values[3]) - 1.0
    if (
        found.cost - wider.cost <= FOV_GAIN * noise * _dependence(wider.residuals)
        or abs(change) > STRAYED
    ):
        return found
    if abs(change) > MOST_FOV_CHANGE:
        raise InputRefused(
            f"The skyline would fit a field of view that is {100.0 * change:+.0f} % larger.",
            remedy=MISFIT_REMEDY,
            code="skyline_misfit",
        )
    return wider


def _doubt_deg(skyline: Skyline, start: Pose, canopy_sigma_m: float) -> float:
    """Angle of the canopy's doubt at the distance of the ridges in view."""
    if skyline.range_m is None:
        return 0.0
    away = (skyline.azimuth_deg - start.azimuth_deg + 180.0) % 360.0 - 180.0
    inside = (np.abs(away) <= start.horizontal_fov_deg / 2.0) & np.isfinite(skyline.range_m)
    return float(np.median(np.degrees(canopy_sigma_m / skyline.range_m[inside])))


def _dependence(residuals: FloatArray) -> float:
    """How many neighbouring points err together: the sum of their correlations."""
    clipped = np.clip(residuals, -3.0 * USUAL_PX, 3.0 * USUAL_PX)
    clipped = clipped - clipped.mean()
    own = max(float(np.mean(clipped**2)), 1e-12)
    total = 1.0
    for lag in range(1, len(clipped) // 4):
        shared = float(np.mean(clipped[:-lag] * clipped[lag:])) / own
        if shared < 2.0 / len(clipped) ** 0.5:
            break
        total += 2.0 * shared
    return total


def _stretch_of(x_px: FloatArray, width_px: int) -> NDArray[np.intp]:
    return np.clip((x_px / width_px * STRETCHES).astype(np.intp), 0, STRETCHES - 1)


def _waves(x_px: FloatArray, residuals: FloatArray, width_px: int) -> float:
    """Spread of the medians of stretches of the picture, less what noise makes of it."""
    stretch = _stretch_of(x_px, width_px)
    used = [stretch == each for each in np.unique(stretch)]
    middles = np.array([np.median(residuals[each]) for each in used])
    counts = np.array([each.sum() for each in used])
    noise = MAD_TO_SIGMA * float(np.median(np.abs(np.diff(residuals)))) / 2.0**0.5
    own = np.pi / 2.0 * noise**2 / counts
    return float(np.sqrt(max(0.0, float(np.mean(np.minimum(middles, 20) ** 2 - own)))))


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
    turn, lift, roll, *wider = map(float, values)
    fov_deg = start.horizontal_fov_deg * (wider[0] if wider else 1.0)
    return replace(
        start,
        azimuth_deg=(start.azimuth_deg + turn) % 360.0 % 360.0,
        tilt_deg=float(np.clip(start.tilt_deg + lift, -90.0, 90.0)),
        roll_deg=start.roll_deg + roll,
        horizontal_fov_deg=float(np.clip(fov_deg, 0.1, 179.0)),
    )
