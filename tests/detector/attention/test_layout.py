from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.attention.layout import FULL_WIDTH_PX, Layout, band_width_px
from detector.attention.tiles import Tile, input_pixels

SIZES = st.tuples(st.integers(1, 4100), st.integers(1, 4100))


def pixels_of(width: int, height: int, side: int) -> int:
    return input_pixels(width, height, longer_side_px=side, stride_px=32)


@given(SIZES, st.floats(1.0, 100.0))
def test_the_budget_is_never_exceeded(size: tuple[int, int], cost: float) -> None:
    layout = Layout.within(*size, cost)
    full = spent = pixels_of(*size, FULL_WIDTH_PX)
    assert 0 <= layout.band_height_px <= size[1]
    if layout.band_height_px > 0:
        spent += pixels_of(size[0], layout.band_height_px, band_width_px(cost))
    assert spent <= cost * full + 1e-3
    assert layout.cost == pytest.approx(spent / full)


@pytest.mark.parametrize(
    ("size", "cost", "height", "spent"),
    [
        ((1920, 1080), 3.0, 790, 2.983),  # 448 rows of 1,088
        ((640, 480), 3.0, 320, 2.927),
        ((1024, 576), 2.0, 273, 2.0),
        ((640, 480), 1.0, 0, 1.0),
        ((640, 480), 1.25, 0, 1.0),  # a ribbon of 32 rows would fit; it shows no surroundings
        ((640, 480), 16.0, 480, 10.0),  # the whole picture at 1,920, and no more
        ((1080, 1920), 3.0, 444, 2.983),
        ((2000, 100), 3.0, 0, 1.0),
        ((1, 1), 3.0, 0, 1.0),
        ((3, 4000), 3.0, 0, 1.0),
    ],
)
def test_what_a_budget_buys(size: tuple[int, int], cost: float, height: int, spent: float) -> None:
    layout = Layout.within(*size, cost)
    assert layout.band_height_px == height
    assert layout.cost == pytest.approx(spent, abs=0.001)
    assert layout.size_px == size


def test_a_larger_budget_never_shows_smoke_smaller() -> None:
    widths = [band_width_px(1.0 + 0.1 * step) for step in range(200)]
    assert all(earlier <= later for earlier, later in pairwise(widths))
    assert all(width % 32 == 0 for width in widths)
    assert band_width_px(0.0) == band_width_px(1.0)  # below 1 there is no band to be wide


def test_a_band_spans_the_width_and_stays_in_its_rows() -> None:
    layout = Layout.within(1920, 1080, 3.0)
    assert layout.band_around(540.0, (0, 1080)) == Tile(145, 0, 935, 1920)
    assert layout.band_around(-900.0, (0, 1080)) == Tile(0, 0, 790, 1920)
    assert layout.band_around(9000.0, (0, 1080)) == Tile(290, 0, 1080, 1920)
    assert layout.band_around(540.0, (200, 1000)) == Tile(200, 0, 990, 1920)
    assert layout.band_around(540.0, (300, 500)) == Tile(300, 0, 500, 1920)  # lower than it could


@given(SIZES, st.floats(1.0, 12.0), st.data())
def test_a_round_covers_its_rows_and_nothing_else(
    size: tuple[int, int], cost: float, data: st.DataObject
) -> None:
    layout = Layout.within(*size, cost)
    top = data.draw(st.integers(0, size[1] - 1))
    bottom = data.draw(st.integers(top + 1, size[1]))
    bands = layout.round((top, bottom))
    if layout.band_height_px == 0:
        assert bands == ()
        return
    assert bands[0].y_min == top
    assert bands[-1].y_max == bottom
    assert all((band.x_min, band.x_max) == (0, size[0]) for band in bands)
    assert all(0 < band.y_max - band.y_min <= layout.band_height_px for band in bands)
    least = round(0.15 * layout.band_height_px)
    for upper, lower in pairwise(bands):
        assert upper.y_min < lower.y_min <= upper.y_max - min(least, layout.band_height_px - 1)
