from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape import Landscape, as_picture, noisy
from numpy.typing import NDArray

from detector.registration import MAX_PLACES, Registrar, Registration, RegistrationState
from models.detection import Box, Label
from models.units import ImageBGR

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
STEADY, MOVED, UNKNOWN = RegistrationState


@cache
def valley(seed: int = 1) -> Landscape:
    return Landscape.grow(seed)


class Camera:
    """One view, 1080p, a frame a minute or as told."""

    def __init__(self, seed: int = 0, gap_s: float = 60.0) -> None:
        self.registrar = Registrar()
        self.random = np.random.default_rng(seed)
        self.gap_s = gap_s
        self.frames = 0

    def show(self, grey: NDArray[np.floating], sigma: float = 2.0) -> Registration:
        self.frames += 1
        at = START + timedelta(seconds=self.gap_s * self.frames)
        picture = noisy(grey, self.random, sigma)
        return self.registrar.register(picture, at, 1920, 1080)


def off_by(registration: Registration, dx_px: float, dy_px: float) -> float:
    return float(np.hypot(registration.dx_px - dx_px, registration.dy_px - dy_px))


def test_a_static_scene_stays_and_a_step_stays_a_step() -> None:
    camera = Camera()
    home, stepped = valley().seen(), valley().seen(13, -7)
    for _ in range(1000):
        assert off_by(camera.show(home), 0, 0) < 0.3
    # Renewals with the camera beside its first pointing do not creep.
    for _ in range(400):
        assert off_by(camera.show(stepped), 13, -7) < 0.4
    assert off_by(camera.show(home), 0, 0) < 0.3


def test_the_reference_follows_the_day() -> None:
    camera = Camera()
    morning, evening = valley().seen(9, 4), valley().seen(9, 4)
    other_light = valley(2).seen(9, 4) - 90.0  # shadows and snow: another texture on the same land
    camera.show(valley().seen())
    for step in range(300):
        share = step / 300
        evening = (1 - share) * morning + share * (0.2 * morning + 0.8 * (other_light + 90.0))
        seen = camera.show(evening)
        assert seen.state is STEADY
        assert off_by(seen, 9, 4) < 1.5
    fresh = Camera()
    fresh.show(valley().seen())
    assert fresh.show(evening).confidence < seen.confidence


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=5, max_size=30))
def test_a_shaken_camera_is_read_frame_by_frame(shakes: list[tuple[int, int]]) -> None:
    camera = Camera(1)
    camera.show(valley().seen())
    for dx, dy in shakes:
        seen = camera.show(valley().seen(dx, dy))
        assert seen.state is STEADY
        assert seen.place == 0
        assert off_by(seen, dx, dy) < 0.75


def test_a_far_step_is_a_move_whose_size_is_known() -> None:
    camera = Camera()
    camera.show(valley().seen())
    seen = camera.show(valley().seen(400, -60))
    assert (seen.state, seen.place) == (MOVED, 0)
    assert off_by(seen, 400, -60) < 1.0
    assert camera.show(valley().seen()).state is STEADY


def test_another_place_is_known_after_three_frames_and_the_first_is_found_again() -> None:
    camera = Camera()
    for _ in range(5):
        camera.show(valley().seen())
    states = [camera.show(valley(2).seen()) for _ in range(5)]
    assert [seen.state for seen in states] == [UNKNOWN, UNKNOWN, MOVED, MOVED, MOVED]
    assert [seen.place for seen in states] == [0, 0, 1, 1, 1]
    assert off_by(camera.show(valley(2).seen(12, 5)), 12, 5) < 0.75
    back = camera.show(valley().seen(-6, 3))
    assert (back.state, back.place) == (STEADY, 0)
    assert off_by(back, -6, 3) < 0.75
    again = camera.show(valley(2).seen())
    assert (again.state, again.place) == (MOVED, 1)


def test_a_pan_is_no_place() -> None:
    camera = Camera()
    camera.show(valley().seen())
    for step in range(12):
        seen = camera.show(valley(2).seen(-300 + 50 * step))
        assert (seen.state, seen.place) == (UNKNOWN, 0)


def test_a_pan_of_live_video_is_no_place_and_where_it_ends_is_one_after_two_seconds() -> None:
    """A tenth of a second of a slow pan looks as if the camera stood still."""
    camera = Camera(gap_s=0.04)
    camera.show(valley().seen())
    for step in range(30):
        seen = camera.show(valley(2).seen(-150 + 5 * step))
        assert (seen.state, seen.place) == (UNKNOWN, 0)
    states = [camera.show(valley(2).seen()).state for _ in range(60)]
    assert states[:40] == [UNKNOWN] * 40
    assert states[-1] is MOVED


