"""Homographies of pairs: by lenses, by targets, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from detector.dual.homography import Matrix, from_lenses, from_targets, inverted, mapped, normal
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray

GRID = np.stack(np.meshgrid(np.linspace(0.05, 0.95, 4), np.linspace(0.05, 0.95, 4)), -1)
PLACES: FloatArray = GRID.reshape(-1, 2)
CORNERS: FloatArray = np.array([[0.1, 0.1], [0.9, 0.12], [0.88, 0.9], [0.1, 0.85]])


def shares(low: float, high: float) -> SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """A lens of heat within the visible picture, a little turned and tilted."""
    wide, high = draw(shares(0.2, 0.9)), draw(shares(0.2, 0.9))
    shear, turn = draw(shares(-0.05, 0.05)), draw(shares(-0.05, 0.05))
    across, down = draw(shares(0.0, 0.3)), draw(shares(0.0, 0.3))
    tilt = draw(shares(-0.05, 0.05)), draw(shares(-0.05, 0.05))
    return (wide, shear, across, turn, high, down, *tilt, 1.0)


def pairs_of(
    matrix: Matrix, places: FloatArray
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    seen = mapped(matrix, places)
    return [
        ((a[0], a[1]), (b[0], b[1])) for a, b in zip(places.tolist(), seen.tolist(), strict=True)
    ]


@given(matrices())
def test_there_and_back_is_the_same_place(matrix: Matrix) -> None:
    back = mapped(inverted(matrix), mapped(matrix, PLACES))
    assert np.allclose(back, PLACES, atol=1e-9)


@given(matrices())
def test_exact_targets_give_the_map_that_made_them(matrix: Matrix) -> None:
    found = from_targets(pairs_of(matrix, PLACES))
    assert np.allclose(mapped(found.matrix, PLACES), mapped(matrix, PLACES), atol=1e-6)
    assert found.doubt_share < 0.004
    assert found.score > 0.9


@given(matrices())
def test_four_targets_are_right_within_their_doubt(matrix: Matrix) -> None:
    found = from_targets(pairs_of(matrix, CORNERS))
    off = np.abs(mapped(found.matrix, CORNERS) - mapped(matrix, CORNERS)).max()
    assert off <= 3.0 * found.doubt_share


@given(matrices(), st.integers(0, 2**32 - 1))
def test_trembling_hands_are_told_in_the_doubt(matrix: Matrix, seed: int) -> None:
    shaken = np.random.default_rng(seed).normal(0.0, 0.004, PLACES.shape)
    pairs = [
        (heat, (x + dx, y + dy))
        for (heat, (x, y)), (dx, dy) in zip(pairs_of(matrix, PLACES), shaken.tolist(), strict=True)
    ]
    found = from_targets(pairs)
    off = np.linalg.norm(mapped(found.matrix, PLACES) - mapped(matrix, PLACES), axis=1)
    assert float(np.sqrt((off**2).mean())) <= 2.0 * found.doubt_share


LINE = [((x, x), (x, x)) for x in (0.1, 0.3, 0.6, 0.9)]
POINT = [((0.5, 0.5), (0.5, 0.5))] * 6
MIRRORED = [((x, y), (1.0 - x, y)) for x, y in PLACES.tolist()]
THREE = [((x, y), (x, y)) for x, y in CORNERS.tolist()][:3]
MIXED = [((x, y), (x, y)) for x, y in PLACES.tolist()]
MIXED[0], MIXED[-1] = (MIXED[0][0], MIXED[-1][1]), (MIXED[-1][0], MIXED[0][1])
OUTSIDE = [*MIXED[1:6], ((float("nan"), 0.5), (0.5, 0.5))]
LONG_LINE = [((i / 20.0, i / 20.0), (i / 20.0, i / 20.0)) for i in range(20)]
MANY = [((0.1, 0.1), (0.1, 0.1))] * 101
CROSSED = [
    ((x, y), (u, v))
    for (x, y), (u, v) in zip(
        CORNERS.tolist(), [CORNERS.tolist()[i] for i in (0, 2, 1, 3)], strict=True
    )
]


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        (LINE, "line"),
        (LONG_LINE, "line"),
        (POINT, "line"),
        (MIRRORED, "mirrored"),
        (CROSSED, "mirrored"),
        (THREE, "3 targets"),
        (MANY, "101 targets"),
        (MIXED, "contradict"),
        (OUTSIDE, "outside"),
        ([], "0 targets"),
    ],
    ids=["line", "long", "point", "mirrored", "crossed", "3", "many", "mixed", "nan", "none"],
)
def test_what_cannot_be_a_registration_is_refused(
    pairs: list[tuple[tuple[float, float], tuple[float, float]]], why: str
) -> None:
    with pytest.raises(InputRefused, match=why) as refused:
        from_targets(pairs)
    assert refused.value.code == "dual_targets"


def test_a_matrix_that_is_none_is_refused() -> None:
    with pytest.raises(InputRefused):
        inverted((0.0,) * 9)
    with pytest.raises(InputRefused):
        normal(np.full((3, 3), np.nan))


def test_behind_the_horizon_is_no_place() -> None:
    tilted = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.5, 0.0, 1.0)
    seen = mapped(tilted, np.array([[0.1, 0.5], [0.9, 0.5]]))
    assert np.isfinite(seen[0]).all()
    assert np.isnan(seen[1]).all()


def test_equal_lenses_give_the_same_picture() -> None:
    pose = Pose(40.0, -3.0, 1.0, 30.0)
    found = from_lenses(pose, pose, visible_px=(1280, 1024), thermal_px=(640, 512))
    assert np.allclose(found, np.eye(3).ravel(), atol=1e-9)


@given(shares(-8.0, 8.0), shares(-6.0, 6.0), shares(10.0, 40.0), shares(-3.0, 3.0))
def test_lenses_are_as_a_camera_sees_them(
    right_deg: float, up_deg: float, fov_deg: float, roll_deg: float
) -> None:
    visible = Pose(5.0, -2.0, 0.0, 60.0)
    thermal = Pose((5.0 + right_deg) % 360.0, -2.0 + up_deg, roll_deg, fov_deg)
    matrix = from_lenses(visible, thermal)
    (x, y), *_ = mapped(matrix, np.array([[0.5, 0.5]])).tolist()
    focal = 0.5 / np.tan(np.radians(30.0))
    assert x == pytest.approx(0.5 + focal * np.tan(np.radians(right_deg)), abs=0.01)
    assert y == pytest.approx(0.5 - 16.0 / 9.0 * focal * np.tan(np.radians(up_deg)), abs=0.02)


@pytest.mark.parametrize("azimuth_deg", [90.0, 180.0, 60.0])
def test_cameras_that_look_apart_are_refused(azimuth_deg: float) -> None:
    with pytest.raises(InputRefused) as refused:
        from_lenses(Pose(0.0, 0.0, 0.0, 30.0), Pose(azimuth_deg, 0.0, 0.0, 20.0))
    assert refused.value.code == "dual_lenses"
