import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.core.buffers import KEPT_BYTES, Buffers
from detector.core.shrink import scale_into
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


@pytest.mark.parametrize("factor", [1.0, 1.2, 1.5, 1.6, 1.9, 2.0, 2.7, 3.0, 3.2, 4.0, 6.0, 7.5])
def test_it_is_close_to_the_average_over_areas(factor: float) -> None:
    image = scene(round(120 * factor), round(160 * factor))
    exact = cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(scaled(image, 160, 120).astype(int) - exact).mean() < 5.0


@pytest.mark.parametrize("factor", [1.1, 1.25, 1.5, 1.6, 1.75, 1.9, 1.99, 2.0, 3.0, 3.2, 3.9, 8.0])
def test_no_pixel_is_lost(factor: float) -> None:
    # Each pixel alone in the dark: how much of its light arrives, wherever it stands?
    side = round(32 * factor)
    light = np.zeros(side)
    for column in range(side):
        image = np.zeros((side, side, 3), np.uint8)
        image[:, column] = 255
        light[column] = scaled(image, 32, 32).astype(float).mean()
    inner = light[2 : side - 2]
    assert inner.min() >= 0.45 * inner.mean()
    # What the brief way loses: at 1.9 linear interpolation alone leaves a twentieth of some.
    assert inner.max() <= 1.6 * inner.mean()


def test_whole_powers_of_two_are_exact_averages() -> None:
    image = scene(256, 512)
    expected = cv2.resize(
        cv2.resize(image, (256, 128), interpolation=cv2.INTER_AREA),
        (128, 64),
        interpolation=cv2.INTER_AREA,
    )
    assert np.array_equal(scaled(image, 128, 64), expected)


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