def test_places_are_few_and_the_presets_own_is_never_forgotten() -> None:
    camera = Camera()
    camera.show(valley().seen())
    for seed in range(2, 2 + 2 * MAX_PLACES):
        for _ in range(4):
            seen = camera.show(valley(seed).seen())
        assert seen.place == seed - 1
    assert len(camera.registrar._places) == MAX_PLACES
    assert camera.show(valley().seen()).place == 0
    forgotten = camera.show(valley(2).seen())
    assert forgotten.state is UNKNOWN


@pytest.mark.parametrize("hidden", [np.full((135, 240), 200.0), np.zeros((135, 240))])
def test_in_fog_and_darkness_the_last_shift_is_assumed_with_a_wider_reach(
    hidden: NDArray[np.float64],
) -> None:
    camera = Camera()
    camera.show(valley().seen())
    known = camera.show(valley().seen(15, 0))
    for _ in range(6):
        seen = camera.show(hidden, sigma=0.0)
        assert (seen.state, seen.place, seen.confidence) == (UNKNOWN, 0, 0.0)
        assert off_by(seen, known.dx_px, known.dy_px) == 0.0
        assert seen.slack_px > 8 * known.slack_px
    assert camera.show(valley().seen(-15, 0)).state is STEADY


def test_a_reference_made_in_fog_gives_way_to_the_clear_view_in_its_own_place() -> None:
    camera = Camera()
    for _ in range(3):
        camera.show(np.full((135, 240), 200.0))
    states = [camera.show(valley().seen(5, 5)) for _ in range(4)]
    assert {seen.place for seen in states} == {0}
    assert [seen.state for seen in states] == [UNKNOWN, UNKNOWN, STEADY, STEADY]
    assert off_by(camera.show(valley().seen(12, 5)), 7, 0) < 0.75


def test_a_picture_of_another_size_is_another_place_at_once() -> None:
    registrar = Registrar()
    picture = as_picture(valley().seen())
    assert registrar.register(picture, START, 1920, 1080).place == 0
    smaller = registrar.register(picture, START, 1280, 720)
    assert (smaller.state, smaller.place) == (MOVED, 1)
    assert registrar.register(picture, START, 1920, 1080).place == 0
    upright = np.ascontiguousarray(picture.transpose(1, 0, 2))
    assert registrar.register(upright, START, 1080, 1920).place == 2


def test_strangers_of_two_sizes_are_not_compared() -> None:
    registrar = Registrar()
    for size in ((1920, 1080), (1080, 1920)):
        registrar.register(picture_of(1, size), START, *size)
    for seed in (2, 3, 4):
        for size in ((1920, 1080), (1080, 1920)):
            assert registrar.register(picture_of(seed, size), START, *size).state is UNKNOWN


def picture_of(seed: int, size: tuple[int, int]) -> ImageBGR:
    picture = as_picture(valley(seed).seen())
    return picture if size[0] > size[1] else np.ascontiguousarray(picture.transpose(1, 0, 2))


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (2, 3000), (31, 17), (640, 480)])
def test_no_picture_is_too_small_or_too_long(size: tuple[int, int]) -> None:
    registrar = Registrar()
    picture = np.random.default_rng(2).integers(0, 256, (size[1], size[0], 3), np.uint8)
    for _ in range(5):
        assert registrar.register(picture, START, *size).place == 0


def test_a_clock_that_jumps_renews_as_if_time_had_passed() -> None:
    registrar = Registrar()
    picture = as_picture(valley().seen())
    for hours in (0, -8, 16, -300):
        seen = registrar.register(picture, START + timedelta(hours=hours), 1920, 1080)
        assert seen.state is STEADY
        assert off_by(seen, 0, 0) < 0.1


@given(
    st.floats(-500, 500), st.floats(-500, 500), st.tuples(*[st.floats(0, 1000) for _ in range(4)])
)
def test_boxes_go_to_the_reference_and_back(
    dx: float, dy: float, edges: tuple[float, float, float, float]
) -> None:
    seen = Registration(STEADY, 0, dx, dy, 1.0, 2.0, 1920, 1080)
    box = Box(Label.SMOKE, 0.5, *edges)
    back = seen.to_picture(seen.to_reference(box))
    assert (back.x_min, back.y_min, back.x_max, back.y_max) == pytest.approx(edges)
    assert seen.to_reference(box).x_min == pytest.approx(box.x_min - dx)


def test_what_lies_outside_the_picture_is_not_shown() -> None:
    box = Box(Label.SMOKE, 0.5, 100.0, 500.0, 200.0, 600.0)
    for dx, dy, shown in ((0, 0, True), (-140, 0, True), (-160, 0, False), (0, 540, False)):
        seen = Registration(MOVED, 0, float(dx), float(dy), 1.0, 2.0, 1920, 1080)
        assert seen.shows(box) is shown
