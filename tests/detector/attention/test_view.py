from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.attention.layout import Layout
from detector.attention.tiles import Tile
from detector.attention.view import ViewAttention
from models.mask import MaskKind, ViewMask
from models.units import ImageBGR

BORN = datetime(2026, 11, 25, tzinfo=UTC)


def block(x_min: float, y_min: float, x_max: float, y_max: float) -> ViewMask:
    corners = ((x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max))
    return ViewMask("t1", 0, MaskKind.NUISANCE, corners, "li", BORN)


def valley(width: int, height: int, ridge: float = 0.3, seed: int = 0) -> ImageBGR:
    """A bright sky over rough ground."""
    random = np.random.default_rng(seed)
    image = np.full((height, width, 3), 190, np.uint8)
    top = round(ridge * height)
    rough = random.integers(60, 120, (height - top, width, 1), np.uint8)
    image[top:] = cv2.blur(rough, (3, 3)).reshape(height - top, width, 1)
    return image


def view_640(*masks: ViewMask) -> ViewAttention:
    """Bands of 320 rows of 480, two in the round; the ridge's lies in the middle."""
    return ViewAttention(Layout.within(640, 480, 3.0), masks)


def rows_of(band: Tile | None) -> tuple[int, int]:
    assert band is not None
    assert (band.x_min, band.x_max) == (0, 640)
    return band.y_min, band.y_max


