"""Where a place of the picture of heat lies in the visible one: a plane through a plane.

Two lenses of one head stand centimetres apart and look at what is hundreds of metres away: for them
the world is a plane, and one homography takes a place of one picture to the other. It maps **shares
of width and height**, so that a picture of another size of the same camera needs no other one.

Sources: the direct linear transform with normalised points, Hartley, "In defense of the eight-point
algorithm", PAMI 1997; the leave-one-out error of least squares as any text on regression has it.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from geo.camera import pixel_of_ray, ray_of_pixel
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray

__all__ = ["Found", "Matrix", "Point", "from_lenses", "from_targets", "inverted", "mapped"]

Matrix: TypeAlias = tuple[float, ...]
"""Nine numbers by rows, the last one 1."""
Point: TypeAlias = tuple[float, float]
_Model: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

LEAST_TARGETS: Final = 4
MOST_TARGETS: Final = 100
HAND_SHARE: Final = 0.003
"""So far beside a thing a careful finger or mouse lands, share of the width: never less doubt."""
FOUR_DOUBT: Final = 0.02
"""Doubt of four targets that only a full homography explains: nothing is left to check it by."""
MOST_DOUBT: Final = 0.05
LEAST_AREA: Final = 0.005
"""Share of a picture that every three of four targets must span, and all together ten times it."""
_LEAST_W: Final = 1e-9
_GRID: Final = 5
_BEHIND_DEG: Final = 85.0
"""Two directions so far apart meet in no picture."""


@dataclass(frozen=True, slots=True)
class Found:
    """A registration as it was found.

    Attributes:
        matrix: of shares of the thermal picture to shares of the visible one.
        doubt_share: standard deviation of a place, share of the visible picture's width.
        score: how sure it is, 0 to 1.
    """

    matrix: Matrix
    doubt_share: float
    score: float


def mapped(matrix: Matrix, points: FloatArray) -> FloatArray:
    """Places (n, 2) taken through a homography; not a number where one lies behind its horizon."""
    table = np.asarray(matrix, np.float64).reshape(3, 3)
    taken = np.hstack([points, np.ones((len(points), 1))]) @ table.T
    depth = taken[:, 2:] * np.sign(table[2] @ (0.5, 0.5, 1.0))
    with np.errstate(all="ignore"):
        places: FloatArray = np.where(depth > _LEAST_W, taken[:, :2] / taken[:, 2:], np.nan)
    return places


def inverted(matrix: Matrix) -> Matrix:
    """The way back.

    Raises:
        InputRefused: there is none; code ``dual_matrix``.
    """
    try:
        table = np.linalg.inv(np.asarray(matrix, np.float64).reshape(3, 3))
    except np.linalg.LinAlgError as error:
        raise _no_matrix() from error
    return normal(np.asarray(table, np.float64))


def normal(table: FloatArray) -> Matrix:
    """As nine numbers of which the last is 1.

    Raises:
        InputRefused: it is no homography; code ``dual_matrix``.
    """
    if not np.isfinite(table).all() or abs(float(table[2, 2])) < _LEAST_W:
        raise _no_matrix()
    return tuple(float(value) for value in (table / table[2, 2]).ravel())


def from_lenses(
    visible: Pose,
    thermal: Pose,
    *,
    visible_px: tuple[int, int] = (1920, 1080),
    thermal_px: tuple[int, int] = (640, 512),
) -> Matrix:
    """By both fields of view and where both axes point; nothing is measured.

    Args:
        visible: pose of the visible camera at the preset.
        thermal: of the thermal one.
        visible_px: width and height of its pictures; only their ratio matters.
        thermal_px: likewise.

    Raises:
        InputRefused: they do not look at the same; code ``dual_lenses``.
    """
    x, y = np.meshgrid(*(np.linspace(0.0, 1.0, _GRID),) * 2)
    shares = np.stack([x.ravel(), y.ravel()], 1)
    places = shares * thermal_px
    apart = InputRefused(
        "The two cameras do not look at the same.",
        remedy="Look at the directions and fields of view of both presets.",
        code="dual_lenses",
    )
    try:
        rays = ray_of_pixel(places[:, 0], places[:, 1], *thermal_px, thermal)
        seen = np.stack(pixel_of_ray(*rays, *visible_px, visible), 1) / visible_px
    except InputRefused as error:
        raise apart from error
    if not np.isfinite(seen).all() or _turned_deg(visible, thermal) > _BEHIND_DEG:
        raise apart
    found = normal(_homography(shares, seen))
    if not _overlaps(seen):
        raise apart
    return found


def from_targets(pairs: Sequence[tuple[Point, Point]]) -> Found:
    """By things that somebody has shown in both pictures.

    Four or more; six are good, near the corners and not in a line. Of an affine map and a full
    homography that one is taken which tells each target better from all others: with few targets
    the six numbers of an affine map are surer than eight.

    Args:
        pairs: of each the place in the thermal picture, then in the visible one, shares.

    Returns:
        The doubt is how far each lies from where all others put it.

    Raises:
        InputRefused: too few or too many, in a line, at one place, mirrored, or they contradict
            each other; code ``dual_targets``.
    """
    if not LEAST_TARGETS <= len(pairs) <= MOST_TARGETS:
        raise _targets(f"{len(pairs)} targets; {LEAST_TARGETS} to {MOST_TARGETS} are taken")
    heat = np.array([one for one, _ in pairs], np.float64).reshape(-1, 2)
    seen = np.array([one for _, one in pairs], np.float64).reshape(-1, 2)
    if not all(np.isfinite(each).all() and (abs(each - 0.5) <= 1.5).all() for each in (heat, seen)):
        raise _targets("a target lies outside of its picture")
    if min(_spread(heat), _spread(seen)) < LEAST_AREA:
        raise _targets("the targets lie in a line or at one place")
    model, errors = _best_model(heat, seen)
    table = model(heat, seen)
    doubt = math.sqrt(float(np.mean(errors**2)))
    if len(pairs) == LEAST_TARGETS and model is _homography:
        doubt = FOUR_DOUBT
    # Four corners through a homography always fit; only a picture turned over does not.
    if not _is_upright(table, heat):
        raise _targets("the targets are mirrored or mixed up")
    if doubt > MOST_DOUBT:
        worst = int(np.argmax(errors)) + 1
        raise _targets(f"the targets contradict each other, most of all number {worst}")
    doubt = math.hypot(doubt, HAND_SHARE)
    return Found(normal(table), doubt, max(0.0, 1.0 - doubt / MOST_DOUBT))


def _best_model(heat: FloatArray, seen: FloatArray) -> tuple[_Model, FloatArray]:
    """Which of both maps tells each target better from all others, and by how much it misses."""
    affine = _left_out(_affine, heat, seen)
    full = _left_out(_homography, heat, seen) if len(heat) > LEAST_TARGETS else None
    if full is None:
        # Of four, three give an affine map that the fourth may contradict.
        agrees = math.sqrt(float(np.mean(affine**2))) <= FOUR_DOUBT
        return (_affine, affine) if agrees else (_homography, np.full(len(heat), FOUR_DOUBT))
    better = float(np.mean(full**2)) < float(np.mean(affine**2))
    return (_homography, full) if better else (_affine, affine)


def _left_out(model: _Model, heat: FloatArray, seen: FloatArray) -> FloatArray:
    """How far each target lies from where the others put it, shares."""
    errors = np.empty(len(heat))
    for left in range(len(heat)):
        others = np.arange(len(heat)) != left
        table = model(heat[others], seen[others])
        place = mapped(tuple(table.ravel()), heat[left : left + 1])[0]
        errors[left] = np.linalg.norm(place - seen[left]) if np.isfinite(place).all() else 1.0
    return errors


def _affine(heat: FloatArray, seen: FloatArray) -> FloatArray:
    known = np.hstack([heat, np.ones((len(heat), 1))])
    rows = np.linalg.lstsq(known, seen, rcond=None)[0].T
    return np.vstack([rows, [0.0, 0.0, 1.0]])


def _homography(heat: FloatArray, seen: FloatArray) -> FloatArray:
    """By the direct linear transform; places are brought around 0 first, or numbers drown."""
    before, heat = _centred(heat)
    after, seen = _centred(seen)
    rows = []
    for (x, y), (u, v) in zip(heat, seen, strict=True):
        rows.append([-x, -y, -1.0, 0.0, 0.0, 0.0, u * x, u * y, u])
        rows.append([0.0, 0.0, 0.0, -x, -y, -1.0, v * x, v * y, v])
    inner = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    table: FloatArray = np.linalg.inv(after) @ inner @ before
    scale = float(table[2] @ (0.5, 0.5, 1.0))
    return table / scale if abs(scale) > _LEAST_W else table


def _centred(places: FloatArray) -> tuple[FloatArray, FloatArray]:
    middle = places.mean(axis=0)
    size = max(float(np.sqrt(((places - middle) ** 2).sum(axis=1).mean())), 1e-12)
    scale = math.sqrt(2.0) / size
    table = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])
    return table, (places - middle) * scale


def _spread(places: FloatArray) -> float:
    """Of the best four targets the smallest triangle, share of the picture.

    Three of them in a line leave a homography open; where more are shown, four good ones do.
    """
    if len(places) > 12:  # enough that no line holds all but one of them
        middle = places - places.mean(axis=0)
        return float(np.linalg.svd(middle, compute_uv=False)[-1]) / math.sqrt(len(places))
    best = 0.0
    for four in itertools.combinations(places, 4):
        areas = [_area(*three) for three in itertools.combinations(four, 3)]
        best = max(best, min(areas))
    return best


def _area(a: FloatArray, b: FloatArray, c: FloatArray) -> float:
    (ax, ay), (bx, by) = b - a, c - a
    return abs(float(ax * by - ay * bx)) / 2.0


def _is_upright(table: FloatArray, heat: FloatArray) -> bool:
    """Whether no target lies behind the horizon, and left stays left of right."""
    depth = np.hstack([heat, np.ones((len(heat), 1))]) @ table[2]
    same = bool((depth > _LEAST_W).all() or (depth < -_LEAST_W).all())
    return same and float(np.linalg.det(table)) * float(np.sign(depth[0])) > 0.0


def _overlaps(seen: FloatArray) -> bool:
    low, high = seen.min(axis=0), seen.max(axis=0)
    return bool((high > 0.0).all() and (low < 1.0).all())


def _turned_deg(one: Pose, other: Pose) -> float:
    """Angle between two axes."""
    rays = []
    for pose in (one, other):
        azimuth, tilt = math.radians(pose.azimuth_deg), math.radians(pose.tilt_deg)
        across = math.cos(tilt)
        rays.append((math.sin(azimuth) * across, math.cos(azimuth) * across, math.sin(tilt)))
    together = sum(a * b for a, b in zip(*rays, strict=True))
    return math.degrees(math.acos(max(-1.0, min(1.0, together))))


def _targets(why: str) -> InputRefused:
    return InputRefused(
        f"No registration comes of these targets: {why}.",
        remedy="Show four or more things, wide apart and not in a line, in the same order.",
        code="dual_targets",
    )


def _no_matrix() -> InputRefused:
    return InputRefused("These nine numbers are no homography.", code="dual_matrix")
