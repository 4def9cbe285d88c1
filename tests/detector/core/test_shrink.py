import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.core.buffers import KEPT_BYTES, Buffers
from detector.core.shrink import LINEAR_UP_TO, scale_into
from models.units import ImageBGR


def scaled(image: ImageBGR, width: int, height: int) -> ImageBGR:
    destination = np.empty((height, width, 3), np.uint8)
    scale_into(image, destination, Buffers())
    return destination


def scene(height: int, width: int) -> ImageBGR:
    small = np.random.default_rng(3).integers(0, 256, (height // 6, width // 6, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    rows=st.integers(1, 60),
    columns=st.integers(1, 60),
    value=st.integers(0, 255),
)
def test_a_plain_picture_stays_plain(
    height: int, width: int, rows: int, columns: int, value: int
) -> None:
    image = np.full((height, width, 3), value, np.uint8)
    assert (scaled(image, columns, rows) == value).all()


FACTORS = [1.0, 1.1, 1.25, 1.3, 1.5, 1.6, 1.75, 1.9, 1.99, 2.0, 2.7, 3.0, 3.2, 3.9, 4.0, 6.0, 7.5]


@pytest.mark.parametrize("factor", FACTORS)
def test_it_is_the_average_over_areas(factor: float) -> None:
    image = scene(round(120 * factor), round(160 * factor))
    exact = cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA).astype(int)
    off = np.abs(scaled(image, 160, 120).astype(int) - exact)
    if LINEAR_UP_TO < factor < 4.0:
        assert off.max() <= 1
    assert off.mean() < 5.0


@pytest.mark.parametrize("factor", FACTORS)
def test_no_pixel_is_lost(factor: float) -> None:
    # Each pixel alone in the dark: how much of its light arrives, wherever it stands?
    side = round(32 * factor)
    light = np.zeros(side)
    for column in range(side):
        image = np.zeros((side, side, 3), np.uint8)
        image[:, column] = 255
        light[column] = scaled(image, 32, 32).astype(float).mean()
    inner = light[2 : side - 2]
    # Linear interpolation weighs a little unevenly, and above 1.25 loses more and more.
    least, most = (0.7, 1.3) if factor <= LINEAR_UP_TO else (0.97, 1.03)
    assert inner.min() >= least * inner.mean()
    assert inner.max() <= most * inner.mean()


@pytest.mark.parametrize("factor", FACTORS)
def test_where_a_picture_lies_in_memory_changes_nothing(factor: float) -> None:
    rows, columns = round(90 * factor), round(160 * factor)
    image = scene(rows, columns)
    expected = scaled(image, 160, 90)
    for offset in (1, 2, 3, 5, 16, 33):
        room = np.zeros((rows + 2, columns + 40, 3), np.uint8)
        view = room[1:-1, offset : offset + columns]
        view[:] = image
        into = np.zeros((92, 200, 3), np.uint8)
        scale_into(view, into[1:91, offset : offset + 160], Buffers())
        assert np.array_equal(into[1:91, offset : offset + 160], expected)
        into[1:91, offset : offset + 160] = 0
        assert not into.any()  # nothing beside the destination was written


@pytest.mark.parametrize("leave", [False, True])
def test_the_leave_to_round_otherwise_is_given_back(*, leave: bool) -> None:
    before = cv2.ipp.useIPP_NotExact()
    cv2.ipp.setUseIPP_NotExact(leave)
    try:
        scaled(scene(90, 90), 30, 30)
        assert cv2.ipp.useIPP_NotExact() == leave
    finally:
        cv2.ipp.setUseIPP_NotExact(before)


def test_without_intel_s_library_the_answer_is_the_same() -> None:
    image = scene(270, 480)
    expected = scaled(image, 160, 90).astype(int)
    used = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        assert np.abs(scaled(image, 160, 90) - expected).max() <= 1
    finally:
        cv2.ipp.setUseIPP(used)


def test_whole_powers_of_two_are_exact_averages() -> None:
    image = scene(256, 512)
    exact = image.reshape(64, 4, 128, 4, 3).mean(axis=(1, 3))
    assert np.abs(scaled(image, 128, 64) - exact).max() <= 1.0


def test_growing_is_linear() -> None:
    image = scene(60, 90)
    expected = cv2.resize(image, (180, 120), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(scaled(image, 180, 120), expected)


def test_the_same_size_is_a_copy() -> None:
    image = scene(60, 90)
    assert np.array_equal(scaled(image, 90, 60), image)


def test_a_thin_strip_is_averaged_as_well() -> None:
    image = np.zeros((1, 3000, 3), np.uint8)
    image[0, 1501] = 255
    assert scaled(image, 640, 1).max() > 0


def test_buffers_are_kept_and_grow() -> None:
    buffers = Buffers()
    first = buffers.take("a", (4, 5))
    first[:] = 7
    assert buffers.take("a", (2, 3)).base is first.base
    assert buffers.take("b", (2, 3)).base is not first.base
    larger = buffers.take("a", (40, 50))
    assert larger.shape == (40, 50)
    assert buffers.take("a", (4, 5)).base is larger.base


def test_a_huge_buffer_is_given_back() -> None:
    buffers = Buffers()
    kept = buffers.take("a", (4, 5)).base
    assert buffers.take("a", (KEPT_BYTES + 1,)).size == KEPT_BYTES + 1
    assert buffers.take("a", (4, 5)).base is kept
