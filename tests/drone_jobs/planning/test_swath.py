"""What a camera sees of level ground, against pixels of its picture sent out one by one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.planning.stretch import flight_line
from drone_jobs.planning.swath import Swath, line_count, reach_of, spacing_for, swath_of
from drone_jobs.size_recall import smallest_side_px
from geo.camera import ray_of_pixel
from models.errors import InputRefused
from models.mission import Camera
from models.site import Pose

WIDE = Camera("wide", 71.0, 56.3, 4000, 3000)
cameras = st.builds(
    Camera, st.just("c"), st.floats(20.0, 100.0), st.floats(15.0, 90.0), st.just(4), st.just(3)
)


def rows_of(
    camera: Camera, height_m: float, pitch_deg: float, reach_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Distance ahead and half width, within reach, of many rows of a picture: by vectors."""
    pitch = math.radians(pitch_deg)
    upright = math.tan(math.radians(camera.vertical_fov_deg / 2.0))
    across = math.tan(math.radians(camera.horizontal_fov_deg / 2.0))
    up = np.linspace(-upright, upright, 40_001)
    ahead = math.cos(pitch) - up * math.sin(pitch)
    down = -(math.sin(pitch) + up * math.cos(pitch))
    meets = down > 1e-9
    scale = height_m / down[meets]
    y_m, edge_m = scale * ahead[meets], scale * across
    flat_m2 = reach_m**2 - height_m**2 - y_m**2
    half_m = np.minimum(edge_m, np.sqrt(np.maximum(flat_m2, 0.0)))
    return y_m[flat_m2 >= 0.0], half_m[flat_m2 >= 0.0]


@given(cameras, st.floats(20.0, 150.0), st.floats(-90.0, 0.0), st.floats(1.05, 12.0))
@settings(max_examples=100, deadline=None)
def test_the_widest_row_of_a_picture_is_the_swath(
    camera: Camera, height_m: float, pitch_deg: float, reach: float
) -> None:
    reach_m = height_m * reach
    y_m, half_m = rows_of(camera, height_m, pitch_deg, reach_m)
    if len(y_m) < 200:
        return
    swath = swath_of(camera, height_m, pitch_deg, reach_m)
    assert swath.left_m == swath.right_m
    assert swath.left_m == pytest.approx(half_m.max(), rel=2e-2)
    assert swath.left_m >= half_m.max() - 1e-6 * height_m
    assert swath.near_m <= swath.far_m
    if pitch_deg > -90.0:
        assert swath.near_m == swath.far_m
    # Every row that is said to be of full width is.
    for row_m in (swath.near_m, swath.far_m):
        nearest = np.abs(y_m - row_m).argmin()
        assert half_m[nearest] == pytest.approx(swath.left_m, rel=5e-2)


def test_straight_down_the_whole_picture_is_seen() -> None:
    swath = swath_of(WIDE, 100.0, -90.0, None)
    pose = Pose(azimuth_deg=0.0, tilt_deg=-90.0, roll_deg=0.0, horizontal_fov_deg=71.0)
    bearing_deg, elevation_deg = ray_of_pixel(4000.0, 1500.0, 4000, 3000, pose)
    aside_m = 100.0 / math.tan(math.radians(-elevation_deg))
    assert swath.right_m == pytest.approx(aside_m, rel=1e-9)
    assert bearing_deg == pytest.approx(90.0, abs=1e-6)
    assert swath.width_m == pytest.approx(142.66, abs=0.01)
    assert (swath.near_m, swath.far_m) == pytest.approx((-53.5, 53.5), abs=0.02)


def test_straight_down_a_reach_cuts_rows_and_then_the_width() -> None:
    wide = swath_of(WIDE, 100.0, -90.0, 125.0)
    assert wide.left_m == pytest.approx(71.33, abs=0.01)
    assert wide.far_m == pytest.approx(math.sqrt(125.0**2 - 100.0**2 - wide.left_m**2))
    narrow = swath_of(WIDE, 100.0, -90.0, 110.0)
    assert narrow.left_m == pytest.approx(math.sqrt(110.0**2 - 100.0**2))
    assert (narrow.near_m, narrow.far_m) == (0.0, 0.0)


@given(st.floats(20.0, 119.0), st.floats(-90.0, -30.0), st.floats(130.0, 900.0))
@settings(max_examples=60, deadline=None)
def test_more_reach_never_narrows(height_m: float, pitch_deg: float, reach_m: float) -> None:
    try:
        less = swath_of(WIDE, height_m, pitch_deg, reach_m)
    except InputRefused:
        return
    more = swath_of(WIDE, height_m, pitch_deg, reach_m * 1.3)
    assert more.width_m >= less.width_m - 1e-9


