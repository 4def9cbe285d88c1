from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.attention.tiles import Tile, TileGrid, input_pixels

SIZES = st.tuples(st.integers(1, 4100), st.integers(1, 4100))
SHARES = st.floats(0.05, 1.0)


@given(SIZES, SHARES, SHARES, st.floats(0.0, 0.6))
def test_tiles_cover_the_picture_and_stay_inside(
    size: tuple[int, int], width_share: float, height_share: float, overlap: float
) -> None:
    grid = TileGrid.lay(
        *size, tile_width_share=width_share, tile_height_share=height_share, overlap_share=overlap
    )
    for starts, tile, length in (
        (grid.columns, grid.tile_width_px, grid.width_px),
        (grid.rows, grid.tile_height_px, grid.height_px),
    ):
        assert starts[0] == 0
        assert starts[-1] + tile == length
        least = round(tile * overlap)
        assert all(
            0 < later - earlier <= max(1, tile - least) for earlier, later in pairwise(starts)
        )
    assert len(set(grid.tiles)) == len(grid.columns) * len(grid.rows)


@given(SIZES, st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_a_tile_around_any_point_lies_inside(size: tuple[int, int], x: float, y: float) -> None:
    grid = TileGrid.lay(*size, tile_width_share=0.5, tile_height_share=0.2, overlap_share=0.1)
    tile = grid.around(x, y)
    assert 0 <= tile.x_min < tile.x_max <= size[0]
    assert 0 <= tile.y_min < tile.y_max <= size[1]
    assert tile.area_px == grid.tile_width_px * grid.tile_height_px


def test_a_cut_is_the_picture_itself() -> None:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    cut = Tile(1, 2, 3, 5).cut(image)
    assert cut.shape == (2, 3, 3)
    assert np.shares_memory(cut, image)
    assert cut[0, 0].tolist() == image[1, 2].tolist()


def test_tiles_share_what_both_hold() -> None:
    assert Tile(0, 0, 10, 10).shared_px(Tile(5, 6, 20, 20)) == 5 * 4
    assert Tile(0, 0, 10, 10).shared_px(Tile(10, 0, 20, 10)) == 0
    assert Tile(0, 0, 10, 10).shared_px(Tile(20, 20, 30, 30)) == 0


@pytest.mark.parametrize(
    ("width", "height", "side", "pixels"),
    [
        (1920, 1080, 640, 640 * 384),  # 360 rows, twelve strides of 32
        (640, 480, 640, 640 * 480),
        (1024, 205, 1280, 1280 * 256),
        (480, 640, 640, 480 * 640),
        (4000, 1, 640, 640 * 32),
        (1, 1, 640, 640 * 640),
    ],
)
def test_the_cost_is_that_of_the_letterbox(width: int, height: int, side: int, pixels: int) -> None:
    assert input_pixels(width, height, longer_side_px=side, stride_px=32) == pixels
