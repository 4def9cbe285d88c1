"""Rays of a gimbal against rotation matrices in north, east and down, put together here."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.camera import ray_of_pixel
from geo.drone import Attitude, pose_of
from models.errors import InputRefused

WIDE, HIGH, FOV_DEG = 4000, 3000, 78.0
FOCAL_PX = WIDE / 2.0 / math.tan(math.radians(FOV_DEG) / 2.0)


def turn(axis: int, angle_deg: float) -> NDArray[np.float64]:
    """Right-handed rotation about north (0), east (1) or down (2)."""
    cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    first, second = ((1, 2), (2, 0), (0, 1))[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = cosine
    matrix[first, second], matrix[second, first] = -sine, sine
    return matrix


def true_direction(gimbal: Attitude, x_px: float, y_px: float) -> NDArray[np.float64]:
    """North, east and down of a pixel: yaw about down, then pitch about right, then roll."""
    body = np.array([FOCAL_PX, x_px - WIDE / 2.0, y_px - HIGH / 2.0])
    body /= np.linalg.norm(body)
    whole = turn(2, gimbal.yaw_deg) @ turn(1, gimbal.pitch_deg) @ turn(0, gimbal.roll_deg)
    direction: NDArray[np.float64] = whole @ body
    return direction


def our_direction(gimbal: Attitude, x_px: float, y_px: float) -> NDArray[np.float64]:
    bearing_deg, elevation_deg = ray_of_pixel(x_px, y_px, WIDE, HIGH, pose_of(gimbal, FOV_DEG))
    bearing, rise = math.radians(bearing_deg), math.radians(elevation_deg)
    level = math.cos(rise)
    return np.array([level * math.cos(bearing), level * math.sin(bearing), -math.sin(rise)])


angles = st.floats(-180.0, 180.0)
pitches = st.one_of(st.floats(-180.0, 180.0), st.sampled_from((-90.0, -89.9, -90.1, 90.0, 0.0)))
rolls = st.one_of(angles, st.sampled_from((0.0, 180.0, -180.0, 90.0)))


@given(angles, pitches, rolls, st.floats(0.0, WIDE), st.floats(0.0, HIGH))
def test_every_attitude_sends_its_rays_where_the_matrices_do(
    yaw_deg: float, pitch_deg: float, roll_deg: float, x_px: float, y_px: float
) -> None:
    gimbal = Attitude(yaw_deg or 1.0, pitch_deg, roll_deg)
    ours, true = our_direction(gimbal, x_px, y_px), true_direction(gimbal, x_px, y_px)
    assert np.linalg.norm(ours - true) < 1e-9


@given(angles, rolls)
def test_straight_down_yaw_and_roll_are_one_turn(yaw_deg: float, roll_deg: float) -> None:
    told = pose_of(Attitude(yaw_deg, -90.0, roll_deg), FOV_DEG)
    assert (told.tilt_deg, told.roll_deg) == (-90.0, 0.0)
    other = math.fmod(yaw_deg + roll_deg, 360.0)
    assert math.cos(math.radians(told.azimuth_deg - other)) == pytest.approx(1.0, abs=1e-9)


def test_a_roll_of_half_a_turn_straight_down_looks_down_and_turns_the_picture() -> None:
    """leftfield-geospatial/orthority#36: pitch -90 with roll +180 is no camera that looks up."""
    pose = pose_of(Attitude(30.0, -90.0, 180.0), FOV_DEG)
    assert (pose.azimuth_deg, pose.tilt_deg) == (210.0, -90.0)
    top_deg, elevation_deg = ray_of_pixel(WIDE / 2.0, 0.0, WIDE, HIGH, pose)
    assert top_deg == pytest.approx(210.0)  # where the upper edge of the picture lies
    assert elevation_deg < -45.0


def test_past_straight_down_the_camera_looks_back_upside_down() -> None:
    pose = pose_of(Attitude(10.0, -100.0, 0.0), FOV_DEG)
    assert (pose.azimuth_deg, pose.tilt_deg, pose.roll_deg) == (190.0, -80.0, 180.0)


@pytest.mark.parametrize(
    ("gimbal", "code"),
    [
        (None, "drone_gimbal_missing"),
        (Attitude(0.0, 0.0, 0.0), "drone_gimbal_zeros"),
        (Attitude(10.0, -181.0, 0.0), "drone_gimbal_range"),
        (Attitude(10.0, -20.0, math.nan), "drone_gimbal_range"),
    ],
)
def test_an_attitude_that_tells_nothing_is_refused(gimbal: Attitude | None, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        pose_of(gimbal, FOV_DEG)
    assert refused.value.code == code


def test_zero_is_a_value_where_not_all_are() -> None:
    assert pose_of(Attitude(0.0, -20.0, 0.0), FOV_DEG).azimuth_deg == 0.0
    assert pose_of(Attitude(82.4, 0.0, 0.0), FOV_DEG).tilt_deg == 0.0
