"""Where a camera looks, less where it looked, out of two pictures: right, or nothing."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pose_rig import NOON, POSE, view_of

from camera_gateway.masks.paint import painted
from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.pose_check.compare import Offset, offset_of
from camera_gateway.pose_check.fitting import fit_robustly
from camera_gateway.pose_check.scene import grey_of, scene_of, work_size
from models.mask import MaskKind, ViewMask
from models.site import Pose
from models.units import ImageBGR

Outline = tuple[tuple[float, float], ...]


def compared(
    known: ImageBGR, seen: ImageBGR, pose: Pose = POSE, hidden: tuple[Outline, ...] = ()
) -> Offset | None:
    size_px = work_size(known.shape[1::-1], seen.shape[1::-1])
    return offset_of(scene_of(grey_of(known, size_px), hidden), grey_of(seen, size_px), pose)


def beside(pose: Pose, azimuth: float, tilt: float, roll: float) -> Pose:
    return replace(
        pose,
        azimuth_deg=(pose.azimuth_deg + azimuth) % 360.0,
        tilt_deg=pose.tilt_deg + tilt,
        roll_deg=pose.roll_deg + roll,
    )


@settings(max_examples=25, deadline=None)
@given(
    fov=st.sampled_from([10.0, 25.0, 60.0]),
    tilt=st.sampled_from([-12.0, -3.0]),
    k1=st.sampled_from([0.0, 0.08]),
    off=st.tuples(*[st.floats(-1.0, 1.0)] * 3),
)
def test_a_turn_is_found_at_any_zoom_to_a_fraction_of_a_pixel(
    fov: float, tilt: float, k1: float, off: tuple[float, float, float]
) -> None:
    # The narrower the view, the smaller the turn that leaves the same picture.
    scaled = [part * fov / 30.0 for part in off[:2]] + [off[2] * 0.7]
    pose = Pose(90.0, tilt, 0.0, fov, radial_k1=k1)
    found = compared(view_of(pose), view_of(beside(pose, *scaled), seed=1), pose)
    assert found is not None
    pixel_deg = fov / 640.0
    assert found.azimuth_deg == pytest.approx(
        scaled[0], abs=0.15 * pixel_deg / math.cos(math.radians(tilt))
    )
    assert found.tilt_deg == pytest.approx(scaled[1], abs=0.15 * pixel_deg)
    # 0.025 degrees are 0.14 of a pixel at the border.
    assert found.roll_deg == pytest.approx(scaled[2], abs=max(0.025, 4.0 * found.roll_sigma_deg))
    assert found.roll_sigma_deg < 0.03
    assert found.zoom == pytest.approx(0.0, abs=0.001)
    assert abs(found.azimuth_deg - scaled[0]) < 4.0 * found.sigma_deg
    assert abs(found.tilt_deg - scaled[1]) < 4.0 * found.sigma_deg


def test_a_zoom_is_told_apart_from_a_turn() -> None:
    nearer = replace(POSE, horizontal_fov_deg=59.0, azimuth_deg=90.1)
    found = compared(view_of(), view_of(nearer, seed=1))
    assert found is not None
    wanted = math.tan(math.radians(30.0)) / math.tan(math.radians(29.5)) - 1.0
    assert found.zoom == pytest.approx(wanted, abs=0.0005)
    assert found.azimuth_deg == pytest.approx(0.1, abs=0.01)


def test_a_smaller_stream_of_the_same_camera_is_compared_at_its_size() -> None:
    away = beside(POSE, 0.2, -0.1, 0.1)
    for known_px, seen_px in (((1920, 1080), (640, 360)), ((640, 360), (2560, 1440))):
        found = compared(view_of(POSE, known_px), view_of(away, seen_px, seed=1))
        assert found is not None
        assert found.azimuth_deg == pytest.approx(0.2, abs=0.02)
        assert found.tilt_deg == pytest.approx(-0.1, abs=0.02)


@pytest.mark.parametrize(
    "seen",
    [
        view_of(fog=0.985, seed=1),
        view_of(replace(POSE, azimuth_deg=120.0), seed=1),
        np.full((360, 640, 3), 128, np.uint8),
        np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8),
    ],
    ids=["fog", "another view", "a grey wall", "noise"],
)
def test_what_does_not_show_the_reference_says_nothing(seen: ImageBGR) -> None:
    assert compared(view_of(), seen) is None


def test_a_reference_without_anything_in_it_says_nothing() -> None:
    assert compared(np.full((360, 640, 3), 128, np.uint8), view_of()) is None
    assert compared(view_of(size_px=(40, 24)), view_of(size_px=(40, 24))) is None


def test_a_lens_that_folds_the_picture_says_nothing() -> None:
    assert compared(view_of(), view_of(seed=1), replace(POSE, radial_k1=-5.0)) is None


def test_near_trees_alone_say_nothing() -> None:
    """What fog leaves: the lower part of the picture, which hangs lower in the rain."""
    known, seen = view_of(), view_of(fog=0.985, seed=1)
    lowered = view_of(beside(POSE, 0.0, 0.3, 0.0), seed=1)
    seen[230:] = lowered[230:]
    assert compared(known, seen) is None


def test_near_trees_are_outvoted_by_the_hills() -> None:
    known, seen = view_of(), view_of(seed=1)
    seen[260:] = view_of(beside(POSE, 0.0, 0.3, 0.0), seed=1)[260:]
    found = compared(known, seen)
    assert found is not None
    assert found.tilt_deg == pytest.approx(0.0, abs=0.01)


def test_a_clock_that_is_written_into_the_picture_has_no_say() -> None:
    def written(picture: ImageBGR, clock: str) -> ImageBGR:
        marked = picture.copy()
        for row in (18, 350):
            for shade, wide in ((0, 3), (255, 1)):
                cv2.putText(marked, clock, (8, row), 0, 0.6, (shade,) * 3, wide)
        return marked

    known = written(view_of(), "2026-04-05 12:00:00 Qijiang Tower 17 North")
    seen = written(
        view_of(beside(POSE, 0.1, 0.0, 0.0), seed=1), "2026-05-06 12:00:01 Qijiang Tower 17 North"
    )
    found = compared(known, seen)
    assert found is not None
    assert found.azimuth_deg == pytest.approx(0.1, abs=0.01)


def test_paint_over_homes_has_no_say_however_much_there_is() -> None:
    corners = ((0.05, 0.45), (0.6, 0.45), (0.6, 0.8), (0.05, 0.8))
    mask = ViewMask("t1", 0, MaskKind.PRIVACY, corners, "wang", NOON)

    def covered(picture: ImageBGR) -> ImageBGR:
        return decode_jpeg(painted(encode_jpeg(picture), (mask,), "t1"), "t1")

    known, seen = covered(view_of()), covered(view_of(beside(POSE, 0.1, 0.05, 0.0), seed=1))
    found = compared(known, seen, hidden=(corners,))
    assert found is not None
    assert found.azimuth_deg == pytest.approx(0.1, abs=0.015)
    assert found.tilt_deg == pytest.approx(0.05, abs=0.015)
    # The paint is what stands still: whoever counts it sees no turn, or nothing.
    fooled = compared(known, seen)
    assert fooled is None or abs(fooled.azimuth_deg) < 0.05


def test_brightness_and_contrast_do_not_matter() -> None:
    pale = (0.4 * view_of(beside(POSE, 0.1, 0.0, 0.0), seed=1) + 120.0).astype(np.uint8)
    found = compared(view_of(), pale)
    assert found is not None
    assert found.azimuth_deg == pytest.approx(0.1, abs=0.01)


def test_a_fit_that_few_parts_carry_is_none() -> None:
    effects = np.tile(np.eye(2)[None], (40, 1, 1))
    shifts, weight = np.ones((40, 2)), np.ones(40)
    spread = np.arange(40) % 5
    fitted = fit_robustly(effects, shifts, weight, spread)
    assert fitted is not None
    assert fitted.values == pytest.approx([1.0, 1.0])
    assert fitted.agrees.all()
    assert fit_robustly(effects, shifts, weight, np.arange(40) % 3) is None
    blind = effects.copy()
    blind[:, 1] = 0.0
    assert fit_robustly(blind, shifts, weight, spread) is None
    only_one = effects.copy()
    only_one[spread != 0, 1] = 0.0
    assert fit_robustly(only_one, shifts, weight, spread) is None


def test_a_third_that_went_elsewhere_is_outvoted() -> None:
    random = np.random.default_rng(4)
    effects = np.tile(np.eye(2)[None], (90, 1, 1))
    shifts = np.array([0.5, -0.25]) + random.normal(0.0, 0.05, (90, 2))
    shifts[::3] += (3.0, 2.0)
    fitted = fit_robustly(effects, shifts, np.ones(90), np.arange(90) % 9)
    assert fitted is not None
    assert fitted.values == pytest.approx([0.5, -0.25], abs=0.03)
    assert fitted.agrees.sum() == 60
