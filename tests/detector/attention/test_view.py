import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.attention.layout import Layout
from detector.attention.tiles import Tile
from detector.attention.view import ViewAttention
from models.units import ImageBGR


def valley(width: int, height: int, ridge: float = 0.4, seed: int = 0) -> ImageBGR:
    """A bright sky over rough ground."""
    random = np.random.default_rng(seed)
    image = np.full((height, width, 3), 190, np.uint8)
    top = round(ridge * height)
    rough = random.integers(60, 120, (height - top, width, 1), np.uint8)
    image[top:] = cv2.blur(rough, (3, 3)).reshape(height - top, width, 1)
    return image


def seen_map(width: int, height: int, tiles: list[Tile]) -> NDArray[np.bool_]:
    seen = np.zeros((height, width), np.bool_)
    for tile in tiles:
        seen[tile.y_min : tile.y_max, tile.x_min : tile.x_max] = True
    return seen


@settings(max_examples=25, deadline=None)
@given(
    st.integers(8, 120),
    st.integers(8, 120),
    st.sampled_from([2.0, 3.0, 5.0, 20.0, 100.0]),
    st.integers(0, 2**16),
)
def test_every_place_is_looked_at_within_the_promised_frames(
    width: int, height: int, cost: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    view = ViewAttention(Layout.within(width, height, cost))
    assume(view.layout.tiles_a_frame > 0)
    window = view.frames_to_see_all
    maps = []
    for _ in range(2 * window + 3):
        # All that can draw attention away: pictures that change everywhere, and finds all the time.
        tiles = view.choose(random.integers(0, 256, (height, width, 3), np.uint8))
        assert len(set(tiles)) == len(tiles) == view.layout.tiles_a_frame + view.layout.has_strip
        assert all(
            0 <= t.x_min < t.x_max <= width and 0 <= t.y_min < t.y_max <= height for t in tiles
        )
        view.follow([(float(x), float(y)) for x, y in random.uniform(0, 200, (4, 2))])
        maps.append(seen_map(width, height, tiles))
    for start in range(len(maps) - window + 1):
        assert np.logical_or.reduce(maps[start : start + window]).all()


def test_the_same_frames_give_the_same_tiles() -> None:
    def run() -> list[list[Tile]]:
        view = ViewAttention(Layout.within(320, 180, 3.0))
        answers = []
        for frame in range(40):
            answers.append(view.choose(valley(320, 180, seed=frame)))
            view.follow([(100.0, 150.0)] if frame % 3 == 0 else [])
        return answers

    assert run() == run()


def test_the_first_frame_is_given_to_the_skyline() -> None:
    view = ViewAttention(Layout.within(640, 480, 3.0))
    strip, tile = view.choose(valley(640, 480))
    assert (strip.x_min, strip.x_max) == (0, 640)
    assert strip.y_min < 0.4 * 480 < (strip.y_min + strip.y_max) / 2
    # The tile looks where the strip does not, but no further away than needed.
    assert strip.shared_px(tile) < 0.5 * tile.area_px
    assert strip.y_min - 128 < tile.y_min < strip.y_max + 128


def quiet_view() -> ViewAttention:
    """Ten quiet frames behind it; the next tile is one of attention's turns."""
    view = ViewAttention(Layout.within(640, 480, 3.0))
    for frame in range(11):
        view.choose(valley(640, 480, seed=0) + np.uint8(frame % 2))
    return view


def test_what_changed_is_looked_at() -> None:
    view = quiet_view()
    image = valley(640, 480)
    cv2.rectangle(image, (500, 400), (540, 430), (220, 220, 220), -1)
    _, tile = view.choose(image)
    assert tile == view.layout.grid.around(
        (tile.x_min + tile.x_max) / 2, (tile.y_min + tile.y_max) / 2
    )
    assert tile.x_min <= 500
    assert tile.x_max >= 540
    assert tile.y_min <= 400
    assert tile.y_max >= 430


def test_what_was_found_is_looked_at_again_and_takes_turns_with_change() -> None:
    view = quiet_view()
    view.follow([(90.0, 440.0)])
    _, tile = view.choose(valley(640, 480))
    assert tile == view.layout.grid.around(90.0, 440.0)

    firsts = []
    for frame in range(8):
        image = valley(640, 480)
        cv2.circle(image, (520, 420), 14 + 2 * (frame % 3), (230, 230, 230), -1)
        view.follow([(90.0, 440.0)])
        _, tile = view.choose(image)
        firsts.append(tile.x_max >= 520)
    # Every second frame belongs to the round; of the others neither kind takes all.
    attention = firsts[1::2]
    assert any(attention)
    assert not all(attention)


def test_a_find_inside_the_strip_takes_no_tile() -> None:
    view = quiet_view()
    view.follow([(320.0, 0.44 * 480)])
    strip, tile = view.choose(valley(640, 480))
    assert tile in view.layout.grid.tiles
    assert strip.shared_px(tile) < tile.area_px


def test_a_moved_camera_finds_its_skyline_again() -> None:
    view = ViewAttention(Layout.within(640, 480, 3.0))
    for _ in range(30):
        (before, _) = view.choose(valley(640, 480, ridge=0.3))
    (after, _) = view.choose(valley(640, 480, ridge=0.7))
    assert after.y_min > before.y_min + 100


@pytest.mark.parametrize("cost", [1.0, 1.2])
def test_too_small_a_budget_buys_nothing(cost: float) -> None:
    view = ViewAttention(Layout.within(640, 480, cost))
    assert view.choose(valley(640, 480)) == []
    assert view.frames_to_see_all == 0