def painted(masks: list[ViewMask], width: int, height: int) -> NDArray[np.bool_]:
    """Where any place of a pixel is masked at all."""
    hidden = np.zeros((height, width), np.bool_)
    for mask in masks:
        x, y = np.array(mask.polygon).T
        rows = slice(int(y.min() * height), -int(-y.max() * height // 1))
        hidden[rows, int(x.min() * width) : -int(-x.max() * width // 1)] = True
    return hidden


MASKS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 10), st.integers(1, 10)).map(
        lambda b: block(
            b[0] / 10, b[1] / 10, min(1.0, (b[0] + b[2]) / 10), min(1.0, (b[1] + b[3]) / 10)
        )
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(8, 120),
    st.integers(8, 120),
    st.sampled_from([1.6, 2.0, 3.0, 5.0, 20.0]),
    MASKS,
    st.integers(0, 2**16),
)
def test_every_unmasked_place_is_looked_at_within_the_promised_frames(
    width: int, height: int, cost: float, masks: list[ViewMask], seed: int
) -> None:
    random = np.random.default_rng(seed)
    view = ViewAttention(Layout.within(width, height, cost), masks)
    window = view.frames_to_see_all
    assume(window is not None)
    assert window is not None
    maps = [painted(masks, width, height)] * (window == 0)
    for _ in range(2 * window + 3):
        # All that can draw attention away: pictures that change everywhere, and finds all the time.
        band = view.choose(random.integers(0, 256, (height, width, 3), np.uint8))
        seen = painted(masks, width, height)
        if window == 0:
            assert band is None
        else:
            assert band is not None
            assert 0 <= band.y_min < band.y_max <= height
            seen[band.y_min : band.y_max, band.x_min : band.x_max] = True
        view.follow([(float(x), float(y)) for x, y in random.uniform(0, 120, (4, 2))])
        maps.append(seen)
    for start in range(len(maps) - window + 1):
        assert np.logical_or.reduce(maps[start : start + max(1, window)]).all()


def test_the_same_frames_give_the_same_bands() -> None:
    def run() -> list[Tile | None]:
        view = ViewAttention(Layout.within(320, 180, 3.0))
        answers = []
        for frame in range(40):
            answers.append(view.choose(valley(320, 180, seed=frame)))
            view.follow([(100.0, 170.0)] if frame % 3 == 0 else [])
        return answers

    assert run() == run()


def test_the_skyline_gets_what_the_round_leaves() -> None:
    view = view_640()
    assert view.frames_to_see_all == 8
    bands = [rows_of(view.choose(valley(640, 480))) for _ in range(8)]
    ridge = bands[0]
    # Centred a tenth of the height below the ridge; the rounds' turns are the last of four.
    assert ridge == pytest.approx((0.4 * 480 - 160, 0.4 * 480 + 160), abs=12)
    assert bands == [ridge, ridge, ridge, (0, 320), ridge, ridge, ridge, (160, 480)]


def settled(*masks: ViewMask) -> ViewAttention:
    """Quiet frames behind it; the next band is that of what stands out."""
    view = view_640(*masks)
    for frame in range(13):
        view.choose(valley(640, 480) + np.uint8(frame % 2))
        view.follow([])
    return view


def changed(x: int = 500, y: int = 450) -> ImageBGR:
    image = valley(640, 480)
    cv2.rectangle(image, (x, y), (x + 40, y + 25), (220, 220, 220), -1)
    return image


def test_what_changed_outside_the_skyline_s_band_is_looked_at() -> None:
    assert rows_of(settled().choose(changed())) == (160, 480)
    assert rows_of(settled().choose(changed(y=200))) == rows_of(settled().choose(valley(640, 480)))


def test_what_was_found_is_looked_at_again_and_takes_turns_with_change() -> None:
    view = settled()
    view.follow([(90.0, 440.0)])
    assert rows_of(view.choose(valley(640, 480))) == (160, 480)

    view = settled()
    bands = []
    for frame in range(16):
        view.follow([(90.0, 5.0)])
        bands.append(rows_of(view.choose(changed(x=100 + 20 * frame))))
    assert set(bands[0::4]) == {(0, 320), (160, 480)}


def test_a_find_lasts_until_it_was_looked_at() -> None:
    view = settled()
    view.follow([(90.0, 470.0)])
    assert rows_of(view.choose(valley(640, 480))) == (160, 480)
    view.follow([(90.0, 470.0)])  # found again
    for _ in range(3):
        view.choose(valley(640, 480))
        view.follow([])  # the other bands do not show it
    assert rows_of(view.choose(valley(640, 480))) == (160, 480)
    view.follow([])  # gone
    bands = [rows_of(view.choose(valley(640, 480))) for _ in range(4)]
    assert bands[-1] == bands[0] != (160, 480)


def test_a_find_inside_the_skyline_s_band_takes_no_band_of_its_own() -> None:
    view = settled()
    quiet = rows_of(settled().choose(valley(640, 480)))
    view.follow([(320.0, 250.0)])
    assert rows_of(view.choose(valley(640, 480))) == quiet


def test_a_moved_camera_finds_its_skyline_again() -> None:
    view = view_640()
    before, *_ = [rows_of(view.choose(valley(640, 480, ridge=0.2))) for _ in range(30)]
    after = rows_of(view.choose(valley(640, 480, ridge=0.7)))
    assert after[0] > before[0] + 100


def test_a_masked_place_draws_no_band() -> None:
    masked = block(0.7, 0.85, 1.0, 1.0)
    quiet = rows_of(settled(masked).choose(valley(640, 480)))
    assert rows_of(settled(masked).choose(changed())) == quiet
    assert rows_of(settled(masked).choose(changed(x=100))) == (160, 480)  # beside it
    view = settled(masked)
    view.follow([(600.0, 450.0)])
    assert rows_of(view.choose(valley(640, 480))) == quiet
    view.follow([(600.0, 450.0), (100.0, 450.0)])
    bands = [rows_of(view.choose(valley(640, 480))) for _ in range(4)]
    assert bands[-1] == (160, 480)


def test_masked_columns_do_not_say_where_the_skyline_is() -> None:
    image = valley(640, 480, ridge=0.25)
    image[:384, :400] = 190  # a bright roof in front, over more than half of the width
    open_view = rows_of(view_640().choose(image))
    masked = rows_of(view_640(block(0.0, 0.0, 0.625, 1.0)).choose(image))
    assert masked[0] < open_view[0] - 50
    assert masked == pytest.approx((0.35 * 480 - 160, 0.35 * 480 + 160), abs=16)


def test_masked_rows_are_not_paid_for() -> None:
    view = view_640(block(0.0, 0.0, 1.0, 0.1), block(0.0, 0.9, 1.0, 1.0))
    bands = {rows_of(view.choose(valley(640, 480))) for _ in range(8)}
    assert min(top for top, _ in bands) == 48
    assert max(bottom for _, bottom in bands) == 432


def test_a_view_of_which_nothing_is_left_takes_no_band_and_comes_back() -> None:
    view = view_640(block(0.0, 0.0, 1.0, 0.6), block(0.0, 0.5, 1.0, 1.0))
    assert view.frames_to_see_all == 0
    assert view.choose(valley(640, 480)) is None
    view.mask([])
    assert view.frames_to_see_all == 8
    assert view.choose(valley(640, 480)) is not None


def test_without_a_skyline_outside_the_masks_the_round_goes_on() -> None:
    # Everything but a corner at the bottom is masked: the ridge's columns are all hidden.
    view = view_640(
        block(0.0, 0.0, 1.0, 0.5), block(0.1, 0.4, 1.0, 1.0), block(0.0, 0.4, 0.1, 0.55)
    )
    assert view.frames_to_see_all == 1
    assert rows_of(view.choose(valley(640, 480)))[1] == 480
    ragged = view_640(block(0.0, 0.0, 0.99, 0.97), block(0.9, 0.03, 1.0, 1.0))
    bands = [rows_of(ragged.choose(valley(640, 480))) for _ in range(8)]
    assert set(bands) == {(0, 320), (160, 480)}


@pytest.mark.parametrize("cost", [1.0, 1.2])
def test_too_small_a_budget_buys_nothing(cost: float) -> None:
    view = ViewAttention(Layout.within(640, 480, cost))
    assert view.choose(valley(640, 480)) is None
    assert view.frames_to_see_all is None


def test_a_budget_for_the_whole_view_looks_at_all_of_it_every_time() -> None:
    view = ViewAttention(Layout.within(640, 480, 16.0))
    assert view.frames_to_see_all == 1
    assert rows_of(view.choose(valley(640, 480))) == (0, 480)
