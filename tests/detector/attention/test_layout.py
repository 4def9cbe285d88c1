import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.attention.layout import FULL_WIDTH_PX, STRIP_WIDTH_PX, Layout
from detector.attention.tiles import Tile, input_pixels


def pixels_of(width: int, height: int, side: int) -> int:
    return input_pixels(width, height, longer_side_px=side, stride_px=32)


@given(st.integers(1, 4100), st.integers(1, 4100), st.floats(1.0, 100.0))
def test_the_budget_is_never_exceeded(width: int, height: int, cost: float) -> None:
    layout = Layout.within(width, height, cost)
    grid = layout.grid
    full = pixels_of(width, height, FULL_WIDTH_PX)
    spent = full + layout.tiles_a_frame * pixels_of(
        grid.tile_width_px, grid.tile_height_px, FULL_WIDTH_PX
    )
    if layout.has_strip:
        spent += pixels_of(width, grid.tile_height_px, STRIP_WIDTH_PX)
        assert width >= height
        assert layout.tiles_a_frame >= 1
    assert spent <= cost * full + 1e-3
    assert layout.cost == pytest.approx(spent / full)
    assert 0 <= layout.tiles_a_frame <= len(grid.tiles)


@pytest.mark.parametrize(
    ("size", "cost", "strip", "tiles"),
    [
        ((1920, 1080), 3.0, True, 1),  # exactly: 1 + 4/3 + 2/3
        ((640, 480), 3.0, True, 1),
        ((1920, 1080), 2.99, False, 2),
        ((1920, 1080), 1.6, False, 0),
        ((1080, 1920), 3.0, False, 3),
        ((1920, 1080), 1.0, False, 0),
    ],
)
def test_what_a_budget_buys(size: tuple[int, int], cost: float, *, strip: bool, tiles: int) -> None:
    layout = Layout.within(*size, cost)
    assert (layout.has_strip, layout.tiles_a_frame) == (strip, tiles)
    assert layout.size_px == size


def test_a_strip_spans_the_width_and_stays_in_the_picture() -> None:
    layout = Layout.within(1920, 1080, 3.0)
    assert layout.strip_at(0.5) == Tile(348, 0, 732, 1920)
    assert layout.strip_at(-1.0) == Tile(0, 0, 384, 1920)
    assert layout.strip_at(2.0) == Tile(696, 0, 1080, 1920)
    assert Layout.within(1080, 1920, 3.0).strip_at(0.5) is None


def test_strips_are_told_from_tiles() -> None:
    layout = Layout.within(1920, 1080, 3.0)
    strip = layout.strip_at(0.5)
    assert strip is not None
    assert layout.is_strip(strip)
    assert not any(layout.is_strip(tile) for tile in layout.grid.tiles)
    upright = Layout.within(100, 1920, 3.0)
    assert not any(upright.is_strip(tile) for tile in upright.grid.tiles)
