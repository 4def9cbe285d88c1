"""Crops of a track against its background."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evidence.change import PictureChange
from detector.evidence.crops import (
    CHANNELS,
    CROP_PX,
    EVERY_S,
    LEAST_CROPS,
    MOST_CROPS,
    CropHistory,
    crop_of,
)
from models.detection import Box, Label


def changed(columns: slice, rows: slice) -> PictureChange:
    """A view of 512 by 288 in which one place has become brighter by 16 grey values."""
    quiet = np.zeros((288, 512), np.float32)
    detail, times = quiet.copy(), np.ones_like(quiet)
    detail[rows, columns], times[rows, columns] = 16.0, 8.0
    colour = np.zeros((72, 128), np.float32)
    last = np.zeros(quiet.shape, np.int16)
    return PictureChange(times, 1.0, detail, detail.copy(), last, colour, colour)


def test_a_crop_shows_the_box_and_as_much_again_around_it() -> None:
    # In a picture of 1,024 pixels the box is 48 by 48 in the middle: 24 of the background's.
    change = changed(slice(244, 268), slice(132, 156))
    crop = crop_of(change, Box(Label.SMOKE, 0.5, 488, 264, 536, 312), 1024)
    assert crop.shape == (CHANNELS, CROP_PX, CROP_PX)
    detail, usual, doublings = crop.astype(np.float64)
    inside = slice(CROP_PX // 3, 2 * CROP_PX // 3)
    assert detail[inside, inside] == pytest.approx(0.5)
    assert doublings[inside, inside] == pytest.approx(0.75)  # three doublings of four
    assert (usual == 0.0).all()
    detail[inside, inside] = 0.0
    assert (detail == 0.0).all()


@given(st.tuples(*[st.floats(-2000.0, 4000.0)] * 4), st.integers(16, 8000), st.floats(-1e6, 1e6))
def test_any_box_has_a_bounded_crop(
    corners: tuple[float, float, float, float], width_px: int, grey: float
) -> None:
    change = changed(slice(0, 512), slice(0, 288))
    change.detail[:] = grey
    x, y = sorted(corners[:2]), sorted(corners[2:])
    crop = crop_of(change, Box(Label.FLAME, 0.5, x[0], y[0], x[1], y[1]), width_px)
    assert crop.shape == (CHANNELS, CROP_PX, CROP_PX)
    assert (np.abs(crop) <= 4.0).all()


@pytest.mark.parametrize("gap_s", [0.04, 1.0, 20.0, 60.0])
def test_crops_lie_apart_at_any_cadence_and_the_last_are_kept(gap_s: float) -> None:
    history = CropHistory()
    taken: list[float] = []
    for frame in range(round(600.0 / gap_s)):
        if history.wants(frame * gap_s):
            crop = np.full((CHANNELS, CROP_PX, CROP_PX), len(taken), np.float16)
            history.add(crop, frame * gap_s)
            taken.append(frame * gap_s)
    assert min(np.diff(taken)) >= EVERY_S
    assert max(np.diff(taken)) <= EVERY_S + gap_s
    assert history.taken == len(taken)
    stack = history.stack()
    assert stack is not None
    crops, there = stack
    assert there.tolist() == [1.0] * MOST_CROPS
    first = len(taken) - MOST_CROPS
    assert crops[:, 0, 0, 0].tolist() == list(range(first, len(taken)))
    assert (history.newest == len(taken) - 1).all()


def test_too_few_crops_are_none_and_the_missing_ones_come_first() -> None:
    history = CropHistory()
    for number in range(LEAST_CROPS):
        assert history.stack() is None
        history.add(np.ones((CHANNELS, CROP_PX, CROP_PX), np.float16), 60.0 * number)
    stack = history.stack()
    assert stack is not None
    crops, there = stack
    assert there.tolist() == [0.0] * (MOST_CROPS - LEAST_CROPS) + [1.0] * LEAST_CROPS
    assert (crops[: MOST_CROPS - LEAST_CROPS] == 0.0).all()
    assert (crops[MOST_CROPS - LEAST_CROPS :] == 1.0).all()
