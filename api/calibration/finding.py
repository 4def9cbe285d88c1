"""From what was marked in a picture to a pose, and how well each mark agrees."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from api.calibration.surroundings import Surroundings
from geo.calibration import (
    Landmark,
    PictureSkyline,
    SightFit,
    SunSighting,
    direction_of,
    fit_landmarks,
    fit_skyline,
    fit_sun,
    picture_skylines,
    sun_direction,
)
from models.calibration import CalibrationMethod, Mark
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray, ImageBGR

__all__ = [
    "Found",
    "by_landmarks",
    "by_skyline",
    "by_sun",
    "likeliest_line",
    "lines_in",
    "suspects",
]

MOST_SIGMA_DEG: Final = 0.06
"""A person looks at both lines, and the pose says how well it is known."""

TITLE_SHARES: Final = 0.08, 0.16
"""Of the picture's height, which a camera may have for its name and the time."""

CANOPY_M: Final = 10.0
"""Of the trees on the ridges, where nobody says otherwise: what a lens sees is their tops."""

ALONE: Final = 5
"""So many landmarks it takes to tell which one is wrong: four others have to agree."""


@dataclass(frozen=True, slots=True)
class Found:
    """A pose that was found.

    Attributes:
        method: what it was found by.
        pose: with its standard deviations.
        marks: in the order in which they were given; empty for a skyline.
        misfit_px: how far marks or skyline usually lie from where they should.
        points: marks that counted, or points of the skyline.
        share: of marks or points that agree.
        fov_fitted: whether field of view and lens were found, too.
        terrain: name of the relief; empty when it did not matter.
    """

    method: CalibrationMethod
    pose: Pose
    marks: tuple[Mark, ...]
    misfit_px: float
    points: int
    share: float
    fov_fitted: bool
    terrain: str


def by_landmarks(
    around: Surroundings, start: Pose, landmarks: Sequence[Landmark], size_px: tuple[int, int]
) -> Found:
    """The pose at which landmarks lie where they were clicked.

    Raises:
        InputRefused: as :func:`geo.calibration.fit_landmarks`.
    """
    found = fit_landmarks(around.lens, start, landmarks, *size_px)
    marks = []
    for index, each in enumerate(landmarks):
        azimuth_deg, elevation_deg = direction_of(around.lens, each.position)
        right_px, down_px = found.residuals_px[index]
        marks.append(
            Mark(
                name=each.name,
                x_px=each.x_px,
                y_px=each.y_px,
                azimuth_deg=azimuth_deg,
                elevation_deg=elevation_deg,
                right_px=right_px,
                down_px=down_px,
                is_outlier=index in found.outliers,
                position=each.position,
            )
        )
    return _marked(CalibrationMethod.LANDMARKS, found, tuple(marks), around.terrain_name)


def suspects(
    around: Surroundings, start: Pose, landmarks: Sequence[Landmark], size_px: tuple[int, int]
) -> tuple[str, ...]:
    """Names of landmarks without any one of which the others agree."""
    if (
        not ALONE <= len(landmarks) <= 4 * ALONE
    ):  # more than that is a wrong start, not a wrong mark
        return ()
    guilty = []
    for index, each in enumerate(landmarks):
        others = [other for place, other in enumerate(landmarks) if place != index]
        with suppress(InputRefused):
            if not fit_landmarks(around.lens, start, others, *size_px).outliers:
                guilty.append(each.name)
    return tuple(guilty)


def by_skyline(
    around: Surroundings,
    start: Pose,
    line_px: tuple[FloatArray, FloatArray],
    size_px: tuple[int, int],
    canopy_m: float = CANOPY_M,
) -> Found:
    """The pose at which a picture's skyline lies on the terrain's, with trees on its ridges.

    Raises:
        InputRefused: as :func:`geo.calibration.fit_skyline`, or without relief.
    """
    skyline = around.skyline(start, canopy_m)
    found = fit_skyline(skyline, start, *line_px, *size_px, most_sigma_deg=MOST_SIGMA_DEG)
    return Found(
        method=CalibrationMethod.SKYLINE,
        pose=found.pose,
        marks=(),
        misfit_px=found.misfit_px,
        points=found.points,
        share=found.share,
        fov_fitted=found.fov_fitted,
        terrain=around.terrain_name,
    )


def lines_in(picture: ImageBGR) -> list[PictureSkyline]:
    """Lines that may be the skyline; a title bar across the top is left out where it is in the way.

    Raises:
        InputRefused: code ``skyline_unseen``, none can be trusted.
    """
    try:
        return picture_skylines(picture)
    except InputRefused:
        for share in TITLE_SHARES:
            top_px = round(share * picture.shape[0])
            with suppress(InputRefused):
                return [
                    replace(line, y_px=line.y_px + top_px)
                    for line in picture_skylines(np.ascontiguousarray(picture[top_px:]))
                ]
        raise


def likeliest_line(
    around: Surroundings,
    start: Pose,
    lines: Sequence[PictureSkyline],
    size_px: tuple[int, int],
    canopy_m: float = CANOPY_M,
) -> PictureSkyline:
    """Of several lines that may be the skyline, the one that lies best on the terrain's.

    Where none does, the one that looks most like a skyline: a person sees why.
    """
    fitting: list[tuple[float, int]] = []
    for index, line in enumerate(lines):
        with suppress(InputRefused):
            found = by_skyline(around, start, (line.x_px, line.y_px), size_px, canopy_m)
            fitting.append((found.misfit_px, index))
    return lines[min(fitting)[1] if fitting else 0]


def by_sun(
    around: Surroundings,
    start: Pose,
    sightings: Sequence[SunSighting],
    size_px: tuple[int, int],
    clock_sigma_s: float,
) -> Found:
    """The pose at which the sun stood where it was marked.

    Raises:
        InputRefused: as :func:`geo.calibration.fit_sun`.
    """
    found = fit_sun(around.lens, start, sightings, *size_px, clock_sigma_s=clock_sigma_s)
    marks = []
    for index, each in enumerate(sightings):
        azimuth_deg, elevation_deg = sun_direction(around.lens, each.captured_at)
        right_px, down_px = found.residuals_px[index]
        marks.append(
            Mark(
                name=f"sun {each.captured_at:%Y-%m-%d %H:%M:%S}Z",
                x_px=each.x_px,
                y_px=each.y_px,
                azimuth_deg=azimuth_deg,
                elevation_deg=elevation_deg,
                right_px=right_px,
                down_px=down_px,
                is_outlier=index in found.outliers,
            )
        )
    return _marked(CalibrationMethod.SUN, found, tuple(marks), "")


def _marked(
    method: CalibrationMethod, found: SightFit, marks: tuple[Mark, ...], terrain: str
) -> Found:
    good = len(marks) - len(found.outliers)
    return Found(
        method=method,
        pose=found.pose,
        marks=marks,
        misfit_px=found.rms_px,
        points=good,
        share=good / len(marks),
        fov_fitted=found.fov_fitted,
        terrain=terrain,
    )
