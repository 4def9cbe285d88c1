"""Fewest legs, against an exhaustive search that shares nothing with the cones."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from drone_jobs.legs import fewest_legs

coordinate = st.integers(-40, 40)
lines = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=9).map(
    lambda points: [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
)


def allowed(line: np.ndarray, start: int, end: int, tolerance_m: float) -> bool:
    if tuple(line[start]) == tuple(line[end]):
        return False
    leg = LineString([line[start], line[end]])
    return all(leg.distance(Point(p)) <= tolerance_m for p in line[start + 1 : end])


def exhaustive(line: np.ndarray, tolerance_m: float) -> tuple[int, float]:
    """Fewest legs and their length, by trying every choice of turning points."""
    inner = range(1, len(line) - 1)
    for count in range(len(line) - 1):
        lengths = [
            float(np.hypot(*np.diff(line[list(chosen)], axis=0).T).sum())
            for turns in combinations(inner, count)
            for chosen in [(0, *turns, len(line) - 1)]
            if all(allowed(line, a, b, tolerance_m) for a, b in pairwise(chosen))
        ]
        if lengths:
            return count + 1, min(lengths)
    raise AssertionError


@given(lines, st.sampled_from([0.37, 3.3, 11.1, 29.7]))
def test_it_finds_what_an_exhaustive_search_finds(
    points: list[tuple[int, int]], tolerance_m: float
) -> None:
    if len(points) < 2:
        return
    line = np.array(points, float)
    chosen = fewest_legs(line, tolerance_m)
    assert chosen[0] == 0
    assert chosen[-1] == len(line) - 1
    length = float(np.hypot(*np.diff(line[chosen], axis=0).T).sum())
    assert (len(chosen) - 1, pytest.approx(length)) == exhaustive(line, tolerance_m)


@given(lines, st.sampled_from([0.37, 3.3, 11.1, 29.7]))
def test_the_direction_of_drawing_does_not_matter(
    points: list[tuple[int, int]], tolerance_m: float
) -> None:
    if len(points) < 2:
        return
    line = np.array(points, float)
    there, back = fewest_legs(line, tolerance_m), fewest_legs(line[::-1], tolerance_m)
    assert len(there) == len(back)
    assert np.hypot(*np.diff(line[there], axis=0).T).sum() == pytest.approx(
        np.hypot(*np.diff(line[::-1][back], axis=0).T).sum()
    )


def test_a_straight_line_with_many_vertices_is_one_leg() -> None:
    line = np.column_stack([np.arange(500.0) * 10.0, np.zeros(500)])
    assert fewest_legs(line, 1.0) == [0, 499]


def test_without_tolerance_every_corner_is_flown() -> None:
    line = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [20.0, 10.0]])
    assert fewest_legs(line, 0.0) == [0, 1, 2, 3]


def test_a_ring_is_flown_round_though_it_ends_where_it_began() -> None:
    line = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0], [0.0, 0.0]])
    assert fewest_legs(line, 5.0) == [0, 1, 2, 3, 4]
