"""Sightings from several places: where they meet, how well that is known, or why they do not.

Weighted least squares by Gauss-Newton on the ellipsoid: a bearing is predicted as the true azimuth
from its own observer, never as an angle in a common map, where north points elsewhere for each of
them (0.05 degrees 10 km apart at this latitude).
The covariance is the inverse of the normal matrix at the solution.

Two bearings alone always meet somewhere or part; nothing of them can say whether they see the same
fire. From the third on the sum of squares tells, and a set that does not fit is refused rather than
averaged.

Sources: Gauss-Newton and its covariance: Bjoerck, Numerical Methods for Least Squares Problems
(1996), chapter 9; the test of fit: chi-square with (measurements - 2) degrees of freedom.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.crs import geodesic, went
from models.crossing import Bearing, Crossing, NoCrossing, Report, Witness
from models.site import Position
from models.units import FloatArray, angle_between_deg

__all__ = ["FARTHEST_M", "MAST_M", "triangulate"]

MAST_M: Final = 60.0
"""Lenses nearer to each other than this stand on one mast, or as good as: their bearings cross at
their own feet."""

FARTHEST_M: Final = 30_000.0
"""Nobody sees farther."""

LEAST_LIKELY: Final = 0.01
"""One true fire in a hundred is refused as disagreement, by definition of the test."""

LONGEST_SHARE: Final = 0.5
"""Of the range: with a longer half axis the ellipse says nothing, and is no ellipse in truth."""

HELD: Final = -2.0 * math.log(0.1)
"""Squared axes of the ellipse that holds 90 %, in variances: chi-square with two degrees."""
STEPS: Final = 60
SMALL_M: Final = 1e-5
LEAST_WEIGHT: Final = 1e-20
NEAREST_M: Final = 100.0
LEAST_OPENING: Final = 1e-6


def triangulate(witnesses: Sequence[Witness], near: Position | None = None) -> Crossing:
    """Where all of them see one fire.

    Args:
        witnesses: at least one.
        near: where to begin, if that is known; wherever two of them meet, when left out.

    Raises:
        ValueError: nobody.
    """
    if not witnesses:
        raise ValueError("nobody has seen anything")
    bearings = [each for each in witnesses if isinstance(each, Bearing)]
    reports = [each for each in witnesses if isinstance(each, Report)]
    if not reports and _is_one_mast(bearings):
        return Crossing(NoCrossing.ONE_MAST)
    starts = [each.position for each in reports]
    if near is not None:
        starts = [near]
    elif not starts:
        starts, some_part = _crossings(bearings)
        if not starts:
            return Crossing(NoCrossing.APART if some_part else NoCrossing.PARALLEL)
    settled = [_settle(witnesses, start) for start in starts]
    place = min(settled, key=lambda one: _cost(witnesses, one))
    return _judged(witnesses, bearings, place)


def _judged(witnesses: Sequence[Witness], bearings: list[Bearing], place: Position) -> Crossing:
    residuals, slopes = _linear(witnesses, place)
    freedom = len(residuals) - 2
    squares = float(residuals @ residuals)
    likelihood = _likelihood(squares, freedom)
    seen = [_seen_from(each, place) for each in bearings]
    turns_deg = [
        angle_between_deg(each.bearing_deg, azimuth_deg)
        for each, (azimuth_deg, _, _) in zip(bearings, seen, strict=True)
    ]
    if any(abs(turn_deg) > 90.0 for turn_deg in turns_deg):
        return Crossing(NoCrossing.APART)
    if any(range_m > FARTHEST_M for *_, range_m in seen):
        return Crossing(NoCrossing.TOO_FAR)
    if likelihood < LEAST_LIKELY:
        return Crossing(NoCrossing.DISAGREE, chi2=squares, freedom=freedom, likelihood=likelihood)
    weights, axes = np.linalg.eigh(slopes.T @ slopes)  # rising: the longer axis comes first
    spread = 1.0 / np.maximum(weights, LEAST_WEIGHT)
    major_m, minor_m = np.sqrt(HELD * spread)
    if seen and major_m > LONGEST_SHARE * min(range_m for *_, range_m in seen):
        return Crossing(NoCrossing.PARALLEL)
    covariance = axes @ np.diag(spread) @ axes.T
    east_m, north_m = np.sqrt(np.diag(covariance))
    east, north = axes[:, 0]
    return Crossing(
        None,
        place.lon_deg,
        place.lat_deg,
        float(east_m),
        float(north_m),
        float(covariance[0, 1] / (east_m * north_m)),
        float(major_m),
        float(minor_m),
        math.degrees(math.atan2(east, north)) % 180.0,
        squares,
        freedom,
        likelihood,
    )


def _settle(witnesses: Sequence[Witness], place: Position) -> Position:
    """Gauss-Newton from a start; a step that makes it worse is halved."""
    cost = _cost(witnesses, place)
    for _ in range(STEPS):
        residuals, slopes = _linear(witnesses, place)
        step, *_rest = np.linalg.lstsq(slopes, residuals, rcond=None)
        moved = _moved(place, step)
        while (lower := _cost(witnesses, moved)) > cost and math.hypot(*step) >= SMALL_M:
            step = step / 2.0
            moved = _moved(place, step)
        if math.hypot(*step) < SMALL_M:
            break
        place, cost = moved, lower
    return place


def _linear(witnesses: Sequence[Witness], place: Position) -> tuple[FloatArray, FloatArray]:
    """Residuals over their sigmas, (n,), and what a metre east or north adds to them, (n, 2)."""
    residuals: list[float] = []
    slopes: list[tuple[float, float]] = []
    for each in witnesses:
        if isinstance(each, Report):
            there = each.position
            azimuth_deg, _, apart_m = geodesic(
                place.lon_deg, place.lat_deg, there.lon_deg, there.lat_deg
            )
            east, north = _towards(azimuth_deg)
            residuals += [apart_m * east / each.sigma_m, apart_m * north / each.sigma_m]
            slopes += [(1.0 / each.sigma_m, 0.0), (0.0, 1.0 / each.sigma_m)]
            continue
        bearing_deg, arriving_deg, range_m = _seen_from(each, place)
        east, north = _towards(arriving_deg)
        sigma_m = math.radians(each.sigma_deg) * range_m
        residuals.append(angle_between_deg(bearing_deg, each.bearing_deg) / each.sigma_deg)
        slopes.append((north / sigma_m, -east / sigma_m))  # to the right of the line of sight
    return np.array(residuals), np.array(slopes)


def _cost(witnesses: Sequence[Witness], place: Position) -> float:
    residuals, _ = _linear(witnesses, place)
    return float(residuals @ residuals)


def _seen_from(bearing: Bearing, place: Position) -> tuple[float, float, float]:
    """Azimuth at the observer and at the place, and the distance, a metre at the least."""
    observer = bearing.observer
    azimuth_deg, arriving_deg, range_m = geodesic(
        observer.lon_deg, observer.lat_deg, place.lon_deg, place.lat_deg
    )
    return azimuth_deg, arriving_deg, max(1.0, range_m)


def _moved(place: Position, step: NDArray[np.floating]) -> Position:
    azimuth_deg = math.degrees(math.atan2(step[0], step[1]))
    lon_deg, lat_deg = went(place.lon_deg, place.lat_deg, azimuth_deg, math.hypot(*step))
    return Position(lon_deg, lat_deg, place.height_m, place.height_datum)


def _crossings(bearings: Sequence[Bearing]) -> tuple[list[Position], bool]:
    """Where each two of different masts meet in the plane, and whether any two part instead."""
    found, some_part = [], False
    for first, second in combinations(bearings, 2):
        observer, other = first.observer, second.observer
        towards_deg, _, apart_m = geodesic(
            observer.lon_deg, observer.lat_deg, other.lon_deg, other.lat_deg
        )
        opening = math.sin(math.radians(second.bearing_deg - first.bearing_deg))
        if apart_m < MAST_M or abs(opening) < LEAST_OPENING:
            continue
        along_m, beyond_m = (
            apart_m * math.sin(math.radians(each.bearing_deg - towards_deg)) / opening
            for each in (second, first)
        )
        if along_m < 0.0 or beyond_m < 0.0:
            some_part = True
            continue
        along_m = min(max(along_m, NEAREST_M), 2.0 * FARTHEST_M)
        lon_deg, lat_deg = went(observer.lon_deg, observer.lat_deg, first.bearing_deg, along_m)
        found.append(Position(lon_deg, lat_deg, observer.height_m, observer.height_datum))
    return found, some_part


def _towards(azimuth_deg: float) -> tuple[float, float]:
    """East and north of a direction."""
    angle = math.radians(azimuth_deg)
    return math.sin(angle), math.cos(angle)


def _is_one_mast(bearings: Sequence[Bearing]) -> bool:
    first = bearings[0].observer
    return all(
        geodesic(first.lon_deg, first.lat_deg, one.observer.lon_deg, one.observer.lat_deg)[2]
        < MAST_M
        for one in bearings[1:]
    )


def _likelihood(squares: float, freedom: int) -> float:
    """Of a chi-square at least so large; 1 without freedom.

    The incomplete gamma function of half integers, Q(a + 1, x) = Q(a, x) + x^a e^-x / gamma(a + 1),
    begun at erfc or at e^-x (Abramowitz and Stegun 6.5.22, 26.4.4).
    """
    if freedom <= 0:
        return 1.0
    x = squares / 2.0
    order = 0.5 if freedom % 2 else 1.0
    tail = math.erfc(math.sqrt(x)) if freedom % 2 else math.exp(-x)
    while order < freedom / 2.0:
        tail += x**order * math.exp(-x) / math.gamma(order + 1.0)
        order += 1.0
    return tail
