"""Heights above ground against dense samples, the number of points against a dynamic program."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.planning.profile import follow_ground, height_range, least_clearance
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused

LON, LAT = 106.65, 28.95
CELL_DEG = 1 / 3600
FRAME = LocalFrame(LON, LAT)


def rough(seed: int, relief_m: float, size: int = 24) -> Terrain:
    values = np.random.default_rng(seed).uniform(300.0, 300.0 + relief_m, (size, size))
    half = size / 2 * CELL_DEG
    return Terrain("rough", values.astype(np.float32), LON - half, LAT + half, CELL_DEG)


def sampled(way_m: np.ndarray, terrain: Terrain, step_m: float = 0.05) -> np.ndarray:
    """Heights above ground along a way, by looking the terrain up every 5 cm."""
    found = []
    for start, end in pairwise(way_m):
        share = np.linspace(0.0, 1.0, max(2, math.ceil(math.dist(start, end) / step_m)))[:, None]
        place = start + share * (end - start)
        found.append(place[:, 2] - terrain.height_at(*FRAME.to_lonlat(place[:, 0], place[:, 1])))
    return np.concatenate(found)


place = st.tuples(st.floats(-300.0, 270.0), st.floats(-330.0, 330.0))
ways = st.lists(place, min_size=2, max_size=5).map(np.array)


@settings(max_examples=60)
@given(st.integers(0, 999), st.floats(0.0, 60.0), ways, st.integers(0, 99))
def test_the_least_and_most_height_are_those_of_dense_samples(
    seed: int, relief_m: float, way_m: np.ndarray, heights: int
) -> None:
    terrain = rough(seed, relief_m)
    high_m = np.random.default_rng(heights).uniform(400.0, 500.0, len(way_m))
    flown = np.column_stack((way_m, high_m))
    least_m, most_m = height_range(FRAME, flown, terrain)
    seen = sampled(flown, terrain)
    # Samples see no more than is there, and a place between two is no further off than a step.
    steepest = (relief_m / 25.0 + 200.0) * 0.05
    assert least_m <= seen.min() + 0.02
    assert most_m >= seen.max() - 0.02
    assert seen.min() - least_m <= steepest
    assert most_m - seen.max() <= steepest


@settings(max_examples=60)
@given(st.integers(0, 999), st.floats(0.0, 60.0), ways, st.floats(1.0, 15.0))
def test_the_ground_is_followed_within_the_tolerance_all_along(
    seed: int, relief_m: float, way_m: np.ndarray, tolerance_m: float
) -> None:
    terrain = rough(seed, relief_m)
    flown = follow_ground(FRAME, way_m, terrain, 100.0, tolerance_m, most_above_ground_m=101.0)
    seen = sampled(flown, terrain)
    assert seen.min() >= 100.0 - tolerance_m - 0.02
    assert seen.max() <= min(100.0 + tolerance_m, 101.0) + 0.02
    kept = [point[:2].tolist() for point in flown]
    at = 0
    for corner in way_m.tolist():
        at = kept.index(corner, at) + 1
    least_m, most_m = height_range(FRAME, flown, terrain)
    assert least_m >= 100.0 - tolerance_m - 0.01
    assert most_m <= min(100.0 + tolerance_m, 101.0) + 0.01


@settings(max_examples=40)
@given(
    st.integers(0, 999),
    ways,
    st.floats(0.0, 200.0),
    st.floats(0.0, 200.0),
)
def test_clearance_is_the_least_height_over_a_fine_raster_of_the_strip(
    seed: int, way_m: np.ndarray, left_m: float, right_m: float
) -> None:
    terrain = rough(seed, 40.0, size=40)  # steps of 40 m from one cell to the next, 27 m wide
    flown = np.column_stack((way_m, np.random.default_rng(seed).uniform(400, 450, len(way_m))))
    told_m = least_clearance(FRAME, flown, terrain, left_m, right_m)
    seen = math.inf
    for start, end in pairwise(flown):
        length_m = math.dist(start[:2], end[:2])
        ahead, beside = np.meshgrid(
            np.linspace(0.0, 1.0, math.ceil(length_m / 3.0) + 2),
            np.linspace(-right_m, left_m, math.ceil((left_m + right_m) / 3.0) + 1),
        )
        east, north = (end[:2] - start[:2]) / length_m if length_m else (1.0, 0.0)
        x_m = start[0] + ahead * (end[0] - start[0]) - beside * north
        y_m = start[1] + ahead * (end[1] - start[1]) + beside * east
        ground_m = terrain.height_at(*FRAME.to_lonlat(x_m, y_m))
        above_m = start[2] + ahead * (end[2] - start[2]) - ground_m
        seen = min(seen, float(np.nanmin(above_m)))
    assert told_m <= seen + 0.02
    # The nearest sample is 2.2 m away at most, ground rises by 2.3 m a metre, ways by their own.
    climbs = [abs(b[2] - a[2]) / max(math.dist(a[:2], b[:2]), 3.0) for a, b in pairwise(flown)]
    assert seen - told_m <= 2.2 * (2.3 + max(climbs))


def fewest(grounds_m: np.ndarray, at_m: np.ndarray, low: float, high: float, corners: set) -> int:
    """Points needed between corners: all choices on a grid of places and 15 heights each."""
    levels = np.linspace(low, high, 15)
    flown = grounds_m[:, None] + levels
    costs = np.full(flown.shape, math.inf)
    costs[0] = 0.0
    for i in range(len(at_m) - 1):
        price = costs[i] + (0 if i in corners else 1)
        for j in range(i + 1, len(at_m)):
            fits = np.ones((15, 15), bool)
            for k in range(i + 1, j):
                share = (at_m[k] - at_m[i]) / (at_m[j] - at_m[i])
                above = flown[i][:, None] * (1 - share) + flown[j] * share - grounds_m[k]
                fits &= (above >= low) & (above <= high)
            here = np.where(fits, price[:, None], math.inf).min(axis=0)
            costs[j] = np.minimum(costs[j], here)
            if j in corners:
                break
    return int(costs[-1].min())


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 60), min_size=10, max_size=10),
    st.floats(2.0, 25.0),
    st.sets(st.integers(1, 16), max_size=2),
)
def test_no_exhaustive_search_finds_fewer_points(
    heights: list[int], tolerance_m: float, inner: set[int]
) -> None:
    """Ground that changes eastwards only, so that the tunnel is known without our cutting."""
    values = np.tile(np.array(heights, np.float32) + 300.0, (6, 1))
    terrain = Terrain("wave", values, LON - 5 * CELL_DEG, LAT + 3 * CELL_DEG, CELL_DEG)
    nodes_deg = LON + (np.arange(10) - 4.5) * CELL_DEG
    nodes_m = FRAME.to_metric(nodes_deg, np.full(10, LAT))[0]
    at_m = np.interp(np.arange(0.5, 8.75, 0.5), np.arange(10), nodes_m)  # nodes and halves
    grounds_m = np.interp(at_m, nodes_m, values[0].astype(float))
    corners = {0, len(at_m) - 1} | inner
    way_m = np.array([(at_m[k], 0.0) for k in sorted(corners)])
    flown = follow_ground(FRAME, way_m, terrain, 100.0, tolerance_m, most_above_ground_m=115.0)
    low, high = 100.0 - tolerance_m + 0.01, min(100.0 + tolerance_m, 115.0) - 0.01
    assert len(flown) - len(corners) <= fewest(grounds_m, at_m, low, high, corners)


def test_unknown_ground_below_the_way_is_refused_and_named() -> None:
    terrain = rough(1, 10.0)
    terrain.values_m[8, 12] = np.nan  # 3.5 cells north, half a cell east of the middle
    way_m = np.array([(-200.0, 100.0), (200.0, 100.0)])
    for follow in (
        lambda: follow_ground(FRAME, way_m, terrain, 90.0, 5.0, most_above_ground_m=120.0),
        lambda: height_range(FRAME, np.column_stack((way_m, [400.0, 400.0])), terrain),
    ):
        with pytest.raises(InputRefused) as refused:
            follow()
        assert refused.value.code == "sweep_terrain_void"
        told = re.findall(r"\d+\.\d+", refused.value.message)
        lon_deg, lat_deg = map(float, told)
        assert abs(lon_deg - LON) < 2 * CELL_DEG
        assert abs(lat_deg - LAT - 3.5 * CELL_DEG) < 2 * CELL_DEG


def test_beside_the_way_unknown_ground_does_not_count() -> None:
    terrain = rough(1, 0.0)
    terrain.values_m[8, 12] = np.nan
    flown = np.array([(-200.0, 0.0, 400.0), (200.0, 0.0, 400.0)])
    assert least_clearance(FRAME, flown, terrain, 150.0, 0.0) == pytest.approx(100.0)
    far = flown + np.array((9e4, 0.0, 0.0))
    assert least_clearance(FRAME, far, terrain, 150.0, 0.0) == math.inf


def test_where_nothing_is_left_to_fly_in_is_refused() -> None:
    way_m = np.array([(-200.0, 0.0), (200.0, 0.0)])
    for most_m in (95.4, 60.0):
        with pytest.raises(InputRefused) as refused:
            follow_ground(FRAME, way_m, rough(1, 9.0), 100.0, 5.0, most_above_ground_m=most_m)
        assert refused.value.code == "sweep_height"


def test_over_level_ground_only_the_corners_are_points_however_often_they_stand_there() -> None:
    corners = [(0.0, 0.0), (0.0, 0.0), (0.0, 200.0), (90.0, 200.0), (90.0, 200.0), (0.0, 0.0)]
    way_m = np.array(corners)
    flown = follow_ground(FRAME, way_m, rough(1, 0.0), 100.0, 5.0, most_above_ground_m=120.0)
    assert flown[:, :2].tolist() == way_m.tolist()
    assert flown[:, 2] == pytest.approx(np.full(6, 400.0))
    still = follow_ground(FRAME, way_m[:2], rough(1, 0.0), 100.0, 5.0, most_above_ground_m=120.0)
    assert still[:, 2] == pytest.approx([400.0, 400.0])


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_over_one_ridge_or_valley_one_point_is_enough(sign: float) -> None:
    """By hand: 60 m up and down again over 4 cells each; a straight way would be 55 m off."""
    heights = 400.0 + sign * 15.0 * np.array([0, 0, 1, 2, 3, 4, 3, 2, 1, 0, 0, 0])
    values = np.tile(heights.astype(np.float32), (6, 1))
    terrain = Terrain("ridge", values, LON - 5.5 * CELL_DEG, LAT + 3 * CELL_DEG, CELL_DEG)
    ends_m = FRAME.to_metric(np.array([LON - 4 * CELL_DEG, LON + 4 * CELL_DEG]), np.full(2, LAT))[0]
    way_m = np.column_stack((ends_m, (0.0, 0.0)))
    flown = follow_ground(FRAME, way_m, terrain, 100.0, 5.0, most_above_ground_m=120.0)
    assert len(flown) == 3
    top_m = FRAME.to_metric(LON, LAT)[0]
    assert abs(flown[1, 0] - top_m) < 15.0