@pytest.mark.parametrize(
    ("height_m", "pitch_deg", "reach_m"),
    [
        (0.0, -90.0, None),
        (math.nan, -90.0, None),
        (100.0, -91.0, None),
        (100.0, 5.0, 400.0),
        (100.0, -20.0, None),  # up to the horizon, and no reach
        (100.0, 0.0, None),
        (100.0, -90.0, 99.0),  # nothing is as near as that
        (100.0, -90.0, 100.0),
        (100.0, 0.0, 150.0),  # the nearest ground of the picture is farther
    ],
)
def test_no_ground_no_swath(height_m: float, pitch_deg: float, reach_m: float | None) -> None:
    with pytest.raises(InputRefused) as refused:
        swath_of(WIDE, height_m, pitch_deg, reach_m)
    assert refused.value.code == "sweep_swath"
    assert refused.value.remedy


@given(st.floats(5.0, 200.0), st.sampled_from([0.5, 0.8]), cameras)
@settings(max_examples=40, deadline=None)
def test_at_its_reach_a_plume_has_the_least_pixels(
    plume_m: float, recall: float, camera: Camera
) -> None:
    reach_m = reach_of(camera, plume_m, recall)
    # Rays to both sides of a plume that faces the camera on its axis, as shares of a 640 px row.
    tangent = plume_m / 2.0 / reach_m
    share = tangent / math.tan(math.radians(camera.horizontal_fov_deg / 2.0))
    assert share * 640.0 == pytest.approx(smallest_side_px(recall))


def test_larger_plumes_are_seen_from_farther_and_more_recall_from_nearer() -> None:
    assert reach_of(WIDE, 40.0, 0.8) == pytest.approx(2.0 * reach_of(WIDE, 20.0, 0.8))
    assert reach_of(WIDE, 20.0, 0.8) <= reach_of(WIDE, 20.0, 0.5)
    upright = Camera("upright", 40.0, 71.0, 480, 640)
    assert reach_of(upright, 10.0, 0.8) == pytest.approx(
        240.0 / math.tan(math.radians(20.0)) * 10.0 / smallest_side_px(0.8)
    )
    with pytest.raises(InputRefused, match="plume of 0 m"):
        reach_of(WIDE, 0.0, 0.8)


@given(st.floats(0.0, 5_000.0), st.floats(20.0, 300.0), st.floats(0.0, 0.8))
@settings(max_examples=100, deadline=None)
def test_lines_spread_evenly_are_the_fewest_that_overlap_enough(
    width_m: float, swath_m: float, overlap: float
) -> None:
    swath = Swath(swath_m / 2.0, swath_m / 2.0, -10.0, 10.0)
    spacing_m = spacing_for(width_m, swath, overlap)
    assert 0.0 < spacing_m <= swath_m * (1.0 - overlap) * (1.0 + 1e-9)
    count = line_count(width_m, swath_m, spacing_m)
    assert swath_m + (count - 1) * spacing_m >= width_m * (1.0 - 1e-9)
    if count > 1:  # with one line less, at the widest that is allowed, something is missed
        assert swath_m + (count - 2) * swath_m * (1.0 - overlap) < width_m
        spare_m = (swath_m + (count - 1) * spacing_m - width_m) / 2.0
        assert spare_m == pytest.approx((swath_m * (1.0 - overlap) - spacing_m) / 2.0, abs=1e-6)


@given(st.floats(0.1, 2_000.0), st.floats(-80.0, 300.0), st.floats(0.0, 100.0))
@settings(max_examples=60, deadline=None)
def test_a_line_sees_its_stretch_from_either_end(
    long_m: float, near_m: float, deep_m: float
) -> None:
    swath = Swath(50.0, 50.0, near_m, near_m + deep_m)
    line = flight_line(np.array([[0.0, 0.0], [long_m, 0.0]]), swath)
    for way, ahead in ((line.forward_m, 1.0), (line.backward_m, -1.0)):
        rows = np.sort([way[0, 0] + ahead * swath.near_m, way[-1, 0] + ahead * swath.far_m])
        assert rows[0] <= 1e-9
        assert rows[1] >= long_m - 1e-9
        assert abs(way[-1, 0] - way[0, 0]) >= 1.0
        assert (way[-1, 0] - way[0, 0]) * ahead > 0.0
        assert (way[:, 1] == 0.0).all()


def test_ground_shorter_than_a_picture_is_hovered_over() -> None:
    swath = Swath(70.0, 70.0, -50.0, 50.0)
    line = flight_line(np.array([[10.0, 0.0], [60.0, 0.0]]), swath)
    assert line.forward_m.tolist() == [[34.0, 0.0], [36.0, 0.0]]
    assert line.backward_m.tolist() == [[36.0, 0.0], [34.0, 0.0]]
