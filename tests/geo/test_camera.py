import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.camera import pixel_of_ray, ray_of_pixel
from models.errors import InputRefused
from models.site import Pose
from models.units import angle_between_deg

WIDTH, HEIGHT = 1920, 1080

poses = st.builds(
    Pose,
    azimuth_deg=st.floats(0.0, 359.99),
    tilt_deg=st.floats(-85.0, 85.0),
    roll_deg=st.floats(-180.0, 180.0),
    horizontal_fov_deg=st.floats(1.0, 100.0),
    radial_k1=st.one_of(st.just(0.0), st.floats(-0.15, 0.3)),
)


@settings(deadline=None)
@given(poses, st.floats(0.0, WIDTH), st.floats(0.0, HEIGHT))
def test_a_pixel_comes_back_from_its_direction(pose: Pose, x: float, y: float) -> None:
    azimuth, elevation = ray_of_pixel(x, y, WIDTH, HEIGHT, pose)
    assert 0.0 <= azimuth < 360.0
    assert -90.0 <= elevation <= 90.0
    assert pixel_of_ray(azimuth, elevation, WIDTH, HEIGHT, pose) == pytest.approx((x, y), abs=1e-3)


@settings(deadline=None)
@given(poses, st.floats(0.0, WIDTH), st.floats(0.0, HEIGHT))
def test_direction_agrees_with_rotation_matrices(pose: Pose, x: float, y: float) -> None:
    """Independent: rotate the pixel's vector by roll, tilt and azimuth as 3 x 3 matrices."""
    focal = WIDTH / 2 / math.tan(math.radians(pose.horizontal_fov_deg) / 2)
    u, v = (x - WIDTH / 2) / focal, (y - HEIGHT / 2) / focal
    scale = 1 + pose.radial_k1 * (u * u + v * v)
    roll, tilt, azimuth = np.radians([pose.roll_deg, pose.tilt_deg, pose.azimuth_deg])
    vector = np.array([u * scale, 1.0, -v * scale])  # right, forward, up
    about_forward = np.array(
        [[np.cos(roll), 0, np.sin(roll)], [0, 1, 0], [-np.sin(roll), 0, np.cos(roll)]]
    )
    about_right = np.array(
        [[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]
    )
    about_up = np.array(
        [[np.cos(azimuth), np.sin(azimuth), 0], [-np.sin(azimuth), np.cos(azimuth), 0], [0, 0, 1]]
    )
    east, north, up = about_up @ about_right @ about_forward @ vector
    level = math.hypot(east, north)
    assume(level > 1e-6)
    found_azimuth, found_elevation = ray_of_pixel(x, y, WIDTH, HEIGHT, pose)
    assert found_elevation == pytest.approx(math.degrees(math.atan2(up, level)), abs=1e-6)
    turn = angle_between_deg(math.degrees(math.atan2(east, north)), found_azimuth)
    assert turn * level == pytest.approx(0.0, abs=1e-6)


def test_golden_tangent_54() -> None:
    """Centre of a box at 0.22 of a 54-degree frame: the linear rule is 0.8 degrees off."""
    pose = Pose(200.0, 0.0, 0.0, 54.0)
    bearing, elevation = ray_of_pixel(0.22 * WIDTH, HEIGHT / 2, WIDTH, HEIGHT, pose)
    assert bearing == pytest.approx(200.0 - 15.9253, abs=1e-3)  # atan(0.56 tan 27)
    assert elevation == pytest.approx(0.0, abs=1e-12)
    linear = 200.0 + (0.22 - 0.5) * 54.0
    assert linear - bearing == pytest.approx(0.81, abs=0.01)


def test_azimuth_zero_is_a_value_and_wraps() -> None:
    pose = Pose(0.0, 0.0, 0.0, 60.0)
    left, _ = ray_of_pixel(0.1 * WIDTH, HEIGHT / 2, WIDTH, HEIGHT, pose)
    middle, _ = ray_of_pixel(WIDTH / 2, HEIGHT / 2, WIDTH, HEIGHT, pose)
    right, _ = ray_of_pixel(0.9 * WIDTH, HEIGHT / 2, WIDTH, HEIGHT, pose)
    assert middle == 0.0
    assert 300.0 < left < 360.0
    assert right == pytest.approx(360.0 - left)


def test_roll_is_clockwise_as_seen_from_behind() -> None:
    pose = Pose(90.0, 0.0, 90.0, 60.0)
    azimuth, elevation = ray_of_pixel(WIDTH, HEIGHT / 2, WIDTH, HEIGHT, pose)
    assert azimuth == pytest.approx(90.0)
    assert elevation == pytest.approx(-30.0)  # the picture's right edge now looks down


def test_arrays_agree_with_numbers() -> None:
    pose = Pose(350.0, -3.0, 1.5, 66.0, radial_k1=-0.05)
    x = np.array([[0.0, 500.0], [1000.0, 1920.0]])
    y = np.array([[0.0, 300.0], [700.0, 1080.0]])
    azimuth, elevation = ray_of_pixel(x, y, WIDTH, HEIGHT, pose)
    assert azimuth.shape == elevation.shape == (2, 2)
    for index in np.ndindex(x.shape):
        one = ray_of_pixel(float(x[index]), float(y[index]), WIDTH, HEIGHT, pose)
        assert (azimuth[index], elevation[index]) == pytest.approx(one)
    back_x, back_y = pixel_of_ray(azimuth, elevation, WIDTH, HEIGHT, pose)
    np.testing.assert_allclose(back_x, x, atol=1e-6)
    np.testing.assert_allclose(back_y, y, atol=1e-6)


def test_a_direction_behind_the_camera_has_no_pixel() -> None:
    x, y = pixel_of_ray(180.0, 0.0, WIDTH, HEIGHT, Pose(0.0, 0.0, 0.0, 60.0))
    assert math.isnan(x)
    assert math.isnan(y)


def test_a_direction_that_a_strong_barrel_cannot_show_has_no_pixel() -> None:
    pose = Pose(0.0, 0.0, 0.0, 60.0, radial_k1=-0.3)
    x, _ = pixel_of_ray(60.0, 0.0, WIDTH, HEIGHT, pose)
    assert math.isnan(x)


@pytest.mark.parametrize(("x", "y"), [(math.nan, 0.0), (0.0, math.inf)])
def test_a_pixel_that_is_not_a_number_is_refused(x: float, y: float) -> None:
    with pytest.raises(InputRefused) as caught:
        ray_of_pixel(x, y, WIDTH, HEIGHT, Pose(0.0, 0.0, 0.0, 60.0))
    assert caught.value.code == "pixel_direction"


def test_a_pixel_beyond_the_fold_of_the_lens_is_refused() -> None:
    pose = Pose(0.0, 0.0, 0.0, 120.0, radial_k1=-0.3)
    with pytest.raises(InputRefused, match="no single direction"):
        ray_of_pixel(0.0, 0.0, WIDTH, HEIGHT, pose)


@pytest.mark.parametrize(("width", "height"), [(0, 1080), (1920, -1)])
def test_a_picture_without_size_is_refused(width: int, height: int) -> None:
    with pytest.raises(InputRefused) as caught:
        ray_of_pixel(0.0, 0.0, width, height, Pose(0.0, 0.0, 0.0, 60.0))
    assert caught.value.code == "picture_size"
