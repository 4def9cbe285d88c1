from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape import Landscape, as_picture
from numpy.typing import NDArray

from detector.tracking.shift import Edges, edges_of, find_shift, small_size

SURE = 0.5
SCALE = 8.0  # pixels of 1080p a small one


@cache
def valley(seed: int = 1) -> Landscape:
    return Landscape.grow(seed)


def edges(grey: NDArray[np.floating]) -> Edges:
    return edges_of(cv2.cvtColor(as_picture(grey), cv2.COLOR_BGR2GRAY).astype(np.uint8))


@settings(deadline=None, max_examples=60)
@given(st.integers(-150, 150), st.integers(-150, 150))
def test_a_shift_is_read_between_pixels(dx: int, dy: int) -> None:
    shift = find_shift(edges(valley().seen()), edges(valley().seen(dx, dy)))
    assert shift.confidence > 0.85
    assert shift.dx * SCALE == pytest.approx(dx, abs=0.75)
    assert shift.dy * SCALE == pytest.approx(dy, abs=0.75)


@settings(deadline=None, max_examples=30)
@given(st.integers(-100, 100), st.integers(-100, 100))
def test_there_and_back_is_nothing(dx: int, dy: int) -> None:
    first, second = edges(valley().seen()), edges(valley().seen(dx, dy))
    there, back = find_shift(first, second), find_shift(second, first)
    assert there.dx == pytest.approx(-back.dx, abs=0.05)
    assert there.dy == pytest.approx(-back.dy, abs=0.05)
    assert there.confidence == pytest.approx(back.confidence, abs=0.02)


def brute_force(reference: NDArray[np.uint8], moved: NDArray[np.uint8], reach: int) -> list[int]:
    """Shift in whole pixels with the least mean difference of the land's brightness."""
    land = slice(65, 120)
    middle = reference[land, 40:-40].astype(float)
    middle -= middle.mean()
    best = (np.inf, 0, 0)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            rows = slice(land.start + dy, land.stop + dy)
            other = moved[rows, 40 + dx : reference.shape[1] - 40 + dx].astype(float)
            best = min(best, (float(np.abs(other - other.mean() - middle).mean()), dx, dy))
    return list(best[1:])


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (32, -16), (-64, 48), (80, 64)])
def test_an_exhaustive_search_finds_the_same(dx: int, dy: int) -> None:
    first, second = valley(3).seen(), valley(3).seen(dx, dy)
    shift = find_shift(edges(first), edges(second))
    searched = brute_force(first.astype(np.uint8), second.astype(np.uint8), 12)
    assert [round(shift.dx), round(shift.dy)] == searched


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_valley_is_not_mistaken_for_a_shift(seed: int) -> None:
    assert find_shift(edges(valley().seen()), edges(valley(seed).seen())).confidence < SURE


def test_what_changes_the_light_changes_no_shift() -> None:
    reference = edges(valley().seen())
    seen = valley().seen(-15, 10)
    rows = np.linspace(0.0, 1.0, len(seen))[:, None]
    for light in (
        seen * 1.5,  # exposure up, the sky burnt out
        seen * 0.4,
        255.0 - seen,  # never seen, but a contrast that turns must not lie
        seen * (1.0 - rows) + 190.0 * rows,  # haze
        0.25 * seen + 140.0,  # fog over all
    ):
        shift = find_shift(reference, edges(light))
        if shift.confidence >= SURE:
            assert shift.dx * SCALE == pytest.approx(-15, abs=1.5)
            assert shift.dy * SCALE == pytest.approx(10, abs=1.5)
    assert find_shift(reference, edges(0.25 * seen + 140.0)).confidence >= SURE
    assert find_shift(reference, edges(seen * 0.4)).confidence >= SURE


def test_clouds_smoke_and_letters_that_go_their_own_way_are_outvoted() -> None:
    random = np.random.default_rng(5)
    puffs = cv2.resize(random.normal(0.0, 1.0, (12, 20)).astype(np.float32), (320, 200))
    cloud = np.clip(puffs, 0.0, 1.0)

    def dress(grey: NDArray[np.floating], at: int) -> NDArray[np.floating]:
        dressed = grey.astype(np.float32)
        dressed[:40] += 50.0 * cloud[20:60, at : at + 240]  # clouds drift
        plume = np.zeros_like(dressed)
        cv2.ellipse(plume, (110 + at, 70), (30, 45), 20.0, 0.0, 360.0, 1.0, -1)
        plume = cv2.GaussianBlur(plume, (0, 0), 4.0)
        dressed = dressed * (1.0 - 0.9 * plume) + 215.0 * 0.9 * plume
        written = dressed.astype(np.uint8)
        for text, origin in (("2026-04-05 11:20:00", (4, 12)), ("HONGLING", (170, 130))):
            cv2.putText(written, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255.0,), 1)
        return written.astype(np.float32)

    reference = edges(dress(valley().seen(), 0))
    shift = find_shift(reference, edges(dress(valley().seen(20, -20), 40)))
    assert shift.confidence >= SURE
    assert shift.dx * SCALE == pytest.approx(20, abs=1.0)
    assert shift.dy * SCALE == pytest.approx(-20, abs=1.0)


@pytest.mark.parametrize("value", [0.0, 128.0, 255.0])
def test_a_blank_picture_says_nothing(value: float) -> None:
    blank = edges(np.full((135, 240), value))
    for first, second in ((blank, blank), (blank, edges(valley().seen()))):
        assert find_shift(first, second).confidence == 0.0
        assert find_shift(second, first).confidence == 0.0


def test_noise_alone_is_no_shift() -> None:
    random = np.random.default_rng(8)
    first, second = (edges(random.normal(128.0, 20.0, (135, 240))) for _ in range(2))
    assert find_shift(first, second).confidence < SURE


def test_beyond_two_fifths_of_the_picture_nothing_is_believed() -> None:
    shift = find_shift(edges(valley().seen(-700)), edges(valley().seen(700)))
    assert shift.confidence < SURE


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((1920, 1080), (240, 135)),
        ((1080, 1920), (135, 240)),
        ((3840, 2160), (240, 135)),
        ((1024, 768), (256, 192)),
        ((64, 48), (64, 48)),
        ((4000, 10), (250, 32)),
        ((1, 1), (32, 32)),
    ],
)
def test_the_small_picture_keeps_the_shape(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert small_size(*size) == small
    found = edges_of(np.zeros(small[::-1], np.uint8))
    assert 0.7 * small[1] <= found.shape[0] <= small[1]
    assert found.shape[1:] == (small[0], 2)
