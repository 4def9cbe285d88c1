"""How well a camera sees, in words: fog, blur, glare; and what was put before its lens.

None of these hides a picture from the detector, with one exception: a lens that went dark from one
picture to the next by day, without a single bright spot, sees nothing. Fog and smoke make a picture
pale and never dark; a flame is a bright spot; and dusk takes longer than a picture.

Fog takes detail away and lays a veil over what is dark; blur takes the detail alone. Both are
judged against what this camera usually shows by the same light, dense fog also by itself.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from camera_gateway.truth.thumb import Thumb
from models.light import Light

__all__ = ["Outlook", "OutlookWatch", "Sight", "is_dense_fog", "sight_of"]

FOG_DETAIL: Final = 2.5
FOG_VEIL: Final = 45.0
FOG_SHARE: Final = 0.5
FOG_VEIL_MORE: Final = 15.0
BLUR_SHARE: Final = 0.4
BLUR_CONTRAST: Final = 0.5
BLUR_PICTURES: Final = 3
KEPT: Final = 60
NEEDED: Final = 10
GLARE: Final = 250
GLARE_SHARE: Final = 0.5
BRIGHT_BEFORE: Final = 60.0
COVERED_MEAN: Final = 25.0
COVERED_SPREAD: Final = 30.0
COVERED_BRIGHTEST: Final = 70
COVERED_LONGEST_S: Final = 7200.0
SUDDEN_S: Final = 30.0
"""Between two pictures further apart it may have become night."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Figures of one picture, grey levels; those of the ground leave the upper quarter out.

    Attributes:
        mean: brightness.
        contrast: standard deviation of the ground's brightness.
        veil: lower quartile of the ground's darkest channel: how pale its dark parts are.
        detail: mean step between neighbouring cells of the ground.
        spread: between the first and the last percentile.
        brightest: cell.
        glare: share of cells that are white.
    """

    mean: float
    contrast: float
    veil: float
    detail: float
    spread: float
    brightest: int
    glare: float


def sight_of(thumb: Thumb) -> Sight:
    """Measure a picture."""
    luma = thumb.luma
    top = luma.shape[0] // 4
    ground = luma[top:]
    _mean, deviation = cv2.meanStdDev(ground)
    blue, green, red = cv2.split(thumb.colour[top:])
    counted = _counted(luma)
    low, high = _level(counted, 0.01), _level(counted, 0.99)
    return Sight(
        mean=float(cv2.mean(luma)[0]),
        contrast=float(deviation[0, 0]),
        veil=_level(_counted(cv2.min(cv2.min(blue, green), red)), 0.25),
        detail=float(cv2.mean(cv2.absdiff(ground[:, 1:], ground[:, :-1]))[0]),
        spread=high - low,
        brightest=int(np.searchsorted(counted, counted[-1])),
        glare=float(1.0 - counted[GLARE - 1] / counted[-1]),
    )


def is_dense_fog(thumb: Thumb) -> bool:
    """Whether a picture by itself shows fog and nothing else, whatever is usual."""
    return _is_dense(sight_of(thumb))


def _is_dense(sight: Sight) -> bool:
    return sight.detail < FOG_DETAIL and sight.veil > FOG_VEIL


def _counted(grey: MatLike) -> NDArray[np.int64]:
    """Cells of each grey level and below; numpy widens bytes before it counts them: 0.09 ms."""
    counts: MatLike = cv2.calcHist([grey], [0], None, [256], (0.0, 256.0))
    return np.cumsum(counts.astype(np.int64))


def _level(counted: NDArray[np.int64], share: float) -> float:
    """Grey level below which so much of a picture lies."""
    return float(np.searchsorted(counted, share * counted[-1]))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is said of a picture; ``covered`` alone refuses it."""

    fogged: bool = False
    blurred: bool = False
    overexposed: bool = False
    covered: bool = False


class OutlookWatch:
    """One camera's sight over time."""

    def __init__(self) -> None:
        self._usual: dict[Light | None, deque[Sight]] = {}
        self._blurs = 0
        self._before: tuple[float, float] | None = None  # brightness, and when
        self._covered_since_s: float | None = None

    def look(self, thumb: Thumb, light: Light | None, now_s: float) -> Outlook:
        """Judge the next picture, made by a certain light."""
        sight = sight_of(thumb)
        covered = self._is_covered(sight, now_s)
        kept = self._usual.setdefault(light, deque(maxlen=KEPT))
        fogged, blurs = _against(sight, kept)
        self._blurs = self._blurs + 1 if blurs and not covered else 0
        if not (fogged or blurs or covered):
            kept.append(sight)
        self._before = sight.mean, now_s
        return Outlook(
            fogged=fogged and not covered,
            blurred=self._blurs >= BLUR_PICTURES,
            overexposed=sight.glare >= GLARE_SHARE,
            covered=covered,
        )

    def _is_covered(self, sight: Sight, now_s: float) -> bool:
        dark = (
            sight.mean <= COVERED_MEAN
            and sight.spread <= COVERED_SPREAD
            and sight.brightest <= COVERED_BRIGHTEST
        )
        if not dark:
            self._covered_since_s = None
            return False
        if self._covered_since_s is None:
            mean, at_s = self._before or (0.0, now_s)
            if mean < BRIGHT_BEFORE or now_s - at_s > SUDDEN_S:
                return False  # it grew dark as evenings do
            self._covered_since_s = now_s
        return now_s - self._covered_since_s < COVERED_LONGEST_S


def _against(sight: Sight, kept: deque[Sight]) -> tuple[bool, bool]:
    """Whether it is fogged, and whether it has lost its detail without being fogged."""
    dense = _is_dense(sight)
    if len(kept) < NEEDED:
        return dense, False
    detail, veil, contrast = (
        median([getattr(one, name) for one in kept]) for name in ("detail", "veil", "contrast")
    )
    paler = sight.veil > veil + FOG_VEIL_MORE
    fogged = paler and (dense or sight.detail < FOG_SHARE * detail)
    # What always looks so is this camera's view, not today's weather.
    fogged = fogged or (dense and detail >= FOG_DETAIL)
    blurs = sight.detail < BLUR_SHARE * detail and sight.contrast > BLUR_CONTRAST * contrast
    return fogged, blurs and not fogged
