"""A mask that begins or ends is no change of the place around it; smoke elsewhere is."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from camera_gateway.masks.paint import paint_over
from detector.evidence.background import SlowBackground
from detector.evidence.repainted import touched_by
from models.detection import Box, Label
from models.mask import MaskKind, ViewMask
from models.units import ImageBGR

START = datetime(2026, 11, 26, tzinfo=UTC)
CORNERS = ((0.1, 0.6), (0.3, 0.6), (0.3, 0.9), (0.1, 0.9))
HOMES = ViewMask("t1", 0, MaskKind.PRIVACY, CORNERS, "wang", START)
BESIDE = Box(Label.SMOKE, 0.9, 155, 180, 190, 240)
FAR = Box(Label.SMOKE, 0.9, 380, 150, 410, 180)


def hillside(minute: int, *, masked: bool = False, smoke: Box | None = None) -> ImageBGR:
    random = np.random.default_rng(1)
    rough = random.integers(-30, 30, (96, 256, 3))
    slope = cv2.resize((rough + np.array([60, 110, 70])).astype(np.uint8), (512, 192))
    picture = np.vstack([np.full((96, 512, 3), (235, 225, 215), np.uint8), slope])
    picture = picture + np.random.default_rng(minute).normal(0, 2, picture.shape)
    if smoke is not None:
        place = picture[int(smoke.y_min) : int(smoke.y_max), int(smoke.x_min) : int(smoke.x_max)]
        place[:] = 0.3 * place + 0.7 * 200.0
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    if masked:
        paint_over(picture, HOMES, (10, 10))
    return picture


def seen(
    background: SlowBackground, minute: int, *, masked: bool, smoke: Box | None = None
) -> tuple[float, float]:
    """How many times its usual the place beside the mask changed, and one far from it."""
    change = background.compare(
        hillside(minute, masked=masked, smoke=smoke),
        START + timedelta(minutes=minute),
        hidden=(HOMES,) if masked else (),
    )
    assert change is not None
    return change.at(BESIDE, 512).times_usual, change.at(FAR, 512).times_usual


@pytest.fixture
def background() -> SlowBackground:
    """Half an hour without a mask."""
    background = SlowBackground()
    for minute in range(30):
        background.compare(hillside(minute), START + timedelta(minutes=minute))
    return background


def test_without_being_told_a_mask_would_look_like_something_new(
    background: SlowBackground,
) -> None:
    change = background.compare(hillside(30, masked=True), START + timedelta(minutes=30))
    assert change is not None
    assert change.at(BESIDE, 512).times_usual > 5.0


def test_a_mask_that_begins_and_ends_changes_no_place(background: SlowBackground) -> None:
    for minute in range(30, 34):
        assert max(seen(background, minute, masked=True)) < 1.5
    for minute in range(34, 38):
        assert max(seen(background, minute, masked=False)) < 1.5


def test_smoke_is_new_in_the_very_picture_in_which_a_mask_begins(
    background: SlowBackground,
) -> None:
    assert seen(background, 30, masked=True, smoke=FAR)[1] > 5.0


def test_smoke_beside_a_mask_is_new_from_the_next_picture_on(background: SlowBackground) -> None:
    seen(background, 30, masked=True)
    assert seen(background, 31, masked=True, smoke=BESIDE)[0] > 5.0


def test_a_view_that_is_masked_whole_is_compared_all_the_same() -> None:
    whole = ViewMask(
        "t1", 0, MaskKind.PRIVACY, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), "wang", START
    )
    background = SlowBackground()
    for minute in range(12):
        background.compare(
            hillside(minute),
            START + timedelta(minutes=minute),
            hidden=(whole,) if minute > 8 else (),
        )


def test_what_a_mask_touches_reaches_beyond_it_and_ends() -> None:
    touched = touched_by([HOMES], 288, 512)
    assert touched[200, 100]
    assert touched[200, 153 + 40]
    assert not touched[200, 153 + 60]
    assert not touched_by([], 288, 512).any()
