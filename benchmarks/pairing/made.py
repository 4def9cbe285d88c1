"""Pairs that are made: a real photograph, and a picture of heat invented from it, with the truth.

Real pairs of a tower with a truth for each place are not to be had. Here the land is real and the
heat is not: its levels are made from the photograph's brightness and colour by a curve that rises
and falls (dark crowns and bright sky are cold, rock between them is warm), a part of it is of
something that the photograph does not show, the sun warms one side, the lens blurs, the sensor adds
noise by place and by column, and somewhere a fire burns. It lies in the photograph by a homography
that is known. So figures on made pairs say how exact a registration is where both pictures have
their edges in common, and nothing of how often they have.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from detector.dual.homography import Matrix, normal
from models.thermal import HeatLevels
from models.units import FloatArray, ImageBGR

__all__ = ["MadePair", "Making", "made_pair", "random_matrix"]

VISIBLE_PX: Final = 960


@dataclass(frozen=True, slots=True)
class Making:
    """How a picture of heat is made.

    Attributes:
        size_px: columns and rows of the sensor.
        noise: of each place, share of the spread of its levels.
        foreign: share of its levels that the photograph does not show.
        blur_px: of the lens, standard deviation, pixels of the sensor.
        has_fire: something of 400 degrees burns in it.
    """

    size_px: tuple[int, int] = (320, 256)
    noise: float = 0.05
    foreign: float = 0.25
    blur_px: float = 0.8
    has_fire: bool = True


@dataclass(frozen=True, slots=True)
class MadePair:
    """A photograph and heat made from it."""

    visible_grey: NDArray[np.uint8]
    thermal: HeatLevels
    truth: Matrix


def random_matrix(rng: Generator, shape: float, size_px: tuple[int, int]) -> Matrix:
    """Where a lens of heat of the same head may look: narrower, a little beside and turned.

    Args:
        rng: of the case.
        shape: height over width of the visible picture.
        size_px: of the sensor of heat.
    """
    share = rng.uniform(0.4, 0.85)
    high = share * size_px[1] / size_px[0] / shape
    turn = np.radians(rng.uniform(-2.0, 2.0))
    wide = np.array([[share, 0, -share / 2], [0, high * shape, -high * shape / 2], [0, 0, 1.0]])
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])
    tilted = np.eye(3)
    tilted[2, :2] = rng.uniform(-0.02, 0.02, 2)
    room = np.array([0.5 - share / 2, shape * max(0.02, 0.5 - high / 2)])
    middle = np.array([0.5, shape / 2]) + rng.uniform(-0.6, 0.6, 2) * room
    put = np.array([[1, 0, middle[0]], [0, 1 / shape, middle[1] / shape], [0, 0, 1.0]])
    return normal(put @ turned @ tilted @ wide)


def made_pair(photograph: ImageBGR, truth: Matrix, rng: Generator, how: Making) -> MadePair:
    """Make a pair.

    Args:
        photograph: real, as large as it is.
        truth: where the picture of heat lies in it, shares.
        rng: of the case.
        how: it is made.
    """
    height, width = photograph.shape[:2]
    size = (VISIBLE_PX, round(VISIBLE_PX * height / width))
    small = cv2.resize(photograph, size, interpolation=cv2.INTER_AREA)
    heat = _heat_of(small.astype(np.float32), rng)
    columns, rows = how.size_px
    into = np.array([[size[0], 0, -0.5], [0, size[1], -0.5], [0, 0, 1.0]])
    back = np.array([[1 / columns, 0, 0.5 / columns], [0, 1 / rows, 0.5 / rows], [0, 0, 1.0]])
    table = into @ np.asarray(truth, np.float64).reshape(3, 3) @ back
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(heat, table, how.size_px, flags=flags, borderMode=cv2.BORDER_REFLECT)
    own = _field(how.size_px, rng, columns / 20.0)
    levels = (1.0 - how.foreign) * _spread(laid) + how.foreign * own
    levels += _field(how.size_px, rng, columns / 3.0)
    levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), how.blur_px), np.float64)
    levels += how.noise * rng.normal(size=levels.shape)
    levels += 0.5 * how.noise * rng.normal(size=(1, columns))
    celsius = 18.0 + 6.0 * levels
    if how.has_fire:
        x, y = round(columns * rng.uniform(0.2, 0.8)), round(rows * rng.uniform(0.3, 0.9))
        celsius[y : y + 4, x : x + 5] = 400.0
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    return MadePair(grey, celsius.astype(np.float32), truth)


def _heat_of(photograph: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Levels by a curve of brightness that turns at least once, and by how green it is."""
    blue, green, red = cv2.split(photograph)
    grey = 0.114 * blue + 0.587 * green + 0.299 * red
    turns_at = rng.uniform(80.0, 160.0)
    knots = np.array([0.0, turns_at, 255.0])
    values = np.array([rng.uniform(-1.0, 0.0), rng.uniform(0.8, 1.4), rng.uniform(-1.5, -0.5)])
    values *= rng.choice([-1.0, 1.0])
    curve = np.interp(grey, knots, values)
    greenness = (2.0 * green - red - blue) / 80.0
    heat: NDArray[np.float32] = (curve - rng.uniform(0.2, 0.8) * greenness).astype(np.float32)
    return heat


def _field(size_px: tuple[int, int], rng: Generator, grain_px: float) -> FloatArray:
    """Something smooth of its own, of spread 1."""
    columns, rows = size_px
    small = rng.normal(
        size=(max(3, round(2 * rows / grain_px)), max(3, round(2 * columns / grain_px)))
    )
    return _spread(cv2.resize(small, size_px, interpolation=cv2.INTER_CUBIC))


def _spread(values: NDArray[Any]) -> FloatArray:
    middle, spread = float(values.mean()), float(values.std())
    found: FloatArray = (values.astype(np.float64) - middle) / max(spread, 1e-6)
    return found
